// SPDX-License-Identifier: GPL-2.0-or-later
/* test-container: groups the processes of an imitated scan into containers. The files of the
 * processes are written to a temporary directory that looks like /proc. */
#include "collect/container.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit.h"
#include "kernel/sys_mount.h"

#define SELF 100
/* the inode of the caller's namespace of a type is HOST plus the index of the type */
#define HOST 1000u

static char top[UNIT_DIR_SIZE];
static struct nsmember members[32];
static struct collect c;
static struct containers boxes;
static struct nsmissed missed;

/* ---- The made-up machine ---- */

static void write_file(pid_t pid, const char *name, const char *text)
{
	char path[sizeof(top) + 64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%d/%s", top, (int)pid, name);
	f = fopen(path, "w");
	CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

/* Adds a process that has the namespaces and the root of the caller. Pids must ascend. Returns the
 * process, which the table `members` owns. */
static struct nsmember *add(pid_t pid)
{
	struct nsmember *m = &members[c.n++];
	char path[sizeof(top) + 64];

	*m = (struct nsmember){ .pid = pid };
	for (unsigned type = 0; type < NSTYPE_COUNT; type++)
		m->inode[type] = HOST + type;
	snprintf(path, sizeof(path), "%s/%d", top, (int)pid);
	CHECK_INT(mkdir(path, 0700), 0);
	write_file(pid, "mountinfo", "1 0 8:1 / / rw - ext4 /dev/sda rw\n");
	snprintf(path, sizeof(path), "NSpid:\t%d\n", (int)pid);
	write_file(pid, "status", path);
	snprintf(path, sizeof(path), "%d (sh) S 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 77\n",
		 (int)pid);
	write_file(pid, "stat", path);
	write_file(pid, "cgroup", "0::/\n");
	return m;
}

static void begin(void)
{
	c = (struct collect){ .members = members };
	c.q.proc = unit_directory(top);
	c.q.self = SELF;
	missed = (struct nsmissed){ 0 };
}

/* Adds the namespaces of all processes to the table. The parent of the pid namespace `child` is
 * `parent`. */
static void find(bool all, uint32_t child, uint32_t parent)
{
	struct ns *ns;

	for (size_t i = 0; i < c.n; i++)
		for (int type = 0; type < NSTYPE_COUNT; type++)
			CHECK(nstab_get(&c.tab, &nstypes[type], members[i].inode[type]) != NULL);
	if (child) {
		ns = nstab_get(&c.tab, &nstypes[NSTYPE_PID], child);
		ns->parent = nstab_get(&c.tab, &nstypes[NSTYPE_PID], parent);
	}
	nstab_finish(&c.tab);
	CHECK_INT(containers_find(&c, all, &boxes, &missed), 0);
}

static void end(void)
{
	containers_free(&boxes);
	nstab_free(&c.tab);
	close(c.q.proc);
	unit_remove(top);
}

/* Returns the number of containers and sets *box to the first. */
static size_t count(const struct container **box)
{
	static const struct container none;

	*box = boxes.n ? &boxes.v[0] : &none;
	return boxes.n;
}

/* ---- The cases ---- */

static void processes_of_a_pid_namespace_are_one_container(void)
{
	const struct container *box;

	begin();
	add(SELF);
	add(120)->inode[NSTYPE_PID] = 2000;
	add(121)->inode[NSTYPE_PID] = 2000;
	members[2].inode[NSTYPE_MNT] = 2001;
	/* the pid 121 is process 1 of the namespace */
	write_file(120, "status", "NSpid:\t120\t5\n");
	write_file(121, "status", "NSpid:\t121\t1\n");
	find(false, 0, 0);
	CHECK_INT(count(&box), 1);
	CHECK_INT(box->pid, 121);
	CHECK_INT(box->nprocs, 2);
	CHECK_INT(box->ns->inode, 2000);
	CHECK_INT(box->types, NSTYPE_BIT(NSTYPE_PID) | NSTYPE_BIT(NSTYPE_MNT));
	CHECK(!box->parent && box->level == 0);
	CHECK(containers_of(&boxes, &c, &members[1]) == box);
	CHECK(containers_of(&boxes, &c, &members[2]) == box);
	CHECK(!containers_of(&boxes, &c, &members[0]));
	end();
}

static void the_lowest_pid_represents_a_namespace_without_process_1(void)
{
	const struct container *box;

	begin();
	add(SELF);
	add(120)->inode[NSTYPE_PID] = 2000;
	add(121)->inode[NSTYPE_PID] = 2000;
	write_file(120, "status", "NSpid:\t120\t5\n");
	write_file(121, "status", "NSpid:\t121\t6\n");
	find(false, 0, 0);
	CHECK_INT(count(&box), 1);
	CHECK_INT(box->pid, 120);
	end();
}

/* The process of the nested container has the lower pid, but the parent container must come first
 * in the list. */
static void a_nested_container_comes_after_its_parent(void)
{
	begin();
	add(SELF);
	add(120)->inode[NSTYPE_PID] = 2001;
	add(121)->inode[NSTYPE_PID] = 2000;
	write_file(120, "status", "NSpid:\t120\t9\t1\n");
	write_file(121, "status", "NSpid:\t121\t1\n");
	find(false, 2001, 2000);
	CHECK_INT(boxes.n, 2);
	CHECK_INT(boxes.v[0].pid, 121);
	CHECK_INT(boxes.v[1].pid, 120);
	CHECK(boxes.v[1].parent == &boxes.v[0]);
	CHECK_INT(boxes.v[1].level, 1);
	CHECK_INT(boxes.v[0].nprocs, 1);
	end();
}

/* Finds the containers among the caller and one process in another namespace of the type. `all` is
 * the argument of containers_find(). */
static void with_one(int type, bool all, const char *mountinfo, const char *cgroup)
{
	begin();
	add(SELF);
	add(120)->inode[type] = 2000;
	if (mountinfo)
		write_file(120, "mountinfo", mountinfo);
	if (cgroup)
		write_file(120, "cgroup", cgroup);
	find(all, 0, 0);
}

static void another_mount_namespace_is_a_container_if_its_root_differs(void)
{
	static const char *const roots[] = {
		"1 0 8:2 / / rw - ext4 /dev/sdb rw\n",    /* the root is another file system */
		"1 0 8:1 /box / rw - ext4 /dev/sda rw\n", /* the root is another directory */
		"1 0 0:30 / / rw - overlay overlay rw\n"  /* the file system type differs */
		"2 1 0:31 / /sys rw - sysfs blue rw\n",
		"1 0 8:1 / / rw - ext4 /dev/sda rw\n" /* the last mount on / covers the first */
		"2 1 0:40 / / rw - tmpfs none rw\n",
	};
	static const char *const texts[] = { "ext4", "ext4:/box", "overlay", "tmpfs" };
	const struct container *box;

	for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
		with_one(NSTYPE_MNT, false, roots[i], NULL);
		CHECK_INT(count(&box), 1);
		CHECK_INT(box->pid, 120);
		CHECK(!box->host_root);
		CHECK_STR(box->rootfs, texts[i]);
		CHECK_INT(box->ns->inode, 2000);
		end();
	}
}

static void a_process_with_the_root_of_the_caller_is_listed_only_with_all(void)
{
	const struct container *box;

	with_one(NSTYPE_MNT, false, NULL, NULL);
	CHECK_INT(count(&box), 0);
	end();
	with_one(NSTYPE_MNT, true, NULL, NULL);
	CHECK_INT(count(&box), 1);
	CHECK(box->host_root);
	end();
	/* a process whose root is not a mount point must not be listed, because its root may be the
	 * root of the caller */
	with_one(NSTYPE_MNT, false, "2 1 0:31 / /sys rw - sysfs sysfs rw\n", NULL);
	CHECK_INT(count(&box), 0);
	end();
}

static void another_user_namespace_is_a_container_unless_it_is_a_service(void)
{
	const struct container *box;

	with_one(NSTYPE_USER, false, NULL, NULL);
	CHECK_INT(count(&box), 1);
	CHECK_INT(box->types, NSTYPE_BIT(NSTYPE_USER));
	end();
	with_one(NSTYPE_USER, false, NULL, "0::/system.slice/a.service\n");
	CHECK_INT(count(&box), 0);
	end();
	with_one(NSTYPE_USER, true, NULL, "0::/system.slice/a.service\n");
	CHECK_INT(count(&box), 1);
	end();
	with_one(NSTYPE_USER, false, NULL, "0::/user.slice/a.scope\n");
	CHECK_INT(count(&box), 1);
	end();
}

static void other_namespaces_alone_are_no_container(void)
{
	static const int types[] = { NSTYPE_UTS, NSTYPE_IPC, NSTYPE_NET, NSTYPE_CGROUP,
				     NSTYPE_TIME };
	const struct container *box;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		with_one(types[i], true, NULL, NULL);
		CHECK_INT(count(&box), 0);
		end();
	}
}

