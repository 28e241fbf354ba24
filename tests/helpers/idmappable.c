// SPDX-License-Identifier: GPL-2.0-or-later
/* idmappable DIR: whether its file system knows idmapped mounts; as root. Exit status 0 or 1. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

static int write_map(pid_t pid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY);
	return fd < 0 || write(fd, "0 100000 1", 10) != 10 ? -1 : close(fd);
}

/* A user namespace with a map, held by a child that waits for its end. */
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
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	pid_t pid = 0;
	int ns = user_ns(&pid), tree, rc;

	tree = argc == 2 ? open_tree(AT_FDCWD, argv[1], OPEN_TREE_CLONE) : -1;
	attr.userns_fd = (__u64)ns;
	rc = mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr));
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return ns < 0 || tree < 0 || rc < 0;
}
