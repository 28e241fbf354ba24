// SPDX-License-Identifier: GPL-2.0-or-later
/* nic: lends a device of the host to a namespace, and restores the device afterwards. */
#include "nic.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/num.h"

#define RECORD "nsnet-nic:" /* beginning of the alias of a lent device */

static void warn_of_client(const char *device, const char *addr)
{
	struct nserr e = NSERR_INIT;

	nserr_set(&e, 0, "a DHCP client of the host manages the address %s of '%s'", addr, device);
	nserr_hint(&e, "stop the DHCP client before you move the device");
	cli_warn_nserr(&e);
}

/* ---- the record: the settings of a lent device that are restored later, as a text that fits into
 * an alias: "NAME MTU up netns=INODE ADDR… DST=VIA…". INODE is the network namespace that the
 * device was lent from. */

#define LENDER " netns="

static int make_record(struct net *n, const struct net_link *l, struct nserr *e)
{
	struct net_ifaddrs addrs cleanup_net_ifaddrs = NET_IFADDRS_INIT;
	struct net_routes routes cleanup_net_routes = NET_ROUTES_INIT;
	char text[NET_ADDR_TEXT], via[NET_ADDR_TEXT] = "";
	cleanup_buf struct buf b = BUF_INIT;
	struct stat st;
	int rc = net_ifaddrs_read(&n->host, &addrs, e);

	if (rc == 0)
		rc = net_routes_read(&n->host, &routes, e);
	if (rc == 0 && fstat(n->own_ns, &st) < 0)
		rc = nserr_set(e, errno, "cannot examine the network namespace");
	if (rc < 0)
		return rc;
	buf_printf(&b, "%s%s %u %s%s%llu", RECORD, l->name, l->mtu,
		   l->flags & IFF_UP ? "up" : "down", LENDER, (unsigned long long)st.st_ino);
	for (size_t i = 0; i < addrs.n; i++) {
		const struct net_ifaddr *a = &addrs.v[i];

		if (a->index != l->index || a->scope == RT_SCOPE_LINK)
			continue;
		buf_printf(&b, " %s", net_addr_format(&a->addr, true, text));
		/* only a program such as dhclient(8) gives an IPv4 address a lifetime */
		if (a->addr.family == AF_INET && !(a->flags & IFA_F_PERMANENT))
			warn_of_client(l->name, text);
	}
	for (size_t i = 0; i < routes.n; i++) {
		const struct net_route *r = &routes.v[i];

		if (r->index != l->index)
			continue;
		if (r->dst.prefix == 0 && !n->force) {
			nserr_set(e, EBUSY, "the default route uses the device '%s'", l->name);
			nserr_hint(e, "use --force to move the device even if this host becomes "
				      "unreachable");
			return -e->errnum;
		}
		/* The routes of the subnets are not recorded, because the kernel adds them together
		 * with the addresses. */
		if (!r->via.family)
			continue;
		net_addr_format(&r->via, false, via);
		buf_printf(&b, " %s=%s", net_addr_format(&r->dst, true, text), via);
	}
	if (b.err || b.len >= NET_LINK_ALIAS)
		return nserr_set(e, E2BIG, "cannot record the addresses and routes of '%s'",
				 l->name);
	memcpy(n->nic.record, b.s, b.len + 1);
	return 0;
}

/* Checks whether an earlier nsnet command has lent the device to the existing namespace already.
 * Returns 1 if so, 0 if the device has to be moved, or a negative errno with e set if another
 * device of the namespace has the name. */
static int is_lent(struct net *n, struct nserr *e)
{
	struct nic *nic = &n->nic;
	const char *name;
	struct net_link l;
	int rc = net_link_find(&n->inner, nic->inside, &l, e);

	if (rc < 0)
		return rc == -ENODEV ? 0 : rc;
	name = str_after(l.alias, RECORD);
	name = name ? str_after(name, nic->name) : NULL;
	if (!name || *name != ' ')
		return nserr_set(e, EEXIST, "another device '%s' exists in the namespace",
				 nic->inside);
	nic->moved = true;
	nic->wire.index = l.index;
	return 1;
}

int nic_resolve(struct net *n, struct nserr *e)
{
	struct net_link l;
	int rc = n->target == TARGET_EXISTING ? is_lent(n, e) : 0;

	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = net_link_find(&n->host, n->nic.name, &l, e);
	if (rc == -ENODEV)
		return nserr_set(e, rc, "cannot find the device '%s'", n->nic.name);
	if (rc < 0)
		return rc;
	if (l.flags & IFF_LOOPBACK || l.alias[0]) {
		nserr_set(e, EINVAL, "the device '%s' %s", n->nic.name,
			  l.alias[0] ? "has an alias" : "cannot be lent");
		if (l.alias[0])
			nserr_hint(e, "remove the alias, where nsnet records the addresses of a "
				      "lent device; use 'nsnet gc' if a killed nsnet process left "
				      "the alias");
		return -e->errnum;
	}
	n->nic.index = l.index;
	return make_record(n, &l, e);
}

