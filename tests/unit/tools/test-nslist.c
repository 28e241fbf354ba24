// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nslist: checks which options of nslist can be combined. */
#include "nslist/nslist.h"
#include "tool.h"

static char inode[] = "net:4026531840";
static char *no_words[] = { NULL };
static char *one_word[] = { inode, NULL };

/* Returns the message of check_opts() for these references, or "" if it accepts the options. */
static const char *message(struct opts o, const char *first, const char *second)
{
	static struct nserr e;
	struct nsref refs[2];

	e = NSERR_INIT;
	o.refs = refs;
	if (first)
		CHECK_INT(nsref_parse(first, &refs[o.n_refs++], &e), 0);
	if (second)
		CHECK_INT(nsref_parse(second, &refs[o.n_refs++], &e), 0);
	return unit_error(check_opts(&o, &e), &e);
}

static void accepts_references_in_the_default_view(void)
{
	CHECK_STR(message((struct opts){ .rest = no_words }, NULL, NULL), "");
	CHECK_STR(message((struct opts){ .rest = one_word }, inode, NULL), "");
	CHECK_STR(message((struct opts){ .rest = no_words, .task = "1" }, "1", NULL), "");
}

static void refuses_task_with_references_or_another_view(void)
{
	CHECK_STR(message((struct opts){ .rest = one_word, .task = "1" }, "1", inode),
		  "--task cannot be used with a <ref> argument");
	CHECK_STR(message(
			  (struct opts){
				  .rest = no_words, .task = "1", .view = NSLIST_SHOW, .of = inode },
			  inode, "1"),
		  "--task cannot be used with --show, --members, --diff or --caps");
}

static void diff_requires_two_processes(void)
{
	struct opts o = { .rest = no_words, .view = NSLIST_DIFF, .of = "1" };

	CHECK_STR(message(o, "1", "2"), "");
	CHECK_STR(message(o, "1", NULL), "--diff requires two processes");
	CHECK_STR(message(o, "1", inode), "--diff requires two processes");
	CHECK_STR(message(o, inode, "2"), "--diff requires two processes");
}

static void show_requires_one_namespace(void)
{
	struct opts o = { .rest = no_words, .view = NSLIST_SHOW, .of = "7" };

	CHECK_STR(message(o, "7", NULL),
		  "missing namespace type for process '7' (for example -t net)");
	o.of_type = &nstypes[NSTYPE_NET];
	CHECK_STR(message(o, "7", NULL), "");
	o.rest = one_word;
	CHECK_STR(message(o, "7", inode), "unexpected argument 'net:4026531840'");
}

static void limits_and_features_take_no_references(void)
{
	struct opts o = { .rest = one_word, .view = NSLIST_LIMITS };

	CHECK_STR(message(o, inode, NULL), "unexpected argument 'net:4026531840'");
	o.view = NSLIST_FEATURES;
	CHECK_STR(message(o, inode, NULL), "unexpected argument 'net:4026531840'");
}

static void caps_requires_a_process_and_a_namespace(void)
{
	struct opts o = { .rest = no_words, .view = NSLIST_CAPS, .of = "1" };

	CHECK_STR(message(o, "1", inode), "");
	CHECK_STR(message(o, "1", "2"), "");
	CHECK_STR(message(o, "1", NULL), "--caps requires a process and a namespace");
	CHECK_STR(message(o, inode, "2"), "--caps requires a process and a namespace");
}

static void all_requires_containers(void)
{
	struct opts o = { .rest = no_words, .all = true };

	CHECK_STR(message(o, NULL, NULL), "--all requires --containers");
	o.view = NSLIST_CONTAINERS;
	CHECK_STR(message(o, NULL, NULL), "");
}

static void find_and_stale_take_no_references(void)
{
	struct opts o = { .rest = one_word, .view = NSLIST_FIND };

	CHECK_STR(message(o, inode, NULL), "unexpected argument 'net:4026531840'");
	o.view = NSLIST_STALE;
	CHECK_STR(message(o, inode, NULL), "unexpected argument 'net:4026531840'");
}

UNIT_MAIN(CASE(accepts_references_in_the_default_view),
	  CASE(refuses_task_with_references_or_another_view), CASE(diff_requires_two_processes),
	  CASE(show_requires_one_namespace), CASE(limits_and_features_take_no_references),
	  CASE(caps_requires_a_process_and_a_namespace), CASE(all_requires_containers),
	  CASE(find_and_stale_take_no_references))
