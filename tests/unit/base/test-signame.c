// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/signame.h"

#include <signal.h>

#include "../unit.h"

static int parse(const char *s)
{
	return signame_parse(s, strlen(s));
}

static void parses_names_and_numbers(void)
{
	CHECK_INT(parse("TERM"), SIGTERM);
	CHECK_INT(parse("sigterm"), SIGTERM);
	CHECK_INT(parse("15"), SIGTERM);
	CHECK_INT(parse("WINCH"), SIGWINCH);
	CHECK_INT(parse("IOT"), SIGABRT);
	CHECK_INT(parse("SIGCLD"), SIGCHLD);
	CHECK_INT(parse("io"), SIGIO);
	CHECK_INT(parse("RTMIN"), SIGRTMIN);
	CHECK_INT(parse("SIGRTMIN+3"), SIGRTMIN + 3);
	CHECK_INT(parse("RTMAX-1"), SIGRTMAX - 1);
	CHECK_INT(parse("64"), SIGRTMAX);
	CHECK_INT(signame_parse("TERM:HUP", 4), SIGTERM);
}

static void refuses_unknown_signals(void)
{
	static const char *const bad[] = { "",           "0",          "65",      "+9",
					   "-9",         " TERM",      "TERMX",   "TER",
					   "SIG",        "SIGSIGTERM", "RTMIN-1", "RTMIN+",
					   "RTMIN+x",    "RTMIN+31",   "RTMAX+1", "RTMAX-31",
					   "4294967311", "RTMIN3" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(parse(bad[i]), -EINVAL);
}

static void every_signal_survives_a_round_trip(void)
{
	for (int sig = 1; sig <= SIGRTMAX; sig++) {
		char buf[SIGNAME_SIZE];

		CHECK_INT(parse(signame_format(sig, buf)), sig);
	}
}

static void formats_a_number_that_is_no_signal(void)
{
	char buf[SIGNAME_SIZE];

	CHECK_STR(signame_format(0, buf), "0");
	CHECK_STR(signame_format(-1, buf), "-1");
	CHECK_STR(signame_format(SIGRTMAX + 1, buf), "65");
	CHECK_STR(signame_format(1000, buf), "1000");
	CHECK_STR(signame_format(SIGRTMIN, buf), "RTMIN+0");
	CHECK_STR(signame_format(SIGKILL, buf), "KILL");
}

UNIT_MAIN(CASE(parses_names_and_numbers), CASE(refuses_unknown_signals),
	  CASE(every_signal_survives_a_round_trip), CASE(formats_a_number_that_is_no_signal))
