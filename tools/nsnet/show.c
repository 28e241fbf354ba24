// SPDX-License-Identifier: GPL-2.0-or-later
/* show: collects the devices of all network namespaces that can be found, and connects each device
 * with its peer, its lower device or its bridge. */
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

enum { OPT_DOT = CLI_LONG };

/* clang-format off */
static const struct cli_opt opts[] = {
	{ 'a', "all",          CLI_NONE, NULL, "include the loopback devices" },
	{ 'T', "tree",         CLI_NONE, NULL, "print namespaces, bridges and ports as a tree", 1 },
	{ OPT_DOT, "dot",      CLI_NONE, NULL, "print a graph for dot(1)", 1 },
	TABLE_OPTS,
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsnet show",
	.synopsis = { "[options] [<name>|<ref>...]" },
	.purpose = "Show network namespaces, their devices and connections.",
	.opts = opts,
	.notes = "Without an argument, all namespaces that have a process or a name are shown.",
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

static const char *name_of(const struct ns *ns)
{
	const char *name = NULL;

	for (const struct nshold *h = ns->holders; h && !name; h = h->next)
		if (h->kind == NSHOLD_MNT && h->path)
			name = str_after(h->path, NETNS_DIR "/");
	return name;
}

/* Returns a reference to the namespace: its name, or its lowest process, or its inode. */
static char *ref_of(const struct ns *ns)
{
	const char *name = name_of(ns);
	char *ref;
	int n;

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

static struct view_ns *find_ns(struct view *v, uint64_t inode)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->ns[i].inode == inode)
			return &v->ns[i];
	return NULL;
}

/* Adds a namespace that the search found. With `given`, namespaces that the user did not name are
 * ignored. */
static void take_ns(struct view *v, const struct collect *c, const struct ns *ns, bool given)
{
	const char *name = name_of(ns);
	struct view_ns *to = given ? find_ns(v, ns->inode) : new_ns(v);

	if (!to)
		return;
	if (!given) {
		to->inode = ns->inode;
		to->ref = ref_of(ns);
		to->fd = collect_open(c, ns);
	}
	if (name && !to->name)
		to->name = strdup(name);
	to->procs = ns->nprocs;
	to->holders = ns->nfds + ns->nsocks + ns->nmounts;
}

/* Finds the network namespaces of the machine. With `count`, also counts the descriptors and
 * sockets that keep each namespace alive. */
static void find_all(struct view *v, bool given, bool count)
{
	const unsigned holders = NSTYPE_BIT(COLLECT_FD) | NSTYPE_BIT(COLLECT_SOCK);
	struct collect_query q = {
		.types = NSTYPE_BIT(NSTYPE_NET),
		.sources = NSTYPE_BIT(COLLECT_PROC) | NSTYPE_BIT(COLLECT_MNT) |
			   (count ? holders : 0),
		.self = getpid(),
		/* parents, owners and ids are not shown */
		.related = NSTYPE_BIT(NSTYPE_MNT),
	};
	struct nserr e = NSERR_INIT;
	struct collect c;

	q.proc = procfs_open("/proc", &e);
	if (q.proc < 0 || collect_run(&c, &q, &e) < 0)
		cli_die_nserr(&e);
	for (size_t i = 0; i < c.tab.n; i++)
		if (c.tab.all[i]->type == &nstypes[NSTYPE_NET])
			take_ns(v, &c, c.tab.all[i], given);
	v->complete &= collect_complete(&c);
	v->missed = c.missed;
	v->counted = count;
	collect_free(&c);
	close(q.proc);
}

static bool find_ref(struct view *v, const char *word)
{
	struct nserr e = NSERR_INIT;
	cleanup_free char *ref = spec_ref(word);
	int fd = net_open_ref(ref, &e);
	struct view_ns *ns;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) < 0) {
		nserr_set(&e, errno, "cannot examine the network namespace '%s'", ref);
		util_close(&fd);
	}
	if (fd < 0) {
		cli_warn_nserr(&e);
		return false;
	}
	if (find_ns(v, st.st_ino)) {
		close(fd);
		return true;
	}
	ns = new_ns(v);
	ns->inode = st.st_ino;
	ns->ref = TAKE_PTR(ref);
	if (str_after(ns->ref, "netns:"))
		ns->name = strdup(str_after(ns->ref, "netns:"));
	ns->fd = fd;
	return true;
}

/* Enters a namespace and opens a netlink socket there. The process stays in the namespace, and
 * *away is set. Returns 0 or a negative errno. */
