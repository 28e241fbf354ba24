// SPDX-License-Identifier: GPL-2.0-or-later
/* find: selects the namespaces that match the argument of --find. */
#include "find.h"

#include <stdio.h>

#include "base/file.h"
#include "cgroup/name.h"
#include "common/cli.h"

static _Noreturn void no_memory(void)
{
	cli_die(ENOMEM, "cannot search the namespaces");
}

/* Adds the namespaces of a process whose types are in the set `types`. */
static void add_process(struct run *run, const struct nsmember *m, unsigned types,
			const char *match)
{
	for (int i = 0; i < NSTYPE_COUNT; i++) {
		struct ns *ns = types & run->o->types & NSTYPE_BIT(i) && m->inode[i]
					? nstab_find(&run->c.tab, &nstypes[i], m->inode[i])
					: NULL;

		if (ns)
			find_add(run, ns, m->pid, "%s", match);
	}
}

static void find_pid(struct run *run, const struct find *f)
{
	const struct nsmember *m = collect_member(&run->c, (pid_t)f->num);
	char match[32];

	snprintf(match, sizeof(match), "pid %d", (int)f->num);
	if (m)
		add_process(run, m, NSTYPE_ALL_BITS, match);
}

static void find_inode(struct run *run, const struct find *f)
{
	for (int i = 0; i < NSTYPE_COUNT; i++) {
		struct ns *ns = nstab_find(&run->c.tab, &nstypes[i], (uint32_t)f->num);

		if (ns && run->o->types & NSTYPE_BIT(i))
			find_add(run, ns, ns->pid, "%s:[%u]", ns->type->name, ns->inode);
	}
}

/* Returns true if the cgroup is `path` or a descendant of `path`. */
static bool is_below(const char *cgroup, size_t len, const char *path)
{
	size_t n = strlen(path);

	while (n > 0 && path[n - 1] == '/')
		n--;
	return len >= n && memcmp(cgroup, path, n) == 0 && (len == n || cgroup[n] == '/');
}

/* Adds each namespace of the processes in a control group once, with its lowest process. */
static void find_cgroup(struct run *run, const struct find *f)
{
	cleanup_free bool *seen = calloc(run->c.tab.n + 1, sizeof(*seen));
	struct procfs_path path;
	char text[16384];

	if (!seen)
		no_memory();
	for (size_t i = 0; i < run->c.n; i++) {
		const struct nsmember *m = &run->c.members[i];
		unsigned new_types = 0;
		char match[4096];
		const char *cgroup;
		size_t len = 0;

		procfs_path_set(&path, m->pid);
		if (file_read_at(run->proc, procfs_path_at(&path, "cgroup"), text, sizeof(text)) <=
		    0)
			continue;
		cgroup = cgroup_name_path(text, &len);
		if (!cgroup || !is_below(cgroup, len, f->text))
			continue;
		for (int k = 0; k < NSTYPE_COUNT; k++) {
			const struct ns *ns = m->inode[k] ? nstab_find(&run->c.tab, &nstypes[k],
								       m->inode[k])
							  : NULL;

			if (!ns || seen[ns->index])
				continue;
			seen[ns->index] = true;
			new_types |= NSTYPE_BIT(k);
		}
		snprintf(match, sizeof(match), "%.*s", (int)MIN(len, sizeof(match) - 1), cgroup);
		add_process(run, m, new_types, match);
	}
}

/* Adds the namespaces of the containers with the given name, and the network namespace that has
 * this name in /run/netns. */
static void find_name(struct run *run, const struct find *f)
{
	for (size_t i = 0; i < run->boxes->l.n; i++) {
		const struct container *box = &run->boxes->l.v[i];
		const struct nsmember *m = collect_member(&run->c, box->pid);
		cleanup_buf struct buf name = BUF_INIT;

		boxes_name(run, box, &name);
		if (m && name.s && streq(name.s, f->text))
			add_process(run, m, box->types, f->text);
	}
	for (size_t i = 0; i < run->c.tab.n; i++) {
		struct ns *ns = run->c.tab.all[i];
		const char *name = ns->type == &nstypes[NSTYPE_NET]
					   ? boxes_netns_name(run, ns->inode)
					   : NULL;
		bool listed = false;

		for (size_t k = 0; k < run->n_found; k++)
			listed |= run->found[k].ns == ns;
		if (name && streq(name, f->text) && !listed)
			find_add(run, ns, ns->pid, "/run/netns/%s", name);
	}
}

void nslist_select_found(struct run *run)
{
	static void (*const finders[FIND_KINDS])(struct run * run, const struct find *f) = {
		[FIND_PID] = find_pid,       [FIND_INODE] = find_inode, [FIND_LINK] = find_link,
		[FIND_ADDR] = find_addr,     [FIND_PORT] = find_port,   [FIND_MOUNT] = find_mount,
		[FIND_CGROUP] = find_cgroup, [FIND_NAME] = find_name,
	};
	struct nserr e = NSERR_INIT;
	struct find f;

	if (find_parse(run->o->find, &f, &e) < 0)
		cli_die_usage_nserr(&e);
	boxes_find(run, true);
	finders[f.kind](run, &f);
	if (run->n_found == 0)
		cli_die(0, "--find: nothing matches '%s'%s", run->o->find,
			collect_complete(&run->c) ? ""
						  : " among the objects that this user can read");
	nslist_details_free(run);
	nslist_allocate_rows(run, run->n_found);
	for (size_t i = 0; i < run->n_found; i++) {
		const struct found *found = &run->found[i];

		run->rows[run->n_rows] =
			(struct row){ .ns = found->ns, .pid = found->pid, .match = found->match };
		run->row_of[found->ns->index] = &run->rows[run->n_rows++];
	}
}
