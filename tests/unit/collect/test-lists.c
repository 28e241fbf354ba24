// SPDX-License-Identifier: GPL-2.0-or-later
/* test-lists: collects the namespaces and mounts that a kernel lists. The linker replaces the
 * functions that list and open them (option --wrap in tests/Makemodule.am), so that the test can
 * imitate old and new kernels. */
#include <fcntl.h>
#include <sys/stat.h>

#include "../nomem.h"
#include "collect/src_bpf.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"

/* The types of the namespaces of the imitated kernel, by id. The file of this name in the directory
 * stands for the namespace. */
#define COUNT 4
static const uint64_t types[COUNT + 1] = { 0, CLONE_NEWUTS, CLONE_NEWNS, CLONE_NEWNS, CLONE_NEWNS };
static char top[UNIT_DIR_SIZE];
static int dir = -1;
static struct stat files[COUNT + 1];

/* The errors of the replaced functions, or 0. If bad_id is set, only the calls for this namespace
 * or mount fail. */
static int list_error, open_error, type_error, step_error, inspect_error, proc_error, stat_error;
static uint64_t bad_id;
static bool is_root;
static unsigned opened; /* ids that sys_ns_open_id() has opened, as bits */

static uint64_t id_of(int fd)
{
	struct stat st;

	CHECK(fstat(fd, &st) == 0);
	for (uint64_t id = 1; id <= COUNT; id++)
		if (files[id].st_ino == st.st_ino)
			return id;
	return 0;
}

static int open_id(uint64_t id)
{
	char name[8];

	snprintf(name, sizeof(name), "%u", (unsigned)id);
	return openat(dir, name, O_RDONLY | O_CLOEXEC);
}

static int failure(int error, uint64_t id)
{
	return bad_id && bad_id != id ? 0 : error;
}

ssize_t __wrap_sys_listns(const struct sys_ns_id_req *req, uint64_t *ids, size_t n);
ssize_t __wrap_sys_listns(const struct sys_ns_id_req *req, uint64_t *ids, size_t n)
{
	size_t k = 0;

	CHECK(req->size == sizeof(*req) && n > 2);
	if (list_error)
		return list_error;
	for (uint64_t id = req->ns_id + 1; id <= COUNT && k < 2; id++)
		ids[k++] = id;
	return (ssize_t)k;
}

int __wrap_sys_ns_open_id(uint64_t id, uint32_t flag, uint32_t inode);
int __wrap_sys_ns_open_id(uint64_t id, uint32_t flag, uint32_t inode)
{
	CHECK((flag == 0 && inode == 0) ||
	      (flag == CLONE_NEWNS && inode == (uint32_t)files[id].st_ino));
	if (failure(open_error, id))
		return open_error;
	opened |= 1u << id;
	return open_id(id);
}

int64_t __wrap_sys_ns_type(int fd);
int64_t __wrap_sys_ns_type(int fd)
{
	uint64_t id = id_of(fd);

	/* a positive type_error is a type that lib/ns/type.c does not contain */
	return failure(type_error, id) ? type_error : (int64_t)types[id];
}

/* The kernel lists the mount namespaces 2, 3 and 4. This process is in the mount namespace 3. */
int __wrap_nsfile_open_proc(int proc, const char *path);
int __wrap_nsfile_open_proc(int proc, const char *path)
{
	CHECK_INT(proc, 4711);
	CHECK_STR(path, "self/ns/mnt");
	return proc_error ? proc_error : open_id(3);
}

int __wrap_sys_ns_mnt_next(int fd);
int __wrap_sys_ns_mnt_next(int fd)
{
	uint64_t id = id_of(fd);

	return failure(step_error, id) ? step_error : id == 4 ? -ENOENT : open_id(id + 1);
}

int __wrap_sys_ns_mnt_prev(int fd);
int __wrap_sys_ns_mnt_prev(int fd)
{
	uint64_t id = id_of(fd);

	return failure(step_error, id) ? step_error : id == 2 ? -ENOENT : open_id(id - 1);
}

int __wrap_collect_inspect(struct collect *c, struct ns *ns, int fd, struct nserr *e);
int __wrap_collect_inspect(struct collect *c, struct ns *ns, int fd, struct nserr *e)
{
	uint64_t id = id_of(fd);

	(void)c;
	if (failure(inspect_error, id))
		return nserr_set(e, inspect_error, "cannot inspect");
	ns->opened = true;
	ns->mnt_id = ns->id = id;
	return 0;
}

