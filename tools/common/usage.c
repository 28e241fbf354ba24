// SPDX-License-Identifier: GPL-2.0-or-later
/* usage: prints --version, and --help from the rows of the option table. */
#include <stdio.h>

#include "common/cli_table.h"

/* The rows of --help and --version. */
const struct cli_opt cli_common_opts[] = {
	{ 'h', "help", CLI_NONE, NULL, "display this help" },
	{ 'V', "version", CLI_NONE, NULL, "display the version" },
	{ 0 },
};

static void usage_line(struct buf *b, int letter, const char *name, const struct cli_opt *o,
		       const char *help)
{
	size_t start = b->len, width;

	buf_adds(b, " ");
	if (letter < CLI_LONG)
		buf_printf(b, "-%c, ", letter);
	else
		buf_adds(b, "    ");
	buf_printf(b, "--%s", name);
	if (o->arg == CLI_ARG)
		buf_printf(b, " %s", o->metavar);
	else if (o->arg == CLI_OPTARG)
		buf_printf(b, "[=%s]", o->metavar);
	width = b->len - start;
	if (width > 28) {
		buf_addc(b, '\n');
		width = 0;
	}
	for (; width < 29; width++)
		buf_addc(b, ' ');
	buf_printf(b, " %s\n", help);
}

static void usage_rows(struct buf *b, const struct cli_opt *o)
{
	for (; o->help || o->name; o++) {
		if (!o->name) {
			buf_printf(b, "\n%s:\n", o->help);
		} else if (o->key == CLI_NSTYPES) {
			for (size_t i = 0; i < NSTYPE_COUNT; i++) {
				char help[96];

				snprintf(help, sizeof(help), "%s (%s)", o->help, nstypes[i].what);
				usage_line(b, nstypes[i].opt, nstypes[i].longopt, o, help);
			}
		} else if (o->help) {
			usage_line(b, o->key, o->name, o, o->help);
		}
	}
}

_Noreturn void cli_usage(const struct cli_tool *tool)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, "\nUsage:\n");
	for (size_t i = 0; i < ARRAY_SIZE(tool->synopsis) && tool->synopsis[i]; i++)
		buf_printf(&b, " %s %s\n", tool->name, tool->synopsis[i]);
	buf_printf(&b, "\n%s\n", tool->purpose);
	if (tool->opts->name)
		buf_adds(&b, "\nOptions:\n");
	usage_rows(&b, tool->opts);
	buf_addc(&b, '\n');
	usage_rows(&b, cli_common_opts);
	if (tool->notes)
		buf_printf(&b, "\n%s\n", tool->notes);
	/* the man page of "nsidmap plan" is nsidmap(1) */
	buf_printf(&b, "\nFor more details see %.*s(1).\n", (int)strcspn(tool->name, " "),
		   tool->name);
	cli_print(&b);
	exit(0);
}

_Noreturn void cli_version(const struct cli_tool *tool)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%.*s from %s\n", (int)strcspn(tool->name, " "), tool->name, PACKAGE_STRING);
	cli_print(&b);
	exit(0);
}
