// SPDX-License-Identifier: GPL-2.0-or-later
/* bpf-programs NAME: prints how many BPF programs of that name the kernel has. Needs root. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* Returns 1 if the BPF program with that id has the name, or 0 if it has another name or does not
 * exist any more. */
static int has_name(uint32_t id, const char *name)
{
	struct bpf_prog_info info;
	union bpf_attr attr;
	int fd, rc;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	fd = (int)bpf(BPF_PROG_GET_FD_BY_ID, &attr);
	if (fd < 0)
		return 0;
	memset(&attr, 0, sizeof(attr));
	memset(&info, 0, sizeof(info));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uint64_t)(uintptr_t)&info;
	rc = bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0 && strcmp(info.name, name) == 0;
	close(fd);
	return rc;
}

int main(int argc, char **argv)
{
	union bpf_attr attr;
	int n = 0;

	if (argc != 2)
		return 2;
	memset(&attr, 0, sizeof(attr));
	while (bpf(BPF_PROG_GET_NEXT_ID, &attr) == 0) {
		n += has_name(attr.next_id, argv[1]);
		attr.start_id = attr.next_id;
	}
	if (errno != ENOENT) {
		perror("bpf");
		return 1;
	}
	printf("%d\n", n);
	return 0;
}