/* Each mount namespace has the mounts 1 to 3: "/", a uts namespace on "/run/a b", and an nsfs mount
 * with an invalid root. */
ssize_t __wrap_sys_listmount(uint64_t ns, uint64_t parent, uint64_t last, uint64_t *ids, size_t n);
ssize_t __wrap_sys_listmount(uint64_t ns, uint64_t parent, uint64_t last, uint64_t *ids, size_t n)
{
	size_t k = 0;

	CHECK(ns > 0 && ns <= COUNT && parent == SYS_LSMT_ROOT && n > 2);
	if (failure(list_error, ns))
		return list_error;
	for (uint64_t id = last + 1; id <= 3 && k < 2; id++)
		ids[k++] = id;
	return (ssize_t)k;
}

int __wrap_sys_statmount(uint64_t ns, uint64_t id, uint64_t mask, struct sys_statmount *m,
			 size_t size);
int __wrap_sys_statmount(uint64_t ns, uint64_t id, uint64_t mask, struct sys_statmount *m,
			 size_t size)
{
	static const char *const all[][3] = { { "ext4", "/", "/" },
					      { "nsfs", "uts:[77]", "/run/a b" },
					      { "nsfs", "rubbish", "/x" } };
	size_t at = 0;

	CHECK(ns > 0 && ns <= COUNT && id >= 1 && id <= 3 && size > 2 * 4096);
	CHECK_INT(mask, SYS_STATMOUNT_FS_TYPE | SYS_STATMOUNT_MNT_ROOT | SYS_STATMOUNT_MNT_POINT);
	if (failure(stat_error, id))
		return stat_error;
	m->fs_type = 0;
	at = strlen(strcpy(m->str, all[id - 1][0])) + 1;
	m->mnt_root = (uint32_t)at;
	at += strlen(strcpy(m->str + at, all[id - 1][1])) + 1;
	m->mnt_point = (uint32_t)at;
	strcpy(m->str + at, all[id - 1][2]);
	return 0;
}

int __wrap_collect_relate(struct collect *c, struct nserr *e);
int __wrap_collect_relate(struct collect *c, struct nserr *e)
{
	(void)c;
	(void)e;
	return 0;
}

bool __wrap_sys_cap_has(int cap);
bool __wrap_sys_cap_has(int cap)
{
	CHECK_INT(cap, CAP_SYS_ADMIN);
	return is_root;
}

/* ---- The test */

static void reset(void)
{
	list_error = open_error = type_error = step_error = inspect_error = proc_error =
		stat_error = 0;
	bad_id = 0;
	opened = 0;
	is_root = false;
}

static struct collect fresh(void)
{
	return (struct collect){ .q = { .proc = 4711, .self = 1 },
				 .types = NSTYPE_ALL_BITS,
				 .sources = COLLECT_ALL };
}

/* Returns the ids of the namespaces in the table as bits. */
static unsigned in_table(const struct collect *c)
{
	unsigned bits = 0;

	for (size_t i = 0; i < c->tab.n; i++)
		for (unsigned id = 1; id <= COUNT; id++)
			if ((uint32_t)files[id].st_ino == c->tab.all[i]->inode &&
			    c->tab.all[i]->type->flag == types[id])
				bits |= 1u << id;
	return bits;
}

static void begin(void)
{
	char name[8];

	reset();
	dir = unit_directory(top);
	for (unsigned id = 1; id <= COUNT; id++) {
		snprintf(name, sizeof(name), "%u", id);
		unit_put(dir, name, "");
		CHECK_INT(fstatat(dir, name, &files[id], 0), 0);
	}
}

static void end(void)
{
	close(dir);
	unit_remove(top);
}

#define MNT_BITS 0x1c /* the ids 2 to 4 */
#define ALL_BITS 0x1e

