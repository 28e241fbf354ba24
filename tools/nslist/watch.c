// SPDX-License-Identifier: GPL-2.0-or-later
/* watch: scans repeatedly and prints namespaces that appear and vanish. Ids are never reused, so a
 * new namespace with the inode of a vanished one is recognized. */
#include "nslist.h"

#include <stdio.h>

#include "common/cli.h"

struct seen {
	const struct nstype *type;
	uint32_t inode;
	uint64_t id;
	char *line;
};

struct look {
	struct seen *seen;
	size_t n;
};

/* Compares two namespaces in the order of the table. Returns a number as strcmp(3) does. */
static int compare(const struct seen *a, const struct seen *b)
{
	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return a->id == b->id ? 0 : a->id < b->id ? -1 : 1;
}

/* Returns the text that follows the sign and the time in the line of a row or, for JSON, in its
 * object. The caller frees the text. */
static char *format(struct run *run, const struct row *r)
{
	struct buf b = BUF_INIT;
	struct json j = JSON_INIT(&b, false);
	struct cell cell = { 0 };

	for (size_t i = 0; i < run->o->n_cols; i++) {
		nslist_fill(run, r, run->o->cols[i], &cell);
		if (run->o->format == NSLIST_JSON) {
			nslist_json_cell(&j, run->o->cols[i], &cell);
		} else {
			buf_addc(&b, ' ');
			nslist_add_raw(&b, &cell);
		}
	}
	buf_free(&cell.text);
	if (b.err || !b.s)
		cli_die(ENOMEM, "cannot watch namespaces");
	return b.s;
}

/* Returns the list of the current rows. Moves the lines of those that were in the previous list to
 * the new list. */
static struct look look_again(struct run *run, const struct look *before)
{
	struct look now = { .n = run->n_rows,
			    .seen = calloc(run->n_rows + 1, sizeof(struct seen)) };
	size_t k = 0;

	if (!now.seen)
		cli_die(ENOMEM, "cannot watch namespaces");
	for (size_t i = 0; i < run->n_rows; i++) {
		const struct ns *ns = run->rows[i].ns;
		struct seen *s = &now.seen[i];

		*s = (struct seen){ ns->type, ns->inode, ns->id, NULL };
		while (k < before->n && compare(&before->seen[k], s) < 0)
			k++;
		if (k < before->n && compare(&before->seen[k], s) == 0)
			s->line = TAKE_PTR(before->seen[k].line);
	}
	return now;
}

/* Sets text to the current local time in milliseconds, in the format of the column START. */
static void set_time(char *text, size_t size)
{
	char day[24], zone[8];
	struct timespec now;
	struct tm tm;

	*text = '\0';
	clock_gettime(CLOCK_REALTIME, &now);
	if (localtime_r(&now.tv_sec, &tm) && strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm) &&
	    strftime(zone, sizeof(zone), "%z", &tm))
		snprintf(text, size, "%s.%03ld%s", day, now.tv_nsec / 1000000, zone);
}

/* Appends the line of a namespace that appeared (+) or vanished (-). `when` is the time of the
 * scan. */
static void add_event(const struct run *run, struct buf *b, char sign, const char *when,
		      const char *line)
{
	if (run->o->format == NSLIST_JSON)
		buf_printf(b, "{\"event\":\"%c\",\"time\":\"%s\",%s}\n", sign, when, line);
	else
		buf_printf(b, "%c %s%s\n", sign, when, line);
}

void nslist_watch(struct run *run)
{
	struct look before = { 0 };
	char when[64];

	for (bool first = true;; first = false) {
		struct look now = look_again(run, &before);
		struct buf b = BUF_INIT;

		set_time(when, sizeof(when));
		/* the lines that remain from the previous scan belong to namespaces that have
		 * vanished */
		for (size_t i = 0; i < before.n; i++)
			if (before.seen[i].line)
				add_event(run, &b, '-', when, before.seen[i].line);
		for (size_t i = 0; i < now.n; i++) {
			if (now.seen[i].line)
				continue;
			now.seen[i].line = format(run, &run->rows[i]);
			if (!first)
				add_event(run, &b, '+', when, now.seen[i].line);
		}
		for (size_t i = 0; i < before.n; i++)
			free(before.seen[i].line);
		free(before.seen);
		before = now;
		cli_print(&b);
		nanosleep(&run->o->interval, NULL);
		nslist_look_again(run);
	}
}
