// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nslist-views: checks the whole output of views, for a table of namespaces and a /proc
 * directory that the test makes. */
#include <sys/mount.h>

#include "../sandbox.h"
#include "nslist/containers.h"
#include "tool.h"

enum { ME = 1, BOX = 7, OUTER = 100, INNER = 200 };

/* a user without a name */
#define SOMEONE 400000

static struct opts opts;
static struct run run;
static struct target targets[2];
static char path[UNIT_DIR_SIZE];
static struct nsmember members[] = {
	{ ME, 1, 0, 0, true, { [NSTYPE_USER] = OUTER, [NSTYPE_UTS] = 300, [NSTYPE_PID] = 500 } },
	{ BOX,
	  1,
	  ME,
	  SOMEONE,
	  true,
	  { [NSTYPE_USER] = INNER,
	    [NSTYPE_UTS] = 301,
	    [NSTYPE_PID] = 501,
	    [NSTYPE_CGROUP] = 600 } },
};

static struct ns *add_ns(int type, uint32_t inode, struct ns *owner, pid_t pid)
{
	struct ns *ns = nstab_get(&run.c.tab, &nstypes[type], inode);

	ns->owner = owner;
	ns->creator = NSTAB_NO_UID;
	ns->pid = pid;
	ns->nprocs = pid != 0;
	ns->held = pid ? NSHOLD_BIT(NSHOLD_PROC) : 0;
	return ns;
}

/* Makes the result of a scan. The user namespace INNER is a child of OUTER, and the namespaces of
 * the process BOX belong to it. Only a descriptor holds the net namespace. */
static void begin(enum nslist_view view)
{
	struct ns *outer, *inner, *ns;

	opts = (struct opts){ .types = NSTYPE_ALL_BITS, .headings = true, .view = view };
	run = (struct run){ .o = &opts, .targets = targets, .n_targets = 0 };
	run.view = &nslist_views[view];
	run.proc = run.c.q.proc = unit_directory(path);
	run.c.q.self = ME;
	run.c.own_user = OUTER;
	run.c.members = members;
	run.c.n = ARRAY_SIZE(members);
	run.c.sources = COLLECT_ALL;
	outer = add_ns(NSTYPE_USER, OUTER, NULL, ME);
	outer->creator = 0;
	inner = add_ns(NSTYPE_USER, INNER, outer, BOX);
	inner->parent = outer;
	inner->creator = SOMEONE;
	add_ns(NSTYPE_UTS, 300, outer, ME);
	add_ns(NSTYPE_UTS, 301, inner, BOX);
	ns = add_ns(NSTYPE_NET, 400, inner, 0);
	CHECK_INT(nstab_hold(ns, NSHOLD_FD, BOX, 3, NULL), 0);
	ns->held |= NSHOLD_BIT(NSHOLD_FD);
	ns = add_ns(NSTYPE_PID, 500, outer, ME);
	add_ns(NSTYPE_PID, 501, inner, BOX)->parent = ns;
	nstab_finish(&run.c.tab);
	unit_file(run.proc, "1/cmdline", "init");
	unit_file(run.proc, "7/cmdline", "sh -c  ");
	unit_file(run.proc, "7/stat", "7 (a\"b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 500 0 0\n");
	unit_file(run.proc, "7/status", "NSpid:\t7\t1\n");
}

static void end(void)
{
	close(run.proc);
	nslist_free_rows(&run);
	nslist_users_free(&run);
	nstab_free(&run.c.tab);
	unit_remove(path);
}

static void print_view(void)
{
	char *argv[] = { (char *)"nslist", NULL };
	const struct opts chosen = opts;

	/* set the name of the tool for messages */
	opts_parse(&opts, 1, argv);
	opts = chosen;
	nslist_choose_columns(&opts);
	nslist_select(&run);
	run.view->print(&run);
	fflush(stdout);
	CHECK_INT(nslist_report_missed(&run), 0);
}

/* Checks that the view prints `want`. */
static void prints(const char *want)
{
	CHECK_STR(tool_output(print_view), want);
	CHECK_INT(tool_status, 0);
}

/* Checks that the view prints `want` as JSON. Ignores blanks and newlines. */
static void prints_json(const char *want)
{
	static char text[8192];
	size_t n = 0;

	opts.format = NSLIST_JSON;
	for (const char *s = tool_output(print_view); *s && n < sizeof(text) - 1; s++)
		if (!strchr(" \n", *s))
			text[n++] = *s;
	text[n] = '\0';
	CHECK_STR(text, want);
	CHECK_INT(tool_status, 0);
}

