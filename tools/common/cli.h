/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cli: declares the user interface that all tools share: option tables, usage, messages, exit
 * statuses. */
#ifndef NSU_COMMON_CLI_H
#define NSU_COMMON_CLI_H

#include <getopt.h>

#include "base/buf.h"
#include "base/nserr.h"
#include "ns/type.h"

/* Exit statuses of the tools, see nsutils(7). */
enum {
	CLI_EXIT_FAILED = 1, /* a tool that only prints information failed */
	/* such a tool lacks a feature of the kernel or of a library */
	CLI_EXIT_UNSUPPORTED = 2,
	CLI_EXIT_INCOMPLETE = 3, /* with --strict: some information could not be collected */
	/* an exec tool (a tool that executes a program) failed before the program ran */
	CLI_EXIT_OWN = 125,
	CLI_EXIT_NOEXEC = 126, /* the program could not be executed */
};

enum cli_arg { CLI_NONE, CLI_ARG, CLI_OPTARG };

/* The first key for options that have only a long name. A tool defines the keys of these options
 * with enum { OPT_EXPLAIN = CLI_LONG, … }. */
#define CLI_LONG 256

/* The key of a row of the option table that defines one option for each namespace type. cli_next()
 * returns this key and sets cli.type. --help appends nstype.what to the help text of the row. */
#define CLI_NSTYPES 0x4000

#define CLI_FEATURES 0x3fff /* the key of the option --features */

enum {
	/* flag: the short option takes no argument although the long option does */
	CLI_BARE_LETTER = 1,
	/* flag: a row of CLI_FEATURES_OPTS; cli_next() processes the option itself and does not
	 * return its key */
	CLI_OF_FEATURES = 2,
	CLI_NOT_EMPTY = 4, /* flag: the argument must not be empty */
};

/* Rows of the option table for a tool whose option --json is valid only together with --features.
 * If --features was given, cli_next() calls cli_tool.features after the last option, prints the
 * features that this function has added, and exits with status 0. */
/* clang-format off */
#define CLI_FEATURES_OPTS \
	{ CLI_FEATURES, "features", CLI_NONE, NULL, "print the kernel features that this user can use", 0, CLI_OF_FEATURES }, \
	{ 'J',          "json",     CLI_NONE, NULL, "print --features as JSON", 0, CLI_OF_FEATURES }
/* clang-format on */

struct cli_opt {
	int key; /* option letter, or a number of at least CLI_LONG */
	/* long name of the option; if NULL, the row is a heading and help is the text of the
	 * heading */
	const char *name;
	enum cli_arg arg;
	const char *metavar; /* "<file>" */
	/* help text of one line; NULL hides an option that exists only for compatibility */
	const char *help;
	uint32_t excl;  /* a bit mask; two options with a common bit exclude each other */
	unsigned flags; /* the flags CLI_BARE_LETTER, CLI_OF_FEATURES and CLI_NOT_EMPTY */
};

struct features;

struct cli_tool {
	const char *name;
	/* text that --help prints after the name of the tool, one line for each form of the
	 * command */
	const char *synopsis[5];
	const char *purpose; /* one sentence that says what the tool does */
	/* the table of options, which ends with an element of zeros; --help and --version are added
	 * automatically */
	const struct cli_opt *opts;
	/* The long options, without "--", of the util-linux tool that this tool replaces; the array
	 * ends with NULL. The pointer is NULL if this tool replaces no such tool. An abbreviation
	 * that is unique among these options means the option, even if this tool has further
	 * options that begin in the same way. */
	const char *const *peer;
	const char *notes; /* text that --help prints after the options, or NULL */
	/* exit status after a failure of the tool: CLI_EXIT_FAILED or CLI_EXIT_OWN */
	int failed;
	/* true if the tool only prints information, so it may run with set-user-ID */
	bool only_tells;
	/* a function that adds the features that --features prints, or NULL */
	void (*features)(struct features *);
};

#define CLI_OPTS_MAX 128

struct cli {
	const struct cli_tool *tool;
	int argc;
	char **argv;
	/* the namespace type, valid after cli_next() has returned CLI_NSTYPES */
	const struct nstype *type;
	/* the argument of the option that cli_next() returned, or NULL */
	const char *arg;
	/* the members below are private to the parser */
	bool features, json;
	bool has_argument; /* an option that takes an argument has been parsed */
	struct option longs[CLI_OPTS_MAX];
	char letters[2 + 3 * CLI_OPTS_MAX];
	const struct cli_opt *excl_by[32];
	char excl_name[32][24];
};

/* Prepares the parser. All messages of the process begin with tool->name. tool must stay
 * valid until the process ends. */
void cli_init(struct cli *c, const struct cli_tool *tool, int argc, char **argv);

/*
 * Returns the key of the next option, or -1 at the end of the options: at "--" or at the first
 * non-option argument. If an option is unknown, ambiguous, incomplete or excluded by another one,
 * ends the process with status tool->failed. --help and --version end the process with status 0.
 * After the last option, a tool that runs set-user-ID, set-group-ID or with file capabilities ends
 * with status tool->failed, unless only_tells is set.
 */
int cli_next(struct cli *c);

/* Returns the arguments after the options, NULL-terminated. */
char **cli_rest(const struct cli *c);

/* Print the message "tool: TEXT", or "tool: TEXT: " and the text of an error number, to standard
 * error with a single write(2). cli_warn_nserr() also prints the hint of e on its own line. Escapes
 * the control characters and the invalid UTF-8 in the whole message. */
void cli_warn(int err, const char *fmt, ...) printf_like(2, 3);
void cli_warn_nserr(const struct nserr *e);

/* Print a message and end the process with the status tool->failed. cli_die_nserr() uses the status
 * of e instead if it is not 0. cli_die_usage() also prints a reference to --help, and
 * cli_die_usage_nserr() prints the hint of e as well. */
_Noreturn void cli_die(int err, const char *fmt, ...) printf_like(2, 3);
_Noreturn void cli_die_nserr(const struct nserr *e);
_Noreturn void cli_die_usage(const char *fmt, ...) printf_like(1, 2);
_Noreturn void cli_die_usage_nserr(const struct nserr *e);

/* Returns the exit status with which cli_die_nserr() ends the process. */
int cli_status(const struct nserr *e);

/*
 * Parse the argument s of an option. cli_u64() returns the number s, which must be between min and
 * max. cli_signal() returns the number of the signal whose name or number is the n bytes at s (see
 * signame_parse()). cli_word() returns the index of s in words, which ends with NULL; `what` is the
 * text by which the message describes s. If the argument is invalid, the functions print a message
 * that contains the name `option` and s, and end the process.
 */
uint64_t cli_u64(const char *option, const char *s, uint64_t min, uint64_t max);
int cli_signal(const char *option, const char *s, size_t n);
unsigned cli_word(const char *option, const char *what, const char *s, const char *const *words);

/* Writes b to standard output and frees it. Ends the process if the write fails. */
void cli_print(struct buf *b);

#endif
