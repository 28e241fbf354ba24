// SPDX-License-Identifier: GPL-2.0-or-later
/* test-collect: collects namespaces from the imitated /proc in tests/fixtures/proc-basic, without
 * privilege. */
#include "collect/collect.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "../unit.h"
#include "collect/hidden.h"
#include "collect/worker.h"
#include "kernel/mountinfo.h"
#include "ns/procfs.h"

static int open_fixture(void)
{
	static struct nserr e;
	const char *srcdir = getenv("srcdir");
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/tests/fixtures/proc-basic", srcdir ? srcdir : ".");
	fd = procfs_open(path, &e);
	if (fd < 0)
		printf("# %s\n", e.what);
	return fd;
}

static struct collect collect(unsigned types, unsigned sources, pid_t only)
{
	const struct collect_query q = {
		.proc = open_fixture(), .types = types, .sources = sources, .only = only
	};
	struct collect c;
	struct nserr e = NSERR_INIT;

	CHECK(q.proc >= 0);
	CHECK_INT(collect_run(&c, &q, &e), 0);
	CHECK_STR(unit_message(&e), "");
	return c;
}

static void done(struct collect *c)
{
	close(c->q.proc);
	collect_free(c);
}

static const struct ns *find(const struct collect *c, int type, uint32_t inode)
{
	static const struct ns none;
	const struct ns *ns = nstab_find(&c->tab, &nstypes[type], inode);

	CHECK(ns != NULL);
	return ns ? ns : &none;
}

#define ONLY(source) (NSTYPE_BIT(COLLECT_PROC) | NSTYPE_BIT(source))

static void counts_processes(void)
{
	struct collect c = collect(NSTYPE_ALL_BITS, ONLY(COLLECT_PROC), 0);

	/* process 14 has ended; zombie 2 has only a user and a pid namespace left */
	CHECK_INT(find(&c, NSTYPE_USER, 4026531837u)->nprocs, 5);
	CHECK_INT(find(&c, NSTYPE_UTS, 4026531838u)->nprocs, 4);
	CHECK_INT(find(&c, NSTYPE_NET, 4026531840u)->nprocs, 3);
	CHECK_INT(find(&c, NSTYPE_NET, 4026532200u)->pid, 10);
	CHECK_INT(find(&c, NSTYPE_NET, 4026532200u)->held, NSHOLD_BIT(NSHOLD_PROC));
	CHECK_INT(c.tab.n, 9);
	CHECK(collect_complete(&c));
	done(&c);
}

static void reads_only_requested_types(void)
{
	struct collect c = collect(NSTYPE_BIT(NSTYPE_NET), ONLY(COLLECT_PROC), 0);

	CHECK_INT(c.tab.n, 2);
	done(&c);
	c = collect(NSTYPE_BIT(NSTYPE_NET), ONLY(COLLECT_PROC), 10);
	CHECK_INT(c.tab.n, 1);
	CHECK_INT(c.n, 1);
	done(&c);
}

static void finds_a_namespace_of_a_thread(void)
{
	struct collect c = collect(NSTYPE_ALL_BITS, ONLY(COLLECT_TASK), 0);
	const struct ns *ns = find(&c, NSTYPE_UTS, 4026532202u);

	CHECK_INT(ns->held, NSHOLD_BIT(NSHOLD_TASK));
	CHECK_INT(ns->nprocs, 0);
	CHECK_INT(ns->nthreads, 1);
	CHECK(ns->holders && ns->holders->pid == 11 && ns->holders->num == 12);
	CHECK_INT(find(&c, NSTYPE_UTS, 4026531838u)->nthreads, 4);
	done(&c);
}

static void finds_namespaces_of_future_children(void)
{
	struct collect c = collect(NSTYPE_ALL_BITS, ONLY(COLLECT_CHILDREN), 0);

	CHECK_INT(find(&c, NSTYPE_TIME, 4026532203u)->held, NSHOLD_BIT(NSHOLD_CHILDREN));
	CHECK(!nstab_find(&c.tab, &nstypes[NSTYPE_PID], 4026532204u));
	done(&c);
	/* the children of a thread are read only if COLLECT_TASK is set */
	c = collect(NSTYPE_ALL_BITS, ONLY(COLLECT_CHILDREN) | NSTYPE_BIT(COLLECT_TASK), 0);
	CHECK_INT(find(&c, NSTYPE_PID, 4026532204u)->held, NSHOLD_BIT(NSHOLD_CHILDREN));
	done(&c);
}

/* The test uses the real /proc, because the search of descriptors (COLLECT_FD) identifies a
 * descriptor by its file and not by the text of its link. */