/* ---- --limits */

static void put_limits(void)
{
	unit_file(run.proc, "sys/user/max_user_namespaces", "9\n");
	unit_file(run.proc, "sys/user/max_uts_namespaces", "8\n");
	unit_file(run.proc, "sys/user/max_net_namespaces", "7\n");
}

static void limits_count_the_namespaces_of_all_descendants(void)
{
	begin(NSLIST_LIMITS);
	put_limits();
	opts.types = NSTYPE_BIT(NSTYPE_USER) | NSTYPE_BIT(NSTYPE_UTS);
	prints("TYPE         USED        MAX\n"
	       "uts             2          8\n"
	       "user            1          9\n");
	run.c.own_user = INNER;
	opts.headings = false;
	prints("uts             1          8\n"
	       "user            0          9\n");
	opts.types = NSTYPE_BIT(NSTYPE_NET);
	prints_json("{\"limits\":[{\"type\":\"net\",\"used\":1,\"max\":7}]}");
	end();
}

static void limits_of_users_count_the_namespaces_of_each_creator(void)
{
	begin(NSLIST_LIMITS);
	put_limits();
	opts.limits_of_users = true;
	opts.types = NSTYPE_BIT(NSTYPE_USER) | NSTYPE_BIT(NSTYPE_UTS);
	prints("       UID USER             TYPE         USED        MAX\n"
	       "         0 root             uts             1          8\n"
	       "    400000 400000           uts             1          8\n"
	       "    400000 400000           user            1          9\n");
	run.c.own_user = INNER;
	opts.headings = false;
	prints("         0 root             uts             1          8\n");
	run.c.own_user = OUTER;
	opts.types = NSTYPE_BIT(NSTYPE_NET);
	prints_json("{\"limits\":[{\"uid\":400000,\"user\":\"400000\",\"type\":\"net\","
		    "\"used\":1,\"max\":7}]}");
	end();
}

/* ---- --show */

static void show_prints_the_chosen_columns(void)
{
	begin(NSLIST_SHOW);
	run.n_targets = 1;
	targets[0] = (struct target){ .type = &nstypes[NSTYPE_USER], .inode = INNER };
	opts.output = "NS,HELD,HOLDERS,CREATOR";
	prints("NS         200\nHELD       proc\nCREATOR    400000\n");
	prints_json("{\"ns\":200,\"held\":\"proc\",\"holders\":[],\"creator\":\"400000\"}");
	opts.format = NSLIST_TABLE;
	targets[0] = (struct target){ .type = &nstypes[NSTYPE_NET], .inode = 400 };
	prints("NS         400\nHELD       fd\nHOLDERS    7/fd/3\n");
	end();
}

/* Prints the relations of the target. */
static void print_relations(void)
{
	opts.cols[0] = nslist_find_column("NS", 2);
	opts.n_cols = 1;
	opts.output = NULL;
	nslist_select(&run);
	run.view->print(&run);
}

static void show_lists_the_relations_and_processes_of_a_namespace(void)
{
	begin(NSLIST_SHOW);
	run.n_targets = 1;
	targets[0] = (struct target){ .type = &nstypes[NSTYPE_USER], .inode = INNER };
	CHECK_STR(tool_output(print_relations), "NS         200\n"
						"OWNS       uts:301\n"
						"           net:400\n"
						"           pid:501\n"
						"PROCESSES  7 sh -c\n");
	targets[0] = (struct target){ .type = &nstypes[NSTYPE_PID], .inode = 500 };
	CHECK_STR(tool_output(print_relations), "NS         500\n"
						"CHILDREN   pid:501\n"
						"PROCESSES  1 init\n");
	end();
}

/* ---- --diff */

static void diff_compares_the_inodes_of_two_processes(void)
{
	begin(NSLIST_DIFF);
	run.n_targets = 2;
	targets[0] = (struct target){ .pid = ME };
	targets[1] = (struct target){ .pid = BOX };
	opts.types = NSTYPE_BIT(NSTYPE_PID) | NSTYPE_BIT(NSTYPE_CGROUP);
	prints("TYPE            1          7\n"
	       "pid           500        501 differs\n"
	       "cgroup          -        600 unknown\n");
	prints_json("{\"namespaces\":[{\"type\":\"pid\",\"a\":500,\"b\":501,\"same\":false},"
		    "{\"type\":\"cgroup\",\"a\":null,\"b\":600,\"same\":null}]}");
	targets[1] = targets[0];
	prints_json("{\"namespaces\":[{\"type\":\"pid\",\"a\":500,\"b\":500,\"same\":true},"
		    "{\"type\":\"cgroup\",\"a\":null,\"b\":null,\"same\":null}]}");
	opts.format = NSLIST_TABLE;
	opts.headings = false;
	prints("pid           500        500 same\n"
	       "cgroup          -          - unknown\n");
	end();
}

