// SPDX-License-Identifier: GPL-2.0-or-later
/* spec: parses the arguments that describe devices, bridges, routes and names. Nothing is looked
 * up. */
#include <limits.h>
#include <stdio.h>

#include "base/num.h"
#include "kernel/sysctl.h"
#include "ns/ref.h"
#include "nsnet.h"

/* One item of a list that is separated by commas. */
struct item {
	const char *s;
	size_t n;
};

/* Removes the first item from the list *at, which must not be empty, and returns it. Sets *at to
 * NULL if no item remains. */
static struct item first_item(const char **at)
{
	struct item i = { *at, strcspn(*at, ",") };

	*at = i.s[i.n] ? i.s + i.n + 1 : NULL;
	return i;
}

static bool next_item(const char **at, struct item *i)
{
	if (!*at)
		return false;
	*i = first_item(at);
	return true;
}

static bool is(const struct item *i, const char *word)
{
	return strlen(word) == i->n && memcmp(i->s, word, i->n) == 0;
}

/* Returns true if the item begins with key, and sets *value to the text after it. */
static bool has_key(const struct item *i, const char *key, struct item *value)
{
	size_t n = strlen(key);

	if (i->n < n || memcmp(i->s, key, n) != 0)
		return false;
	*value = (struct item){ i->s + n, i->n - n };
	return true;
}

static char *copy(const char *s, size_t n)
{
	char *c = strndup(s, n);

	if (!c)
		cli_die(ENOMEM, "cannot allocate memory for the reference");
	return c;
}

static void take_name(const char *option, const char *s, size_t n, char out[IF_NAMESIZE])
{
	if (!net_ifname_is_valid(s, n))
		cli_die_usage("%s: invalid device name '%.*s'", option, (int)n, s);
	memcpy(out, s, n);
	out[n] = '\0';
}

static void take_addr(const char *option, const struct item *i, bool with_prefix, struct addrs *l)
{
	struct net_addr a;

	if (net_addr_parse(i->s, i->n, &a) < 0 || (with_prefix && !memchr(i->s, '/', i->n)))
		cli_die_usage("%s: invalid IP address '%.*s'%s", option, (int)i->n, i->s,
			      with_prefix ? ", expected <address>/<length>" : "");
	if (!net_addr_is_host(&a))
		cli_die_usage("%s: no host can have the address '%.*s'", option, (int)i->n, i->s);
	for (size_t k = 0; k < l->n; k++)
		if (net_addr_same(&l->v[k], &a, (unsigned)(8 * net_addr_size(&a))))
			cli_die_usage("%s: the address '%.*s' is given twice", option, (int)i->n,
				      i->s);
	if (l->n == NET_ADDRS_MAX)
		cli_die_usage("%s: more than %d addresses", option, NET_ADDRS_MAX);
	l->v[l->n++] = a;
}

static uint32_t take_mtu(const char *option, const struct item *i)
{
	uint64_t mtu;

	/* 68 is the minimum MTU of IPv4 (RFC 791) */
	if (num_u64n(i->s, i->n, 68, 65535, &mtu) < 0)
		cli_die_usage("%s: invalid MTU '%.*s', expected 68 to 65535", option, (int)i->n,
			      i->s);
	return (uint32_t)mtu;
}

static bool is_ref(const char *s)
{
	struct nsref r;

	return nsref_parse(s, &r, NULL) == 0;
}

void spec_check_ref(const char *text)
{
	struct nserr e = NSERR_INIT;
	struct nsref r;

	if (nsref_parse(text, &r, &e) < 0)
		cli_die_usage_nserr(&e);
}

char *spec_ref(const char *text)
{
	char *ref;

	if (is_ref(text) || !name_is_valid(text))
		return copy(text, strlen(text));
	if (asprintf(&ref, "netns:%s", text) < 0)
		cli_die(ENOMEM, "cannot parse the options");
	return ref;
}

/*
 * Splits "REF:IF" or "NAME:IF". A reference can contain colons. The last colon begins a device only
 * if both sides are valid and the device does not look like a number. "netns:web" is a reference,
 * and not the device web of a namespace with the name netns.
 */
static void split_ref(const char *option, const char *s, size_t n, struct wire *w)
{
	cleanup_free char *all = copy(s, n), *first = copy(s, n), *ref = spec_ref(all);
	char *colon = strrchr(first, ':');
	bool splits = colon && net_ifname_is_valid(colon + 1, strlen(colon + 1)) &&
		      strspn(colon + 1, "0123456789[]") < strlen(colon + 1);

	if (splits)
		*colon = '\0';
	w->other_if[0] = '\0';
	if (splits && (is_ref(first) || (!is_ref(all) && name_is_valid(first)))) {
		take_name(option, colon + 1, strlen(colon + 1), w->other_if);
		w->other = spec_ref(first);
	} else if (is_ref(ref)) {
		w->other = TAKE_PTR(ref);
	} else {
		cli_die_usage("%s: invalid namespace '%s', expected a name or a reference", option,
			      all);
	}
}

