/* SPDX-License-Identifier: GPL-2.0-or-later */
/* address: IP addresses with a prefix length, hardware addresses: text and arithmetic. */
#ifndef NSU_NET_ADDRESS_H
#define NSU_NET_ADDRESS_H

#include <sys/socket.h>

#include "base/util.h"

#define NET_ADDR_TEXT 64 /* "fd00::1/64" */
#define NET_MAC_SIZE  6

struct net_addr {
	uint8_t family; /* AF_INET, AF_INET6; 0: none */
	uint8_t prefix; /* bits */
	uint8_t b[16];
};

/* Parses the n bytes "10.0.0.1", "10.0.0.1/24" or "fd00::1/64"; without a length the whole address
 * is the prefix. Returns 0, or -EINVAL. */
int net_addr_parse(const char *s, size_t n, struct net_addr *out) must_check;

/* Writes the address, with "/prefix" if with_prefix; returns text. */
const char *net_addr_format(const struct net_addr *a, bool with_prefix, char text[NET_ADDR_TEXT]);

static inline size_t net_addr_size(const struct net_addr *a)
{
	return a->family == AF_INET ? 4 : 16;
}

/* Returns true if both are of one family and the first n bits agree. */
bool net_addr_same(const struct net_addr *a, const struct net_addr *b, unsigned bits);

/* Returns true if one prefix contains the other. */
bool net_addr_overlap(const struct net_addr *a, const struct net_addr *b);

/* Returns true if a host can have the address: not unspecified, multicast, the first of a subnet,
 * or the last of an IPv4 subnet. Subnets of two addresses or one have no such ones. */
bool net_addr_is_host(const struct net_addr *a);

/* Adds n to the address, and returns false if the sum is outside the prefix. */
bool net_addr_add(struct net_addr *a, uint32_t n);

/* Clears the bits after the prefix. */
void net_addr_mask(struct net_addr *a);

/* "02:6e:0a:00:00:02". Parsing returns 0 or -EINVAL: also for a multicast or zero address, which no
 * device can have. */
int net_mac_parse(const char *s, size_t n, uint8_t mac[NET_MAC_SIZE]) must_check;
const char *net_mac_format(const uint8_t mac[NET_MAC_SIZE], char text[18]);

/* A locally administered MAC of these first two bytes and the last four bytes of the address.
 * The neighbour entries of other machines stay valid when another device gets the address. */
void net_mac_of(const struct net_addr *a, uint8_t first, uint8_t second, uint8_t mac[NET_MAC_SIZE]);

/* Returns true if the n bytes can name a network device: 1 to 15, no '/', ':', blank or control
 * character, not "." or "..". */
bool net_ifname_is_valid(const char *s, size_t n);

#endif
