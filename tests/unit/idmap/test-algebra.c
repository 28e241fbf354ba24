// SPDX-License-Identifier: GPL-2.0-or-later
/* test-algebra: compares the operations on whole maps with a model that stores every id in an
 * array, in 100,000 random cases at both ends of the range of ids. */
#include <stdio.h>

#include "base/num.h"
#include "idmap/idmap.h"
#include "idmap/plan.h"
#include "idmap/shift.h"
#include "idmap/stream.h"

#include "../unit.h"

#define CASES 100000
#define SPACE 48 /* number of ids in the model; the first id is base */
#define NONE  (-1)

struct model {
	int to[SPACE]; /* for each inside id, its outside id, or NONE */
};

/* Returns a random base: 0, or the base for which the last id of the model is the last valid id. */
static uint32_t some_base(void)
{
	return unit_random(2) ? 0 : NUM_ID_MAX - SPACE + 1;
}

/* Creates a random valid map and its model. */
static void random_map(uint32_t base, struct idmap *m, struct model *want)
{
	bool used[SPACE] = { false };

	*m = IDMAP_INIT;
	for (int i = 0; i < SPACE; i++)
		want->to[i] = NONE;
	for (unsigned tries = unit_random(9); tries > 0; tries--) {
		unsigned in = unit_random(SPACE), out = unit_random(SPACE);
		unsigned room = SPACE - MAX(in, out), n = 1 + unit_random(room);
		bool free_ids = true;

		for (unsigned i = 0; i < n; i++)
			free_ids &= want->to[in + i] == NONE && !used[out + i];
		if (!free_ids)
			continue;
		for (unsigned i = 0; i < n; i++) {
			want->to[in + i] = (int)(out + i);
			used[out + i] = true;
		}
		CHECK_INT(idmap_add(m, base + in, base + out, n, NULL), 0);
	}
}

static struct model invert(const struct model *m)
{
	struct model out;

	for (int i = 0; i < SPACE; i++)
		out.to[i] = NONE;
	for (int i = 0; i < SPACE; i++)
		if (m->to[i] != NONE)
			out.to[m->to[i]] = i;
	return out;
}

static uint64_t count_ids(const struct idmap *m)
{
	uint64_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += m->ext[i].count;
	return n;
}

/* Returns true if m and the model agree on every id and on the number of ids. */
static bool agrees(const struct idmap *m, const struct model *want, uint32_t base)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < SPACE; i++) {
		uint32_t out = 0;
		int rc = idmap_to_outside(m, base + i, &out);

		if (want->to[i] == NONE ? rc != -ENOENT
					: rc != 0 || out != base + (uint32_t)want->to[i])
			return false;
		count += want->to[i] != NONE;
	}
	return count_ids(m) == count;
}

/* Returns true if the extents are sorted and no two can be joined. */
static bool is_merged(const struct idmap *m)
{
	for (size_t i = 1; i < m->n; i++) {
		const struct idmap_extent *x = &m->ext[i - 1], *y = &m->ext[i];

		if (x->inside + x->count > y->inside)
			return false;
		if (x->inside + x->count == y->inside && x->outside + x->count == y->outside)
			return false;
	}
	return true;
}

/* Reports the first case that fails and ends the test. */
#define HOLDS(n, cond) \
	do { \
		if (!(cond)) { \
			printf("# case %u: ", n); \
			CHECK(cond); \
			return; \
		} \
	} while (0)

static void translates_each_id_both_ways(void)
{
	for (unsigned n = 0; n < CASES; n++) {
		cleanup_idmap struct idmap m;
		uint32_t base = some_base();
		struct model want, back;

		random_map(base, &m, &want);
		back = invert(&want);
		HOLDS(n, agrees(&m, &want, base));
		for (uint32_t i = 0; i < SPACE; i++) {
			uint32_t in;
			int rc = idmap_to_inside(&m, base + i, &in);

			HOLDS(n, back.to[i] == NONE ? rc == -ENOENT
						    : in == base + (uint32_t)back.to[i]);
		}
		HOLDS(n, m.n == 0 || idmap_check(&m, NULL, NULL) == 0);
		idmap_merge(&m);
		HOLDS(n, agrees(&m, &want, base) && is_merged(&m));
	}
}

