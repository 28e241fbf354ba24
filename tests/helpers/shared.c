// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shared: shares memory between two processes that use the same name.
 *
 *	shared map|shm NAME		maps the file, or the object of shm_open(3), prints its
 *					text and changes the first byte
 *	shared map|shm NAME TEXT	creates it with TEXT, writes a line to descriptor 3, and
 *					waits until the first byte changes. Prints the new text.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE 64

static char *reach(const char *how, const char *name, int flags)
{
	int fd = strcmp(how, "shm") == 0 ? shm_open(name, flags, 0600) : open(name, flags, 0600);
	char *text;

	if (fd < 0 || ((flags & O_CREAT) && ftruncate(fd, SIZE) < 0)) {
		perror(name);
		return NULL;
	}
	text = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (text == MAP_FAILED) {
		perror("mmap");
		return NULL;
	}
	return text;
}

static int hold(volatile char *text, const char *first)
{
	for (int i = 0; first[i] && i < SIZE - 1; i++)
		text[i] = first[i];
	if (write(3, "ready\n", 6) != 6 || close(3) < 0)
		return 1;
	while (text[0] == first[0])
		usleep(1000);
	printf("%s\n", (const char *)text);
	return 0;
}

int main(int argc, char **argv)
{
	char *text;

	if (argc < 3 || argc > 4) {
		fputs("usage: shared map|shm NAME [TEXT]\n", stderr);
		return 1;
	}
	text = reach(argv[1], argv[2], argc == 4 ? O_RDWR | O_CREAT : O_RDWR);
	if (!text)
		return 1;
	if (argc == 4)
		return hold(text, argv[3]);
	printf("%s\n", text);
	text[0] = '!';
	return 0;
}
