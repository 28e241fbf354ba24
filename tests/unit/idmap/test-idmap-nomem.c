// SPDX-License-Identifier: GPL-2.0-or-later
/* test-idmap-nomem: makes each memory allocation of the functions in lib/idmap fail (nomem.h). */
#include "idmap/plan.h"
#include "idmap/stream.h"
#include "idmap/subid_lint.h"
#include "idmap/view.h"

#include "../nomem.h"

static struct nserr e;

/* Makes a map of n extents, with one id between every two extents. The allocations of this function
 * do not fail. */
static struct idmap map_of(size_t n)
{
	struct idmap m = IDMAP_INIT;
	int after = nomem_after;

	nomem_after = -1;
	for (size_t i = 0; i < n; i++)
		CHECK_INT(idmap_add(&m, (uint32_t)(10 * i), (uint32_t)(1000 + 20 * i), 9, NULL), 0);
	nomem_after = after;
	return m;
}

static struct subids ranges(void)
{
	static struct subid_extent r[] = {
		{ 100000, 10, 1 }, { 200000, 10, 2 }, { 300000, 10, 3 },
		{ 400000, 10, 4 }, { 500000, 10, 5 }, { 600000, 10, 6 }
	};

	return (struct subids){ .r = r, .n = ARRAY_SIZE(r), .size = ARRAY_SIZE(r) };
}

/* Returns rc, or 1 if a failure has no message, or if success does not leave n extents in m. */
static int result(int rc, const struct idmap *m, size_t n)
{
	if (rc < 0)
		return strstr(e.what, "cannot allocate memory") ? rc : 1;
	return m->n == n ? 0 : 1;
}

static int try_append(void)
{
	cleanup_idmap struct idmap m = IDMAP_INIT;
	int rc = idmap_append(&m, (struct idmap_extent){ 1, 2, 3, 0 });

	return m.n == (rc == 0) ? rc : 1;
}

static int try_subid(void)
{
	struct subids s = SUBIDS_INIT;
	int rc = subids_add(&s, (struct subid_extent){ 1, 2, 3 });
	bool right = s.n == (rc == 0);

	subids_free(&s);
	return right ? rc : 1;
}

static int try_compose(void)
{
	cleanup_idmap struct idmap a = map_of(9), out = IDMAP_INIT;
	cleanup_idmap struct idmap b = IDMAP_INIT;
	int rc, after = nomem_after;

	nomem_after = -1;
	CHECK_INT(idmap_add(&b, 1000, 5000, 1000, NULL), 0);
	nomem_after = after;
	rc = idmap_compose(&a, &b, &out);
	/* a failure must leave no extents in the result */
	return rc < 0 ? (out.n == 0 && !out.ext ? rc : 1) : out.n == 9 ? 0 : 1;
}

static int try_subtract(void)
{
	cleanup_idmap struct idmap m = IDMAP_INIT, other = map_of(9);
	int rc, after = nomem_after;

	nomem_after = -1;
	CHECK_INT(idmap_add(&m, 5, 5, 100, NULL), 0);
	nomem_after = after;
	rc = idmap_subtract(&m, &other, false);
	/* 9, 19, …, 79, and 89 to 104 */
	return rc < 0 ? rc : m.n == 9 ? 0 : 1;
}

static int try_split(void)
{
	cleanup_idmap struct idmap m = IDMAP_INIT, parent = IDMAP_INIT;
	int rc, after = nomem_after;

	nomem_after = -1;
	CHECK_INT(idmap_add(&m, 0, 0, 90, NULL), 0);
	for (uint32_t i = 0; i < 9; i++)
		CHECK_INT(idmap_add(&parent, 10 * i, 2000 - 20 * i, 10, NULL), 0);
	nomem_after = after;
	rc = idmap_split(&m, &parent, &e);
	return result(rc, &m, 9);
}

static int try_split_at(void)
{
	cleanup_idmap struct idmap m = map_of(9);
	int rc = idmap_split_at(&m, 1004);

	/* after a failure the map is unchanged */
	return rc < 0 ? (m.n == 9 ? rc : 1) : m.n == 11 ? 0 : 1;
}

/* The number of extents of the map to which a single pair is added. The array of the new map first
 * has room for 8 extents, so this number decides which part of the last extent does not fit. */
static size_t extents;
static enum idmap_plan_overlap overlap;

/* Adds a pair whose inside and outside id are in the last extent, at different offsets. */
static int try_single(void)
{
	cleanup_idmap struct idmap m = map_of(extents);
	uint32_t last = (uint32_t)extents - 1;
	int rc = idmap_plan_single(&m, 10 * last + 3, 1000 + 20 * last + 5, overlap, &e);

	/* a failure leaves the map unchanged */
	return rc < 0 && m.n != extents ? 1 : result(rc, &m, extents + 3);
}

static int try_own_first(void)
{
	cleanup_idmap struct idmap m = map_of(extents);
	uint32_t last = (uint32_t)extents - 1;
	int rc = idmap_plan_own_first(&m, 10 * last + 3, 1000 + 20 * last + 3, &e);

	return result(rc, &m, extents + 2);
}

/* Maps the ids of this user namespace to themselves. */
static int try_identity(void)
{
	static const char *const words[] = { "all" };
	static const struct subid_user user = { 0 };
	cleanup_idmap struct idmap m = IDMAP_INIT;
	int rc = idmap_plan_words(&m, IDMAP_UID, words, 1, NULL, IDMAP_PLAN_ERROR, &user, &e);

	return rc < 0 ? (e.what[0] ? rc : 1) : m.n > 0 ? 0 : 1;
}

