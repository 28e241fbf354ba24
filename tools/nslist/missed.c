// SPDX-License-Identifier: GPL-2.0-or-later
/* missed: reports the objects and values that could not be read, in a warning and in JSON. */
#include "nslist.h"

#include "common/cli.h"

static const char *const names[NSMISSED_WHATS][2] = {
	[NSMISSED_PROC] = { "process", "processes" },
	[NSMISSED_SOCK] = { "socket", "sockets" },
	[NSMISSED_MNT] = { "mount namespace", "mount namespaces" },
	[NSMISSED_NS] = { "namespace", "namespaces" },
	[NSMISSED_DETAIL] = { "value", "values" },
};

static const char hidden_text[] = "hidden by the mount option hidepid of /proc";

/* Returns the reason as text. */
static const char *why_text(const struct nsmissed *m, unsigned why)
{
	static const char *const texts[NSMISSED_WHYS] = {
		[NSMISSED_DENIED] = "permission denied",
		[NSMISSED_UNSUPPORTED] = "not supported by this kernel",
		[NSMISSED_WAIT] = "not reachable at its mount point",
	};

	return why == NSMISSED_FAILED ? strerror(-m->err) : texts[why];
}

/* Appends the counts of objects that could not be read for one reason: "2 processes (why)". */
static void add_counts(struct buf *b, const unsigned n[NSMISSED_WHATS], const char *why)
{
	const char *separator = b->len > 0 ? "; " : "";
	bool any = false;

	for (size_t i = 0; i < NSMISSED_WHATS; i++) {
		if (n[i] == 0)
			continue;
		buf_printf(b, "%s%u %s", separator, n[i], names[i][n[i] != 1]);
		separator = ", ";
		any = true;
	}
	if (any)
		buf_printf(b, " (%s)", why);
}

/* Returns true if everything could be read and no process is hidden. */
static bool is_complete(const struct run *run)
{
	return collect_complete(&run->c) && !run->hidden;
}

int nslist_report_missed(const struct run *run)
{
	cleanup_buf struct buf b = BUF_INIT;
	struct nsmissed m = run->c.missed;

	if (is_complete(run))
		return 0;
	for (unsigned why = 0; why < NSMISSED_WHYS; why++) {
		/* as in lsns(8), processes and namespaces that the caller may not see are omitted
		 * without a message */
		for (unsigned what = 0; what < NSMISSED_WHATS; what++)
			if (!run->o->strict && what != NSMISSED_DETAIL)
				m.n[why][what] = 0;
		add_counts(&b, m.n[why], why_text(&m, why));
	}
	if (run->hidden)
		buf_printf(&b, "%sprocesses (%s)", b.len > 0 ? "; " : "", hidden_text);
	if (b.len > 0)
		cli_warn(0, "incomplete output: %s", b.s);
	return run->o->strict ? CLI_EXIT_INCOMPLETE : 0;
}

static void add_missed(const struct run *run, struct json *j)
{
	const struct nsmissed *m = &run->c.missed;

	json_bool(j, "complete", is_complete(run));
	json_array(j, "missed");
	for (unsigned why = 0; why < NSMISSED_WHYS; why++) {
		for (unsigned what = 0; what < NSMISSED_WHATS; what++) {
			if (m->n[why][what] == 0)
				continue;
			json_object(j, NULL);
			json_str(j, "what", names[what][0]);
			json_u64(j, "count", m->n[why][what]);
			json_str(j, "why", why_text(m, why));
			json_object_end(j);
		}
	}
	if (run->hidden) {
		json_object(j, NULL);
		json_str(j, "what", names[NSMISSED_PROC][0]);
		json_null(j, "count");
		json_str(j, "why", hidden_text);
		json_object_end(j);
	}
	json_array_end(j);
}

void nslist_json_end(const struct run *run, struct json *j)
{
	if (run->o->strict)
		add_missed(run, j);
	json_object_end(j);
	buf_addc(j->out, '\n');
}
