// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nslist-loop.c: makes the same system calls for each process as nslist, in a simple loop without
 * storing the results. It shows how the cost in the kernel grows with the number of processes.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const links[] = {
	"mnt", "uts", "ipc", "net", "pid_for_children", "user", "cgroup", "time_for_children"
};

int main(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	char path[300], link[64];
	struct stat st;

	while (proc && (d = readdir(proc))) {
		int dir = dirfd(proc);

		if (d->d_name[0] < '0' || d->d_name[0] > '9')
			continue;
		for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
			snprintf(path, sizeof(path), "%s/ns/%s", d->d_name, links[i]);
			(void)!readlinkat(dir, path, link, sizeof(link));
		}
		snprintf(path, sizeof(path), "%s/task", d->d_name);
		(void)!fstatat(dir, path, &st, 0);
		snprintf(path, sizeof(path), "%s/fd", d->d_name);
		for (long n = fstatat(dir, path, &st, 0) == 0 ? st.st_size : 0; n > 0; n--) {
			snprintf(path, sizeof(path), "%s/fd/%ld", d->d_name, n - 1);
			(void)!readlinkat(dir, path, link, sizeof(link));
		}
	}
	return !proc;
}
