// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test-bpf-prog: builds the BPF programs for the structures of several kernels and compares them,
 * as text, with listings. The structures are in tests/fixtures/btf/VERSION and the listings in
 * tests/fixtures/btf/VERSION.listing. If the environment variable LISTINGS names a directory, new
 * listings are written to it.
 */
#include "collect/bpf_prog.h"

#include <fcntl.h>

#include "../kernel/btf-build.h"
#include "../unit.h"
#include "base/file.h"

static char *read_fixture(const char *version, const char *suffix)
{
	const char *srcdir = getenv("srcdir");
	char path[4096], *text = NULL;
	cleanup_fd int fd = -1;

	snprintf(path, sizeof(path), "%s/tests/fixtures/btf/%s%s", srcdir ? srcdir : ".", version,
		 suffix);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0 && file_slurp(fd, 1 << 20, &text) > 0);
	return text ? text : strdup("");
}

/* ---- Text of instructions ---- */

static const char *width(const struct bpf_insn *i)
{
	switch (BPF_SIZE(i->code)) {
	case BPF_DW:
		return "u64";
	case BPF_W:
		return "u32";
	case BPF_H:
		return "u16";
	default:
		return "u8";
	}
}

static void add_jump(struct buf *b, const struct bpf_insn *i, unsigned at)
{
	int op = BPF_OP(i->code);
	const char *sign = op == BPF_JEQ ? "==" : "!=",
		   *reg = BPF_CLASS(i->code) == BPF_JMP ? "r" : "w";

	if (op == BPF_CALL && i->src_reg == SYS_BPF_KFUNC)
		buf_printf(b, "call function of the kernel");
	else if (op == BPF_CALL)
		buf_printf(b, "call %d", i->imm);
	else if (op == BPF_EXIT)
		buf_printf(b, "exit");
	else if (op == BPF_JA)
		buf_printf(b, "goto %u", at + 1 + (unsigned)i->off);
	else if (i->code == SYS_BPF_MAY_GOTO)
		buf_printf(b, "if too many turns goto %u", at + 1 + (unsigned)i->off);
	else if (BPF_SRC(i->code) == BPF_X)
		buf_printf(b, "if %s%d %s %s%d goto %u", reg, i->dst_reg, sign, reg, i->src_reg,
			   at + 1 + (unsigned)i->off);
	else
		buf_printf(b, "if %s%d %s %#x goto %u", reg, i->dst_reg, sign, (unsigned)i->imm,
			   at + 1 + (unsigned)i->off);
}

static void add_arithmetic(struct buf *b, const struct bpf_insn *i)
{
	int op = BPF_OP(i->code);
	const char *sign = op == BPF_MOV ? "=" : op == BPF_ADD ? "+=" : "*=";

	if (BPF_SRC(i->code) == BPF_X)
		buf_printf(b, "r%d %s r%d", i->dst_reg, sign, i->src_reg);
	else
		buf_printf(b, "r%d %s %d", i->dst_reg, sign, i->imm);
}

/* Checks that the fields which an instruction does not use are 0. The verifier of the kernel
 * refuses other values. */
static void check_reserved(const struct bpf_insn *i)
{
	int class = BPF_CLASS(i->code), op = BPF_OP(i->code);
	bool jump = class == BPF_JMP || class == BPF_JMP32;

	if (class == BPF_LDX || class == BPF_STX)
		CHECK_INT(i->imm, 0);
	else if (class == BPF_ST)
		CHECK_INT(i->src_reg, 0);
	else if (class == BPF_ALU64)
		CHECK_INT(i->off, 0);
	else if (jump && (op == BPF_CALL || op == BPF_EXIT))
		CHECK(i->dst_reg == 0 && i->off == 0);
	if (jump && (op == BPF_EXIT || op == BPF_JA))
		CHECK(i->dst_reg == 0 && i->src_reg == 0 && i->imm == 0);
	else if (class == BPF_ALU64 || (jump && op != BPF_CALL && i->code != SYS_BPF_MAY_GOTO))
		CHECK_INT(BPF_SRC(i->code) == BPF_X ? i->imm : i->src_reg, 0);
}

