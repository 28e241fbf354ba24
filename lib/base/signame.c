// SPDX-License-Identifier: GPL-2.0-or-later
/* signame: parses and formats the names of signals, independent of the locale. */
#include "base/signame.h"

#include <signal.h>
#include <stdio.h>

#include "base/num.h"
#include "base/str.h"

/* clang-format off */
static const char *const names[] = {
#define ROW(name) [SIG##name] = #name
	ROW(HUP),  ROW(INT),  ROW(QUIT), ROW(ILL),  ROW(TRAP), ROW(ABRT),   ROW(BUS),  ROW(FPE),
	ROW(KILL), ROW(USR1), ROW(SEGV), ROW(USR2), ROW(PIPE), ROW(ALRM),   ROW(TERM), ROW(CHLD),
	ROW(CONT), ROW(STOP), ROW(TSTP), ROW(TTIN), ROW(TTOU), ROW(URG),    ROW(XCPU), ROW(XFSZ),
	ROW(PROF), ROW(POLL), ROW(PWR),  ROW(SYS),  ROW(VTALRM), ROW(WINCH),
#ifdef SIGSTKFLT
	ROW(STKFLT),
#endif
#undef ROW
};
/* clang-format on */

/* The aliases that signal(7) lists. kill(1) and unshare(1) accept them, too. */
static const struct {
	const char *name;
	int sig;
} aliases[] = { { "IOT", SIGABRT }, { "CLD", SIGCHLD }, { "IO", SIGPOLL } };

static const char *name_of(int sig)
{
	return sig > 0 && sig < (int)ARRAY_SIZE(names) ? names[sig] : NULL;
}

/* Parses "RTMIN", "RTMIN+n", "RTMAX" or "RTMAX-n". Returns the number, or -EINVAL. */
static int parse_realtime(const char *s, size_t n)
{
	bool max = str_same_name(s, "RTMAX", 5);
	uint64_t off = 0;

	if (n > 5 && s[5] != (max ? '-' : '+'))
		return -EINVAL;
	if (n > 5 && num_u64n(s + 6, n - 6, 0, (uint64_t)(SIGRTMAX - SIGRTMIN), &off) < 0)
		return -EINVAL;
	return max ? SIGRTMAX - (int)off : SIGRTMIN + (int)off;
}

static bool is_name(const char *name, const char *s, size_t n)
{
	return name && strlen(name) == n && str_same_name(name, s, n);
}

int signame_parse(const char *s, size_t n)
{
	uint64_t number;

	if (num_u64n(s, n, 1, (uint64_t)SIGRTMAX, &number) == 0)
		return (int)number;
	if (n > 3 && str_same_name(s, "SIG", 3)) {
		s += 3;
		n -= 3;
	}
	for (int sig = 1; sig < SIGRTMIN; sig++)
		if (is_name(name_of(sig), s, n))
			return sig;
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (is_name(aliases[i].name, s, n))
			return aliases[i].sig;
	if (n >= 5 && (str_same_name(s, "RTMIN", 5) || str_same_name(s, "RTMAX", 5)))
		return parse_realtime(s, n);
	return -EINVAL;
}

const char *signame_format(int sig, char buf[SIGNAME_SIZE])
{
	const char *name = name_of(sig);

	if (name)
		snprintf(buf, SIGNAME_SIZE, "%s", name);
	else if (sig >= SIGRTMIN && sig <= SIGRTMAX)
		snprintf(buf, SIGNAME_SIZE, "RTMIN+%d", sig - SIGRTMIN);
	else
		snprintf(buf, SIGNAME_SIZE, "%d", sig);
	return buf;
}
