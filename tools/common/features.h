/* SPDX-License-Identifier: GPL-2.0-or-later */
/* features: collects and prints the output of --features. */
#ifndef NSU_COMMON_FEATURES_H
#define NSU_COMMON_FEATURES_H

#include "base/json.h"
#include "kernel/feature.h"

/* The output so far: lines "NAME yes" or "NAME no", or members of a JSON object. */
struct features {
	struct buf out;
	struct json json;
	bool as_json;
};

/* Probes the feature and adds the result. */
void features_add(struct features *f, const struct feature *feature);

/* Probes each namespace type alone and together with a user namespace, and adds the results. */
void features_add_namespaces(struct features *f);

/* Calls `add`, which adds the features of the tool, and prints them. Returns the exit status, 0. */
int features_print(void (*add)(struct features *), bool json);

#endif