static void lists_the_namespaces_of_the_kernel(void)
{
	static const struct {
		int *error;
		int value;
		uint64_t bad_id;
		int want;
		unsigned bits;
		bool all_mnt;
		const char *message;
	} rows[] = {
		{ &list_error, 0, 0, 0, ALL_BITS, true, "" },
		/* without listns(2), only the mount namespaces are listed */
		{ &list_error, -ENOSYS, 0, 0, MNT_BITS, true, "" },
		{ &list_error, -EPERM, 0, 0, MNT_BITS, true, "" },
		{ &list_error, -EIO, 0, -EIO, 0, false, "cannot list namespaces" },
		/* a namespace that has vanished */
		{ &open_error, -ESTALE, 1, 0, MNT_BITS, true, "" },
		{ &open_error, -EMFILE, 1, -EMFILE, 0, false, "cannot list namespaces" },
		{ &type_error, -EIO, 1, -EIO, 0, false, "cannot examine a namespace" },
		{ &type_error, 1, 1, 0, MNT_BITS, true, "" },
		{ &inspect_error, -EMFILE, 1, -EMFILE, 2, false, "cannot inspect" },
		{ &inspect_error, -EMFILE, 4, -EMFILE, ALL_BITS, false, "cannot inspect" },
		{ &inspect_error, -EPERM, 1, -EPERM, 2, false, "cannot inspect" },
		/* kernels that cannot list mount namespaces */
		{ &step_error, -ENOTTY, 0, 0, ALL_BITS, false, "" },
		{ &step_error, -EINVAL, 4, 0, ALL_BITS, false, "" },
		{ &step_error, -EOPNOTSUPP, 2, 0, ALL_BITS, false, "" },
		{ &step_error, -EACCES, 2, 0, ALL_BITS, false, "" },
		{ &step_error, -EMFILE, 3, -EMFILE, ALL_BITS, false, "cannot list namespaces" },
		{ &proc_error, -ENOENT, 0, 0, ALL_BITS, false, "" },
		{ &proc_error, -EACCES, 0, 0, ALL_BITS, false, "" },
		{ &proc_error, -EMFILE, 0, -EMFILE, ALL_BITS, false, "cannot list namespaces" },
	};

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct collect c = fresh();
		struct nserr e = NSERR_INIT;
		int got;

		reset();
		*rows[i].error = rows[i].value;
		bad_id = rows[i].bad_id;
		got = collect_kernel(&c, &e);
		if (got != rows[i].want || in_table(&c) != rows[i].bits)
			printf("# row %zu\n", i);
		CHECK_INT(got, rows[i].want);
		CHECK_INT(in_table(&c), rows[i].bits);
		CHECK_INT(c.all_mnt, rows[i].all_mnt);
		CHECK_STR(e.what, rows[i].message);
		CHECK_INT(e.errnum, -rows[i].want);
		nstab_free(&c.tab);
	}
	/* without listns(2), the mount namespaces before and after the mount namespace 3 of this
	 * process are opened */
	for (uint64_t id = 2; id <= COUNT; id++) {
		struct collect c = fresh();
		struct nserr e = NSERR_INIT;

		reset();
		list_error = -ENOSYS;
		inspect_error = -EMFILE;
		bad_id = id;
		CHECK_INT(collect_kernel(&c, &e), -EMFILE);
		CHECK_STR(e.what, "cannot inspect");
		CHECK_INT(in_table(&c), id == 2 ? MNT_BITS : id == 3 ? 1u << 3 : 3u << 3);
		nstab_free(&c.tab);
	}
	end();
}

/* BPF programs have listed the mount namespaces, and the mount namespace 3 is open already. */
static void opens_only_namespaces_that_are_not_open(void)
{
	struct bpf_pair pairs[COUNT];
	struct collect_bpf bpf = { .mnt_ns = { .pair = pairs, .known = true } };
	static const struct {
		int error, want;
		bool all_mnt;
	} rows[] = { { 0, 0, true },
		     { -ESTALE, 0, true },
		     { -ENOENT, 0, true },
		     { -EMFILE, -EMFILE, false },
		     { -EPERM, 0, false } };
	struct nserr e = NSERR_INIT;

	begin();
	memset(pairs, 0, sizeof(pairs));
	for (uint64_t id = 2; id <= COUNT; id++) {
		pairs[bpf.mnt_ns.n].id = id;
		pairs[bpf.mnt_ns.n++].of = files[id].st_ino;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct collect c = fresh();
		struct ns *ns = nstab_get(&c.tab, &nstypes[NSTYPE_MNT], (uint32_t)files[3].st_ino);

		c.bpf = &bpf;
		ns->opened = true;
		ns->mnt_id = ns->id = 3;
		/* the id of the mount namespace 4 is known, but it was not opened */
		ns = nstab_get(&c.tab, &nstypes[NSTYPE_MNT], (uint32_t)files[4].st_ino);
		ns->mnt_id = ns->id = 4;
		reset();
		e = NSERR_INIT;
		list_error = rows[i].error ? -ENOSYS : 0;
		open_error = rows[i].error;
		bad_id = 2;
		CHECK_INT(collect_kernel(&c, &e), rows[i].want);
		CHECK_INT(c.all_mnt, rows[i].all_mnt);
		CHECK_INT(opened, rows[i].want || !rows[i].all_mnt ? 0
				  : rows[i].error                  ? 1u << 4
								   : ALL_BITS & ~(1u << 3));
		c.bpf = NULL;
		nstab_free(&c.tab);
	}
	end();
}

