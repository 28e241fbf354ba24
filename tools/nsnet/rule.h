/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule: parses a firewall rule in the format in which nft(8) prints it. */
#ifndef NSU_NSNET_RULE_H
#define NSU_NSNET_RULE_H

#include "rules.h"

enum rule_match { NO, YES, UNKNOWN };

/* Returns YES if the rule matches the packet, NO if not, and UNKNOWN if the rule contains a match
 * that this parser does not understand. Sets the verdict of the rule ("" if it has none) and, for a
 * jump, the target chain. */
enum rule_match match_rule(const struct rules_packet *p, const char *text, char verdict[16],
			   char chain[64]);

#endif
