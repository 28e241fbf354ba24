/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bpf: writes small BPF programs that read structures of the kernel. A member is named, its
 * position is taken from BTF, and the type of what each register points to is followed, so that a
 * program reads like C: bpf_get(p, R1, R7, "uts_ns->ns.inum").
 *
 * The kernel lets a program load through a typed pointer; such a load gives 0 at an invalid
 * address, NULL too. Through other addresses it reads with a helper function, which bpf_get() calls
 * where necessary; bpf_cast() makes a typed pointer of an address (6.2).
 */
#ifndef NSU_KERNEL_BPF_H
#define NSU_KERNEL_BPF_H

#include "kernel/btf.h"
#include "kernel/sys_bpf.h"

enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 };

#define BPF_MAX_INSNS  512
#define BPF_MAX_LABELS 24

/* The topmost 8 bytes of the stack belong to this module: the programs use what is below. */
#define BPF_STACK_TOP (-8)

struct bpf_reg {
	uint32_t type; /* structure that the register points to, or 0 */
	bool address;  /* it is only a number for the kernel, no typed pointer */
};

/* A program under construction. Errors are sticky. */
struct bpf {
	struct btf *btf;
	uint32_t cast; /* id of the function bpf_rdonly_cast, or 0 if the kernel lacks it */
	struct bpf_insn insn[BPF_MAX_INSNS];
	unsigned n;
	struct bpf_reg reg[R10 + 1];
	int err;                       /* 0 or the first error, a negative errno */
	const char *missing;           /* the path that was not found first, or NULL */
	int16_t label[BPF_MAX_LABELS]; /* position, or -1 */
	int8_t target[BPF_MAX_INSNS];  /* label that a jump goes to, plus 1; or 0 */
};

/* Begins a program. Nothing is to be released. */
void bpf_init(struct bpf *p, struct btf *btf, uint32_t cast);

/* Resolves the jumps. Returns 0 or the first error, a negative errno. */
int bpf_finish(struct bpf *p) must_check;

/* Returns true if all members of the path exist, from structure `type` on. */
bool bpf_has(const struct bpf *p, uint32_t type, const char *path);

/* Returns the position and, if size is not NULL, the size of a member without "->". */
uint32_t bpf_offset(struct bpf *p, uint32_t type, const char *member, uint32_t *size);

/* dst = argument of the iterator at that offset, which points to structure `type` (or 0). */
void bpf_context(struct bpf *p, int dst, int base, int16_t offset, uint32_t type);

/*
 * dst = base->path, such as "real_cred->user_ns->ns.inum". Afterwards dst has the type of the
 * member. If base is an address, the registers R1 to R5 and R0 are lost.
 */
void bpf_get(struct bpf *p, int dst, int base, const char *path);

/* Declares that reg is the address of a structure. bpf_cast() also makes a typed pointer of it if
 * the kernel can do that, by which R0 to R5 are lost. */
void bpf_address(struct bpf *p, int reg, uint32_t type);
void bpf_cast(struct bpf *p, int reg, uint32_t type);

/*
 * Makes reg, a pointer that the kernel trusts, one that it does not trust, if it can do that; R0 to
 * R5 are lost. From 6.2 on, each load of a pointer through a trusted one makes the verifier search
 * all types for a name, which takes a millisecond.
 */
void bpf_distrust(struct bpf *p, int reg);

/* dst = src, dst = value, dst += value, dst += src, dst *= value */
void bpf_move(struct bpf *p, int dst, int src);
void bpf_set(struct bpf *p, int dst, int32_t value);
void bpf_add(struct bpf *p, int dst, int32_t value);
void bpf_add_reg(struct bpf *p, int dst, int src);
void bpf_mul(struct bpf *p, int dst, int32_t value);

/* Store reg, or a value, in `size` (4 or 8) bytes of the stack at offset; load them. */
void bpf_put(struct bpf *p, int offset, int reg, unsigned size);
void bpf_put_value(struct bpf *p, int offset, int32_t value, unsigned size);
void bpf_take(struct bpf *p, int dst, int offset);

/* The next instruction gets the label. */
void bpf_label(struct bpf *p, int label);

/* Jump to the label: always; if reg == value or != value, as 32 bits; if reg == other or != other,
 * as 64 bits; if reg is 0, as 64 bits. */
void bpf_jump(struct bpf *p, int label);
void bpf_jump_is(struct bpf *p, int reg, uint32_t value, int label);
void bpf_jump_not(struct bpf *p, int reg, uint32_t value, int label);
void bpf_jump_same(struct bpf *p, int reg, int other, int label);
void bpf_jump_differ(struct bpf *p, int reg, int other, int label);
void bpf_jump_null(struct bpf *p, int reg, int label);

/* Jumps to the label after too many turns of the loop (6.9); every loop needs it. */
void bpf_jump_tired(struct bpf *p, int label);

/* R0 = helper function with that number. R1 to R5 are lost. */
void bpf_call(struct bpf *p, int helper);

/* Writes `size` bytes of the stack at offset to the output. seq has the struct seq_file. R0 to R5
 * are lost. */
void bpf_write(struct bpf *p, int seq, int offset, int32_t size);

/* Ends the program with success. */
void bpf_exit(struct bpf *p);

#endif
