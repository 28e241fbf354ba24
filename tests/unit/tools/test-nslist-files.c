// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nslist-files: checks the command line of nslist, and what it reads from directories that
 * imitate /proc and /run. */
#include <netinet/in.h>
#include <sys/mount.h>

#include "../fault.h"
#include "../sandbox.h"
#include "nslist/find.h"
#include "nslist/runs.h"
#include "tool.h"

static struct opts opts;
static struct run run;
static struct target targets[2];
static struct nsref refs[2];

/* The arguments of nslist that the child of tool_output() parses. */
static const char *const *words;

static void parse(void)
{
	char *argv[16] = { (char *)"nslist" };
	int argc = 1;

	for (; words && *words; words++)
		argv[argc++] = (char *)*words;
	opts_parse(&opts, argc, argv);
}

/* ---- Options */

static void refuses_invalid_arguments_of_options(void)
{
	static const struct {
		const char *words[4], *message;
	} bad[] = {
		{ { "--watch=0" }, "--watch: invalid time '0'" },
		{ { "--watch=0.0s" }, "--watch: invalid time '0.0s'" },
		{ { "--watch=-1" }, "--watch: invalid time '-1'" },
		{ { "--watch=" }, "--watch: invalid time ''" },
		{ { "--task=0" }, "--task: invalid process ID '0'" },
		{ { "--limits=group" }, "--limits: unknown value 'group'" },
		{ { "--type=net,nets" }, "--type: unknown namespace type 'nets'" },
		{ { "--tree=sister" }, "--tree: unknown relation 'sister'" },
		{ { "--sort=-NOPE" }, "--sort: unknown column 'NOPE'" },
		{ { "-o", "NS,,TYPE" }, "unknown column ''" },
		{ { "-o", "+NSS" }, "unknown column 'NSS'" },
		{ { "--raw", "--json" }, "--raw cannot be used with --json" },
		{ { "--jso=1" }, "option '--jso' takes no argument" },
		{ { "--nope" }, "unknown option '--nope'" },
		{ { "--no" }, "ambiguous option '--no'" },
		{ { "-o" }, "option '-o' requires an argument" },
		{ { "--output" }, "option '--output' requires an argument" },
		{ { "-k" }, "unknown option '-k'" },
		{ { "net" }, "invalid reference 'net'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *text;

		words = bad[i].words;
		text = tool_output(parse);
		if (!str_after(text, "nslist: ") || !strstr(text, bad[i].message))
			CHECK_STR(text, bad[i].message);
		CHECK_INT(tool_status, 1);
	}
}

static void each_option_sets_its_member(void)
{
	static const struct {
		const char *word;
		size_t at; /* offset of the member */
		bool value;
	} flags[] = {
		{ "-l", offsetof(struct opts, list), true },
		{ "-n", offsetof(struct opts, headings), false },
		{ "-u", offsetof(struct opts, truncate), false },
		{ "-W", offsetof(struct opts, wrap), false },
		{ "-r", offsetof(struct opts, wrap), false },
		{ "-P", offsetof(struct opts, persistent), true },
		{ "-H", offsetof(struct opts, list_columns), true },
		{ "--orphans", offsetof(struct opts, orphans), true },
		{ "--all", offsetof(struct opts, all), true },
		{ "--strict", offsetof(struct opts, strict), true },
		{ "--no-bpf", offsetof(struct opts, no_bpf), true },
		{ "--output-all", offsetof(struct opts, output_all), true },
		{ "--limits=user", offsetof(struct opts, limits_of_users), true },
		{ "--sort=-NS", offsetof(struct opts, sort_down), true },
	};
	static const struct {
		const char *word;
		enum nslist_view view;
	} views[] = {
		{ "--containers", NSLIST_CONTAINERS }, { "--stale", NSLIST_STALE },
		{ "--find=pid:1", NSLIST_FIND },       { "--caps=1", NSLIST_CAPS },
		{ "--show=net:1", NSLIST_SHOW },       { "--members=net:1", NSLIST_MEMBERS },
		{ "--diff=1", NSLIST_DIFF },           { "--limits", NSLIST_LIMITS },
		{ "--watch", NSLIST_WATCH },           { "--dot", NSLIST_DOT },
		{ "--features", NSLIST_FEATURES },     { "-l", NSLIST_ROWS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		const bool *member = (const bool *)((const char *)&opts + flags[i].at);

		words = (const char *const[]){ NULL };
		parse();
		CHECK_INT(*member, !flags[i].value);
		free(opts.refs);
		words = (const char *const[]){ flags[i].word, NULL };
		parse();
		CHECK_INT(*member, flags[i].value);
		free(opts.refs);
	}
	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		words = (const char *const[]){ views[i].word, NULL };
		parse();
		CHECK_INT(opts.view, views[i].view);
		free(opts.refs);
	}
}

static void the_smallest_interval_is_a_nanosecond(void)
{
	static const char *const nanosecond[] = { "--watch=1ns", NULL }, *const none[] = {
		"--watch", NULL
	};

	words = nanosecond;
	parse();
	CHECK(opts.interval.tv_sec == 0 && opts.interval.tv_nsec == 1);
	free(opts.refs);
	words = none;
	parse();
	CHECK(opts.interval.tv_sec == 1 && opts.interval.tv_nsec == 0);
	free(opts.refs);
}

/* As in lsns(8), a bare inode as the only argument lists the processes in that namespace. */
static void only_a_bare_inode_lists_processes(void)
{
	static const struct {
		const char *words[4];
		enum nslist_view view;
	} lines[] = {
		{ { "4026531840" }, NSLIST_MEMBERS },
		{ { "net:4026531840" }, NSLIST_ROWS },
		{ { "4026531840", "4026531841" }, NSLIST_ROWS },
		{ { "owner:4026531840" }, NSLIST_ROWS },
		{ { "1" }, NSLIST_ROWS },
		{ { "--show", "4026531840" }, NSLIST_SHOW },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		words = lines[i].words;
		parse();
		CHECK_INT(opts.view, lines[i].view);
		free(opts.refs);
	}
}

static void a_single_type_selects_the_namespace_that_show_prints(void)
{
	static const char *const one[] = { "--show", "1", "-t", "uts", NULL },
				 *const two[] = { "--show", "1", "-t", "uts,net", NULL },
				 *const none[] = { "--show", "1", NULL };

	words = one;
	parse();
	CHECK(opts.of_type == &nstypes[NSTYPE_UTS] && opts.types == NSTYPE_ALL_BITS);
	free(opts.refs);
	words = two;
	parse();
	CHECK(opts.of_type == NULL);
	free(opts.refs);
	words = none;
	parse();
	CHECK(opts.of_type == NULL);
	free(opts.refs);
}

/* As in lsns(8), --output-all prints a list, but --members prints a tree of processes. */
static void the_default_is_a_tree_of_processes(void)
{
	static const struct {
		const char *words[5];
		enum nslist_tree tree;
		bool nested;
	} lines[] = {
		{ { NULL }, NSLIST_PROCESS, true },
		{ { "-l" }, NSLIST_NO_TREE, false },
		{ { "--output-all" }, NSLIST_NO_TREE, false },
		{ { "--output-all", "--members", "net:1" }, NSLIST_PROCESS, true },
		{ { "-o", "NS" }, NSLIST_PROCESS, false },
		{ { "--tree=owner", "-o", "NS" }, NSLIST_OWNER, true },
		{ { "-T=parent", "-o", "NS" }, NSLIST_PARENT, true },
		{ { "--sort=NS", "--tree=owner" }, NSLIST_NO_TREE, false },
		{ { "--find", "pid:1" }, NSLIST_NO_TREE, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		words = lines[i].words;
		parse();
		CHECK_INT(opts.tree, lines[i].tree);
		CHECK_INT(opts.nested, lines[i].nested);
		free(opts.refs);
	}
}

static void the_default_columns_depend_on_the_view(void)
{
	static const struct {
		const char *words[4], *last;
		size_t n;
	} lines[] = {
		{ { NULL }, "COMMAND", 6 },
		{ { "-t", "uts" }, "COMMAND", 6 },
		{ { "-t", "net" }, "COMMAND", 8 },
		{ { "--orphans" }, "HOLDERS", 5 },
		{ { "--find", "pid:1" }, "COMMAND", 6 },
		{ { "--members", "net:1" }, "COMMAND", 5 },
		{ { "4026531840" }, "COMMAND", 4 },
		{ { "-o", "+UNIT" }, "UNIT", 7 },
		{ { "-o", "uNIT" }, "UNIT", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		words = lines[i].words;
		parse();
		CHECK_INT(opts.n_cols, lines[i].n);
		CHECK_STR(opts.cols[opts.n_cols - 1]->name, lines[i].last);
		free(opts.refs);
	}
}

static void a_sort_column_needs_its_sources(void)
{
	struct opts o = { .n_cols = 0 };

	CHECK_INT(nslist_needs(&o), 0);
	CHECK(!nslist_needs_mounts(&o));
	o.sort = "-nthreads";
	nslist_choose_sort(&o);
	CHECK(o.sort_down && nslist_needs(&o) & NSTYPE_BIT(COLLECT_TASK));
	CHECK(!nslist_needs_mounts(&o));
	o.sort = "NMOUNTS";
	nslist_choose_sort(&o);
	CHECK(!o.sort_down && nslist_needs_mounts(&o));
	o.sort = "ROOTFS";
	nslist_choose_sort(&o);
	CHECK(nslist_needs_mounts(&o));
	o = (struct opts){ .output = "ROOTFS" };
	nslist_choose_columns(&o);
	CHECK(nslist_needs_mounts(&o));
	o = (struct opts){ .filter = "NS == 1" };
	CHECK(nslist_needs_mounts(&o));
}

/* ---- --find */

static void find_accepts_each_kind_of_object(void)
{
	static const struct {
		const char *s;
		enum find_kind kind;
		uint64_t num;
		int protocol;
		bool device;
	} good[] = {
		{ "pid:12", FIND_PID, 12, 0, false },
		{ "inode:4026531840", FIND_INODE, 4026531840, 0, false },
		{ "inode:net:[4026531840]", FIND_INODE, 4026531840, 0, false },
		{ "inode:[1]", FIND_INODE, 1, 0, false },
		{ "link:eth0", FIND_LINK, 0, 0, false },
		{ "addr:::1", FIND_ADDR, 0, 0, false },
		{ "port:80", FIND_PORT, 80, IPPROTO_TCP, false },
		{ "port:65535/tcp", FIND_PORT, 65535, IPPROTO_TCP, false },
		{ "port:1/udp", FIND_PORT, 1, IPPROTO_UDP, false },
		{ "mount:/", FIND_MOUNT, 0, 0, false },
		{ "mount:8:1", FIND_MOUNT, 0, 0, true },
		{ "mount:/8:1", FIND_MOUNT, 0, 0, false },
		{ "cgroup:/a", FIND_CGROUP, 0, 0, false },
		{ "name:a:b", FIND_NAME, 0, 0, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct nserr e = NSERR_INIT;
		struct find f;

		CHECK_INT(find_parse(good[i].s, &f, &e), 0);
		CHECK_INT(f.kind, good[i].kind);
		CHECK(f.num == good[i].num);
		CHECK_INT(f.protocol, good[i].protocol);
		CHECK_INT(f.is_device, good[i].device);
	}
}

static void find_refuses_invalid_objects(void)
{
	static const char *const values[] = {
		"pid:",           "pid:0",
		"pid:x",          "inode:",
		"inode:0",        "inode:[",
		"inode:[1",       "inode:[1]x",
		"inode:[x]",      "inode:4294967296",
		"link:",          "link:a/b",
		"addr:",          "addr:::1/64",
		"addr:1.2.3",     "port:",
		"port:0",         "port:65536",
		"port:80/",       "port:80/sctp",
		"port:123456789", "port:12/tcpx",
		"mount:",         "mount:8",
		"mount:8:",       "mount::1",
		"mount:8:1x",     "mount:a",
		"cgroup:",        "cgroup:a",
		"name:",          "inode:[012345678901234567890123456789]",
	};
	static const char *const kinds[] = { "pids:1", "pi:1", ":", "pid", "", "xid:1" };
	struct find f;

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct nserr e = NSERR_INIT;

		CHECK_INT(find_parse(values[i], &f, &e), -EINVAL);
		if (!str_after(e.what, "--find: invalid value '"))
			CHECK_STR(e.what, values[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct nserr e = NSERR_INIT;

		CHECK_INT(find_parse(kinds[i], &f, &e), -EINVAL);
		CHECK(str_after(e.what, strchr(kinds[i], ':') ? "--find: unknown object '"
							      : "--find: invalid argument '"));
	}
}

/* ---- Mounts and links of the caller */

static struct own_mount mounts[] = {
	{ 1, 1, "/", "" },
	{ 2, 1, "/run", "" },
	{ 3, 2, "/run/netns/a", "net:[100]" },
	{ 4, 2, "/run/netns/b", "net:[200]" },
	{ 5, 1, "/var", "" },
	{ 6, 5, "/var/c", "net:[300]" },
	{ 7, 1, "/var", "" },              /* covers 6, which is below the first mount on /var */
	{ 8, 99, "/lost/d", "net:[400]" }, /* a mount whose parent is outside of the root */
	{ 9, 4, "/run/netns/b", "" },      /* covers 4 */
	{ 10, 3, "/run/netns/ab", "" },
};

static void a_covered_mount_is_not_visible(void)
{
	static const struct {
		uint32_t inode;
		const char *path;
		bool visible;
	} cases[] = {
		{ 100, "/run/netns/a", true },   { 101, "/run/netns/a", false },
		{ 100, "/run/netns/b", false },  { 200, "/run/netns/b", false },
		{ 300, "/var/c", false },        { 400, "/lost/d", true },
		{ 100, "/run/netns/ab", false },
	};

	run = (struct run){ .o = &opts, .mounts = mounts, .mounts_read = true };
	run.n_mounts = ARRAY_SIZE(mounts);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct ns ns = { .type = &nstypes[NSTYPE_NET], .inode = cases[i].inode };

		CHECK_INT(nslist_is_visible(&run, &ns, cases[i].path), cases[i].visible);
	}
	CHECK(!nslist_is_visible(&run, &(struct ns){ .type = &nstypes[NSTYPE_UTS], .inode = 100 },
				 "/run/netns/a"));
}

/* Returns the name that the links give to a namespace. */
static const char *link_name(int type, uint32_t inode)
{
	const struct ns ns = { .type = &nstypes[type], .inode = inode };
	const char *name = nslist_link_name(&run, &ns);

	return name ? name : "none";
}

static void the_first_of_several_links_is_the_name(void)
{
	struct netns_link links[] = { { (char *)"m", 100 },
				      { (char *)"b", 100 },
				      { (char *)"a", 200 },
				      { (char *)"c", 100 } };

	run = (struct run){ .o = &opts, .links = links, .links_read = true };
	run.n_links = ARRAY_SIZE(links);
	CHECK_STR(link_name(NSTYPE_NET, 100), "b");
	CHECK_STR(link_name(NSTYPE_NET, 200), "a");
	CHECK_STR(link_name(NSTYPE_NET, 300), "none");
	CHECK_STR(link_name(NSTYPE_UTS, 100), "none");
}

/* Uses links in /run/netns, which it mounts. */
static void read_links(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct stat st;
	pid_t child = sandbox_child(CLONE_NEWNET);
	char target[64];
	int at;

	(void)dir;
	CHECK(child > 0);
	sandbox_tmpfs("/run");
	at = open("/run", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	unit_file(at, "netns/file", "");
	unit_file(at, "pin", "");
	snprintf(target, sizeof(target), "/proc/%d/ns/net", (int)child);
	CHECK(stat(target, &st) == 0);
	CHECK(mount(target, "/run/pin", NULL, MS_BIND, NULL) == 0);
	run = (struct run){ .o = &opts };
	run.proc = procfs_open("/proc", &e);
	CHECK(run.proc >= 0);
	CHECK_INT(nsfile_proc_verify(&run.c.files, run.proc, &e), 0);
	CHECK_INT(symlinkat("/etc/passwd", at, "netns/a"), 0);
	CHECK_INT(symlinkat("missing", at, "netns/b"), 0);
	CHECK_STR(link_name(NSTYPE_NET, (uint32_t)st.st_ino), "none");
	nslist_names_free(&run);
	/* in the order of the alphabet, so that each new link becomes the name */
	for (const char *const *s = (const char *const[]){ target, "f", "/run/pin", "e", "../pin",
							   "d", "/var/run/pin", "c", NULL };
	     *s; s += 2) {
		char name[16];

		snprintf(name, sizeof(name), "netns/%s", s[1]);
		CHECK_INT(symlinkat(s[0], at, name), 0);
		CHECK_STR(link_name(NSTYPE_NET, (uint32_t)st.st_ino), s[1]);
		nslist_names_free(&run);
	}
	close(run.proc);
	close(at);
	sandbox_end_child(child);
}

static void links_lead_to_processes_and_to_mounts(void)
{
	struct stat st;

	if (lstat("/var/run", &st) < 0 || !S_ISLNK(st.st_mode)) {
		unit_skip("/var/run is not a link here");
		return;
	}
	sandbox(CLONE_NEWPID, read_links);
}

/* ---- Names of runs */

static struct buf listed;

static void add_listed(void *arg, const char *path, const char *name)
{
	(void)arg;
	CHECK(strstr(path, name) != NULL);
	buf_printf(&listed, "%s ", name);
}

static void list_runs(const char *dir)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	sandbox_tmpfs("/run");
	setenv("XDG_RUNTIME_DIR", dir, 1);
	/* a missing directory counts as empty */
	CHECK_INT(runs_list(add_listed, NULL), 0);
	CHECK_INT(listed.len, 0);
	for (const char *const *s =
		     (const char *const[]){ "web.json", "x.json.tmp", ".json", "json", "a b.json",
					    ".x.json", "a.jso", NULL };
	     *s; s++) {
		char path[64];

		snprintf(path, sizeof(path), "nsutils/%s", *s);
		unit_file(at, path, "");
	}
	CHECK_INT(runs_list(add_listed, NULL), 0);
	CHECK_STR(listed.s, "web ");
	CHECK(mkdir("/run/nsutils", 0755) == 0);
	unit_file(AT_FDCWD, "/run/nsutils/root.json", "");
	buf_reset(&listed);
	CHECK_INT(runs_list(add_listed, NULL), 0);
	CHECK_STR(listed.s, "web root ");
	CHECK(unlink("/run/nsutils/root.json") == 0 && rmdir("/run/nsutils") == 0);
	unit_file(AT_FDCWD, "/run/nsutils", "");
	CHECK_INT(runs_list(add_listed, NULL), -ENOTDIR);
	buf_free(&listed);
	close(at);
}

static void only_valid_names_are_runs(void)
{
	sandbox(0, list_runs);
}

/* ---- Users */

static void a_full_cache_of_users_still_finds_names(void)
{
	char want[16];

	run = (struct run){ .o = &opts };
	for (int twice = 0; twice < 2; twice++)
		for (uid_t uid = 400000; uid < 400000 + ARRAY_SIZE(run.users.known) + 3; uid++) {
			snprintf(want, sizeof(want), "%u", (unsigned)uid);
			CHECK_STR(nslist_user(&run, uid), want);
		}
	CHECK_INT(run.users.n, ARRAY_SIZE(run.users.known));
	nslist_users_free(&run);
}

/* ---- Failed system calls */

/* Finds the process of --task, which is this process. Returns 0 if it counts as ended, 1 if it was
 * found, or a negative errno. */
static int try_task(void)
{
	struct nserr e = NSERR_INIT;
	struct nsref ref;
	bool ended;
	int rc;

	opts = (struct opts){ .task = "self", .refs = &ref, .n_refs = 1 };
	run = (struct run){ .o = &opts };
	if (nsref_parse("self", &ref, &e) < 0)
		return 1;
	fault_begin();
	rc = resolve(&run, &e);
	fault_end();
	ended = run.targets[0].pid == -1;
	if (rc == 0 && !ended)
		close(run.targets[0].procfd);
	free(run.targets);
	return rc < 0 ? rc : !ended;
}

/* Fills the column REF of this process. Returns 0 if the reference is known, otherwise -1. */
static int try_ref(void)
{
	struct ns ns = { .type = &nstypes[NSTYPE_PID] };
	const struct row r = { .ns = &ns, .pid = getpid(), .is_member = true };
	struct cell cell = { 0 };
	bool known;

	run = (struct run){ .o = &opts, .proc = -1 };
	fault_begin();
	nslist_fill(&run, &r, nslist_find_column("REF", 3), &cell);
	fault_end();
	known = cell.kind == CELL_TEXT && cell.text.len > 0;
	buf_free(&cell.text);
	return known ? 0 : -1;
}

static void only_certain_errors_mean_that_a_process_has_ended(void)
{
	static const struct fault_row rows[] = {
		{ "ended", try_task, SYS_openat, 1, ESRCH, 0 },
		{ "hidden", try_task, SYS_openat, 1, EACCES, 0 },
		{ "denied", try_task, SYS_openat, 1, EPERM, -EPERM },
		{ "invalid", try_task, SYS_openat, 1, EINVAL, 0 },
		{ "input error", try_task, SYS_openat, 1, EIO, -EIO },
		{ "not examined", try_task, SYS_fstatfs, 1, EPERM, -EPERM },
		{ "ended later", try_task, SYS_pidfd_send_signal, 1, ESRCH, 0 },
		{ "ended", try_ref, SYS_pidfd_open, 1, ESRCH, -1 },
		{ "a thread", try_ref, SYS_pidfd_open, 1, EINVAL, -1 },
		{ "an old kernel", try_ref, SYS_pidfd_open, 1, ENOSYS, 0 },
	};

	if (fault_require())
		fault_table(rows, ARRAY_SIZE(rows));
}

/* ---- --caps and --limits */

static char proc_path[UNIT_DIR_SIZE];
static struct nsmember members[] = {
	{ .pid = 7, .inode = { [NSTYPE_USER] = 100 } },
	{ .pid = 8, .inode = { [NSTYPE_USER] = 0 } },
};

static void begin_proc(void)
{
	run = (struct run){ .o = &opts, .targets = targets, .n_targets = 2 };
	run.proc = unit_directory(proc_path);
	run.c.members = members;
	run.c.n = ARRAY_SIZE(members);
	targets[0] = (struct target){ .pid = 7, .procfd = -1 };
	targets[1] = (struct target){ .type = &nstypes[NSTYPE_USER], .inode = 100, .procfd = -1 };
	nstab_get(&run.c.tab, &nstypes[NSTYPE_USER], 100);
	refs[0].text = "7";
	refs[1].text = "user:100";
}

static void end_proc(void)
{
	close(run.proc);
	nstab_free(&run.c.tab);
	unit_remove(proc_path);
}

static void print_caps(void)
{
	words = NULL;
	parse();
	opts.refs = refs;
	nslist_caps(&run);
}

static void check_caps(const char *want)
{
	const char *text = tool_output(print_caps);

	if (!str_after(text, want))
		CHECK_STR(text, want);
	CHECK_INT(tool_status, str_after(want, "nslist: ") ? 1 : 0);
}

static void caps_requires_the_files_of_proc(void)
{
	begin_proc();
	check_caps("nslist: cannot read /proc/7/status: No such file or directory\n");
	unit_file(run.proc, "7/status", "CapEff:\tff\n");
	check_caps("nslist: cannot read /proc/7/status: Invalid argument\n");
	unit_file(run.proc, "7/status", "Uid:\t1\tx\nCapEff:\tff\n");
	check_caps("nslist: cannot read /proc/7/status: Invalid argument\n");
	unit_file(run.proc, "7/status", "Uid:\t1\t2\nCapEff:\t8000000000000000\n");
	check_caps(
		"nslist: cannot read /proc/sys/kernel/cap_last_cap: No such file or directory\n");
	unit_file(run.proc, "sys/kernel/cap_last_cap", "64\n");
	check_caps("nslist: cannot read /proc/sys/kernel/cap_last_cap\n");
	/* a capability that the tools do not know has a number */
	unit_file(run.proc, "sys/kernel/cap_last_cap", "63\n");
	check_caps("user:100: 63\n");
	unit_file(run.proc, "sys/kernel/cap_last_cap", "1\n");
	check_caps("user:100: none\n");
	unit_file(run.proc, "7/status", "Uid:\t1\t2\nCapEff:\t7\n");
	check_caps("user:100: all\n");
	unit_file(run.proc, "7/status", "Uid:\t1\t2\nCapEff:\t1\n");
	check_caps("user:100: cap_chown\n");
	end_proc();
}

static void caps_requires_a_visible_user_namespace(void)
{
	begin_proc();
	unit_file(run.proc, "7/status", "Uid:\t1\t2\nCapEff:\t1\n");
	unit_file(run.proc, "8/status", "Uid:\t1\t2\nCapEff:\t1\n");
	unit_file(run.proc, "sys/kernel/cap_last_cap", "40\n");
	refs[1].text = "second";
	targets[1].pid = 9; /* a process that the scan did not find */
	check_caps("nslist: cannot find the user namespace of 'second'\n");
	targets[1].pid = 8; /* a process whose namespaces cannot be read */
	check_caps("nslist: cannot find the user namespace of 'second'\n");
	targets[1].pid = 7;
	check_caps("user:100: cap_chown\n");
	/* a namespace without a visible owner */
	targets[1] = (struct target){ .type = &nstypes[NSTYPE_NET], .inode = 5, .procfd = -1 };
	nstab_get(&run.c.tab, &nstypes[NSTYPE_NET], 5);
	check_caps("nslist: cannot find the user namespace of 'second'\n");
	nstab_find(&run.c.tab, &nstypes[NSTYPE_NET], 5)->owner = nstab_find(
		&run.c.tab, &nstypes[NSTYPE_USER], 100);
	check_caps("user:100: cap_chown\n");
	targets[0].pid = 8;
	check_caps("nslist: cannot read the user namespace of process 8: Permission denied\n");
	end_proc();
}

/* Adds a user namespace below the one with the inode `parent`, or with no visible parent. */
static void add_user(uint32_t inode, uint32_t parent, uid_t creator)
{
	struct ns *ns = nstab_get(&run.c.tab, &nstypes[NSTYPE_USER], inode);

	ns->parent = parent ? nstab_find(&run.c.tab, &nstypes[NSTYPE_USER], parent) : NULL;
	ns->creator = creator;
}

/* See the rules of capabilities in user_namespaces(7). */
static void caps_are_those_that_the_kernel_grants(void)
{
	begin_proc();
	unit_file(run.proc, "7/status", "Uid:\t1\t2\nCapEff:\t1\n");
	unit_file(run.proc, "sys/kernel/cap_last_cap", "40\n");
	check_caps("user:100: cap_chown\nThe process is in this user namespace, ");
	add_user(200, 100, 2);
	add_user(300, 200, 9);
	targets[1].inode = 200;
	check_caps("user:200: all\nThe process is in the parent ");
	targets[1].inode = 300;
	check_caps("user:300: all\nThe process is in the parent ");
	add_user(201, 100, 1);
	add_user(301, 201, 2);
	targets[1].inode = 201;
	check_caps("user:201: cap_chown\nThe process is in an ancestor ");
	targets[1].inode = 301;
	check_caps("user:301: cap_chown\nThe process is in an ancestor ");
	add_user(400, 0, 2);
	targets[1].inode = 400;
	check_caps("user:400: none\nThe process is neither ");
	end_proc();
}

static void print_limits(void)
{
	words = NULL;
	parse();
	printf("%llu\n", (unsigned long long)nslist_limit(&run, &nstypes[NSTYPE_UTS]));
}

static void a_limit_must_be_a_number(void)
{
	begin_proc();
	CHECK_STR(tool_output(print_limits),
		  "nslist: cannot read /proc/sys/user/max_uts_namespaces: No such file or "
		  "directory\n");
	CHECK_INT(tool_status, 1);
	unit_file(run.proc, "sys/user/max_uts_namespaces", "many\n");
	CHECK_STR(
		tool_output(print_limits),
		"nslist: cannot read /proc/sys/user/max_uts_namespaces: 'many' is not a number\n");
	CHECK_INT(tool_status, 1);
	unit_file(run.proc, "sys/user/max_uts_namespaces", "18446744073709551615\n");
	CHECK_STR(tool_output(print_limits), "18446744073709551615\n");
	CHECK_INT(tool_status, 0);
	end_proc();
}

static void print_missed(void)
{
	words = NULL;
	parse();
	opts.strict = true;
	printf("%d\n", nslist_report_missed(&run));
}

static void hidden_processes_follow_the_other_missing_objects(void)
{
	begin_proc();
	run.hidden = true;
	CHECK(strstr(tool_output(print_missed), "incomplete output: processes (") != NULL);
	run.c.missed.n[NSMISSED_DENIED][NSMISSED_MNT] = 2;
	CHECK(strstr(tool_output(print_missed), "; processes (") != NULL);
	CHECK(strstr(tool_output(print_missed), "\n3\n") != NULL);
	end_proc();
}

UNIT_MAIN(CASE(refuses_invalid_arguments_of_options), CASE(each_option_sets_its_member),
	  CASE(the_smallest_interval_is_a_nanosecond), CASE(only_a_bare_inode_lists_processes),
	  CASE(a_single_type_selects_the_namespace_that_show_prints),
	  CASE(the_default_is_a_tree_of_processes), CASE(the_default_columns_depend_on_the_view),
	  CASE(a_sort_column_needs_its_sources), CASE(find_accepts_each_kind_of_object),
	  CASE(find_refuses_invalid_objects), CASE(a_covered_mount_is_not_visible),
	  CASE(the_first_of_several_links_is_the_name), CASE(links_lead_to_processes_and_to_mounts),
	  CASE(only_valid_names_are_runs), CASE(a_full_cache_of_users_still_finds_names),
	  CASE(caps_requires_the_files_of_proc), CASE(caps_requires_a_visible_user_namespace),
	  CASE(caps_are_those_that_the_kernel_grants), CASE(a_limit_must_be_a_number),
	  CASE(only_certain_errors_mean_that_a_process_has_ended),
	  CASE(hidden_processes_follow_the_other_missing_objects))
