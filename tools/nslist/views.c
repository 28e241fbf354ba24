// SPDX-License-Identifier: GPL-2.0-or-later
/* views: the table of views. */
#include "nslist.h"

const struct view nslist_views[] = {
	[NSLIST_ROWS] = { nslist_select_namespaces, nslist_print },
	[NSLIST_MEMBERS] = { nslist_select_members, nslist_print },
	[NSLIST_SHOW] = { nslist_select_show, nslist_show },
	[NSLIST_DIFF] = { nslist_select_namespaces, nslist_diff },
	[NSLIST_LIMITS] = { nslist_select_namespaces, nslist_limits },
	[NSLIST_DOT] = { nslist_select_namespaces, nslist_dot },
	[NSLIST_WATCH] = { nslist_select_namespaces, nslist_watch },
};
