// SPDX-License-Identifier: GPL-2.0-or-later
/* test-sys-cap: compares the capability sets with proc_pid_status(5), and changes them in a child.
 */
#include "kernel/sys_cap.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "../unit.h"
#include "base/file.h"
#include "idmap/newuidmap.h"

#define NEEDED (SYS_CAP_BIT(CAP_SETUID) | SYS_CAP_BIT(CAP_SETGID) | SYS_CAP_BIT(CAP_SETFCAP))

/* Returns the set that /proc/self/status names "name", for example "CapPrm". */
static uint64_t status(const char *name)
{
	char text[8192], key[16];
	const char *s;

	if (file_read_at(AT_FDCWD, "/proc/self/status", text, sizeof(text)) < 0)
		return UINT64_MAX;
	snprintf(key, sizeof(key), "\n%s:\t", name);
	s = strstr(text, key);
	return s ? strtoull(s + strlen(key), NULL, 16) : UINT64_MAX;
}

static bool sets_are_those_of_status(void)
{
	struct sys_caps c;

	return sys_cap_get(&c) == 0 && c.effective == status("CapEff") &&
	       c.permitted == status("CapPrm") && c.inheritable == status("CapInh");
}

/* Changes each capability set to a different set that has low and high capabilities. Returns 0 on
 * success. */
static int change(void)
{
	struct sys_caps c, now;

	if (sys_cap_get(&c) < 0)
		return 1;
	c.effective = c.permitted & (SYS_CAP_BIT(CAP_CHOWN) | SYS_CAP_BIT(CAP_SYSLOG));
	c.inheritable = c.permitted & (SYS_CAP_BIT(CAP_KILL) | SYS_CAP_BIT(CAP_AUDIT_READ));
	c.permitted &= ~(SYS_CAP_BIT(CAP_BPF) | SYS_CAP_BIT(CAP_SETUID));
	if (sys_cap_set(&c) < 0 || !sets_are_those_of_status() || sys_cap_get(&now) < 0)
		return 2;
	return memcmp(&c, &now, sizeof(c)) != 0;
}

static void sets_equal_those_in_proc(void)
{
	CHECK(sets_are_those_of_status());
	CHECK_INT(unit_result_in_child(change), 0);
}

static void reports_if_a_capability_is_effective(void)
{
	uint64_t effective = status("CapEff"), bound = status("CapBnd");

	for (int cap = 0; cap <= CAP_LAST_CAP; cap++) {
		CHECK_INT(sys_cap_held(cap), effective >> cap & 1);
		CHECK_INT(sys_cap_has(cap), effective >> cap & 1);
		if (bound & SYS_CAP_BIT(cap))
			CHECK_INT(sys_cap_in_bound(cap), 1);
	}
	CHECK_INT(sys_cap_in_bound(63), -EINVAL);
}

static int drop_bound(void)
{
	if (!sys_cap_has(CAP_SETPCAP))
		return sys_cap_drop_bound(CAP_SYSLOG) != -EPERM;
	return sys_cap_drop_bound(CAP_SYSLOG) != 0 || sys_cap_in_bound(CAP_SYSLOG) != 0 ||
	       sys_cap_drop_bound(63) != -EINVAL;
}

static int raise_ambient(void)
{
	struct sys_caps c;

	if (sys_cap_get(&c) < 0)
		return 1;
	c.inheritable = c.permitted & SYS_CAP_BIT(CAP_SYSLOG);
	if (sys_cap_set(&c) < 0)
		return 2;
	if (!c.inheritable)
		return sys_cap_raise_ambient(CAP_SYSLOG) != -EPERM;
	if (sys_cap_raise_ambient(CAP_SYSLOG) != 0 || status("CapAmb") != c.inheritable)
		return 3;
	return sys_cap_clear_ambient() != 0 || status("CapAmb") != 0;
}

static void the_bounding_and_the_ambient_set_change(void)
{
	CHECK_INT(unit_result_in_child(drop_bound), 0);
	CHECK_INT(unit_result_in_child(raise_ambient), 0);
}

static void names_are_those_of_capabilities_7(void)
{
	CHECK_INT(sys_cap_parse("chown", 5), CAP_CHOWN);
	CHECK_INT(sys_cap_parse("CAP_Sys_Admin", 13), CAP_SYS_ADMIN);
	CHECK_INT(sys_cap_parse("checkpoint_restore", 18), CAP_CHECKPOINT_RESTORE);
	CHECK_INT(sys_cap_parse("40", 2), 40);
	CHECK_INT(sys_cap_parse("64", 2), -EINVAL);
	CHECK_INT(sys_cap_parse("chow", 4), -EINVAL);
	CHECK_INT(sys_cap_parse("", 0), -EINVAL);
	for (int cap = 0; cap <= CAP_CHECKPOINT_RESTORE; cap++) {
		const char *name = sys_cap_name(cap);

		CHECK(name && sys_cap_parse(name, strlen(name)) == cap);
	}
	CHECK(sys_cap_name(-1) == NULL);
	CHECK(sys_cap_name(63) == NULL);
}

/* The capability that newuidmap_lacking_cap() must return: the one that the caller needs, but
 * lacks, to write a map with id 0 of the parent. NULL if none is missing. */
static const char *lacking;

static int lack_one(int cap)
{
	struct idmaps m = IDMAPS_INIT;
	const char *name;
	struct sys_caps c;

	if (sys_cap_get(&c) < 0 || idmap_add(&m.map[IDMAP_UID], 5, 0, 1, NULL) < 0)
		return 1;
	if (cap >= 0)
		c.effective &= ~SYS_CAP_BIT(cap);
	if (sys_cap_set(&c) < 0)
		return 2;
	name = newuidmap_lacking_cap(&m);
	return lacking ? !name || !streq(name, lacking) : name != NULL;
}

static int lack_setgid(void)
{
	return lack_one(CAP_SETGID);
}

static int lack_setuid(void)
{
	return lack_one(CAP_SETUID);
}

static int lack_setfcap(void)
{
	return lack_one(CAP_SETFCAP);
}

static int lack_none(void)
{
	return lack_one(-1);
}

static void the_capability_that_a_map_lacks_is_named(void)
{
	bool all = (status("CapEff") & NEEDED) == NEEDED;

	lacking = "CAP_SETUID";
	CHECK_INT(unit_result_in_child(lack_setuid), 0);
	lacking = all ? "CAP_SETGID" : "CAP_SETUID";
	CHECK_INT(unit_result_in_child(lack_setgid), 0);
	lacking = all ? "CAP_SETFCAP" : "CAP_SETUID";
	CHECK_INT(unit_result_in_child(lack_setfcap), 0);
	lacking = all ? NULL : "CAP_SETUID";
	CHECK_INT(unit_result_in_child(lack_none), 0);
}

UNIT_MAIN(CASE(sets_equal_those_in_proc), CASE(reports_if_a_capability_is_effective),
	  CASE(the_bounding_and_the_ambient_set_change), CASE(names_are_those_of_capabilities_7),
	  CASE(the_capability_that_a_map_lacks_is_named))
