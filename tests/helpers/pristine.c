// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pristine.c: runs a program with only the descriptors 0 to 2, umask 022, and no blocked or ignored
 * signals.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rlimit files;
	sigset_t none;
	static const char zeros[64]; /* struct sigaction of the kernel, with the default action */

	if (argc < 2) {
		fputs("usage: pristine PROGRAM [ARG...]\n", stderr);
		return 125;
	}
	/* do not use close_range(2), because a seccomp filter that denies it to the tools also
	 * applies here */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		for (rlim_t fd = 3; fd < files.rlim_cur && fd < 1 << 20; fd++)
			close((int)fd);
	/* Use the system call, because signal(3) refuses the two internal signals of the C library,
	 * which posix_spawn(3) (and therefore make) leaves ignored. */
	for (int s = 1; s < NSIG; s++)
		syscall(SYS_rt_sigaction, s, zeros, NULL, NSIG / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	execvp(argv[1], argv + 1);
	fprintf(stderr, "pristine: %s: %s\n", argv[1], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}
