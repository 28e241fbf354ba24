// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nslist-inside: fills the columns and reads the facts for which nslist must open or enter a
 * namespace of a child. Also resolves references while system calls fail. No function may leave a
 * descriptor open. */
#include "../fault.h"
#include "../sandbox.h"
#include "ns/netnsid.h"
#include "nslist/columns.h"
#include "nslist/facts.h"
#include "tool.h"

UNIT_LEAVES_MEMORY

static struct opts opts;
static struct run run;
static struct nsmember member;

/* Returns the row of a namespace of the process. */
static struct row row_of(int type, pid_t pid)
{
	struct row row = { .pid = pid };
	struct stat st = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, nstypes[type].file);
	CHECK(stat(path, &st) == 0);
	row.ns = nstab_get(&run.c.tab, &nstypes[type], (uint32_t)st.st_ino);
	row.ns->pid = pid;
	row.ns->nprocs = 1;
	member.inode[type] = row.ns->inode;
	return row;
}

/* Fills a column, and checks its kind and that no descriptor stays open. Returns its text. */
static const char *filled(void (*fill)(struct run *run, const struct row *r, struct cell *out),
			  const struct row *row, enum cell_kind kind)
{
	static struct cell cell;
	int fds = unit_open_fds();

	buf_free(&cell.text);
	cell = (struct cell){ .num = 99 };
	fill(&run, row, &cell);
	unit_check_fds("the column", fds);
	CHECK_INT(cell.kind, kind);
	if (kind == CELL_NUM)
		CHECK_INT(cell.num, 1);
	else if (kind == CELL_SIGNED)
		CHECK_INT(cell.num, 0);
	return cell.text.s;
}

/* Reads the facts about the namespace. Checks that there are n and that the first one begins with
 * `first`. */
static void check_facts(struct ns *ns, size_t n, const char *first)
{
	int fds = unit_open_fds();
	struct facts f;

	facts_read(&run, ns, member.pid, &f);
	unit_check_fds("facts_read()", fds);
	CHECK(f.known);
	CHECK_INT(f.n, n);
	if (f.n > 0 && !str_after(f.v[0], first))
		CHECK_STR(f.v[0], first);
	facts_free(&f);
}

static void fill_columns(const char *dir)
{
	struct row uts, net, cgroup, user, time;

	(void)dir;
	CHECK(sethostname("inside", 6) == 0 && setdomainname("domain", 6) == 0);
	member.pid = sandbox_child(CLONE_NEWNET | CLONE_NEWCGROUP);
	CHECK(member.pid > 0);
	run = (struct run){ .o = &opts };
	run.proc = run.c.q.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	run.netlink = netnsid_open();
	run.c.q.self = getpid();
	run.c.members = &member;
	run.c.n = 1;
	uts = row_of(NSTYPE_UTS, member.pid);
	net = row_of(NSTYPE_NET, member.pid);
	cgroup = row_of(NSTYPE_CGROUP, member.pid);
	user = row_of(NSTYPE_USER, member.pid);
	time = row_of(NSTYPE_TIME, member.pid);
	CHECK_STR(filled(fill_hostname, &uts, CELL_TEXT), "inside");
	CHECK_STR(filled(fill_domain, &uts, CELL_TEXT), "domain");
	/* the new network namespace contains only lo, and no nsid is assigned to it */
	(void)filled(fill_nifs, &net, CELL_NUM);
	CHECK_STR(filled(fill_netnsid, &net, CELL_TEXT), "unassigned");
	CHECK(filled(fill_cgroot, &cgroup, CELL_TEXT)[0] == '/');
	CHECK(str_after(filled(fill_uidmap, &user, CELL_LIST), "0 "));
	CHECK(str_after(filled(fill_gidmap, &user, CELL_LIST), "0 "));
	(void)filled(fill_bootoff, &time, CELL_SIGNED);
	check_facts(user.ns, 2, "gid 0 ");
	check_facts(uts.ns, 1, "hostname inside");
	/* a column is empty for a namespace of another type */
	(void)filled(fill_nifs, &uts, CELL_NONE);
	(void)filled(fill_monooff, &uts, CELL_NONE);
	/* if the namespace has no process, a child enters it to read the offset */
	time.ns->pid = 0;
	CHECK_INT(nstab_hold(time.ns, NSHOLD_TASK, member.pid, member.pid, NULL), 0);
	(void)filled(fill_monooff, &time, CELL_SIGNED);
	close(run.netlink);
	close(run.proc);
	sandbox_end_child(member.pid);
}

static void each_column_closes_its_descriptors(void)
{
	sandbox(CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWNET, fill_columns);
}

/* Resolves the references. The descriptor of a process stays open, and that of a namespace does
 * not. */
static int try_resolve(void)
{
	struct nserr e = NSERR_INIT;
	bool right;
	int rc;

	run = (struct run){ .o = &opts };
	fault_begin();
	rc = resolve(&run, &e);
	fault_end();
	right = rc == 0 && run.n_targets == 2 && run.targets[0].type == &nstypes[NSTYPE_UTS] &&
		run.targets[0].procfd < 0 && run.targets[1].pid == getpid();
	if (run.targets && run.targets[1].procfd > 0)
		close(run.targets[1].procfd);
	return fault_result(rc, &e, right);
}

static void a_reference_that_cannot_be_opened_is_reported(void)
{
	struct nsref refs[2];
	struct nserr e = NSERR_INIT;

	if (!fault_require())
		return;
	CHECK_INT(nsref_parse("/proc/self/ns/uts", &refs[0], &e), 0);
	CHECK_INT(nsref_parse("self", &refs[1], &e), 0);
	opts = (struct opts){ .refs = refs, .n_refs = ARRAY_SIZE(refs) };
	fault_all("references", try_resolve, NULL);
	opts = (struct opts){ .n_refs = 0 };
}

UNIT_MAIN(CASE(each_column_closes_its_descriptors),
	  CASE(a_reference_that_cannot_be_opened_is_reported))