static void composes_maps_like_the_model(void)
{
	for (unsigned n = 0; n < CASES; n++) {
		cleanup_idmap struct idmap a, b, out;
		uint32_t base = some_base();
		struct model ma, mb;

		random_map(base, &a, &ma);
		random_map(base, &b, &mb);
		for (int i = 0; i < SPACE; i++)
			if (ma.to[i] != NONE)
				ma.to[i] = mb.to[ma.to[i]];
		HOLDS(n, idmap_compose(&a, &b, &out) == 0);
		HOLDS(n, agrees(&out, &ma, base) && is_merged(&out));
	}
}

static void inverts_maps_like_the_model(void)
{
	for (unsigned n = 0; n < CASES; n++) {
		cleanup_idmap struct idmap a;
		uint32_t base = some_base();
		struct model want, back;

		random_map(base, &a, &want);
		back = invert(&want);
		idmap_invert(&a);
		HOLDS(n, agrees(&a, &back, base));
		idmap_invert(&a);
		HOLDS(n, agrees(&a, &want, base));
	}
}

static void subtracts_inside_and_outside_ids(void)
{
	for (unsigned n = 0; n < CASES; n++) {
		cleanup_idmap struct idmap a, b;
		uint32_t base = some_base();
		struct model ma, mb, back;
		bool outside = n & 1;

		random_map(base, &a, &ma);
		random_map(base, &b, &mb);
		back = invert(&mb);
		for (int i = 0; i < SPACE; i++)
			if (ma.to[i] != NONE &&
			    (outside ? back.to[ma.to[i]] != NONE : mb.to[i] != NONE))
				ma.to[i] = NONE;
		HOLDS(n, idmap_subtract(&a, &b, outside) == 0);
		HOLDS(n, agrees(&a, &ma, base) && is_merged(&a));
	}
}

static void splits_at_the_extents_of_the_parent(void)
{
	for (unsigned n = 0; n < CASES; n++) {
		cleanup_idmap struct idmap a, p;
		uint32_t base = some_base();
		struct model ma, mp;
		bool covered = true;
		int rc;

		random_map(base, &a, &ma);
		random_map(base, &p, &mp);
		for (int i = 0; i < SPACE; i++)
			covered &= ma.to[i] == NONE || mp.to[ma.to[i]] != NONE;
		rc = idmap_split(&a, &p, NULL);
		HOLDS(n, rc == (covered ? 0 : -EPERM));
		HOLDS(n, agrees(&a, &ma, base));
		if (a.n > 0)
			HOLDS(n, idmap_check(&a, &p, NULL) == (covered ? 0 : -EPERM));
	}
}

/* The extents are random, so most of them overlap. */
static void refuses_overlapping_extents(void)
{
	for (unsigned n = 0; n < CASES; n++) {
		cleanup_idmap struct idmap m = IDMAP_INIT;
		unsigned in[SPACE] = { 0 }, out[SPACE] = { 0 };
		uint32_t base = some_base();
		struct nserr e = NSERR_INIT;
		bool good = true;

		for (unsigned left = 1 + unit_random(4); left > 0; left--) {
			unsigned i = unit_random(SPACE), o = unit_random(SPACE);
			unsigned room = SPACE - MAX(i, o), len = 1 + unit_random(MIN(8, room));

			CHECK_INT(idmap_add(&m, base + i, base + o, len, NULL), 0);
			for (unsigned k = 0; k < len; k++)
				good &= in[i + k]++ == 0 && out[o + k]++ == 0;
		}
		HOLDS(n, idmap_check(&m, NULL, &e) == (good ? 0 : -EINVAL));
		HOLDS(n, good || strstr(e.what, " overlaps extent "));
	}
}

