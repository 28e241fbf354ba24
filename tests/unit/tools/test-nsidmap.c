// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nsidmap: runs verbs of nsidmap with inputs that are too large or too unusual for the shell
 * tests. */
#include <sys/mount.h>

#include "../sandbox.h"
#include "nsidmap/verb.h"
#include "tool.h"

/* The verb, its arguments, and the file that is its standard input (or NULL). */
static int (*verb)(int argc, char **argv);
static const char *const *words;
static const char *input;

static void run_verb(void)
{
	char *argv[16];
	int argc = 0, fd, fds, status;

	for (; words[argc]; argc++)
		argv[argc] = (char *)words[argc];
	argv[argc] = NULL;
	if (input) {
		fd = open(input, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || dup2(fd, 0) < 0)
			_exit(99);
	}
	fds = unit_open_fds();
	status = verb(argc, argv);
	unit_check_fds(argv[0], fds);
	exit(unit_failures ? 98 : status);
}

/* Returns the output of the verb, whose exit status must be `status`. */
static const char *output(int (*f)(int argc, char **argv), const char *const *line, int status)
{
	const char *text;

	verb = f;
	words = line;
	text = tool_output(run_verb);
	CHECK_INT(tool_status, status);
	return text;
}

static char work[UNIT_DIR_SIZE];
static int work_dir;

static const char *file(const char *name, const char *text)
{
	static char path[UNIT_PATH_SIZE];

	unit_file(work_dir, name, text);
	snprintf(path, sizeof(path), "%s/%s", work, name);
	return path;
}

static void begin(void)
{
	work_dir = unit_directory(work);
}

static void end(void)
{
	input = NULL;
	close(work_dir);
	unit_remove(work);
}

/* ---- Formats */

#define MAPS "uid 0 1000 1\ngid 0 2000 1\n"

static void a_format_contains_setgroups_if_it_is_set(void)
{
	begin();
	file("unset", MAPS);
	file("allow", MAPS "setgroups allow\n");
	input = file("deny", MAPS "setgroups deny\n");
	CHECK_STR(output(verb_algebra, LINE("merge", "-", "--format", "unshare"), 0),
		  "--map-users=0:1000:1 --map-groups=0:2000:1 --setgroups=deny\n");
	CHECK(strstr(output(verb_algebra, LINE("merge", "-", "--json"), 0), "\"deny\""));
	input = file("allow", MAPS "setgroups allow\n");
	CHECK_STR(output(verb_algebra, LINE("merge", "-", "--format", "unshare"), 0),
		  "--map-users=0:1000:1 --map-groups=0:2000:1 --setgroups=allow\n");
	CHECK(strstr(output(verb_algebra, LINE("merge", "-", "--json"), 0), "\"allow\""));
	input = file("unset", MAPS);
	CHECK_STR(output(verb_algebra, LINE("merge", "-", "--format", "unshare"), 0),
		  "--map-users=0:1000:1 --map-groups=0:2000:1\n");
	CHECK(strstr(output(verb_algebra, LINE("merge", "-", "--json"), 0), "null"));
	end();
}

static void only_selects_one_of_the_maps(void)
{
	const char *text;

	text = output(verb_algebra, LINE("merge", "u:0:1:1,g:0:2:1", "-J", "--only", "gid"), 0);
	CHECK(strstr(text, "\"gid\"") && !strstr(text, "\"uid\""));
	text = output(verb_algebra, LINE("merge", "u:0:1:1,g:0:2:1", "-J", "--only", "uid"), 0);
	CHECK(strstr(text, "\"uid\"") && !strstr(text, "\"gid\""));
	text = output(verb_algebra, LINE("merge", "u:0:1:1,g:0:2:1", "-J"), 0);
	CHECK(strstr(text, "\"uid\"") && strstr(text, "\"gid\""));
	text = output(verb_algebra,
		      LINE("merge", "u:0:1:1,g:0:2:1", "--format=oci", "--only", "gid"), 0);
	CHECK(strstr(text, "\"gidMappings\"") && !strstr(text, "\"uidMappings\""));
}

static void options_change_the_map(void)
{
	CHECK_STR(output(verb_algebra,
			 LINE("subtract", "--outside", "--format=arg", "u:0:10:2,g:0:10:2",
			      "u:5:10:1,g:5:10:1"),
			 0),
		  "u:1:11:1,g:1:11:1\n");
	CHECK(strstr(output(verb_plan, LINE("plan", "--root", "--only=uid", "-J"), 0),
		     "\"inside\": 0,\n"));
}

