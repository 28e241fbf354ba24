// SPDX-License-Identifier: GPL-2.0-or-later
/* test-common: checks the parser of options, verbs, tables and colours with a tool that the test
 * defines, because no real tool has all kinds of options. */
#include "common/color.h"
#include "common/features.h"
#include "common/handle_opts.h"
#include "common/table.h"
#include "common/verb.h"
#include "run/handle.h"
#include "tool.h"

enum { OPT_HIDDEN = CLI_LONG, OPT_SIGNAL, OPT_EMPTY };

/* clang-format off */
static const struct cli_opt rows[] = {
	{ 'a',        "all",    CLI_NONE,   NULL,      "take all" },
	{ 'd',        "home",   CLI_ARG,    "<dir>",   "use this directory" },
	{ 'v',        "verify", CLI_NONE,   NULL,      "verify everything" },
	{ OPT_HIDDEN, "old",    CLI_NONE,   NULL,      NULL },
	{ 0,          NULL,     CLI_NONE,   NULL,      "Signals" },
	{ OPT_SIGNAL, "signal", CLI_ARG,    "<name>",  "send this signal" },
	{ OPT_EMPTY,  "name",   CLI_OPTARG, "<name>",  "use this name", 0, CLI_NOT_EMPTY },
	{ 0 },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "tool",
	.synopsis = { "[options]", "--old" },
	.purpose = "Do nothing.",
	.opts = rows,
	.failed = CLI_EXIT_OWN,
	.only_tells = true,
};

/* The command line that the functions below parse, without the name of the tool. */
static const char *const *words;
static char *argv[80];
static int argc;

