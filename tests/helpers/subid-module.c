// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * subid-module: an NSS module for "subid: nstest" in nsswitch.conf(5). libsubid loads it by the
 * name libsubid_nstest.so. Every user has seven ranges of ten ids.
 */
#include <shadow/subid.h>
#include <stdlib.h>

enum subid_status shadow_subid_list_owner_ranges(const char *owner, enum subid_type type,
						 struct subid_range **ranges, int *count);
enum subid_status shadow_subid_has_range(const char *owner, unsigned long start,
					 unsigned long count, enum subid_type type, bool *result);
enum subid_status shadow_subid_find_subid_owners(unsigned long id, enum subid_type type,
						 uid_t **uids, int *count);

enum subid_status shadow_subid_list_owner_ranges(const char *owner, enum subid_type type,
						 struct subid_range **ranges, int *count)
{
	struct subid_range *r = calloc(7, sizeof(*r));

	(void)owner;
	for (unsigned long i = 0; r && i < 7; i++) {
		r[i].start = (type == ID_TYPE_UID ? 1000 : 2000) + i * 100;
		r[i].count = 10;
	}
	*ranges = r;
	*count = r ? 7 : 0;
	return r ? SUBID_STATUS_SUCCESS : SUBID_STATUS_ERROR;
}

/* newuidmap(1) and similar programs call this function. libsubid requires it in every module. */
enum subid_status shadow_subid_has_range(const char *owner, unsigned long start,
					 unsigned long count, enum subid_type type, bool *result)
{
	(void)owner;
	(void)start;
	(void)count;
	(void)type;
	*result = false;
	return SUBID_STATUS_SUCCESS;
}

enum subid_status shadow_subid_find_subid_owners(unsigned long id, enum subid_type type,
						 uid_t **uids, int *count)
{
	(void)id;
	(void)type;
	*uids = NULL;
	*count = 0;
	return SUBID_STATUS_SUCCESS;
}

/* shadow 4.17 (Debian 13) rejects a module without this function. */
void shadow_subid_free(void *ptr);

void shadow_subid_free(void *ptr)
{
	free(ptr);
}
