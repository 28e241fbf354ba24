// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test-subid-lint: compares the reported overlaps with a model that compares every line with every
 * other line.
 */
#include "idmap/subid_lint.h"

#include <fcntl.h>
#include <stdio.h>

#include "../sandbox.h"
#include "idmap/subid_nss.h"

#define CASES 20000
#define LINES 8

/* A range is reported if its start is in a range that begins before it, or at the same id on an
 * earlier line. */
static void reports_each_overlap(void)
{
	for (unsigned n = 0; n < CASES; n++) {
		struct {
			unsigned start, count;
		} r[LINES];
		struct buf text = BUF_INIT, out = BUF_INIT;
		int want = 0, got;

		for (int i = 0; i < LINES; i++) {
			r[i].start = unit_random(60);
			r[i].count = 1 + unit_random(9);
			buf_printf(&text, "u%d:%u:%u\n", i, r[i].start, r[i].count);
		}
		for (int i = 0; i < LINES; i++) {
			bool covered = false;

			for (int k = 0; k < LINES; k++)
				if (k != i && r[k].start + r[k].count > r[i].start &&
				    (r[k].start < r[i].start ||
				     (r[k].start == r[i].start && k < i)))
					covered = true;
			want += covered;
		}
		got = subid_lint_text("f", text.s, text.len, NULL, 0, &out);
		CHECK_INT(got, want);
		buf_free(&text);
		buf_free(&out);
		if (got != want)
			return;
	}
}

static void reports_accounts_in_ranges(void)
{
	static const struct subid_lint_account accounts[] = { { 0, "root" },
							      { 1000, "alice" },
							      { 4294967294, "last" } };
	static const char text[] = "a:1:999\nb:1000:1\nc:500:501\nd:4294967294:1\ne:2000:10\n";
	struct buf out = BUF_INIT;

	CHECK_INT(subid_lint_text("f", text, sizeof(text) - 1, accounts, 3, &out), 5);
	CHECK(strstr(out.s, "f: line 2: b's range 1000-1000 contains 1000, the id of alice\n"));
	CHECK(strstr(out.s, "f: line 3: c's range 500-1000 contains 1000, the id of alice\n"));
	CHECK(strstr(out.s, "f: line 4: d's range 4294967294-4294967294 contains 4294967294, the "
			    "id of last\n"));
	buf_free(&out);
}

static void accepts_an_empty_file(void)
{
	struct buf out = BUF_INIT;

	CHECK_INT(subid_lint_text("f", "", 0, NULL, 0, &out), 0);
	CHECK_INT(subid_lint_text("f", "\n#x\n\n", 5, NULL, 0, &out), 0);
	CHECK(out.len == 0);
	buf_free(&out);
}

static void shortens_long_names(void)
{
	struct buf text = BUF_INIT, out = BUF_INIT;
	char name[101];

	memset(name, 'x', 100);
	name[100] = '\0';
	buf_printf(&text, "%s:1:9\nb:5:9\n", name);
	CHECK_INT(subid_lint_text("f", text.s, text.len, NULL, 0, &out), 1);
	CHECK(strstr(out.s, "f: line 2: b's range 5-13 overlaps "));
	CHECK(strstr(out.s, " overlaps xx") && strstr(out.s, "x's range 1-9 of line 1\n"));
	/* at most 64 bytes */
	name[64] = '\0';
	CHECK(strstr(out.s, name));
	name[64] = 'x';
	name[65] = '\0';
	CHECK(!strstr(out.s, name));
	buf_free(&text);
	buf_free(&out);
}

/* ---- The files in /etc: an empty file system replaces this directory ---- */

/* Checks the files. Returns the number of findings, with the text in `out` and the message of an
 * incomplete check in `partial`. */
static int lint(struct buf *out, struct nserr *partial)
{
	struct nserr e = NSERR_INIT;
	int rc;

	*out = BUF_INIT;
	rc = subid_lint_files(out, partial, &e);
	CHECK_STR(e.what, "");
	return rc;
}

/* Returns true for the error of a file without a valid line: glibc 2.31 reports EINVAL, and later
 * versions report no error, for which the library sets EIO. */
static bool is_invalid(const struct nserr *e)
{
	return e->errnum == EIO || e->errnum == EINVAL;
}

