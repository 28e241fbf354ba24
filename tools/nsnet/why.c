// SPDX-License-Identifier: GPL-2.0-or-later
/* why: checks the path of a packet from a namespace to a destination, step by step. Without
 * --probe, no packet is sent and nothing is changed. */
#include "why.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>

#include "base/num.h"
#include "kernel/nsfile.h"

#define OUTSIDE "203.0.113.1" /* an address for documentation, which no host has (RFC 5737) */

enum { OPT_PROBE = CLI_LONG };

static const struct cli_opt opts[] = {
	{ OPT_PROBE, "probe", CLI_NONE, NULL, "send one packet and trace it in the firewall" },
	{ 0 },
};

static const struct cli_tool tool = {
	.name = "nsnet why",
	.synopsis = { "[--probe] <name>|<ref> [<addr>|<host>][:<port>[/udp]]" },
	.purpose = "Find out why packets of a network namespace are lost.",
	.opts = opts,
	.notes = "Prints the result of each check. The first check that fails is the cause.\n"
		 "Without a destination, checks the path to an address outside the host.",
	.failed = CLI_EXIT_FAILED,
};

/* ---- the namespace */

static void open_target(struct net *n)
{
	struct nserr e = NSERR_INIT;

	n->own_ns = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/net");
	if (n->own_ns < 0)
		cli_die(n->own_ns, "cannot open /proc/self/ns/net");
	if (n->name) {
		if (names_open(n->name, &n->ns, &e) < 0)
			cli_die_nserr(&e);
		if (n->ns < 0)
			cli_die(ENOENT, "cannot find the network namespace '%s'", n->name);
		snprintf(n->label, sizeof(n->label), "%.63s", n->name);
	} else {
		n->ns = net_open_ref(n->ref, &e);
		if (n->ns < 0)
			cli_die_nserr(&e);
		net_label(n->ref, n->label);
		/* set the name also for "netns:NAME", because a named namespace has its own
		 * resolv.conf in /etc/netns */
		n->name = str_after(n->ref, "netns:");
	}
	if (netlink_open(&n->host, &e) < 0 || net_open_in(n->own_ns, n->ns, &n->inner, &e) < 0)
		cli_die_nserr(&e);
}

static void read_all(struct why *y)
{
	struct nserr e = NSERR_INIT;

	if (net_links_read(&y->n->inner, &y->in, &e) < 0 ||
	    net_links_read(&y->n->host, &y->out, &e) < 0 ||
	    net_ifaddrs_read(&y->n->inner, &y->addrs, &e) < 0 ||
	    net_ifaddrs_read(&y->n->host, &y->out_addrs, &e) < 0)
		cli_die_nserr(&e);
	strcpy(y->host, "the host");
	why_read_rules(y);
	why_read_inner_rules(y);
}

/* ---- the destination */

/* Looks up a host name with the name servers of the caller, because the name servers of the
 * namespace may be the cause of the problem. */
static void look_up(const char *name, struct net_addr *out)
{
	const struct addrinfo want = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int rc;

	/* resolv.conf(5): the default of two attempts of 5 s is too long for a check */
	setenv("RES_OPTIONS", "timeout:2 attempts:1", 0);
	rc = getaddrinfo(name, NULL, &want, &found);
	if (rc != 0)
		cli_die(0, "cannot look up the address of '%s': %s", name, gai_strerror(rc));
	if (found->ai_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)found->ai_addr;

		*out = (struct net_addr){ .family = AF_INET, .prefix = 32 };
		memcpy(out->b, &in->sin_addr, 4);
	} else {
		const struct sockaddr_in6 *in = (const void *)found->ai_addr;

		*out = (struct net_addr){ .family = AF_INET6, .prefix = 128 };
		memcpy(out->b, &in->sin6_addr, 16);
	}
	freeaddrinfo(found);
}

static bool is_host_name(const char *s)
{
	size_t n = strlen(s);

	/* a text without a letter is not a host name but an invalid address */
	return n && n < NI_MAXHOST && strpbrk(s, "abcdefghijklmnopqrstuvwxyz") && s[0] != '-' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == n;
}

/* Parses "DEST[:PORT[/udp]]", "[IPV6]:PORT" or ":PORT". */
static void parse_destination(struct why *y, const char *text)
{
	char host[NI_MAXHOST];
	size_t n = strcspn(text, "/"), end;
	const char *colon = memrchr(text, ':', n);
	bool bracket = text[0] == '[';
	uint64_t port;

	/* an IPv6 address without brackets has at least two colons, and no port can follow it */
	if (!bracket && colon && memchr(text, ':', (size_t)(colon - text)))
		colon = NULL;
	if (colon && bracket && colon[-1] != ']')
		colon = NULL;
	end = colon ? (size_t)(colon - text) : n;
	if (colon && num_u64n(colon + 1, (size_t)(text + n - colon - 1), 1, 65535, &port) == 0)
		y->port = (uint16_t)port;
	y->udp = streq(text + n, "/udp");
	if ((colon && !y->port) || (text[n] && (!y->port || (!y->udp && !streq(text + n, "/tcp")))))
		cli_die_usage("invalid destination '%s', expected <address>[:<port>[/udp]]", text);
	if (!end)
		snprintf(host, sizeof(host), "%s", OUTSIDE);
	else if (bracket && text[end - 1] == ']')
		snprintf(host, sizeof(host), "%.*s", (int)end - 2, text + 1);
	else
		snprintf(host, sizeof(host), "%.*s", (int)end, text);
	if (net_addr_parse(host, strlen(host), &y->dst) == 0)
		return;
	if (!is_host_name(host))
		cli_die_usage("invalid host '%s', expected an IP address or a host name", host);
	look_up(host, &y->dst);
}

/* ---- the verb */

static void free_all(struct why *y)
{
	net_links_free(&y->in);
	net_links_free(&y->out);
	net_ifaddrs_free(&y->addrs);
	net_ifaddrs_free(&y->out_addrs);
	buf_free(&y->rules);
	buf_free(&y->inner_rules);
	buf_free(&y->text);
}

static void check_all(struct why *y)
{
	if (why_run(y, why_inside) && why_run(y, why_entry))
		why_run(y, why_forward);
	why_run(y, why_beside);
	if (y->active)
		why_probe(y);
}

int verb_why(int argc, char **argv)
{
	struct words w = { 0 };
	struct why y = { 0 };
	struct net n;
	struct cli c;

	net_init(&n);
	cli_init(&c, &tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		y.active |= key == OPT_PROBE;
	verb_count(&w, 1, 2, " <name>|<ref>");
	spec_target(&n, w.v[0]);
	parse_destination(&y, w.n > 1 ? w.v[1] : OUTSIDE);
	open_target(&n);
	y.n = &n;
	read_all(&y);
	check_all(&y);
	cli_print(&y.text);
	free_all(&y);
	return y.failures ? CLI_EXIT_FAILED : 0;
}
