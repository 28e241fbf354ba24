/* SPDX-License-Identifier: GPL-2.0-or-later */
/* addr.h: makes addresses from text. */
#ifndef NSU_UNIT_ADDR_H
#define NSU_UNIT_ADDR_H

#include "net/address.h"
#include "unit.h"

/* Returns the address that the text s contains. */
static inline struct net_addr addr(const char *s)
{
	struct net_addr a = { 0 };

	CHECK_INT(net_addr_parse(s, strlen(s), &a), 0);
	return a;
}

#endif
