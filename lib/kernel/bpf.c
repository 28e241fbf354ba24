// SPDX-License-Identifier: GPL-2.0-or-later
/* bpf: generates BPF instructions. The kernel's Documentation/bpf/standardization describes their
 * format. */
#include "kernel/bpf.h"

#define SCRATCH (-8) /* stack offset of the buffer for the helper function that reads memory */

/* Records an error, unless an earlier error has been recorded. `what` is the path of a missing
 * member, or NULL. */
static void fail(struct bpf *p, int err, const char *what)
{
	if (p->err)
		return;
	p->err = err;
	p->missing = what;
}

/* Appends an instruction. */
static void emit(struct bpf *p, int code, int dst, int src, int32_t off, int32_t imm)
{
	if (off != (int16_t)off)
		fail(p, -ERANGE, NULL);
	if (p->n == BPF_MAX_INSNS)
		fail(p, -E2BIG, NULL);
	if (p->err)
		return;
	p->insn[p->n++] = (struct bpf_insn){ .code = (uint8_t)code,
					     .dst_reg = (uint8_t)dst & 15,
					     .src_reg = (uint8_t)src & 15,
					     .off = (int16_t)off,
					     .imm = imm };
}

void bpf_init(struct bpf *p, struct btf *btf, uint32_t cast)
{
	*p = (struct bpf){ .btf = btf, .cast = cast };
	memset(p->label, 0xff, sizeof(p->label));
}

int bpf_finish(struct bpf *p)
{
	for (unsigned i = 0; i < p->n && p->err == 0; i++) {
		int at;

		if (!p->target[i])
			continue;
		at = p->label[p->target[i] - 1];
		if (at < 0)
			fail(p, -EINVAL, NULL);
		p->insn[i].off = (int16_t)(at - (int)i - 1);
	}
	return p->err;
}

/* ---- Members ---- */

/* Finds the first member in path, which ends at "->" or at the end. Returns the rest of the path
 * after "->", or NULL if there is no rest. Sets *rc to 0 or a negative errno. */
static const char *first_member(struct btf *btf, uint32_t type, const char *path,
				struct btf_field *f, int *rc)
{
	const char *arrow = strstr(path, "->");
	size_t n = arrow ? (size_t)(arrow - path) : strlen(path);

	*rc = type ? btf_member(btf, type, path, n, f) : -ENOENT;
	if (*rc == 0 && arrow && (!f->pointer || !f->type))
		*rc = -ENOENT;
	return arrow ? arrow + 2 : NULL;
}

bool bpf_has(const struct bpf *p, uint32_t type, const char *path)
{
	struct btf_field f = { .type = type };
	int rc = 0;

	while (path && rc == 0)
		path = first_member(p->btf, f.type, path, &f, &rc);
	return rc == 0;
}

uint32_t bpf_offset(struct bpf *p, uint32_t type, const char *member, uint32_t *size)
{
	struct btf_field f = { 0 };
	int rc = btf_member(p->btf, type, member, strlen(member), &f);

	if (rc < 0)
		fail(p, rc, member);
	if (size)
		*size = f.size;
	return f.offset;
}

/* Generates an instruction that loads the memory at src + off into dst. src is a typed pointer. */
static void load(struct bpf *p, int dst, int src, int32_t off, uint32_t size)
{
	int width = size == 8 ? BPF_DW : size == 4 ? BPF_W : size == 2 ? BPF_H : BPF_B;

	emit(p, BPF_LDX | BPF_MEM | width, dst, src, off, 0);
}

/* Generates a call of the helper function that reads the memory at the address src + off into dst.
 * If the helper fails, dst is 0. */
static void probe(struct bpf *p, int dst, int src, int32_t off, uint32_t size)
{
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, R3, src, 0, 0);
	if (off)
		emit(p, BPF_ALU64 | BPF_ADD | BPF_K, R3, 0, 0, off);
	bpf_put_value(p, SCRATCH, 0, 8);
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, R1, R10, 0, 0);
	emit(p, BPF_ALU64 | BPF_ADD | BPF_K, R1, 0, 0, SCRATCH);
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, R2, 0, 0, (int32_t)size);
	bpf_call(p, SYS_BPF_PROBE_READ_KERNEL);
	load(p, dst, R10, SCRATCH, size);
}

void bpf_context(struct bpf *p, int dst, int base, int16_t offset, uint32_t type)
{
	emit(p, BPF_LDX | BPF_MEM | BPF_DW, dst, base, offset, 0);
	p->reg[dst] = (struct bpf_reg){ .type = type };
}

