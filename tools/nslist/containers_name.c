// SPDX-License-Identifier: GPL-2.0-or-later
/* containers_name: finds the names of containers, and reads what is inside their namespaces. */
#include <stdio.h>
#include <sys/utsname.h>

#include "containers.h"
#include "runs.h"

#include "base/file.h"
#include "cgroup/name.h"
#include "common/cli.h"
#include "kernel/mountinfo.h"
#include "ns/name.h"

static _Noreturn void no_memory(void)
{
	cli_die(ENOMEM, "cannot list containers");
}

/* ---- Data that is read on first use */

struct ns *boxes_ns(const struct run *run, const struct container *box, int type)
{
	const struct nsmember *m = collect_member(&run->c, box->pid);

	if (!m || !(box->types & NSTYPE_BIT(type)))
		return NULL;
	return nstab_find(&run->c.tab, &nstypes[type], m->inode[type]);
}

/* Calls f in each namespace of the type `type` that contains a container but not the caller, and
 * stores the results as element `slot` of b->visits. */
static void visit_boxes(struct run *run, int type, size_t slot, visit_fn *f)
{
	struct boxes *b = run->boxes;
	struct visit *v = calloc(b->l.n + 1, sizeof(*v));
	size_t n = 0;

	if (!v)
		no_memory();
	for (size_t i = 0; i < b->l.n; i++) {
		struct ns *ns = boxes_ns(run, &b->l.v[i], type);

		if (!ns || b->visit_of[ns->index])
			continue;
		v[n] = (struct visit){ .ns = ns };
		b->visit_of[ns->index] = &v[n++];
	}
	visit_all(&run->c, v, n, f, NULL);
	b->visits[slot] = v;
	b->n_visits[slot] = n;
	b->visited[slot] = true;
}

const struct visit *boxes_visit(struct run *run, const struct container *box, int type)
{
	size_t slot = type == NSTYPE_NET;
	const struct ns *ns = boxes_ns(run, box, type);
	struct visit *v;

	if (!run->boxes->visited[slot])
		visit_boxes(run, type, slot, slot ? visit_addresses : visit_hostname);
	v = ns ? run->boxes->visit_of[ns->index] : NULL;
	if (v && v->rc < 0) {
		nslist_missed(run, box->pid, v->rc);
		return NULL;
	}
	return v;
}

static void add_netns_name(struct boxes *b, uint32_t inode, const char *name)
{
	struct netns_name *names = reallocarray(b->names, b->n_names + 1, sizeof(*names));
	char *copy = strdup(name);

	if (!names || !copy)
		no_memory();
	b->names = names;
	names[b->n_names++] = (struct netns_name){ inode, copy };
}

const char *boxes_netns_name(struct run *run, uint32_t inode)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct boxes *b = run->boxes;
	struct mountinfo_line l;

	int rc = b->names_read ? 0 : mountinfo_read_at(&m, run->proc, "self/mountinfo");

	if (rc < 0)
		nslist_missed(run, 0, rc);
	if (!b->names_read && rc == 0)
		while (mountinfo_next(&m, &l)) {
			const char *name = str_after(l.target, "/run/netns/");
			const struct nstype *type;
			uint64_t of;

			if (name && streq(l.fstype, "nsfs") &&
			    nstype_parse_link(l.root, strlen(l.root), &type, &of) == 0)
				add_netns_name(b, (uint32_t)of, name);
		}
	b->names_read = true;
	for (size_t i = 0; i < b->n_names; i++)
		if (b->names[i].inode == inode)
			return b->names[i].name;
	return NULL;
}

/* ---- Names ---- */

/* Stores the name that `nsunshare --name` has given to a program, for the container in which the
 * program runs. */
