// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nslist-boxes: names containers and selects namespaces, with a table of namespaces and a
 * /proc directory that the test makes. */
#include "nslist/find.h"
#include "tool.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

enum { ME = 1, BOX = 7, OTHER = 8, HIDDEN = 9 };

static struct opts opts;
static struct run run;
static struct target targets[1];
static char path[UNIT_DIR_SIZE];
static struct nsmember members[] = {
	{ .pid = ME, .inode = { [NSTYPE_UTS] = 10, [NSTYPE_NET] = 20 } },
	{ .pid = BOX, .inode = { [NSTYPE_UTS] = 11, [NSTYPE_NET] = 21 } },
	{ .pid = OTHER, .inode = { [NSTYPE_UTS] = 11, [NSTYPE_NET] = 20 } },
	{ .pid = HIDDEN },
};

/* Makes the result of a scan: four processes in two uts and two net namespaces. */
static void begin(void)
{
	opts = (struct opts){ .types = NSTYPE_ALL_BITS, .headings = true };
	run = (struct run){ .o = &opts, .targets = targets, .view = &nslist_views[NSLIST_ROWS] };
	run.proc = run.c.q.proc = unit_directory(path);
	run.c.files = NSFILE_PROC_INIT;
	run.c.members = members;
	run.c.n = ARRAY_SIZE(members);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		for (int type = 0; type < NSTYPE_COUNT; type++) {
			struct ns *ns = members[i].inode[type]
						? nstab_get(&run.c.tab, &nstypes[type],
							    members[i].inode[type])
						: NULL;

			if (ns && ns->nprocs++ == 0)
				ns->pid = members[i].pid;
		}
	nstab_finish(&run.c.tab);
}

/* Adds the container of the process BOX, which has its own uts and net namespace. */
static void add_box(unsigned types)
{
	struct boxes *b = calloc(1, sizeof(*b));

	b->l.v = calloc(1, sizeof(*b->l.v));
	b->l.v[0] = (struct container){ .ns = nstab_find(&run.c.tab, &nstypes[NSTYPE_UTS], 11),
					.pid = BOX,
					.nprocs = 1,
					.types = types };
	b->l.n = 1;
	b->visit_of = calloc(run.c.tab.n, sizeof(*b->visit_of));
	b->run_names = calloc(2, sizeof(*b->run_names));
	b->runs_read = true;
	run.boxes = b;
}

static void end(void)
{
	close(run.proc);
	nslist_free_rows(&run);
	nstab_free(&run.c.tab);
	unit_remove(path);
}

/* ---- Names of containers */

/* Returns the name of the container. */
static const char *name(void)
{
	static struct buf b;

	buf_reset(&b);
	buf_adds(&b, "");
	boxes_name(&run, &run.boxes->l.v[0], &b);
	return b.s;
}

/* Returns the name of a container with these files, or without those that are NULL. */
static const char *name_with(const char *cgroup, const char *own_cgroup, const char *mountinfo,
			     const char *stat)
{
	const char *text;

	begin();
	add_box(NSTYPE_BIT(NSTYPE_UTS) | NSTYPE_BIT(NSTYPE_NET));
	if (cgroup)
		unit_file(run.proc, "7/cgroup", cgroup);
	if (own_cgroup)
		unit_file(run.proc, "self/cgroup", own_cgroup);
	unit_file(run.proc, "self/mountinfo", mountinfo ? mountinfo : "");
	if (stat)
		unit_file(run.proc, "7/stat", stat);
	text = name();
	end();
	return text;
}

#define STAT    "7 (comm) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 500 0 0\n"
#define NSFS    "30 20 0:4 net:[21] /run/netns/blue rw - nsfs nsfs rw\n"
#define NO_NSFS "31 20 0:4 net:[21] /run/netns/red rw - tmpfs t rw\n"
#define NO_NS   "32 20 0:4 / /run/netns/green rw - nsfs nsfs rw\n"
#define OTHERS  "33 20 0:4 net:[20] /run/netns/grey rw - nsfs nsfs rw\n"

