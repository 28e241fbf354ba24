// SPDX-License-Identifier: GPL-2.0-or-later
/* cli: parses the options of a table with getopt_long(3). */
#include "common/cli_table.h"

#include <signal.h>
#include <stdio.h>
#include <sys/auxv.h>

#include "base/choice.h"
#include "base/num.h"
#include "base/signame.h"
#include "base/str.h"
#include "common/features.h"
#include "kernel/sys_cap.h"
#include "run/interrupt.h"

/* Appends one option to the tables of getopt_long(3). */
static void add_option(struct cli *c, size_t *n, size_t *nl, int letter, int val, const char *name,
		       const struct cli_opt *o)
{
	c->longs[(*n)++] = (struct option){ name, (int)o->arg, NULL, val };
	if (letter >= CLI_LONG)
		return;
	c->letters[(*nl)++] = (char)letter;
	for (int i = 0; i < (int)o->arg && !(o->flags & CLI_BARE_LETTER); i++)
		c->letters[(*nl)++] = ':';
}

static void add_rows(struct cli *c, size_t *n, size_t *nl, const struct cli_opt *o)
{
	for (; o->help || o->name; o++) {
		if (o->key == CLI_NSTYPES)
			for (int i = 0; i < NSTYPE_COUNT; i++)
				add_option(c, n, nl, nstypes[i].opt, CLI_NSTYPES + i,
					   nstypes[i].longopt, o);
		else if (o->name)
			add_option(c, n, nl, o->key, o->key, o->name, o);
	}
}

void cli_init(struct cli *c, const struct cli_tool *tool, int argc, char **argv)
{
	size_t n = 0, nl = 2;

	/* Let signals end a tool that is process 1, because the tool may block when it opens a FIFO
	 * or reads a stream. A tool that replaces a util-linux tool (tool->peer) can block only if
	 * an option has an argument, so cli_next() calls interrupt_as_init() at such an option. */
	if (!tool->peer)
		interrupt_as_init();
	c->has_argument = false;
	cli_the_tool = tool;
	c->tool = tool;
	c->argc = argc;
	c->argv = argv;
	c->type = NULL;
	c->arg = NULL;
	c->features = c->json = false;
	memset(c->excl_by, 0, sizeof(c->excl_by));
	/* '+': stop at the first argument that is not an option, because the following options
	 * belong to the program; ':': getopt_long(3) prints no errors */
	c->letters[0] = '+';
	c->letters[1] = ':';
	add_rows(c, &n, &nl, tool->opts);
	add_rows(c, &n, &nl, cli_common_opts);
	c->longs[n] = (struct option){ 0 };
	c->letters[nl] = '\0';
	opterr = 0;
	optind = 1;
	if (argc < 1)
		cli_die_usage("empty argument vector");
}

/* Returns the row for a value of getopt_long(3). An option letter without a row is the
 * letter of a namespace type. */
static const struct cli_opt *find_row(struct cli *c, int val)
{
	if (val >= CLI_NSTYPES) {
		c->type = &nstypes[val - CLI_NSTYPES];
		val = CLI_NSTYPES;
	}
	for (const struct cli_opt *o = c->tool->opts; o->help || o->name; o++)
		if (o->name && o->key == val)
			return o;
	if (val < CLI_LONG && nstype_by_opt(val))
		return find_row(c, CLI_NSTYPES + (int)nstype_index(nstype_by_opt(val)));
	return NULL;
}

/* Writes the name of the option to buf, for messages. */
static void option_name(const struct cli *c, const struct cli_opt *o, char *buf, size_t n)
{
	snprintf(buf, n, "--%s", o->key == CLI_NSTYPES ? c->type->longopt : o->name);
}

static void check_exclusive(struct cli *c, const struct cli_opt *o)
{
	char name[24];

	/* most options exclude no others, so save the time for formatting the name */
	if (!o->excl)
		return;
	option_name(c, o, name, sizeof(name));
	for (unsigned bit = 0; bit < 32; bit++) {
		if (!(o->excl & UINT32_C(1) << bit))
			continue;
		if (c->excl_by[bit] && c->excl_by[bit] != o)
			cli_die_usage("%s cannot be used with %s", c->excl_name[bit], name);
		c->excl_by[bit] = o;
		memcpy(c->excl_name[bit], name, sizeof(name));
	}
}

static _Noreturn void bad_option(const struct cli *c, int code)
{
	/* musl sets optind to argc + 1 if the argument of the last short option is missing */
	const char *word = c->argv[optind > 1 ? MIN(optind, c->argc) - 1 : 0];
	bool is_long = str_after(word, "--") && word[2];
	size_t n = strcspn(word, "=");
	struct nserr e = NSERR_INIT;
	struct choice choice;
	unsigned matches = 0;

	if (code == ':' && is_long)
		cli_die_usage("option '%s' requires an argument", word);
	if (code == ':')
		cli_die_usage("option '-%c' requires an argument", optopt);
	if (!is_long)
		cli_die_usage("unknown option '-%c'", optopt);
	if (optopt)
		cli_die_usage("option '%.*s' takes no argument", (int)n, word);
	choice_init(&choice, word + 2, n - 2);
	choice.prefix = "--";
	choice.silent = true;
	for (const struct option *o = c->longs; o->name; o++) {
		matches += strncmp(o->name, word + 2, n - 2) == 0;
		choice_add(&choice, o->name);
	}
	nserr_set(&e, 0, "%s option '%s'", matches > 1 ? "ambiguous" : "unknown", word);
	if (matches <= 1)
		choice_hint(&choice, &e);
	cli_die_usage_nserr(&e);
}

