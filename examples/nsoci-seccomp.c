// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nsoci-seccomp: compiles a seccomp profile to the filter that `nspivot --seccomp` reads.
 *
 * usage: nsoci-seccomp <RULES >FILTER
 *
 * RULES has one rule per line, words separated by blanks, as nsoci writes them from config.json:
 *
 *	default ACTION ERRNO		for every call without a rule; must be the first line
 *	arch NAME			another architecture that the filter covers, e.g. x86
 *	rule ACTION ERRNO CALL [INDEX OP VALUE VALUETWO]...
 *
 * ACTION and OP are the words of the OCI specification: SCMP_ACT_ALLOW, SCMP_CMP_EQ and so on.
 * A call that this version of libseccomp does not know is left out, because a filter cannot name
 * it. FILTER is an array of struct sock_filter (seccomp(2)). The exit status is 1 after a failure.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGS_MAX 6

static unsigned line; /* number of the current line of the rules */

static _Noreturn __attribute__((format(printf, 1, 2))) void fail(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "nsoci-seccomp: line %u: ", line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/* Returns the next word of the line, or ends the process. */
static char *word(char **rest)
{
	char *w = strsep(rest, " \n");

	if (!w || !*w)
		fail("a word is missing");
	return w;
}

static uint32_t action(char **rest)
{
	const char *name = word(rest);
	unsigned err = (unsigned)strtoul(word(rest), NULL, 10);

	if (!strcmp(name, "SCMP_ACT_ALLOW"))
		return SCMP_ACT_ALLOW;
	if (!strcmp(name, "SCMP_ACT_ERRNO"))
		return SCMP_ACT_ERRNO(err);
	if (!strcmp(name, "SCMP_ACT_KILL") || !strcmp(name, "SCMP_ACT_KILL_THREAD"))
		return SCMP_ACT_KILL;
	if (!strcmp(name, "SCMP_ACT_KILL_PROCESS"))
		return SCMP_ACT_KILL_PROCESS;
	if (!strcmp(name, "SCMP_ACT_TRAP"))
		return SCMP_ACT_TRAP;
	if (!strcmp(name, "SCMP_ACT_LOG"))
		return SCMP_ACT_LOG;
	fail("unknown action '%s'", name);
}

static enum scmp_compare comparison(const char *name)
{
	static const struct {
		const char *name;
		enum scmp_compare op;
	} ops[] = {
		{ "SCMP_CMP_NE", SCMP_CMP_NE },
		{ "SCMP_CMP_LT", SCMP_CMP_LT },
		{ "SCMP_CMP_LE", SCMP_CMP_LE },
		{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
		{ "SCMP_CMP_GE", SCMP_CMP_GE },
		{ "SCMP_CMP_GT", SCMP_CMP_GT },
		{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strcmp(name, ops[i].name))
			return ops[i].op;
	fail("unknown comparison '%s'", name);
}

static void add_rule(scmp_filter_ctx ctx, uint32_t normal, char *rest)
{
	struct scmp_arg_cmp cmp[ARGS_MAX];
	uint32_t act = action(&rest);
	const char *name = word(&rest);
	int call = seccomp_syscall_resolve_name(name), rc;
	unsigned n = 0;

	if (call == __NR_SCMP_ERROR || act == normal)
		return;
	while (rest && *rest && *rest != '\n') {
		if (n == ARGS_MAX)
			fail("more than %d arguments of %s", ARGS_MAX, name);
		cmp[n].arg = (unsigned)strtoul(word(&rest), NULL, 10);
		cmp[n].op = comparison(word(&rest));
		cmp[n].datum_a = strtoull(word(&rest), NULL, 10);
		cmp[n].datum_b = strtoull(word(&rest), NULL, 10);
		n++;
	}
	rc = seccomp_rule_add_array(ctx, act, call, n, cmp);
	/* EEXIST: the filter has the same rule already; EDOM: no architecture of the filter has the
	 * call */
	if (rc < 0 && rc != -EEXIST && rc != -EDOM)
		fail("cannot add a rule for %s: %s", name, strerror(-rc));
}

int main(void)
{
	scmp_filter_ctx ctx = NULL;
	uint32_t normal = 0;
	char *text = NULL;
	size_t size = 0;
	int rc;

	while (getline(&text, &size, stdin) > 0) {
		char *rest = text;
		const char *kind = (line++, word(&rest));

		if (!strcmp(kind, "default") && !ctx) {
			normal = action(&rest);
			ctx = seccomp_init(normal);
			if (!ctx)
				fail("cannot create a filter");
		} else if (!ctx) {
			fail("the default action is missing");
		} else if (!strcmp(kind, "arch")) {
			uint32_t arch = seccomp_arch_resolve_name(word(&rest));

			if (arch && (rc = seccomp_arch_add(ctx, arch)) < 0 && rc != -EEXIST)
				fail("cannot add an architecture: %s", strerror(-rc));
		} else if (!strcmp(kind, "rule")) {
			add_rule(ctx, normal, rest);
		} else {
			fail("unknown word '%s'", kind);
		}
	}
	if (!ctx)
		fail("the default action is missing");
	rc = seccomp_export_bpf(ctx, STDOUT_FILENO);
	if (rc < 0)
		fail("cannot write the filter: %s", strerror(-rc));
	seccomp_release(ctx);
	free(text);
	return 0;
}