/* ---- Mounts */

/* Adds the mount namespace with this id to the table. */
static struct ns *add_mnt(struct collect *c, uint64_t id)
{
	struct ns *ns = nstab_get(&c->tab, &nstypes[NSTYPE_MNT], (uint32_t)files[id].st_ino);

	ns->mnt_id = id;
	return ns;
}

static unsigned missed(const struct collect *c)
{
	return c->missed.n[NSMISSED_DENIED][NSMISSED_MNT] +
	       10 * c->missed.n[NSMISSED_UNSUPPORTED][NSMISSED_MNT];
}

static void lists_the_mounts_of_each_namespace(void)
{
	static const struct {
		int *error;
		int value;
		uint64_t bad_id;
		bool root;
		int want;
		unsigned mounts, missed, holders;
		const char *fs;
	} rows[] = {
		{ &list_error, 0, 0, false, 0, 3, 0, 2, "ext4" },
		{ &stat_error, -ENOENT, 1, false, 0, 2, 0, 2, "" },
		{ &stat_error, -EOVERFLOW, 2, false, 0, 2, 0, 0, "ext4" },
		{ &stat_error, -EIO, 3, false, -EIO, 2, 0, 1, "ext4" },
		/* without these system calls, mountinfo of a process in the namespace is read, but
		 * here no process is in it */
		{ &list_error, -ENOSYS, 0, false, 0, 0, 20, 0, "" },
		{ &list_error, -EPERM, 0, false, 0, 0, 20, 0, "" },
		{ &list_error, -EINVAL, 0, false, 0, 0, 20, 0, "" },
		{ &stat_error, -EPERM, 3, false, 0, 0, 20, 2, "ext4" },
		{ &stat_error, -EOPNOTSUPP, 3, false, 0, 0, 20, 2, "ext4" },
		{ &stat_error, -EINVAL, 3, false, 0, 0, 20, 2, "ext4" },
		{ &stat_error, -ENOSYS, 3, false, 0, 0, 20, 2, "ext4" },
		{ &list_error, -EAGAIN, 0, false, 0, 0, 0, 0, "" },
		{ &list_error, -ESTALE, 0, true, 0, 0, 0, 0, "" },
		{ &list_error, -ESTALE, 0, false, 0, 0, 2, 0, "" },
		{ &list_error, -EACCES, 0, false, 0, 0, 2, 0, "" },
		{ &list_error, -ENOENT, 0, false, 0, 0, 0, 0, "" },
		{ &list_error, -ESRCH, 0, false, 0, 0, 0, 0, "" },
		{ &list_error, -EIO, 0, false, -EIO, 0, 0, 0, "" },
	};

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct collect c = fresh();
		struct nserr e = NSERR_INIT;
		struct ns *ns, *uts;
		char want[64];
		int got;

		reset();
		*rows[i].error = rows[i].value;
		bad_id = rows[i].bad_id;
		is_root = rows[i].root;
		c.q.self = 0;
		ns = add_mnt(&c, 2);
		add_mnt(&c, 3);
		nstab_get(&c.tab, &nstypes[NSTYPE_NET], 5);
		got = collect_mnt(&c, &e);
		if (got != rows[i].want)
			printf("# row %zu\n", i);
		CHECK_INT(got, rows[i].want);
		CHECK_INT(ns->mounts, rows[i].mounts);
		CHECK_INT(missed(&c), rows[i].missed);
		CHECK_STR(ns->rootfs ? ns->rootfs : "", rows[i].fs);
		uts = nstab_find(&c.tab, &nstypes[NSTYPE_UTS], 77);
		CHECK_INT(uts ? uts->nmounts : 0, rows[i].holders);
		if (uts) {
			CHECK_STR(uts->holders->path, "/run/a b");
			CHECK(uts->holders->where == ns && uts->held == NSHOLD_BIT(NSHOLD_MNT));
		}
		snprintf(want, sizeof(want), "cannot list the mounts of mount namespace %u",
			 ns->inode);
		CHECK_STR(e.what, rows[i].want ? want : "");
		CHECK_INT(e.errnum, -rows[i].want);
		nstab_free(&c.tab);
	}
	/* types and sources that were not requested are ignored */
	struct collect c = fresh();
	struct nserr e = NSERR_INIT;

	reset();
	c.types &= ~NSTYPE_BIT(NSTYPE_UTS);
	add_mnt(&c, 2);
	CHECK_INT(collect_mnt(&c, &e), 0);
	CHECK(!nstab_find(&c.tab, &nstypes[NSTYPE_UTS], 77) && c.tab.all[0]->mounts == 3);
	c.sources &= ~NSTYPE_BIT(COLLECT_MNT);
	c.tab.all[0]->mounts = 0;
	CHECK_INT(collect_mnt(&c, &e), 0);
	CHECK_INT(c.tab.all[0]->mounts, 0);
	nstab_free(&c.tab);
	end();
}

