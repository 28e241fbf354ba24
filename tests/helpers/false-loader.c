// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * false-loader.c: an ELF interpreter that a hostile root contains in place of ld.so. If a script
 * begins with "#!/proc/self/exe", the kernel executes the tool with this interpreter. It opens the
 * tool's binary as descriptor 200 and executes /bin/overwrite, so that the binary is no longer
 * busy.
 *
 * It uses no C library, because the start-up code of a static library reads the program headers of
 * the tool.
 */
#include <fcntl.h>

#if defined __x86_64__

static long call(long nr, long a, long b, long c)
{
	long rc;

	__asm__ volatile("syscall"
			 : "=a"(rc)
			 : "a"(nr), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return rc;
}

void _start(void);

void _start(void)
{
	static char self[] = "/proc/self/exe", next[] = "/bin/overwrite", word[] = "200";
	static char *argv[] = { next, word, 0 }, *envp[] = { 0 };
	long fd = call(2, (long)self, O_RDONLY, 0); /* open(2) */

	call(33, fd, 200, 0);                         /* dup2(2) */
	call(59, (long)next, (long)argv, (long)envp); /* execve(2) */
	for (;;)
		call(60, 1, 0, 0); /* exit(2) */
}

#else

/* Tests search the output for the string "unsupported". */
#include <stdio.h>

int main(void)
{
	puts("unsupported");
	return 0;
}

#endif
