// SPDX-License-Identifier: GPL-2.0-or-later
/* views: defines the table of views. */
#include "nslist.h"

const struct view nslist_views[] = {
	[NSLIST_ROWS] = { nslist_select_namespaces, nslist_print, "namespaces" },
	[NSLIST_MEMBERS] = { nslist_select_members, nslist_print, "namespaces" },
	[NSLIST_SHOW] = { nslist_select_show, nslist_show, NULL },
	[NSLIST_DIFF] = { nslist_select_namespaces, nslist_diff, NULL },
	[NSLIST_LIMITS] = { nslist_select_namespaces, nslist_limits, NULL },
	[NSLIST_DOT] = { nslist_select_dot, nslist_dot, NULL },
	[NSLIST_CONTAINERS] = { nslist_select_containers, nslist_print, "containers" },
	[NSLIST_FIND] = { nslist_select_found, nslist_print, "found" },
	[NSLIST_CAPS] = { nslist_select_namespaces, nslist_caps, NULL },
	[NSLIST_STALE] = { nslist_select_nothing, nslist_stale, NULL },
	[NSLIST_WATCH] = { nslist_select_namespaces, nslist_watch, NULL },
};