/* ip-netns(8) mounts a sysfs whose source is the name of the network namespace. */
static void processes_of_ip_netns_exec_are_no_container(void)
{
	static const char *const sys[] = { "blue", "sysfs", "none", "sys" };
	const struct container *box;

	for (size_t i = 0; i < ARRAY_SIZE(sys); i++) {
		char text[200];

		begin();
		add(SELF);
		add(120)->inode[NSTYPE_MNT] = 2000;
		members[1].inode[NSTYPE_NET] = 2001;
		snprintf(text, sizeof(text),
			 "1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:31 / /sys rw - sysfs %s rw\n",
			 sys[i]);
		write_file(120, "mountinfo", text);
		find(true, 0, 0);
		CHECK_INT(count(&box), i == 0 ? 0 : 1);
		end();
	}
}

/* The process that waits for a container is often in the mount or user namespace of the
 * container. */
static void a_process_that_shares_a_namespace_with_a_container_is_no_container(void)
{
	static const int types[] = { NSTYPE_MNT, NSTYPE_USER };
	const struct container *box;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		begin();
		add(SELF);
		add(119)->inode[types[i]] = 2000;
		add(120)->inode[types[i]] = 2000;
		members[2].inode[NSTYPE_PID] = 2001;
		write_file(120, "status", "NSpid:\t120\t1\n");
		find(true, 0, 0);
		CHECK_INT(count(&box), 1);
		CHECK_INT(box->pid, 120);
		CHECK_INT(box->nprocs, 1);
		end();
	}
}