/* Returns true if the text is a reference and not the name of a bridge. A reference is a number,
 * "self" or a path, or contains a colon. */
static bool looks_like_ref(const char *s, size_t n)
{
	return memchr(s, ':', n) || memchr(s, '/', n) || (n == 4 && memcmp(s, "self", 4) == 0) ||
	       strspn(s, "0123456789") >= n;
}

static struct bridge *find_bridge(struct net *n, const char *option, const char *name)
{
	for (size_t i = 0; i < n->n_bridges; i++)
		if (streq(n->bridges[i].name, name))
			return &n->bridges[i];
	if (n->n_bridges == NET_WORDS_MAX)
		cli_die_usage("%s: more than %d bridges", option, NET_WORDS_MAX);
	n->bridges[n->n_bridges] = (struct bridge){ 0 };
	strcpy(n->bridges[n->n_bridges].name, name);
	return &n->bridges[n->n_bridges++];
}

static struct wire *new_wire(struct net *n, const char *option)
{
	struct wire *w = &n->wires[n->n_wires];

	if (n->n_wires == NET_WORDS_MAX)
		cli_die_usage("%s: more than %d devices", option, NET_WORDS_MAX);
	n->n_wires++;
	*w = (struct wire){ .other_ns = -1, .other_nl = NETLINK_INIT };
	return w;
}

static void check_ifname_once(struct net *n, const char *option)
{
	const struct wire *last = &n->wires[n->n_wires - 1];

	if (streq(last->ifname, "lo"))
		cli_die_usage("%s: the device lo cannot be created, because each network namespace "
			      "has a device lo",
			      option);
	for (size_t i = 0; i + 1 < n->n_wires; i++)
		if (streq(n->wires[i].ifname, last->ifname))
			cli_die_usage("%s: two devices are named '%s'", option, last->ifname);
}

/* Parses IF, IF@BR, IF@REF[:IF], IF=macvlan:NIC or IF=ipvlan:NIC. */
static void take_head(struct net *n, const char *option, const struct item *i, struct wire *w)
{
	size_t name = 0;
	struct item to;

	while (name < i->n && i->s[name] != '@' && i->s[name] != '=')
		name++;
	take_name(option, i->s, name, w->ifname);
	w->kind = WIRE_HOST;
	if (name == i->n)
		return;
	to = (struct item){ i->s + name + 1, i->n - name - 1 };
	if (i->s[name] == '=') {
		bool macvlan = has_key(&to, "macvlan:", &to);

		if (!macvlan && !has_key(&to, "ipvlan:", &to))
			cli_die_usage(
				"%s: invalid '%.*s', expected macvlan:<device> or ipvlan:<device>",
				option, (int)to.n, to.s);
		w->kind = WIRE_STACKED;
		w->stacked = macvlan ? "macvlan" : "ipvlan";
		take_name(option, to.s, to.n, w->other_if);
		w->other = copy(to.s, to.n);
	} else if (looks_like_ref(to.s, to.n)) {
		w->kind = WIRE_REF;
		split_ref(option, to.s, to.n, w);
	} else {
		char bridge[IF_NAMESIZE];

		w->kind = WIRE_BRIDGE;
		take_name(option, to.s, to.n, bridge);
		w->bridge = find_bridge(n, option, bridge);
	}
}

static void take_rest(const char *option, const struct item *i, struct wire *w)
{
	struct item value;

	if (is(i, "auto")) {
		if (w->kind != WIRE_BRIDGE)
			cli_die_usage(
				"%s: auto is allowed only for a device on a bridge (@<bridge>)",
				option);
		w->automatic = true;
	} else if (is(i, "gw=none")) {
		w->no_gw = true;
	} else if (has_key(i, "gw=", &value)) {
		take_addr(option, &value, false, &w->gw);
	} else if (has_key(i, "mac=", &value)) {
		if (net_mac_parse(value.s, value.n, w->mac) < 0)
			cli_die_usage("%s: invalid hardware address '%.*s'", option, (int)value.n,
				      value.s);
		w->has_mac = true;
	} else if (has_key(i, "mtu=", &value)) {
		w->mtu = take_mtu(option, &value);
	} else {
		take_addr(option, i, true, &w->addr);
	}
}

/* Gives the host's end of a pair the address of the gateway, with the prefix length of the subnet.
 */
static void set_host_end(const char *option, struct wire *w)
{
	for (size_t g = 0; g < w->gw.n; g++) {
		struct net_addr host = w->gw.v[g];

		for (size_t i = 0; i < w->addr.n; i++)
			if (net_addr_same(&host, &w->addr.v[i], w->addr.v[i].prefix))
				host.prefix = w->addr.v[i].prefix;
		if (host.prefix == 8 * net_addr_size(&host))
			cli_die_usage(
				"%s: the gateway is not in the subnet of any of the addresses",
				option);
		w->other_addr.v[w->other_addr.n++] = host;
	}
}

