// SPDX-License-Identifier: GPL-2.0-or-later
/* test-plan: builds maps with the functions of plan.h. The shell tests cover the map styles that
 * need a real user with subordinate ranges. */
#include "idmap/plan.h"

#include "../sandbox.h"

static const struct subid_user nobody = { 0 };

/* Returns the map as "0:1000:1,1:100000:65536", valid until the next call. */
static const char *text(const struct idmap *m)
{
	static struct buf b;

	buf_reset(&b);
	idmap_format_kernel(m, &b);
	for (char *s = b.s; b.len && *s; s++)
		if (*s == ' ')
			*s = ':';
		else if (*s == '\n')
			*s = s[1] ? ',' : '\0';
	return b.len ? b.s : "";
}

static struct subids two_ranges(void)
{
	static struct subid_extent r[] = { { 100000, 65536, 1 }, { 200000, 10, 2 } };

	return (struct subids){ .r = r, .n = 2, .size = 2 };
}

static void maps_ranges_to_free_inside_ids(void)
{
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct subids s = two_ranges();
	struct nserr e;

	CHECK_INT(idmap_plan_fill(&m, &s, &e), 0);
	CHECK_STR(text(&m), "0:100000:65536,65536:200000:10");
	idmap_free(&m);
	/* the caller's id is mapped to 0 */
	idmap_add(&m, 0, 1001, 1, &e);
	CHECK_INT(idmap_plan_fill(&m, &s, &e), 0);
	CHECK_STR(text(&m), "0:1001:1,1:100000:65536,65537:200000:10");
	idmap_free(&m);
	/* the caller's id is mapped to itself, with ranges around it */
	idmap_add(&m, 1001, 1001, 1, &e);
	CHECK_INT(idmap_plan_fill(&m, &s, &e), 0);
	CHECK_STR(text(&m), "0:100000:1001,1001:1001:1,1002:101001:64535,65537:200000:10");
	idmap_free(&m);
	/* the caller's id is one of the ids of the range */
	idmap_add(&m, 0, 100005, 1, &e);
	CHECK_INT(idmap_plan_fill(&m, &s, &e), 0);
	CHECK_STR(text(&m), "0:100005:1,1:100000:5,6:100006:65530,65536:200000:10");
}

static void a_range_is_split_at_each_inside_id_in_use(void)
{
	static struct subid_extent r[] = { { 1000, 20, 1 } };
	struct subids s = { .r = r, .n = 1, .size = 1 };
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct nserr e;

	idmap_add(&m, 5, 1, 1, &e);
	idmap_add(&m, 10, 2, 2, &e);
	idmap_add(&m, 7, 3, 1, &e);
	CHECK_INT(idmap_plan_fill(&m, &s, &e), 0);
	CHECK_STR(text(&m), "0:1000:5,5:1:1,6:1005:1,7:3:1,8:1006:2,10:2:2,12:1008:12");
}

static void overlapping_ranges_are_mapped_once(void)
{
	static struct subid_extent r[] = { { 1000, 10, 1 }, { 1005, 10, 2 }, { 1000, 3, 3 } };
	struct subids s = { .r = r, .n = 3, .size = 3 };
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct nserr e;

	CHECK_INT(idmap_plan_fill(&m, &s, &e), 0);
	CHECK_STR(text(&m), "0:1000:15");
}

static void fails_when_no_inside_ids_are_left(void)
{
	static struct subid_extent r[] = { { 0, 4294967295, 1 } };
	struct subids s = { .r = r, .n = 1, .size = 1 };
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct nserr e;

	/* an inside id that is in use but has no outside id, as with IDMAP_PLAN_HOLE */
	CHECK_INT(idmap_append(&m, (struct idmap_extent){ 5, IDMAP_NONE, 1, 0 }), 0);
	CHECK_INT(idmap_plan_fill(&m, &s, &e), -ERANGE);
	CHECK_STR(unit_message(&e), "no free inside ids are left for the ranges");
}