/* BTF ids depend on the BTF that the test generates, so they are printed as "type". */
static void add_insn(struct buf *b, const struct bpf *p, unsigned at)
{
	const struct bpf_insn *i = &p->insn[at];

	buf_printf(b, "%3u  ", at);
	/* check the mode of memory accesses and the width of arithmetic, which the text omits */
	CHECK(BPF_CLASS(i->code) == BPF_LDX || BPF_CLASS(i->code) == BPF_STX ||
			      BPF_CLASS(i->code) == BPF_ST
		      ? BPF_MODE(i->code) == BPF_MEM
		      : BPF_CLASS(i->code) != BPF_ALU);
	check_reserved(i);
	switch (BPF_CLASS(i->code)) {
	case BPF_LDX:
		buf_printf(b, "r%d = *(%s *)(r%d %+d)", i->dst_reg, width(i), i->src_reg, i->off);
		break;
	case BPF_STX:
		buf_printf(b, "*(%s *)(r%d %+d) = r%d", width(i), i->dst_reg, i->off, i->src_reg);
		break;
	case BPF_ST:
		buf_printf(b, "*(%s *)(r%d %+d) = %d", width(i), i->dst_reg, i->off, i->imm);
		break;
	case BPF_JMP:
	case BPF_JMP32:
		add_jump(b, i, at);
		break;
	default:
		if (i->dst_reg == R2 && at + 1 < p->n && p->insn[at + 1].src_reg == SYS_BPF_KFUNC &&
		    BPF_OP(p->insn[at + 1].code) == BPF_CALL)
			buf_printf(b, "r2 = type");
		else
			add_arithmetic(b, i);
	}
	buf_addc(b, '\n');
}

static void add_program(struct buf *b, const char *title, const struct bpf *p)
{
	buf_printf(b, "%s\n", title);
	for (unsigned i = 0; i < p->n; i++)
		add_insn(b, p, i);
}

/* ---- Cases ---- */

/* Builds the programs for the structures that `text` describes. Returns 0 or a negative errno. */
static int make(const char *text, struct bpf *task, struct bpf *file, struct bpf_source *s)
{
	struct buf bytes = btf_build(text);
	int rc = btf_borrow(&s->btf, bytes.s, bytes.len);

	if (rc == 0)
		rc = bpf_source_init(s);
	if (rc == 0)
		rc = bpf_build_task(task, s);
	if (rc == 0)
		rc = bpf_build_file(file, s, 4711, bpf_source_has_mounts(s) ? 9 : 0);
	btf_close(&s->btf);
	buf_free(&bytes);
	return rc;
}

/* Writes a new listing to the directory that the environment names. */
static void write_listing(const char *version, const struct buf *got)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.listing", getenv("LISTINGS"), version);
	f = fopen(path, "w");
	CHECK(f);
	fwrite(got->s, 1, got->len, f);
	fclose(f);
}

static void compare(const char *version, const char *want, const char *got)
{
	for (unsigned line = 1; *want || *got; line++) {
		size_t n = strcspn(want, "\n"), m = strcspn(got, "\n");

		if (n != m || memcmp(want, got, n) != 0) {
			printf("# %s.listing:%u: '%.*s', not '%.*s'\n", version, line, (int)m, got,
			       (int)n, want);
			CHECK(!"the program differs from its listing");
			return;
		}
		want += n + (want[n] != '\0');
		got += m + (got[m] != '\0');
	}
}

static void matches_its_listing(const char *version)
{
	struct bpf_source s = { 0 };
	static struct bpf task, file;
	struct buf got = BUF_INIT;
	char *text = read_fixture(version, "");

	CHECK_INT(make(text, &task, &file, &s), 0);
	add_program(&got, "for tasks", &task);
	add_program(&got, "for descriptors", &file);
	if (getenv("LISTINGS")) {
		write_listing(version, &got);
	} else {
		char *want = read_fixture(version, ".listing");

		compare(version, want, got.s);
		free(want);
	}
	buf_free(&got);
	free(text);
}

static void programs_for_5_10_match_the_listing(void)
{
	matches_its_listing("5.10");
}

static void programs_for_6_1_match_the_listing(void)
{
	matches_its_listing("6.1");
}