static int try_fill(void)
{
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct subids s = ranges();

	return result(idmap_plan_fill(&m, &s, &e), &m, 6);
}

static int try_subids(void)
{
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct subids s = ranges();

	return result(idmap_plan_subids(&m, &s, &e), &m, 6);
}

static int try_words(void)
{
	static const char *const words[] = { "0:1000:2",  "10:2000:2", "20:3000:2",
					     "30:4000:2", "40:5000:2", "50:6000:2" };
	static const struct idmap_plan_single single = { 60, 7000 };
	static const struct subid_user user = { 0 };
	cleanup_idmap struct idmap m = IDMAP_INIT;
	int rc = idmap_plan_words(&m, IDMAP_UID, words, ARRAY_SIZE(words), &single, IDMAP_PLAN_HOLE,
				  &user, &e);

	return result(rc, &m, 7);
}

static int try_between(void)
{
	cleanup_idmap struct idmap a = map_of(9), b = map_of(9), out = IDMAP_INIT;
	int rc = idmap_view_between(&a, &b, &out);

	return rc < 0 ? (out.n == 0 ? rc : 1) : out.n == 9 ? 0 : 1;
}

static int try_copy(void)
{
	cleanup_idmaps struct idmaps from = { .map = { map_of(2), map_of(3) } };
	cleanup_idmaps struct idmaps to = IDMAPS_INIT;
	int rc = idmaps_copy(&to, &from);

	return rc < 0 ? rc : to.map[IDMAP_GID].n == 3 ? 0 : 1;
}

static int try_disjoint(void)
{
	struct subids s = ranges(), out = SUBIDS_INIT;
	int rc = subids_disjoint(&s, &out);
	size_t n = out.n;

	subids_free(&out);
	return rc < 0 ? (n == 0 ? rc : 1) : n == 6 ? 0 : 1;
}

/* A map with more than 4095 bytes is refused, and the message names the first line that is too
 * much. */
static int try_long(void)
{
	cleanup_idmap struct idmap m = IDMAP_INIT;
	int rc, after = nomem_after;

	nomem_after = -1;
	for (uint32_t i = 0; i < 200; i++)
		CHECK_INT(idmap_add(&m, 2000000000 + 2 * i, 2000000000 + 2 * i, 1, NULL), 0);
	nomem_after = after;
	rc = idmap_check(&m, NULL, &e);
	if (rc == -EINVAL)
		return strstr(e.what, "can have at most 4095") ? 0 : 1;
	return result(rc, &m, 200);
}

static int try_stream(void)
{
	cleanup_idmap struct idmap m = map_of(9);
	struct idmap_stream s;
	int rc = idmap_stream_init(&s, &m);

	if (rc == 0)
		idmap_stream_free(&s);
	return rc;
}

#define FILE_TEXT "a:1000:10\na:1005:10\n"

static int try_parse(void)
{
	static const struct subid_user user = { .name = "a" };
	struct subids s = SUBIDS_INIT;
	int rc = subid_parse(FILE_TEXT, strlen(FILE_TEXT), &user, &s);
	size_t n = s.n;

	subids_free(&s);
	return rc < 0 ? rc : n == 2 ? 0 : 1;
}

/* Finds the overlap of the two ranges. */
static int try_lint(void)
{
	cleanup_buf struct buf out = BUF_INIT;
	int rc = subid_lint_text("f", FILE_TEXT, strlen(FILE_TEXT), NULL, 0, &out);

	return rc < 0 ? rc : rc == 1 ? 0 : 1;
}

static void the_map_functions_report_a_failed_allocation(void)
{
	static const struct {
		const char *name;
		int (*try)(void);
	} all[] = {
		{ "idmap_append", try_append },        { "subids_add", try_subid },
		{ "idmap_compose", try_compose },      { "idmap_subtract", try_subtract },
		{ "idmap_split", try_split },          { "idmap_split_at", try_split_at },
		{ "idmap_view_between", try_between }, { "idmaps_copy", try_copy },
		{ "idmap_check", try_long },           { "subids_disjoint", try_disjoint },
		{ "idmap_stream_init", try_stream },   { "subid_parse", try_parse },
		{ "subid_lint_text", try_lint },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		nomem_all(all[i].name, all[i].try);
	/* the size of the whole map, and then that of its first lines; the function makes hundreds
	 * of allocations */
	CHECK_INT(try_long(), 0);
	CHECK_INT(nomem_one(try_long, 1), -ENOMEM);
	CHECK_INT(nomem_one(try_long, 10), -ENOMEM);
	CHECK_INT(nomem_one(try_long, 100), -ENOMEM);
}

static void the_planned_maps_report_a_failed_allocation(void)
{
	static const struct {
		const char *name;
		int (*try)(void);
	} all[] = {
		{ "idmap_plan_fill", try_fill },
		{ "idmap_plan_subids", try_subids },
		{ "idmap_plan_words", try_words },
		{ "idmap_plan_words, all", try_identity },
	};

	for (extents = 5; extents <= 9; extents++) {
		overlap = IDMAP_PLAN_SHIFT;
		nomem_all("idmap_plan_single, shift", try_single);
		overlap = IDMAP_PLAN_HOLE;
		nomem_all("idmap_plan_single, hole", try_single);
		nomem_all("idmap_plan_own_first", try_own_first);
	}
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		nomem_all(all[i].name, all[i].try);
}

UNIT_MAIN(CASE(the_map_functions_report_a_failed_allocation),
	  CASE(the_planned_maps_report_a_failed_allocation))
