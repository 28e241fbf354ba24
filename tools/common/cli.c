// SPDX-License-Identifier: GPL-2.0-or-later
/* cli: option tables over getopt_long(3), usage made from the same rows, messages. */
#include "common/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/auxv.h>

#include "base/file.h"
#include "base/num.h"
#include "base/signame.h"
#include "base/str.h"
#include "kernel/sys_cap.h"

BIND_EARLY(getopt_long)

static const struct cli_tool *the_tool;

/* Rows that every tool has, last in table, usage and man page. */
static const struct cli_opt common_opts[] = {
	{ 'h', "help", CLI_NONE, NULL, "display this help" },
	{ 'V', "version", CLI_NONE, NULL, "display version" },
	{ 0 },
};

static void message(const char *what, int err, const char *hint)
{
	/* each byte may become four; a terminal gets no control byte from here */
	char line[4 * (sizeof(((struct nserr *)0)->what) * 2 + 160)];
	size_t n, size = sizeof(line) - 2;

	/* a verb ("nsidmap plan") speaks for its tool */
	n = str_escape(line, size, the_tool->name, strcspn(the_tool->name, " "));
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
	/* nothing sensible is left to do when standard error is closed */
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
	exit(the_tool->failed);
}

int cli_status(const struct nserr *e)
{
	return e->status ? e->status : the_tool->failed;
}

void cli_die_nserr(const struct nserr *e)
{
	cli_warn_nserr(e);
	exit(cli_status(e));
}

void cli_die_usage(const char *fmt, ...)
{
	char help[160];
	va_list ap;

	va_start(ap, fmt);
	vmessage(0, fmt, ap);
	va_end(ap);
	snprintf(help, sizeof(help), "Try '%s --help' for more information.\n", the_tool->name);
	(void)!file_write_all(2, help, strlen(help));
	exit(the_tool->failed);
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

static _Noreturn void usage(const struct cli_tool *tool)
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
	usage_rows(&b, common_opts);
	if (tool->notes)
		buf_printf(&b, "\n%s\n", tool->notes);
	/* the page of "nsidmap plan" is nsidmap(1) */
	buf_printf(&b, "\nFor more details see %.*s(1).\n", (int)strcspn(tool->name, " "),
		   tool->name);
	cli_print(&b);
	exit(0);
}

static _Noreturn void version(const struct cli_tool *tool)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%.*s from %s\n", (int)strcspn(tool->name, " "), tool->name, PACKAGE_STRING);
	cli_print(&b);
	exit(0);
}

/* Appends one option to what getopt_long(3) wants. */
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

	the_tool = tool;
	c->tool = tool;
	c->argc = argc;
	c->argv = argv;
	c->type = NULL;
	c->arg = NULL;
	c->features = c->json = false;
	memset(c->excl_by, 0, sizeof(c->excl_by));
	/* '+': never permute, the program's options are its own; ':': we word the errors */
	c->letters[0] = '+';
	c->letters[1] = ':';
	add_rows(c, &n, &nl, tool->opts);
	add_rows(c, &n, &nl, common_opts);
	c->longs[n] = (struct option){ 0 };
	c->letters[nl] = '\0';
	opterr = 0;
	optind = 1;
	if (argc < 1)
		cli_die_usage("empty argument vector");
}

/* The row of a value that getopt_long(3) returned; a letter that no row has is that of a type. */
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

/* The name as the user may write it, for messages. */
static void option_name(const struct cli *c, const struct cli_opt *o, char *buf, size_t n)
{
	snprintf(buf, n, "--%s", o->key == CLI_NSTYPES ? c->type->longopt : o->name);
}

static void check_exclusive(struct cli *c, const struct cli_opt *o)
{
	char name[24];

	/* most options exclude none, and a start is not to pay for printf(3) */
	if (!o->excl)
		return;
	option_name(c, o, name, sizeof(name));
	for (unsigned bit = 0; bit < 32; bit++) {
		if (!(o->excl & UINT32_C(1) << bit))
			continue;
		if (c->excl_by[bit] && c->excl_by[bit] != o)
			cli_die_usage("options %s and %s exclude each other", c->excl_name[bit],
				      name);
		c->excl_by[bit] = o;
		memcpy(c->excl_name[bit], name, sizeof(name));
	}
}

