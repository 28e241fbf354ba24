// SPDX-License-Identifier: GPL-2.0-or-later
/* The probe of `nsnet why`: the trace reports of the kernel, and the answers to the packet. */
#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include "../fault.h"
#include "nsnet.h"
#include "nsnet/trace.h"

static struct why begin(const char *from, const char *dst)
{
	static const struct net_link dev = { .index = 2, .name = "eth0" };
	struct why y = { .n = &net, .dst = addr(dst), .host = "the host", .dev = &dev };

	nft_begin();
	y.way.from = addr(from);
	strcpy(net.label, "web");
	return y;
}

/* ---- trace reports */

static struct tracer tracer;
static int kernel = -1;

/* Replaces the socket of the tracer by one end of a socket pair. */
static void begin_traces(void)
{
	int pair[2];

	CHECK_INT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	tracer = (struct tracer){ .where = "the namespace", .nl = { .fd = pair[0] } };
	kernel = pair[1];
}

static void end_traces(void)
{
	netlink_close(&tracer.nl);
	util_close(&kernel);
}

/* The contents of a trace report. NULL, 0 and false stand for a missing attribute. */
struct trace {
	uint32_t id;
	const char *source; /* source address in the header */
	size_t header;      /* length of the header, if it is not that of an IP header */
	uint32_t type, policy, verdict;
	uint8_t family;
	size_t handle; /* length of the attribute */
	bool broken;   /* the verdict has a wrong length */
};

static void put_be32(struct netlink_batch *b, uint16_t type, uint32_t v)
{
	netlink_put_u32(b, type, htonl(v));
}

static void add_trace(struct netlink_batch *b, const struct trace *t)
{
	const struct nfgenmsg nf = { .nfgen_family = t->family };
	const uint64_t handle = htobe64(7);
	struct net_addr from;
	char header[40] = "";
	size_t at;

	netlink_begin(b, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE, 0, &nf, sizeof(nf));
	netlink_put_u32(b, NFTA_TRACE_ID, t->id);
	netlink_put_str(b, NFTA_TRACE_TABLE, "filter");
	netlink_put_str(b, NFTA_TRACE_CHAIN, "FORWARD");
	if (t->source) {
		from = addr(t->source);
		at = from.family == AF_INET6 ? 8 : 12;
		memcpy(header + at, from.b, net_addr_size(&from));
		netlink_put(b, NFTA_TRACE_NETWORK_HEADER, header,
			    t->header                 ? t->header
			    : from.family == AF_INET6 ? 40
						      : 20);
	}
	if (t->type)
		put_be32(b, NFTA_TRACE_TYPE, t->type);
	if (t->policy)
		put_be32(b, NFTA_TRACE_POLICY, t->policy - 1);
	if (t->verdict) {
		at = netlink_nest(b, NFTA_TRACE_VERDICT);
		if (t->broken)
			netlink_put_raw(b, "\xff\xff\xff\xff", 4);
		else
			put_be32(b, NFTA_VERDICT_CODE, t->verdict - 1);
		netlink_nest_end(b, at);
	}
	if (t->handle)
		netlink_put(b, NFTA_TRACE_RULE_HANDLE, &handle, t->handle);
}

/* policy and verdict are 0 if there is no such attribute, so add 1 to the values of the kernel */
#define DROP (NF_DROP + 1)
#define PASS (NF_ACCEPT + 1)

static struct dropped read_trace(const struct why *y, const struct trace *t)
{
	struct dropped d = { .by = NULL };
	struct netlink_batch b;

	netlink_batch_init(&b);
	add_trace(&b, t);
	CHECK_INT(send(kernel, b.space, b.len, 0), b.len);
	read_traces(&tracer, y, &d);
	return d;
}

