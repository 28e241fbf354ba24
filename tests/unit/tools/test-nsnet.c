// SPDX-License-Identifier: GPL-2.0-or-later
/* The rulesets in this test have the form of the output of `nft list ruleset` of nftables 1.0.6. */
#include <netinet/in.h>

#include "../addr.h"
#include "base/buf.h"
#include "nsnet/nsnet.h"
#include "nsnet/rule.h"

/* A packet of a new TCP connection: from 10.1.0.2, which is connected to br0, to port 80 of
 * 203.0.113.1, which is reached through up0. */
static struct rules_packet packet(void)
{
	return (struct rules_packet){ .iif = "br0",
				      .oif = "up0",
				      .src = addr("10.1.0.2"),
				      .dst = addr("203.0.113.1"),
				      .proto = IPPROTO_TCP,
				      .dport = 80 };
}

/* Returns the verdict of a chain at the hook `forward` for the packet. The chain has the policy
 * accept and contains only this rule. */
static enum rules_fate fate_of(const struct rules_packet *p, const char *rule)
{
	struct rules_place at = { .table = "" };
	char text[512];

	snprintf(text, sizeof(text),
		 "table ip f {\n\tchain fw {\n\t\ttype filter hook forward priority filter; policy "
		 "accept;\n\t\t%s\n\t}\n}\n",
		 rule);
	return rules_decide(text, "filter", "forward", p, &at);
}

static void matches_decide_if_a_rule_applies(void)
{
	static const struct {
		const char *rule;
		enum rules_fate fate;
	} all[] = {
		{ "drop", RULES_DROP },
		{ "reject with icmp type port-unreachable", RULES_DROP },
		{ "counter packets 3 bytes 180 drop", RULES_DROP },
		{ "log prefix \"a drop accept\" level warn drop", RULES_DROP },
		{ "iifname \"br0\" drop", RULES_DROP },
		{ "iifname \"br*\" drop", RULES_DROP },
		{ "iifname \"br1\" drop", RULES_PASS },
		{ "iifname != \"br0\" drop", RULES_PASS },
		{ "iifname { \"br1\", \"br0\" } oifname \"up0\" drop", RULES_DROP },
		{ "ip saddr 10.1.0.0/24 ip daddr 203.0.113.1 drop", RULES_DROP },
		{ "ip saddr != { 10.1.0.0/24, 10.2.0.0/24 } drop", RULES_PASS },
		{ "ip6 saddr fd00::/8 drop", RULES_PASS },
		{ "meta nfproto ipv6 drop", RULES_PASS },
		{ "meta nfproto ipv4 drop", RULES_DROP },
		{ "tcp dport 80 drop", RULES_DROP },
		{ "tcp dport { 22, 79-81 } drop", RULES_DROP },
		{ "tcp dport 81 drop", RULES_PASS },
		{ "udp dport 80 drop", RULES_PASS },
		{ "meta l4proto tcp drop", RULES_DROP },
		{ "meta l4proto { icmp, udp } drop", RULES_PASS },
		{ "ct state new drop", RULES_DROP },
		{ "ct state established,related drop", RULES_PASS },
		{ "ct state vmap { established : accept, new : drop }", RULES_MAYBE },
		{ "iifname \"br1\" ct state vmap { new : drop }", RULES_PASS },
		{ "ip ttl 7 drop", RULES_MAYBE },
		{ "iifname \"br1\" ip ttl 7 drop", RULES_PASS },
		{ "ip saddr @blocked drop", RULES_MAYBE },
		{ "ip ttl 7 accept\n\t\tdrop", RULES_MAYBE },
		{ "iifname \"br0\" accept\n\t\tdrop", RULES_PASS },
		{ "return\n\t\tdrop", RULES_PASS },
		{ "meta nftrace set 1\n\t\tdrop", RULES_DROP },
		{ "iif \"br0\" drop", RULES_DROP },
		{ "iif \"br1\" drop", RULES_PASS },
		{ "oif \"up0\" drop", RULES_DROP },
		{ "oif \"up1\" drop", RULES_PASS },
		{ "iifname == \"br0\" drop", RULES_DROP },
		{ "ip protocol tcp drop", RULES_DROP },
		{ "ip protocol udp drop", RULES_PASS },
		{ "tcp sport 80 drop", RULES_MAYBE },
		{ "udp sport 80 drop", RULES_PASS },
		{ "ct mark 1 drop", RULES_MAYBE },
		{ "iifname \"br0\"  counter packets 0 bytes 0 drop", RULES_MAYBE },
		{ " counter packets 0 bytes 0 drop", RULES_MAYBE },
		{ "ip saddr 10.1.0.300 drop", RULES_MAYBE },
		{ "tcp dport 80-x drop", RULES_MAYBE },
		{ "tcp dport x drop", RULES_MAYBE },
		{ "meta l4proto 132 drop", RULES_MAYBE },
		/* incomplete rules have no verdict */
		{ "iifname", RULES_PASS },
		{ "iifname !=", RULES_PASS },
		{ "iifname { \"br0\"", RULES_PASS },
		{ "ip saddr", RULES_PASS },
		{ "ip", RULES_PASS },
		{ "tcp", RULES_PASS },
	};
	struct rules_packet p = packet();

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		enum rules_fate is = fate_of(&p, all[i].rule);

		if (is != all[i].fate)
			printf("# the rule: %s\n", all[i].rule);
		CHECK_INT(is, all[i].fate);
	}
	p.proto = 0;
	p.dport = 0;
	CHECK_INT(fate_of(&p, "tcp dport 80 drop"), RULES_MAYBE);
	p.reply = true;
	CHECK_INT(fate_of(&p, "ct state established drop"), RULES_DROP);
}

