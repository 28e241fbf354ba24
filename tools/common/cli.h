/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cli: the user interface that all tools share: option tables, usage, messages, exit statuses. */
#ifndef NSU_COMMON_CLI_H
#define NSU_COMMON_CLI_H

#include <getopt.h>

#include "base/buf.h"
#include "base/nserr.h"
#include "ns/type.h"

/* Exit statuses, nsutils(7). */
enum {
	CLI_EXIT_FAILED = 1,      /* a reporter failed */
	CLI_EXIT_UNSUPPORTED = 2, /* the kernel does not support what a reporter needs */
	CLI_EXIT_INCOMPLETE = 3,  /* a reporter under --strict knows that its answer is partial */
	CLI_EXIT_OWN = 125,       /* an exec tool failed before the program ran */
	CLI_EXIT_NOEXEC = 126,    /* the program could not be executed */
};

enum cli_arg { CLI_NONE, CLI_ARG, CLI_OPTARG };

/* Keys of options without a letter begin here: enum { OPT_EXPLAIN = CLI_LONG, … }. */
#define CLI_LONG 256

/* The key of a row that stands for one option per namespace type: cli_next() returns it with
 * cli.type set. nstype.what is appended to its help. */
#define CLI_NSTYPES 0x4000

#define CLI_FEATURES 0x3fff /* the key of --features */

enum {
	CLI_BARE_LETTER = 1, /* the letter takes no argument though the name does */
	CLI_OF_FEATURES = 2, /* of CLI_FEATURES_OPTS */
};

/* Rows of a tool whose --json is only for --features. After the last option, cli_next() prints
 * cli_tool.features and exits with 0. */
/* clang-format off */
#define CLI_FEATURES_OPTS \
	{ CLI_FEATURES, "features", CLI_NONE, NULL, "print features of the kernel and of this user", 0, CLI_OF_FEATURES }, \
	{ 'J',          "json",     CLI_NONE, NULL, "print --features as JSON", 0, CLI_OF_FEATURES }
/* clang-format on */

struct cli_opt {
	int key;          /* option letter, or a number from CLI_LONG up */
	const char *name; /* long name; NULL: the row is a heading, its help the text */
	enum cli_arg arg;
	const char *metavar; /* "<file>" */
	const char *help;    /* one line for usage; NULL hides an option kept for compatibility */
	uint32_t excl;       /* options that share a bit exclude each other */
	unsigned flags;      /* CLI_BARE_LETTER, … */
};

struct features;

struct cli_tool {
	const char *name;
	const char *synopsis[5];    /* text after the name, one line each */
	const char *purpose;        /* one line */
	const struct cli_opt *opts; /* ends with a zeroed row; --help and --version are added */
	/* Names of the options of the tool of util-linux that this one replaces, ending with NULL,
	 * or NULL. An abbreviation that is unique among them means that option. */
	const char *const *peer;
	const char *notes; /* printed after the options, or NULL */
	int failed;        /* CLI_EXIT_FAILED or CLI_EXIT_OWN */
	bool only_tells;   /* changes and executes nothing, so it may run setuid */
	void (*features)(struct features *); /* adds what --features prints, or NULL */
};

#define CLI_OPTS_MAX 128

struct cli {
	const struct cli_tool *tool;
	int argc;
	char **argv;
	const struct nstype *type; /* of the CLI_NSTYPES row last returned */
	const char *arg;           /* argument of the option last returned, or NULL */
	/* the rest is private */
	bool features, json;
	struct option longs[CLI_OPTS_MAX];
	char letters[2 + 3 * CLI_OPTS_MAX];
	const struct cli_opt *excl_by[32];
	char excl_name[32][24];
};

/* Prepares parsing and sets the tool whose name begins messages. Reads only the table. */
void cli_init(struct cli *c, const struct cli_tool *tool, int argc, char **argv);

/*
 * Returns the key of the next option, or -1 when the options have ended (at the first non-option or
 * "--"). Unknown, ambiguous, incomplete and exclusive options end the process with tool->failed;
 * --help and --version with 0. After the last option, a tool that runs setuid, setgid or with file
 * capabilities exits with tool->failed, unless only_tells is set.
 */
int cli_next(struct cli *c);

/* Returns the arguments after the options, NULL-terminated. */
char **cli_rest(const struct cli *c);

/* Messages go to standard error in one write, foreign bytes escaped: "tool: text[: strerror]". */
void cli_warn(int err, const char *fmt, ...) printf_like(2, 3);
void cli_warn_nserr(const struct nserr *e);
_Noreturn void cli_die(int err, const char *fmt, ...) printf_like(2, 3); /* exits tool->failed */
_Noreturn void cli_die_nserr(const struct nserr *e); /* exits e->status or tool->failed */
_Noreturn void cli_die_usage(const char *fmt, ...) printf_like(1, 2); /* and points to --help */

/* Returns the exit status of cli_die_nserr(). */
int cli_status(const struct nserr *e);

/* Parse a number, and a signal (signame_parse()), of an option. End the process with a message that
 * names option and value if it is invalid. */
uint64_t cli_u64(const char *option, const char *s, uint64_t min, uint64_t max);
int cli_signal(const char *option, const char *s, size_t n);

/* Writes b to standard output and frees it. Ends the process if the write fails. */
void cli_print(struct buf *b);

#endif