/* ---- Translation */

static void ids_from_standard_input_are_translated(void)
{
	begin();
	input = file("ids", "0\n7\n");
	CHECK_STR(output(verb_translate, LINE("translate", "--map", "u:0:1000:8,g:0:0:1"), 0),
		  "1000\n1007\n");
	input = file("ids", "0\n8\n9\n");
	CHECK(strstr(output(verb_translate, LINE("translate", "--map", "u:0:1000:8,g:0:0:1"), 1),
		     "nsidmap: 2 of 3 ids have no corresponding id\n"));
	input = file("ids", "0\nx\n");
	CHECK(strstr(output(verb_translate, LINE("translate", "--map", "u:0:1000:8,g:0:0:1"), 1),
		     "standard input: line 2: invalid id"));
	input = work;
	CHECK(strstr(output(verb_translate, LINE("translate", "--map", "u:0:1000:8,g:0:0:1"), 1),
		     "cannot read standard input: Is a directory"));
	CHECK(strstr(output(verb_translate,
			    LINE("translate", "--map", "u:0:0:1,u:0:5:1,g:0:0:1", "0"), 1),
		     "nsidmap: uid map: extent 2: inside range 0-0 overlaps extent 1\n"));
	end();
}

static void json_contains_each_id(void)
{
	CHECK_STR(output(verb_translate,
			 LINE("translate", "-J", "--map", "u:0:1000:8,g:0:0:1", "7", "8"), 1),
		  "{\n"
		  "   \"ids\": [\n"
		  "      {\n"
		  "         \"from\": 7,\n"
		  "         \"to\": 1007\n"
		  "      },\n"
		  "      {\n"
		  "         \"from\": 8,\n"
		  "         \"to\": null\n"
		  "      }\n"
		  "   ],\n"
		  "   \"complete\": true\n"
		  "}\n");
	CHECK_STR(output(verb_translate,
			 LINE("translate", "-Jg", "--map", "u:0:1000:8,g:0:5:1", "0"), 0),
		  "{\n"
		  "   \"ids\": [\n"
		  "      {\n"
		  "         \"from\": 0,\n"
		  "         \"to\": 5\n"
		  "      }\n"
		  "   ],\n"
		  "   \"complete\": true\n"
		  "}\n");
	begin();
	input = file("ids", "0 \t7\n\n");
	CHECK_STR(output(verb_translate, LINE("translate", "-J", "--map", "u:0:1000:8,g:0:0:1"), 0),
		  "{\n"
		  "   \"ids\": [\n"
		  "      {\n"
		  "         \"from\": 0,\n"
		  "         \"to\": 1000\n"
		  "      },\n"
		  "      {\n"
		  "         \"from\": 7,\n"
		  "         \"to\": 1007\n"
		  "      }\n"
		  "   ],\n"
		  "   \"complete\": true\n"
		  "}\n");
	end();
}

static int translate_to_full(int argc, char **argv)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	return fd < 0 || dup2(fd, 1) < 0 ? 99 : verb_translate(argc, argv);
}

static void a_failed_write_is_reported(void)
{
	begin();
	input = file("ids", "0\n");
	CHECK(strstr(output(translate_to_full, LINE("translate", "--map", "u:0:1:1,g:0:0:1"), 1),
		     "cannot write to standard output: No space left on device"));
	end();
}

/* ---- run and mount */

static void run_becomes_root_only_if_the_caller_is_not_mapped(void)
{
	static const struct {
		const char *uids, *gids;
		bool becomes_root;
	} maps[] = {
		/* the caller is not mapped, or only as a user or as a group */
		{ "u:0:5:1", "g:0:5:1", true },
		{ "u:0:%u:1", "g:0:5:1", true },
		{ "u:0:5:1", "g:0:%u:1", true },
		{ "u:0:%u:1", "g:0:%u:1", false },
		/* root is not mapped */
		{ "u:1:5:1", "g:0:5:1", false },
		{ "u:0:5:1", "g:1:5:1", false },
		{ "u:1:5:1", "g:1:5:1", false },
	};

	if (geteuid() != 0) {
		unit_skip("another user may only map itself");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
		char map[64];
		size_t n;
		const char *text;

		n = (size_t)snprintf(map, sizeof(map), "u:%c:%u:1,", maps[i].uids[2],
				     maps[i].uids[4] == '%' ? (unsigned)geteuid() : 77u);
		snprintf(map + n, sizeof(map) - n, "g:%c:%u:1", maps[i].gids[2],
			 maps[i].gids[4] == '%' ? (unsigned)getegid() : 77u);
		text = output(verb_run, LINE("run", "--explain", map, "--", "true"), 0);
		CHECK_INT(strstr(text, "become user and group 0") != NULL, maps[i].becomes_root);
	}
}

