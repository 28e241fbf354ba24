// SPDX-License-Identifier: GPL-2.0-or-later
/* test-collect-faults: makes each system call fail while namespaces are collected (fault.h). */
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include "../fault.h"
#include "../sandbox.h"
#include "collect/collect.h"
#include "collect/hidden.h"
#include "collect/visit.h"
#include "net/link.h"

static pid_t child;
static unsigned sources;
static ino_t want;
static const char *hidden_proc; /* a proc file system with hidepid=4 */

static bool has(const struct collect *c, ino_t inode)
{
	for (size_t i = 0; i < c->tab.n; i++)
		if (c->tab.all[i]->inode == inode)
			return true;
	return false;
}

/* If collect_run() succeeds, its list must contain the namespace `want`, unless collect_complete()
 * reports that the list is incomplete. */
static int try_collect(void)
{
	struct collect_query q = { .types = NSTYPE_ALL_BITS,
				   .sources = sources,
				   .self = getpid(),
				   .no_bpf = true,
				   .mount_details = true };
	struct nserr e = NSERR_INIT;
	struct mountinfo m = MOUNTINFO_INIT;
	struct collect c;
	bool right = true;
	int rc;

	q.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	fault_begin();
	rc = collect_run(&c, &q, &e);
	for (size_t i = 0; rc == 0 && i < c.tab.n; i++) {
		int fd = collect_open(&c, c.tab.all[i]);

		util_close(&fd);
		if (c.tab.all[i]->type->flag == CLONE_NEWNS &&
		    collect_mountinfo(&c, c.tab.all[i], &m) == 0)
			mountinfo_free(&m);
	}
	fault_end();
	if (rc == 0 && !has(&c, want))
		right = !collect_complete(&c);
	close(q.proc);
	collect_free(&c);
	return fault_result(rc, &e, right);
}

/* Returns true for two results, which are accepted: ENOENT, which most files of a process return
 * after the process has ended, and a remaining child. collect_run() does not wait for the child
 * that examines sockets if that child could have duplicated a file other than a socket. */
static bool has_ended(const char *why, const struct fault_run *f)
{
	return (f->error == ENOENT && f->result == 1) || streq(why, "left a child process");
}

static void collects(const char *in)
{
	struct stat st;
	char path[64];
	int fd, sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	CHECK((child = sandbox_child(CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWPID)) > 0);
	snprintf(path, sizeof(path), "/proc/%d/ns/uts", child);
	CHECK(stat(path, &st) == 0);
	want = st.st_ino;
	sources = NSTYPE_BIT(COLLECT_PROC);
	fault_all("processes", try_collect, has_ended);
	sources = COLLECT_ALL & ~NSTYPE_BIT(COLLECT_KERNEL);
	fault_all("all sources", try_collect, has_ended);
	/* create a namespace that only a mount and a descriptor keep alive */
	snprintf(path, sizeof(path), "%s/ns", in);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	close(fd);
	CHECK(unshare(CLONE_NEWUTS) == 0);
	CHECK(mount("/proc/self/ns/uts", path, NULL, MS_BIND, NULL) == 0 && stat(path, &st) == 0);
	CHECK(unshare(CLONE_NEWUTS) == 0);
	want = st.st_ino;
	fault_all("mounts", try_collect, has_ended);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(umount2(path, MNT_DETACH) == 0);
	fault_all("descriptors", try_collect, has_ended);
	close(fd);
	close(sock);
	sandbox_end_child(child);
}

static void a_failed_call_never_shortens_the_list(void)
{
	if (fault_require())
		sandbox(CLONE_NEWPID, collects);
}

/* ---- Visits */

static const char *host_name; /* the host name in the namespace of the child */

/* Reads the host name and the devices inside the namespaces of the child. */
static int try_visit(void)
{
	struct collect_query q = { .types = NSTYPE_ALL_BITS,
				   .sources = NSTYPE_BIT(COLLECT_PROC),
				   .self = getpid(),
				   .no_bpf = true };
	struct visit v[2] = { { .ns = NULL }, { .ns = NULL } };
	struct nserr e = NSERR_INIT;
	bool right = true;
	struct collect c;
	int rc = 0;

	q.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (collect_run(&c, &q, &e) < 0)
		return 1;
	for (size_t i = 0; i < c.tab.n; i++) {
		const struct ns *ns = c.tab.all[i];

		if (ns->inode == want)
			v[0].ns = ns;
		else if (ns->type->flag == CLONE_NEWNET && ns->pid == child)
			v[1].ns = ns;
	}
	if (!v[0].ns || !v[1].ns)
		return 1;
	fault_begin();
	visit_all(&c, v, 1, visit_hostname, NULL);
	visit_all(&c, v + 1, 1, visit_links, NULL);
	fault_end();
	for (size_t i = 0; i < 2; i++)
		rc = v[i].rc < 0 ? v[i].rc : rc;
	if (v[0].rc == 0)
		right = v[0].out.s && streq(v[0].out.s, host_name);
	if (v[1].rc == 0)
		right = right && v[1].out.len == sizeof(struct net_link);
	right = right && v[0].rc <= 0 && v[1].rc <= 0;
	visit_free(v, 2);
	close(q.proc);
	collect_free(&c);
	return right ? fault_result(rc, NULL, true) : 1;
}