static void trace_names_the_rule_or_policy_that_drops(void)
{
	static const struct {
		struct trace trace;
		bool seen, drops, answer;
		const char *chain;
		uint64_t handle;
	} all[] = {
		/* the packet and its answer */
		{ { .source = "10.1.0.2",
		    .type = NFT_TRACETYPE_POLICY,
		    .policy = DROP,
		    .family = NFPROTO_IPV4 },
		  true,
		  true,
		  false,
		  "ip filter FORWARD",
		  0 },
		{ { .source = "203.0.113.1",
		    .type = NFT_TRACETYPE_POLICY,
		    .policy = DROP,
		    .family = NFPROTO_INET },
		  true,
		  true,
		  true,
		  "inet filter FORWARD",
		  0 },
		{ { .source = "10.1.0.2",
		    .type = NFT_TRACETYPE_RULE,
		    .verdict = DROP,
		    .handle = 8,
		    .family = NFPROTO_IPV6 },
		  true,
		  true,
		  false,
		  "ip6 filter FORWARD",
		  7 },
		{ { .source = "10.1.0.2",
		    .type = NFT_TRACETYPE_RULE,
		    .verdict = DROP,
		    .handle = 4,
		    .family = NFPROTO_BRIDGE },
		  true,
		  true,
		  false,
		  "bridge filter FORWARD",
		  0 },
		{ { .source = "10.1.0.2",
		    .type = NFT_TRACETYPE_RETURN,
		    .verdict = DROP,
		    .handle = 8,
		    .family = NFPROTO_IPV4 },
		  true,
		  true,
		  false,
		  "ip filter FORWARD",
		  0 },
		{ { .source = "10.1.0.2",
		    .type = NFT_TRACETYPE_RULE,
		    .verdict = DROP,
		    .family = NFPROTO_IPV4 },
		  true,
		  true,
		  false,
		  "ip filter FORWARD",
		  0 },
		/* reports that drop nothing */
		{ { .source = "10.1.0.2", .type = NFT_TRACETYPE_POLICY, .policy = PASS }, true },
		{ { .source = "10.1.0.2", .type = NFT_TRACETYPE_POLICY }, true },
		{ { .source = "10.1.0.2", .type = NFT_TRACETYPE_RULE, .verdict = PASS }, true },
		{ { .source = "10.1.0.2", .type = NFT_TRACETYPE_RULE }, true },
		{ { .source = "10.1.0.2",
		    .type = NFT_TRACETYPE_RULE,
		    .verdict = DROP,
		    .broken = true },
		  true },
		{ { .source = "10.1.0.2" }, true },
		/* other packets */
		{ { .source = "10.1.0.3", .type = NFT_TRACETYPE_POLICY, .policy = DROP } },
		{ { .type = NFT_TRACETYPE_POLICY, .policy = DROP } },
		{ { .source = "10.1.0.2",
		    .header = 15,
		    .type = NFT_TRACETYPE_POLICY,
		    .policy = DROP } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct why y = begin("10.1.0.2", "203.0.113.1");
		struct trace t = all[i].trace;
		struct dropped d;

		begin_traces();
		t.id = 1;
		d = read_trace(&y, &t);
		if (tracer.seen != all[i].seen || (d.by != NULL) != all[i].drops)
			printf("# case %zu\n", i);
		CHECK_INT(tracer.seen, all[i].seen);
		CHECK_INT(d.by != NULL, all[i].drops);
		if (d.by) {
			CHECK_STR(d.chain, all[i].chain);
			CHECK_STR(d.name, "FORWARD");
			CHECK_INT(d.answer, all[i].answer);
			CHECK_INT(d.handle, all[i].handle);
		}
		end_traces();
	}
}

static void ipv6_packets_have_their_address_at_another_place(void)
{
	struct why y = begin("fd00::2", "2001:db8::1");
	struct trace t = { .id = 1,
			   .source = "2001:db8::1",
			   .type = NFT_TRACETYPE_POLICY,
			   .policy = DROP,
			   .family = NFPROTO_IPV6 };
	struct dropped d;

	begin_traces();
	d = read_trace(&y, &t);
	CHECK(d.by == &tracer);
	CHECK(d.answer);
	/* the header of an IPv4 packet is too short */
	t.id = 2;
	t.header = 20;
	d = read_trace(&y, &t);
	CHECK(!d.by);
	end_traces();
}

/* Later reports of a packet have no header, only its id. At most 16 packets are followed. */
static void packets_are_followed_by_their_ids(void)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");
	struct trace t = { .source = "10.1.0.2", .type = NFT_TRACETYPE_RULE };
	struct dropped d;

	begin_traces();
	for (uint32_t id = 1; id <= TRACE_MAX; id++) {
		t.id = id;
		(void)read_trace(&y, &t);
	}
	CHECK_INT(tracer.n, TRACE_MAX);
	t = (struct trace){ .id = 3, .type = NFT_TRACETYPE_POLICY, .policy = DROP };
	d = read_trace(&y, &t);
	CHECK(d.by == &tracer);
	t.id = 99;
	t.source = "10.1.0.2";
	d = read_trace(&y, &t);
	CHECK(!d.by);
	CHECK_INT(tracer.n, TRACE_MAX);
	end_traces();
}