void spec_wire(struct net *n, const char *option, const char *text)
{
	struct wire *w = new_wire(n, option);
	struct item i;

	i = first_item(&text);
	take_head(n, option, &i, w);
	check_ifname_once(n, option);
	while (next_item(&text, &i))
		take_rest(option, &i, w);
	if (w->no_gw && w->gw.n)
		cli_die_usage("%s: gw=none cannot be used with another gw=", option);
	if (w->automatic && w->addr.n)
		cli_die_usage("%s: auto cannot be used with an address", option);
	if (w->kind == WIRE_HOST)
		set_host_end(option, w);
}

void spec_end(struct wire *w, const char *text)
{
	struct item i;

	i = first_item(&text);
	split_ref("link", i.s, i.n, w);
	while (next_item(&text, &i))
		take_addr("link", &i, true, &w->other_addr);
}

struct bridge *spec_bridge(struct net *n, const char *option, const char *text)
{
	char name[IF_NAMESIZE];
	struct bridge *b;
	struct item i;

	i = first_item(&text);
	take_name(option, i.s, i.n, name);
	if (looks_like_ref(name, i.n))
		cli_die_usage("%s: '%s' is a reference, expected the name of a bridge", option,
			      name);
	b = find_bridge(n, option, name);
	while (next_item(&text, &i))
		take_addr(option, &i, true, &b->addr);
	b->wanted |= b->addr.n > 0;
	return b;
}

void spec_move(struct net *n, const char *text)
{
	struct item i, value;

	if (n->nic.name[0])
		cli_die_usage("--move: more than one device");
	i = first_item(&text);
	take_name("--move", i.s, i.n, n->nic.name);
	strcpy(n->nic.inside, n->nic.name);
	while (next_item(&text, &i)) {
		if (has_key(&i, "name=", &value))
			take_name("--move", value.s, value.n, n->nic.inside);
		else if (has_key(&i, "gw=", &value))
			take_addr("--move", &value, false, &n->nic.wire.gw);
		else
			take_addr("--move", &i, true, &n->nic.wire.addr);
	}
	strcpy(n->nic.wire.ifname, n->nic.inside);
}

void spec_route(struct net *n, const char *text)
{
	struct net_route *r = &n->routes[n->n_routes];
	struct item i, value;

	if (n->n_routes == NET_WORDS_MAX)
		cli_die_usage("--route: more than %d routes", NET_WORDS_MAX);
	*r = (struct net_route){ 0 };
	i = first_item(&text);
	if (is(&i, "default"))
		r->dst.family = 0; /* 0 is replaced by the family of the gateway below */
	else if (net_addr_parse(i.s, i.n, &r->dst) < 0)
		cli_die_usage("--route: invalid subnet '%.*s'", (int)i.n, i.s);
	while (next_item(&text, &i))
		if (!has_key(&i, "via=", &value) || net_addr_parse(value.s, value.n, &r->via) < 0 ||
		    memchr(value.s, '/', value.n))
			cli_die_usage("--route: invalid '%.*s', expected via=<address>", (int)i.n,
				      i.s);
	if (!r->via.family)
		cli_die_usage("--route: missing gateway, expected via=<address>");
	if (!r->dst.family)
		r->dst.family = r->via.family;
	if (r->dst.family != r->via.family)
		cli_die_usage("--route: destination and gateway are of different families");
	net_addr_mask(&r->dst);
	n->n_routes++;
}

void spec_dns(struct net *n, const char *text)
{
	struct item i = { text, strlen(text) };

	if (streq(text, "none")) {
		n->dns = DNS_NONE;
	} else if (streq(text, "host")) {
		n->dns = DNS_HOST;
	} else {
		n->dns = DNS_GIVEN;
		take_addr("--dns", &i, false, &n->dns_addr);
	}
}

void spec_sysctl(struct net *n, const char *text)
{
	char path[PATH_MAX];
	const char *value = sysctl_split(text, path, sizeof(path));
	char *s;

	if (n->n_sysctls == NET_WORDS_MAX)
		cli_die_usage("--sysctl: more than %d values", NET_WORDS_MAX);
	if (!value)
		cli_die_usage("--sysctl: invalid '%s', expected <key>=<value>", text);
	if (!str_after(path, "net/"))
		cli_die_usage("--sysctl: '%s' is not a network sysctl (net.*)", text);
	if (asprintf(&s, "%s=%s", path, value) < 0)
		cli_die(ENOMEM, "cannot allocate memory for '%s'", text);
	n->sysctls[n->n_sysctls++] = s;
}

bool name_is_valid(const char *s)
{
	size_t n = strlen(s);

	return n && n <= NET_NAME_MAX && s[0] != '-' && s[0] != '.' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == n;
}

void spec_target(struct net *n, const char *text)
{
	if (looks_like_ref(text, strlen(text))) {
		spec_check_ref(text);
		n->ref = text;
		return;
	}
	if (!name_is_valid(text))
		cli_die_usage("invalid name '%s', expected 1 to %d letters, digits, '_', '-' and "
			      "'.', not beginning with '-' or '.'",
			      text, NET_NAME_MAX);
	n->name = text;
}
