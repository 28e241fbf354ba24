// SPDX-License-Identifier: GPL-2.0-or-later
/* resolve: looks up the namespaces, bridges and devices that the request names. It locks the
 * network namespace and changes nothing. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"
#include "kernel/nsfile.h"
#include "nic.h"
#include "resolve.h"

/* ---- the target */

static int resolve_name(struct net *n, struct nserr *e)
{
	int is = names_open(n->name, &n->ns, e);

	if (is < 0)
		return is;
	snprintf(n->label, sizeof(n->label), "%.63s", n->name);
	snprintf(n->path, sizeof(n->path), "%s/%s", NETNS_DIR, n->name);
	n->target = is == NAME_ALIVE ? TARGET_EXISTING : TARGET_NEW_NAME;
	if (n->enters && is != NAME_ALIVE) {
		nserr_set(e, ENOENT, "cannot find the network namespace '%s'", n->name);
		nserr_hint(e, "create the namespace with 'nsnet add %s'", n->name);
		return -e->errnum;
	}
	return 0;
}

static int resolve_target(struct net *n, struct nserr *e)
{
	const char *name = n->ref ? str_after(n->ref, "netns:") : NULL;
	struct stat st;

	n->target = TARGET_NEW;
	snprintf(n->label, sizeof(n->label), "nsnet-run");
	snprintf(n->owner, sizeof(n->owner), "%s", n->name ? n->name : "run");
	if (n->name)
		return resolve_name(n, e);
	if (!n->ref)
		return 0;
	net_label(n->ref, n->label);
	n->ns = net_open_ref(n->ref, e);
	if (n->ns < 0)
		return n->ns;
	if (fstat(n->ns, &st) < 0)
		return nserr_set(e, errno, "cannot examine the network namespace");
	n->target = TARGET_EXISTING;
	if (name && name_is_valid(name))
		snprintf(n->owner, sizeof(n->owner), "%s", name);
	else
		snprintf(n->owner, sizeof(n->owner), "net:%llu", (unsigned long long)st.st_ino);
	return 0;
}

/*
 * Locks the network namespace, so that two nsnet processes neither choose the same address nor both
 * create the bridge. The lock is on the namespace file, which is the same for all mount namespaces.
 * Returns 0, or a negative errno with e set.
 */
static int lock_host(struct net *n, struct nserr *e)
{
	int fd = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/net");

	if (fd < 0)
		return nserr_set(e, fd, "cannot open /proc/self/ns/net");
	if (RETRY_EINTR(flock(fd, LOCK_EX)) < 0) {
		nserr_set(e, errno, "cannot lock the network namespace");
		close(fd);
		return -e->errnum;
	}
	n->host_lock = fd;
	return 0;
}

int resolve(struct net *n, struct nserr *e)
{
	struct net_links inside cleanup_net_links = NET_LINKS_INIT;
	struct host h = { 0 };
	int rc = 0;

	n->own_ns = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/net");
	if (n->own_ns < 0)
		return nserr_set(e, n->own_ns, "cannot open /proc/self/ns/net");
	if (n->name && !n->enters && !n->explain && !n->check) {
		n->name_lock = names_lock(true, e);
		rc = n->name_lock < 0 ? n->name_lock : 0;
	}
	if (rc == 0)
		rc = netlink_open(&n->host, e);
	if (rc == 0)
		rc = resolve_target(n, e);
	if (rc == 0 && n->n_bridges && !n->explain && !n->check)
		rc = lock_host(n, e);
	if (rc == 0 && n->target == TARGET_EXISTING && !n->enters)
		rc = net_open_in(n->own_ns, n->ns, &n->inner, e);
	if (rc == 0 && n->target == TARGET_EXISTING && n->n_wires)
		rc = net_links_read(&n->inner, &inside, e);
	if (rc == 0 && nat_wanted(n))
		rc = nat_find_uplinks(n, e);
	for (size_t i = 0; rc == 0 && i < n->n_bridges; i++)
		rc = resolve_bridge(n, &h, &n->bridges[i], e);
	/* choose names for the devices without a name, which `link` allows */
	for (size_t i = 0; rc == 0 && i < n->n_wires; i++)
		if (!n->wires[i].ifname[0])
			free_name(&inside, n, "eth", n->wires[i].ifname);
	for (size_t i = 0; rc == 0 && i < n->n_wires; i++)
		rc = resolve_wire(n, &h, &inside, &n->wires[i], i == 0, e);
	if (rc == 0 && n->nic.name[0])
		rc = nic_resolve(n, e);
	if (rc == 0 && nat_wanted(n))
		rc = nat_resolve(n, e);
	if (rc == 0 && n->dns != DNS_NONE)
		rc = dns_read(n, e);
	net_links_free(&h.links);
	net_ifaddrs_free(&h.addrs);
	net_routes_free(&h.routes);
	return rc;
}
