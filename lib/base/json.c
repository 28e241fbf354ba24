// SPDX-License-Identifier: GPL-2.0-or-later
/* json: writes JSON (RFC 8259). It does not use libsmartcols, because libsmartcols does not replace
 * invalid UTF-8 and cannot write anything except tables. */
#include "base/json.h"

#include "base/str.h"

static void newline(struct json *j)
{
	if (j->indent < 0)
		return;
	buf_addc(j->out, '\n');
	for (int i = 0; i < j->indent; i++)
		buf_adds(j->out, "   ");
}

static void quoted(struct json *j, const char *s, size_t n)
{
	buf_addc(j->out, '"');
	while (n > 0) {
		size_t len = str_utf8_len(s, n);

		if (len == 0) {
			buf_adds(j->out, "\xef\xbf\xbd");
			len = 1;
		} else if (*s == '"' || *s == '\\') {
			buf_addc(j->out, '\\');
			buf_addc(j->out, *s);
		} else if (str_is_unsafe(s, len)) {
			/* escape all control and format characters: JSON does not require this, but
			 * a terminal would interpret them */
			buf_printf(j->out, "\\u%04x", str_code_point(s, len));
		} else {
			buf_add(j->out, s, len);
		}
		s += len;
		n -= len;
	}
	buf_addc(j->out, '"');
}

static void member(struct json *j, const char *key)
{
	if (j->comma)
		buf_addc(j->out, ',');
	if (j->out->len > 0)
		newline(j);
	if (key) {
		quoted(j, key, strlen(key));
		buf_adds(j->out, j->indent < 0 ? ":" : ": ");
	}
	j->comma = true;
}

static void open_level(struct json *j, const char *key, char bracket)
{
	member(j, key);
	buf_addc(j->out, bracket);
	j->comma = false;
	if (j->indent >= 0)
		j->indent++;
}

static void close_level(struct json *j, char bracket)
{
	if (j->indent >= 0)
		j->indent--;
	if (j->comma)
		newline(j);
	buf_addc(j->out, bracket);
	j->comma = true;
}

void json_object(struct json *j, const char *key)
{
	open_level(j, key, '{');
}

void json_object_end(struct json *j)
{
	close_level(j, '}');
}

void json_array(struct json *j, const char *key)
{
	open_level(j, key, '[');
}

void json_array_end(struct json *j)
{
	close_level(j, ']');
}

void json_strn(struct json *j, const char *key, const char *s, size_t n)
{
	member(j, key);
	quoted(j, s, n);
}

void json_str(struct json *j, const char *key, const char *s)
{
	if (s)
		json_strn(j, key, s, strlen(s));
	else
		json_null(j, key);
}

void json_u64(struct json *j, const char *key, uint64_t v)
{
	member(j, key);
	buf_addu(j->out, v);
}

void json_s64(struct json *j, const char *key, int64_t v)
{
	member(j, key);
	if (v < 0)
		buf_addc(j->out, '-');
	buf_addu(j->out, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void json_bool(struct json *j, const char *key, bool v)
{
	member(j, key);
	buf_adds(j->out, v ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
	member(j, key);
	buf_adds(j->out, "null");
}
