// SPDX-License-Identifier: GPL-2.0-or-later
/* test-choice: suggests the valid word that resembles an unknown word. */
#include "base/choice.h"

#include "../unit.h"

static const char *const signals[] = { "term", "kill", "quit", "hangup" };

/* Returns the hint for an unknown word. The next call overwrites the result. */
static const char *hint_of(const char *word, const char *const *valid, size_t n, bool shortened,
			   bool silent)
{
	static struct nserr e;
	struct choice c;

	e = NSERR_INIT;
	choice_init(&c, word, strlen(word));
	c.prefix = "--";
	c.suffix = "=";
	c.shortened = shortened;
	c.silent = silent;
	for (size_t i = 0; i < n; i++)
		choice_add(&c, valid[i]);
	CHECK_INT(choice_unknown(&c, "word", &e), -EINVAL);
	CHECK(str_after(e.what, "unknown word '"));
	return e.hint;
}

static const char *hint(const char *word)
{
	return hint_of(word, signals, ARRAY_SIZE(signals), false, true);
}

static void suggests_the_nearest_word(void)
{
	CHECK_STR(hint("trem"), "did you mean --term=?");
	CHECK_STR(hint("TERN"), "did you mean --term=?");
	CHECK_STR(hint("kil"), "did you mean --kill=?");
	CHECK_STR(hint("skill"), "did you mean --kill=?");
	CHECK_STR(hint("hang"), "did you mean --hangup=?");
	CHECK_STR(hint("ha"), "did you mean --hangup=?");
	CHECK_STR(hint_of("trem", signals, 4, false, false),
		  "did you mean --term=? (term, kill, quit, hangup)");
}

static void suggests_nothing_for_a_word_that_resembles_none(void)
{
	CHECK_STR(hint("x"), "");
	CHECK_STR(hint(""), "");
	CHECK_STR(hint("xy"), "");
	CHECK_STR(hint("other"), "");
	CHECK_STR(hint("a-word-of-more-than-thirty-one-bytes"), "");
	CHECK_STR(hint_of("other", signals, 4, false, false),
		  "use one of term, kill, quit, hangup");
}

static void suggests_neither_of_two_words_at_the_same_distance(void)
{
	static const char *const two[] = { "mount", "count" };
	static const char *const three[] = { "mount", "count", "round", "found" };

	CHECK_STR(hint_of("xount", two, 2, false, true), "");
	CHECK_STR(hint_of("xount", two, 2, false, false), "use one of mount, count");
	/* a nearer word ends the tie, in any order */
	CHECK_STR(hint_of("founds", three, 4, false, true), "did you mean --found=?");
	CHECK_STR(hint_of("mounts", three, 4, false, true), "did you mean --mount=?");
}

static void suggests_the_beginning_of_the_word_on_request(void)
{
	CHECK_STR(hint_of("killall-of-them", signals, 4, true, true), "did you mean --kill=?");
	CHECK_STR(hint_of("killall-of-them", signals, 4, false, true), "");
}

static void ignores_valid_words_that_are_too_long(void)
{
	static const char *const valid[] = { "a-word-of-more-than-thirty-one-bytes", "short" };

	CHECK_STR(hint_of("a-word-of-more-than-thirty-one", valid, 2, false, true), "");
	CHECK_STR(hint_of("shirt", valid, 2, false, true), "did you mean --short=?");
}

static void lists_at_most_twelve_words(void)
{
	static const char *const many[] = { "a", "b", "c", "d", "e", "f", "g",
					    "h", "i", "j", "k", "l", "m" };
	static const char *const wide[] = {
		"a-word-of-more-than-thirty-one-bytes", "b-word-of-more-than-thirty-one-bytes",
		"c-word-of-more-than-thirty-one-bytes", "d-word-of-more-than-thirty-one-bytes",
		"e-word-of-more-than-thirty-one-bytes",
	};

	CHECK_STR(hint_of("xyz", many, 12, false, false),
		  "use one of a, b, c, d, e, f, g, h, i, j, k, l");
	CHECK_STR(hint_of("xyz", many, 13, false, false), "");
	CHECK_STR(hint_of("xyz", many, 1, false, false), "");
	CHECK_STR(hint_of("xyz", many, 0, false, false), "");
	CHECK_STR(hint_of("xyz", wide, 5, false, false), "");
}

UNIT_MAIN(CASE(suggests_the_nearest_word), CASE(suggests_nothing_for_a_word_that_resembles_none),
	  CASE(suggests_neither_of_two_words_at_the_same_distance),
	  CASE(suggests_the_beginning_of_the_word_on_request),
	  CASE(ignores_valid_words_that_are_too_long), CASE(lists_at_most_twelve_words))