/* kdevtmpfs has its own mount namespace. */
static void a_kernel_thread_is_no_container(void)
{
	const struct container *box;

	begin();
	add(SELF);
	add(120)->inode[NSTYPE_MNT] = 2000;
	write_file(120, "stat",
		   "120 (kdevtmpfs) S 2 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 77\n");
	find(true, 0, 0);
	CHECK_INT(count(&box), 0);
	end();
}

static void processes_with_unknown_namespaces_are_omitted(void)
{
	const struct container *box;

	begin();
	add(SELF);
	add(120)->inode[NSTYPE_PID] = 0;
	add(121)->inode[NSTYPE_MNT] = 0;
	find(true, 0, 0);
	CHECK_INT(count(&box), 0);
	end();
}

static void a_file_that_cannot_be_read_is_counted(void)
{
	static const char *const files[] = { "mountinfo", "stat", "cgroup", "status" };
	static const struct nsmissed none;
	const struct container *box;
	char path[sizeof(top) + 64];

	begin();
	add(SELF);
	add(120)->inode[NSTYPE_USER] = 2000;
	snprintf(path, sizeof(path), "%s/120/mountinfo", top);
	CHECK_INT(unlink(path), 0);
	find(false, 0, 0);
	/* ENOENT: the process has ended */
	CHECK_INT(memcmp(&missed, &none, sizeof(none)), 0);
	end();

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		begin();
		add(SELF);
		add(120)->inode[i == 3 ? NSTYPE_PID : NSTYPE_USER] = 2000;
		snprintf(path, sizeof(path), "%s/120/%s", top, files[i]);
		CHECK_INT(unlink(path), 0);
		CHECK_INT(mkdir(path, 0700), 0);
		find(false, 0, 0);
		CHECK_INT(count(&box), 1);
		CHECK_INT(box->rootfs != NULL, i == 1 || i == 2);
		CHECK_INT(missed.n[NSMISSED_FAILED][NSMISSED_PROC], 1);
		CHECK_INT(missed.err, -EISDIR);
		end();
	}
}