/*
 * Returns true if execve(2) gave this process more privileges than the caller has: by set-user-ID,
 * set-group-ID or file capabilities. getauxval(3) returns the ids at execve(2) without a system
 * call.
 */
static bool is_raised(void)
{
	struct sys_caps caps = { 0 };

	if (getauxval(AT_UID) != getauxval(AT_EUID) || getauxval(AT_GID) != getauxval(AT_EGID))
		return true;
	/* a security module may set AT_SECURE without giving privileges */
	return getauxval(AT_SECURE) && getauxval(AT_EUID) != 0 && sys_cap_get(&caps) == 0 &&
	       caps.permitted != 0;
}

static void end_options(const struct cli *c)
{
	/* the caller controls what the tool does, so refuse privileges that the caller does not
	 * have */
	if (!c->tool->only_tells && is_raised())
		cli_die(0, "cannot run as a setuid or setgid program or with file capabilities");
	if (c->features)
		exit(features_print(c->tool->features, c->json));
	if (c->json)
		cli_die_usage("--json requires --features");
}

/* If the next argument abbreviates an option of the util-linux tool that this tool replaces
 * (tool->peer), puts the full name into argv, because the abbreviation may be ambiguous among all
 * options of this tool. */
static void complete(const struct cli *c)
{
	char *word = optind < c->argc ? c->argv[optind] : NULL, *whole;
	const char *found = NULL;
	size_t n;

	if (!c->tool->peer || !word || !str_after(word, "--") || word[2] == '\0')
		return;
	n = strcspn(word + 2, "=");
	for (const struct option *o = c->longs; o->name; o++)
		if (strncmp(o->name, word + 2, n) == 0 && o->name[n] == '\0')
			return;
	for (const char *const *name = c->tool->peer; *name; name++) {
		if (strncmp(*name, word + 2, n) != 0)
			continue;
		if (found)
			return;
		found = *name;
	}
	if (!found)
		return;
	if (asprintf(&whole, "--%s%s", found, word + 2 + n) < 0)
		cli_die(ENOMEM, "cannot allocate memory for the arguments");
	c->argv[optind] = whole;
}

int cli_next(struct cli *c)
{
	const struct cli_opt *o;
	int val;

	complete(c);
	val = getopt_long(c->argc, c->argv, c->letters, c->longs, NULL);
	switch (val) {
	case -1:
		end_options(c);
		return -1;
	case '?':
	case ':':
		bad_option(c, val);
	case 'h':
		cli_usage(c->tool);
	case 'V':
		cli_version(c->tool);
	default:
		o = find_row(c, val);
	}
	if (o->flags & CLI_OF_FEATURES) {
		*(val == 'J' ? &c->json : &c->features) = true;
		return cli_next(c);
	}
	c->arg = optarg;
	if (optarg && c->tool->peer && !c->has_argument) {
		c->has_argument = true;
		interrupt_as_init();
	}
	check_exclusive(c, o);
	if (optarg && !*optarg && (o->flags & CLI_NOT_EMPTY)) {
		char name[24];

		option_name(c, o, name, sizeof(name));
		cli_die_usage("%s: invalid argument ''", name);
	}
	return o->key;
}

char **cli_rest(const struct cli *c)
{
	return c->argv + optind;
}

uint64_t cli_u64(const char *option, const char *s, uint64_t min, uint64_t max)
{
	uint64_t v;

	if (num_u64(s, min, max, &v) < 0)
		cli_die_usage("%s: invalid number '%s', expected %llu to %llu", option, s,
			      (unsigned long long)min, (unsigned long long)max);
	return v;
}

unsigned cli_word(const char *option, const char *what, const char *s, const char *const *words)
{
	struct nserr e = NSERR_INIT;
	struct choice choice;

	for (unsigned i = 0; words[i]; i++)
		if (streq(s, words[i]))
			return i;
	choice_init(&choice, s, strlen(s));
	for (unsigned i = 0; words[i]; i++)
		choice_add(&choice, words[i]);
	choice_unknown(&choice, what, &e);
	nserr_prefix(&e, "%s", option);
	cli_die_usage_nserr(&e);
}

int cli_signal(const char *option, const char *s, size_t n)
{
	int sig = signame_parse(s, n);

	struct nserr e = NSERR_INIT;
	struct choice choice;
	char name[SIGNAME_SIZE];

	if (sig >= 0)
		return sig;
	nserr_set(&e, 0, "%s: invalid signal '%.*s'", option, (int)MIN(n, 64u), s);
	if (n > 3 && str_same_name(s, "SIG", 3)) {
		s += 3;
		n -= 3;
	}
	choice_init(&choice, s, n);
	for (int i = 1; i < SIGRTMIN; i++)
		choice_add(&choice, signame_format(i, name));
	choice_hint(&choice, &e);
	cli_die_usage_nserr(&e);
}