static void refuses_invalid_command_lines(void)
{
	static const struct {
		int (*verb)(int argc, char **argv);
		const char *words[7], *message;
		int status;
	} bad[] = {
		{ verb_run, { "run", "a", "b", "--", "true" }, "unexpected argument 'b'", 125 },
		{ verb_run, { "run", "a" }, "missing '-- <program>'", 125 },
		{ verb_run, { "run", "--" }, "missing '-- <program>'", 125 },
		{ verb_mount, { "mount", "/a", "/b" }, "missing --map", 1 },
		{ verb_mount, { "mount", "--map=-" }, "missing argument <source>", 1 },
		{ verb_mount, { "mount", "--map=-", "/a" }, "missing argument <target>", 1 },
		{ verb_mount, { "mount", "--map=-", "--fd=2" }, "invalid number '2'", 125 },
		{ verb_mount, { "mount", "--map=-", "--fd=65536" }, "invalid number", 125 },
		{ verb_mount, { "mount", "--map=-", "--fd=9", "/a" }, "--fd requires", 125 },
		{ verb_mount,
		  { "mount", "--map=-", "--fd=9", "--", "true" },
		  "--fd requires",
		  125 },
		{ verb_mount,
		  { "mount", "--map=-", "--fd=9", "/a", "/b", "--", "true" },
		  "--fd requires",
		  125 },
		{ verb_translate, { "translate", "-1" }, "unknown option", 1 },
		{ verb_translate, { "translate", "x" }, "invalid id 'x'", 1 },
		{ verb_translate, { "translate", "-J", "x" }, "invalid id 'x'", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *text = output(bad[i].verb, bad[i].words, bad[i].status);

		if (!strstr(text, bad[i].message))
			CHECK_STR(text, bad[i].message);
	}
}

static void mount_refuses_a_map_that_the_kernel_would_refuse(void)
{
	CHECK(strstr(
		output(verb_mount, LINE("mount", "--map=u:0:0:1,u:0:5:1,g:0:0:1", "/a", "/b"), 1),
		"nsidmap: uid map: extent 2: inside range 0-0 overlaps extent 1\n"));
	CHECK(strstr(
		output(verb_mount, LINE("mount", "--map=u:0:0:1,g:0:0:1", "/missing", "/b"), 1),
		"/missing"));
}

/* Returns true if root is the only id that is mapped in the user namespace of the process. */
static bool has_only_root(pid_t pid)
{
	static const char *const files[] = { "uid_map", "gid_map" };
	char path[64], text[128];
	bool all = true;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, files[i]);
		all = all && file_read_at(AT_FDCWD, path, text, sizeof(text)) > 0 &&
		      streq(text, "         0          0          1\n");
	}
	return all;
}

#define ROOT "u:0:0:1,g:0:0:1"

static void write_maps(const char *dir)
{
	char process[16], want[256];

	(void)dir;
	for (const char *const *way = LINE("auto", "direct"); *way; way++) {
		pid_t pid = sandbox_child(CLONE_NEWUSER);

		snprintf(process, sizeof(process), "%d", (int)pid);
		CHECK_STR(output(verb_write, LINE("write", "--via", *way, process, ROOT), 0), "");
		CHECK(has_only_root(pid));
		/* the kernel accepts a map only once */
		snprintf(want, sizeof(want),
			 "nsidmap: cannot write /proc/%s/uid_map: Operation not permitted\n"
			 "hint: create a new user namespace, because the map of this one has been "
			 "written already, and a map can be written only once\n",
			 process);
		CHECK_STR(output(verb_write, LINE("write", "--via", *way, process, ROOT), 1), want);
		sandbox_end_child(pid);
	}
	snprintf(want, sizeof(want), "nsidmap: process %s: No such process\n", process);
	CHECK_STR(output(verb_write, LINE("write", process, ROOT), 1), want);
}

static void the_maps_of_a_process_are_written_once(void)
{
	sandbox(CLONE_NEWPID, write_maps);
}