static void finds_a_descriptor_by_its_file(void)
{
	cleanup_fd int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	struct collect_query q = { .types = NSTYPE_BIT(NSTYPE_UTS),
				   .sources = ONLY(COLLECT_FD),
				   .only = getpid(),
				   .self = getpid() };
	struct collect c;
	struct nserr e = NSERR_INIT;
	const struct ns *ns;
	struct stat st;

	CHECK_INT(fstat(fd, &st), 0);
	q.proc = procfs_open("/proc", &e);
	CHECK_INT(collect_run(&c, &q, &e), 0);
	ns = find(&c, NSTYPE_UTS, (uint32_t)st.st_ino);
	CHECK_INT(ns->held, NSHOLD_BIT(NSHOLD_PROC) | NSHOLD_BIT(NSHOLD_FD));
	CHECK_INT(ns->nfds, 1);
	CHECK(ns->holders && ns->holders->pid == getpid() && ns->holders->num == fd);
	done(&c);
}

static void fails_with_enoent_if_the_holder_has_ended(void)
{
	struct collect c = collect(NSTYPE_ALL_BITS, ONLY(COLLECT_TASK), 0);
	const struct ns *ns = find(&c, NSTYPE_UTS, 4026532202u);
	int proc = c.q.proc;

	/* use /dev as a directory without processes */
	c.q.proc = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(c.q.proc >= 0);
	CHECK_INT(collect_open(&c, ns), -ENOENT);
	close(proc);
	done(&c);
}

static void finds_nsfs_mounts_in_mountinfo(void)
{
	struct collect c = collect(NSTYPE_ALL_BITS, ONLY(COLLECT_MNT), 0);
	const struct ns *ns = find(&c, NSTYPE_NET, 4026532205u);

	CHECK_INT(ns->held, NSHOLD_BIT(NSHOLD_MNT));
	CHECK(ns->holders && ns->holders->where);
	CHECK_STR(ns->holders ? ns->holders->path : "", "/run/netns/a b");
	/* a mount whose path contains " - nsfs " is not an nsfs mount */
	CHECK(!nstab_find(&c.tab, &nstypes[NSTYPE_UTS], 4026532206u));
	ns = find(&c, NSTYPE_MNT, 4026531841u);
	CHECK_INT(ns->mounts, 4);
	CHECK_STR(ns->rootfs ? ns->rootfs : "", "ext4");
	done(&c);
}

static void parses_lists_of_source_names(void)
{
	unsigned set = 0;
	struct nserr e = NSERR_INIT;

	CHECK_INT(collect_parse("proc,fd,mnt", &set, &e), 0);
	CHECK_INT(set, ONLY(COLLECT_FD) | NSTYPE_BIT(COLLECT_MNT));
	for (size_t i = 0; i < COLLECT_SOURCES; i++)
		CHECK_INT(collect_parse(collect_source_names[i], &set, &e), 0);
	CHECK(collect_parse("", &set, &e) < 0);
	CHECK(collect_parse("proc,", &set, &e) < 0);
	CHECK_INT(collect_parse("pro", &set, &e), -EINVAL);
	CHECK_STR(e.what, "unknown source 'pro'");
	CHECK(str_after(e.hint, "did you mean proc?"));
	CHECK(collect_parse("process", &set, &e) < 0);
}

static void reads_a_process_with_a_hostile_name(void)
{
	struct proc_stat st;
	struct buf b = BUF_INIT;
	int proc = open_fixture();

	CHECK_INT(procfs_read_stat(proc, 10, &st), 0);
	CHECK_STR(st.comm, "a b) c");
	CHECK_INT(st.ppid, 1);
	CHECK_INT(st.start, 77);
	CHECK_INT(procfs_read_cmdline(proc, 10, &b), 0);
	CHECK_STR(b.s, "prog arg");
	CHECK_INT(procfs_read_stat(proc, 14, &st), -ENOENT);
	buf_free(&b);
	close(proc);
}

/* Returns the result of collect_hides_processes() for a directory in place of /proc whose mount has
 * these options. The caller has no capability over the namespace of this directory. */