static void places_a_single_id_in_a_range(void)
{
	/* clang-format off */
	static const struct { uint32_t in, out; enum idmap_plan_overlap how; const char *want; } cases[] = {
		{ 0, 1001, IDMAP_PLAN_SHIFT, "0:1001:1,1:100000:9" },
		{ 0, 1001, IDMAP_PLAN_HOLE, "0:1001:1,1:100001:9" },
		{ 5, 1001, IDMAP_PLAN_SHIFT, "0:100000:5,5:1001:1,6:100005:4" },
		{ 5, 1001, IDMAP_PLAN_HOLE, "0:100000:5,5:1001:1,6:100006:4" },
		{ 50, 100003, IDMAP_PLAN_SHIFT, "0:100000:3,3:100004:6,50:100003:1" },
		{ 50, 100003, IDMAP_PLAN_HOLE, "0:100000:3,4:100004:6,50:100003:1" },
		{ 2, 100007, IDMAP_PLAN_SHIFT, "0:100000:2,2:100007:1,3:100002:5,8:100008:2" },
		{ 2, 100007, IDMAP_PLAN_HOLE, "0:100000:2,2:100007:1,3:100003:4,8:100008:2" },
		{ 3, 100003, IDMAP_PLAN_SHIFT, "0:100000:10" },
		{ 20, 1001, IDMAP_PLAN_ERROR, "0:100000:10,20:1001:1" },
		/* the id after the end of the range does not belong to the range */
		{ 10, 1001, IDMAP_PLAN_SHIFT, "0:100000:10,10:1001:1" },
		{ 20, 100010, IDMAP_PLAN_SHIFT, "0:100000:10,20:100010:1" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_idmap struct idmap m = IDMAP_INIT;
		struct nserr e;

		idmap_add(&m, 0, 100000, 10, &e);
		CHECK_INT(idmap_plan_single(&m, cases[i].in, cases[i].out, cases[i].how, &e), 0);
		CHECK_STR(text(&m), cases[i].want);
	}
}

static void refuses_an_overlap_without_hole_or_shift(void)
{
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct nserr e;

	idmap_add(&m, 0, 100000, 10, &e);
	CHECK_INT(idmap_plan_single(&m, 5, 1001, IDMAP_PLAN_ERROR, &e), -EEXIST);
	CHECK_STR(unit_message(&e), "inside id 5 is already mapped to 100005");
	CHECK_INT(idmap_plan_single(&m, 50, 100003, IDMAP_PLAN_ERROR, &e), -EEXIST);
	CHECK_STR(unit_message(&e), "outside id 100003 is already mapped from 3");
	CHECK_STR(text(&m), "0:100000:10");
}

static void accepts_the_words_of_unshare(void)
{
	/* clang-format off */
	static const struct { const char *words[3]; const char *want; } good[] = {
		{ { "0:1000:1", "5:2000:10" }, "0:1000:1,5:2000:10" },
		{ { "1000,0,1" }, "0:1000:1" },
		{ { "0:1000:1", "1:1001:1" }, "0:1000:1,1:1001:1" },
	};
	/* clang-format on */
	static const char *const bad[] = {
		"",          "0:1000",         "0:1000:1:1",     "0:1000:0",  "-1:0:1",   "0x0:0:1",
		"0:1000:1x", "4294967296:0:1", "0:4294967295:1", "automatic", "0;1000;1", " 0:0:1",
	};
	struct nserr e;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		cleanup_idmap struct idmap m = IDMAP_INIT;
		size_t n = good[i].words[1] ? 2 : 1;

		CHECK_INT(idmap_plan_words(&m, IDMAP_UID, good[i].words, n, NULL, IDMAP_PLAN_SHIFT,
					   &nobody, &e),
			  0);
		CHECK_STR(text(&m), good[i].want);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cleanup_idmap struct idmap m = IDMAP_INIT;

		CHECK(idmap_plan_words(&m, IDMAP_UID, &bad[i], 1, NULL, IDMAP_PLAN_SHIFT, &nobody,
				       &e) < 0);
		CHECK(strstr(e.what, "invalid range") != NULL);
	}
}

static void refuses_overlapping_ranges(void)
{
	static const char *const words[] = { "0:1000:10", "5:2000:10" };
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct nserr e;

	CHECK_INT(idmap_plan_words(&m, IDMAP_UID, words, 2, NULL, IDMAP_PLAN_SHIFT, &nobody, &e),
		  -EINVAL);
	CHECK(strstr(e.what, "inside range 5-14 overlaps extent 1") != NULL);
}

static void root_style_needs_no_ranges(void)
{
	struct idmap_plan_request r = { IDMAP_PLAN_ROOT, NULL, IDMAP_PLAN_ERROR };
	struct nserr e, note;
	struct idmaps m;
	uint32_t id;

	CHECK_INT(idmap_plan_make(&r, &m, &note, &e), 0);
	CHECK_INT(idmap_to_outside(&m.map[IDMAP_UID], 0, &id), 0);
	CHECK_INT(id, geteuid());
	CHECK_INT(m.map[IDMAP_GID].n, 1);
	CHECK_INT(m.map[IDMAP_GID].ext[0].count, 1);
	CHECK_STR(note.what, "");
	idmaps_free(&m);
	r.style = IDMAP_PLAN_SUBIDS;
	r.user = "no-such-user";
	CHECK_INT(idmap_plan_make(&r, &m, &note, &e), -ENOENT);
	CHECK_STR(unit_message(&e), "user no-such-user has no range of subordinate uids");
}

static void fails_when_a_range_ends_after_the_last_inside_id(void)
{
	static struct subid_extent r[] = { { 100, 20, 1 } };
	struct subids s = { .r = r, .n = 1, .size = 1 };
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct nserr e = NSERR_INIT;

	/* only ten inside ids are free */
	CHECK_INT(idmap_append(&m, (struct idmap_extent){ 0, IDMAP_NONE, 4294967285, 0 }), 0);
	CHECK_INT(idmap_plan_fill(&m, &s, &e), -ERANGE);
	CHECK_STR(unit_message(&e), "no free inside ids are left for the ranges");
}