static void visits(const char *in)
{
	static struct utsname names;
	char path[64];
	struct stat st;

	(void)in;
	CHECK(uname(&names) == 0);
	host_name = names.nodename;
	for (int user = 0; user <= CLONE_NEWUSER; user += CLONE_NEWUSER) {
		CHECK((child = sandbox_child(user | CLONE_NEWUTS | CLONE_NEWNET)) > 0);
		snprintf(path, sizeof(path), "/proc/%d/ns/uts", child);
		CHECK(stat(path, &st) == 0);
		want = st.st_ino;
		/* the host name of this process is another one */
		CHECK(unshare(CLONE_NEWUTS) == 0 && sethostname("own", 3) == 0);
		fault_all(user ? "visit_all through a user namespace" : "visit_all", try_visit,
			  NULL);
		sandbox_end_child(child);
		host_name = "own";
	}
}

/* Returns true if calls can be made to fail in functions that create threads. Otherwise skips the
 * case. AddressSanitizer makes system calls in each new thread, and ends the process if one of them
 * fails. */
static bool threads_can_fail(void)
{
#ifdef __SANITIZE_ADDRESS__
	unit_skip("no faults in threads with AddressSanitizer");
	return false;
#else
	return fault_require();
#endif
}

static void a_failed_call_visits_no_wrong_namespace(void)
{
	if (threads_can_fail())
		sandbox(CLONE_NEWPID, visits);
}

/* ---- Functions that run in the calling process */

/* Calls the functions of visit.h for the namespaces of the caller, which are not entered. */
static int try_visit_own(void)
{
	static visit_fn *const functions[] = { visit_links, visit_addresses, visit_listeners,
					       visit_hostname };
	static const int tcp = IPPROTO_TCP;
	struct collect_query q = { .types = NSTYPE_ALL_BITS,
				   .sources = NSTYPE_BIT(COLLECT_PROC),
				   .self = getpid(),
				   .no_bpf = true };
	struct visit v[ARRAY_SIZE(functions)] = { { .ns = NULL } };
	struct nserr e = NSERR_INIT;
	struct stat net, uts;
	struct collect c;
	bool right = true;
	int rc = 0;

	q.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (collect_run(&c, &q, &e) < 0 || stat("/proc/self/ns/net", &net) < 0 ||
	    stat("/proc/self/ns/uts", &uts) < 0)
		return 1;
	fault_begin();
	for (size_t k = 0; k < ARRAY_SIZE(functions); k++) {
		for (size_t i = 0; i < c.tab.n; i++)
			if (c.tab.all[i]->inode ==
			    (functions[k] == visit_hostname ? uts.st_ino : net.st_ino))
				v[k].ns = c.tab.all[i];
		if (v[k].ns)
			visit_all(&c, &v[k], 1, functions[k], &tcp);
	}
	fault_end();
	for (size_t k = 0; k < ARRAY_SIZE(functions); k++) {
		right = right && v[k].ns && v[k].rc <= 0;
		rc = v[k].rc < 0 ? v[k].rc : rc;
	}
	/* each network namespace has the device lo */
	right = right && (v[0].rc < 0 || v[0].out.len >= sizeof(struct net_link));
	visit_free(v, ARRAY_SIZE(functions));
	close(q.proc);
	collect_free(&c);
	return right ? fault_result(rc, NULL, true) : 1;
}

/* The caller has CAP_SYS_PTRACE in the user namespace that owns its pid namespace, so hidepid hides
 * nothing, unless the owner cannot be found. */
static int try_hides(void)
{
	int proc = open(hidden_proc, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool hides;

	fault_begin();
	hides = collect_hides_processes(proc);
	fault_end();
	close(proc);
	return hides ? -EAGAIN : 0;
}

static void own(const char *in)
{
	static const struct fault_row rows[] = {
		{ "collect_hides_processes", try_hides, SYS_ioctl, FAULT_EACH, EPERM, -EAGAIN },
		{ "collect_hides_processes", try_hides, SYS_ioctl, FAULT_EACH, EIO, -EAGAIN },
	};

	hidden_proc = in;
	fault_all("visit_all of the own namespaces", try_visit_own, NULL);
	/* hidepid=4 is in Linux 5.8 and later (proc(5)) */
	if (mount("proc", in, "proc", 0, "hidepid=4") < 0)
		return;
	fault_all("collect_hides_processes", try_hides, NULL);
	fault_table(rows, ARRAY_SIZE(rows));
}

static void a_failed_call_in_this_process_leaves_no_descriptor(void)
{
	if (threads_can_fail())
		sandbox(CLONE_NEWPID, own);
}

UNIT_MAIN(CASE(a_failed_call_in_this_process_leaves_no_descriptor),
	  CASE(a_failed_call_visits_no_wrong_namespace),
	  CASE(a_failed_call_never_shortens_the_list))
