// SPDX-License-Identifier: GPL-2.0-or-later
#include "ns/type.h"

#include "../unit.h"

static void each_type_is_distinct_and_can_be_found(void)
{
	for (unsigned i = 0; i < NSTYPE_COUNT; i++) {
		const struct nstype *t = &nstypes[i];

		CHECK_INT(nstype_index(t), i);
		CHECK(nstype_find(t->name, strlen(t->name)) == t);
		CHECK(nstype_find(t->longopt, strlen(t->longopt)) == t);
		CHECK(nstype_by_opt(t->opt) == t);
		CHECK(nstype_by_flag(t->flag) == t);
		for (unsigned k = 0; k < i; k++)
			CHECK(nstypes[k].rank != t->rank);
	}
	CHECK(nstype_find("mn", 2) == NULL);
	CHECK(nstype_find("mntx", 4) == NULL);
	CHECK(nstype_by_flag(0) == NULL);
}

/* NS_GET_PARENT works only for user and pid namespaces (ioctl_ns(2)). */
static void user_and_pid_namespaces_have_parents(void)
{
	for (unsigned i = 0; i < NSTYPE_COUNT; i++)
		CHECK_INT(nstypes[i].hierarchical, i == NSTYPE_USER || i == NSTYPE_PID);
}

static void reads_namespace_links(void)
{
	const struct nstype *t = NULL;
	uint64_t ino = 0;

	CHECK_INT(nstype_parse_link("net:[4026531840]", 16, &t, &ino), 0);
	CHECK(t == &nstypes[NSTYPE_NET]);
	CHECK(ino == 4026531840);
	CHECK_INT(nstype_parse_link("net:[4026531840", 15, &t, &ino), -EINVAL);
	CHECK_INT(nstype_parse_link("net:[]", 6, &t, &ino), -EINVAL);
	CHECK_INT(nstype_parse_link("net:4026531840]", 15, &t, &ino), -EINVAL);
	CHECK_INT(nstype_parse_link("net:[40265]x", 12, &t, &ino), -EINVAL);
	CHECK_INT(nstype_parse_link("net[4026531840]", 15, &t, &ino), -EINVAL);
	CHECK_INT(nstype_parse_link("socket:[12]", 11, &t, &ino), -EINVAL);
	CHECK_INT(nstype_parse_link("/dev/null", 9, &t, &ino), -EINVAL);
	CHECK_INT(nstype_parse_link("net:[-1]", 8, &t, &ino), -EINVAL);
	CHECK_INT(nstype_parse_link(":", 1, &t, &ino), -EINVAL);
}

UNIT_MAIN(CASE(each_type_is_distinct_and_can_be_found), CASE(user_and_pid_namespaces_have_parents),
	  CASE(reads_namespace_links))
