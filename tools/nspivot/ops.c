// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: parses the argument of a verb. Has no side effects. */
#include <stdio.h>

#include "base/num.h"
#include "nspivot.h"
#include "root/place.h"

/* Removes the word from the mount options of op. Returns true if they contained it. */
static bool take_word(struct op *op, const char *word)
{
	size_t n = 0, all = op->o.n;

	for (size_t i = 0; i < all; i++)
		if (!streq(op->o.param[i], word))
			op->o.param[n++] = op->o.param[i];
	op->o.n = n;
	return n < all;
}

/* Removes "try", "copy-up" and "mode=" from op->o, because they are not mount options. Returns 0,
 * or a negative errno with e set. */
static int own_words(struct op *op, struct nserr *e)
{
	size_t n = 0;

	if (op->verb == &verbs[VERB_DEVPTS])
		op->try = take_word(op, "try");
	if (op->verb == &verbs[VERB_TMPFS])
		op->copy_up = take_word(op, "copy-up");
	if (op->verb->fstype)
		return 0;
	for (size_t i = 0; i < op->o.n; i++) {
		const char *word = op->o.param[i], *mode = str_after(word, "mode=");

		if (mode && mode[strspn(mode, "01234567")] == '\0' && *mode && strlen(mode) <= 4) {
			op->o.mode = (mode_t)strtoul(mode, NULL, 8);
			op->o.has_mode = true;
		} else if (streq(word, "try")) {
			op->try = true;
		} else {
			return nserr_set(e, 0, "unknown option '%s'", word);
		}
		n++;
	}
	op->o.n -= n;
	return 0;
}

/* Returns true for the verbs whose default destination is the source path. They are the first in
 * the array. */
static bool is_bind(const struct op *op)
{
	return op->verb <= &verbs[VERB_RO_BIND_TRY];
}

/* Splits the argument into source, destination and options. Sets *options to NULL if there are no
 * options. Returns 0, or a negative errno with e set. check_opts() checks the destination. */
static int cut_argument(struct op *op, char **options, struct nserr *e)
{
	enum { DST = 2, SRC_DST = 3 };
	char *field[SRC_DST] = { NULL };
	const char *plain;
	size_t n;

	*options = NULL;
	if (op->verb->takes == VERB_SRC) {
		op->src = op->text;
		op->dst = (char *)op->verb->dst;
		return 0;
	}
	n = op->text ? mntopt_fields(op->text, field, op->verb->takes == VERB_DST ? DST : SRC_DST)
		     : 0;
	if (op->verb->takes == VERB_DST) {
		op->dst = n > 0 && field[0][0] ? field[0] : (char *)op->verb->dst;
		*options = field[1];
	} else {
		op->src = field[0];
		op->dst = field[1];
		*options = field[2];
		if ((!op->dst || !*op->dst) && is_bind(op) && op->src && *op->src == '/')
			op->dst = op->src;
		if (!op->src || !*op->src || !op->dst || !*op->dst)
			return nserr_set(e, 0, "invalid argument '%s', expected <src>:<dst>",
					 op->arg);
	}
	plain = op->dst ? root_place_plain(op->dst) : NULL;
	if (plain)
		op->dst = (char *)plain;
	return 0;
}

/* Returns a new element of o->op, or NULL if memory allocation fails. */
static struct op *new_op(struct opts *o)
{
	if (o->n == o->size) {
		size_t size = o->size ? 2 * o->size : 32;
		struct op *op = reallocarray(o->op, size, sizeof(*op));

		if (!op)
			return NULL;
		o->op = op;
		o->size = size;
	}
	o->op[o->n] = (struct op){ .of_preset = o->in_preset };
	return &o->op[o->n++];
}

/* If a preset contains a verb with the same destination as the last verb, moves the last verb to
 * the position of that verb. The position matters if a later mount of the preset is below this
 * destination. */
static void replace_preset(struct opts *o)
{
	struct op *last = &o->op[o->n - 1];

	for (struct op *op = o->op; op < last; op++) {
		if (!op->of_preset || !same_destination(op, last) ||
		    (op->verb != last->verb && last->verb->cover != VERB_COVERS))
			continue;
		free(op->text);
		mntopt_free(&op->o);
		*op = *last;
		o->n--;
		return;
	}
}

int opts_add(struct opts *o, const struct verb *v, const char *arg, struct nserr *e)
{
	struct op *op = new_op(o);
	char *given = NULL, *all = NULL;
	int rc;

	if (!op)
		return nserr_set(e, ENOMEM, "cannot allocate memory for the options");
	op->verb = v;
	op->arg = arg;
	op->text = arg ? strdup(arg) : NULL;
	if (arg && !op->text)
		return nserr_set(e, ENOMEM, "cannot allocate memory for the options");
	rc = v->takes == VERB_NODE ? dev_node_cut(op, e) : cut_argument(op, &given, e);
	if (rc < 0)
		return rc;
	if (v == &verbs[VERB_READONLY] && op->dst && root_place_is_root(op->dst)) {
		/* apply the option later, because mount points must be created first */
		o->readonly = true;
		o->n--;
		return 0;
	}
	if (v->options && given && asprintf(&all, "%s,%s", v->options, given) < 0)
		return nserr_set(e, ENOMEM, "cannot allocate memory for the options");
	rc = mntopt_parse(&op->o, all ? all : given ? given : v->options, e);
	free(all);
	if (rc == 0 && op->o.propagation && !is_bind(op))
		rc = nserr_set(e, 0, "private, slave and shared are allowed only for a bind mount");
	if (rc == 0)
		rc = own_words(op, e);
	if (rc == 0)
		replace_preset(o);
	return rc;
}