/* ---- --dot */

/* Adds the container of the process BOX. */
static void add_box(void)
{
	struct boxes *b = calloc(1, sizeof(*b));

	b->l.v = calloc(1, sizeof(*b->l.v));
	b->l.v[0] = (struct container){ .ns = nstab_find(&run.c.tab, &nstypes[NSTYPE_UTS], 301),
					.pid = BOX,
					.types = NSTYPE_BIT(NSTYPE_UTS) | NSTYPE_BIT(NSTYPE_PID) };
	b->l.n = 1;
	b->visit_of = calloc(run.c.tab.n, sizeof(*b->visit_of));
	b->run_names = calloc(1, sizeof(*b->run_names));
	b->run_names[0] = strdup("web\n");
	b->runs_read = b->names_read = true;
	strcpy(b->hostname, "me");
	run.boxes = b;
}

static void print_dot(void)
{
	nslist_select_namespaces(&run);
	nslist_dot(&run);
}

static void dot_frames_the_caller_and_each_container(void)
{
	const char *text;

	begin(NSLIST_DOT);
	add_box();
	text = tool_output(print_dot);
	CHECK(str_after(text, "digraph namespaces {\n"));
	text = strstr(text, "  pack=");
	CHECK_STR(text ? text : "", "  pack=48; packmode=\"array_cutr2\";\n"
				    "  subgraph cluster_0 {\n"
				    "    label=\"me\";\n"
				    "    style=\"rounded,bold\";\n"
				    "    n100 [label=\"user 100\"];\n"
				    "    n300 [label=\"uts 300\"];\n"
				    "    n500 [label=\"pid 500\"];\n"
				    "  }\n"
				    "  subgraph cluster_7 {\n"
				    "    label=\"web?\\n7 a?b\";\n"
				    "    n301 [label=\"uts 301\"];\n"
				    "    n501 [label=\"pid 501\"];\n"
				    "  }\n"
				    "  n200 [label=\"user 200\\n7 a?b\"];\n"
				    "  n400 [label=\"net 400\", style=dotted];\n"
				    "  n100 -> n200;\n"
				    "  n200 -> n301 [style=dashed];\n"
				    "  n200 -> n400 [style=dashed];\n"
				    "  n200 -> n501 [style=dashed];\n"
				    "}\n");
	end();
}

/* ---- Tables and trees */

static void a_tree_has_the_children_below_their_parent(void)
{
	begin(NSLIST_ROWS);
	opts.tree = NSLIST_OWNER;
	opts.nested = true;
	opts.types = NSTYPE_BIT(NSTYPE_UTS);
	opts.output = "NS,NPROCS";
	prints_json("{\"namespaces\":[{\"ns\":100,\"nprocs\":1,\"children\":["
		    "{\"ns\":300,\"nprocs\":1},"
		    "{\"ns\":200,\"nprocs\":1,\"children\":[{\"ns\":301,\"nprocs\":1}]}]}]}");
	opts.format = NSLIST_RAW;
	prints("NS NPROCS\n100 1\n300 1\n200 1\n301 1\n");
	end();
}

static void orphans_have_no_process(void)
{
	begin(NSLIST_ROWS);
	opts.output = "NS,TYPE,PID,NPROCS,HELD,COMMAND";
	opts.format = NSLIST_RAW;
	opts.orphans = true;
	prints("NS TYPE PID NPROCS HELD COMMAND\n400 net  0 fd \n");
	/* a table shows the first holder in place of the command */
	opts.output = "COMMAND";
	opts.format = NSLIST_TABLE;
	opts.headings = false;
	prints("(fd 7/fd/3)\n");
	opts.orphans = false;
	opts.persistent = true;
	prints("(fd 7/fd/3)\n");
	end();
}

/* ---- Missing values */