static void jumps_are_followed_and_policies_count(void)
{
	static const char text[] = "table ip filter {\n"
				   "\tchain USER {\n\t\tip saddr 10.9.0.0/16 accept\n\t}\n\n"
				   "\tchain FORWARD {\n"
				   "\t\ttype filter hook forward priority filter; policy drop;\n"
				   "\t\tcounter packets 0 bytes 0 jump USER\n\t}\n}\n";
	struct rules_place at = { .table = "" };
	struct rules_packet p = packet();

	CHECK_INT(rules_decide(text, "filter", "forward", &p, &at), RULES_DROP);
	CHECK_STR(at.table, "ip filter");
	CHECK_STR(at.chain, "FORWARD");
	CHECK_STR(at.rule, "policy drop");
	CHECK_INT(rules_decide(text, "filter", "input", &p, &at), RULES_PASS);
	p.src = addr("10.9.0.2");
	CHECK_INT(rules_decide(text, "filter", "forward", &p, &at), RULES_PASS);
	p.src = addr("fd00::2");
	p.dst = addr("fd00::3");
	CHECK_INT(rules_decide(text, "filter", "forward", &p, &at), RULES_PASS);
}

static void translation_counts_for_its_subnet_only(void)
{
	static const char text[] =
		"table ip nat {\n\tchain post {\n"
		"\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
		"\t\tip saddr 10.1.0.0/24 oifname != \"br0\" masquerade\n"
		"\t\tip saddr 10.3.0.0/24 counter packets 0 bytes 0 xt target \"MASQUERADE\"\n"
		"\t}\n}\n";
	struct rules_place at = { .table = "" };
	struct rules_packet p = packet();

	CHECK_INT(rules_decide(text, "nat", "postrouting", &p, &at), RULES_NAT);
	CHECK_STR(at.table, "ip nat");
	p.oif = "br0";
	CHECK_INT(rules_decide(text, "nat", "postrouting", &p, &at), RULES_PASS);
	p.src = addr("10.2.0.2");
	CHECK_INT(rules_decide(text, "nat", "postrouting", &p, &at), RULES_PASS);
	p.src = addr("10.3.0.2");
	CHECK_INT(rules_decide(text, "nat", "postrouting", &p, &at), RULES_NAT);
}

