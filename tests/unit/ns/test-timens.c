// SPDX-License-Identifier: GPL-2.0-or-later
/* test-timens: parses times and streams, and refuses times outside of the kernel's range. */
#include "ns/timens.h"
#include "ns/timens_proc.h"

#include "../unit.h"

/*
 * The machine booted 1000.25 s ago and was never suspended. The caller's clocks are an hour ahead,
 * and the process started at 900.5 s.
 */
static const struct timens_now now = {
	.initial = { { 1000, 250000000 }, { 1000, 250000000 } },
	.own = { { 3600, 0 }, { 3600, 0 } },
	.anchor = { { 900, 500000000 }, { 900, 500000000 } },
};

/*
 * Returns the offset of the boottime clock in seconds that the text requests, or the error message.
 */
static const char *offset(const char *text, enum timens_base base)
{
	static struct buf b;
	struct timespec out, like = { 77, 5 };
	struct timens_want w;
	struct nserr e = NSERR_INIT;

	buf_reset(&b);
	if (timens_parse(text, &w, &e) < 0 ||
	    timens_resolve(&w, TIMENS_BOOTTIME, base, &now, &like, &out, &e) < 0)
		buf_adds(&b, e.what);
	else
		timens_add_seconds(&b, out, true);
	return b.s;
}

static void duration_without_sign_is_the_offset(void)
{
	CHECK_STR(offset("90", TIMENS_BASE_OWN), "+90");
	CHECK_STR(offset(".5", TIMENS_BASE_OWN), "+0.5");
	CHECK_STR(offset("1d2h", TIMENS_BASE_OWN), "+93600");
	CHECK_STR(offset("0", TIMENS_BASE_OWN), "+0");
}

static void signed_duration_is_relative_to_the_base(void)
{
	CHECK_STR(offset("+0.5s", TIMENS_BASE_OWN), "+3600.5");
	CHECK_STR(offset("-0.5s", TIMENS_BASE_OWN), "+3599.5");
	CHECK_STR(offset("+0.5s", TIMENS_BASE_INITIAL), "+0.5");
	CHECK_STR(offset("-0.5s", TIMENS_BASE_INITIAL), "-0.5");
	CHECK_STR(offset("-1000.25", TIMENS_BASE_INITIAL), "-1000.25");
	CHECK_STR(offset("+1ns", TIMENS_BASE_INITIAL), "+0.000000001");
	CHECK_STR(offset("-1ns", TIMENS_BASE_INITIAL), "-0.000000001");
}

static void reading_is_relative_to_the_anchor(void)
{
	CHECK_STR(offset("=0", TIMENS_BASE_OWN), "-900.5");
	CHECK_STR(offset("=1000.25", TIMENS_BASE_OWN), "+99.75");
	CHECK_STR(offset("=@self", TIMENS_BASE_OWN), "+77.000000005");
}

static void refuses_invalid_times(void)
{
	static const char *const bad[] = {
		"",    "+",    "=",  "-",         "x",   "1x",   " 1", "1 ", "++1", "+-1", "=-1",
		"1,5", "0x10", "=@", "=@nowhere", "=@0", "1s1d", ".",  "1.", "9e9", "inf",
	};
	struct timens_want w;
	struct nserr e;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		e = NSERR_INIT;
		if (timens_parse(bad[i], &w, &e) == 0)
			CHECK_STR(bad[i], "refused");
		CHECK(e.what[0] != '\0');
	}
	CHECK_STR(offset("1.0000000001", TIMENS_BASE_OWN),
		  "invalid time '1.0000000001': too large, or finer than a nanosecond");
	CHECK_STR(offset("99999999999999999999", TIMENS_BASE_OWN),
		  "invalid time '99999999999999999999': too large, or finer than a nanosecond");
}

