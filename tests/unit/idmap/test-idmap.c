// SPDX-License-Identifier: GPL-2.0-or-later
/* test-idmap: parses, checks, merges and splits maps. */
#include "idmap/idmap.h"

#include "../unit.h"

static void parses_streams_and_arguments(void)
{
	static const char *const good[] = {
		"uid 0 1000 1\ngid 0 1001 1\nsetgroups deny\n",
		"# a comment\n\n\tuid  0\t1000 1\nsetgroups deny\ngid 0 1001 1",
		"u:0:1000:1,g:0:1001:1,s:deny\n",
		"s:deny,u:0:1000:1,g:0:1001:1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct nserr e = NSERR_INIT;
		struct idmaps m;
		uint32_t id = 7;

		CHECK_INT(idmaps_parse(&m, good[i], strlen(good[i]), &e), 0);
		CHECK_INT(m.setgroups, IDMAP_SETGROUPS_DENY);
		CHECK_INT(idmap_to_outside(&m.map[IDMAP_UID], 0, &id), 0);
		CHECK_INT(id, 1000);
		CHECK_INT(idmap_to_inside(&m.map[IDMAP_GID], 1001, &id), 0);
		CHECK_INT(id, 0);
		CHECK_INT(idmap_to_outside(&m.map[IDMAP_UID], 1, &id), -ENOENT);
		CHECK_INT(idmaps_check(&m, NULL, &e), 0);
		idmaps_free(&m);
	}
}