static void note_run(void *arg, const char *path, const char *name)
{
	struct run *run = arg;
	struct boxes *b = run->boxes;
	const struct container *box;
	const struct nsmember *m;
	struct nsname n;

	(void)path;
	if (!nsname_is_live(name) || nsname_read(name, &n, NULL) < 0)
		return;
	m = collect_member(&run->c, n.pid);
	box = m ? containers_of(&b->l, &run->c, m) : NULL;
	if (!box || b->run_names[box - b->l.v])
		return;
	b->run_names[box - b->l.v] = strdup(name);
	if (!b->run_names[box - b->l.v])
		no_memory();
}

/* Returns the name that `nsunshare --name` has given to a program in the container, or NULL. */
static const char *run_name(struct run *run, const struct container *box)
{
	struct boxes *b = run->boxes;
	int rc;

	if (!b->runs_read) {
		b->run_names = calloc(b->l.n + 1, sizeof(*b->run_names));
		if (!b->run_names)
			no_memory();
		b->runs_read = true;
		rc = runs_list(note_run, run);
		/* if the caller may not read a directory, ignore the names in this directory */
		if (rc < 0 && rc != -EACCES)
			nslist_missed(run, 0, rc);
	}
	return b->run_names[box - b->l.v];
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && streq(s + n - m, end);
}

/* Stores the systemd unit and the host name of the caller. They are not used as names of
 * containers, because a container can have them in common with the caller. */
static void read_own_names(struct run *run)
{
	cleanup_buf struct buf unit = BUF_INIT;
	struct boxes *b = run->boxes;
	struct utsname names;
	char text[16384];
	const char *path = NULL;
	size_t len = 0;

	if (b->hostname[0])
		return;
	snprintf(b->hostname, sizeof(b->hostname), "%s",
		 uname(&names) == 0 ? names.nodename : "localhost");
	if (file_read_at(run->proc, "self/cgroup", text, sizeof(text)) > 0)
		path = cgroup_name_path(text, &len);
	if (path && cgroup_name_unit(path, len, &unit))
		snprintf(b->unit, sizeof(b->unit), "%s", unit.s);
}

/* Returns true if a systemd unit belongs to one program. The caller's own unit, sessions and groups
 * of units do not count. */
static bool is_name(const struct boxes *b, const char *unit)
{
	return !streq(unit, b->unit) && !streq(unit, "init.scope") && !ends_with(unit, ".slice") &&
	       !str_after(unit, "session-") && !str_after(unit, "user@");
}

/* Appends the name in the path of the control group: the name of a container without its engine, or
 * the name of a unit. Returns false if the path has no such name. */
static bool cgroup_name(struct run *run, pid_t pid, struct buf *out)
{
	cleanup_buf struct buf name = BUF_INIT;
	size_t n, len = 0;
	const char *text = nslist_text(run, pid, DETAIL_CGROUP, &n);
	const char *path = text ? cgroup_name_path(text, &len) : NULL;

	if (!path)
		return false;
	if (cgroup_name_container(path, len, &name)) {
		buf_adds(out, strchr(name.s, ':') + 1);
		return true;
	}
	buf_reset(&name);
	if (!cgroup_name_unit(path, len, &name) || !name.s || !is_name(run->boxes, name.s))
		return false;
	buf_adds(out, name.s);
	return true;
}

const char *boxes_own_hostname(struct run *run)
{
	read_own_names(run);
	return run->boxes->hostname;
}

void boxes_name(struct run *run, const struct container *box, struct buf *out)
{
	const struct ns *net = boxes_ns(run, box, NSTYPE_NET);
	const char *netns = net ? boxes_netns_name(run, net->inode) : NULL;
	const struct proc_stat *st;
	const struct visit *v;

	if (run_name(run, box)) {
		buf_adds(out, run_name(run, box));
		return;
	}
	read_own_names(run);
	if (cgroup_name(run, box->pid, out))
		return;
	if (netns) {
		buf_adds(out, netns);
		return;
	}
	v = boxes_visit(run, box, NSTYPE_UTS);
	if (v && v->out.len > 0 && !streq(v->out.s, run->boxes->hostname)) {
		buf_adds(out, v->out.s);
		return;
	}
	st = nslist_stat(run, box->pid);
	if (st)
		buf_add(out, st->comm, st->comm_len);
}
