// SPDX-License-Identifier: GPL-2.0-or-later
/* address: parses and formats IP and hardware addresses, and computes with them. */
#include "net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>

#include "base/num.h"

int net_addr_parse(const char *s, size_t n, struct net_addr *out)
{
	const char *slash = memchr(s, '/', n);
	size_t host = slash ? (size_t)(slash - s) : n;
	char text[INET6_ADDRSTRLEN];
	struct net_addr a = { 0 };
	uint64_t prefix;

	if (host == 0 || host >= sizeof(text))
		return -EINVAL;
	memcpy(text, s, host);
	text[host] = '\0';
	a.family = memchr(s, ':', host) ? AF_INET6 : AF_INET;
	if (strlen(text) != host || inet_pton(a.family, text, a.b) != 1)
		return -EINVAL;
	prefix = 8 * net_addr_size(&a);
	if (slash && num_u64n(slash + 1, n - host - 1, 0, prefix, &prefix) < 0)
		return -EINVAL;
	a.prefix = (uint8_t)prefix;
	*out = a;
	return 0;
}

const char *net_addr_format(const struct net_addr *a, bool with_prefix, char text[NET_ADDR_TEXT])
{
	if (!inet_ntop(a->family, a->b, text, NET_ADDR_TEXT))
		text[0] = '\0';
	if (with_prefix)
		snprintf(text + strlen(text), NET_ADDR_TEXT - strlen(text), "/%u", a->prefix);
	return text;
}

bool net_addr_same(const struct net_addr *a, const struct net_addr *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (a->family != b->family || memcmp(a->b, b->b, whole) != 0)
		return false;
	return rest == 0 || ((a->b[whole] ^ b->b[whole]) >> (8 - rest)) == 0;
}

bool net_addr_overlap(const struct net_addr *a, const struct net_addr *b)
{
	return net_addr_same(a, b, MIN(a->prefix, b->prefix));
}

/* Returns the last 32 bits of the address. */
static uint32_t last_bits(const struct net_addr *a)
{
	size_t n = net_addr_size(a);

	return (uint32_t)a->b[n - 4] << 24 | (uint32_t)a->b[n - 3] << 16 |
	       (uint32_t)a->b[n - 2] << 8 | a->b[n - 1];
}

static uint32_t host_mask(const struct net_addr *a)
{
	unsigned bits = (unsigned)(8 * net_addr_size(a)) - a->prefix;

	return bits >= 32 ? UINT32_MAX : (UINT32_C(1) << bits) - 1;
}

bool net_addr_is_host(const struct net_addr *a)
{
	static const uint8_t zero[16];
	uint32_t host = last_bits(a) & host_mask(a);

	if (memcmp(a->b, zero, net_addr_size(a)) == 0)
		return false;
	if (a->family == AF_INET6) {
		struct net_addr subnet = *a;

		/* refuse the first address of an IPv6 subnet, which is the anycast address of its
		 * routers (RFC 4291, 2.6.1) */
		net_addr_mask(&subnet);
		return a->b[0] != 0xff &&
		       (a->prefix > 126 || memcmp(subnet.b, a->b, sizeof(a->b)) != 0);
	}
	if (a->b[0] == 0 || a->b[0] >= 224)
		return false;
	return a->prefix > 30 || (host != 0 && host != host_mask(a));
}

bool net_addr_add(struct net_addr *a, uint32_t n)
{
	size_t size = net_addr_size(a);
	uint32_t mask = host_mask(a), host = last_bits(a) & mask, sum = host + n;

	if (sum < host || sum > mask)
		return false;
	sum |= last_bits(a) & ~mask;
	for (size_t i = 0; i < 4; i++)
		a->b[size - 1 - i] = (uint8_t)(sum >> (8 * i));
	return true;
}

void net_addr_mask(struct net_addr *a)
{
	for (unsigned i = a->prefix; i < 8 * net_addr_size(a); i++)
		a->b[i / 8] &= (uint8_t) ~(0x80 >> (i % 8));
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

int net_mac_parse(const char *s, size_t n, uint8_t mac[NET_MAC_SIZE])
{
	uint8_t m[NET_MAC_SIZE], any = 0;

	if (n != 3 * NET_MAC_SIZE - 1)
		return -EINVAL;
	for (size_t i = 0; i < NET_MAC_SIZE; i++) {
		int high = hex_digit(s[3 * i]), low = hex_digit(s[3 * i + 1]);

		if (high < 0 || low < 0 || (i < NET_MAC_SIZE - 1 && s[3 * i + 2] != ':'))
			return -EINVAL;
		m[i] = (uint8_t)(high << 4 | low);
		any |= m[i];
	}
	if (!any || (m[0] & 1))
		return -EINVAL;
	memcpy(mac, m, sizeof(m));
	return 0;
}

const char *net_mac_format(const uint8_t mac[NET_MAC_SIZE], char text[18])
{
	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
	return text;
}

void net_mac_of(const struct net_addr *a, uint8_t first, uint8_t second, uint8_t mac[NET_MAC_SIZE])
{
	mac[0] = first;
	mac[1] = second;
	memcpy(mac + 2, a->b + net_addr_size(a) - 4, 4);
}

void net_addr_of_mac(const uint8_t mac[NET_MAC_SIZE], struct net_addr *out)
{
	*out = (struct net_addr){
		.family = AF_INET6,
		.prefix = 64,
		.b = { 0xfe, 0x80, [8] = mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4],
		       mac[5] },
	};
}

bool net_ifname_is_valid(const char *s, size_t n)
{
	if (n == 0 || n >= IF_NAMESIZE || (s[0] == '.' && (n == 1 || (n == 2 && s[1] == '.'))))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f || s[i] == '/' || s[i] == ':' ||
		    s[i] == '%')
			return false;
	return true;
}