static int send_one(struct netlink *nl, struct netlink_batch *b, const char *name, struct nserr *e)
{
	int rc = netlink_send(nl, b, NULL, e);

	return rc < 0 ? net_denied(nserr_set(e, rc, "cannot restore the device '%s'", name), e) : 0;
}

/* Restores a device of the host from the record in its alias and removes the record. Continues
 * after a failure and returns the error of the first failure. */
static int restore(struct netlink *host, int index, const char *record, struct nserr *e)
{
	char text[NET_LINK_ALIAS], *save = NULL, *name, *mtu, *state;
	struct netlink_batch b;
	uint64_t number;
	int rc, first = 0;

	snprintf(text, sizeof(text), "%s", record + strlen(RECORD));
	name = strtok_r(text, " ", &save);
	mtu = strtok_r(NULL, " ", &save);
	state = strtok_r(NULL, " ", &save);
	if (!state || !net_ifname_is_valid(name, strlen(name)) ||
	    num_u64(mtu, 0, UINT32_MAX, &number) < 0)
		return nserr_set(e, EBADMSG,
				 "cannot restore the device: invalid record '%s' in its alias",
				 record);
	netlink_batch_init(&b);
	net_link_put_name(&b, index, name, (uint32_t)number, streq(state, "up"));
	first = send_one(host, &b, name, e);
	for (char *word; (word = strtok_r(NULL, " ", &save));) {
		char *equals = strchr(word, '=');
		struct net_route r = { .index = index };
		struct net_addr a;

		if (str_after(word, &LENDER[1]))
			continue;
		netlink_batch_init(&b);
		if (!equals && net_addr_parse(word, strlen(word), &a) == 0) {
			net_addr_put(&b, index, &a);
		} else if (equals && net_addr_parse(word, (size_t)(equals - word), &r.dst) == 0 &&
			   net_addr_parse(equals + 1, strlen(equals + 1), &r.via) == 0) {
			net_route_put(&b, &r);
		}
		rc = send_one(host, &b, name, first < 0 ? NULL : e);
		first = first < 0 ? first : rc;
	}
	/* Keep the record if a part could not be restored, so that `gc` can try again. */
	if (first < 0)
		return first;
	netlink_batch_init(&b);
	net_link_put_alias(&b, index, "");
	return send_one(host, &b, name, e);
}

/* ---- steps */

/* Stores the record in the alias of the device and then moves the device. If nsnet is killed, the
 * kernel moves the device back with its alias, where `gc` finds the record. */
int run_move(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct net *n = ctx;
	struct nic *nic = &n->nic;
	struct netlink_batch b;
	struct net_link l;
	int rc;

	(void)s;
	netlink_batch_init(&b);
	net_link_put_alias(&b, nic->index, nic->record);
	rc = netlink_send(&n->host, &b, NULL, e);
	if (rc < 0)
		return net_denied(
			nserr_set(e, rc, "cannot store the settings of the device '%s'", nic->name),
			e);
	netlink_batch_init(&b);
	net_link_put_move(&b, nic->index, n->ns, nic->inside);
	rc = netlink_send(&n->host, &b, NULL, e);
	if (rc < 0) {
		nserr_set(e, rc, "cannot move the device '%s'", nic->name);
		netlink_batch_init(&b);
		net_link_put_alias(&b, nic->index, "");
		(void)!netlink_send(&n->host, &b, NULL, NULL);
		return rc;
	}
	nic->lent = true;
	/* The index can change when a device is moved. */
	rc = net_link_find(&n->inner, nic->inside, &l, e);
	nic->index = nic->wire.index = rc == 0 ? l.index : 0;
	return rc == -ENODEV ? nserr_set(e, rc, "cannot find the device '%s'", nic->inside) : rc;
}

/*
 * Moves a device out of the namespace of the socket `inner`, under its old name, and restores the
 * settings in the record. The device must be moved back before the namespace ends. At the end of a
 * namespace, the kernel moves a physical device to the initial namespace without its name and
 * addresses, and destroys a virtual device. Returns 0, or a negative errno with e set.
 */
