// SPDX-License-Identifier: GPL-2.0-or-later
/* exchange.c: exchange two names for ever, as an attacker of a root under construction would.
 * Writes a line to descriptor 3 when it has begun. */
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
