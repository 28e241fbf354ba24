// SPDX-License-Identifier: GPL-2.0-or-later
#include "nsenter2/nsenter2.h"
#include "tool.h"

static char *no_program[] = { NULL };
static char *program[] = { (char *)"true", NULL };

/* Returns the values of all options for an empty command line. */
static struct opts bare(void)
{
	return (struct opts){ .net_socket = -1, .argv = no_program };
}

/* Returns the message of check_opts(), or "" if it accepts the options. */
static const char *said(const struct opts *o)
{
	static struct nserr e;

	e = NSERR_INIT;
	return unit_error(check_opts(o, &e), &e);
}

/* Checks that check_opts() refuses the options with this message, and that it accepts them after a
 * target has been added. */
static void check_needs_target(struct opts o, const char *message)
{
	CHECK_STR(said(&o), message);
	o.target = "1";
	CHECK_STR(said(&o), "");
}

static void no_option_is_required(void)
{
	struct opts o = bare();

	CHECK_STR(said(&o), "");
}

static void type_without_file_needs_target(void)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		struct opts o = bare();
		char message[64];

		snprintf(message, sizeof(message), "--%s requires --target", nstypes[i].longopt);
		o.types = nstypes[i].flag;
		check_needs_target(o, message);
		o.files[i] = "/file";
		CHECK_STR(said(&o), "");
	}
}

static void options_about_the_target_need_target(void)
{
	struct opts o = bare();

	o.all = true;
	check_needs_target(o, "--all requires --target");
	o = bare();
	o.net_socket = 0;
	check_needs_target(o, "--net-socket requires --target");
	o = bare();
	o.context = true;
	check_needs_target(o, "--follow-context requires --target");
}

static void directory_of_the_target_needs_target(void)
{
	struct opts o = bare();

	o.root.from = DIR_TARGET;
	check_needs_target(o, "--root requires --target");
	o.root.from = DIR_PATH;
	CHECK_STR(said(&o), "");
	o.wd.from = DIR_TARGET;
	check_needs_target(o, "--wd requires --target");
	o.wd.from = DIR_PATH;
	CHECK_STR(said(&o), "");
}

static void message_names_follow_instead_of_the_directory(void)
{
	struct opts o = bare();

	o.follow = FOLLOW_ROOT | FOLLOW_CWD;
	o.root.from = o.wd.from = DIR_TARGET;
	check_needs_target(o, "--follow requires --target");
}

static void user_parent_requires_another_namespace(void)
{
	struct opts o = bare();

	o.user_parent = true;
	check_needs_target(o, "--user-parent requires --target or another namespace option");
	o.types = CLONE_NEWNET;
	o.files[NSTYPE_NET] = "/file";
	CHECK_STR(said(&o), "");
}

static void options_of_each_require_each(void)
{
	struct opts o = bare();

	o.argv = program;
	o.each.parallel = 1;
	CHECK_STR(said(&o), "--parallel requires --each");
	o.each = (struct each_opt){ .prefix = true };
	CHECK_STR(said(&o), "--prefix requires --each");
	o.each = (struct each_opt){ .nul = true };
	CHECK_STR(said(&o), "--null requires --each");
	o.each = (struct each_opt){ .on = true, .parallel = 1, .prefix = true, .nul = true };
	CHECK_STR(said(&o), "");
}

static void each_needs_program_but_no_target(void)
{
	struct opts o = bare();

	o.each.on = true;
	o.all = o.user_parent = true;
	o.follow = FOLLOW_ALL;
	CHECK_STR(said(&o), "--each requires a program");
	o.argv = program;
	CHECK_STR(said(&o), "");
}

static void each_refuses_handles_for_a_single_program(void)
{
	struct opts o = bare();

	o.argv = program;
	o.reports = true;
	CHECK_STR(said(&o), "");
	o.each.on = true;
	CHECK_STR(said(&o), "--ready-fd, --status-fd and --pid-file cannot be used with --each");
}

UNIT_MAIN(CASE(no_option_is_required), CASE(type_without_file_needs_target),
	  CASE(options_about_the_target_need_target), CASE(directory_of_the_target_needs_target),
	  CASE(message_names_follow_instead_of_the_directory),
	  CASE(user_parent_requires_another_namespace), CASE(options_of_each_require_each),
	  CASE(each_needs_program_but_no_target), CASE(each_refuses_handles_for_a_single_program))