static void set_argv(void)
{
	argv[0] = (char *)"tool";
	for (argc = 1; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	argv[argc] = NULL;
}

/* Prints the key and the argument of each option, and then the remaining arguments. */
static void print_options(void)
{
	struct cli c;
	int key;

	set_argv();
	cli_init(&c, &tool, argc, argv);
	while ((key = cli_next(&c)) != -1) {
		if (key == OPT_SIGNAL)
			printf("signal %d ", cli_signal("--signal", c.arg, strlen(c.arg)));
		else
			printf("%d%s%s ", key, c.arg ? "=" : "", c.arg ? c.arg : "");
	}
	for (char **rest = cli_rest(&c); *rest; rest++)
		printf("[%s]", *rest);
}

static const char *parsed(const char *const *line, int status)
{
	const char *text;

	words = line;
	text = tool_output(print_options);
	CHECK_INT(tool_status, status);
	return text;
}

static void each_tool_has_help_and_version(void)
{
	CHECK_STR(parsed(LINE("-d", "/x", "-v", "-a"), 0), "100=/x 118 97 ");
	CHECK(strstr(parsed(LINE("-ah"), 0), "Usage:\n tool [options]\n tool --old\n"));
	CHECK(str_after(parsed(LINE("-V"), 0), "tool from "));
	CHECK(strstr(parsed(LINE("--help"), 0), "Usage:\n tool [options]\n tool --old\n"));
	CHECK(str_after(parsed(LINE("--version"), 0), "tool from "));
}

static void an_option_without_help_is_accepted_but_not_listed(void)
{
	CHECK_STR(parsed(LINE("--old", "x", "-a"), 0), "256 [x][-a]");
	CHECK(strstr(parsed(LINE("--help"), 0), "--signal <name>"));
	CHECK(strstr(parsed(LINE("--help"), 0), "\nSignals:\n"));
	CHECK(!strstr(parsed(LINE("--help"), 0), "    --old"));
}

static void refuses_invalid_command_lines(void)
{
	static const struct {
		const char *const words[3];
		const char *message;
	} bad[] = {
		{ { "-x" }, "tool: unknown option '-x'" },
		{ { "-ax" }, "tool: unknown option '-x'" },
		{ { "-xa" }, "tool: unknown option '-x'" },
		{ { "a", "-x" }, NULL },
		{ { "-d" }, "tool: option '-d' requires an argument" },
		{ { "-ad" }, "tool: option '-d' requires an argument" },
		{ { "--home" }, "tool: option '--home' requires an argument" },
		{ { "--all=1" }, "tool: option '--all' takes no argument" },
		{ { "--nam" }, NULL },
		{ { "--x" }, "tool: unknown option '--x'" },
		{ { "--name=" }, "tool: --name: invalid argument ''" },
		{ { "--ver" }, "tool: ambiguous option '--ver'" },
		{ { "--signal=SIGNOPE" }, "tool: --signal: invalid signal 'SIGNOPE'" },
		{ { "--signal=SIG" }, "tool: --signal: invalid signal 'SIG'" },
		/* a message contains at most 64 bytes of the argument */
		{ { "--signal="
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxyyy" },
		  "tool: --signal: invalid signal "
		  "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *text = parsed(bad[i].words, bad[i].message ? 125 : 0);

		if (bad[i].message && !str_after(text, bad[i].message))
			CHECK_STR(text, bad[i].message);
	}
	CHECK_STR(parsed(LINE("--signal", "TERM", "--signal=9"), 0), "signal 15 signal 9 ");
	/* the hint ignores the prefix SIG */
	for (const char *const *near =
		     LINE("--signal=TREM", "--signal=sigTREM", "--signal=SIGTREM");
	     *near; near++)
		CHECK(strstr(parsed((const char *const[]){ *near, NULL }, 125),
			     "\nhint: did you mean TERM?"));
}

static void parse_nothing(void)
{
	struct cli c;

	argv[0] = NULL;
	cli_init(&c, &tool, 0, argv);
}

static void refuses_an_empty_argument_vector(void)
{
	CHECK(str_after(tool_output(parse_nothing), "tool: empty argument vector"));
	CHECK_INT(tool_status, 125);
}

/* ---- Verbs */

static int print_verb(int n, char **v)
{
	printf("verb %s with %d arguments", v[0], n - 1);
	return 0;
}

static void run_verb(void)
{
	static const struct verb verbs[] = { { "show", print_verb, "show it" },
					     { "hide", print_verb, "hide it" } };

	set_argv();
	(void)!verb_main(&tool, verbs, ARRAY_SIZE(verbs), argc, argv, "missing verb");
}

static void options_may_precede_a_missing_verb(void)
{
	words = LINE("hide", "-a");
	CHECK_STR(tool_output(run_verb), "verb hide with 1 arguments");
	words = LINE("-a", "-v");
	CHECK(str_after(tool_output(run_verb), "tool: missing verb\n"));
	CHECK_INT(tool_status, 125);
	words = LINE("-a", "hid");
	CHECK(str_after(tool_output(run_verb), "tool: unknown verb 'hid'\n"));
	words = LINE("--help");
	CHECK(strstr(tool_output(run_verb), "show it"));
	CHECK_INT(tool_status, 0);
}

static int most; /* the largest number of arguments of the verb */

/* Parses the arguments of a verb, of which the verb needs at least one. */
static void parse_words(void)
{
	struct words w = { 0 };
	struct cli c;
	int key;

	set_argv();
	cli_init(&c, &tool, argc, argv);
	while ((key = verb_next(&c, &w)) != -1)
		printf("-%c ", key);
	printf("%d+%s ", w.n, w.program ? w.program[0] : "none");
	if (most > 0)
		verb_count(&w, 1, most, " <file>");
	for (char **s = verb_all_words(&w); *s; s++)
		printf("[%s]", *s);
}

static const char *words_of(const char *const *line, int max, int status)
{
	const char *text;

	words = line;
	most = max;
	text = tool_output(parse_words);
	CHECK_INT(tool_status, status);
	return text;
}

static void words_may_precede_options(void)
{
	CHECK_STR(words_of(LINE("x", "-a", "y"), 0, 0), "-a 2+none [x][y]");
	CHECK_STR(words_of(LINE("x", "--", "-a", "y"), 0, 0), "1+-a [x][-a][y]");
	/* a "--" at the end is followed by no program */
	CHECK_STR(words_of(LINE("x", "--"), 0, 0), "1+none [x]");
	CHECK_STR(words_of(LINE("x", "y"), 2, 0), "2+none [x][y]");
	CHECK(strstr(words_of(LINE("x", "y", "z"), 2, 125), "unexpected argument 'z'"));
	CHECK(strstr(words_of(LINE("-a"), 2, 125), "missing argument <file>"));
	/* a verb without a program counts the words after "--" */
	CHECK_STR(words_of(LINE("x", "--", "-a"), 2, 0), "1+-a [x][-a]");
	CHECK(strstr(words_of(LINE("x", "--", "y"), 1, 125), "unexpected argument 'y'"));
}

/* ---- Descriptors to keep */

static void each_kept_descriptor_is_counted_once(void)
{
	struct handle h = { .nkeep = 0 };
	struct nserr e = NSERR_INIT;
	char number[16];

	CHECK_INT(handle_option(&h, HANDLE_KEY_KEEP_FD, "2", &e), 1);
	CHECK_INT(handle_option(&h, HANDLE_KEY_KEEP_FD, "0", &e), 1);
	CHECK_INT(handle_option(&h, HANDLE_KEY_KEEP_FD, "1", &e), 1);
	CHECK_INT(handle_option(&h, HANDLE_KEY_KEEP_FD, "1", &e), 1);
	CHECK_INT(h.nkeep, 3);
	CHECK(h.keep[0] == 0 && h.keep[1] == 1 && h.keep[2] == 2);
	for (int fd = 100; h.nkeep < HANDLE_KEEP_MAX; fd++) {
		CHECK(dup2(1, fd) == fd);
		snprintf(number, sizeof(number), "%d", fd);
		CHECK_INT(handle_option(&h, HANDLE_KEY_KEEP_FD, number, &e), 1);
	}
	CHECK_INT(handle_option(&h, HANDLE_KEY_KEEP_FD, "100", &e), 1);
	CHECK(dup2(1, 99) == 99);
	CHECK(handle_option(&h, HANDLE_KEY_KEEP_FD, "99", &e) < 0);
	snprintf(number, sizeof(number), "%d", HANDLE_KEEP_MAX);
	CHECK(str_after(e.what, "--keep-fd: cannot keep more than ") && strstr(e.what, number));
	for (int fd = 99; fd < 100 + HANDLE_KEEP_MAX; fd++)
		close(fd);
}

/* ---- Tables */

static void print_table(void)
{
	static const struct table_col columns[] = { { .name = "NAME" },
						    { .name = "SIZE", .right = true } };
	struct table t;
	struct cli c;

	set_argv();
	cli_init(&c, &tool, argc, argv);
	table_init(&t, columns, 2, "NAME,SIZE");
	for (const char *const *word = words; *word; word += 2)
		table_option(&t, *word[0], word[1]);
	table_cell(&t, "a b");
	table_cell_u64(&t, 12);
	table_cell(&t, "");
	table_cell(&t, NULL);
	table_cell(&t, "c\n");
	table_cell(&t, "many");
	table_print(&t, "rows");
}

static void only_numbers_are_numbers_in_json(void)
{
	words = LINE("J", "");
	CHECK(strstr(tool_output(print_table), "12") != NULL);
	CHECK(!strstr(tool_output(print_table), "\"12\""));
	CHECK(strstr(tool_output(print_table), "\"many\""));
	CHECK(strstr(tool_output(print_table), "null"));
	words = LINE("r", "");
	CHECK_STR(tool_output(print_table), "NAME SIZE\na\\x20b 12\n- -\nc\\x0a many\n");
	words = LINE("n", "");
	CHECK_STR(tool_output(print_table), "a b     12\n         -\nc\\x0a many\n");
}

static const char *columns_of(const char *list)
{
	words = LINE("o", list);
	return tool_output(print_table);
}

static void columns_are_replaced_or_added(void)
{
	CHECK_STR(columns_of("SIZE"), "SIZE\n  12\n   -\nmany\n");
	CHECK_STR(columns_of("name"), "NAME\na b\n\nc\\x0a\n");
	CHECK_STR(columns_of("+SIZE"), "NAME  SIZE SIZE\na b     12   12\n         -    -\n"
				       "c\\x0a many many\n");
	CHECK_STR(columns_of("size,NAME"), "SIZE NAME\n  12 a b\n   - \nmany c\\x0a\n");
	for (const char *const *bad = LINE("SIZ", "SIZES", "", "SIZE,", "+"); *bad; bad++) {
		CHECK(str_after(columns_of(*bad), "tool: unknown column '"));
		CHECK_INT(tool_status, 125);
	}
}

static void an_incomplete_table_has_status_3_only_with_strict(void)
{
	struct table t = { .complete = true };

	CHECK_INT(table_status(&t, 1), 1);
	t.complete = false;
	CHECK_INT(table_status(&t, 1), 1);
	table_option(&t, TABLE_STRICT, NULL);
	CHECK_INT(table_status(&t, 1), CLI_EXIT_INCOMPLETE);
	t.complete = true;
	CHECK_INT(table_status(&t, 1), 1);
}

/* ---- Features and messages */

static int try_feature(uint64_t arg)
{
	return arg == 7 ? 0 : -EINVAL;
}

static void add_features(struct features *f)
{
	static const struct feature yes = { "first", try_feature, 7, false },
				    no = { "second", try_feature, 8, false };

	features_add(f, &yes);
	features_add(f, &no);
}

static void print_features(void)
{
	struct cli c;

	set_argv();
	cli_init(&c, &tool, argc, argv);
	features_print(add_features, *words[0] == 'J');
}

static void features_are_lines_or_json(void)
{
	words = LINE("-");
	CHECK_STR(tool_output(print_features), "first                      yes\n"
					       "second                     no\n");
	words = LINE("J");
	CHECK_STR(tool_output(print_features), "{\n   \"first\": true,\n   \"second\": false\n}\n");
}

static void print_messages(void)
{
	static const struct cli_tool verb = {
		.name = "tool verb", .synopsis = { "" }, .opts = rows, .failed = 7
	};
	struct nserr e = NSERR_INIT;
	struct cli c;

	set_argv();
	cli_init(&c, &verb, argc, argv);
	cli_warn(0, "one %d", 1);
	cli_warn(-ENOENT, "two\n");
	nserr_set(&e, EPERM, "three");
	nserr_hint(&e, "four\033");
	cli_warn_nserr(&e);
	CHECK_INT(cli_status(&e), 7);
	e.status = 9;
	CHECK_INT(cli_status(&e), 9);
	switch (*words[0]) {
	case 'd':
		cli_die(EACCES, "five");
	case 'n':
		cli_die_nserr(&e);
	case 'u':
		cli_die_usage("six");
	default:
		cli_die_usage_nserr(&e);
	}
}

static void messages_begin_with_the_tool_and_end_with_the_errno(void)
{
#define WARNINGS "tool: one 1\ntool: two\\x0a: No such file or directory\n" ERROR
#define ERROR    "tool: three: Operation not permitted\nhint: four\\x1b\n"
	words = LINE("d");
	CHECK_STR(tool_output(print_messages), WARNINGS "tool: five: Permission denied\n");
	CHECK_INT(tool_status, 7);
	words = LINE("n");
	CHECK_STR(tool_output(print_messages), WARNINGS ERROR);
	CHECK_INT(tool_status, 9);
	words = LINE("u");
	CHECK_STR(tool_output(print_messages),
		  WARNINGS "tool: six\nTry 'tool verb --help' for more information.\n");
	CHECK_INT(tool_status, 7);
	words = LINE("e");
	CHECK_STR(tool_output(print_messages),
		  WARNINGS ERROR "Try 'tool verb --help' for more information.\n");
	CHECK_INT(tool_status, 7);
}

/* ---- Colours */

static char config[UNIT_DIR_SIZE];
static int config_dir;

/* Returns the colour of the element "orphan", and frees the previous one. */
static const char *orphan_color(void)
{
	static char *color;

	free(color);
	color = color_of("nslist", "orphan", "default");
	return color;
}

static void put_scheme(const char *name, const char *text)
{
	char file[128];

	snprintf(file, sizeof(file), "terminal-colors.d/%s", name);
	unit_file(config_dir, file, text);
}

static void begin_colors(void)
{
	config_dir = unit_directory(config);
	setenv("XDG_CONFIG_HOME", config, 1);
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
}

static void end_colors(void)
{
	close(config_dir);
	unit_remove(config);
	unsetenv("XDG_CONFIG_HOME");
}

/* terminal-colors.d(5): the most specific file is used. */
static void the_most_specific_scheme_is_used(void)
{
	/* each file is more specific than those before it, or for another tool or terminal */
	static const struct {
		const char *name, *text, *color;
	} files[] = {
		{ "other.scheme", "orphan red\n", "default" },
		{ "nslisx.scheme", "orphan red\n", "default" },
		{ "@vt100.scheme", "orphan red\n", "default" },
		{ "@xterx.scheme", "orphan red\n", "default" },
		{ "nslist@vt100.scheme", "orphan red\n", "default" },
		{ "scheme.x", "orphan red\n", "default" },
		{ "scheme", "orphan cyan\n", "cyan" },
		{ "@xterm.scheme", "orphan blue\n", "blue" },
		{ "nslist.scheme", "orphan green\n", "green" },
		{ "nslist@xterm.scheme", "orphan brown\n", "brown" },
	};

	begin_colors();
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		put_scheme(files[i].name, files[i].text);
		CHECK_STR(orphan_color(), files[i].color);
	}
	/* without a terminal, the files of a terminal do not count */
	unsetenv("TERM");
	CHECK_STR(orphan_color(), "green");
	end_colors();
}

static void a_scheme_has_names_and_sequences(void)
{
	static const struct {
		const char *text, *color;
	} lines[] = {
		{ "", "default" },
		{ "orphan\n", "default" },
		{ "orphan \n", "default" },
		{ "orphan #\n", "default" },
		{ "orphans red\n", "default" },
		{ "#orphan red\n", "default" },
		{ "orphan red", "red" },
		{ "self blue\norphan \t \tred # comment\norphan blue\n", "red" },
		{ "orphan\tred\r\n", "red" },
		{ "orphan 1;31\n", "\033[1;31m" },
		{ "orphan 1;x\n", "1;x" },
	};

	begin_colors();
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		put_scheme("nslist.scheme", lines[i].text);
		CHECK_STR(orphan_color(), lines[i].color);
	}
	end_colors();
}

static void the_directory_of_the_user_is_found_in_the_home_directory(void)
{
	char home[UNIT_PATH_SIZE];

	begin_colors();
	unit_file(config_dir, ".config/terminal-colors.d/nslist.scheme", "orphan red\n");
	setenv("HOME", config, 1);
	CHECK_STR(orphan_color(), "default");
	setenv("XDG_CONFIG_HOME", "", 1);
	CHECK_STR(orphan_color(), "red");
	unsetenv("XDG_CONFIG_HOME");
	CHECK_STR(orphan_color(), "red");
	setenv("HOME", "", 1);
	CHECK_STR(orphan_color(), "default");
	unsetenv("HOME");
	CHECK_STR(orphan_color(), "default");
	snprintf(home, sizeof(home), "%s/.config", config);
	setenv("XDG_CONFIG_HOME", home, 1);
	CHECK_STR(orphan_color(), "red");
	end_colors();
}

/* Writes "yes" or "no" to standard error. Standard output is a terminal. */
static void print_wish(void)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave = -1;

	if (terminal >= 0 && unlockpt(terminal) == 0)
		slave = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0 || dup2(slave, 1) < 0)
		_exit(99);
	dprintf(2, color_is_wanted(COLOR_AUTO, "nslist") ? "yes" : "no");
}

