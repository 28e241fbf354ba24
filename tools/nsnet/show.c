// SPDX-License-Identifier: GPL-2.0-or-later
/* show: collects the devices of all network namespaces that can be found, and relates them. */
#include "show.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/file.h"
#include "collect/collect.h"
#include "kernel/nsfile.h"
#include "kernel/sys_ns.h"
#include "ns/procfs.h"

enum { OPT_DOT = CLI_LONG, OPT_STRICT };

/* clang-format off */
static const struct cli_opt opts[] = {
	{ 'a', "all",          CLI_NONE, NULL, "show lo as well" },
	{ 'T', "tree",         CLI_NONE, NULL, "print namespaces, bridges and ports as a tree", 1 },
	{ OPT_DOT, "dot",      CLI_NONE, NULL, "print a graph for dot(1)", 1 },
	{ 'J', "json",         CLI_NONE, NULL, "print JSON", 1 },
	{ 'r', "raw",          CLI_NONE, NULL, "print rows that are easy to split" },
	{ 'o', "output",       CLI_ARG,  "<list>", "print these columns", 1 },
	{ 'n', "noheadings",   CLI_NONE, NULL, "print no headings" },
	{ 'H', "list-columns", CLI_NONE, NULL, "list the columns" },
	{ OPT_STRICT, "strict", CLI_NONE, NULL, "exit 3 when something could not be looked at" },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsnet show",
	.synopsis = { "[options] [<ref>...]" },
	.purpose = "Show network namespaces, their devices, and what these are connected to.",
	.opts = opts,
	.notes = "Without <ref>, all namespaces that have a process or a name.",
	.failed = CLI_EXIT_FAILED,
};

/* ---- the namespaces */

static struct view_ns *new_ns(struct view *v)
{
	struct view_ns *ns = reallocarray(v->ns, v->n + 1, sizeof(*ns));

	if (!ns)
		cli_die(ENOMEM, "cannot list the namespaces");
	v->ns = ns;
	ns += v->n++;
	*ns = (struct view_ns){ .fd = -1, .nl = NETLINK_INIT };
	return ns;
}

/* A name is what a person knows; else the lowest process, else the inode. */
static char *ref_of(const struct ns *ns)
{
	const char *name = NULL;
	char *ref;
	int n;

	for (const struct nshold *h = ns->holders; h && !name; h = h->next)
		if (h->kind == NSHOLD_MNT && h->path)
			name = str_after(h->path, NETNS_DIR "/");
	if (name)
		n = asprintf(&ref, "netns:%s", name);
	else if (ns->pid)
		n = asprintf(&ref, "%d", (int)ns->pid);
	else
		n = asprintf(&ref, "net:%u", ns->inode);
	if (n < 0)
		cli_die(ENOMEM, "cannot list the namespaces");
	return ref;
}

static void find_all(struct view *v)
{
	struct collect_query q = {
		.types = NSTYPE_BIT(NSTYPE_NET),
		.sources = NSTYPE_BIT(COLLECT_PROC) | NSTYPE_BIT(COLLECT_MNT),
		.self = getpid(),
	};
	struct nserr e = NSERR_INIT;
	struct collect c;

	q.proc = procfs_open("/proc", &e);
	if (q.proc < 0 || collect_run(&c, &q, &e) < 0)
		cli_die_nserr(&e);
	for (size_t i = 0; i < c.tab.n; i++) {
		const struct ns *ns = c.tab.all[i];
		struct view_ns *to;

		if (ns->type != &nstypes[NSTYPE_NET])
			continue;
		to = new_ns(v);
		to->inode = ns->inode;
		to->ref = ref_of(ns);
		to->fd = collect_open(&c, ns);
	}
	v->complete = collect_complete(&c);
	collect_free(&c);
	close(q.proc);
}

static bool find_ref(struct view *v, char *ref)
{
	struct nserr e = NSERR_INIT;
	int fd = net_open_ref(ref, &e);
	struct view_ns *ns;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		cli_warn_nserr(&e);
		return false;
	}
	for (size_t i = 0; i < v->n; i++)
		if (v->ns[i].inode == st.st_ino) {
			close(fd);
			return true;
		}
	ns = new_ns(v);
	ns->inode = st.st_ino;
	ns->ref = strdup(ref);
	ns->fd = fd;
	return true;
}

/* Reads each namespace from inside; the socket stays, to ask it about the others. */
static void look(struct view *v)
{
	int own = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/net");
	struct stat st = { 0 };

	if (own < 0 || fstat(own, &st) < 0)
		cli_die(own, "cannot open /proc/self/ns/net");
	for (size_t i = 0; i < v->n; i++) {
		struct view_ns *ns = &v->ns[i];
		struct nserr e = NSERR_INIT;
		/* an ordinary user may look at its own namespace, and may enter none */
		int rc = ns->inode == st.st_ino
				 ? netlink_open(&ns->nl, &e)
				 : (ns->fd < 0 ? ns->fd : net_open_in(own, ns->fd, &ns->nl, &e));

		if (rc == 0)
			rc = net_links_read(&ns->nl, &ns->links, &e);
		if (rc == 0)
			rc = net_ifaddrs_read(&ns->nl, &ns->addrs, &e);
		if (rc == 0)
			rc = net_routes_read(&ns->nl, &ns->routes, &e);
		ns->failed = rc < 0;
		v->complete &= rc == 0;
	}
	close(own);
}

/* Each namespace takes two descriptors. */
static void raise_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

int verb_show(int argc, char **argv)
{
	const char *columns = NULL;
	bool raw = false, headings = true, strict = false, all = true;
	struct view v = { .complete = true };
	struct words w = { 0 };
	struct cli c;
	int form = 0;

	cli_init(&c, &tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		switch (key) {
		case 'a':
			v.all = true;
			break;
		case 'r':
			raw = true;
			break;
		case 'n':
			headings = false;
			break;
		case 'o':
			columns = c.arg;
			break;
		case OPT_STRICT:
			strict = true;
			break;
		default:
			form = key;
		}
	if (form == 'H') {
		view_columns();
		return 0;
	}
	raise_limit();
	for (int i = 0; i < w.n; i++)
		all &= find_ref(&v, w.v[i]);
	if (!w.n)
		find_all(&v);
	look(&v);
	if (form == 'J')
		view_json(&v);
	else if (form == 'T')
		view_tree(&v);
	else if (form == OPT_DOT)
		view_dot(&v);
	else
		view_table(&v, columns, raw, headings);
	if (!all)
		return CLI_EXIT_FAILED;
	return strict && !v.complete ? CLI_EXIT_INCOMPLETE : 0;
}
