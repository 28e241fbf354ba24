// SPDX-License-Identifier: GPL-2.0-or-later
/* test-cred-nomem: makes each memory allocation of functions in lib/cred fail (nomem.h). The linker
 * replaces the functions of the C library that look up users and their groups (option --wrap in
 * tests/Makemodule.am). */
#include <grp.h>
#include <linux/filter.h>
#include <sys/mman.h>

#include "../nomem.h"
#include "base/account.h"
#include "cred/as.h"

static struct nserr e;

struct passwd *__wrap_getpwnam(const char *name);
struct passwd *__wrap_getpwnam(const char *name)
{
	static struct passwd pw = { .pw_gid = 8 };

	return streq(name, "u") ? &pw : NULL;
}

/* The number of groups of the user, the largest number that a lookup reports, and the number of
 * lookups. If `fits` is less than n_groups, the lookup imitates a getgrouplist(3) that fails. */
static int n_groups, fits, lookups;

int __wrap_getgrouplist(const char *user, gid_t gid, gid_t *groups, int *n);
int __wrap_getgrouplist(const char *user, gid_t gid, gid_t *groups, int *n)
{
	int room = *n;

	CHECK_STR(user, "u");
	CHECK_INT(gid, 8);
	lookups++;
	*n = MIN(n_groups, fits);
	for (int i = 0; i < MIN(room, n_groups); i++)
		groups[i] = 100 + (gid_t)i;
	return n_groups <= room ? n_groups : -1;
}

/* Returns rc, or 1 if rc is negative and the message does not begin with `what`. */
static int result(int rc, const char *what)
{
	return rc < 0 && !str_after(e.what, what) ? 1 : rc;
}

static int try_filter(void)
{
	static const struct sock_filter code = { 1, 2, 3, 4 };
	struct cred c = { 0 };
	char stream[16];
	int fd = memfd_create("filter", MFD_CLOEXEC), rc;

	CHECK(pwrite(fd, &code, sizeof(code), 0) == sizeof(code));
	snprintf(stream, sizeof(stream), "fd:%d", fd);
	c.seccomp = stream;
	e = NSERR_INIT;
	rc = cred_check(&c, &e);
	rc = rc < 0 ? (c.filter ? 1 : rc) : c.filter && c.nfilter == 1 ? 0 : 1;
	cred_free(&c);
	return result(rc, str_after(e.what, "--seccomp") ? "--seccomp: cannot allocate memory for "
							   "the filter"
							 : "cannot read 'fd:");
}

static int try_groups(void)
{
	struct cred c = { .user = "u" };
	bool right;
	int rc;

	lookups = 0;
	e = NSERR_INIT;
	rc = cred_check(&c, &e);
	right = rc < 0 ? !c.set_groups && !c.groups
		       : c.set_groups && c.groups_optional && c.gid == 8 &&
				 c.ngroups == (size_t)n_groups &&
				 c.groups[n_groups - 1] == 99 + (gid_t)n_groups;
	cred_free(&c);
	return right ? result(rc, "cannot allocate memory for the groups") : 1;
}

static int try_parse(void)
{
	struct cred c = { 0 };
	int rc;

	e = NSERR_INIT;
	rc = cred_as_parse(&c, "u:g", &e);
	cred_free(&c);
	return result(rc, "cannot allocate memory for 'u:g'");
}

/* Looks up the user root in the files of the root directory. */
static int try_as(void)
{
	static char user[] = "root";
	struct cred c = { .as = user };
	struct plan_step s = { .arg = &c };
	int rc;

	cred_as_prepare(&c);
	rc = cred_as.run(NULL, &s, &e);
	rc = rc < 0 ? rc : c.uid == 0 && c.ngroups > 0 ? 0 : 1;
	c.as = NULL;
	cred_free(&c);
	return result(rc, "--as: cannot ");
}

static void a_failed_allocation_is_reported(void)
{
	n_groups = fits = 3;
	nomem_all("a filter", try_filter);
	nomem_all("the groups of a user", try_groups);
	nomem_all("cred_as_parse", try_parse);
	nomem_all("the step of --as", try_as);
}

static void the_array_grows_until_the_groups_fit(void)
{
	/* the array has room for 64 groups at first */
	n_groups = fits = 64;
	CHECK_INT(try_groups(), 0);
	CHECK_INT(lookups, 1);
	n_groups = fits = 65;
	CHECK_INT(try_groups(), 0);
	CHECK_INT(lookups, 2);
	nomem_all("the groups of a user in 65 groups", try_groups);
	n_groups = 300;
	fits = 299;
	CHECK_INT(try_groups(), -ENOMEM);
	CHECK_INT(lookups, 2);
	fits = 64;
	CHECK_INT(try_groups(), -ENOMEM);
	CHECK_INT(lookups, 1);
}

UNIT_MAIN(CASE(a_failed_allocation_is_reported), CASE(the_array_grows_until_the_groups_fit))