static bool is_hidden(const char *fstype, const char *options, bool same_mount)
{
	char dir[UNIT_DIR_SIZE], text[256];
	bool hidden;
	int fd = unit_directory(dir), file;

	CHECK_INT(mkdirat(fd, "self", 0700), 0);
	file = openat(fd, "self/mountinfo", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	snprintf(text, sizeof(text), "%d 1 0:5 / /proc rw - %s proc rw%s\n",
		 mountinfo_id_of_fd(fd) + (same_mount ? 0 : 1), fstype, options);
	CHECK_INT(write(file, text, strlen(text)), strlen(text));
	close(file);
	hidden = collect_hides_processes(fd);
	CHECK_INT(unlinkat(fd, "self/mountinfo", 0), 0);
	CHECK(!collect_hides_processes(fd));
	CHECK_INT(unlinkat(fd, "self", AT_REMOVEDIR), 0);
	close(fd);
	CHECK_INT(rmdir(dir), 0);
	return hidden;
}

/* No process is in the group 4294967294. */
static void the_mount_options_of_proc_hide_processes(void)
{
	static const struct {
		const char *options;
		bool hidden;
	} cases[] = {
		{ "", false },
		{ ",hidepid=0", false },
		{ ",hidepid=1", false },
		{ ",hidepid=noaccess", false },
		{ ",hidepid=2,gid=4294967294", true },
		{ ",hidepid=invisible,gid=4294967294", true },
		{ ",gid=4294967294,hidepid=2", true },
		{ ",hidepid=4", true },
		{ ",hidepid=ptraceable", true },
		/* the group is only an exemption from hidepid=2 */
		{ ",hidepid=4,gid=0", true },
	};
	char own[64];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CHECK_INT(is_hidden("proc", cases[i].options, true), cases[i].hidden);
		CHECK(!is_hidden("proc", cases[i].options, false));
		CHECK(!is_hidden("tmpfs", cases[i].options, true));
	}
	snprintf(own, sizeof(own), ",hidepid=2,gid=%u", getegid());
	CHECK(!is_hidden("proc", own, true));
	/* the default is group 0, also for a number that is out of range */
	CHECK_INT(is_hidden("proc", ",hidepid=2", true), getegid() != 0);
	CHECK_INT(is_hidden("proc", ",hidepid=2,gid=4294967296", true), getegid() != 0);
}

static void errors_are_counted_by_their_reason(void)
{
	static const struct {
		int err;
		enum nsmissed_what what;
		enum nsmissed_why why;
	} cases[] = {
		{ -EACCES, NSMISSED_PROC, NSMISSED_DENIED },
		{ -EPERM, NSMISSED_NS, NSMISSED_DENIED },
		{ -EAGAIN, NSMISSED_MNT, NSMISSED_WAIT },
		/* for a value of a column, this is an error like any other */
		{ -EAGAIN, NSMISSED_DETAIL, NSMISSED_FAILED },
		{ -ENOSYS, NSMISSED_SOCK, NSMISSED_UNSUPPORTED },
		{ -ENOTTY, NSMISSED_SOCK, NSMISSED_UNSUPPORTED },
		{ -EOPNOTSUPP, NSMISSED_SOCK, NSMISSED_UNSUPPORTED },
		{ -EINVAL, NSMISSED_SOCK, NSMISSED_UNSUPPORTED },
		{ -EIO, NSMISSED_PROC, NSMISSED_FAILED },
	};
	struct nsmissed sum = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nsmissed m = { 0 };

		nsmissed_add(&m, cases[i].what, cases[i].err);
		CHECK_INT(m.n[cases[i].why][cases[i].what], 1);
		CHECK_INT(m.err, cases[i].why == NSMISSED_FAILED ? cases[i].err : 0);
		/* the first error stays */
		nsmissed_add(&m, NSMISSED_PROC, -ENXIO);
		CHECK_INT(m.err, cases[i].why == NSMISSED_FAILED ? cases[i].err : -ENXIO);
		nsmissed_add_all(&sum, &m);
	}
	CHECK_INT(sum.err, -ENXIO);
	CHECK_INT(sum.n[NSMISSED_UNSUPPORTED][NSMISSED_SOCK], 4);
	CHECK_INT(sum.n[NSMISSED_FAILED][NSMISSED_PROC], ARRAY_SIZE(cases) + 1);
}

static void some_errors_mean_that_a_namespace_is_gone(void)
{
	static const int gone[] = { ENOENT, ESRCH,      EACCES, EPERM,    ESTALE, ENOTDIR, ELOOP,
				    ENXIO,  EOPNOTSUPP, ENOTTY, ENOTSOCK, EAGAIN, ENOSYS };
	static const int other[] = { 0, EIO, EMFILE, ENFILE, ENOMEM, EINVAL, EBADF };

	for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
		CHECK(collect_is_gone(-gone[i]));
	for (size_t i = 0; i < ARRAY_SIZE(other); i++)
		CHECK(!collect_is_gone(-other[i]));
}

UNIT_MAIN(CASE(counts_processes), CASE(reads_only_requested_types),
	  CASE(finds_a_namespace_of_a_thread), CASE(finds_namespaces_of_future_children),
	  CASE(finds_a_descriptor_by_its_file), CASE(fails_with_enoent_if_the_holder_has_ended),
	  CASE(finds_nsfs_mounts_in_mountinfo), CASE(parses_lists_of_source_names),
	  CASE(reads_a_process_with_a_hostile_name), CASE(the_mount_options_of_proc_hide_processes),
	  CASE(errors_are_counted_by_their_reason), CASE(some_errors_mean_that_a_namespace_is_gone))
