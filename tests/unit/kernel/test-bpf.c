// SPDX-License-Identifier: GPL-2.0-or-later
/* test-bpf: generates single BPF instructions, and checks the errors of programs that cannot be
 * generated. collect/test-bpf-prog compares whole programs. */
#include "kernel/bpf.h"

#include "../unit.h"
#include "btf-build.h"

static const char example[] = "struct outer 64\n"
			      "\tbyte 0 u1\n"
			      "\thalf 2 u2\n"
			      "\tword 4 u4\n"
			      "\tlong 8 u8\n"
			      "\todd 16 u3\n"
			      "\tinner 24 =inner\n"
			      "\tto 48 *inner\n"
			      "\tnothing 56 *\n"
			      "\tfar 40000 u4\n"
			      "struct inner 16\n"
			      "\tx 8 u4\n";

static struct buf bytes;
static struct btf btf;
static struct bpf p;
static uint32_t outer;

static void begin(void)
{
	struct btf_name name = { "outer", BTF_STRUCT, 0 };

	bytes = btf_build(example);
	CHECK_INT(btf_borrow(&btf, bytes.s, bytes.len), 0);
	CHECK_INT(btf_find(&btf, &name, 1), 0);
	outer = name.id;
	bpf_init(&p, &btf, 0);
	p.reg[R6] = (struct bpf_reg){ .type = outer };
}

static void end(void)
{
	btf_close(&btf);
	buf_free(&bytes);
}

static void loads_a_member_with_the_width_of_its_type(void)
{
	static const struct {
		const char *member;
		int width;
		int16_t offset;
	} cases[] = { { "byte", BPF_B, 0 },    { "half", BPF_H, 2 }, { "word", BPF_W, 4 },
		      { "long", BPF_DW, 8 },   { "to", BPF_DW, 48 }, { "nothing", BPF_DW, 56 },
		      { "inner.x", BPF_W, 32 } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin();
		bpf_get(&p, R7, R6, cases[i].member);
		CHECK_INT(bpf_finish(&p), 0);
		CHECK_INT(p.n, 1);
		CHECK_INT(p.insn[0].code, BPF_LDX | BPF_MEM | cases[i].width);
		CHECK_INT(p.insn[0].off, cases[i].offset);
		CHECK_INT(p.insn[0].dst_reg, R7);
		CHECK_INT(p.insn[0].src_reg, R6);
		end();
	}
}

/* Checks the last instruction, and then removes all instructions from the program. */
static void check(int code, int dst, int src, int off, int imm)
{
	CHECK(p.n > 0);
	CHECK_INT(p.insn[p.n - 1].code, code);
	CHECK_INT(p.insn[p.n - 1].dst_reg, dst);
	CHECK_INT(p.insn[p.n - 1].src_reg, src);
	CHECK_INT(p.insn[p.n - 1].off, off);
	CHECK_INT(p.insn[p.n - 1].imm, imm);
	p.n = 0;
}

