/* SPDX-License-Identifier: GPL-2.0-or-later */
/* features: the answer to --features. */
#ifndef NSU_COMMON_FEATURES_H
#define NSU_COMMON_FEATURES_H

#include "base/json.h"
#include "kernel/feature.h"

/* The answer under construction: a line "NAME yes|no" each, or members of a JSON object. */
struct features {
	struct buf out;
	struct json json;
	bool as_json;
};

/* Tries the feature and adds the result. */
void features_add(struct features *f, const struct feature *feature);

/* Tries each type of namespace alone and together with a user namespace, and adds the results. */
void features_add_namespaces(struct features *f);

/* Lets the tool's callback add its features and prints them. Returns the exit status, 0. */
int features_print(void (*add)(struct features *), bool json);

#endif
