// SPDX-License-Identifier: GPL-2.0-or-later
/* test-procfs: reads files of a directory that imitates /proc, and messages that imitate those of
 * the kernel. */
#include "ns/procfs.h"

#include <fcntl.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <sys/stat.h>

#include "../sandbox.h"
#include "ns/name.h"
#include "ns/netnsid.h"
#include "ns/timens_proc.h"

static char path[UNIT_DIR_SIZE];
static int dir;

static void begin(void)
{
	dir = unit_directory(path);
}

static void end(void)
{
	close(dir);
	unit_remove(path);
}

static void a_link_must_name_a_namespace_of_the_type(void)
{
	static const struct {
		const char *target;
		int rc;
	} links[] = {
		{ "net:[4294967295]", 0 },    { "net:[4294967296]", -EIO },
		{ "uts:[4026531838]", -EIO }, { "net:[]", -EIO },
		{ "/dev/null", -EIO },        { "net:[1]x", -EIO },
		{ "socket:[12345]", -EIO },
	};
	uint32_t inode = 0;

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		CHECK_INT(symlinkat(links[i].target, dir, "link"), 0);
		CHECK_INT(procfs_link(dir, "link", &nstypes[NSTYPE_NET], &inode), links[i].rc);
		CHECK_INT(unlinkat(dir, "link", 0), 0);
	}
	CHECK(inode == UINT32_MAX);
	CHECK_INT(procfs_link(dir, "link", &nstypes[NSTYPE_NET], &inode), -ENOENT);
	end();
}

/* Returns the number of threads in a file like /proc/loadavg, or a negative errno. */
static long long threads(const char *text)
{
	uint64_t n = 0;
	int fd, rc;

	unit_file(dir, "loadavg", text);
	fd = procfs_open_loadavg(dir);
	CHECK(fd >= 0);
	rc = procfs_count_threads(fd, &n);
	close(fd);
	return rc < 0 ? rc : (long long)n;
}

static void the_number_of_threads_follows_the_slash(void)
{
	begin();
	CHECK_INT(threads("0.12 0.34 0.56 1/234 5678\n"), 234);
	CHECK_INT(threads("0.12 0.34 0.56 1 5678\n"), -EBADMSG);
	CHECK_INT(threads(""), -EBADMSG);
	CHECK_INT(threads("0.12 0.34 0.56 1/x 5678\n"), -EINVAL);
	CHECK_INT(threads("0.12 0.34 0.56 1/0 5678\n"), -ERANGE);
	end();
}

static void the_end_of_a_command_line_has_no_blanks(void)
{
	static const struct {
		const char *text;
		size_t len;
		const char *want;
	} lines[] = {
		{ "a\0b c\0", 6, "a b c" },
		{ "a \0 \0", 5, "a" },
		{ "\0\0 ", 3, "" },
		{ "", 0, "" },
	};

	begin();
	CHECK_INT(mkdirat(dir, "7", 0755), 0);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		cleanup_buf struct buf b = BUF_INIT;
		int fd = openat(dir, "7/cmdline", O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

		CHECK(write(fd, lines[i].text, lines[i].len) == (ssize_t)lines[i].len);
		close(fd);
		CHECK_INT(procfs_read_cmdline(dir, 7, &b), 0);
		CHECK_STR(b.s ? b.s : "", lines[i].want);
	}
	end();
}

/* ---- Ids of network namespaces */

static struct {
	struct nlmsghdr nh;
	union {
		struct nlmsgerr error;
		struct {
			struct rtgenmsg gen __attribute__((aligned(NLMSG_ALIGNTO)));
			struct rtattr a __attribute__((aligned(NLMSG_ALIGNTO)));
			int32_t id;
			struct rtattr b;
			int32_t second;
		} attributes;
	};
} answer;

/* Returns the id in the answer, or a negative errno less than the ids of this test. */
static int parse_answer(size_t len)
{
	int32_t id = 0;
	int rc;

	answer.nh.nlmsg_len = (uint32_t)len;
	rc = netnsid_parse(&answer, len, &id);
	return rc < 0 ? rc : id;
}

static void an_error_of_the_kernel_is_returned(void)
{
	const size_t whole = NLMSG_LENGTH(sizeof(struct nlmsgerr));

	memset(&answer, 0, sizeof(answer));
	answer.nh.nlmsg_type = NLMSG_ERROR;
	answer.error.error = -EPERM;
	CHECK_INT(parse_answer(whole), -EPERM);
	/* a message that is too short for an error number, and a success, which has no id */
	CHECK_INT(parse_answer(whole - 1), -EIO);
	answer.error.error = 0;
	CHECK_INT(parse_answer(whole), -EIO);
	CHECK_INT(parse_answer(sizeof(struct nlmsghdr) - 1), -EIO);
	answer.nh.nlmsg_type = RTM_NEWLINK;
	CHECK_INT(parse_answer(whole), -EIO);
}