static int enter(struct view_ns *ns, bool *away)
{
	int rc = ns->fd < 0 ? ns->fd : sys_setns(ns->fd, CLONE_NEWNET);

	*away |= rc == 0;
	return rc < 0 ? rc : netlink_open(&ns->nl, NULL);
}

/* Reads the devices, addresses and routes of a namespace. Returns 0 or a negative errno. */
static int read_ns(struct view_ns *ns)
{
	int rc = net_links_read(&ns->nl, &ns->links, NULL);

	if (rc == 0)
		rc = net_ifaddrs_read(&ns->nl, &ns->addrs, NULL);
	return rc < 0 ? rc : net_routes_read(&ns->nl, &ns->routes, NULL);
}

/* Enters one namespace after the other and reads its devices, and then returns to the caller's
 * namespace. The sockets stay open, because namespace ids (nsids) are relative to the namespace of
 * the socket. */
static void look(struct view *v)
{
	int own = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/net");
	struct stat st = { 0 };
	bool away = false;
	int rc;

	if (own < 0 || fstat(own, &st) < 0)
		cli_die(own, "cannot open /proc/self/ns/net");
	v->own = st.st_ino;
	/* The caller's own namespace is read without setns(2), which an ordinary user may not
	 * call. */
	for (size_t i = 0; i < v->n; i++)
		if (v->ns[i].inode == v->own)
			v->ns[i].err = netlink_open(&v->ns[i].nl, NULL);
	for (size_t i = 0; i < v->n; i++) {
		struct view_ns *ns = &v->ns[i];

		if (ns->inode != v->own)
			ns->err = enter(ns, &away);
		if (ns->err == 0)
			ns->err = read_ns(ns);
		v->complete &= ns->err == 0;
	}
	rc = away ? sys_setns(own, CLONE_NEWNET) : 0;
	if (rc < 0)
		cli_die(rc, "cannot return to the caller's network namespace");
	close(own);
}

/* Raises RLIMIT_NOFILE, because each namespace needs two open descriptors. */
static void raise_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

/* Reads the firewall rules, which contain the published ports. */
static void read_rules(struct view *v)
{
	struct nft_ctx *nft = NULL;

	if (nft_open(&nft, &v->rules_err) < 0 ||
	    nft_list(nft, "list ruleset", &v->rules, &v->rules_err) < 0)
		v->complete = false;
	nft_close(nft);
}

void view_free(struct view *v)
{
	for (size_t i = 0; i < v->n; i++) {
		struct view_ns *ns = &v->ns[i];

		free(ns->ref);
		free(ns->name);
		free(ns->peers);
		net_links_free(&ns->links);
		net_ifaddrs_free(&ns->addrs);
		net_routes_free(&ns->routes);
		netlink_close(&ns->nl);
		util_close(&ns->fd);
	}
	free(v->ns);
	buf_free(&v->rules);
	v->ns = NULL;
	v->n = 0;
}

void view_find(struct view *v)
{
	raise_limit();
	find_all(v, false, false);
}

int verb_show(int argc, char **argv)
{
	struct view v = { .complete = true };
	struct words w = { 0 };
	bool all = true, count;
	struct table t;
	struct cli c;
	int form = 0;

	view_table_init(&t);
	cli_init(&c, &tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		if (key == 'a')
			v.all = true;
		else if (key == 'T' || key == OPT_DOT)
			form = key;
		else
			table_option(&t, key, c.arg);
	verb_count(&w, 0, VERB_WORDS_MAX, "");
	if (form && t.json)
		cli_die_usage("--json cannot be used with --tree or --dot");
	raise_limit();
	for (int i = 0; i < w.n; i++)
		all &= find_ref(&v, w.v[i]);
	count = view_wants(&t, "HOLDERS") || view_wants(&t, "PROCS");
	if (!w.n || count || view_wants(&t, "NAME"))
		find_all(&v, w.n > 0, count);
	look(&v);
	view_relate(&v, w.n == 0);
	if (t.json || view_wants(&t, "PORTS"))
		read_rules(&v);
	t.complete = v.complete;
	if (t.json)
		view_json(&v);
	else if (form == 'T')
		view_tree(&v);
	else if (form == OPT_DOT)
		view_dot(&v);
	else
		view_table(&v, &t);
	if (t.strict)
		view_report_missed(&v);
	view_free(&v);
	return all ? table_status(&t, 0) : CLI_EXIT_FAILED;
}