static void a_range_that_is_mapped_already_adds_nothing(void)
{
	static struct subid_extent r[] = { { 100, 20, 1 }, { 110, 5, 2 } };
	struct subids s = { .r = r, .n = 2, .size = 2 };
	cleanup_idmap struct idmap m = IDMAP_INIT;
	struct nserr e = NSERR_INIT;

	CHECK_INT(idmap_add(&m, 5, 90, 60, &e), 0);
	CHECK_INT(idmap_plan_fill(&m, &s, &e), 0);
	CHECK_STR(text(&m), "5:90:60");
	CHECK_INT(idmap_plan_subids(&m, &s, &e), 0);
	CHECK_STR(text(&m), "5:90:60");
	idmap_free(&m);
	CHECK_INT(idmap_add(&m, 5, 105, 3, &e), 0);
	CHECK_INT(idmap_plan_subids(&m, &s, &e), 0);
	CHECK_STR(text(&m), "5:105:3,100:100:5,108:108:12");
}

/* Mounts a file with this text on uid_map of this process. Returns the map that the word "all"
 * makes, or the message. */
static const char *all_of(const char *dir, const char *own)
{
	static const char *const words[] = { "all" };
	static struct nserr e;
	static char result[sizeof(e.what) + 128];
	cleanup_idmap struct idmap m = IDMAP_INIT;
	char path[64];
	int rc;

	e = NSERR_INIT;
	snprintf(path, sizeof(path), "%s/map", dir);
	unit_put(AT_FDCWD, path, own);
	CHECK_INT(mount(path, "/proc/self/uid_map", NULL, MS_BIND, NULL), 0);
	rc = idmap_plan_words(&m, IDMAP_UID, words, 1, NULL, IDMAP_PLAN_SHIFT, &nobody, &e);
	CHECK_INT(umount("/proc/self/uid_map"), 0);
	snprintf(result, sizeof(result), "%s", rc < 0 ? unit_message(&e) : text(&m));
	CHECK_INT(rc, own[0] ? 0 : -EINVAL);
	return result;
}

static void read_own_map(const char *dir)
{
	static const struct idmap_plan_request r = { IDMAP_PLAN_SUBIDS, NULL, IDMAP_PLAN_ERROR };
	struct nserr e = NSERR_INIT, note = NSERR_INIT;
	struct idmaps m;

	CHECK_STR(all_of(dir, "0 1000 1\n"), "0:0:1");
	CHECK_STR(all_of(dir, "10 5 3\n0 1000 1\n7 90 1\n"), "0:0:1,7:7:1,10:10:3");
	CHECK_STR(all_of(dir, ""), "this user namespace has no uid map");
	/* a user without a passwd entry */
	sandbox_tmpfs("/etc");
	CHECK_INT(idmap_plan_make(&r, &m, &note, &e), -ENOENT);
	CHECK_STR(unit_message(&e), "uid 0 has no range of subordinate uids");
	CHECK_STR(e.hint,
		  "add a range to /etc/subuid with 'usermod --add-subuids FIRST-LAST USER'");
	unit_put(AT_FDCWD, "/etc/subuid", "0:1:x\n");
	CHECK_INT(idmap_plan_make(&r, &m, &note, &e), -ENOENT);
	CHECK(str_after(e.hint, "fix line 1 of /etc/subuid: "));
	/* the only id of this user namespace is 0, and /etc/subgid is still missing */
	unit_put(AT_FDCWD, "/etc/subuid", "0:0:1\n");
	CHECK_INT(idmap_plan_make(&r, &m, &note, &e), -ENOENT);
	CHECK_STR(unit_message(&e), "uid 0 has no range of subordinate gids");
	unit_put(AT_FDCWD, "/etc/subgid", "0:0:1\n");
	CHECK_INT(idmap_plan_make(&r, &m, &note, &e), 0);
	CHECK_STR(text(&m.map[IDMAP_GID]), "0:0:1");
	idmaps_free(&m);
}

static void the_map_of_this_process_and_its_ranges_are_read(void)
{
	sandbox(0, read_own_map);
}

UNIT_MAIN(CASE(the_map_of_this_process_and_its_ranges_are_read),
	  CASE(maps_ranges_to_free_inside_ids), CASE(a_range_is_split_at_each_inside_id_in_use),
	  CASE(overlapping_ranges_are_mapped_once), CASE(fails_when_no_inside_ids_are_left),
	  CASE(places_a_single_id_in_a_range), CASE(refuses_an_overlap_without_hole_or_shift),
	  CASE(accepts_the_words_of_unshare), CASE(refuses_overlapping_ranges),
	  CASE(root_style_needs_no_ranges), CASE(fails_when_a_range_ends_after_the_last_inside_id),
	  CASE(a_range_that_is_mapped_already_adds_nothing))
