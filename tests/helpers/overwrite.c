// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * overwrite.c [FD|PATH]: overwrites the beginning of a file that is being executed. Retries for two
 * seconds while the file is busy, and prints the result. Unless this is process 1, it forks: the
 * parent exits at once, and the child makes the attempts and closes standard output when it exits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static const char text[] = "#!/bin/false overwritten\n";
	const struct timespec pause = { 0, 10 * 1000 * 1000 };
	char *end = NULL, path[64];
	int fd, out = -1;

	if (argc != 2)
		return 2;
	fd = (int)strtol(argv[1], &end, 10);
	if (*end)
		fd = open(argv[1], O_RDONLY);
	if (fd < 0) {
		printf("cannot open: %s\n", strerror(errno));
		return 0;
	}
	if (getpid() != 1 && fork() != 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (int i = 0; i < 200 && out < 0; i++) {
		out = open(path, O_WRONLY);
		if (out < 0 && errno != ETXTBSY)
			break;
		if (out < 0)
			nanosleep(&pause, NULL);
	}
	if (out < 0 || write(out, text, sizeof(text) - 1) < 0)
		printf("refused: %s\n", strerror(errno));
	else
		puts("overwritten");
	return 0;
}