/* The first report that drops the packet counts. Messages that are not complete are ignored. */
static void datagram_can_have_several_or_broken_messages(void)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");
	const struct trace drop = { .id = 1,
				    .source = "10.1.0.2",
				    .type = NFT_TRACETYPE_POLICY,
				    .policy = DROP,
				    .family = NFPROTO_IPV4 };
	const struct trace later = { .id = 1,
				     .source = "10.1.0.2",
				     .type = NFT_TRACETYPE_POLICY,
				     .policy = DROP,
				     .family = NFPROTO_INET };
	struct dropped d = { .by = NULL };
	struct netlink_batch b;
	struct nlmsghdr *nh = (void *)b.space;

	begin_traces();
	netlink_batch_init(&b);
	netlink_begin(&b, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE, 0, "", 1);
	add_trace(&b, &drop);
	add_trace(&b, &later);
	CHECK_INT(send(kernel, b.space, b.len, 0), b.len);
	read_traces(&tracer, &y, &d);
	CHECK_STR(d.table, "ip filter");
	/* lengths that are too small or too large, and attributes that exceed the message */
	for (int i = 0; i < 3; i++) {
		d = (struct dropped){ .by = NULL };
		tracer.n = 0;
		netlink_batch_init(&b);
		add_trace(&b, &drop);
		if (i == 2)
			((struct nlattr *)(void *)(b.space + NLMSG_HDRLEN + 4))->nla_len = 4000;
		else
			nh->nlmsg_len = i ? (uint32_t)b.len + 4 : NLMSG_HDRLEN - 1;
		CHECK_INT(send(kernel, b.space, b.len, 0), b.len);
		read_traces(&tracer, &y, &d);
		CHECK(!d.by);
		CHECK_INT(tracer.n, 0);
	}
	end_traces();
}

/* ---- the tracer */

static void inside_tracer(const char *dir)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");
	struct tracer t = { .nl = NETLINK_INIT };
	struct nserr e = NSERR_INIT;
	char owner[64], plain[64], end[128];

	(void)dir;
	snprintf(owner, sizeof(owner), "table inet nsnet_probe/%d {\n\tflags owner\n",
		 (int)getpid());
	snprintf(plain, sizeof(plain), "table inet nsnet_probe/%d {\n\tchain ", (int)getpid());
	snprintf(end, sizeof(end),
		 "add table inet nsnet_probe/%d\ndelete table inet nsnet_probe/%d\n", (int)getpid(),
		 (int)getpid());
	CHECK_INT(tracer_start(&y, &t, &e), 0);
	CHECK(t.owned);
	CHECK(str_after(nft_took(), owner));
	tracer_end(&t);
	CHECK_STR(nft_took(), end);
	/* a kernel before 5.12 does not know `flags owner` */
	t = (struct tracer){ .nl = NETLINK_INIT };
	nft_apply_rc = -EINVAL;
	nft_apply_fails = owner;
	CHECK_INT(tracer_start(&y, &t, &e), 0);
	CHECK(!t.owned);
	CHECK(str_after(nft_took(), plain));
	nft_apply_fails = "";
	tracer_end(&t);
	t = (struct tracer){ .nl = NETLINK_INIT };
	CHECK_INT(tracer_start(&y, &t, &e), -EINVAL);
	CHECK_STR(e.what, "refused");
	tracer_end(&t);
	/* without libnftables, there is nothing to remove */
	nft_apply_rc = 0;
	nft_open_rc = -ENOENT;
	t = (struct tracer){ .nl = NETLINK_INIT };
	CHECK_INT(tracer_start(&y, &t, &e), -ENOENT);
	tracer_end(&t);
	CHECK_STR(nft_took(), "");
}

static void marks_of_the_probe_are_added_and_removed(void)
{
	sandbox(CLONE_NEWNET, inside_tracer);
}