static void generates_each_instruction(void)
{
	begin();
	bpf_context(&p, R7, R1, 16, outer);
	CHECK_INT(p.reg[R7].type, outer);
	CHECK(!p.reg[R7].address);
	check(BPF_LDX | BPF_MEM | BPF_DW, R7, R1, 16, 0);
	bpf_move(&p, R8, R7);
	CHECK_INT(p.reg[R8].type, outer);
	check(BPF_ALU64 | BPF_MOV | BPF_X, R8, R7, 0, 0);
	bpf_set(&p, R8, -5);
	check(BPF_ALU64 | BPF_MOV | BPF_K, R8, 0, 0, -5);
	bpf_add(&p, R8, 7);
	check(BPF_ALU64 | BPF_ADD | BPF_K, R8, 0, 0, 7);
	bpf_add_reg(&p, R8, R9);
	check(BPF_ALU64 | BPF_ADD | BPF_X, R8, R9, 0, 0);
	bpf_mul(&p, R8, 3);
	check(BPF_ALU64 | BPF_MUL | BPF_K, R8, 0, 0, 3);
	bpf_put(&p, -8, R8, 8);
	check(BPF_STX | BPF_MEM | BPF_DW, R10, R8, -8, 0);
	bpf_put(&p, -4, R8, 4);
	check(BPF_STX | BPF_MEM | BPF_W, R10, R8, -4, 0);
	bpf_put_value(&p, -8, 9, 8);
	check(BPF_ST | BPF_MEM | BPF_DW, R10, 0, -8, 9);
	bpf_put_value(&p, -4, 9, 4);
	check(BPF_ST | BPF_MEM | BPF_W, R10, 0, -4, 9);
	bpf_jump(&p, 2);
	check(BPF_JMP | BPF_JA, 0, 0, 0, 0);
	bpf_jump_is(&p, R6, 5, 2);
	check(BPF_JMP32 | BPF_JEQ | BPF_K, R6, 0, 0, 5);
	bpf_jump_not(&p, R6, 5, 2);
	check(BPF_JMP32 | BPF_JNE | BPF_K, R6, 0, 0, 5);
	bpf_jump_same(&p, R6, R7, 2);
	check(BPF_JMP | BPF_JEQ | BPF_X, R6, R7, 0, 0);
	bpf_jump_differ(&p, R6, R7, 2);
	check(BPF_JMP | BPF_JNE | BPF_X, R6, R7, 0, 0);
	bpf_jump_null(&p, R6, 2);
	check(BPF_JMP | BPF_JEQ | BPF_K, R6, 0, 0, 0);
	bpf_call(&p, 42);
	check(BPF_JMP | BPF_CALL, 0, 0, 0, 42);
	bpf_exit(&p);
	CHECK_INT(p.n, 2);
	CHECK_INT(p.insn[0].code, BPF_ALU64 | BPF_MOV | BPF_K);
	CHECK_INT(p.insn[0].dst_reg, R0);
	CHECK_INT(p.insn[0].imm, 0);
	check(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	CHECK_INT(p.err, 0);
	end();
}

static void refuses_members_that_no_instruction_can_load(void)
{
	static const struct {
		const char *path;
		int want;
	} cases[] = {
		{ "inner", -ERANGE }, /* a structure has no size */
		{ "odd", -ERANGE },   /* 3 bytes */
		{ "far", -ERANGE },   /* the offset has more than 16 bits */
		{ "absent", -ENOENT },     { "word->x", -ENOENT }, /* not a pointer */
		{ "nothing->x", -ENOENT }, /* a pointer to an unknown type */
		{ "to->absent", -ENOENT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin();
		CHECK_INT(bpf_has(&p, outer, cases[i].path), cases[i].want == -ERANGE);
		bpf_get(&p, R7, R6, cases[i].path);
		CHECK_INT(bpf_finish(&p), cases[i].want);
		CHECK_STR(p.missing, cases[i].path);
		end();
	}
	begin();
	CHECK(bpf_has(&p, outer, "to->x"));
	CHECK(!bpf_has(&p, 0, "to->x"));
	bpf_context(&p, R7, R6, 0, 0);
	bpf_get(&p, R6, R7, "to->x");
	CHECK_INT(bpf_finish(&p), -ENOENT);
	end();
}

static void reports_the_first_missing_member(void)
{
	uint32_t size = 99;

	begin();
	CHECK_INT(bpf_offset(&p, outer, "word", &size), 4);
	CHECK_INT(size, 4);
	CHECK_INT(bpf_offset(&p, outer, "half", NULL), 2);
	CHECK_INT(p.err, 0);
	CHECK_INT(bpf_offset(&p, outer, "absent", NULL), 0);
	bpf_offset(&p, outer, "other", &size);
	CHECK_INT(bpf_finish(&p), -ENOENT);
	CHECK_STR(p.missing, "absent");
	/* nothing is appended after the error */
	bpf_exit(&p);
	CHECK_INT(p.n, 0);
	end();
}

static void refuses_a_program_that_is_too_long(void)
{
	begin();
	for (int i = 0; i < BPF_MAX_INSNS; i++)
		bpf_set(&p, R0, 0);
	CHECK_INT(p.err, 0);
	bpf_jump(&p, 1);
	CHECK_INT(p.n, BPF_MAX_INSNS);
	CHECK_INT(bpf_finish(&p), -E2BIG);
	end();
	/* the offset of a store has 16 bits */
	begin();
	bpf_put(&p, INT16_MAX, R0, 8);
	CHECK_INT(p.err, 0);
	bpf_put(&p, INT16_MAX + 1, R0, 8);
	CHECK_INT(bpf_finish(&p), -ERANGE);
	end();
	/* a jump to a label that was never set */
	begin();
	bpf_jump(&p, 3);
	CHECK_INT(bpf_finish(&p), -EINVAL);
	end();
}

UNIT_MAIN(CASE(loads_a_member_with_the_width_of_its_type), CASE(generates_each_instruction),
	  CASE(refuses_members_that_no_instruction_can_load),
	  CASE(reports_the_first_missing_member), CASE(refuses_a_program_that_is_too_long))
