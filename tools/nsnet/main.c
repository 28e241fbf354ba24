// SPDX-License-Identifier: GPL-2.0-or-later
/* nsnet: connects network namespaces with the host and with each other. */
#include "nsnet.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} verbs[] = {
	{ "run", verb_run, "run a program in a new, connected network namespace" },
	{ "add", verb_add, "create a named namespace, or connect an existing one" },
	{ "link", verb_link, "connect two namespaces with each other" },
	{ "bridge", verb_bridge, "create a bridge" },
	{ "del", verb_del, "remove namespaces, connections or bridges" },
	{ "gc", verb_gc, "remove what killed runs left" },
	{ "attach", verb_attach, "give a namespace a name" },
	{ "show", verb_show, "show namespaces, devices, addresses and connections" },
	{ "why", verb_why, "find out why packets of a namespace do not pass" },
};

static const struct cli_opt opts[] = { { 0 } };

static const struct cli_tool tool = {
	.name = "nsnet",
	.synopsis = { "<verb> [options] [<argument>...]", "<verb> --help",
		      "run [options] [--] <program> [<argument>...]" },
	.purpose = "Connect network namespaces with the host and with each other.",
	.opts = opts,
	.failed = CLI_EXIT_FAILED,
};

static char *verb_notes(void)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, "Verbs:");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		buf_printf(&b, "\n %-10s %s", verbs[i].name, verbs[i].help);
	return b.s;
}

int main(int argc, char **argv)
{
	struct cli_tool all = tool;
	struct cli c;

	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(verbs); i++)
		if (streq(argv[1], verbs[i].name))
			return verbs[i].run(argc - 1, argv + 1);
	all.notes = verb_notes();
	cli_init(&c, &all, argc, argv);
	while (cli_next(&c) != -1)
		;
	if (!cli_rest(&c)[0])
		cli_die_usage("a verb is missing");
	cli_die_usage("unknown verb '%s'", cli_rest(&c)[0]);
}
