// SPDX-License-Identifier: GPL-2.0-or-later
/* cells: sets the value of a cell, which the printers format. */
#include <stdarg.h>
#include <stdio.h>

#include "columns.h"

void cell_num(struct cell *out, uint64_t v)
{
	out->kind = CELL_NUM;
	out->num = v;
}

void cell_bool(struct cell *out, bool v)
{
	out->kind = CELL_BOOL;
	out->num = v;
}

void cell_text(struct cell *out, const char *s, size_t n)
{
	out->kind = CELL_TEXT;
	buf_add(&out->text, s, n);
}

void cell_str(struct cell *out, const char *s)
{
	if (s)
		cell_text(out, s, strlen(s));
}

void cell_item(struct cell *out, const char *fmt, ...)
{
	char item[4096 + 64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(item, sizeof(item), fmt, ap);
	va_end(ap);
	out->kind = CELL_LIST;
	buf_add(&out->text, item, strlen(item) + 1);
}
