/* SPDX-License-Identifier: GPL-2.0-or-later */
/* address: parses, formats and compares hardware addresses and IP addresses with a prefix
 * length. */
#ifndef NSU_NET_ADDRESS_H
#define NSU_NET_ADDRESS_H

#include <sys/socket.h>

#include "base/util.h"

#define NET_ADDR_TEXT 64 /* size of a buffer for text such as "fd00::1/64" */
#define NET_MAC_SIZE  6

struct net_addr {
	uint8_t family; /* address family, AF_INET or AF_INET6; 0 if there is no address */
	uint8_t prefix; /* length of the prefix in bits */
	uint8_t b[16];
};

/* Parses the n bytes at s, an address such as "10.0.0.1", "10.0.0.1/24" or "fd00::1/64", into *out.
 * Without a prefix length, the prefix is 32 or 128 bits long. Returns 0, or -EINVAL. */
int net_addr_parse(const char *s, size_t n, struct net_addr *out) must_check;

/* Writes the address to text, with "/PREFIX" if with_prefix is set. Returns text. */
const char *net_addr_format(const struct net_addr *a, bool with_prefix, char text[NET_ADDR_TEXT]);

static inline size_t net_addr_size(const struct net_addr *a)
{
	return a->family == AF_INET ? 4 : 16;
}

/* Returns true if both addresses have the same family and are equal in their first `bits` bits. */
bool net_addr_same(const struct net_addr *a, const struct net_addr *b, unsigned bits);

/* Returns true if the prefixes of a and b overlap, which means that one of them contains the
 * other. */
bool net_addr_overlap(const struct net_addr *a, const struct net_addr *b);

/* Returns true if a host can have the address. Returns false for the unspecified address, a
 * multicast address, the first address of a subnet, and the last address of an IPv4 subnet. In a
 * subnet of one or two addresses, hosts can have the first and the last address. */
bool net_addr_is_host(const struct net_addr *a);

/* Adds n to the address a and returns true. Returns false if the sum is outside of the prefix of
 * a. */
bool net_addr_add(struct net_addr *a, uint32_t n);

/* Clears the bits of the address a after its prefix. */
void net_addr_mask(struct net_addr *a);

/* net_mac_parse() parses and net_mac_format() writes a hardware address such as
 * "02:6e:0a:00:00:02". net_mac_parse() returns 0 or -EINVAL. It refuses a multicast address and the
 * zero address, because no device can have them. net_mac_format() stores the address as a string in
 * the array `text` and returns a pointer to this array. */
int net_mac_parse(const char *s, size_t n, uint8_t mac[NET_MAC_SIZE]) must_check;
const char *net_mac_format(const uint8_t mac[NET_MAC_SIZE], char text[18]);

/* Stores in mac a locally administered hardware address that is built from the bytes `first` and
 * `second` and the last four bytes of the IP address. Other hosts need not update their neighbour
 * entries when another device gets the IP address, because it also gets the same hardware
 * address. */
void net_mac_of(const struct net_addr *a, uint8_t first, uint8_t second, uint8_t mac[NET_MAC_SIZE]);

/* Stores in *out the IPv6 link-local address, with the prefix length 64, that the kernel derives
 * from this hardware address (RFC 4291, appendix A). */
void net_addr_of_mac(const uint8_t mac[NET_MAC_SIZE], struct net_addr *out);

/* Returns true if a is an IPv6 address that is valid only on one link (fe80::/10). */
static inline bool net_addr_is_link_local(const struct net_addr *a)
{
	return a->family == AF_INET6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/* Returns true if the n bytes at s can name a network device: 1 to 15 bytes without '/', ':',
 * blanks and control characters, and not "." or "..". */
bool net_ifname_is_valid(const char *s, size_t n);

#endif
