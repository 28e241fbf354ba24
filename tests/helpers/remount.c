// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * remount.c FILE: FILE is on a read-only mount, and may be a /proc/PID/exe. Tries several ways to
 * make this mount or a clone of it writable, and after each one tries to overwrite the beginning of
 * FILE. Prints `overwritten` with the attempt that succeeded, or `refused` with the last error. If
 * open(2) fails because the file is busy (ETXTBSY), tries chmod(2) instead, because ETXTBSY does
 * not show that the mount is read-only.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
/* MS_REMOUNT | MS_BIND, as a number, because sys/mount.h and linux/mount.h cannot be included
 * together */
#define REMOUNT_BIND (32 | 4096)
#define BIND         4096

static const char *attempt = "open";
static int last;

static void try_to_write(int file)
{
	static const char text[] = "#!/bin/false overwritten\n";
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	fd = open(path, O_WRONLY);
	if (fd >= 0 ? write(fd, text, sizeof(text) - 1) > 0
		    : errno == ETXTBSY && chmod(path, 0700) == 0) {
		printf("overwritten after %s\n", attempt);
		exit(0);
	}
	last = errno;
}

static void set_writable(int file)
{
	/* struct mount_attr, which the header of 5.10 lacks */
	const struct {
		uint64_t attr_set, attr_clr, propagation, userns_fd;
	} attr = { .attr_clr = MOUNT_ATTR_RDONLY };
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	syscall(SYS_mount_setattr, file, "", AT_EMPTY_PATH, &attr, sizeof(attr));
	try_to_write(file);
	syscall(SYS_mount, NULL, path, NULL, REMOUNT_BIND, NULL);
	try_to_write(file);
}

int main(int argc, char **argv)
{
	char target[] = "/tmp/remount.XXXXXX", path[64];
	int file = argc == 2 ? open(argv[1], O_PATH) : -1, place = mkstemp(target), fd;

	if (file < 0 || place < 0) {
		perror("remount");
		return 1;
	}
	try_to_write(file);
	attempt = "mount_setattr(2) or mount(2) of the mount";
	set_writable(file);
	attempt = "open_tree(2)";
	fd = (int)syscall(SYS_open_tree, file, "", AT_EMPTY_PATH | OPEN_TREE_CLONE);
	if (fd >= 0)
		set_writable(fd);
	attempt = "a bind mount";
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (syscall(SYS_mount, path, target, NULL, BIND, NULL) == 0)
		set_writable(open(target, O_PATH));
	attempt = "move_mount(2)";
	if (syscall(SYS_move_mount, file, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) == 0)
		set_writable(open(target, O_PATH));
	unlink(target);
	printf("refused: %s\n", strerror(last));
	return 0;
}
