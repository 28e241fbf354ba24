/* SPDX-License-Identifier: GPL-2.0-or-later */
/* features: collects and prints the output of --features. */
#ifndef NSU_COMMON_FEATURES_H
#define NSU_COMMON_FEATURES_H

#include "base/json.h"
#include "kernel/feature.h"

/* The output that has been collected: lines "NAME yes" or "NAME no", or members of a JSON
 * object. */
struct features {
	struct buf out;
	struct json json;
	bool as_json;
};

/* Tests if the feature is available, and adds the result to the output. */
void features_add(struct features *f, const struct feature *feature);

/* Tests if each namespace type can be created, alone and together with a user namespace, and adds
 * the results to the output. */
void features_add_namespaces(struct features *f);

/* Calls `add`, which adds the features of the tool, and prints the output. Ends the process if the
 * write fails. Otherwise returns the exit status 0. */
int features_print(void (*add)(struct features *), bool json);

#endif