static int try_tracer(void)
{
	struct why y = begin("10.1.0.2", "203.0.113.1");
	struct tracer t = { .nl = NETLINK_INIT };
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = tracer_start(&y, &t, &e);
	fault_end();
	tracer_end(&t);
	return fault_result(rc, &e, nft_applied.len > 0);
}

static void inside_faults(const char *dir)
{
	(void)dir;
	fault_all("tracer_start", try_tracer, NULL);
}

static void failed_calls_of_the_tracer_are_reported(void)
{
	if (fault_require())
		sandbox(CLONE_NEWNET, inside_faults);
}

/* ---- the probe */

/* Sends a probe to a port (0: an echo request), and checks the report. */
static void check_probe(const char *dst, uint16_t port, bool udp, const char *want)
{
	struct why y = begin("127.0.0.1", dst);
	sigset_t before, after;

	y.port = port;
	y.udp = udp;
	sigprocmask(SIG_BLOCK, NULL, &before);
	why_probe(&y);
	sigprocmask(SIG_BLOCK, NULL, &after);
	CHECK_INT(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
	if (!y.text.s || !strstr(y.text.s, want))
		printf("# the report:\n%s", y.text.s ? y.text.s : "");
	CHECK(y.text.s && strstr(y.text.s, want));
	buf_free(&y.text);
}

static void inside_probe(const char *dir)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(80) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct nserr e = NSERR_INIT;
	struct netlink_batch b;
	char unreachable[128];
	struct why y;

	(void)dir;
	net.ns = net.own_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	net.host = NETLINK_INIT;
	CHECK_INT(netlink_open(&net.host, &e), 0);
	netlink_batch_init(&b);
	net_link_put_up(&b, 1, 0);
	CHECK_INT(netlink_send(&net.host, &b, NULL, &e), 0);
	CHECK_INT(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	CHECK_INT(listen(fd, 1), 0);
	check_probe("127.0.0.1", 0, false, "ok    the probe was answered\n");
	check_probe("::1", 0, false, "ok    the probe was answered\n");
	check_probe("127.0.0.1", 80, false, "ok    the probe was answered\n");
	check_probe("127.0.0.1", 81, false,
		    "FAIL  the probe arrived, and 127.0.0.1 refused the port 81\n      cure: start "
		    "the server at 127.0.0.1\n");
	check_probe("127.0.0.1", 81, true, "refused the port 81\n");
	check_probe("::1", 81, true, "FAIL  the probe arrived, and ::1 refused the port 81\n");
	/* no route */
	snprintf(unreachable, sizeof(unreachable), "FAIL  the probe cannot be sent: %s\n",
		 strerror(ENETUNREACH));
	check_probe("203.0.113.1", 80, false, unreachable);
	check_probe("203.0.113.1", 53, true, unreachable);
	check_probe("2001:db8::1", 0, false, "FAIL  the probe cannot be sent: ");
	/* nothing is sent without a source address or a device */
	y = begin("10.1.0.2", "203.0.113.1");
	y.dev = NULL;
	why_probe(&y);
	CHECK_STR(y.text.s, "?     the probe was not sent, because there is no route\n");
	buf_free(&y.text);
	y = begin("10.1.0.2", "203.0.113.1");
	y.way.from.family = 0;
	why_probe(&y);
	CHECK_STR(y.text.s, "?     the probe was not sent, because there is no route\n");
	buf_free(&y.text);
	/* the firewall cannot be changed */
	y = begin("10.1.0.2", "203.0.113.1");
	nft_open_rc = -ENOENT;
	why_probe(&y);
	CHECK_STR(y.text.s, "?     the probe cannot be traced: cannot load libnftables\n");
	buf_free(&y.text);
	netlink_close(&net.host);
	close(fd);
	CHECK_INT(close(net.own_ns), 0);
}

static void probe_reports_the_answer_or_why_there_is_none(void)
{
	sandbox(CLONE_NEWNET, inside_probe);
}

UNIT_MAIN(CASE(trace_names_the_rule_or_policy_that_drops),
	  CASE(ipv6_packets_have_their_address_at_another_place),
	  CASE(packets_are_followed_by_their_ids),
	  CASE(datagram_can_have_several_or_broken_messages),
	  CASE(marks_of_the_probe_are_added_and_removed),
	  CASE(failed_calls_of_the_tracer_are_reported),
	  CASE(probe_reports_the_answer_or_why_there_is_none))