static _Noreturn void bad_option(const struct cli *c, int code)
{
	const char *word = c->argv[optind > 1 ? optind - 1 : 0];
	bool is_long = str_after(word, "--") && word[2];
	size_t n = strcspn(word, "=");
	unsigned matches = 0;

	if (code == ':' && is_long)
		cli_die_usage("option '%s' requires an argument", word);
	if (code == ':')
		cli_die_usage("option '-%c' requires an argument", optopt);
	if (!is_long)
		cli_die_usage("unknown option '-%c'", optopt);
	if (optopt)
		cli_die_usage("option '%.*s' takes no argument", (int)n, word);
	for (const struct option *o = c->longs; o->name; o++)
		matches += strncmp(o->name, word + 2, n - 2) == 0;
	cli_die_usage("%s option '%s'", matches > 1 ? "ambiguous" : "unknown", word);
}

/*
 * Whether the executing of us gave us more than the caller has: set-user-ID, set-group-ID or file
 * capabilities. The ids are those of the exec, getauxval(3), so no call has to ask for them.
 */
static bool is_raised(void)
{
	struct sys_caps caps = { 0 };

	if (getauxval(AT_UID) != getauxval(AT_EUID) || getauxval(AT_GID) != getauxval(AT_EGID))
		return true;
	/* a security module may ask for the same care, and has given nothing */
	return getauxval(AT_SECURE) && getauxval(AT_EUID) != 0 && sys_cap_get(&caps) == 0 &&
	       caps.permitted != 0;
}

static void end_options(const struct cli *c)
{
	/* what is done with its privilege is the caller's to say: so it must be his */
	if (!c->tool->only_tells && is_raised())
		cli_die(0, "does not run setuid, setgid or with file capabilities");
	if (c->features)
		exit(cli_features(c->tool->features, c->tool->nfeatures, c->json));
	if (c->json)
		cli_die_usage("--json is for --features");
}

int cli_next(struct cli *c)
{
	int val = getopt_long(c->argc, c->argv, c->letters, c->longs, NULL);
	const struct cli_opt *o;

	switch (val) {
	case -1:
		end_options(c);
		return -1;
	case '?':
	case ':':
		bad_option(c, val);
	case 'h':
	case 'V':
		o = find_row(c, val);
		if (o)
			break; /* the tool gives the letter a meaning of its own */
		if (val == 'h')
			usage(c->tool);
		version(c->tool);
	default:
		o = find_row(c, val);
	}
	if (o->flags & CLI_OF_FEATURES) {
		*(val == 'J' ? &c->json : &c->features) = true;
		return cli_next(c);
	}
	c->arg = optarg;
	check_exclusive(c, o);
	return o->key;
}

char **cli_rest(const struct cli *c)
{
	return c->argv + optind;
}

uint64_t cli_u64(const char *option, const char *s, uint64_t min, uint64_t max)
{
	uint64_t v;
	int rc = num_u64(s, min, max, &v);

	if (rc == -ERANGE)
		cli_die_usage("%s: '%s' is not between %llu and %llu", option, s,
			      (unsigned long long)min, (unsigned long long)max);
	if (rc < 0)
		cli_die_usage("%s: '%s' is not a number", option, s);
	return v;
}

int cli_signal(const char *option, const char *s, size_t n)
{
	int sig = signame_parse(s, n);

	if (sig < 0)
		cli_die_usage("%s: '%.*s' is not a signal", option, (int)n, s);
	return sig;
}

int cli_features(const enum feature *list, size_t n, bool json)
{
	struct buf out = BUF_INIT;

	feature_format(list, n, json, &out);
	cli_print(&out);
	return 0;
}