static void parses_what_it_formats(void)
{
	struct buf text = BUF_INIT;

	for (unsigned n = 0; n < CASES; n++) {
		cleanup_idmaps struct idmaps m = IDMAPS_INIT, again = IDMAPS_INIT;
		struct model want[IDMAP_KINDS];
		uint32_t base = some_base();

		for (int k = 0; k < IDMAP_KINDS; k++)
			random_map(base, &m.map[k], &want[k]);
		if (m.map[0].n == 0 || m.map[1].n == 0)
			continue;
		m.setgroups = unit_random(3);
		buf_reset(&text);
		if (n & 1)
			idmaps_format_arg(&m, &text);
		else
			idmaps_format_stream(&m, &text);
		HOLDS(n, idmaps_parse(&again, text.s, text.len, NULL) == 0);
		HOLDS(n, again.setgroups == m.setgroups);
		for (int k = 0; k < IDMAP_KINDS; k++)
			HOLDS(n, agrees(&again.map[k], &want[k], base));
	}
	buf_free(&text);
}

/*
 * Adds the mapping of a single id to a map. Afterwards no id may be mapped twice, and all pairs
 * that do not conflict must be unchanged.
 */
static void places_a_single_id(void)
{
	for (unsigned n = 0; n < CASES; n++) {
		cleanup_idmap struct idmap m;
		uint32_t base = some_base();
		unsigned in = unit_random(SPACE), out = unit_random(SPACE);
		struct model want, back;
		uint64_t before;
		int rc;

		random_map(base, &m, &want);
		back = invert(&want);
		before = count_ids(&m);
		rc = idmap_plan_single(&m, base + in, base + out, n % 3, NULL);
		if (n % 3 == IDMAP_PLAN_ERROR && (want.to[in] != NONE || back.to[out] != NONE)) {
			HOLDS(n, rc == -EEXIST && agrees(&m, &want, base));
			continue;
		}
		HOLDS(n, rc == 0 && idmap_check(&m, NULL, NULL) == 0);
		if (n % 3 == IDMAP_PLAN_SHIFT) {
			const struct idmap_extent *x = idmap_find(&m, base + in);
			uint64_t now = count_ids(&m);

			HOLDS(n, x && x->outside + (base + in - x->inside) == base + out);
			/* the single id is added; other pairs with its inside or outside id may be
			 * removed */
			HOLDS(n, now <= before + 1 && now + 1 >= before);
			continue;
		}
		if (back.to[out] != NONE)
			want.to[back.to[out]] = NONE;
		want.to[in] = (int)out;
		HOLDS(n, agrees(&m, &want, base));
	}
}

static void stream_answers_like_the_lookup(void)
{
	static char in[IDMAP_STREAM_CHUNK], out[IDMAP_STREAM_OUT];

	for (unsigned n = 0; n < CASES / 100; n++) {
		cleanup_idmap struct idmap m;
		struct buf want = BUF_INIT, got = BUF_INIT;
		uint32_t base = some_base();
		struct idmap_stream s;
		struct model model;
		size_t len = 0;

		random_map(base, &m, &model);
		for (unsigned i = 0; i < 200; i++) {
			/* choose an id near the mapped ids, or any id */
			uint64_t spread = (uint64_t)base + unit_random(2 * SPACE) % SPACE;
			uint32_t id = unit_random(4) ? (uint32_t)MIN(spread, NUM_ID_MAX)
						     : (uint32_t)unit_random(1u << 30) * 3,
				 to;

			len += (size_t)sprintf(in + len, unit_random(9) ? "%u\n" : "%024u\n", id);
			if (idmap_to_outside(&m, id, &to) == 0)
				buf_addu(&want, to);
			else
				buf_addc(&want, '-');
			buf_addc(&want, '\n');
		}
		len -= unit_random(2); /* the last line may lack its newline */
		idmap_merge(&m);
		CHECK_INT(idmap_stream_init(&s, &m), 0);
		for (size_t at = 0, part; at < len; at += part) {
			part = 1 + unit_random(64);
			part = MIN(part, len - at);
			buf_add(&got, out, idmap_stream_feed(&s, in + at, part, out));
		}
		buf_add(&got, out, idmap_stream_end(&s, out));
		HOLDS(n, streq(got.s, want.s));
		HOLDS(n, s.lines == 200 && s.bad == 0);
		idmap_stream_free(&s);
		buf_free(&want);
		buf_free(&got);
	}
}

