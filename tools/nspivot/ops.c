// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: reading one option that does something to the root. Pure. */
#include <limits.h>
#include <stdio.h>

#include "base/num.h"
#include "nspivot.h"
#include "root/place.h"

/* Takes the words that are no mount options out of o: "try", and "mode=" of what is made. */
static int own_words(struct op *op, struct nserr *e)
{
	size_t n = 0;

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

static int cut_argument(struct op *op, char **options, struct nserr *e)
{
	enum { DST = 2, SRC_DST = 3 };
	char *field[SRC_DST] = { NULL };
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
		if (!op->src || !*op->src || !op->dst || !*op->dst)
			return nserr_set(e, 0, "invalid argument '%s': not <src>:<dst>", op->arg);
	}
	if (!op->dst)
		return nserr_set(e, 0, "missing destination in '%s'", op->arg);
	if (strlen(op->dst) >= PATH_MAX)
		return nserr_set(e, ENAMETOOLONG, "invalid destination");
	if (!root_place_plain(op->dst))
		return nserr_set(e, 0, "invalid destination '%s': '..' after a name", op->dst);
	op->dst = (char *)root_place_plain(op->dst);
	return 0;
}

static struct op *new_op(struct request *q)
{
	if (q->n == q->size) {
		size_t size = q->size ? 2 * q->size : 32;
		struct op *op = reallocarray(q->op, size, sizeof(*op));

		if (!op)
			return NULL;
		q->op = op;
		q->size = size;
	}
	q->op[q->n] = (struct op){ 0 };
	return &q->op[q->n++];
}

int op_add(struct request *q, const struct verb *v, const char *arg, struct nserr *e)
{
	struct op *op = new_op(q);
	char *given, *all = NULL;
	int rc;

	if (!op)
		return nserr_set(e, ENOMEM, "cannot store the options");
	op->verb = v;
	op->arg = arg;
	op->text = arg ? strdup(arg) : NULL;
	if (arg && !op->text)
		return nserr_set(e, ENOMEM, "cannot store the options");
	rc = cut_argument(op, &given, e);
	if (rc < 0)
		return rc;
	if (v == &verbs[VERB_READONLY] && root_place_is_root(op->dst)) {
		q->readonly = true; /* mount points have to be made first */
		q->n--;
		return 0;
	}
	if (v->options && given && asprintf(&all, "%s,%s", v->options, given) < 0)
		return nserr_set(e, ENOMEM, "cannot store the options");
	rc = mntopt_parse(&op->o, all ? all : given ? given : v->options, e);
	free(all);
	return rc < 0 ? rc : own_words(op, e);
}
