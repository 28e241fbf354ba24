// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exchange.c: exchanges two file names continuously until it is killed, to attack a root that is
 * being built. Writes a line to descriptor 3 when it has started.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 3 || renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) < 0) {
		perror("exchange");
		return 1;
	}
	(void)!write(3, "begun\n", 6);
	close(3);
	for (;;)
		(void)!renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE);
}