static void stream_stops_at_an_invalid_id(void)
{
	static const char *const bad[] = {
		"4294967295\n", "4294967296\n", "99999999999999999999\n",
		"1 \n",         " 1\n",         "+1\n",
		"-1\n",         "\n",           "1\r\n",
		"0x10\n",       "12345678x\n",  "18446744073709551617\n",
		"1234567x\n",   "\xff\n",
	};
	static char out[IDMAP_STREAM_OUT];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cleanup_idmap struct idmap m = IDMAP_INIT;
		struct idmap_stream s;
		char text[64];
		size_t len = (size_t)sprintf(text, "7\n%s8\n", bad[i]);

		idmap_add(&m, 0, 5, 100, NULL);
		CHECK_INT(idmap_stream_init(&s, &m), 0);
		len = idmap_stream_feed(&s, text, len, out);
		out[len] = '\0';
		CHECK_STR(out, "12\n");
		CHECK_INT(s.bad, 2);
		idmap_stream_free(&s);
	}
}

static void an_extent_without_outside_ids_is_ignored(void)
{
	cleanup_idmap struct idmap a = IDMAP_INIT, b = IDMAP_INIT, out = IDMAP_INIT;
	uint32_t id;

	/* 0-9 to 100-109; 20-29 are in use, but have no outside ids */
	CHECK_INT(idmap_add(&a, 0, 100, 10, NULL), 0);
	CHECK_INT(idmap_append(&a, (struct idmap_extent){ 20, IDMAP_NONE, 10, 0 }), 0);
	CHECK_INT(idmap_add(&b, 100, 1000, 5, NULL), 0);
	CHECK_INT(idmap_append(&b, (struct idmap_extent){ 105, IDMAP_NONE, 5, 0 }), 0);
	CHECK_INT(idmap_compose(&a, &b, &out), 0);
	CHECK_INT(out.n, 1);
	CHECK_INT(out.ext[0].count, 5);
	CHECK_INT(idmap_to_outside(&out, 4, &id), 0);
	CHECK_INT(id, 1004);
	CHECK_INT(idmap_to_outside(&out, 5, &id), -ENOENT);
	CHECK_INT(idmap_to_outside(&out, 20, &id), -ENOENT);
	/* the extent is also ignored if a map contains IDMAP_NONE, which stands for a missing id */
	idmap_free(&out);
	CHECK_INT(idmap_append(&b, (struct idmap_extent){ IDMAP_NONE - 5, 5, 6, 0 }), 0);
	CHECK_INT(idmap_compose(&a, &b, &out), 0);
	CHECK_INT(out.n, 1);
	CHECK_INT(idmap_to_outside(&out, 20, &id), -ENOENT);
	idmap_invert(&a);
	CHECK_INT(a.n, 1);
	CHECK_INT(a.ext[0].inside, 100);
	CHECK_INT(a.ext[0].outside, 0);
	/* idmap_invert() sorts the result by inside id */
	CHECK_INT(idmap_add(&a, 200, 50, 10, NULL), 0);
	idmap_invert(&a);
	CHECK_INT(a.ext[0].inside, 0);
	CHECK_INT(a.ext[1].inside, 50);
	idmap_invert(&a);
	CHECK_INT(a.ext[0].inside, 100);
	CHECK_INT(a.ext[1].inside, 200);
	CHECK_INT(idmap_add(&a, 10, 300, 10, NULL), 0);
	idmap_invert(&a);
	CHECK(a.n == 3 && a.ext[0].inside == 0 && a.ext[2].inside == 300);
}

