// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: finds verbs that would cover the mount of an earlier verb. Has no side effects. */
#include "nspivot.h"

/* Advances *path to its next component, past slashes and "." components. Returns the length of the
 * component, 0 at the end. */
static size_t component(const char **path)
{
	for (;;) {
		size_t n;

		*path += strspn(*path, "/");
		n = strcspn(*path, "/");
		if (n != 1 || **path != '.')
			return n;
		*path += 1;
	}
}

/* Compares two paths by their components, so that a directory comes before the paths below it and
 * no other path comes between them. Returns a number as strcmp(3) does. */
static int compare_paths(const char *a, const char *b)
{
	for (;;) {
		size_t n = component(&a), m = component(&b);
		int rc = memcmp(a, b, MIN(n, m));

		if (rc != 0 || n != m || n == 0)
			return rc != 0 ? rc : n < m ? -1 : n > m;
		a += n;
		b += m;
	}
}

bool same_destination(const struct op *a, const struct op *b)
{
	return a->dst && b->dst && compare_paths(a->dst, b->dst) == 0;
}

/* Returns true if path is the directory dir or below it. */
static bool is_below(const char *path, const char *dir)
{
	for (;;) {
		size_t n = component(&dir), m = component(&path);

		if (n == 0)
			return true;
		if (n != m || memcmp(path, dir, n) != 0)
			return false;
		path += n;
		dir += n;
	}
}

/* Compares two verbs for qsort(3). Sorts them by destination. Of verbs with the same destination,
 * the last on the command line comes first. */
static int compare_ops(const void *a, const void *b)
{
	const struct op *x = *(const struct op *const *)a, *y = *(const struct op *const *)b;
	int rc = compare_paths(x->dst, y->dst);

	return rc != 0 ? rc : x < y ? 1 : -1;
}

static int refuse(const struct op *by, const struct op *hidden, struct nserr *e)
{
	nserr_set(e, 0, "--%s on '%s' would hide the earlier --%s on '%s'", by->verb->name, by->dst,
		  hidden->verb->name, hidden->dst);
	if (same_destination(by, hidden))
		nserr_hint(e, "omit one of the two options");
	else
		nserr_hint(e, "give --%s before --%s", by->verb->name, hidden->verb->name);
	return -EINVAL;
}

/*
 * Does the work of check_hidden() in the array `sorted`, which has room for o->n elements. The
 * beginning of the array is reused as the list of the verbs above the current one. Returns 0, or a
 * negative errno with e set.
 */
static int search(const struct opts *o, const struct op **sorted, struct nserr *e)
{
	size_t n = 0, above = 0;

	for (size_t i = 0; i < o->n; i++)
		if (o->op[i].verb->cover != VERB_COVERS_NOTHING)
			sorted[n++] = &o->op[i];
	qsort(sorted, n, sizeof(*sorted), compare_ops);
	for (size_t i = 0; i < n; i++) {
		const struct op *op = sorted[i];

		while (above > 0 && !is_below(op->dst, sorted[above - 1]->dst))
			above--;
		for (size_t k = 0; k < above; k++)
			if (sorted[k] > op && sorted[k]->verb->cover == VERB_COVERS)
				return refuse(sorted[k], op, e);
		sorted[above++] = op;
	}
	return 0;
}

int check_hidden(const struct opts *o, struct nserr *e)
{
	const struct op **sorted;
	int rc;

	if (o->n < 2)
		return 0;
	sorted = calloc(o->n, sizeof(*sorted));
	if (!sorted)
		return nserr_set(e, ENOMEM, "cannot compare the options");
	rc = search(o, sorted, e);
	free(sorted);
	return rc;
}