static void error_names_the_allowed_interval(void)
{
	CHECK_STR(offset("-1000.250000001", TIMENS_BASE_INITIAL),
		  "boottime '-1000.250000001' is outside the allowed interval, "
		  "-1000.25 to +4611685018.749999999 seconds");
	CHECK_STR(offset("-4600.250000001", TIMENS_BASE_OWN),
		  "boottime '-4600.250000001' is outside the allowed interval, "
		  "-4600.25 to +4611681418.749999999 seconds");
	CHECK_STR(offset("-4600.25", TIMENS_BASE_OWN), "-1000.25");
	CHECK_STR(offset("4611685019", TIMENS_BASE_OWN),
		  "boottime '4611685019' is outside the allowed interval, "
		  "-1000.25 to +4611685018.749999999 seconds");
	CHECK_STR(offset("4611685018.749999999", TIMENS_BASE_OWN), "+4611685018.749999999");
	CHECK_STR(offset("=4611685919.25", TIMENS_BASE_OWN),
		  "boottime '=4611685919.25' is outside the allowed interval, "
		  "0 to 4611685919.249999999 seconds");
	CHECK_STR(offset("+9223372036854775807", TIMENS_BASE_OWN),
		  "boottime '+9223372036854775807' is outside the allowed interval, "
		  "-4600.25 to +4611681418.749999999 seconds");
}

static const char *stream(const char *text)
{
	static struct buf b;
	struct timens t;
	struct nserr e = NSERR_INIT;

	buf_reset(&b);
	if (timens_parse_stream(text, strlen(text), &t, &e) < 0)
		buf_adds(&b, e.what);
	else
		timens_format(&t, &b);
	return b.s;
}

static void parses_what_it_formats(void)
{
	CHECK_STR(stream("monotonic           0         0\nboottime            0         0\n"),
		  "monotonic 0 0\nboottime 0 0\n");
	CHECK_STR(stream("# saved\n\n\tboottime -857 500000000 # by hand"),
		  "boottime -857 500000000\n");
	CHECK_STR(stream("boottime 1 999999999\nmonotonic -4611686018 0\n"),
		  "monotonic -4611686018 0\nboottime 1 999999999\n");
}

static void error_names_the_invalid_line(void)
{
	CHECK_STR(stream(""), "missing offset for the monotonic or boottime clock");
	CHECK_STR(stream("# nothing\n"), "missing offset for the monotonic or boottime clock");
	CHECK_STR(stream("boottime 1 0\nboottime 1 0\n"), "line 2: boottime is given twice");
	CHECK_STR(stream("realtime 1 0\n"), "line 1: cannot set an offset for the realtime "
					    "clock, only for the monotonic and boottime clocks");
	CHECK_STR(stream("tai 1 0\n"), "line 1: unknown clock 'tai'");
	CHECK_STR(stream("boottime 1.5 0\n"), "line 1: invalid seconds '1.5'");
	CHECK_STR(stream("boottime 99999999999999999999 0\n"),
		  "line 1: invalid seconds '99999999999999999999'");
	CHECK_STR(stream("boottime 1\n"),
		  "line 1: invalid nanoseconds '', expected 0 to 999999999");
	CHECK_STR(stream("boottime 1 1000000000\n"),
		  "line 1: invalid nanoseconds '1000000000', expected 0 to 999999999");
	CHECK_STR(stream("boottime 1 -1\n"),
		  "line 1: invalid nanoseconds '-1', expected 0 to 999999999");
	CHECK_STR(stream("boottime 1 0 0\n"), "line 1: unexpected text after the nanoseconds");
}

static void checks_the_range_of_a_stream(void)
{
	struct timens t = { { false, true }, { { 0 }, { -1001, 749999999 } } };
	struct nserr e = NSERR_INIT;

	CHECK_INT(timens_check(&t, &now, &e), -ERANGE);
	CHECK_STR(unit_message(&e), "boottime '-1000.250000001' is outside the allowed interval, "
				    "-1000.25 to +4611685018.749999999 seconds");
	t.off[TIMENS_BOOTTIME].tv_nsec = 750000000;
	CHECK_INT(timens_check(&t, &now, &e), 0);
}

