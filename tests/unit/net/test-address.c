// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/address.h"

#include "../unit.h"

static int parse(const char *s, struct net_addr *a)
{
	return net_addr_parse(s, strlen(s), a);
}

static void reads_and_writes_addresses(void)
{
	static const char *const texts[] = { "10.0.0.1/24", "0.0.0.0/0", "fd00::1/64", "::/0",
					     "192.168.1.255/32" };
	char text[NET_ADDR_TEXT];
	struct net_addr a;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CHECK_INT(parse(texts[i], &a), 0);
		CHECK_STR(net_addr_format(&a, true, text), texts[i]);
	}
	CHECK_INT(parse("10.0.0.1", &a), 0);
	CHECK_INT(a.prefix, 32);
	CHECK_STR(net_addr_format(&a, false, text), "10.0.0.1");
	CHECK_INT(parse("fd00::1", &a), 0);
	CHECK_INT(a.prefix, 128);
	/* the longest text of an address */
	CHECK_INT(parse("1111:1111:1111:1111:1111:1111:255.255.255.255/99", &a), 0);
	CHECK_INT(a.prefix, 99);
	CHECK_INT(a.b[15], 255);
}

static void refuses_invalid_addresses(void)
{
	static const char *const texts[] = {
		"",
		"/24",
		"10.0.0",
		"10.0.0.1/33",
		"10.0.0.1/",
		"10.0.0.1/-1",
		"10.0.0.256",
		"fd00::1/129",
		"10.0.0.1/a",
		"fe80::1%eth0",
		"host",
		/* one byte longer than the longest text of an address */
		"1111:1111:1111:1111:1111:1111:255.255.255.2550/128",
	};
	struct net_addr a;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		CHECK_INT(parse(texts[i], &a), -EINVAL);
	CHECK_INT(net_addr_parse("10.0.0.1\0x", 10, &a), -EINVAL);
}

static bool overlap(const char *x, const char *y)
{
	struct net_addr a, b;

	CHECK_INT(parse(x, &a), 0);
	CHECK_INT(parse(y, &b), 0);
	CHECK(net_addr_overlap(&a, &b) == net_addr_overlap(&b, &a));
	return net_addr_overlap(&a, &b);
}

static void finds_overlapping_subnets(void)
{
	CHECK(overlap("10.0.0.0/8", "10.9.0.0/16"));
	CHECK(overlap("10.9.0.1/25", "10.9.0.2/24"));
	CHECK(!overlap("10.9.0.0/25", "10.9.0.128/25"));
	CHECK(!overlap("10.0.0.0/8", "11.0.0.0/8"));
	CHECK(overlap("0.0.0.0/0", "11.0.0.0/8"));
	CHECK(!overlap("::/0", "11.0.0.0/8"));
	CHECK(overlap("fd00::/60", "fd00:0:0:f::/64"));
	CHECK(!overlap("fd00::/64", "fd00:0:0:1::/64"));
}

static bool is_host(const char *s)
{
	struct net_addr a;

	CHECK_INT(parse(s, &a), 0);
	return net_addr_is_host(&a);
}

static void recognises_addresses_that_no_host_can_have(void)
{
	CHECK(is_host("10.0.0.1/24"));
	CHECK(!is_host("10.0.0.0/24"));
	CHECK(!is_host("10.0.0.255/24"));
	CHECK(is_host("10.0.0.0/31"));
	CHECK(!is_host("10.0.0.0/30"));
	CHECK(!is_host("10.0.0.3/30"));
	CHECK(!is_host("0.0.0.0/32"));
	CHECK(is_host("10.0.0.1/32"));
	CHECK(!is_host("224.0.0.1/24"));
	CHECK(!is_host("0.0.0.5/24"));
	CHECK(is_host("fd00::1/64"));
	CHECK(!is_host("::/64"));
	CHECK(!is_host("fd00::/64"));
	CHECK(!is_host("::/128"));
	CHECK(is_host("fd00::/127"));
	CHECK(!is_host("fd00::/126"));
	CHECK(!is_host("ff02::1/64"));
}