static void published_ports_are_listed_once(void)
{
	const char *at =
		"table inet t {\n\tchain pre {\n"
		"\t\ttype nat hook prerouting priority dstnat; policy accept;\n"
		"\t\tfib daddr type local tcp dport 8080 dnat ip to 10.1.0.2:80\n"
		"\t\tudp dport 53 dnat to 10.1.0.3:5353\n"
		"\t\tip6 daddr 2001:db8::1 tcp dport 81 dnat ip6 to [fd00::2]:80\n"
		"\t\ttcp dport 82 dnat ip6 to []:80\n\t\ttcp dport 82 dnat ip6 to :80\n"
		"\t\ttcp dport 99999 dnat to 10.1.0.3:1\n\t\ttcp dport 1 dnat to 10.1.0.3\n\t}\n"
		"\tchain output {\n\t\ttype nat hook output priority -100; policy accept;\n"
		"\t\ttcp dport 8080 dnat ip to 10.1.0.2:80\n\t}\n}\n";
	struct rules_dnat d;
	char text[NET_ADDR_TEXT];

	CHECK(rules_next_dnat(&at, &d));
	CHECK(!d.udp);
	CHECK_INT(d.outer, 8080);
	CHECK_INT(d.inner, 80);
	CHECK_STR(net_addr_format(&d.to, false, text), "10.1.0.2");
	CHECK_STR(d.table, "inet t");
	CHECK(rules_next_dnat(&at, &d));
	CHECK(d.udp);
	CHECK_INT(d.outer, 53);
	CHECK_INT(d.inner, 5353);
	CHECK(rules_next_dnat(&at, &d));
	CHECK_INT(d.outer, 81);
	CHECK_STR(net_addr_format(&d.on, false, text), "2001:db8::1");
	CHECK_STR(net_addr_format(&d.to, false, text), "fd00::2");
	CHECK(!rules_next_dnat(&at, &d));
}

static void incomplete_rulesets_are_read_to_the_end(void)
{
	static const char *const texts[] = {
		"",
		"table",
		"table ip f {\n\tchain c {\n\t\ttype filter hook forward priority 0; policy drop;",
		"table ip f {\n\tchain c {\n\t\ttype filter hook forward priority 0;\n\t\tip saddr "
		"{",
		"table ip f {\n\tchain c {\n\t\ttype filter hook forward priority 0;\n\t\tiifname "
		"\"a",
		"table ip f {\n\tchain c {\n\t\ttype filter hook forward priority 0;\n\t\tjump",
	};
	struct rules_place at = { .table = "" };
	struct rules_packet p = packet();

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *text = texts[i];
		struct rules_dnat d;

		CHECK_INT(rules_decide(text, "filter", "forward", &p, &at),
			  i == 2 ? RULES_DROP : RULES_PASS);
		CHECK(!rules_next_dnat(&text, &d));
	}
}

/* Writes a chain at `forward` that jumps to c1, and the chains c1 to c<depth>, each of which jumps
 * `width` times to the next. The last chain contains `rule`. */
static void write_chains(struct buf *b, unsigned depth, unsigned width, const char *rule)
{
	buf_adds(b, "table ip f {\n\tchain fw {\n\t\ttype filter hook forward priority filter; "
		    "policy accept;\n\t\tjump c1\n\t}\n");
	for (unsigned i = 1; i <= depth; i++) {
		buf_printf(b, "\tchain c%u {\n", i);
		for (unsigned k = 0; i < depth && k < width; k++)
			buf_printf(b, "\t\tjump c%u\n", i + 1);
		if (i == depth)
			buf_printf(b, "\t\t%s\n", rule);
		buf_adds(b, "\t}\n");
	}
	buf_adds(b, "}\n");
}

/* The kernel allows 16 levels of jumps. rules_decide() must give up if too many paths lead through
 * the chains, because an evaluation of all paths could take years. */
static void deep_and_numerous_jumps_are_limited(void)
{
	struct buf deep = BUF_INIT, wide = BUF_INIT, many = BUF_INIT;
	struct rules_place at = { .table = "" };
	struct rules_packet p = packet();

	write_chains(&deep, 16, 1, "drop");
	CHECK_INT(rules_decide(deep.s, "filter", "forward", &p, &at), RULES_DROP);
	CHECK_STR(at.chain, "c16");
	write_chains(&wide, 16, 20, "accept");
	CHECK_INT(rules_decide(wide.s, "filter", "forward", &p, &at), RULES_PASS);
	write_chains(&many, 16, 20, "continue");
	CHECK_INT(rules_decide(many.s, "filter", "forward", &p, &at), RULES_MAYBE);
	/* a loop, which the kernel refuses */
	CHECK_INT(fate_of(&p, "jump fw"), RULES_MAYBE);
	buf_free(&deep);
	buf_free(&wide);
	buf_free(&many);
}

