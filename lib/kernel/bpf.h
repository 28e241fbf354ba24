/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bpf: generates small BPF programs that read structures of the kernel. The caller names the
 * members of a structure, and their offsets are read from BTF. This module records the structure
 * that each register points to, so a program looks like C: bpf_get(p, R1, R7, "uts_ns->ns.inum").
 *
 * The kernel allows a program to load memory through a typed pointer. If the address is invalid or
 * NULL, such a load returns 0. Memory at an address that is not a typed pointer must be read by a
 * helper function of the kernel; bpf_get() calls this function where necessary. bpf_cast() turns an
 * address into a typed pointer (Linux 6.2).
 */
#ifndef NSU_KERNEL_BPF_H
#define NSU_KERNEL_BPF_H

#include "kernel/btf.h"
#include "kernel/sys_bpf.h"

enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 };

#define BPF_MAX_INSNS  512
#define BPF_MAX_LABELS 24

/* This module uses the topmost 8 bytes of the stack. The programs may use the remaining stack below
 * these bytes. */
#define BPF_STACK_TOP (-8)

struct bpf_reg {
	uint32_t type; /* BTF id of the structure that the register points to, or 0 */
	bool address;  /* the kernel treats the register as a number, not as a typed pointer */
};

/* A program under construction. After the first error, which is recorded in err, nothing is
 * appended. */
struct bpf {
	struct btf *btf;
	uint32_t cast; /* id of the function bpf_rdonly_cast, or 0 if the kernel lacks it */
	struct bpf_insn insn[BPF_MAX_INSNS];
	unsigned n;
	struct bpf_reg reg[R10 + 1];
	/* the negative errno of the first error in the program, or 0 */
	int err;
	const char
		*missing; /* first structure member that the kernel lacks ("ns.ns_id"), or NULL */
	/* for each label, the index of the instruction at its position, or -1 */
	int16_t label[BPF_MAX_LABELS];
	/* for each jump instruction, the number of its label plus 1; 0 for other instructions */
	int8_t target[BPF_MAX_INSNS];
};

/* Initializes p for a new program. p needs no cleanup. */
void bpf_init(struct bpf *p, struct btf *btf, uint32_t cast);

/* Resolves all jumps: stores in each jump the distance to its label. Returns 0, or the negative
 * errno of the first error in p. */
int bpf_finish(struct bpf *p) must_check;

/* Returns true if all members of the path exist. The path begins in the structure `type`. */
bool bpf_has(const struct bpf *p, uint32_t type, const char *path);

/* Returns the offset in bytes of a member of the structure `type`, or records an error in p if the
 * kernel lacks the member. The name of the member contains no "->". If size is not NULL, sets *size
 * to the size of the member. */
uint32_t bpf_offset(struct bpf *p, uint32_t type, const char *member, uint32_t *size);

/* Appends instructions that load an argument of the iterator into dst. The argument is at `offset`
 * in the context of the program, to which the register base points. The argument points to the
 * structure `type`, or to an unknown type if `type` is 0. */
void bpf_context(struct bpf *p, int dst, int base, int16_t offset, uint32_t type);

/*
 * Appends instructions that load base->path into dst, for example "real_cred->user_ns->ns.inum".
 * From then on, p records the type of the member as the type of dst. If base is a plain address
 * (see bpf_address()) and not a typed pointer, R0 to R5 are overwritten.
 */
void bpf_get(struct bpf *p, int dst, int base, const char *path);

/* bpf_address() declares that reg contains the plain address of a structure `type`, so that
 * bpf_get() loads its members with a helper function. bpf_cast() does the same before Linux 6.2; if
 * the kernel has bpf_rdonly_cast() (Linux 6.2), it appends a call that turns the address into a
 * typed pointer and overwrites R0 to R5. */
void bpf_address(struct bpf *p, int reg, uint32_t type);
void bpf_cast(struct bpf *p, int reg, uint32_t type);

/*
 * If the kernel has bpf_rdonly_cast() (Linux 6.2), appends a call that turns reg from a trusted
 * into an untrusted pointer, and overwrites R0 to R5. The kernel then loads the program faster: for
 * each load through a trusted pointer, the verifier searches all BTF types for a structure that
 * lists the trusted members, which takes a millisecond.
 */
void bpf_distrust(struct bpf *p, int reg);

/* Each of these functions appends one instruction to p: dst = src, dst = value, dst += value, dst
 * += src, or dst *= value. */
void bpf_move(struct bpf *p, int dst, int src);
void bpf_set(struct bpf *p, int dst, int32_t value);
void bpf_add(struct bpf *p, int dst, int32_t value);
void bpf_add_reg(struct bpf *p, int dst, int src);
void bpf_mul(struct bpf *p, int dst, int32_t value);

/* bpf_put() and bpf_put_value() append an instruction that stores a register or a value in `size`
 * (4 or 8) bytes of the stack at `offset`. */
void bpf_put(struct bpf *p, int offset, int reg, unsigned size);
void bpf_put_value(struct bpf *p, int offset, int32_t value, unsigned size);

/* Sets the label to the position of the next instruction. */
void bpf_label(struct bpf *p, int label);

/* Append to p a jump to the label. bpf_jump() always jumps. bpf_jump_is() jumps if the low 32 bits
 * of reg are equal to value, and bpf_jump_not() if they are not. bpf_jump_same() jumps if all 64
 * bits of reg and other are equal, and bpf_jump_differ() if they are not. bpf_jump_null() jumps if
 * all 64 bits of reg are 0. */
void bpf_jump(struct bpf *p, int label);
void bpf_jump_is(struct bpf *p, int reg, uint32_t value, int label);
void bpf_jump_not(struct bpf *p, int reg, uint32_t value, int label);
void bpf_jump_same(struct bpf *p, int reg, int other, int label);
void bpf_jump_differ(struct bpf *p, int reg, int other, int label);
void bpf_jump_null(struct bpf *p, int reg, int label);

/* Appends a jump to the label that is taken only when the loop has run too many times (Linux 6.9).
 * The verifier rejects a loop without such a jump. */
void bpf_jump_limit(struct bpf *p, int label);

/* Appends a call of the helper function with the number `helper`. R0 is its result; R1 to R5 are
 * overwritten. */
void bpf_call(struct bpf *p, int helper);

/* Appends a call that writes `size` bytes of the stack at `offset` to the output of the iterator.
 * The register seq points to the struct seq_file. R0 to R5 are overwritten. */
void bpf_write(struct bpf *p, int seq, int offset, int32_t size);

/* Appends instructions that end the program with the return value 0. */
void bpf_exit(struct bpf *p);

#endif
