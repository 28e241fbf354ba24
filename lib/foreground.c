// SPDX-License-Identifier: GPL-2.0-or-later
/* foreground: giving the terminal away, and taking it back. */
#include "foreground.h"

#include <termios.h>

#include "file.h"

int foreground_open(void)
{
	cleanup_fd int tty = file_open_at(AT_FDCWD, "/dev/tty", O_RDWR | O_NOCTTY, 0);

	/* a group that our pid namespace does not see is 0, and then nobody could take it back */
	if (tty < 0 || getpgrp() == 0 || tcgetpgrp(tty) != getpgrp())
		return -1;
	return TAKE_FD(tty);
}

void foreground_give(int tty, pid_t group)
{
	(void)!tcsetpgrp(tty, group);
}

void foreground_take(int *tty)
{
	if (*tty < 0)
		return;
	foreground_give(*tty, getpgrp());
	util_close(tty);
}