/* Text that nft(8) does not print, or that this parser does not understand. */
static void rule_texts_are_matched_to_the_end(void)
{
	static const struct {
		const char *rule;
		enum rule_match match;
		const char *verdict;
	} all[] = {
		{ "ct state new,", YES, "" },
		{ "ct state established,", NO, "" },
		{ "ct state { new,", UNKNOWN, "" },
		{ "iifname \"\" drop", NO, "" },
		{ "xt match \"conntrack\" drop", UNKNOWN, "drop" },
		{ "xt target \"MASQUERADE\"", YES, "masquerade" },
		{ "xt target \"LOG\" accept", UNKNOWN, "accept" },
		{ "goto other", YES, "goto" },
		{ "ct state established accept", NO, "" },
	};
	struct rules_packet p = packet();

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		char verdict[16], chain[64];
		enum rule_match is = match_rule(&p, all[i].rule, verdict, chain);

		if (is != all[i].match || !streq(verdict, all[i].verdict))
			printf("# the rule: %s\n", all[i].rule);
		CHECK_INT(is, all[i].match);
		CHECK_STR(verdict, all[i].verdict);
		CHECK_STR(chain, streq(verdict, "goto") ? "other" : "");
	}
}

static void packet_without_a_device_matches_no_device(void)
{
	struct rules_packet p = packet();

	p.iif = p.oif = NULL;
	CHECK_INT(fate_of(&p, "iifname \"br0\" drop"), RULES_PASS);
	CHECK_INT(fate_of(&p, "oifname \"up*\" drop"), RULES_PASS);
	CHECK_INT(fate_of(&p, "iifname != \"br0\" drop"), RULES_DROP);
}

/* nft(8): after a goto, the evaluation does not return to the chain that contains the goto. */
static void goto_does_not_return_to_the_calling_chain(void)
{
	static const char begin[] = "table ip f {\n\tchain other {\n\t\tip saddr 10.9.0.0/16 "
				    "accept\n\t}\n\tchain fw {\n\t\ttype filter hook forward "
				    "priority filter; policy accept;\n";
	struct rules_place at = { .table = "" };
	struct rules_packet p = packet();
	char text[512];

	snprintf(text, sizeof(text), "%s\t\tgoto other\n\t\tdrop\n\t}\n}\n", begin);
	CHECK_INT(rules_decide(text, "filter", "forward", &p, &at), RULES_PASS);
	snprintf(text, sizeof(text), "%s\t\tjump other\n\t\tdrop\n\t}\n}\n", begin);
	CHECK_INT(rules_decide(text, "filter", "forward", &p, &at), RULES_DROP);
	snprintf(text, sizeof(text), "%s\t\tip ttl 7 goto other\n\t\tdrop\n\t}\n}\n", begin);
	CHECK_INT(rules_decide(text, "filter", "forward", &p, &at), RULES_DROP);
}

/* A jump with an unknown match is the rule that decides, not the rule in the chain of the jump. */
static void jump_with_an_unknown_match_is_the_deciding_rule(void)
{
	static const char text[] =
		"table ip f {\n\tchain sub {\n\t\tdrop\n\t}\n\tchain fw {\n\t\ttype filter hook "
		"forward priority filter; policy accept;\n\t\tip ttl 7 jump sub\n\t}\n}\n";
	struct rules_place at = { .table = "" };
	struct rules_packet p = packet();

	CHECK_INT(rules_decide(text, "filter", "forward", &p, &at), RULES_MAYBE);
	CHECK_STR(at.chain, "fw");
	CHECK_STR(at.rule, "ip ttl 7 jump sub");
}

