// SPDX-License-Identifier: GPL-2.0-or-later
/* views: the table of views. */
#include "nslist.h"

const struct view nslist_views[] = {
	[NSLIST_ROWS] = { nslist_select_namespaces, nslist_print, "namespaces", NULL },
	[NSLIST_MEMBERS] = { nslist_select_members, nslist_print, "namespaces", NULL },
	[NSLIST_SHOW] = { nslist_select_show, nslist_show, NULL, NULL },
	[NSLIST_DIFF] = { nslist_select_namespaces, nslist_diff, NULL, NULL },
	[NSLIST_LIMITS] = { nslist_select_namespaces, nslist_limits, NULL, NULL },
	[NSLIST_DOT] = { nslist_select_namespaces, nslist_dot, NULL, NULL },
	[NSLIST_CONTAINERS] = { nslist_select_containers, nslist_print, "containers", "NAME" },
	[NSLIST_FIND] = { nslist_select_found, nslist_print, "found", NULL },
	[NSLIST_WATCH] = { nslist_select_namespaces, nslist_watch, NULL, NULL },
};
