// SPDX-License-Identifier: GPL-2.0-or-later
/* missed: reports the objects and values that could not be read, in a warning and in JSON. */
#include "nslist.h"

#include "common/cli.h"
#include "common/missed.h"

static const char hidden_text[] = "hidden by the mount option hidepid of /proc";

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
	/* as in lsns(8), processes and namespaces that the caller may not see are omitted without a
	 * message */
	for (unsigned why = 0; why < NSMISSED_WHYS; why++)
		for (unsigned what = 0; what < NSMISSED_WHATS; what++)
			if (!run->o->strict && what != NSMISSED_DETAIL)
				m.n[why][what] = 0;
	missed_add_counts(&m, &b);
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
			json_str(j, "what", missed_what(what, false));
			json_u64(j, "count", m->n[why][what]);
			json_str(j, "why", missed_why(m, why));
			json_object_end(j);
		}
	}
	if (run->hidden) {
		json_object(j, NULL);
		json_str(j, "what", missed_what(NSMISSED_PROC, false));
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