static void error_quotes_the_invalid_text(void)
{
	/* clang-format off */
	static const struct { const char *text, *what; } bad[] = {
		{ "", "the map is empty" },
		{ "# nothing\n", "the map is empty" },
		{ "uid 0 0 1\n", "the map has no gid line" },
		{ "gid 0 0 1\n", "the map has no uid line" },
		{ "uid 0 0 1\nuid 0x10 0 1\n", "line 2: '0x10' is not a decimal number" },
		{ "uid -1 0 1\n", "line 1: '-1' is not a decimal number" },
		{ "uid 4294967296 0 1\n", "line 1: '4294967296' does not fit in 32 bits" },
		{ "uid 0 4294967295 1\n", "line 1: outside: id 4294967295 cannot be mapped" },
		{ "uid 0 0 0\n", "line 1: the count is 0" },
		{ "uid 1 0 4294967295\n",
		  "line 1: inside: a range of 4294967295 ids from 1 exceeds the last id, 4294967294" },
		{ "uid 0 4000000000 4000000000\n",
		  "line 1: outside: a range of 4000000000 ids from 4000000000 exceeds the last id, 4294967294" },
		{ "uid 0 0\n", "line 1: expected 'uid INSIDE OUTSIDE COUNT'" },
		{ "uid 0 0 1 1\n", "line 1: expected 'uid INSIDE OUTSIDE COUNT'" },
		{ "0 0 1\n", "line 1: unknown word '0', expected uid, gid or setgroups" },
		{ "uid 0 0 1\r\n", "line 1: the line ends in a carriage return" },
		{ "setgroups maybe\n", "line 1: invalid setgroups 'maybe', expected allow or deny" },
		{ "setgroups deny\nsetgroups deny\n", "line 2: setgroups is set twice" },
		{ "u:0:0:1,", "part 2: invalid part '', expected u:INSIDE:OUTSIDE:COUNT, g:INSIDE:OUTSIDE:COUNT, s:allow or s:deny" },
		{ "u:0:0:1:,g:0:0:1", "part 1: invalid part 'u:0:0:1:', expected u:INSIDE:OUTSIDE:COUNT, g:INSIDE:OUTSIDE:COUNT, s:allow or s:deny" },
		{ "u::0:1,g:0:0:1", "part 1: '' is not a decimal number" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct nserr e = NSERR_INIT;
		struct idmaps m;

		CHECK_INT(idmaps_parse(&m, bad[i].text, strlen(bad[i].text), &e), -EINVAL);
		CHECK_STR(unit_message(&e), bad[i].what);
		CHECK(m.map[IDMAP_UID].ext == NULL);
	}
}

/* Parses a uid map, whose lines lack the word "uid", and checks it against the parent's map.
 * Returns 0, or a negative errno with e set. */
static int check(const char *text, const char *parent, struct nserr *e)
{
	cleanup_idmap struct idmap m = IDMAP_INIT, p = IDMAP_INIT;
	int rc = idmap_parse_kernel(&m, text, strlen(text), e);

	*e = NSERR_INIT;
	if (rc == 0 && parent)
		rc = idmap_parse_kernel(&p, parent, strlen(parent), e);
	return rc < 0 ? rc : idmap_check(&m, parent ? &p : NULL, e);
}

static void error_names_rule_and_line(void)
{
	/* clang-format off */
	static const struct { const char *text, *parent, *what; int rc; } cases[] = {
		{ "0 1000 10\n20 2000 5\n9 500 1\n", NULL,
		  "line 3: inside range 9-9 overlaps line 1", -EINVAL },
		{ "0 1000 10\n20 1009 5\n", NULL,
		  "line 2: outside range 1009-1013 overlaps line 1", -EINVAL },
		{ "0 1000 10\n0 1000 10\n", NULL,
		  "line 2: inside range 0-9 overlaps line 1", -EINVAL },
		{ "0 0 4294967295\n", NULL, NULL, 0 },
		{ "0 1000 10\n10 1010 5\n", NULL, NULL, 0 },
		{ "0 0 1\n0 5 100\n", "0 1000 1\n1 100000 65536\n",
		  "line 2: inside range 0-99 overlaps line 1", -EINVAL },
		{ "0 0 100\n", "0 1000 1\n1 100000 65536\n",
		  "line 1: outside range 0-99 spans two extents of the parent's map; the second begins at 1", -EPERM },
		{ "0 0 1\n1 1 99\n", "0 1000 1\n1 100000 65536\n", NULL, 0 },
		{ "0 1 65536\n1000000 65537 1\n", "0 1000 1\n1 100000 65536\n",
		  "line 2: outside id 65537 is not mapped in the parent namespace", -EPERM },
		{ "0 1 65537\n", "0 1000 1\n1 100000 65536\n",
		  "line 1: outside id 65537 is not mapped in the parent namespace", -EPERM },
		{ "", NULL, "the map is empty", -EINVAL },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nserr e = NSERR_INIT;

		CHECK_INT(check(cases[i].text, cases[i].parent, &e), cases[i].rc);
		if (cases[i].what)
			CHECK_STR(unit_message(&e), cases[i].what);
	}
}

static void a_range_of_two_extents_has_a_hint(void)
{
	struct nserr e = NSERR_INIT;

	CHECK_INT(check("0 0 100\n", "0 1000 1\n1 100000 65536\n", &e), -EPERM);
	CHECK_STR(e.hint, "split the range with 'nsidmap split --parent <map>'");
	CHECK_INT(check("0 0 100\n", "0 1000 1\n", &e), -EPERM);
	CHECK_STR(e.hint, "");
}

static void refuses_too_many_lines_or_bytes(void)
{
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct nserr e = NSERR_INIT;

	for (uint32_t i = 0; i < 340; i++)
		CHECK_INT(idmap_add(&m, 2 * i, 2 * i, 1, &e), 0);
	CHECK_INT(idmap_check(&m, NULL, &e), 0);
	CHECK_INT(idmap_add(&m, 800, 800, 1, &e), 0);
	CHECK_INT(idmap_check(&m, NULL, &e), -EINVAL);
	CHECK_STR(unit_message(&e),
		  "extent 341: the map has 341 lines, but a map can have at most 340");
	CHECK_STR(e.hint, "merge adjacent ranges, or use fewer ranges");
	CHECK_INT(e.errnum, 0);
	idmap_free(&m);
	/* a line has 24 bytes: 170 lines have 4,080 bytes, 171 have 4,104 */
	for (uint32_t i = 0; i < 170; i++)
		CHECK_INT(idmap_add(&m, 1000000000 + 2 * i, 1000000000 + 2 * i, 1, &e), 0);
	CHECK_INT(idmap_check(&m, NULL, &e), 0);
	/* with a line of 15 bytes, the map has 4,095 bytes */
	CHECK_INT(idmap_add(&m, 10, 1, 100000000, &e), 0);
	CHECK_INT(idmap_check(&m, NULL, &e), 0);
	m.ext[170].outside = 10; /* with a line of 16 bytes, the map has 4,096 bytes */
	CHECK_INT(idmap_check(&m, NULL, &e), -EINVAL);
	CHECK_STR(unit_message(&e),
		  "extent 171: the map has 4096 bytes, but a map can have at most 4095");
	CHECK_STR(e.hint, "merge adjacent ranges, or use fewer ranges");
	CHECK_INT(e.errnum, 0);
}

static void joins_adjacent_extents(void)
{
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct buf b = BUF_INIT;

	idmap_add(&m, 10, 1010, 10, NULL);
	idmap_add(&m, 0, 1000, 10, NULL);
	idmap_add(&m, 20, 1021, 1, NULL);
	idmap_add(&m, 30, 1020, 1, NULL);
	idmap_merge(&m);
	idmap_format_kernel(&m, &b);
	CHECK_STR(b.s, "0 1000 20\n20 1021 1\n30 1020 1\n");
	buf_free(&b);
}

static void splits_at_the_extents_of_the_parent(void)
{
	cleanup_idmap struct idmap m = IDMAP_INIT, p = IDMAP_INIT;
	struct nserr e = NSERR_INIT;
	struct buf b = BUF_INIT;

	idmap_add(&p, 1, 100000, 65536, NULL);
	idmap_add(&p, 0, 1000, 1, NULL);
	idmap_add(&m, 5, 0, 100, NULL);
	CHECK_INT(idmap_split(&m, &p, &e), 0);
	idmap_format_kernel(&m, &b);
	CHECK_STR(b.s, "5 0 1\n6 1 99\n");
	buf_free(&b);
	idmap_add(&m, 200, 65537, 1, NULL);
	CHECK_INT(idmap_split(&m, &p, &e), -EPERM);
	CHECK_STR(unit_message(&e),
		  "extent 3: outside id 65537 is not mapped in the parent namespace");
	CHECK_INT(m.n, 3);
}

static void keeps_extents_with_unknown_outside_ids(void)
{
	static const char text[] =
		"         0 4294967295         10\n        10       5000          1\n";
	cleanup_idmap struct idmap m = IDMAP_INIT;
	uint32_t id;

	CHECK_INT(idmap_parse_kernel(&m, text, sizeof(text) - 1, NULL), 0);
	CHECK_INT(m.n, 2);
	CHECK(m.ext[0].outside == IDMAP_NONE);
	CHECK_INT(idmap_to_outside(&m, 0, &id), -ENOENT);
	CHECK_INT(idmap_to_outside(&m, 10, &id), 0);
	CHECK_INT(id, 5000);
	CHECK_INT(idmap_to_inside(&m, IDMAP_NONE, &id), -ENOENT);
	CHECK_INT(idmap_to_inside(&m, 3, &id), -ENOENT);
}

#define WORD_70 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define WORD_64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void a_long_word_is_cut_in_the_message(void)
{
	/* clang-format off */
	static const struct { const char *text, *what; } bad[] = {
		{ "uid 0 0 1\nuid " WORD_70 " 0 1\n", "line 2: '" WORD_64 "' is not a decimal number" },
		{ WORD_70 " 0 0 1\n", "line 1: unknown word '" WORD_64 "', expected uid, gid or setgroups" },
		{ "setgroups " WORD_70 "\n", "line 1: invalid setgroups '" WORD_64 "', expected allow or deny" },
		{ "setgroups\n", "line 1: expected 'setgroups allow' or 'setgroups deny'" },
		{ "setgroups deny x\n", "line 1: expected 'setgroups allow' or 'setgroups deny'" },
		{ "u:0:0:1," WORD_70, "part 2: invalid part '" WORD_64 "', expected u:INSIDE:OUTSIDE:COUNT, g:INSIDE:OUTSIDE:COUNT, s:allow or s:deny" },
		{ "u:0:0:1,x:0:0:1", "part 2: invalid part 'x:0:0:1', expected u:INSIDE:OUTSIDE:COUNT, g:INSIDE:OUTSIDE:COUNT, s:allow or s:deny" },
		{ "u:0:0:1,x:deny", "part 2: invalid part 'x:deny', expected u:INSIDE:OUTSIDE:COUNT, g:INSIDE:OUTSIDE:COUNT, s:allow or s:deny" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct nserr e = NSERR_INIT;
		struct idmaps m;

		CHECK_INT(idmaps_parse(&m, bad[i].text, strlen(bad[i].text), &e), -EINVAL);
		CHECK_STR(unit_message(&e), bad[i].what);
	}
}

static void damaged_maps_of_the_kernel_are_refused(void)
{
	static const char *const bad[] = { "0 0\n", "0 0 1 1\n", "0 0 1\n0 4294967295 0\n", "\n" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct idmap m;
		struct nserr e = NSERR_INIT;

		CHECK_INT(idmap_parse_kernel(&m, bad[i], strlen(bad[i]), &e), -EINVAL);
		CHECK(strstr(e.what, "line "));
		CHECK(m.ext == NULL);
	}
}

static void a_map_formatted_as_an_argument_ends_without_a_comma(void)
{
	cleanup_buf struct buf b = BUF_INIT;
	struct idmaps m = IDMAPS_INIT;

	idmaps_format_arg(&m, &b);
	CHECK_INT(b.len, 0);
	CHECK_INT(idmap_add(&m.map[IDMAP_UID], 0, 1000, 1, NULL), 0);
	idmaps_format_arg(&m, &b);
	CHECK_STR(b.s, "u:0:1000:1");
	buf_reset(&b);
	m.setgroups = IDMAP_SETGROUPS_ALLOW;
	idmaps_format_arg(&m, &b);
	CHECK_STR(b.s, "u:0:1000:1,s:allow");
	idmaps_free(&m);
}

static void separators_at_the_ends_of_a_map(void)
{
	/* clang-format off */
	static const struct { const char *text, *what; } cases[] = {
		{ "u:0:1000:1,g:0:1000:1", NULL },
		{ " uid  0\t1000 1 \t\ngid 0 1000 1 \n", NULL },
		{ "\n \t\nuid 0 1000 1\ngid 0 1000 1", NULL },
		{ "u:0:1000:,g:0:1000:1", "part 1: '' is not a decimal number" },
		{ ":0:1000:1", "line 1: unknown word ':0:1000:1', expected uid, gid or setgroups" },
		{ "u:0:1000:1:", "part 1: invalid part 'u:0:1000:1:', expected u:INSIDE:OUTSIDE:COUNT, g:INSIDE:OUTSIDE:COUNT, s:allow or s:deny" },
		{ "s:", "part 1: invalid setgroups '', expected allow or deny" },
		{ "u:0:1000:1,", "part 2: invalid part '', expected u:INSIDE:OUTSIDE:COUNT, g:INSIDE:OUTSIDE:COUNT, s:allow or s:deny" },
		/* a single letter is not the one-word form, and neither is a text of several lines */
		{ "u", "line 1: unknown word 'u', expected uid, gid or setgroups" },
		{ "u:0:1000:1\ng:0:1000:1\n", "line 1: unknown word 'u:0:1000:1', expected uid, gid or setgroups" },
		{ "", "the map is empty" },
		{ "\n", "the map is empty" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nserr e = NSERR_INIT;
		struct idmaps m;
		int rc = idmaps_parse(&m, cases[i].text, strlen(cases[i].text), &e);

		CHECK_INT(rc, cases[i].what ? -EINVAL : 0);
		CHECK_STR(unit_message(&e), cases[i].what ? cases[i].what : "");
		CHECK_INT(m.map[IDMAP_UID].n, cases[i].what ? 0 : 1);
		idmaps_free(&m);
	}
}

static void extents_are_checked_again(void)
{
	static const struct {
		struct idmap_extent x;
		const char *what;
	} bad[] = {
		{ { 10, 10, 0, 0 }, "extent 2: the count is 0" },
		{ { 10, IDMAP_NONE, 1, 0 }, "extent 2: outside: id 4294967295 cannot be mapped" },
		{ { IDMAP_NONE, 10, 1, 7 }, "line 7: inside: id 4294967295 cannot be mapped" },
		{ { 10, 4294967290, 6, 0 },
		  "extent 2: outside: a range of 6 ids from 4294967290 exceeds the last id, "
		  "4294967294" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cleanup_idmap struct idmap m = IDMAP_INIT;
		struct nserr e = NSERR_INIT;

		CHECK_INT(idmap_add(&m, 0, 0, 1, NULL), 0);
		CHECK_INT(idmap_append(&m, bad[i].x), 0);
		CHECK_INT(idmap_check(&m, NULL, &e), -EINVAL);
		CHECK_STR(unit_message(&e), bad[i].what);
	}
}

UNIT_MAIN(CASE(parses_streams_and_arguments), CASE(error_quotes_the_invalid_text),
	  CASE(error_names_rule_and_line), CASE(a_range_of_two_extents_has_a_hint),
	  CASE(refuses_too_many_lines_or_bytes), CASE(joins_adjacent_extents),
	  CASE(splits_at_the_extents_of_the_parent), CASE(keeps_extents_with_unknown_outside_ids),
	  CASE(a_long_word_is_cut_in_the_message), CASE(damaged_maps_of_the_kernel_are_refused),
	  CASE(a_map_formatted_as_an_argument_ends_without_a_comma),
	  CASE(separators_at_the_ends_of_a_map), CASE(extents_are_checked_again))
