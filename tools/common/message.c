// SPDX-License-Identifier: GPL-2.0-or-later
/* message: prints messages to standard error, and text to standard output. */
#include <stdarg.h>
#include <stdio.h>

#include "base/file.h"
#include "base/str.h"
#include "common/cli_table.h"

const struct cli_tool *cli_the_tool;

static void message(const char *what, int err, const char *hint)
{
	/* reserve four bytes for each byte, because escaping replaces a control byte by \xHH */
	char line[4 * (sizeof(((struct nserr *)0)->what) * 2 + 160)];
	size_t n, size = sizeof(line) - 2;

	/* omit the verb: the messages of "nsidmap plan" begin with "nsidmap" */
	n = str_escape(line, size, cli_the_tool->name, strcspn(cli_the_tool->name, " "));
	n += str_escape(line + n, size - n, ": ", 2);
	n += str_escape(line + n, size - n, what, strlen(what));
	if (err) {
		const char *text = strerror(err < 0 ? -err : err);

		n += str_escape(line + n, size - n, ": ", 2);
		n += str_escape(line + n, size - n, text, strlen(text));
	}
	line[n++] = '\n';
	if (hint && hint[0]) {
		n += str_escape(line + n, size - n, "hint: ", 6);
		n += str_escape(line + n, size - n, hint, strlen(hint));
		line[n++] = '\n';
	}
	/* if standard error is closed, no message can be printed */
	(void)!file_write_all(2, line, n);
}

static void printf_like(2, 0) vmessage(int err, const char *fmt, va_list ap)
{
	char what[2 * sizeof(((struct nserr *)0)->what)];

	vsnprintf(what, sizeof(what), fmt, ap);
	message(what, err, NULL);
}

void cli_warn(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vmessage(err, fmt, ap);
	va_end(ap);
}

void cli_warn_nserr(const struct nserr *e)
{
	message(e->what, e->errnum, e->hint);
}

void cli_die(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vmessage(err, fmt, ap);
	va_end(ap);
	exit(cli_the_tool->failed);
}

int cli_status(const struct nserr *e)
{
	return e->status ? e->status : cli_the_tool->failed;
}

void cli_die_nserr(const struct nserr *e)
{
	cli_warn_nserr(e);
	exit(cli_status(e));
}

static _Noreturn void refer_to_help(void)
{
	char help[160];

	snprintf(help, sizeof(help), "Try '%s --help' for more information.\n", cli_the_tool->name);
	(void)!file_write_all(2, help, strlen(help));
	exit(cli_the_tool->failed);
}

void cli_die_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vmessage(0, fmt, ap);
	va_end(ap);
	refer_to_help();
}

void cli_die_usage_nserr(const struct nserr *e)
{
	cli_warn_nserr(e);
	refer_to_help();
}

void cli_print(struct buf *b)
{
	int rc = b->err;

	if (rc == 0 && b->len > 0)
		rc = file_write_all(1, b->s, b->len);
	buf_free(b);
	if (rc < 0)
		cli_die(rc, "cannot write to standard output");
}
