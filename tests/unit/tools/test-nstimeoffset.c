// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nstimeoffset: checks which options of nstimeoffset can be combined. */
#include "nstimeoffset/nstimeoffset.h"
#include "tool.h"

static char *no_words[] = { NULL };
static char program[] = "true";
static char *words[] = { program, NULL };

static struct opts with_clock(enum mode mode)
{
	struct opts o = { .mode = mode, .rest = no_words };

	o.ask.want[TIMENS_BOOTTIME].kind = TIMENS_OFFSET;
	return o;
}

/* Returns the message of check_opts(), or "" if it accepts the options. */
static const char *message(struct opts o)
{
	static struct nserr e;

	e = NSERR_INIT;
	return unit_error(check_opts(&o, &e), &e);
}

static void accepts_a_program_with_a_clock(void)
{
	struct opts o = with_clock(MODE_RUN);

	CHECK_STR(message(o), "");
	o.rest = words;
	o.explain = true;
	o.handles = true;
	CHECK_STR(message(o), "");
}

static void requires_a_clock(void)
{
	for (int mode = MODE_RUN; mode <= MODE_WRITE; mode++)
		if (mode != MODE_SHOW)
			CHECK_STR(
				message((struct opts){ .mode = (enum mode)mode, .rest = no_words }),
				"missing --boottime, --monotonic or --time-offsets");
	CHECK_STR(message((struct opts){ .mode = MODE_SHOW, .rest = words }), "");
	CHECK_STR(message((struct opts){ .mode = MODE_FEATURES, .rest = no_words }), "");
}

static void show_excludes_moving_a_clock(void)
{
	struct opts o = { .mode = MODE_SHOW, .explain = true, .rest = no_words };

	CHECK_STR(message(with_clock(MODE_SHOW)),
		  "--show cannot be used with --explain or options that set a clock");
	CHECK_STR(message(o), "--show cannot be used with --explain or options that set a clock");
	o = (struct opts){ .mode = MODE_SHOW, .rest = no_words, .base = "own" };
	CHECK_STR(message(o), "--show cannot be used with --explain or options that set a clock");
	o = (struct opts){ .mode = MODE_SHOW, .rest = no_words, .anchor = "now" };
	CHECK_STR(message(o), "--show cannot be used with --explain or options that set a clock");
}

static void handles_need_a_program(void)
{
	struct opts o = with_clock(MODE_PRINT);

	o.handles = true;
	CHECK(strstr(message(o), "require a program"));
}

static void json_needs_show_or_features(void)
{
	struct opts o = with_clock(MODE_PRINT);

	o.json = true;
	CHECK_STR(message(o), "--json requires --show or --features");
}

static void print_runs_nothing(void)
{
	struct opts o = with_clock(MODE_PRINT);

	CHECK_STR(message(o), "");
	o.explain = true;
	CHECK_STR(message(o), "--print cannot be used with --explain");
	o.rest = words;
	CHECK_STR(message(o), "unexpected argument 'true'");
}

static void a_stream_excludes_base_and_anchor(void)
{
	struct opts o = { .mode = MODE_RUN, .rest = words, .ask = { .stream = "-" } };

	CHECK_STR(message(o), "");
	o.anchor = "now";
	CHECK_STR(message(o), "--base and --anchor cannot be used with --time-offsets");
	o.anchor = NULL;
	o.base = "own";
	CHECK_STR(message(o), "--base and --anchor cannot be used with --time-offsets");
}

static void write_requires_a_process(void)
{
	struct opts o = with_clock(MODE_WRITE);
	struct nserr e = NSERR_INIT;

	CHECK_INT(nsref_parse("1", &o.target, &e), 0);
	CHECK_STR(message(o), "");
	CHECK_INT(nsref_parse("time:1", &o.target, &e), 0);
	CHECK_STR(message(o), "--write: 'time:1' is a namespace, expected a process");
}

UNIT_MAIN(CASE(accepts_a_program_with_a_clock), CASE(requires_a_clock),
	  CASE(show_excludes_moving_a_clock), CASE(handles_need_a_program),
	  CASE(json_needs_show_or_features), CASE(print_runs_nothing),
	  CASE(a_stream_excludes_base_and_anchor), CASE(write_requires_a_process))