static void print_missed(void)
{
	char *argv[] = { (char *)"nslist", NULL };
	const struct opts chosen = opts;
	struct buf b = BUF_INIT;
	struct json j = JSON_INIT(&b, false);

	opts_parse(&opts, 1, argv);
	opts = chosen;
	printf("%d\n", nslist_report_missed(&run));
	json_object(&j, NULL);
	nslist_json_end(&run, &j);
	printf("%s", b.s);
	buf_free(&b);
}

static void missing_objects_are_counted_by_reason(void)
{
	begin(NSLIST_ROWS);
	run.c.missed.n[NSMISSED_DENIED][NSMISSED_PROC] = 1;
	CHECK_STR(tool_output(print_missed), "0\n{}\n");
	opts.strict = true;
	CHECK_STR(tool_output(print_missed),
		  "nslist: incomplete output: 1 process (permission denied)\n3\n"
		  "{\"complete\":false,\"missed\":[{\"what\":\"process\",\"count\":1,"
		  "\"why\":\"permission denied\"}]}\n");
	run.c.missed.n[NSMISSED_DENIED][NSMISSED_DETAIL] = 2;
	run.c.missed.n[NSMISSED_UNSUPPORTED][NSMISSED_NS] = 1;
	run.c.missed.n[NSMISSED_WAIT][NSMISSED_MNT] = 2;
	run.c.missed.n[NSMISSED_FAILED][NSMISSED_SOCK] = 1;
	run.c.missed.err = -EIO;
	CHECK(str_after(tool_output(print_missed),
			"nslist: incomplete output: 1 process, 2 values (permission denied); "
			"1 namespace (not supported by this kernel); 2 mount namespaces (not "
			"reachable at its mount point); 1 socket (Input/output error)\n3\n"));
	opts.strict = false;
	CHECK_STR(tool_output(print_missed),
		  "nslist: incomplete output: 2 values (permission denied)\n0\n{}\n");
	opts.strict = true;
	run.c.missed = (struct nsmissed){ 0 };
	CHECK_STR(tool_output(print_missed), "0\n{\"complete\":true,\"missed\":[]}\n");
	run.hidden = true;
	CHECK(strstr(tool_output(print_missed),
		     "{\"complete\":false,\"missed\":[{\"what\":\"process\",\"count\":null,"
		     "\"why\":\"hidden by the mount option hidepid of /proc\"}]}\n"));
	end();
}

/* Returns the number of values that are missing for the reason `why` after a value of a process
 * could not be read because of the error rc. */
static unsigned counted(pid_t pid, int rc, enum nsmissed_why why)
{
	run.c.missed = (struct nsmissed){ 0 };
	nslist_missed(&run, pid, rc);
	return run.c.missed.n[why][NSMISSED_DETAIL];
}

static void a_value_of_an_ended_process_is_not_missing(void)
{
	begin(NSLIST_ROWS);
	CHECK_INT(counted(BOX, -EACCES, NSMISSED_DENIED), 1);
	CHECK_INT(counted(BOX, -EPERM, NSMISSED_DENIED), 1);
	CHECK_INT(counted(BOX, -ESTALE, NSMISSED_DENIED), 1);
	CHECK_INT(counted(BOX, -EIO, NSMISSED_FAILED), 1);
	CHECK_INT(counted(BOX, -ENOENT, NSMISSED_FAILED), 1);
	CHECK_INT(counted(0, -EACCES, NSMISSED_DENIED), 1);
	for (const int *rc = (const int[]){ -EACCES, -EPERM, -ESTALE, -ENOENT, -ESRCH, 0 }; *rc;
	     rc++) {
		CHECK_INT(counted(9, *rc, NSMISSED_DENIED), 0);
		CHECK_INT(run.c.missed.n[NSMISSED_FAILED][NSMISSED_DETAIL], 0);
	}
	CHECK_INT(counted(9, -EIO, NSMISSED_FAILED), 1);
	end();
}

/* Returns the value of a column for the process BOX, or "unknown". */
static const char *value(const char *column)
{
	static char text[256];
	const struct column *col = nslist_find_column(column, strlen(column));
	const struct row r = { .ns = run.c.tab.all[0], .pid = BOX };
	struct cell cell = { 0 };

	nslist_fill(&run, &r, col, &cell);
	if (cell.kind == CELL_NONE)
		strcpy(text, "unknown");
	else if (cell.kind == CELL_TEXT)
		snprintf(text, sizeof(text), "%.*s", (int)cell.text.len,
			 cell.text.s ? cell.text.s : "");
	else
		snprintf(text, sizeof(text), "%lld", (long long)cell.num);
	buf_free(&cell.text);
	return text;
}