static void unknown_rules_make_the_result_uncertain(void)
{
	static const char nat[] =
		"table ip n {\n\tchain post {\n\t\ttype nat hook postrouting priority srcnat; "
		"policy accept;\n\t\tip ttl 7 masquerade\n\t}\n}\n";
	static const char policy[] =
		"table ip f {\n\tchain fw {\n\t\ttype filter hook forward priority filter; policy "
		"drop;\n\t\tip ttl 7 accept\n\t}\n}\n";
	static const char two[] =
		"table ip a {\n\tchain fw {\n\t\ttype filter hook forward priority filter; policy "
		"accept;\n\t\tip ttl 7 drop\n\t}\n}\ntable ip b {\n\tchain fw {\n\t\ttype filter "
		"hook forward priority filter; policy accept;\n\t\tip ttl 8 drop\n\t}\n}\n";
	struct rules_place at = { .table = "" };
	struct rules_packet p = packet();

	CHECK_INT(rules_decide(nat, "nat", "postrouting", &p, &at), RULES_MAYBE);
	CHECK_STR(at.rule, "ip ttl 7 masquerade");
	CHECK_INT(rules_decide(policy, "filter", "forward", &p, &at), RULES_MAYBE);
	CHECK_STR(at.rule, "ip ttl 7 accept");
	/* the first chain whose result is unknown is reported */
	CHECK_INT(rules_decide(two, "filter", "forward", &p, &at), RULES_MAYBE);
	CHECK_STR(at.table, "ip a");
}

/* Only lines with exactly two tabs are rules. */
static void other_lines_of_a_chain_are_no_rules(void)
{
	static const char *const lines[] = { "",           "ab",
					     "drop this",  "\tdrop this",
					     "\t\t\tdrop", "\t\ttype drop" };
	struct rules_packet p = packet();
	struct rules_place at = { .table = "" };
	char text[1024];

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		snprintf(text, sizeof(text),
			 "table ip f {\n\tchain fw {\n\t\ttype filter hook forward priority 0; "
			 "policy accept;\n%s\n\t\tip saddr 10.1.0.2 accept\n\t\tdrop\n\t}\n}\n",
			 lines[i]);
		CHECK_INT(rules_decide(text, "filter", "forward", &p, &at), RULES_PASS);
	}
	/* a rule of more than 511 bytes is skipped, and does not end the chain */
	snprintf(text, sizeof(text),
		 "table ip f {\n\tchain fw {\n\t\ttype filter hook forward priority 0; policy "
		 "accept;\n\t\tcomment \"%0520d\" accept\n\t\tdrop\n\t}\n}\n",
		 0);
	CHECK_INT(rules_decide(text, "filter", "forward", &p, &at), RULES_DROP);
	/* a table without a name has no family */
	CHECK_INT(rules_decide("table  {\n\tchain fw {\n\t\ttype filter hook forward priority 0; "
			       "policy drop;\n\t}\n}\n",
			       "filter", "forward", &p, &at),
		  RULES_PASS);
}