static void run_programs(const char *dir)
{
	(void)dir;
	CHECK_STR(output(verb_run, LINE("run", ROOT, "--", "cat", "/proc/self/uid_map"), 0),
		  "         0          0          1\n");
	CHECK_STR(output(verb_run, LINE("run", ROOT, "--", "sh", "-c", "exit 5"), 5), "");
	CHECK_STR(
		output(verb_run, LINE("run", "u:0:0:1,g:0:7:1", "--", "true"), 125),
		"nsidmap: gid map: extent 1: outside id 7 is not mapped in the parent namespace\n");
}

static void run_executes_a_program_with_the_map(void)
{
	sandbox(CLONE_NEWPID, run_programs);
}

/* ---- Directory trees */

#define FILES 300

/* Sets *n to the number in the line that begins with the word. */
static unsigned count_of(const char *text, const char *word)
{
	char line[32];
	const char *s;

	snprintf(line, sizeof(line), "\n%s", word);
	s = strstr(text, line);
	return s ? (unsigned)strtoul(s + strlen(line), NULL, 10) : UINT32_MAX;
}

static void chown_counts_a_file_with_several_links_once(void)
{
	char map[64], name[32], link[32];
	const char *text;

	begin();
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		snprintf(link, sizeof(link), "b%d", i);
		unit_file(work_dir, name, "");
		CHECK(linkat(work_dir, name, work_dir, link, 0) == 0);
	}
	unit_file(work_dir, "single", "");
	snprintf(map, sizeof(map), "u:0:%u:1,g:0:%u:1", (unsigned)geteuid(), (unsigned)getegid());
	text = output(
		verb_chown,
		LINE("chown", "--explain", "--from", map, "--to", "u:0:70000:1,g:0:70000:1", work),
		0);
	/* the directory itself, and one other file */
	CHECK_INT(count_of(text, "files"), FILES + 2);
	CHECK_INT(count_of(text, "owner"), FILES + 2);
	end();
}

#define OWNERS 200

static void scan_lists_each_of_many_owners_once(void)
{
	char name[32];
	const char *text;
	unsigned lines = 0;

	if (geteuid() != 0) {
		unit_skip("only root can create files of other users");
		return;
	}
	begin();
	for (unsigned i = 0; i < OWNERS; i++) {
		/* two files of each owner, in an order that mixes the owners */
		for (unsigned twice = 0; twice < 2; twice++) {
			snprintf(name, sizeof(name), "%c%u", 'a' + twice, i);
			unit_file(work_dir, name, "");
			CHECK(fchownat(work_dir, name, 70000 + i, 0, 0) == 0);
		}
	}
	text = output(verb_scan,
		      LINE("scan", "--map", "u:0:0:1,g:0:0:1", "--noheadings", "--raw", work), 1);
	for (const char *s = text; (s = strchr(s, '\n')); s++)
		lines++;
	CHECK_INT(lines, OWNERS);
	CHECK(strstr(text, "uid 70000 2 ") && strstr(text, "uid 70199 2 "));
	end();
}

/* Creates a tree owned by root: a file with two hard links, a symbolic link to the tree itself, and
 * the directory mnt. */
static void make_tree(const char *dir, char *tree, size_t size)
{
	int at;

	snprintf(tree, size, "%s/tree", dir);
	CHECK(mkdir(tree, 0755) == 0);
	at = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	unit_file(at, "file", "");
	CHECK(linkat(at, "file", at, "link", 0) == 0);
	CHECK(symlinkat(".", at, "self") == 0);
	CHECK(mkdirat(at, "mnt", 0755) == 0);
	close(at);
}

#define MOVED "u:0:70000:1,g:0:70000:1"

/* The rows that --explain prints. */
#define COUNTS(files, unmapped, mounts) \
	"files " files "\nowner " files "\nacl 0\ndefault-acl 0\ncapability 0\n" \
	"unmapped " unmapped "\nmount " mounts "\n"