/* Returns the number of ids in each extent after idmap_split_at() for a map of 10 ids from the
 * outside id 100, as "1,9,". */
static const char *split(uint32_t outside)
{
	cleanup_idmap struct idmap m = IDMAP_INIT;
	static char text[64];

	text[0] = '\0';
	CHECK_INT(idmap_add(&m, 0, 100, 10, NULL), 0);
	CHECK_INT(idmap_split_at(&m, outside), 0);
	for (size_t i = 0; i < m.n; i++)
		sprintf(text + strlen(text), "%u,", m.ext[i].count);
	return text;
}

static void splits_around_one_outside_id(void)
{
	CHECK_STR(split(99), "10,");
	CHECK_STR(split(100), "1,9,");
	CHECK_STR(split(101), "1,1,8,");
	CHECK_STR(split(105), "5,1,4,");
	CHECK_STR(split(109), "9,1,");
	CHECK_STR(split(110), "10,");
}

/* Returns the result of shift_check() for two maps with one range of each kind. The outside ids of
 * the kind k begin at a and b, and have the lengths n and m; those of the other kind differ. */
static int common(enum idmap_kind k, uint32_t a, uint32_t n, uint32_t b, uint32_t m,
		  struct nserr *e)
{
	cleanup_idmaps struct idmaps from = IDMAPS_INIT, to = IDMAPS_INIT;
	enum idmap_kind other = k == IDMAP_UID ? IDMAP_GID : IDMAP_UID;

	*e = NSERR_INIT;
	CHECK_INT(idmap_add(&from.map[k], 0, a, n, NULL), 0);
	CHECK_INT(idmap_add(&to.map[k], 0, b, m, NULL), 0);
	CHECK_INT(idmap_add(&from.map[other], 0, 1, 1, NULL), 0);
	CHECK_INT(idmap_add(&to.map[other], 0, 2, 1, NULL), 0);
	return shift_check(&from, &to, e);
}

static void maps_with_a_common_outside_id_are_refused(void)
{
	static const char *const names[] = { "uid", "gid" };
	struct nserr e;
	char want[64];

	for (int k = 0; k < IDMAP_KINDS; k++) {
		enum idmap_kind kind = (enum idmap_kind)k;

		CHECK_INT(common(kind, 100, 10, 110, 10, &e), 0);
		CHECK_INT(common(kind, 110, 10, 100, 10, &e), 0);
		CHECK_INT(common(kind, 100, 10, 109, 10, &e), -EINVAL);
		snprintf(want, sizeof(want), "outside %s 109 is in both maps", names[k]);
		CHECK_STR(unit_message(&e), want);
		CHECK(e.hint[0]);
		CHECK_INT(common(kind, 109, 10, 100, 10, &e), -EINVAL);
		CHECK_STR(unit_message(&e), want);
		CHECK_INT(common(kind, 100, 1, 100, 1, &e), -EINVAL);
	}
}

UNIT_MAIN(CASE(translates_each_id_both_ways), CASE(composes_maps_like_the_model),
	  CASE(inverts_maps_like_the_model), CASE(subtracts_inside_and_outside_ids),
	  CASE(splits_at_the_extents_of_the_parent), CASE(refuses_overlapping_extents),
	  CASE(parses_what_it_formats), CASE(places_a_single_id),
	  CASE(stream_answers_like_the_lookup), CASE(stream_stops_at_an_invalid_id),
	  CASE(an_extent_without_outside_ids_is_ignored), CASE(splits_around_one_outside_id),
	  CASE(maps_with_a_common_outside_id_are_refused))
