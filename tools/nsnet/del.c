// SPDX-License-Identifier: GPL-2.0-or-later
/* del: implements the verbs del and gc. del undoes the verbs add, link and bridge. gc cleans up
 * after nsnet processes that were killed. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "kernel/nsfile.h"
#include "kernel/sysctl.h"
#include "nic.h"
#include "ns/ref_find.h"
#include "resolve.h"

enum { OPT_DRY_RUN = CLI_LONG, OPT_FORCE };

static const struct cli_opt del_opts[] = {
	{ OPT_FORCE, "force", CLI_NONE, NULL, "also remove bridges in use or made by other tools" },
	{ 0 },
};

static const struct cli_opt gc_opts[] = {
	{ OPT_DRY_RUN, "dry-run", CLI_NONE, NULL, "print what would be removed, and exit" },
	{ 0 },
};

static const struct cli_tool del_tool = {
	.name = "nsnet del",
	.synopsis = { "[options] <name>|<ref>|<bridge>..." },
	.purpose = "Remove named network namespaces, bridges, or connections that nsnet created.",
	.opts = del_opts,
	.failed = CLI_EXIT_FAILED,
};

static const struct cli_tool gc_tool = {
	.name = "nsnet gc",
	.synopsis = { "[options]" },
	.purpose = "Remove devices and rules of killed nsnet processes, and return lent devices.",
	.opts = gc_opts,
	.failed = CLI_EXIT_FAILED,
};

static int delete_link(struct netlink *nl, const struct net_link *l, struct nserr *e)
{
	struct netlink_batch b;
	int rc;

	netlink_batch_init(&b);
	net_link_put_delete(&b, l->index);
	rc = netlink_send(nl, &b, NULL, e);
	/* ENODEV is ignored, because another process may have removed the other end of the pair,
	 * which removes this end, too. */
	return rc == 0 || rc == -ENODEV
		       ? 0
		       : nserr_set(e, rc, "cannot delete the device '%s'", l->name);
}

static bool has_nat(const struct net_link *l)
{
	const char *nat = str_after(l->alias, NET_ALIAS) ? strstr(l->alias, " nat") : NULL;

	return nat && !nat[4];
}

/* The alias of a device contains the owner of its firewall rules: the name of a namespace or a
 * reference to it. Adds this owner to a list of lines, unless the list contains it already. */
static void note_owner(struct buf *owners, const struct net_link *l)
{
	const char *owner = l->alias + strlen(NET_ALIAS);
	size_t n = strcspn(owner, " ");

	for (const char *at = owners->s; at && *at; at = strchr(at, '\n') + 1)
		if (strncmp(at, owner, n) == 0 && at[n] == '\n')
			return;
	buf_add(owners, owner, n);
	buf_addc(owners, '\n');
}

/* Removes the firewall rules of each owner in the list. The list is modified. Returns 0, or a
 * negative errno with e set. */
static int remove_rules(struct buf *owners, struct nserr *e)
{
	int rc = owners->err ? nserr_set(e, owners->err, "cannot list the firewall rules") : 0;

	for (char *at = owners->s, *end; rc == 0 && at && *at; at = end + 1) {
		end = strchr(at, '\n');
		*end = '\0';
		rc = nat_remove("ns", at, e);
	}
	return rc;
}

/*
 * Disconnects a namespace: moves the devices back that were lent to it, and deletes the devices
 * whose other end has an alias of nsnet, and their firewall rules. The rules of a namespace can
 * have several owners, because `add` with its name and `add` with a reference create separate
 * tables. The devices are deleted explicitly, because RTM_DELLINK returns after both ends are
 * removed, whereas the kernel removes the devices of an ended namespace some time later. Returns 0,
 * or a negative errno with e set.
 */
static int disconnect(struct net *n, int ns, struct nserr *e)
{
	struct net_links here cleanup_net_links = NET_LINKS_INIT;
	struct net_links there cleanup_net_links = NET_LINKS_INIT;
	struct netlink inner cleanup_netlink = NETLINK_INIT;
	cleanup_buf struct buf owners = BUF_INIT;
	int rc = net_open_in(n->own_ns, ns, &inner, e);

	if (rc == 0)
		rc = net_links_read(&n->host, &here, e);
	if (rc == 0)
		rc = net_links_read(&inner, &there, e);
	if (rc == 0)
		rc = nic_return_all(n, &inner, &there, e);
	for (size_t i = 0; rc == 0 && i < there.n; i++) {
		const struct net_link *in = &there.v[i], *out;
		int is;

		if (!streq(in->kind, "veth"))
			continue;
		/* if the peer is in a third namespace, a device with the same index here is
		 * unrelated */
		out = net_links_by_index(&here, in->peer);
		is = out && str_after(out->alias, NET_ALIAS) ? net_peer_is_in(&inner, in, n->own_ns)
							     : 0;
		if (is < 0)
			rc = nserr_set(e, is, "cannot find the other end of '%s'", in->name);
		if (is > 0) {
			if (has_nat(out))
				note_owner(&owners, out);
			rc = delete_link(&inner, in, e);
		}
	}
	return rc == 0 ? remove_rules(&owners, e) : rc;
}

