// SPDX-License-Identifier: GPL-2.0-or-later
/* containers: finds the containers among the scanned processes. */
#include "containers.h"

#include "common/cli.h"

void boxes_find(struct run *run, bool all)
{
	run->boxes = calloc(1, sizeof(*run->boxes));
	if (!run->boxes || containers_find(&run->c, all, &run->boxes->l, &run->c.missed) < 0)
		cli_die(ENOMEM, "cannot list containers");
	run->boxes->visit_of = calloc(run->c.tab.n + 1, sizeof(struct visit *));
	if (!run->boxes->visit_of)
		cli_die(ENOMEM, "cannot list containers");
}

void boxes_free(struct run *run)
{
	struct boxes *b = run->boxes;

	if (!b)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(b->visits); i++) {
		visit_free(b->visits[i], b->n_visits[i]);
		free(b->visits[i]);
	}
	for (size_t i = 0; i < b->n_names; i++)
		free(b->names[i].name);
	free(b->names);
	for (size_t i = 0; b->run_names && i < b->l.n; i++)
		free(b->run_names[i]);
	free(b->run_names);
	if (b->memory_opened)
		util_close(&b->memory.dir);
	free(b->visit_of);
	containers_free(&b->l);
	free(b);
	run->boxes = NULL;
}

struct row *boxes_row_above(const struct run *run, const struct row *r)
{
	for (const struct container *up = r->box->parent; up; up = up->parent)
		if (run->row_of[up->ns->index])
			return run->row_of[up->ns->index];
	return NULL;
}
