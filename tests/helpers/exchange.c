// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exchange.c: exchanges two file names continuously until it is killed, to attack a tool that uses
 * these names at the same time. Writes a line to descriptor 3 when it has started.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXCHANGE 2 /* RENAME_EXCHANGE, defined here because musl lacks it and renameat2() */

static long exchange(const char *a, const char *b)
{
	return syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, EXCHANGE);
}

int main(int argc, char **argv)
{
	if (argc != 3 || exchange(argv[1], argv[2]) < 0) {
		perror("exchange");
		return 1;
	}
	(void)!write(3, "begun\n", 6);
	close(3);
	for (;;)
		(void)!exchange(argv[1], argv[2]);
}