static void a_container_has_the_name_of_its_cgroup(void)
{
	static const struct {
		const char *cgroup, *name;
	} cgroups[] = {
		{ "0::/docker/" ID "\n", "0123456789ab" },
		{ "0::/machine.slice/machine-web.scope\n", "web" },
		{ "0::/system.slice/web.service\n", "web.service" },
		/* these units contain several programs, or also the caller */
		{ "0::/system.slice/own.service\n", "comm" },
		{ "0::/init.scope\n", "comm" },
		{ "0::/system.slice\n", "comm" },
		{ "0::/user.slice/session-3.scope\n", "comm" },
		{ "0::/user.slice/user@0.service\n", "comm" },
		{ "0::/\n", "comm" },
		{ "nonsense\n", "comm" },
		{ "", "comm" },
		{ NULL, "comm" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cgroups); i++)
		CHECK_STR(
			name_with(cgroups[i].cgroup, "0::/system.slice/own.service\n", NULL, STAT),
			cgroups[i].name);
	/* without a cgroup of the caller, no unit is the caller's own */
	CHECK_STR(name_with("0::/system.slice/own.service\n", NULL, NULL, STAT), "own.service");
	CHECK_STR(name_with("0::/system.slice/own.service\n", "0::/\n", NULL, STAT), "own.service");
}

static void the_name_in_run_netns_precedes_that_of_the_program(void)
{
	CHECK_STR(name_with(NULL, NULL, NSFS, STAT), "blue");
	CHECK_STR(name_with(NULL, NULL, NO_NSFS NO_NS OTHERS, STAT), "comm");
	CHECK_STR(name_with(NULL, NULL, NO_NSFS NO_NS OTHERS NSFS, STAT), "blue");
	CHECK_STR(name_with("0::/docker/" ID "\n", NULL, NSFS, STAT), "0123456789ab");
	/* the process has ended */
	CHECK_STR(name_with(NULL, NULL, NULL, NULL), "");
}

static void the_name_of_a_run_precedes_all_others(void)
{
	begin();
	add_box(NSTYPE_BIT(NSTYPE_UTS));
	run.boxes->run_names[0] = strdup("run");
	unit_file(run.proc, "7/cgroup", "0::/docker/" ID "\n");
	CHECK_STR(name(), "run");
	end();
}

static void a_mount_table_that_cannot_be_read_is_counted(void)
{
	begin();
	add_box(NSTYPE_BIT(NSTYPE_UTS));
	CHECK(boxes_netns_name(&run, 21) == NULL);
	CHECK_INT(run.c.missed.n[NSMISSED_FAILED][NSMISSED_DETAIL], 1);
	/* it is not read again */
	CHECK(boxes_netns_name(&run, 21) == NULL);
	CHECK_INT(run.c.missed.n[NSMISSED_FAILED][NSMISSED_DETAIL], 1);
	end();
}

static void only_namespaces_of_the_container_are_its_own(void)
{
	begin();
	add_box(NSTYPE_BIT(NSTYPE_UTS));
	CHECK(boxes_ns(&run, &run.boxes->l.v[0], NSTYPE_UTS) == run.boxes->l.v[0].ns);
	CHECK(boxes_ns(&run, &run.boxes->l.v[0], NSTYPE_NET) == NULL);
	/* the process has ended since the scan */
	run.boxes->l.v[0].pid = 12345;
	CHECK(boxes_ns(&run, &run.boxes->l.v[0], NSTYPE_UTS) == NULL);
	end();
}

/* Returns the value of a column of --containers, or "unknown". */
static const char *box_value(const char *column)
{
	static char text[512];
	const struct row r = { .ns = run.boxes->l.v[0].ns, .pid = BOX, .box = &run.boxes->l.v[0] };
	const struct column *col = nslist_find_column_of(NSLIST_CONTAINERS, column, strlen(column));
	struct cell cell = { 0 };

	nslist_fill(&run, &r, col, &cell);
	snprintf(text, sizeof(text), "%s",
		 cell.kind == CELL_NONE ? "unknown"
		 : cell.text.s          ? cell.text.s
					: "");
	buf_free(&cell.text);
	return text;
}

static void a_container_in_the_uts_namespace_of_the_caller_has_its_host_name(void)
{
	char host[65] = "";

	CHECK(gethostname(host, sizeof(host)) == 0);
	begin();
	add_box(NSTYPE_BIT(NSTYPE_NET));
	CHECK_STR(box_value("HOSTNAME"), host);
	end();
	/* a namespace that cannot be entered has an unknown host name, which is counted */
	begin();
	unit_file(run.proc, "7/stat", STAT);
	add_box(NSTYPE_BIT(NSTYPE_UTS));
	CHECK_STR(box_value("HOSTNAME"), "unknown");
	CHECK(!collect_complete(&run.c));
	end();
	/* unless its process has ended */
	begin();
	add_box(NSTYPE_BIT(NSTYPE_UTS));
	CHECK_STR(box_value("HOSTNAME"), "unknown");
	CHECK(collect_complete(&run.c));
	end();
}

/* ---- Selection */