/* Prints a warning and returns true if the namespace still exists. */
static bool is_held(uint64_t inode, const char *what)
{
	struct nserr e = NSERR_INIT;
	int fd = nsref_find_inode(&nstypes[NSTYPE_NET], inode, &e);

	if (fd < 0)
		return false;
	close(fd);
	nserr_set(&e, 0, "the name '%s' is removed, but the network namespace is still in use",
		  what);
	nserr_hint(&e, "list the users of the namespace with 'nslist --show net:%llu'",
		   (unsigned long long)inode);
	cli_warn_nserr(&e);
	return true;
}

/* Removes resolv.conf if `add --dns` created it. */
static void remove_resolv(const char *name)
{
	char path[4096], text[32] = "";
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s/resolv.conf", NETNS_ETC, name);
	cleanup_fd int fd = file_open_at(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW, 0);

	n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	if (n <= 0 || !str_after(text, "# made by nsnet\n"))
		return;
	unlink(path);
	snprintf(path, sizeof(path), "%s/%s", NETNS_ETC, name);
	rmdir(path);
}

static int delete_name(struct net *n, const char *name, int ns, struct nserr *e)
{
	int rc = ns >= 0 ? disconnect(n, ns, e) : 0;

	if (rc == 0)
		rc = names_remove(name, e);
	if (rc == 0)
		remove_resolv(name);
	return rc;
}

static unsigned count_ports(void *arg, const struct net_links *links, bool *dying)
{
	const struct net_link *br = arg;
	unsigned n = 0;

	for (size_t i = 0; i < links->n; i++) {
		if (links->v[i].master != br->index)
			continue;
		n++;
		*dying &= str_after(links->v[i].alias, NET_ALIAS "run") != NULL;
	}
	return n;
}

static int delete_bridge(struct net *n, const struct net_link *br, struct nserr *e)
{
	char localnet[64 + IF_NAMESIZE];
	unsigned ports = 0;
	bool guarded;
	int rc;

	if (!streq(br->kind, "bridge"))
		return nserr_set(e, 0, "the device '%s' is not a bridge", br->name);
	if (!n->force && !str_after(br->alias, NET_ALIAS)) {
		nserr_set(e, EPERM, "the bridge '%s' was not created by nsnet", br->name);
		nserr_hint(e, "remove the bridge with --force, or with 'ip link del %s'", br->name);
		return -e->errnum;
	}
	rc = n->force ? 0 : ports_await(n, count_ports, (void *)(uintptr_t)br, &ports, e);
	if (rc < 0)
		return rc;
	if (ports) {
		nserr_set(e, EBUSY, "the bridge '%s' has %u %s", br->name, ports,
			  ports == 1 ? "port" : "ports");
		nserr_hint(
			e,
			"use --force, or first delete the namespaces that use the bridge ('nsnet "
			"show' lists them)");
		return -e->errnum;
	}
	snprintf(localnet, sizeof(localnet), "net/ipv4/conf/%s/route_localnet", br->name);
	guarded = sysctl_get(localnet) == 1;
	rc = delete_link(&n->host, br, e);
	if (rc == 0 && guarded)
		rc = nat_remove("lo", br->name, e);
	return rc == 0 && has_nat(br) ? nat_remove("br", br->name, e) : rc;
}

/* Deletes the object that `word` names: a named namespace, a bridge, or the connections of a
 * namespace that is given by a reference. On failure prints a message and returns false. For a
 * named namespace, sets *inode to its inode, so that the caller can check whether the namespace has
 * ended. */
static bool delete_one(struct net *n, const char *word, uint64_t *inode)
{
	struct nserr e = NSERR_INIT;
	const char *name = str_after(word, "netns:");
	cleanup_fd int ns = -1;
	struct net_link br;
	int rc, is = NAME_NONE;

	name = name ? name : word;
	if (name_is_valid(name)) {
		is = names_open(name, &ns, &e);
		if (is > NAME_NONE)
			is = delete_name(n, name, ns, &e) < 0 ? -1 : is;
		if (is < 0) {
			cli_warn_nserr(&e);
			return false;
		}
		if (is != NAME_NONE) {
			struct stat st;

			if (ns >= 0 && fstat(ns, &st) == 0)
				*inode = st.st_ino;
			return true;
		}
	}
	rc = net_ifname_is_valid(word, strlen(word)) ? net_link_find(&n->host, word, &br, &e)
						     : -ENODEV;
	if (rc == 0) {
		rc = delete_bridge(n, &br, &e);
	} else if (rc == -ENODEV && name_is_valid(word) &&
		   strspn(word, "0123456789") < strlen(word) && !streq(word, "self")) {
		nserr_set(&e, ENOENT, "'%s' is neither a named namespace nor a bridge", word);
	} else if (rc == -ENODEV) {
		ns = net_open_ref(word, &e);
		rc = ns < 0 ? ns : disconnect(n, ns, &e);
	}
	if (rc < 0)
		cli_warn_nserr(&e);
	return rc == 0;
}