static void uses_the_mounts_that_bpf_programs_list(void)
{
	struct bpf_pair pairs[] = { { .id = 2, .of = 1 },
				    { .id = 2, .of = 2 },
				    { .id = 3, .of = 2 },
				    { .id = 9, .of = 2 } };
	struct collect_bpf bpf = { .mounts = {
					   .pair = pairs, .n = ARRAY_SIZE(pairs), .known = true } };
	static const int errors[] = { 0, -EPERM };

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		for (int details = 0; details < 2; details++) {
			struct collect c = fresh();
			struct nserr e = NSERR_INIT;
			struct ns *ns;

			reset();
			c.bpf = &bpf;
			c.q.mount_details = details;
			ns = add_mnt(&c, 2);
			add_mnt(&c, 3);
			/* if statmount(2) fails, mountinfo of a process is read, see above */
			stat_error = errors[i];
			c.q.self = 0;
			CHECK_INT(collect_mnt(&c, &e), 0);
			CHECK_INT(ns->mounts, details && !errors[i] ? 3 : 0);
			CHECK_INT(missed(&c), errors[i] ? 20 : 0);
			if (!errors[i])
				CHECK_INT(nstab_find(&c.tab, &nstypes[NSTYPE_UTS], 77)->nmounts, 2);
			c.bpf = NULL;
			nstab_free(&c.tab);
		}
	}
	end();
}

/* ---- Memory */

static struct collect_bpf *mounts_of_bpf;

/* Frees c. Returns rc, or 1 if rc is negative and e does not contain the expected error. */
static int end_try(struct collect *c, int rc, const struct nserr *e)
{
	c->bpf = NULL;
	nstab_free(&c->tab);
	if (rc < 0)
		return streq(e->what, "cannot list namespaces") && e->errnum == -rc ? rc : 1;
	return rc;
}

static int try_kernel(void)
{
	struct collect c = fresh();
	struct nserr e = NSERR_INIT;

	return end_try(&c, collect_kernel(&c, &e), &e);
}

static int try_mounts(void)
{
	struct collect c = fresh();
	struct nserr e = NSERR_INIT;
	int rc, after = nomem_after;

	nomem_after = -1;
	add_mnt(&c, 2);
	add_mnt(&c, 3);
	c.bpf = mounts_of_bpf;
	nomem_after = after;
	rc = collect_mnt(&c, &e);
	return end_try(&c, rc, &e);
}

static void a_failed_allocation_is_reported(void)
{
	struct bpf_pair pairs[] = { { .id = 2, .of = 1 }, { .id = 2, .of = 2 } };
	struct collect_bpf bpf = { .mounts = {
					   .pair = pairs, .n = ARRAY_SIZE(pairs), .known = true } };

	begin();
	nomem_all("collect_kernel", try_kernel);
	nomem_all("collect_mnt", try_mounts);
	mounts_of_bpf = &bpf;
	nomem_all("collect_mnt with BPF", try_mounts);
	end();
}

UNIT_MAIN(CASE(lists_the_namespaces_of_the_kernel), CASE(opens_only_namespaces_that_are_not_open),
	  CASE(lists_the_mounts_of_each_namespace), CASE(uses_the_mounts_that_bpf_programs_list),
	  CASE(a_failed_allocation_is_reported))
