/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json: writes JSON. The output is always valid UTF-8: invalid bytes become U+FFFD. */
#ifndef NSU_BASE_JSON_H
#define NSU_BASE_JSON_H

#include "base/buf.h"

struct json {
	struct buf *out; /* output buffer of the caller, who checks out->err at the end */
	bool comma;
	/* nesting depth of the current member; if negative, everything is written on one line */
	int indent;
};

/* Initializes a writer to `buffer`. If pretty is set, each member is on its own line. */
#define JSON_INIT(buffer, pretty) ((struct json){ .out = (buffer), .indent = (pretty) ? 0 : -1 })

/* In all functions, key is the name of the member. It is NULL for an array element and for the
 * outermost value. */
void json_object(struct json *j, const char *key);
void json_object_end(struct json *j);
void json_array(struct json *j, const char *key);
void json_array_end(struct json *j);
/* a NULL string is written as null */
void json_str(struct json *j, const char *key, const char *s);
void json_strn(struct json *j, const char *key, const char *s, size_t n);
void json_u64(struct json *j, const char *key, uint64_t v);
void json_s64(struct json *j, const char *key, int64_t v);
void json_bool(struct json *j, const char *key, bool v);
void json_null(struct json *j, const char *key);

#endif