/* Returns the number of namespaces that nslist selects for a target. */
static size_t selected(pid_t pid, int type, uint32_t inode)
{
	size_t n;

	begin();
	run.n_targets = 1;
	targets[0] = (struct target){
		.pid = pid, .procfd = -1, .type = type < 0 ? NULL : &nstypes[type], .inode = inode
	};
	nslist_select_namespaces(&run);
	n = run.n_rows;
	end();
	return n;
}

static void a_target_selects_its_namespaces(void)
{
	CHECK_INT(selected(BOX, -1, 0), 2);
	CHECK_INT(selected(0, -1, 21), 1);
	CHECK_INT(selected(0, NSTYPE_NET, 21), 1);
	/* inodes are unique only among the namespaces of one type */
	begin();
	nstab_get(&run.c.tab, &nstypes[NSTYPE_UTS], 21);
	nstab_finish(&run.c.tab);
	run.n_targets = 1;
	targets[0] = (struct target){ .type = &nstypes[NSTYPE_NET], .inode = 21, .procfd = -1 };
	nslist_select_namespaces(&run);
	CHECK_INT(run.n_rows, 1);
	CHECK(run.rows[0].ns->type == &nstypes[NSTYPE_NET]);
	end();
}

static pid_t wanted_pid;
static int wanted_type;
static unsigned denied;

static void select_wanted(void)
{
	char *argv[] = { (char *)"nslist", NULL };

	opts_parse(&opts, 1, argv);
	begin();
	rmdir(path);
	run.c.missed.n[NSMISSED_DENIED][NSMISSED_PROC] = denied;
	run.n_targets = 1;
	targets[0] = (struct target){ .pid = wanted_pid,
				      .procfd = -1,
				      .type = wanted_type < 0 ? NULL : &nstypes[wanted_type],
				      .inode = 99 };
	nslist_select_namespaces(&run);
}

static void a_target_that_was_not_found_is_an_error(void)
{
	wanted_pid = 12345;
	wanted_type = -1;
	CHECK_STR(tool_output(select_wanted),
		  "nslist: cannot read process 12345: No such process\n");
	CHECK_INT(tool_status, 1);
	denied = 1;
	CHECK_STR(tool_output(select_wanted),
		  "nslist: cannot read process 12345: No such process\n");
	wanted_pid = HIDDEN;
	CHECK_STR(tool_output(select_wanted), "nslist: cannot read process 9: Permission denied\n");
	denied = 0;
	CHECK_STR(tool_output(select_wanted), "nslist: cannot read process 9: No such process\n");
	wanted_pid = 0;
	CHECK_STR(tool_output(select_wanted), "nslist: no namespace with inode 99\n");
	wanted_type = NSTYPE_NET;
	CHECK_STR(tool_output(select_wanted), "nslist: no net namespace with inode 99\n");
}

static void begin_cgroups(void)
{
	begin();
	unit_file(run.proc, "1/cgroup", "0::/\n");
	unit_file(run.proc, "7/cgroup", "0::/a/b\n");
	unit_file(run.proc, "8/cgroup", "0::/ab\n");
	unit_file(run.proc, "9/cgroup", "");
}

/* Returns the pids of the namespaces that --find finds, in the order of the processes. */
static const char *found(const char *what)
{
	static char text[128];
	size_t n = 0;

	begin_cgroups();
	opts.find = what;
	nslist_select_found(&run);
	text[0] = '\0';
	for (size_t i = 0; i < run.n_rows; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%d:%u:%s ", (int)run.rows[i].pid,
				      run.rows[i].ns->inode, run.rows[i].match);
	end();
	return text;
}