static void programs_for_6_12_match_the_listing(void)
{
	matches_its_listing("6.12");
}

static void programs_for_6_18_match_the_listing(void)
{
	matches_its_listing("6.18");
}

static void programs_for_7_2_match_the_listing(void)
{
	matches_its_listing("7.2");
}

/* Removes the lines that begin with `what` from text. */
static void remove_lines(char *text, const char *what)
{
	char *at = text;

	while ((at = strstr(at, what))) {
		char *end = strchr(at, '\n') + 1;

		memmove(at, end, strlen(end) + 1);
	}
}

/* Returns the result of building the programs for the structures of 6.18 without the lines that
 * begin with `what`. */
static int result_without(const char *what)
{
	struct bpf_source s = { 0 };
	static struct bpf task, file;
	char *text = read_fixture("6.18", "");
	int rc;

	CHECK(strstr(text, what));
	remove_lines(text, what);
	rc = make(text, &task, &file, &s);
	free(text);
	return rc;
}

static void fails_without_required_members(void)
{
	CHECK_INT(result_without("func bpf_iter_task "), -ENOENT);
	CHECK_INT(result_without("func bpf_iter_task_file "), -ENOENT);
	CHECK_INT(result_without("\tnsproxy "), -ENOENT);
	CHECK_INT(result_without("\treal_cred "), -ENOENT);
	CHECK_INT(result_without("\treal_parent "), -ENOENT);
	CHECK_INT(result_without("\tthread_pid "), -ENOENT);
	CHECK_INT(result_without("\tlevel "), -ENOENT);
	CHECK_INT(result_without("\tnumbers "), -ENOENT);
	CHECK_INT(result_without("\tf_inode "), -ENOENT);
	CHECK_INT(result_without("\ts_magic "), -ENOENT);
	CHECK_INT(result_without("\tseq "), -ENOENT);
	CHECK_INT(result_without("\tinum "), -ENOENT);
}

static void builds_programs_without_optional_members(void)
{
	CHECK_INT(result_without("func bpf_rdonly_cast "), 0);
	CHECK_INT(result_without("\ttime_ns "), 0);
	CHECK_INT(result_without("\tns_id "), 0);
	CHECK_INT(result_without("\tmnt_next_for_sb "), 0);
	CHECK_INT(result_without("\tns_list_node "), 0);
}

static void every_jump_ends_inside_the_program(void)
{
	struct bpf_source s = { 0 };
	static struct bpf p[2];
	char *text = read_fixture("6.18", "");

	CHECK_INT(make(text, &p[0], &p[1], &s), 0);
	for (unsigned k = 0; k < 2; k++) {
		CHECK(p[k].n < BPF_MAX_INSNS);
		CHECK_INT(p[k].insn[p[k].n - 1].code, BPF_JMP | BPF_EXIT);
		for (unsigned i = 0; i < p[k].n; i++)
			CHECK(i + 1 + (unsigned)p[k].insn[i].off < p[k].n || !p[k].target[i]);
	}
	free(text);
}

static void a_label_that_is_missing_is_an_error(void)
{
	struct bpf p;
	struct btf none = { 0 };

	bpf_init(&p, &none, 0);
	bpf_jump(&p, 3);
	bpf_exit(&p);
	CHECK_INT(bpf_finish(&p), -EINVAL);
}

static void a_program_that_is_too_long_is_an_error(void)
{
	struct bpf p;
	struct btf none = { 0 };

	bpf_init(&p, &none, 0);
	for (unsigned i = 0; i <= BPF_MAX_INSNS; i++)
		bpf_set(&p, R1, 0);
	CHECK_INT(bpf_finish(&p), -E2BIG);
}

UNIT_MAIN(CASE(programs_for_5_10_match_the_listing), CASE(programs_for_6_1_match_the_listing),
	  CASE(programs_for_6_12_match_the_listing), CASE(programs_for_6_18_match_the_listing),
	  CASE(programs_for_7_2_match_the_listing), CASE(fails_without_required_members),
	  CASE(builds_programs_without_optional_members), CASE(every_jump_ends_inside_the_program),
	  CASE(a_label_that_is_missing_is_an_error), CASE(a_program_that_is_too_long_is_an_error))
