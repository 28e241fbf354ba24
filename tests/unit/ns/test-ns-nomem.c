// SPDX-License-Identifier: GPL-2.0-or-later
/* test-ns-nomem: makes each memory allocation of functions in lib/ns fail (nomem.h). */
#include <fcntl.h>
#include <sys/socket.h>

#include "../nomem.h"
#include "../sandbox.h"
#include "base/file.h"
#include "calls.h"
#include "ns/name.h"
#include "ns/procfs.h"
#include "ns/ref_find.h"
#include "ns/ref_index.h"
#include "ns/scan.h"

static struct nserr e;
static char path[64];

static int try_cmdline(void)
{
	cleanup_fd int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_buf struct buf text = BUF_INIT;
	int rc = procfs_read_cmdline(proc, getpid(), &text);

	return rc < 0 ? rc : text.len > 0 ? 0 : 1;
}

static int try_scan(void)
{
	cleanup_fd int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct scan s = { 0 };
	int rc = scan_dir(proc, ".", 0, &s);
	size_t n = s.n;

	scan_free(&s);
	return rc < 0 ? rc : n > 0 ? 0 : 1;
}

/* Searches for a namespace that does not exist, while two sockets are open. Without memory, the
 * function must report an error other than ENOENT, because the search was incomplete. */
static int try_search(void)
{
	int rc = nsref_find_inode(NULL, 1, &e);

	nsindex_clear();
	free(nsindex.e);
	nsindex = (struct nsindex){ 0 };
	return rc == -ENOENT ? 0 : rc < 0 ? rc : 1;
}

static int try_dirs(void)
{
	char *dirs[2];
	int rc = nsname_dirs(dirs);

	if (rc < 0)
		return rc;
	free(dirs[0]);
	free(dirs[1]);
	return 0;
}

static int try_pin_dir(void)
{
	cleanup_fd int self = open_self();
	struct nspin_dir d = NSPIN_DIR_INIT;
	struct nspin pin = NSPIN_INIT;
	int rc;

	d.path = pin.path = path;
	rc = nspin_dir_open(&d, &e);
	if (rc == 0)
		rc = nspin_bind(&pin, &d, self, nstype_by_flag(CLONE_NEWUTS), &e);
	if (rc == 0)
		nspin_undo(&pin);
	nspin_dir_undo(&d);
	return unit_exists(path) ? 1 : rc;
}

static int try_pin(void)
{
	int rc = bind_file(path, &e);

	return unit_exists(path) ? 1 : rc;
}

static int try_reserve(void)
{
	struct nsname_keep k = NSNAME_KEEP_INIT;
	struct nserr ignored = NSERR_INIT;
	int rc = nsname_reserve(&k, "web", &e);

	if (rc == 0 && nsname_release(&k, &ignored) < 0)
		return 1;
	return unit_exists("/run/nsutils/web.lock") ? 1 : rc;
}

static int try_read(void)
{
	struct nsname n;

	return nsname_read("web", &n, &e);
}

static void allocations(const char *in)
{
	int pair[2];

	CHECK(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) == 0);
	snprintf(path, sizeof(path), "%s/pin", in);
	sandbox_tmpfs("/run");
	nomem_all("procfs_read_cmdline", try_cmdline);
	nomem_all("scan_dir", try_scan);
	/* the first search reads the processes without an index before it builds one */
	nomem_all("nsref_find_inode", try_search);
	nomem_all("a second nsref_find_inode", try_search);
	nomem_all("nspin_bind", try_pin);
	CHECK(mount(NULL, in, NULL, MS_SHARED, NULL) == 0);
	/* the fourth allocation is for the mount table; if it fails, nspin_dir_open() assumes that
	 * the mount is private */
	CHECK_INT(try_pin_dir(), 0);
	for (int i = 1; i <= 5; i++)
		CHECK_INT(nomem_one(try_pin_dir, i), i == 4 ? 0 : -ENOMEM);
	CHECK(setenv("XDG_RUNTIME_DIR", in, 1) == 0);
	nomem_all("nsname_dirs", try_dirs);
	CHECK(unsetenv("XDG_RUNTIME_DIR") == 0);
	/* the first allocation is for the name of the directory, the second for that of the file */
	CHECK_INT(try_reserve(), 0);
	CHECK_INT(try_read(), -ENOENT);
	for (int i = 1; i <= 2; i++) {
		CHECK_INT(nomem_one(try_reserve, i), -ENOMEM);
		CHECK_STR(e.what, i == 1 ? "cannot find the directory for the name 'web'"
					 : "cannot create '/run/nsutils'");
		CHECK_INT(nomem_one(try_read, i), -ENOMEM);
		CHECK_STR(e.what, "cannot look up the process 'name:web'");
	}
	close(pair[0]);
	close(pair[1]);
}

static void a_failed_allocation_is_reported(void)
{
	sandbox(CLONE_NEWPID, allocations);
}

UNIT_MAIN(CASE(a_failed_allocation_is_reported))
