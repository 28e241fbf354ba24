// SPDX-License-Identifier: GPL-2.0-or-later
/* rlimit: parses, prints and sets resource limits (setrlimit(2)). */
#include "cred/rlimit.h"

#include "base/choice.h"
#include "base/num.h"
#include "base/str.h"
#include "kernel/sysctl.h"

static const char *const names[RLIM_NLIMITS] = {
	[RLIMIT_AS] = "as",
	[RLIMIT_CORE] = "core",
	[RLIMIT_CPU] = "cpu",
	[RLIMIT_DATA] = "data",
	[RLIMIT_FSIZE] = "fsize",
	[RLIMIT_LOCKS] = "locks",
	[RLIMIT_MEMLOCK] = "memlock",
	[RLIMIT_MSGQUEUE] = "msgqueue",
	[RLIMIT_NICE] = "nice",
	[RLIMIT_NOFILE] = "nofile",
	[RLIMIT_NPROC] = "nproc",
	[RLIMIT_RSS] = "rss",
	[RLIMIT_RTPRIO] = "rtprio",
	[RLIMIT_RTTIME] = "rttime",
	[RLIMIT_SIGPENDING] = "sigpending",
	[RLIMIT_STACK] = "stack",
};

static int parse_value(const char *s, size_t n, rlim_t *out)
{
	static const char unlimited[] = "unlimited";
	uint64_t v;
	int rc;

	if (n == strlen(unlimited) && memcmp(s, unlimited, n) == 0) {
		*out = RLIM_INFINITY;
		return 0;
	}
	rc = num_u64n(s, n, 0, RLIM_INFINITY, &v);
	if (rc == 0)
		*out = v;
	return rc;
}

static int unknown_limit(const char *word, size_t n, struct nserr *e)
{
	struct choice choice;

	choice_init(&choice, word, n);
	for (size_t i = 0; i < RLIM_NLIMITS; i++)
		choice_add(&choice, names[i]);
	choice_unknown(&choice, "limit", e);
	if (!e->hint[0])
		nserr_hint(e,
			   "use one of as, core, cpu, data, fsize, locks, memlock, msgqueue, nice, "
			   "nofile, nproc, rss, rtprio, rttime, sigpending, stack");
	return -EINVAL;
}

/* Returns the number of the limit whose name is the n bytes at `name`, or RLIM_NLIMITS if there is
 * no such limit. Accepts upper case and the prefix of the constants of setrlimit(2). */
static size_t find_limit(const char *name, size_t n)
{
	static const char prefix[] = "rlimit_";
	size_t skip = strlen(prefix), which = 0;

	if (n > skip && str_same_name(name, prefix, skip)) {
		name += skip;
		n -= skip;
	}
	while (which < RLIM_NLIMITS &&
	       (strlen(names[which]) != n || !str_same_name(names[which], name, n)))
		which++;
	return which;
}

int cred_rlimit_parse(const char *text, struct cred_rlimit *limits, struct nserr *e)
{
	size_t n = strcspn(text, "="), soft, which = find_limit(text, n);
	struct cred_rlimit limit = { .set = true };
	const char *value = text + n + 1;

	if (which == RLIM_NLIMITS)
		return unknown_limit(text, n, e);
	if (text[n] != '=')
		return nserr_set(e, 0, "invalid limit '%s', expected <name>=<soft>[:<hard>]", text);
	soft = strcspn(value, ":");
	if (parse_value(value, soft, &limit.soft) < 0)
		return nserr_set(
			e, 0, "invalid limit '%s', expected a number or 'unlimited' after the '='",
			text);
	limit.hard = limit.soft;
	if (value[soft] == ':' &&
	    parse_value(value + soft + 1, strlen(value + soft + 1), &limit.hard) < 0)
		return nserr_set(
			e, 0,
			"invalid limit '%s', expected a number or 'unlimited' after the colon",
			text);
	if (limit.soft > limit.hard)
		return nserr_set(e, 0, "invalid limit '%s': the soft limit is above the hard limit",
				 text);
	limits[which] = limit;
	return 0;
}

/* Parses one column at *s and advances *s past it. Returns false if the column is invalid. */
static bool parse_column(const char **s, rlim_t *limit)
{
	size_t n;

	*s += strspn(*s, " ");
	n = strcspn(*s, " \n");
	if (parse_value(*s, n, limit) < 0)
		return false;
	*s += n;
	return true;
}

/* width of the first column of /proc/PID/limits, for example "Max realtime timeout " */
#define NAME_WIDTH 26

/* After the heading, the file has one line for each resource, in the order of the RLIMIT_* numbers
 * (proc_pid_limits(5)). */
void cred_rlimit_parse_proc(const char *text, struct cred_rlimit *limits)
{
	const char *s = strchr(text, '\n');

	for (size_t i = 0; s && i < RLIM_NLIMITS; i++) {
		struct cred_rlimit *r = &limits[i];

		if (strnlen(s, NAME_WIDTH + 1) <= NAME_WIDTH)
			break;
		s += 1 + NAME_WIDTH;
		if (!r->set)
			r->set = parse_column(&s, &r->soft) && parse_column(&s, &r->hard);
		s = strchr(s, '\n');
	}
}

static void add_value(struct buf *out, rlim_t v)
{
	if (v == RLIM_INFINITY)
		buf_adds(out, "unlimited");
	else
		buf_addu(out, v);
}

void cred_rlimit_show(const struct cred_rlimit *limits, struct buf *out)
{
	const char *sep = "";

	for (size_t i = 0; i < RLIM_NLIMITS; i++) {
		if (!limits[i].set)
			continue;
		buf_printf(out, "%s%s=", sep, names[i]);
		add_value(out, limits[i].soft);
		buf_addc(out, ':');
		add_value(out, limits[i].hard);
		sep = ", ";
	}
}

/* Adds a hint that names the highest permitted value of the limit. */
static void hint_refused(int which, rlim_t hard, struct nserr *e)
{
	struct rlimit old;
	int64_t most = which == RLIMIT_NOFILE ? sysctl_get("fs/nr_open") : -1;

	if (most >= 0 && hard > (uint64_t)most)
		nserr_hint(e, "use at most %lld, or raise the sysctl fs.nr_open", (long long)most);
	else if (getrlimit(which, &old) == 0 && hard > old.rlim_max)
		nserr_hint(e,
			   "use at most %llu, or run the command with CAP_SYS_RESOURCE in the "
			   "initial user "
			   "namespace",
			   (unsigned long long)old.rlim_max);
}

int cred_rlimit_apply(const struct cred_rlimit *limits, struct nserr *e)
{
	for (size_t i = 0; i < RLIM_NLIMITS; i++) {
		const struct rlimit r = { limits[i].soft, limits[i].hard };
		int err;

		if (!limits[i].set || setrlimit(i, &r) == 0)
			continue;
		err = errno;
		nserr_set(e, err, "cannot set limit %s", names[i]);
		if (err == EPERM)
			hint_refused((int)i, r.rlim_max, e);
		return -err;
	}
	return 0;
}