static void other_and_short_attributes_are_skipped(void)
{
	const size_t whole = sizeof(answer.nh) + sizeof(answer.attributes);

	memset(&answer, 0, sizeof(answer));
	answer.nh.nlmsg_type = RTM_NEWNSID;
	answer.attributes.a = (struct rtattr){ RTA_LENGTH(sizeof(int32_t)), NETNSA_PID };
	answer.attributes.id = 5;
	answer.attributes.b = (struct rtattr){ RTA_LENGTH(sizeof(int32_t)), NETNSA_NSID };
	answer.attributes.second = 9;
	CHECK_INT(parse_answer(whole), 9);
	answer.attributes.a.rta_type = NETNSA_NSID;
	CHECK_INT(parse_answer(whole), 5);
	answer.attributes.a.rta_len = RTA_LENGTH(2); /* with its padding, as long as before */
	CHECK_INT(parse_answer(whole), 9);
	answer.attributes.b.rta_type = NETNSA_FD;
	CHECK_INT(parse_answer(whole), -EIO);
	CHECK_INT(parse_answer(NLMSG_SPACE(sizeof(struct rtgenmsg))), -EIO);
}

/* ---- Processes of named runs */

static bool is_process(const struct nsname *n)
{
	return nsname_is_process(n, -1, dir);
}

static void a_named_process_is_identified_by_its_start_time(void)
{
	static const char text[] = "7 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 500 0 0\n",
			  zombie[] = "7 (x) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 500 0 0\n";
	struct nsname n = { .pid = 7, .pidfd_inode = 3 };
	cleanup_fd int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct timens t = { .set = { false, false } };
	uint64_t start;

	begin();
	CHECK(!is_process(&n)); /* no stat file */
	unit_file(dir, "stat", text);
	CHECK(!is_process(&n)); /* the file of the name has no start time */
	/* /proc shows times on the clock of the reader; the file has the time on the initial clock
	 */
	(void)!timens_read(self, &t, NULL);
	start = 500 - (uint64_t)(t.off[TIMENS_BOOTTIME].tv_sec * sysconf(_SC_CLK_TCK));
	for (int difference = -2; difference <= 2; difference++) {
		n.start = start + (uint64_t)difference;
		/* a difference of one tick is accepted, because offsets are rounded */
		CHECK_INT(is_process(&n), difference >= -1 && difference <= 1);
	}
	n.start = start;
	unit_file(dir, "stat", zombie);
	CHECK(!is_process(&n));
	end();
}

/* ---- Clocks */

static void offsets_of_a_process_without_the_file_are_an_error(void)
{
	struct nsref_process p = { .pid = 7, .procfd = -1, .pidfd = -1 };
	struct nserr e = NSERR_INIT;
	struct timens t;
	uint64_t inode = 1;

	begin();
	p.procfd = dir;
	CHECK_INT(timens_read_process(&p, &t, &inode, &e), -ENOENT);
	CHECK(str_after(e.what, access("/proc/self/timens_offsets", F_OK) == 0
					? "process 7: cannot read timens_offsets"
					: "process 7: time namespaces are not supported"));
	CHECK(inode == 0);
	/* a link that cannot be read counts as unknown, and the offsets are read nevertheless */
	unit_file(dir, "timens_offsets", "monotonic 1 0\nboottime 2 0\n");
	CHECK_INT(mkdirat(dir, "ns", 0755), 0);
	CHECK_INT(symlinkat("nonsense", dir, "ns/time"), 0);
	CHECK_INT(timens_read_process(&p, &t, &inode, &e), 0);
	CHECK(inode == 0 && t.off[TIMENS_BOOTTIME].tv_sec == 2);
	/* the children of a process in another namespace show other offsets */
	CHECK(unlinkat(dir, "ns/time", 0) == 0 && symlinkat("time:[5]", dir, "ns/time") == 0);
	e = NSERR_INIT;
	CHECK_INT(timens_read_process(&p, &t, &inode, &e), -ESRCH);
	CHECK(e.what[0] != '\0');
	CHECK_INT(symlinkat("time:[5]", dir, "ns/time_for_children"), 0);
	CHECK_INT(timens_read_process(&p, &t, &inode, &e), 0);
	CHECK(inode == 5);
	end();
}

/* Checks that procfs_open() refuses /proc with this error and this message. */
static void refuse(int want, const char *what)
{
	struct nserr e = NSERR_INIT;

	CHECK_INT(procfs_open("/proc", &e), want);
	CHECK_STR(e.what, what);
}

static void other_file_systems(const char *in)
{
	struct nserr e = NSERR_INIT;
	int fd = procfs_open("/proc", &e);

	CHECK(fd > 2);
	close(fd);
	/* the sandbox has mounted its /proc on top of the /proc of another pid namespace */
	CHECK_INT(umount("/proc"), 0);
	refuse(-EXDEV, "/proc belongs to another pid namespace");
	CHECK_INT(mount("t", "/proc", "tmpfs", 0, NULL), 0);
	CHECK(procfs_open("/proc", &e) < 0 && e.what[0]);
	/* a directory with another name can replace /proc */
	fd = procfs_open(in, &e);
	CHECK(fd > 2);
	close(fd);
	CHECK_INT(procfs_open("/none", &e), -ENOENT);
	CHECK_STR(unit_message(&e), "cannot open /none: No such file or directory");
}

static void the_proc_of_another_pid_namespace_is_refused(void)
{
	sandbox(CLONE_NEWPID, other_file_systems);
}

UNIT_MAIN(CASE(the_proc_of_another_pid_namespace_is_refused),
	  CASE(a_link_must_name_a_namespace_of_the_type),
	  CASE(the_number_of_threads_follows_the_slash),
	  CASE(the_end_of_a_command_line_has_no_blanks), CASE(an_error_of_the_kernel_is_returned),
	  CASE(other_and_short_attributes_are_skipped),
	  CASE(a_named_process_is_identified_by_its_start_time),
	  CASE(offsets_of_a_process_without_the_file_are_an_error))
