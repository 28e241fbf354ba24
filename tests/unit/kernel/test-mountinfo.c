// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/mountinfo.h"

#include "../unit.h"

/* Sets m to a copy of the text, which has the format of /proc/PID/mountinfo. Returns 0, or -1 if
 * memory is exhausted. */
static int parse(struct mountinfo *m, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -1;
	mountinfo_take(m, copy);
	return 0;
}

static void every_field_is_parsed(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line l;

	CHECK_INT(parse(&m, "36 35 98:0 /mnt1 /mnt2 rw,noatime shared:7 master:1 - ext3 /dev/root "
			    "rw,errors=continue\n"),
		  0);
	CHECK(mountinfo_next(&m, &l));
	CHECK_INT(l.id, 36);
	CHECK_INT(l.parent, 35);
	CHECK(l.shared);
	CHECK_STR(l.root, "/mnt1");
	CHECK_STR(l.target, "/mnt2");
	CHECK_STR(l.options, "rw,noatime");
	CHECK_STR(l.fstype, "ext3");
	CHECK_STR(l.source, "/dev/root");
	CHECK_STR(l.super, "rw,errors=continue");
	CHECK(!mountinfo_next(&m, &l));
}

static void only_the_tag_shared_means_shared(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line l;

	CHECK_INT(parse(&m, "1 0 0:1 / / rw - tmpfs none rw\n"
			    "2 1 0:2 / /a rw master:3 propagate_from:2 - tmpfs none rw\n"
			    "3 1 0:3 / /b rw unbindable - tmpfs none rw\n"),
		  0);
	for (int i = 1; i <= 3; i++) {
		CHECK(mountinfo_next(&m, &l));
		CHECK_INT(l.id, i);
		CHECK(!l.shared);
		CHECK_STR(l.fstype, "tmpfs");
	}
}

/*
 * The kernel escapes space, tab, newline and backslash. Any other escaped byte must be decoded too.
 */
static void escapes_are_decoded_in_paths_and_source(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line l;

	CHECK_INT(parse(&m, "1 0 0:1 /a\\040b /c\\011d\\012e\\134f\\377 rw - fuse my\\040disk\\043 "
			    "rw\n"),
		  0);
	CHECK(mountinfo_next(&m, &l));
	CHECK_STR(l.root, "/a b");
	CHECK_STR(l.target, "/c\td\ne\\f\377");
	CHECK_STR(l.source, "my disk#");
}

static void invalid_escapes_are_kept(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line l;

	CHECK_INT(parse(&m, "1 0 0:1 \\04 /\\408\\x41\\ rw - fuse \\134040 rw\n"), 0);
	CHECK(mountinfo_next(&m, &l));
	CHECK_STR(l.root, "\\04");
	CHECK_STR(l.target, "/\\408\\x41\\");
	CHECK_STR(l.source, "\\040"); /* the text must be decoded only once */
}

static void invalid_lines_are_skipped(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line l;

	CHECK_INT(parse(&m, "rubbish\n1 0 0:1 / / rw - tmpfs\nx 0 0:1 / / rw - tmpfs none rw\n"
			    "5 0 0:1 / /last rw - tmpfs none rw"),
		  0);
	CHECK(mountinfo_next(&m, &l));
	CHECK_INT(l.id, 5);
	CHECK_STR(l.target, "/last");
	CHECK(!mountinfo_next(&m, &l));
}

static void empty_file_has_no_mounts(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line l;

	CHECK_INT(parse(&m, ""), 0);
	CHECK(!mountinfo_next(&m, &l));
}

static void option_must_match_a_whole_word(void)
{
	CHECK(mountinfo_has_option("rw,cpu,cpuacct", "cpu"));
	CHECK(mountinfo_has_option("rw,cpuacct,cpu", "cpu"));
	CHECK(mountinfo_has_option("cpu", "cpu"));
	CHECK(!mountinfo_has_option("rw,cpuacct", "cpu"));
	CHECK(!mountinfo_has_option("rw,name=cpu", "cpu"));
	CHECK(!mountinfo_has_option("", "cpu"));
}

static void further_words_of_a_line_are_ignored(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line l;

	CHECK_INT(parse(&m, "36 35 98:0 / /mnt rw - tmpfs none rw a b c d e f g h i j k l m n o\n"
			    "37 x 98:0 / /bad rw - tmpfs none rw\n"
			    "38 -1 98:0 / /bad rw - tmpfs none rw\n"
			    "39 36 98:0 / /last rw - tmpfs none rw\n"),
		  0);
	CHECK(mountinfo_next(&m, &l));
	CHECK_INT(l.id, 36);
	CHECK_STR(l.super, "rw");
	CHECK(mountinfo_next(&m, &l));
	CHECK_INT(l.id, 39);
	CHECK_INT(l.parent, 36);
	CHECK(!mountinfo_next(&m, &l));
}

static void only_octal_digits_are_an_escape(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line l;

	CHECK_INT(
		parse(&m,
		      "1 0 0:1 /\\:40\\0:0\\04:\\400 /\\/40\\0/0\\04/\\08a rw - t \\377\\000 rw\n"),
		0);
	CHECK(mountinfo_next(&m, &l));
	CHECK_STR(l.root, "/\\:40\\0:0\\04:\\400");
	CHECK_STR(l.target, "/\\/40\\0/0\\04/\\08a");
}

static void finds_only_a_mount_with_the_id(void)
{
	static const int missing[] = { -1, 0, 2000000000 };
	struct mountinfo_line l;
	int id = mountinfo_id_of("/proc");

	for (size_t i = 0; i < ARRAY_SIZE(missing); i++) {
		cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;

		CHECK(!mountinfo_find(&m, missing[i], &l));
	}
	if (id >= 0) {
		cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;

		CHECK(mountinfo_find(&m, id, &l) && l.id == id);
	}
}

UNIT_MAIN(CASE(every_field_is_parsed), CASE(only_the_tag_shared_means_shared),
	  CASE(escapes_are_decoded_in_paths_and_source), CASE(invalid_escapes_are_kept),
	  CASE(invalid_lines_are_skipped), CASE(empty_file_has_no_mounts),
	  CASE(option_must_match_a_whole_word), CASE(further_words_of_a_line_are_ignored),
	  CASE(only_octal_digits_are_an_escape), CASE(finds_only_a_mount_with_the_id))