/* For a file with two hard links, chown counts one file, and scan counts both links. */
static void walk_trees(const char *dir)
{
	char tree[64], path[96], want[256];

	make_tree(dir, tree, sizeof(tree));
	snprintf(path, sizeof(path), "%s/mnt", tree);
	CHECK(mount("t", path, "tmpfs", 0, "mode=755") == 0);
	snprintf(want, sizeof(want), "nsidmap: '%s' is a mount point and was skipped\n%s", path,
		 COUNTS("3", "0", "1"));
	CHECK_STR(output(verb_chown,
			 LINE("chown", "--explain", "-rn", "--from", ROOT, "--to", MOVED, tree), 1),
		  want);
	CHECK_STR(output(verb_chown,
			 LINE("chown", "--explain", "-rn", "--cross-mounts", "--from", ROOT, "--to",
			      MOVED, tree),
			 0),
		  COUNTS("4", "0", "0"));
	CHECK_STR(output(verb_chown,
			 LINE("chown", "--explain", "-rn", "--cross-mounts", "--from",
			      "u:0:5:1,g:0:0:1", "--to", MOVED, tree),
			 1),
		  COUNTS("4", "4", "0"));
	snprintf(want, sizeof(want), "uid 0 5 root owner %s\ngid 0 5 root group %s\n", tree, tree);
	CHECK_STR(output(verb_scan, LINE("scan", "-rn", "--map", MOVED, tree), 1), want);
	snprintf(want, sizeof(want), "uid 0 4 root owner %s\ngid 0 4 root group %s\n", tree, tree);
	CHECK_STR(output(verb_scan, LINE("scan", "-rnx", "--map", MOVED, tree), 1), want);
	CHECK_STR(output(verb_scan, LINE("scan", "-rn", "--inside", "--map", MOVED, tree), 0), "");
	CHECK_STR(output(verb_scan, LINE("scan", "-J", "--map", ROOT, "/missing", tree), 1),
		  "nsidmap: cannot read '/missing': No such file or directory\n"
		  "{\n   \"lost\": [],\n   \"complete\": false\n}\n");
	CHECK_STR(output(verb_scan, LINE("scan", "-J", "--map", ROOT, tree), 0),
		  "{\n   \"lost\": [],\n   \"complete\": true\n}\n");
	/* an argument that is a symbolic link is not followed */
	snprintf(path, sizeof(path), "%s/self", tree);
	snprintf(want, sizeof(want), "uid 0 1 root owner %s\ngid 0 1 root group %s\n", path, path);
	CHECK_STR(output(verb_scan, LINE("scan", "-rn", "--map", MOVED, path), 1), want);
	snprintf(path, sizeof(path), "%s/file", tree);
	snprintf(want, sizeof(want), "nsidmap: cannot open '%s': Not a directory\n", path);
	CHECK_STR(output(verb_chown, LINE("chown", "--from", ROOT, "--to", MOVED, path), 1), want);
}

static void walk_closed(const char *dir)
{
	char want[256];

	snprintf(want, sizeof(want), "%s/closed", dir);
	CHECK(mkdir(want, 0) == 0);
	sandbox_drop_caps();
	snprintf(want, sizeof(want),
		 "nsidmap: cannot read '%s/closed': Permission denied\n"
		 "{\n   \"lost\": [],\n   \"complete\": false\n}\n",
		 dir);
	CHECK_STR(output(verb_scan, LINE("scan", "-J", "--map", ROOT, dir), 1), want);
	snprintf(want, sizeof(want), "nsidmap: cannot read '%s/closed': Permission denied\n%s", dir,
		 COUNTS("2", "0", "0"));
	CHECK_STR(output(verb_chown,
			 LINE("chown", "--explain", "-rn", "--from", ROOT, "--to", MOVED, dir), 1),
		  want);
}

static void a_directory_that_cannot_be_read_makes_the_result_incomplete(void)
{
	sandbox(0, walk_closed);
}

static void trees_are_counted_with_their_mount_points(void)
{
	sandbox(0, walk_trees);
}

UNIT_MAIN(CASE(a_format_contains_setgroups_if_it_is_set), CASE(only_selects_one_of_the_maps),
	  CASE(options_change_the_map),
	  CASE(a_directory_that_cannot_be_read_makes_the_result_incomplete),
	  CASE(ids_from_standard_input_are_translated), CASE(json_contains_each_id),
	  CASE(a_failed_write_is_reported), CASE(the_maps_of_a_process_are_written_once),
	  CASE(run_executes_a_program_with_the_map),
	  CASE(trees_are_counted_with_their_mount_points),
	  CASE(run_becomes_root_only_if_the_caller_is_not_mapped),
	  CASE(refuses_invalid_command_lines),
	  CASE(mount_refuses_a_map_that_the_kernel_would_refuse),
	  CASE(chown_counts_a_file_with_several_links_once),
	  CASE(scan_lists_each_of_many_owners_once))
