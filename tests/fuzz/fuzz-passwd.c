// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz-passwd: checks that each user that is found has the requested name or uid, that the ids are
 * valid, and that the groups of a user are sorted and contain the primary group of the user. */
#include "base/num.h"
#include "base/passwd.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct passwd_user u = PASSWD_USER_INIT;
	gid_t gid, *groups = NULL;
	unsigned line = 0;
	size_t n;

	for (int by_name = 0; by_name < 2; by_name++) {
		if (passwd_find_user(text, size, by_name ? "a" : NULL, 1, &u, &line) == 1) {
			HOLDS(by_name ? streq(u.name, "a") : u.uid == 1);
			HOLDS(line > 0 && u.uid <= NUM_ID_MAX && u.gid <= NUM_ID_MAX);
			HOLDS(!strpbrk(u.name, ":\n") && !strpbrk(u.home, ":\n"));
			HOLDS(!strpbrk(u.shell, ":\n") && !strchr("#+-", u.name[0]));
		}
		passwd_user_free(&u);
	}
	if (passwd_find_group(text, size, "a", &gid, &line) == 1)
		HOLDS(gid <= NUM_ID_MAX);
	if (passwd_groups_of(text, size, "a", 5, &groups, &n) == 0) {
		bool own = false;

		HOLDS(n >= 1);
		for (size_t i = 0; i < n; i++) {
			own |= groups[i] == 5;
			HOLDS(i == 0 || groups[i - 1] < groups[i]);
		}
		HOLDS(own);
	}
	free(groups);
	return 0;
}
