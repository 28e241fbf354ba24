// SPDX-License-Identifier: GPL-2.0-or-later
/* foreground: changes the foreground process group of a terminal. */
#include "run/foreground.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>

#include "base/file.h"

/* device number of /dev/tty (devices.txt of the kernel documentation) */
#define TTY makedev(5, 0)

/*
 * Opens /dev/tty without blocking. Returns a descriptor or a negative number. The process may be in
 * an untrusted root directory, so this function checks that the file is the terminal device before
 * it opens it for reading.
 */
static int open_tty(void)
{
	struct stat st;

	if (lstat("/dev/tty", &st) < 0)
		return -errno;
	if (!S_ISCHR(st.st_mode) || st.st_rdev != TTY)
		return -ENOTTY;
	return file_open_at(AT_FDCWD, "/dev/tty", O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0);
}

int foreground_open(void)
{
	cleanup_fd int tty = open_tty();

	/* getpgrp(2) returns 0 if the group's leader is outside of the pid namespace; in this case
	 * this process could not become the foreground process group again */
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
