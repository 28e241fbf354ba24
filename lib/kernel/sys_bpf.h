/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_bpf: calls bpf(2) for iterators (Linux 5.8), and defines constants that older headers
 * lack. */
#ifndef NSU_KERNEL_SYS_BPF_H
#define NSU_KERNEL_SYS_BPF_H

#include <linux/bpf.h>

#include "base/util.h"

/* Numbers of helper functions, see bpf-helpers(7). */
#define SYS_BPF_PROBE_READ_KERNEL 113 /* helper that copies kernel memory, since Linux 5.5 */
#define SYS_BPF_SEQ_WRITE         127 /* helper that writes iterator output, since Linux 5.7 */
#define SYS_BPF_SOCK_FROM_FILE    162 /* helper that returns a file's socket, since Linux 5.11 */

/* value of src_reg in a call instruction that calls a kernel function, since Linux 5.13 */
#define SYS_BPF_KFUNC    2
/* opcode of a jump that is taken only when a loop has run too many times, since Linux 6.9 */
#define SYS_BPF_MAY_GOTO 0xe5

/*
 * Loads a program of n instructions for an iterator. `function` is the BTF id of the iterator's
 * function in the kernel. `log` receives the messages of the verifier; if it is NULL, the verifier
 * writes no messages, which is faster. Returns a descriptor (O_CLOEXEC, above 2) that the caller
 * closes, or a negative errno.
 */
int sys_bpf_load_iter(const struct bpf_insn *insns, uint32_t n, uint32_t function, char *log,
		      uint32_t log_size) must_check;

/*
 * Opens an iterator that runs the program for all objects, or, if pid is not 0, only for the
 * threads of that process (Linux 6.1). read(2) returns what the program writes. Returns a
 * descriptor (O_CLOEXEC, above 2) that the caller closes, or a negative errno.
 */
int sys_bpf_open_iter(int prog, uint32_t pid) must_check;

#endif
