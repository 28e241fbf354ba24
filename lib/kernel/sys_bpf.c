// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_bpf: calls bpf(2). */
#include "kernel/sys_bpf.h"

#include <sys/syscall.h>

#include "base/file.h"

/* The used fields of union bpf_attr. They are defined here, because kernel headers before 5.8 lack
 * some of them. Fields that are not defined here are 0. */
enum { PROG_LOAD = 5, LINK_CREATE = 28, ITER_CREATE = 33 };
enum { TYPE_TRACING = 26, ATTACH_ITER = 28 };

struct load {
	uint32_t prog_type, insn_cnt;
	uint64_t insns, license;
	uint32_t log_level, log_size;
	uint64_t log_buf;
	uint32_t kern_version, prog_flags;
	char prog_name[16];
	uint32_t prog_ifindex, expected_attach_type, prog_btf_fd, func_info_rec_size;
	uint64_t func_info;
	uint32_t func_info_cnt, line_info_rec_size;
	uint64_t line_info;
	uint32_t line_info_cnt, attach_btf_id;
};

struct link {
	uint32_t prog_fd, target_fd, attach_type, flags;
	uint64_t iter_info;
	uint32_t iter_info_len, spare;
};

struct iter {
	uint32_t link_fd, flags;
};

/* union bpf_iter_link_info for an iterator over tasks (Linux 6.1) */
struct only_task {
	uint32_t tid, pid, pid_fd;
};

/* Calls bpf(2), and repeats the call after EAGAIN, which means that a signal is pending. Returns a
 * descriptor above 2 or a negative errno. */
static int call(int cmd, void *attr, uint32_t size)
{
	long fd;

	do
		fd = syscall(SYS_bpf, cmd, attr, size);
	while (fd < 0 && errno == EAGAIN);
	return fd < 0 ? -errno : file_above_std((int)fd);
}

int sys_bpf_load_iter(const struct bpf_insn *insns, uint32_t n, uint32_t function, char *log,
		      uint32_t log_size)
{
	/* declare a license that is compatible with the GPL, because the helper functions require
	 * this */
	static const char license[] = "GPL";
	struct load a = {
		.prog_type = TYPE_TRACING,
		.insn_cnt = n,
		.insns = (uintptr_t)insns,
		.license = (uintptr_t)license,
		.log_level = log ? 1 : 0,
		.log_size = log ? log_size : 0,
		.log_buf = (uintptr_t)log,
		.prog_name = "nsutils",
		.expected_attach_type = ATTACH_ITER,
		.attach_btf_id = function,
	};

	return call(PROG_LOAD, &a, sizeof(a));
}

int sys_bpf_open_iter(int prog, uint32_t pid)
{
	struct only_task only = { .pid = pid };
	struct link l = {
		.prog_fd = (uint32_t)prog,
		.attach_type = ATTACH_ITER,
		.iter_info = pid ? (uintptr_t)&only : 0,
		.iter_info_len = pid ? sizeof(only) : 0,
	};
	cleanup_fd int link = call(LINK_CREATE, &l, pid ? sizeof(l) : 16);
	struct iter i = { .link_fd = (uint32_t)link };

	return link < 0 ? link : call(ITER_CREATE, &i, sizeof(i));
}
