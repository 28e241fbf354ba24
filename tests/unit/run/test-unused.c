// SPDX-License-Identifier: GPL-2.0-or-later
/* test-unused: releases objects that were never used. This must close no descriptor of the caller,
 * not wait for a child of the caller, and leave the working directory and the name space of files
 * unchanged. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../unit.h"
#include "base/file.h"
#include "collect/collect.h"
#include "idmap/journal.h"
#include "idmap/subid.h"
#include "idmap/view.h"
#include "kernel/mountinfo.h"
#include "kernel/nsfile.h"
#include "kernel/trustpath.h"
#include "net/addr.h"
#include "net/link.h"
#include "net/listen.h"
#include "net/netlink.h"
#include "net/route.h"
#include "ns/join.h"
#include "ns/name.h"
#include "ns/pin.h"
#include "ns/ref.h"
#include "root/mntopt.h"
#include "root/resolve.h"
#include "root/tree.h"
#include "run/plan.h"
#include "run/pty.h"

/* Declares a function that releases an unused object by the function `release`. */
#define RELEASE(type, init, release) \
	static void unused_##release(void) \
	{ \
		struct type x = init; \
\
		release(&x); \
	}

RELEASE(pty_relay, PTY_RELAY_INIT, pty_relay_end)
RELEASE(netlink, NETLINK_INIT, netlink_close)
RELEASE(net_links, NET_LINKS_INIT, net_links_free)
RELEASE(net_ifaddrs, NET_IFADDRS_INIT, net_ifaddrs_free)
RELEASE(net_routes, NET_ROUTES_INIT, net_routes_free)
RELEASE(net_listeners, NET_LISTENERS_INIT, net_listeners_free)
RELEASE(nspin, NSPIN_INIT, nspin_undo)
RELEASE(nspin, NSPIN_INIT, nspin_free)
RELEASE(nspin_dir, NSPIN_DIR_INIT, nspin_dir_undo)
RELEASE(nspin_dir, NSPIN_DIR_INIT, nspin_dir_free)
RELEASE(nsref_process, NSREF_PROCESS_INIT, nsref_process_close)
RELEASE(nsfile_proc, NSFILE_PROC_INIT, nsfile_proc_close)
RELEASE(trustpath, TRUSTPATH_INIT, trustpath_free)
RELEASE(mountinfo, MOUNTINFO_INIT, mountinfo_free)
RELEASE(mntopt, MNTOPT_INIT, mntopt_free)
RELEASE(root, ROOT_INIT, root_undo)
RELEASE(root, ROOT_INIT, root_close)
RELEASE(root_log, ROOT_LOG_INIT, root_log_forget)
RELEASE(collect_programs, COLLECT_PROGRAMS_INIT, collect_programs_close)
RELEASE(journal, JOURNAL_INIT, journal_close)
RELEASE(subids, SUBIDS_INIT, subids_free)
RELEASE(idmaps, IDMAPS_INIT, idmaps_free)
RELEASE(idmap_view, IDMAP_VIEW_INIT, idmap_view_free)
RELEASE(plan, PLAN_INIT, plan_free)

static void unused_root_log_undo(void)
{
	struct root_log log = ROOT_LOG_INIT;

	root_log_undo(&log, true);
}

static void unused_nsjoin_close(void)
{
	struct nsjoin j;

	nsjoin_init(&j);
	nsjoin_close(&j);
}

static void unused_nsname_release(void)
{
	struct nsname_keep k = NSNAME_KEEP_INIT;
	struct nserr e = NSERR_INIT;

	k.name = "unused";
	CHECK_INT(nsname_release(&k, &e), 0);
	CHECK_STR(e.what, "");
}

static void unused_util_close(void)
{
	int fd = -1;

	util_close(&fd);
	CHECK_INT(fd, -1);
}

#define ROW(name) \
	{ \
#name, unused_##name \
	}

static void releasing_an_unused_object_changes_nothing(void)
{
	static const struct {
		const char *name;
		void (*release)(void);
	} rows[] = {
		ROW(pty_relay_end),
		ROW(netlink_close),
		ROW(net_links_free),
		ROW(net_ifaddrs_free),
		ROW(net_routes_free),
		ROW(net_listeners_free),
		ROW(nspin_undo),
		ROW(nspin_free),
		ROW(nspin_dir_undo),
		ROW(nspin_dir_free),
		ROW(nsref_process_close),
		ROW(nsfile_proc_close),
		ROW(trustpath_free),
		ROW(mountinfo_free),
		ROW(mntopt_free),
		ROW(root_undo),
		ROW(root_close),
		ROW(root_log_forget),
		ROW(collect_programs_close),
		ROW(journal_close),
		ROW(subids_free),
		ROW(idmaps_free),
		ROW(idmap_view_free),
		ROW(plan_free),
		ROW(root_log_undo),
		ROW(nsjoin_close),
		ROW(nsname_release),
		ROW(util_close),
	};
	struct stat before, after;
	bool opened[10] = { false };
	siginfo_t info;
	pid_t pid;

	/* open the descriptors 0 to 9, which an object with the descriptor 0 or 1 would close */
	for (int fd = 0; fd < 10; fd++)
		if (fcntl(fd, F_GETFD) < 0) {
			CHECK_INT(open("/dev/null", O_RDONLY | O_CLOEXEC), fd);
			opened[fd] = true;
		}
	CHECK_INT(stat(".", &before), 0);
	pid = unit_fork();
	if (pid == 0)
		_exit(0);
	CHECK(pid > 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		rows[i].release();
		for (int fd = 0; fd < 10; fd++) {
			if (fcntl(fd, F_GETFD) >= 0)
				continue;
			printf("# %s has closed the descriptor %d\n", rows[i].name, fd);
			unit_failures++;
		}
		CHECK(stat(".", &after) == 0 && after.st_ino == before.st_ino);
		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0) {
			printf("# %s has waited for a child of the caller\n", rows[i].name);
			unit_failures++;
			break;
		}
	}
	CHECK(waitpid(pid, NULL, 0) == pid);
	for (int fd = 0; fd < 10; fd++)
		if (opened[fd])
			close(fd);
}

UNIT_MAIN(CASE(releasing_an_unused_object_changes_nothing))
