// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * idmappable DIR: exits with 0 if the file system of DIR supports idmapped mounts, otherwise with
 * 1. Needs root.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* glibc lacks the constants and the structure of mount_setattr(2) before 2.36. */
enum { OPEN_TREE = 428, MOUNT_SETATTR = 442, CLONE_TREE = 1, IDMAP = 0x100000 };

struct attr {
	uint64_t set, clear, propagation, userns_fd;
};

static int write_map(pid_t pid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY);
	return fd < 0 || write(fd, "0 100000 1", 10) != 10 ? -1 : close(fd);
}

/*
 * Creates a user namespace with a map in a child, which waits until it is killed. Returns a
 * descriptor of the namespace and sets *pid to the child.
 */
static int user_ns(pid_t *pid)
{
	int ready[2];
	char path[64], byte;

	if (pipe(ready) < 0 || (*pid = fork()) < 0)
		return -1;
	if (*pid == 0) {
		if (unshare(CLONE_NEWUSER) == 0 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1 || write_map(*pid, "uid_map") < 0 ||
	    write_map(*pid, "gid_map") < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)*pid);
	return open(path, O_RDONLY);
}

int main(int argc, char **argv)
{
	struct attr attr = { .set = IDMAP };
	pid_t pid = 0;
	int ns = user_ns(&pid);
	long tree, rc;

	tree = argc == 2 ? syscall(OPEN_TREE, AT_FDCWD, argv[1], CLONE_TREE) : -1;
	attr.userns_fd = (uint64_t)ns;
	rc = syscall(MOUNT_SETATTR, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr));
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return ns < 0 || tree < 0 || rc < 0;
}