static void find_finds_cgroups_by_whole_components(void)
{
	static const struct {
		const char *what, *found;
	} cases[] = {
		{ "cgroup:/a", "7:11:/a/b 7:21:/a/b " },
		{ "cgroup:/a//", "7:11:/a/b 7:21:/a/b " },
		{ "cgroup:/a/b", "7:11:/a/b 7:21:/a/b " },
		{ "cgroup:/ab", "8:11:/ab 8:20:/ab " },
		{ "pid:7", "7:11:pid 7 7:21:pid 7 " },
		{ "inode:21", "7:21:net:[21] " },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		CHECK_STR(found(cases[i].what), cases[i].found);
	/* each namespace is found once, with the lowest process in it */
	CHECK_STR(found("cgroup:/"), "1:10:/ 1:20:/ 7:11:/a/b 7:21:/a/b ");
}

static const char *wanted;

static void find_wanted(void)
{
	char *argv[] = { (char *)"nslist", NULL };

	opts_parse(&opts, 1, argv);
	opts.find = wanted;
	nslist_select_found(&run);
}

static void find_reports_that_nothing_matches(void)
{
	static const char *const nothing[] = { "cgroup:/c", "cgroup:/a/b/c", "cgroup:/a/bc",
					       "pid:12345", "pid:9",         "inode:99" };

	for (size_t i = 0; i < ARRAY_SIZE(nothing); i++) {
		char want[64];

		snprintf(want, sizeof(want), "nslist: --find: nothing matches '%s'", nothing[i]);
		wanted = nothing[i];
		begin_cgroups();
		CHECK(str_after(tool_output(find_wanted), want));
		CHECK_INT(tool_status, 1);
		end();
	}
}

/* ---- Values inside of namespaces */

/* Returns the number of missing values with the reason `why` after the host name of a uts namespace
 * has been read. The namespace has the process `pid`, or only a descriptor or socket of process 8.
 */
static unsigned missed_hostname(pid_t pid, enum nshold_kind holder, enum nsmissed_why why)
{
	struct ns *ns = nstab_find(&run.c.tab, &nstypes[NSTYPE_UTS], 11);
	const struct row r = { .ns = ns, .pid = pid };
	const struct column *col = nslist_find_column("HOSTNAME", strlen("HOSTNAME"));
	struct cell cell = { 0 };

	ns->pid = pid;
	ns->nprocs = pid ? 2 : 0;
	if (!pid)
		CHECK_INT(nstab_hold(ns, holder, OTHER, 3, NULL), 0);
	nslist_fill(&run, &r, col, &cell);
	CHECK_INT(cell.kind, CELL_NONE);
	buf_free(&cell.text);
	return run.c.missed.n[why][NSMISSED_DETAIL];
}

/* A file that is not a namespace is in place of the namespace, so the process has replaced it. */
static void a_replaced_namespace_counts_as_denied_only_for_a_process(void)
{
	begin();
	unit_file(run.proc, "7", "");
	unit_file(run.proc, "8", "");
	CHECK_INT(missed_hostname(BOX, NSHOLD_PROC, NSMISSED_DENIED), 1);
	end();
	begin();
	CHECK(symlinkat("7", run.proc, "7") == 0 && symlinkat("8", run.proc, "8") == 0);
	CHECK_INT(missed_hostname(BOX, NSHOLD_PROC, NSMISSED_DENIED), 1);
	end();
	/* a namespace without a process has vanished, which is not counted */
	begin();
	unit_file(run.proc, "8/fd/3", "");
	CHECK_INT(missed_hostname(0, NSHOLD_SOCK, NSMISSED_DENIED), 0);
	CHECK(collect_complete(&run.c));
	end();
	begin();
	unit_file(run.proc, "8/fd", "");
	CHECK_INT(missed_hostname(0, NSHOLD_FD, NSMISSED_DENIED), 0);
	CHECK(collect_complete(&run.c));
	end();
}

static void setgroups_of_a_process_is_read_from_its_file(void)
{
	const struct column *col = nslist_find_column("SETGROUPS", strlen("SETGROUPS"));
	struct cell cell = { 0 };
	struct row r = { .pid = BOX };

	begin();
	r.ns = nstab_get(&run.c.tab, &nstypes[NSTYPE_USER], 30);
	nstab_finish(&run.c.tab);
	r.ns->pid = BOX;
	unit_file(run.proc, "7/stat", STAT);
	nslist_fill(&run, &r, col, &cell);
	CHECK_INT(cell.kind, CELL_NONE);
	CHECK(!collect_complete(&run.c));
	unit_file(run.proc, "7/setgroups", "deny\n");
	nslist_fill(&run, &r, col, &cell);
	CHECK_INT(cell.text.len, strlen("deny"));
	CHECK(cell.text.len == 4 && memcmp(cell.text.s, "deny", 4) == 0);
	buf_free(&cell.text);
	end();
}

UNIT_MAIN(CASE(a_replaced_namespace_counts_as_denied_only_for_a_process),
	  CASE(setgroups_of_a_process_is_read_from_its_file),
	  CASE(a_container_has_the_name_of_its_cgroup),
	  CASE(the_name_in_run_netns_precedes_that_of_the_program),
	  CASE(the_name_of_a_run_precedes_all_others),
	  CASE(a_mount_table_that_cannot_be_read_is_counted),
	  CASE(only_namespaces_of_the_container_are_its_own),
	  CASE(a_container_in_the_uts_namespace_of_the_caller_has_its_host_name),
	  CASE(a_target_selects_its_namespaces), CASE(a_target_that_was_not_found_is_an_error),
	  CASE(find_finds_cgroups_by_whole_components), CASE(find_reports_that_nothing_matches))