static void docker_user_replaces_only_forward_of_ip_filter(void)
{
	static const struct {
		const char *ruleset, *table, *chain, *user;
	} all[] = {
		{ "\tchain DOCKER-USER {", "ip filter", "FORWARD", "DOCKER-USER" },
		{ "\tchain DOCKER-USER {", "ip filter", "INPUT", "INPUT" },
		{ "\tchain DOCKER-USER {", "ip6 filter", "FORWARD", "FORWARD" },
		{ "\tchain DOCKER {", "ip filter", "FORWARD", "FORWARD" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct rules_place at = { .table = "" };

		snprintf(at.table, sizeof(at.table), "%s", all[i].table);
		snprintf(at.chain, sizeof(at.chain), "%s", all[i].chain);
		CHECK_STR(rules_user_chain(all[i].ruleset, &at), all[i].user);
	}
}

static void tables_of_iptables_have_its_names_and_chains(void)
{
	static const char text[] = "table ip filter {\n\tchain FORWARD {\n\t}\n}\n"
				   "table ip6 mangle {\n\tchain OUTPUT {\n\t}\n}\n"
				   "table ip security {\n\tchain own {\n\t}\n}\n"
				   "table ip mine {\n\tchain INPUT {\n\t}\n}\n"
				   "table inet filter {\n\tchain INPUT {\n\t}\n}\n";

	CHECK(rules_is_iptables(text, "ip filter"));
	CHECK(rules_is_iptables(text, "ip6 mangle"));
	CHECK(!rules_is_iptables(text, "ip6 filter"));
	CHECK(!rules_is_iptables(text, "ip security"));
	CHECK(!rules_is_iptables(text, "ip mine"));
	CHECK(!rules_is_iptables(text, "inet filter"));
}

static void incomplete_translations_publish_no_port(void)
{
	static const char *const rules[] = {
		"ip daddr 10.0.0.1 dnat to 10.1.0.3:80",
		"tcp dport 80 accept",
		"tcp dport 80 dnat 10.1.0.3",
		"tcp dport 0 dnat to 10.1.0.3:80",
		"tcp dport 80 dnat to 10.1.0.3:x",
		"tcp dport 80 dnat to 10.1.0.3:65536",
		"tcp dport 80 dnat to 10.1.0.300:80",
		"tcp dport 80 dnat to [fd00::2",
		"tcp dport 80 dnat to [10",
		"tcp dport 80 dnat to :80",
		"udp dport 80 dnat to [",
	};
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const char *at = text;
		struct rules_dnat d;

		snprintf(text, sizeof(text),
			 "table ip t {\n\tchain pre {\n\t\ttype nat hook prerouting priority "
			 "dstnat;\n\t\t%s\n\t}\n}\n",
			 rules[i]);
		if (rules_next_dnat(&at, &d)) {
			printf("# the rule: %s\n", rules[i]);
			CHECK(false);
		}
		CHECK_STR(at, "");
	}
}

/* A shell must read the result as one word. */
static void shell_words_are_quoted_if_necessary(void)
{
	static const char *const words[][2] = {
		{ "", "''" },           { "a.b/c,d:e@f%g", "a.b/c,d:e@f%g" },
		{ "a b", "'a b'" },     { "it's", "'it'\\''s'" },
		{ "$HOME", "'$HOME'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct buf b = BUF_INIT;

		shell_word(&b, words[i][0]);
		CHECK_STR(b.s, words[i][1]);
		buf_free(&b);
	}
}

/* ip(8) accepts the name of a namespace, nsenter(1) a path, and nsenter2 any reference. */
static void namespace_of_a_command_has_a_form_that_its_program_accepts(void)
{
	CHECK_STR(in_namespace("web", true), "ip -n web ");
	CHECK_STR(in_namespace("web", false), "ip netns exec web ");
	CHECK_STR(in_namespace("/run/x", true), "nsenter --net=/run/x ip ");
	CHECK_STR(in_namespace("/run/x", false), "nsenter --net=/run/x ");
	CHECK_STR(in_namespace("net:4026531840", true), "nsenter2 -t net:4026531840 -n -- ip ");
	CHECK_STR(in_namespace("net:4026531840", false), "nsenter2 -t net:4026531840 -n -- ");
}

UNIT_MAIN(CASE(matches_decide_if_a_rule_applies), CASE(jumps_are_followed_and_policies_count),
	  CASE(translation_counts_for_its_subnet_only), CASE(published_ports_are_listed_once),
	  CASE(incomplete_rulesets_are_read_to_the_end), CASE(deep_and_numerous_jumps_are_limited),
	  CASE(rule_texts_are_matched_to_the_end), CASE(packet_without_a_device_matches_no_device),
	  CASE(goto_does_not_return_to_the_calling_chain),
	  CASE(jump_with_an_unknown_match_is_the_deciding_rule),
	  CASE(unknown_rules_make_the_result_uncertain), CASE(other_lines_of_a_chain_are_no_rules),
	  CASE(docker_user_replaces_only_forward_of_ip_filter),
	  CASE(tables_of_iptables_have_its_names_and_chains),
	  CASE(incomplete_translations_publish_no_port), CASE(shell_words_are_quoted_if_necessary),
	  CASE(namespace_of_a_command_has_a_form_that_its_program_accepts))
