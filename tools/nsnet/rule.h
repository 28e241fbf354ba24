/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule: one rule as nft(8) prints it. */
#ifndef NSU_NSNET_RULE_H
#define NSU_NSNET_RULE_H

#include "rules.h"

enum rule_match { NO, YES, UNKNOWN };

/* Returns YES if the rule matches the packet, and UNKNOWN if it has a match that is not understood.
 * Sets verdict ("" if the rule has none) and the chain of a jump. */
enum rule_match match_rule(const struct rules_packet *p, const char *text, char verdict[16],
			   char chain[64]);

#endif
