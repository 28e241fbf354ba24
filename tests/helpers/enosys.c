// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * enosys.c: runs a program with a seccomp filter that denies some system calls, as if the kernel
 * did not have these calls.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__i386__)
#define ARCH AUDIT_ARCH_I386
#elif defined(__arm__)
#define ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__s390x__)
#define ARCH AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_PPC64LE
#elif defined(__loongarch64)
#define ARCH AUDIT_ARCH_LOONGARCH64
#else
#error "add the AUDIT_ARCH_* constant of this architecture here"
#endif

#define MAX_CALLS 512

static void usage(FILE *to)
{
	fputs("usage: enosys [-e ERRNO] CALL[,CALL...] -- PROGRAM [ARG...]\n"
	      "       enosys [-e ERRNO] --print CALL[,CALL...]	the filter, to stdout\n"
	      "       enosys --has CALL\n",
	      to);
}

static void complain(const char *what)
{
	fprintf(stderr, "enosys: %s: %s\n", what, strerror(errno));
}

/*
 * Installs a filter with one comparison and one result for each call. All other calls are
 * permitted. System calls of another architecture (i386 on x86-64) are permitted, too; a real
 * sandbox must not permit them. If `print` is set, prints the filter instead of installing it.
 * Returns 0 or -1.
 */
static int filter(char *names, int error, bool print)
{
	static struct sock_filter code[4 + 2 * MAX_CALLS];
	struct sock_fprog prog = { .filter = code };
	unsigned n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, arch));
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		long nr = calls_number(name);

		if (nr < 0 || n + 3 > sizeof(code) / sizeof(code[0])) {
			fprintf(stderr, "enosys: unknown system call '%s'\n", name);
			return -1;
		}
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
							 SECCOMP_RET_ERRNO | error);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	prog.len = n;
	if (print)
		return fwrite(code, sizeof(code[0]), n, stdout) == n && fflush(stdout) == 0 ? 0
											    : -1;

	/* set no_new_privs only if seccomp(2) requires it, because it disables the setuid bit of
	 * newuidmap(1) */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0)
		return 0;
	if (errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0)
		return 0;
	complain("seccomp");
	return -1;
}

int main(int argc, char **argv)
{
	int error = ENOSYS;
	int i = 1;

	if (argc == 3 && strcmp(argv[1], "--has") == 0) {
		long nr = calls_number(argv[2]);

		if (nr < 0)
			fprintf(stderr, "enosys: unknown system call '%s'\n", argv[2]);
		return nr >= 0 && calls_present(nr) ? 0 : 1;
	}
	if (argc > 2 && strcmp(argv[1], "-e") == 0) {
		error = calls_errno(argv[2]);
		i = 3;
	}
	if (error && i + 2 == argc && strcmp(argv[i], "--print") == 0)
		return filter(argv[i + 1], error, true) < 0;
	if (error == 0 || i + 2 >= argc || strcmp(argv[i + 1], "--") != 0) {
		usage(stderr);
		return 125;
	}
	if (filter(argv[i], error, false) < 0)
		return 125;
	argv += i + 2;
	execvp(argv[0], argv);
	i = errno == ENOENT ? 127 : 126;
	complain(argv[0]);
	return i;
}