void bpf_get(struct bpf *p, int dst, int base, const char *path)
{
	const char *whole = path;
	struct bpf_reg at = p->reg[base];

	while (path) {
		struct btf_field f = { 0 };
		int rc;

		path = first_member(p->btf, at.type, path, &f, &rc);
		if (rc == 0 &&
		    (f.size == 0 || f.size > 8 || (f.size & (f.size - 1)) || f.offset > INT16_MAX))
			rc = -ERANGE;
		if (rc < 0) {
			fail(p, rc, whole);
			return;
		}
		if (at.address)
			probe(p, dst, base, (int32_t)f.offset, f.size);
		else
			load(p, dst, base, (int32_t)f.offset, f.size);
		/* treat a pointer to an unknown type as an address instead of a typed pointer */
		at.address |= !f.pointer || !f.type;
		at.type = f.pointer ? f.type : 0;
		base = dst;
	}
	p->reg[dst] = at;
}

void bpf_address(struct bpf *p, int reg, uint32_t type)
{
	p->reg[reg] = (struct bpf_reg){ .type = type, .address = true };
}

void bpf_cast(struct bpf *p, int reg, uint32_t type)
{
	bpf_address(p, reg, type);
	if (p->cast)
		bpf_distrust(p, reg);
}

void bpf_distrust(struct bpf *p, int reg)
{
	uint32_t type = p->reg[reg].type;

	if (!p->cast)
		return;
	p->reg[reg].address = false;
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, R1, reg, 0, 0);
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, R2, 0, 0, (int32_t)type);
	emit(p, BPF_JMP | BPF_CALL, 0, SYS_BPF_KFUNC, 0, (int32_t)p->cast);
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, reg, R0, 0, 0);
}

/* ---- Arithmetic and the stack ---- */

void bpf_move(struct bpf *p, int dst, int src)
{
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
	p->reg[dst] = p->reg[src];
}

void bpf_set(struct bpf *p, int dst, int32_t value)
{
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value);
}

void bpf_add(struct bpf *p, int dst, int32_t value)
{
	emit(p, BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value);
}

void bpf_add_reg(struct bpf *p, int dst, int src)
{
	emit(p, BPF_ALU64 | BPF_ADD | BPF_X, dst, src, 0, 0);
}

void bpf_mul(struct bpf *p, int dst, int32_t value)
{
	emit(p, BPF_ALU64 | BPF_MUL | BPF_K, dst, 0, 0, value);
}

void bpf_put(struct bpf *p, int offset, int reg, unsigned size)
{
	emit(p, BPF_STX | BPF_MEM | (size == 8 ? BPF_DW : BPF_W), R10, reg, offset, 0);
}

void bpf_put_value(struct bpf *p, int offset, int32_t value, unsigned size)
{
	emit(p, BPF_ST | BPF_MEM | (size == 8 ? BPF_DW : BPF_W), R10, 0, offset, value);
}

/* ---- Jumps and calls ---- */

void bpf_label(struct bpf *p, int label)
{
	p->label[label] = (int16_t)p->n;
}

/* Appends a jump to a label, whose position may be set later. */
static void jump(struct bpf *p, int code, int dst, int src, int32_t imm, int label)
{
	if (p->n < BPF_MAX_INSNS)
		p->target[p->n] = (int8_t)(label + 1);
	emit(p, code, dst, src, 0, imm);
}

void bpf_jump(struct bpf *p, int label)
{
	jump(p, BPF_JMP | BPF_JA, 0, 0, 0, label);
}

void bpf_jump_is(struct bpf *p, int reg, uint32_t value, int label)
{
	jump(p, BPF_JMP32 | BPF_JEQ | BPF_K, reg, 0, (int32_t)value, label);
}

void bpf_jump_not(struct bpf *p, int reg, uint32_t value, int label)
{
	jump(p, BPF_JMP32 | BPF_JNE | BPF_K, reg, 0, (int32_t)value, label);
}

void bpf_jump_same(struct bpf *p, int reg, int other, int label)
{
	jump(p, BPF_JMP | BPF_JEQ | BPF_X, reg, other, 0, label);
}

void bpf_jump_differ(struct bpf *p, int reg, int other, int label)
{
	jump(p, BPF_JMP | BPF_JNE | BPF_X, reg, other, 0, label);
}

void bpf_jump_null(struct bpf *p, int reg, int label)
{
	jump(p, BPF_JMP | BPF_JEQ | BPF_K, reg, 0, 0, label);
}

void bpf_jump_limit(struct bpf *p, int label)
{
	jump(p, SYS_BPF_MAY_GOTO, 0, 0, 0, label);
}

void bpf_call(struct bpf *p, int helper)
{
	emit(p, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

void bpf_write(struct bpf *p, int seq, int offset, int32_t size)
{
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, R1, seq, 0, 0);
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, R2, R10, 0, 0);
	emit(p, BPF_ALU64 | BPF_ADD | BPF_K, R2, 0, 0, offset);
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, R3, 0, 0, size);
	bpf_call(p, SYS_BPF_SEQ_WRITE);
}

void bpf_exit(struct bpf *p)
{
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, R0, 0, 0, 0);
	emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}