static unsigned mounts; /* number of calls of statmount(2) */
static const char *fstype;

int __wrap_sys_statmount(uint64_t ns, uint64_t id, uint64_t mask, struct sys_statmount *m,
			 size_t size);
int __wrap_sys_statmount(uint64_t ns, uint64_t id, uint64_t mask, struct sys_statmount *m,
			 size_t size)
{
	CHECK(ns == 9 && id > 0 && size > 4096);
	CHECK_INT(mask, SYS_STATMOUNT_FS_TYPE | SYS_STATMOUNT_MNT_ROOT);
	mounts++;
	m->fs_type = 0;
	m->mnt_root = (uint32_t)strlen(strcpy(m->str, fstype)) + 1;
	strcpy(m->str + m->mnt_root, "/a");
	return 0;
}

/* Since Linux 6.8, statmount(2) finds the root mount by its id. */
static void the_root_of_a_process_is_found_by_its_mount(void)
{
	static const char *const types[][2] = { { "xfs", "xfs:/a" }, { "fuse", "ext4" } };
	char path[sizeof(top) + 64], *root;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		begin();
		add(120);
		add(121);
		snprintf(path, sizeof(path), "%s/120/root", top);
		CHECK_INT(symlink("/", path), 0);
		snprintf(path, sizeof(path), "%s/121/root", top);
		CHECK_INT(symlink("/usr/..", path), 0);
		find(false, 0, 0);
		nstab_find(&c.tab, &nstypes[NSTYPE_MNT], HOST + NSTYPE_MNT)->mnt_id = 9;
		for (pid_t pid = 120; pid <= 121; pid++) {
			mounts = 0;
			fstype = types[i][0];
			CHECK_INT(container_root(&c, pid, &root), 0);
			CHECK_STR(root, mounts ? types[i][1] : "ext4");
			free(root);
		}
		/* if the id of the mount namespace is unknown, statmount(2) is not called */
		nstab_find(&c.tab, &nstypes[NSTYPE_MNT], HOST + NSTYPE_MNT)->mnt_id = 0;
		mounts = 0;
		CHECK_INT(container_root(&c, 120, &root), 0);
		CHECK_STR(root, "ext4");
		CHECK_INT(mounts, 0);
		free(root);
		end();
	}
}

static void the_root_of_a_process_has_type_and_directory(void)
{
	char *root = top;

	begin();
	add(SELF);
	add(120);
	add(121);
	write_file(120, "mountinfo", "1 0 8:1 /a\\040b / rw - xfs /dev/sda rw\n");
	write_file(121, "mountinfo", "1 0 8:1 / /usr rw - xfs /dev/sda rw\n");
	CHECK_INT(container_root(&c, SELF, &root), 0);
	CHECK_STR(root, "ext4");
	free(root);
	CHECK_INT(container_root(&c, 120, &root), 0);
	CHECK_STR(root, "xfs:/a b");
	free(root);
	CHECK_INT(container_root(&c, 121, &root), 0);
	CHECK(root == NULL);
	root = top;
	CHECK_INT(container_root(&c, 122, &root), -ENOENT);
	CHECK(root == NULL);
	find(false, 0, 0);
	end();
}

UNIT_MAIN(CASE(processes_of_a_pid_namespace_are_one_container),
	  CASE(the_lowest_pid_represents_a_namespace_without_process_1),
	  CASE(a_nested_container_comes_after_its_parent),
	  CASE(another_mount_namespace_is_a_container_if_its_root_differs),
	  CASE(a_process_with_the_root_of_the_caller_is_listed_only_with_all),
	  CASE(another_user_namespace_is_a_container_unless_it_is_a_service),
	  CASE(other_namespaces_alone_are_no_container),
	  CASE(processes_of_ip_netns_exec_are_no_container),
	  CASE(a_process_that_shares_a_namespace_with_a_container_is_no_container),
	  CASE(a_kernel_thread_is_no_container),
	  CASE(processes_with_unknown_namespaces_are_omitted),
	  CASE(a_file_that_cannot_be_read_is_counted),
	  CASE(the_root_of_a_process_has_type_and_directory),
	  CASE(the_root_of_a_process_is_found_by_its_mount))