static void addition_stays_inside_the_subnet(void)
{
	char text[NET_ADDR_TEXT];
	struct net_addr a;

	CHECK_INT(parse("10.0.1.255/22", &a), 0);
	CHECK(net_addr_add(&a, 1));
	CHECK_STR(net_addr_format(&a, true, text), "10.0.2.0/22");
	CHECK(!net_addr_add(&a, 1024));
	CHECK(net_addr_add(&a, 0));
	CHECK_STR(net_addr_format(&a, true, text), "10.0.2.0/22");
	CHECK_INT(parse("10.0.0.254/30", &a), 0);
	net_addr_mask(&a);
	CHECK_STR(net_addr_format(&a, true, text), "10.0.0.252/30");
	CHECK(net_addr_add(&a, 3));
	CHECK(!net_addr_add(&a, 1));
	CHECK_INT(parse("255.255.255.255/0", &a), 0);
	CHECK(!net_addr_add(&a, 1));
	CHECK_INT(parse("fd00::ffff/64", &a), 0);
	CHECK(net_addr_add(&a, 1));
	CHECK_STR(net_addr_format(&a, false, text), "fd00::1:0");
}

static void reads_hardware_addresses(void)
{
	uint8_t mac[NET_MAC_SIZE];
	struct net_addr a;
	char text[18], address[NET_ADDR_TEXT];

	CHECK_INT(net_mac_parse("02:6E:0a:00:00:02", 17, mac), 0);
	CHECK_STR(net_mac_format(mac, text), "02:6e:0a:00:00:02");
	CHECK_INT(net_mac_parse("0A:F9:af:90:5b:fF", 17, mac), 0);
	CHECK_STR(net_mac_format(mac, text), "0a:f9:af:90:5b:ff");
	CHECK_INT(net_mac_parse("02:6E:0a:00:00", 14, mac), -EINVAL);
	CHECK_INT(net_mac_parse("02:6E:0a:00:00:02:", 18, mac), -EINVAL);
	CHECK_INT(net_mac_parse("02:6E:0a:00:00:2/", 17, mac), -EINVAL);
	CHECK_INT(net_mac_parse("02:6E:0a:00:00::2", 17, mac), -EINVAL);
	CHECK_INT(net_mac_parse("02:6E:0a:00:00:G0", 17, mac), -EINVAL);
	CHECK_INT(net_mac_parse("02:6E:0a:00:00:0g", 17, mac), -EINVAL);
	CHECK_INT(net_mac_parse("02-6E-0a-00-00-02", 17, mac), -EINVAL);
	CHECK_INT(net_mac_parse("00:00:00:00:00:00", 17, mac), -EINVAL);
	CHECK_INT(net_mac_parse("01:00:5e:00:00:01", 17, mac), -EINVAL);
	CHECK_INT(parse("10.1.2.3/24", &a), 0);
	net_mac_of(&a, 2, 0x6e, mac);
	CHECK_STR(net_mac_format(mac, text), "02:6e:0a:01:02:03");
	CHECK(!net_addr_is_link_local(&a));
	net_addr_of_mac(mac, &a);
	CHECK_STR(net_addr_format(&a, true, address), "fe80::6e:aff:fe01:203/64");
	CHECK(net_addr_is_link_local(&a));
	CHECK_INT(parse("febf::1", &a), 0);
	CHECK(net_addr_is_link_local(&a));
	CHECK_INT(parse("fec0::1", &a), 0);
	CHECK(!net_addr_is_link_local(&a));
}

/* Checks the rules of the kernel's dev_valid_name(). '%' is refused, too, because the kernel uses
 * it for patterns. */
static void checks_names_of_devices(void)
{
	static const char *const good[] = { "eth0", "a", "123456789012345", "br.0-x", ".x", "..." };
	static const char *const bad[] = { "",     ".",    "..",  "1234567890123456",
					   "a/b",  "a:b",  "a b", "a%d",
					   "a\tb", "a\x7f" };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		CHECK(net_ifname_is_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(!net_ifname_is_valid(bad[i], strlen(bad[i])));
}

UNIT_MAIN(CASE(reads_and_writes_addresses), CASE(refuses_invalid_addresses),
	  CASE(finds_overlapping_subnets), CASE(recognises_addresses_that_no_host_can_have),
	  CASE(addition_stays_inside_the_subnet), CASE(reads_hardware_addresses),
	  CASE(checks_names_of_devices))