static void a_terminal_is_coloured_unless_the_user_disables_it(void)
{
	begin_colors();
	CHECK(!color_is_wanted(COLOR_NEVER, "nslist") && color_is_wanted(COLOR_ALWAYS, "nslist"));
	CHECK_STR(tool_output(print_wish), "yes");
	setenv("NO_COLOR", "", 1);
	CHECK_STR(tool_output(print_wish), "yes");
	setenv("NO_COLOR", "1", 1);
	CHECK_STR(tool_output(print_wish), "no");
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	CHECK_STR(tool_output(print_wish), "no");
	unsetenv("TERM");
	CHECK_STR(tool_output(print_wish), "no");
	setenv("TERM", "xterm", 1);
	put_scheme("disable", "");
	CHECK_STR(tool_output(print_wish), "no");
	put_scheme("nslist.enable", "");
	CHECK_STR(tool_output(print_wish), "yes");
	put_scheme("nslist@xterm.disable", "");
	CHECK_STR(tool_output(print_wish), "no");
	end_colors();
}

UNIT_MAIN(CASE(each_tool_has_help_and_version),
	  CASE(an_option_without_help_is_accepted_but_not_listed),
	  CASE(refuses_invalid_command_lines), CASE(refuses_an_empty_argument_vector),
	  CASE(options_may_precede_a_missing_verb), CASE(words_may_precede_options),
	  CASE(each_kept_descriptor_is_counted_once), CASE(only_numbers_are_numbers_in_json),
	  CASE(columns_are_replaced_or_added),
	  CASE(an_incomplete_table_has_status_3_only_with_strict), CASE(features_are_lines_or_json),
	  CASE(messages_begin_with_the_tool_and_end_with_the_errno),
	  CASE(the_most_specific_scheme_is_used), CASE(a_scheme_has_names_and_sequences),
	  CASE(the_directory_of_the_user_is_found_in_the_home_directory),
	  CASE(a_terminal_is_coloured_unless_the_user_disables_it))
