// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: parses the argument of --dev-node. Has no side effects. */
#include "nspivot.h"
#include "root/place.h"

/* Returns the next number of *s, which ends at a colon or at the end of the text, and advances *s
 * past it. Sets *s to NULL after the last number and if the number is invalid. Returns the default
 * if *s is NULL already. Clears *valid if the number is invalid or above max. */
static unsigned next_number(const char **s, unsigned base, unsigned max, unsigned normal,
			    bool *valid)
{
	const char *digits = base == 8 ? "01234567" : "0123456789", *start = *s;
	size_t n = start ? strspn(start, digits) : 0;
	unsigned long v = 0;

	if (!start)
		return normal;
	*valid &= n > 0 && n < 11 && (start[n] == ':' || start[n] == '\0');
	if (*valid)
		v = strtoul(start, NULL, (int)base);
	*valid &= v <= max;
	*s = *valid && start[n] == ':' ? start + n + 1 : NULL;
	return (unsigned)v;
}

int dev_node_cut(struct op *op, struct nserr *e)
{
	enum { PATH, NUMBERS, FIELDS };
	enum { MAJOR_MAX = (1 << 12) - 1, MINOR_MAX = (1 << 20) - 1 };
	char *field[FIELDS] = { NULL }, *type;
	bool valid = mntopt_fields(op->text, field, FIELDS) > 0 && *field[PATH];
	struct root_node *n = &op->node;
	const char *rest = field[NUMBERS], *plain;

	op->dst = field[PATH];
	if (valid && rest) {
		type = strrchr(op->dst, '=');
		valid = type && type > op->dst && (streq(type, "=c") || streq(type, "=b"));
		if (valid) {
			n->type = type[1] == 'c' ? S_IFCHR : S_IFBLK;
			*type = '\0';
		}
		n->major = next_number(&rest, 10, MAJOR_MAX, 0, &valid);
		valid &= rest != NULL;
		n->minor = next_number(&rest, 10, MINOR_MAX, 0, &valid);
		n->mode = next_number(&rest, 8, ACCESSPERMS, 0666, &valid);
		n->uid = next_number(&rest, 10, UINT32_MAX - 1, 0, &valid);
		n->gid = next_number(&rest, 10, UINT32_MAX - 1, 0, &valid);
	}
	if (!valid || rest)
		return nserr_set(e, 0,
				 "invalid argument '%s', expected "
				 "<dst>[=c|b:<major>:<minor>[:<mode>[:<uid>:<gid>]]]",
				 op->arg);
	plain = root_place_plain(op->dst);
	if (plain)
		op->dst = (char *)plain;
	return 0;
}