static void values_of_a_process_are_read_from_its_files(void)
{
	char uid[16];

	begin(NSLIST_ROWS);
	nslist_allocate_rows(&run, 1);
	run.rows[run.n_rows++] = (struct row){ .ns = run.c.tab.all[0], .pid = BOX };
	CHECK_STR(value("PPID"), "1");
	CHECK_STR(value("UID"), "400000");
	CHECK_STR(value("USER"), "400000");
	CHECK_STR(value("COMM"), "a\"b");
	CHECK_STR(value("COMMAND"), "sh -c");
	CHECK_STR(value("LPID"), "1");
	/* a kernel thread has no program, so the value is not missing */
	CHECK_STR(value("EXE"), "unknown");
	CHECK(collect_complete(&run.c));
	nslist_details_free(&run);
	unit_file(run.proc, "7/exe", "");
	CHECK_STR(value("EXE"), "unknown");
	CHECK(!collect_complete(&run.c));
	nslist_details_free(&run);
	CHECK(unlinkat(run.proc, "7/exe", 0) == 0 && symlinkat("/bin/x", run.proc, "7/exe") == 0);
	CHECK_STR(value("EXE"), "/bin/x");
	/* without a command line, the name of the program is printed */
	unit_file(run.proc, "7/cmdline", "");
	nslist_details_free(&run);
	CHECK_STR(value("COMMAND"), "a\"b");
	members[1].known = false;
	CHECK_STR(value("PPID"), "1");
	snprintf(uid, sizeof(uid), "%u", (unsigned)geteuid());
	CHECK_STR(value("UID"), uid);
	members[1].known = true;
	end();
}

/* ---- --stale */

static void list_stale(const char *dir)
{
	int at;

	setenv("XDG_RUNTIME_DIR", dir, 1);
	sandbox_tmpfs("/run");
	at = open("/run", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	begin(NSLIST_STALE);
	unit_file(run.proc, "self/mountinfo",
		  "30 20 0:4 net:[21] /run/netns/used rw - nsfs nsfs rw\n"
		  "31 20 0:4 / /run/netns/tmpfs rw - tmpfs t rw\n"
		  "32 20 0:4 net:[21] /other/netns/b rw - nsfs nsfs rw\n");
	/* without the directory there is nothing to list */
	CHECK_STR(tool_output(print_view), "PATH\n");
	unit_file(at, "netns/used", "");
	unit_file(at, "netns/tmpfs", "");
	unit_file(at, "netns/b", "");
	unit_file(at, "netns/a\n", "");
	unit_file(at, "nsutils/ended.json", "");
	prints("PATH\n/run/netns/a\\x0a\n/run/netns/b\n/run/netns/tmpfs\n/run/nsutils/"
	       "ended.json\n");
	prints_json("{\"stale\":[{\"path\":\"/run/netns/a\\u000a\"},{\"path\":\"/run/netns/b\"},"
		    "{\"path\":\"/run/netns/tmpfs\"},{\"path\":\"/run/nsutils/ended.json\"}]}");
	opts.format = NSLIST_TABLE;
	opts.headings = false;
	CHECK(str_after(tool_output(print_view), "/run/netns/a"));
	CHECK_INT(unlinkat(run.proc, "self/mountinfo", 0), 0);
	CHECK_STR(tool_output(print_view),
		  "nslist: cannot read /proc/self/mountinfo: No such file or directory\n");
	CHECK_INT(tool_status, 1);
	end();
	close(at);
}

static void stale_lists_files_without_a_namespace_or_program(void)
{
	sandbox(0, list_stale);
}

UNIT_MAIN(CASE(limits_count_the_namespaces_of_all_descendants),
	  CASE(limits_of_users_count_the_namespaces_of_each_creator),
	  CASE(show_prints_the_chosen_columns),
	  CASE(show_lists_the_relations_and_processes_of_a_namespace),
	  CASE(diff_compares_the_inodes_of_two_processes),
	  CASE(dot_frames_the_caller_and_each_container),
	  CASE(a_tree_has_the_children_below_their_parent), CASE(orphans_have_no_process),
	  CASE(missing_objects_are_counted_by_reason),
	  CASE(a_value_of_an_ended_process_is_not_missing),
	  CASE(values_of_a_process_are_read_from_its_files),
	  CASE(stale_lists_files_without_a_namespace_or_program))