static void compares_files_with_accounts(const char *dir)
{
	struct nserr partial;
	struct buf out;

	(void)dir;
	sandbox_tmpfs("/etc");
	/* no files: nothing to report, and no account is missing */
	CHECK_INT(lint(&out, &partial), 0);
	CHECK_STR(partial.what, "");
	buf_free(&out);
	/* empty files are complete */
	unit_put(AT_FDCWD, "/etc/nsswitch.conf", "passwd: files\ngroup: files\n");
	unit_put(AT_FDCWD, "/etc/passwd", "");
	unit_put(AT_FDCWD, "/etc/group", "");
	unit_put(AT_FDCWD, "/etc/subuid", "a:100000:10\n");
	unit_put(AT_FDCWD, "/etc/subgid", "a:100000:10\n");
	CHECK_INT(lint(&out, &partial), 0);
	CHECK_STR(partial.what, "");
	buf_free(&out);
	/* no line of the file is valid, so the accounts are unknown */
	unit_put(AT_FDCWD, "/etc/passwd", "garbage\n");
	CHECK_INT(lint(&out, &partial), 0);
	CHECK_STR(partial.what, "incomplete check: cannot read all users");
	CHECK(is_invalid(&partial));
	buf_free(&out);
	unit_put(AT_FDCWD, "/etc/passwd", "root:x:0:0::/:/bin/sh\nb:x:100005:1::/:/bin/sh\n");
	unit_put(AT_FDCWD, "/etc/group", "garbage\n");
	CHECK_INT(lint(&out, &partial), 1);
	CHECK_STR(out.s, "/etc/subuid: line 1: a's range 100000-100009 contains 100005, the id of "
			 "b\n");
	CHECK_STR(partial.what, "incomplete check: cannot read all groups");
	CHECK(is_invalid(&partial));
	buf_free(&out);
	unit_put(AT_FDCWD, "/etc/group", "root:x:0:\ng:x:100009:\n");
	CHECK_INT(lint(&out, &partial), 2);
	CHECK(strstr(out.s, "/etc/subgid: line 1: a's range 100000-100009 contains 100009, the id "
			    "of g\n"));
	CHECK_STR(partial.what, "");
	buf_free(&out);
}

static void checks_the_files_against_all_accounts(void)
{
	sandbox(0, compares_files_with_accounts);
}

static void looks_for_the_module(const char *dir)
{
	struct nserr e = NSERR_INIT;
	char lib[32], text[128];

	(void)dir;
	sandbox_tmpfs("/etc");
	CHECK_INT(subid_nss_wanted(&e), 0);
	CHECK(!subid_nss_is_missing(lib, sizeof(lib)));
	unit_put(AT_FDCWD, "/etc/nsswitch.conf", "");
	CHECK_INT(subid_nss_wanted(&e), 0);
	CHECK(!subid_nss_is_missing(lib, sizeof(lib)));
	unit_put(AT_FDCWD, "/etc/nsswitch.conf", "subid: files\n");
	CHECK_INT(subid_nss_wanted(&e), 0);
	CHECK(!subid_nss_is_missing(lib, sizeof(lib)));
	unit_put(AT_FDCWD, "/etc/nsswitch.conf", "subid: nosuch\n");
	CHECK_INT(subid_nss_wanted(&e), 1);
	CHECK(subid_nss_is_missing(lib, sizeof(lib)));
	CHECK_STR(lib, "libsubid_nosuch.so");
	/* the name of the library does not fit */
	snprintf(text, sizeof(text), "subid: %s\n", "a-name-of-more-than-20-bytes");
	unit_put(AT_FDCWD, "/etc/nsswitch.conf", text);
	CHECK_INT(subid_nss_wanted(&e), 1);
	CHECK(!subid_nss_is_missing(lib, sizeof(lib)));
	/* the file is too large to be read */
	CHECK_INT(truncate("/etc/nsswitch.conf", 20000), 0);
	CHECK_INT(subid_nss_wanted(&e), -EFBIG);
	CHECK_STR(unit_message(&e), "cannot read /etc/nsswitch.conf: File too large");
}

static void names_a_module_that_is_missing(void)
{
	sandbox(0, looks_for_the_module);
}

static void recognizes_the_source_of_subordinate_ids(void)
{
	static const char *const named[] = {
		"subid: sss\n",           "subid:sss",
		" \tsubid:\tsss files\n", "passwd: files\nsubid: files2\n",
		"subid: filez",           "subid: file"
	};
	static const char *const not_named[] = { "",
						 "\n",
						 "passwd: sss",
						 "passwd: sss\n",
						 "subid:",
						 "subid: \n",
						 "subid: #sss\n",
						 "subid: files\n",
						 "subid: files sss\n",
						 "#subid: sss\n",
						 "subid: files\nsubid: sss\n" };

	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		CHECK(subid_nss_named(named[i]));
	for (size_t i = 0; i < ARRAY_SIZE(not_named); i++)
		CHECK(!subid_nss_named(not_named[i]));
}

UNIT_MAIN(CASE(reports_each_overlap), CASE(reports_accounts_in_ranges), CASE(accepts_an_empty_file),
	  CASE(shortens_long_names), CASE(checks_the_files_against_all_accounts),
	  CASE(names_a_module_that_is_missing), CASE(recognizes_the_source_of_subordinate_ids))
