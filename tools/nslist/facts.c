// SPDX-License-Identifier: GPL-2.0-or-later
/* facts: reads the properties of two namespaces that --diff compares. */
#include "facts.h"

#include <stdio.h>

#include "collect/visit.h"
#include "common/cli.h"
#include "idmap/view.h"
#include "kernel/mountinfo.h"
#include "net/addr.h"

static _Noreturn void no_memory(void)
{
	cli_die(ENOMEM, "cannot compare the namespaces");
}

/* Ends the text of a fact with NUL. */
static void end(struct facts *f)
{
	buf_addc(&f->text, '\0');
	f->n++;
}

/* Calls f inside the namespace and stores the output of f in v->out. Returns 0 or a negative
 * errno. */
static int visit(struct run *run, const struct ns *ns, visit_fn *f, struct visit *v)
{
	*v = (struct visit){ .ns = ns };
	visit_all(&run->c, v, 1, f, NULL);
	return v->rc;
}

static int read_uts(struct run *run, struct ns *ns, struct facts *f)
{
	struct visit v;
	int rc = visit(run, ns, visit_hostname, &v);

	if (rc == 0) {
		buf_printf(&f->text, "hostname %s", v.out.s ? v.out.s : "");
		end(f);
	}
	visit_free(&v, 1);
	return rc;
}

static int read_net(struct run *run, struct ns *ns, struct facts *f)
{
	struct visit v;
	char text[NET_ADDR_TEXT];
	int rc = visit(run, ns, visit_addresses, &v);

	for (size_t at = 0; rc == 0 && at < v.out.len; at += sizeof(struct net_ifaddr)) {
		struct net_ifaddr a;

		memcpy(&a, v.out.s + at, sizeof(a));
		buf_printf(&f->text, "address %s", net_addr_format(&a.addr, true, text));
		end(f);
	}
	visit_free(&v, 1);
	return rc;
}

static int read_mnt(struct run *run, struct ns *ns, struct facts *f)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line l;
	int rc = collect_mountinfo(&run->c, ns, &m);

	while (rc == 0 && mountinfo_next(&m, &l)) {
		buf_printf(&f->text, "mount %s %s %s%s%s", l.target, l.fstype, l.device,
			   streq(l.root, "/") ? "" : " ", streq(l.root, "/") ? "" : l.root);
		end(f);
	}
	return rc;
}

static int read_user(struct run *run, struct ns *ns, struct facts *f)
{
	static const char *const names[] = { [IDMAP_UID] = "uid", [IDMAP_GID] = "gid" };
	cleanup_fd int fd = collect_open(&run->c, ns);
	struct idmaps maps = { 0 };
	char ref[24];
	int rc = fd;

	snprintf(ref, sizeof(ref), "fd:%d", fd);
	if (fd >= 0)
		rc = idmap_view_read(ref, &maps, NULL);
	for (size_t kind = 0; rc >= 0 && kind < ARRAY_SIZE(names); kind++)
		for (size_t i = 0; i < maps.map[kind].n; i++) {
			const struct idmap_extent *x = &maps.map[kind].ext[i];

			buf_printf(&f->text, "%s %u %u %u", names[kind], x->inside, x->outside,
				   x->count);
			end(f);
		}
	idmaps_free(&maps);
	return MIN(rc, 0);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts the facts. */
static void sort(struct facts *f)
{
	const char *s = f->text.s;

	f->v = calloc(f->n + 1, sizeof(*f->v));
	if (!f->v || f->text.err)
		no_memory();
	for (size_t i = 0; i < f->n; i++, s += strlen(s) + 1)
		f->v[i] = s;
	qsort(f->v, f->n, sizeof(*f->v), compare);
}

void facts_read(struct run *run, struct ns *ns, pid_t pid, struct facts *out)
{
	static int (*const readers[NSTYPE_COUNT])(struct run * run, struct ns * ns,
						  struct facts * f) = {
		[NSTYPE_UTS] = read_uts,
		[NSTYPE_NET] = read_net,
		[NSTYPE_MNT] = read_mnt,
		[NSTYPE_USER] = read_user,
	};
	size_t type = nstype_index(ns->type);
	int rc;

	*out = (struct facts){ 0 };
	if (!readers[type])
		return;
	rc = readers[type](run, ns, out);
	if (rc < 0)
		nslist_missed(run, pid, rc);
	sort(out);
	out->known = rc == 0;
}

void facts_free(struct facts *f)
{
	free(f->v);
	buf_free(&f->text);
}