#define WORD_70 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define WORD_64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void a_long_word_is_cut_in_the_message(void)
{
	CHECK_STR(stream(WORD_70 " 1 0\n"), "line 1: unknown clock '" WORD_64 "'");
	CHECK_STR(stream("boottime " WORD_70 " 0\n"), "line 1: invalid seconds '" WORD_64 "'");
	CHECK_STR(stream("boottime 1 " WORD_70 "\n"),
		  "line 1: invalid nanoseconds '" WORD_64 "', expected 0 to 999999999");
	/* an unknown clock whose name has eight letters, as "realtime" has */
	CHECK_STR(stream("freetime 1 0\n"), "line 1: unknown clock 'freetime'");
}

static void blanks_and_comments_are_left_out(void)
{
	CHECK_STR(stream(" \t boottime \t 5   0 \t # x\n   \t\n#\n monotonic 1 0"),
		  "monotonic 1 0\nboottime 5 0\n");
	CHECK_STR(stream("boottime\t5\t0\t#x\n"), "boottime 5 0\n");
	CHECK_STR(stream("boottime\n"), "line 1: invalid seconds ''");
	CHECK_STR(stream("\n\nboottime 1 0 x#\n"), "line 3: unexpected text after the nanoseconds");
}

/* Returns the message for an argument of --boottime that refers to a process or a namespace. Checks
 * that timens_request_resolve() returns `want`. */
static const char *like(const char *text, int want)
{
	static struct nserr e;
	struct timens_request r = { .stream = NULL };
	struct timens t;

	e = NSERR_INIT;
	CHECK_INT(timens_parse(text, &r.want[TIMENS_BOOTTIME], &e), 0);
	CHECK_INT(timens_request_resolve(&r, &now, &t, &e), want);
	return unit_message(&e);
}

static void names_the_reference_whose_clocks_cannot_be_read(void)
{
	/* a process cannot have the pid 4194304, which is the limit of kernel.pid_max */
	CHECK_STR(like("=@4194304", -ESRCH), "process 4194304: No such process");
	CHECK_STR(like("=@/nonexistent", -ENOENT),
		  "cannot open '/nonexistent': No such file or directory");
	CHECK_STR(like("=@/proc/self/ns/uts", -EINVAL),
		  "'/proc/self/ns/uts' is a uts namespace, not a time namespace");
}

static void the_initial_time_namespace_has_no_offsets(void)
{
	struct timens t = { .set = { false, false }, .off = { { 7, 7 }, { 7, 7 } } };
	cleanup_fd int fd = open("/proc/self/ns/time", O_RDONLY | O_CLOEXEC);
	struct nserr e = NSERR_INIT;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_ino != TIMENS_INITIAL_INO) {
		unit_skip("not in the initial time namespace");
		return;
	}
	CHECK_INT(timens_read_ns(fd, &t, &e), 0);
	for (int c = 0; c < TIMENS_CLOCKS; c++)
		CHECK(t.set[c] && t.off[c].tv_sec == 0 && t.off[c].tv_nsec == 0);
}

UNIT_MAIN(CASE(the_initial_time_namespace_has_no_offsets),
	  CASE(names_the_reference_whose_clocks_cannot_be_read),
	  CASE(duration_without_sign_is_the_offset), CASE(signed_duration_is_relative_to_the_base),
	  CASE(reading_is_relative_to_the_anchor), CASE(refuses_invalid_times),
	  CASE(error_names_the_allowed_interval), CASE(parses_what_it_formats),
	  CASE(error_names_the_invalid_line), CASE(checks_the_range_of_a_stream),
	  CASE(a_long_word_is_cut_in_the_message), CASE(blanks_and_comments_are_left_out))
