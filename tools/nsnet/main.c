// SPDX-License-Identifier: GPL-2.0-or-later
/* nsnet: connects network namespaces with the host and with each other. */
#include "nsnet.h"

static const struct verb verbs[] = {
	{ "run", verb_run, "run a program in a new, connected network namespace" },
	{ "add", verb_add, "create a named namespace, or connect an existing one" },
	{ "link", verb_link, "connect two namespaces with each other" },
	{ "bridge", verb_bridge, "create a bridge" },
	{ "del", verb_del, "remove namespaces, connections or bridges" },
	{ "gc", verb_gc, "clean up after nsnet processes that were killed" },
	{ "attach", verb_attach, "give a namespace a name" },
	{ "show", verb_show, "show namespaces, devices, addresses and connections" },
	{ "why", verb_why, "find out why packets of a namespace are lost" },
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

int main(int argc, char **argv)
{
	return verb_main(&tool, verbs, ARRAY_SIZE(verbs), argc, argv, "missing verb");
}