static int give_back(struct net *n, struct netlink *inner, int index, const char *name,
		     const char *record, struct nserr *e)
{
	struct netlink_batch b;
	struct net_link l;
	int rc;

	/* The kernel would move the device and only then refuse the name. */
	rc = net_link_find(&n->host, name, &l, e);
	if (rc < 0 && rc != -ENODEV)
		return rc;
	if (rc == 0) {
		nserr_set(e, EEXIST, "cannot move the device '%s' back", name);
		nserr_hint(e,
			   n->argv ? "rename the other device '%s', and run 'nsnet gc' after all "
				     "processes have left the namespace"
				   : "rename the other device '%s', and repeat the command",
			   name);
		return -e->errnum;
	}
	netlink_batch_init(&b);
	net_link_put_move(&b, index, n->own_ns, name);
	rc = netlink_send(inner, &b, NULL, e);
	if (rc < 0)
		return net_denied(nserr_set(e, rc, "cannot move the device '%s' back", name), e);
	rc = net_link_find(&n->host, name, &l, e);
	if (rc < 0)
		return rc == -ENODEV ? nserr_set(e, rc, "cannot find the device '%s'", name) : rc;
	return restore(&n->host, l.index, record, e);
}

int nic_return(struct net *n, struct nserr *e)
{
	struct nic *nic = &n->nic;
	struct net_link l;
	int rc;

	if (!nic->lent)
		return 0;
	nic->lent = false;
	rc = net_link_find(&n->inner, nic->inside, &l, e);
	if (rc == -ENODEV)
		return nserr_set(e, rc,
				 "cannot find the device '%s', which the program renamed or moved",
				 nic->inside);
	return rc < 0 ? rc : give_back(n, &n->inner, l.index, nic->name, nic->record, e);
}

/* Returns true if the record says that the device was lent from the namespace with that inode, or
 * does not name a namespace. */
static bool is_lender(const char *record, uint64_t inode)
{
	const char *at = strstr(record, LENDER);
	uint64_t is;

	at = at ? at + strlen(LENDER) : "";
	return num_u64n(at, strcspn(at, " "), 0, UINT64_MAX, &is) < 0 || is == inode;
}

int nic_return_all(struct net *n, struct netlink *inner, const struct net_links *there,
		   struct nserr *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < there->n; i++) {
		const struct net_link *l = &there->v[i];
		const char *of = str_after(l->alias, RECORD);
		char name[IF_NAMESIZE];
		struct stat st;

		if (!of)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(of, " "), of);
		if (fstat(n->own_ns, &st) < 0)
			return nserr_set(e, errno, "cannot examine the network namespace");
		if (!is_lender(of, st.st_ino)) {
			nserr_set(
				e, EXDEV,
				"the device '%s' was not lent from the caller's network namespace",
				l->name);
			nserr_hint(e, "run the command in the network namespace from which the "
				      "device was lent");
			return -e->errnum;
		}
		rc = give_back(n, inner, l->index, name, l->alias, e);
	}
	return rc;
}

void undo_move(void *ctx, const struct plan_step *s)
{
	(void)s;
	(void)!nic_return(ctx, NULL);
}

void show_move(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct net *n = ctx;

	(void)s;
	buf_adds(out, "ip link set dev ");
	shell_word(out, n->nic.name);
	buf_adds(out, " alias ");
	shell_word(out, n->nic.record);
	buf_adds(out, "\nip link set dev ");
	shell_word(out, n->nic.name);
	buf_printf(out, " netns %s name ", n->label);
	shell_word(out, n->nic.inside);
	buf_addc(out, '\n');
}

/* Prints the commands that return the lent device and restore the settings in its record. */
void nic_show_return(const struct net *n, struct buf *out)
{
	char text[NET_LINK_ALIAS], *save = NULL, *mtu, *state;
	const char *name = n->nic.name;

	ip_in(n, out);
	buf_adds(out, "link set dev ");
	shell_word(out, n->nic.inside);
	buf_printf(out, " netns $$ name %s\n", name);
	snprintf(text, sizeof(text), "%s", n->nic.record);
	(void)strtok_r(text, " ", &save);
	mtu = strtok_r(NULL, " ", &save);
	state = strtok_r(NULL, " ", &save);
	buf_printf(out, "ip link set dev %s mtu %s %s alias ''\n", name, mtu, state);
	for (char *word; (word = strtok_r(NULL, " ", &save));) {
		char *via = strchr(word, '=');

		if (str_after(word, &LENDER[1]))
			continue;
		if (via)
			*via++ = '\0';
		if (via)
			buf_printf(out, "ip route replace %s via %s dev %s proto static\n", word,
				   via, name);
		else
			buf_printf(out, "ip addr replace %s dev %s%s\n", word, name,
				   strchr(word, ':') ? " nodad" : "");
	}
}

int nic_collect(struct net *n, bool dry, struct buf *out, struct nserr *e)
{
	struct net_links links cleanup_net_links = NET_LINKS_INIT;
	int rc = net_links_read(&n->host, &links, e);

	for (size_t i = 0; rc == 0 && i < links.n; i++) {
		const struct net_link *l = &links.v[i];
		const char *name = str_after(l->alias, RECORD);

		if (!name)
			continue;
		buf_printf(out, "device %.*s\n", (int)strcspn(name, " "), name);
		if (!dry)
			rc = restore(&n->host, l->index, l->alias, e);
	}
	return rc;
}