static void open_host(struct net *n)
{
	struct nserr e = NSERR_INIT;

	n->own_ns = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/net");
	if (n->own_ns < 0)
		cli_die(n->own_ns, "cannot open /proc/self/ns/net");
	if (netlink_open(&n->host, &e) < 0)
		cli_die_nserr(&e);
}

int verb_del(int argc, char **argv)
{
	struct words w = { 0 };
	uint64_t *inodes;
	struct nserr e = NSERR_INIT;
	bool all = true;
	struct net n;
	struct cli c;

	net_init(&n);
	cli_init(&c, &del_tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		n.force |= key == OPT_FORCE;
	verb_count(&w, 1, VERB_WORDS_MAX, " <name>|<ref>|<bridge>");
	open_host(&n);
	/* Waits for a running `add`, which may have created its file without having mounted the
	 * namespace on it. */
	n.name_lock = names_lock(false, &e);
	if (n.name_lock < 0 && n.name_lock != -ENOENT)
		cli_die_nserr(&e);
	inodes = calloc((size_t)w.n, sizeof(*inodes));
	if (!inodes)
		cli_die(ENOMEM, "cannot delete");
	for (int i = 0; i < w.n; i++)
		all &= delete_one(&n, w.v[i], &inodes[i]);
	/* Search for remaining namespaces only after the last deletion, because the first search
	 * caches its result. */
	for (int i = 0; i < w.n; i++)
		all &= !inodes[i] || !is_held(inodes[i], w.v[i]);
	free(inodes);
	return all ? 0 : CLI_EXIT_FAILED;
}

/*
 * Finds out whether gc may remove a file of NETNS_DIR: an empty file on which no namespace is
 * mounted. Files of other kinds do not belong to ip-netns(8). Returns 1 or 0, or a negative errno
 * with e set.
 */
static int is_dead(int dir, const char *name, struct nserr *e)
{
	struct stat st;
	int ns = -1, is;

	if (!name_is_valid(name))
		return 0;
	is = names_open(name, &ns, e);
	util_close(&ns);
	if (is != NAME_DEAD)
		return is < 0 && is != -EINVAL ? is : 0;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : nserr_set(e, errno, "cannot examine '%s'", name);
	return S_ISREG(st.st_mode) && st.st_size == 0;
}

/*
 * If nsnet is killed, most objects that it has created disappear when the kernel closes its
 * descriptors. The file that reserves the name of a namespace remains. The lock on NETNS_DIR
 * prevents gc from removing the file of a running `add`, which has not mounted its namespace on the
 * file yet. ip(8) does not lock the directory, but it mounts the namespace very shortly after it
 * has created the file.
 *
 * Adds a line to out for each such file, and removes the file unless `dry` is set. Returns true, or
 * after a failure prints a message and returns false. Ends the process if the directory cannot be
 * locked or opened.
 */
static bool names_collect(struct net *n, bool dry, struct buf *out)
{
	struct nserr e = NSERR_INIT;
	const struct dirent *d;
	bool all = true;
	DIR *list;

	n->name_lock = names_lock(false, &e);
	if (n->name_lock == -ENOENT)
		return true;
	if (n->name_lock < 0)
		cli_die_nserr(&e);
	list = opendir(NETNS_DIR);
	if (!list)
		cli_die(errno, "cannot list '%s'", NETNS_DIR);
	while ((errno = 0, d = readdir(list))) {
		int rc = is_dead(dirfd(list), d->d_name, &e);

		if (rc > 0) {
			buf_printf(out, "%s/%s\n", NETNS_DIR, d->d_name);
			rc = dry ? 0 : names_remove(d->d_name, &e);
		}
		if (rc < 0) {
			cli_warn_nserr(&e);
			all = false;
		}
	}
	if (errno) {
		cli_warn(errno, "cannot list '%s'", NETNS_DIR);
		all = false;
	}
	closedir(list);
	return all;
}

int verb_gc(int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	struct buf out = BUF_INIT;
	struct words w = { 0 };
	bool dry = false, all;
	struct net n;
	struct cli c;

	net_init(&n);
	cli_init(&c, &gc_tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		dry |= key == OPT_DRY_RUN;
	verb_count(&w, 0, 0, "");
	all = names_collect(&n, dry, &out);
	open_host(&n);
	if (nat_collect(&n, dry, &out, &e) < 0 || nic_collect(&n, dry, &out, &e) < 0) {
		cli_warn_nserr(&e);
		all = false;
	}
	if (out.len)
		cli_print(&out);
	return all ? 0 : CLI_EXIT_FAILED;
}
