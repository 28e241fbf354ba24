// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nsoci-seccomp: compiles a seccomp profile to the filter that `nspivot --seccomp` reads.
 *
 * usage: nsoci-seccomp CONFIG >FILTER
 *
 * CONFIG is config.json as nsoci-json prints it. Each member of the profile is a line
 *
 *	member 'linux.seccomp.PATH' 'VALUE'
 *
 * and a line without VALUE follows the members of an object. FILTER is an array of struct
 * sock_filter (seccomp(2)). A call that this version of libseccomp does not know is left out,
 * because a filter cannot name it. The exit status is 1 after a failure.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <ctype.h>
#include <errno.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGS_MAX  6
#define CALLS_MAX 1024

/* The members of linux.seccomp and of the current element of its array syscalls. */
struct profile {
	scmp_filter_ctx ctx;
	char action[32], call_action[32]; /* SCMP_ACT_..., longer names are unknown */
	unsigned err, call_err;
	int call[CALLS_MAX];
	unsigned ncalls, nargs;
	struct scmp_arg_cmp arg[ARGS_MAX + 1]; /* the last element is for the current argument */
};

static _Noreturn __attribute__((format(printf, 1, 2))) void fail(const char *fmt, ...)
{
	va_list ap;

	fputs("nsoci-seccomp: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static uint32_t action(const char *name, unsigned err)
{
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

/* Adds the architecture with the name SCMP_ARCH_... */
static void add_architecture(struct profile *p, const char *name)
{
	const char *rest = strncmp(name, "SCMP_ARCH_", 10) == 0 ? name + 10 : name;
	char word[32] = "";
	uint32_t arch;
	int rc;

	for (size_t i = 0; rest[i] && i < sizeof(word) - 1; i++)
		word[i] = (char)tolower((unsigned char)rest[i]);
	arch = seccomp_arch_resolve_name(word);
	rc = arch ? seccomp_arch_add(p->ctx, arch) : 0;
	if (rc < 0 && rc != -EEXIST)
		fail("cannot add the architecture %s: %s", name, strerror(-rc));
}

static void add_call(struct profile *p, const char *name)
{
	int call = seccomp_syscall_resolve_name(name);

	if (p->ncalls == CALLS_MAX)
		fail("a rule has more than %d calls", CALLS_MAX);
	if (call != __NR_SCMP_ERROR)
		p->call[p->ncalls++] = call;
}

static void end_argument(struct profile *p)
{
	if (p->nargs == ARGS_MAX)
		fail("a rule has more than %d arguments", ARGS_MAX);
	p->nargs++;
	p->arg[p->nargs] = (struct scmp_arg_cmp){ .op = SCMP_CMP_EQ };
}

static void end_rule(struct profile *p)
{
	uint32_t act = action(p->call_action, p->call_err);

	for (unsigned i = 0; i < p->ncalls && act != action(p->action, p->err); i++) {
		int rc = seccomp_rule_add_array(p->ctx, act, p->call[i], p->nargs, p->arg);

		/* EEXIST: the filter has the same rule already; EDOM: no architecture of the filter
		 * has the call */
		if (rc < 0 && rc != -EEXIST && rc != -EDOM)
			fail("cannot add a rule for call %d: %s", p->call[i], strerror(-rc));
	}
	p->ncalls = p->nargs = 0;
	p->call_err = 1;
	p->arg[0] = (struct scmp_arg_cmp){ .op = SCMP_CMP_EQ };
}

/* Handles the members that the filter must know before its rules. */
static void take_default(struct profile *p, const char *path, const char *value)
{
	if (!strcmp(path, "defaultAction"))
		snprintf(p->action, sizeof(p->action), "%s", value);
	else if (!strcmp(path, "defaultErrnoRet"))
		p->err = (unsigned)strtoul(value, NULL, 10);
}

static void take_rule(struct profile *p, const char *path, const char *value)
{
	struct scmp_arg_cmp *arg = &p->arg[p->nargs];

	if (!strcmp(path, "architectures.N"))
		add_architecture(p, value);
	else if (!strcmp(path, "syscalls.N.names.N"))
		add_call(p, value);
	else if (!strcmp(path, "syscalls.N.action"))
		snprintf(p->call_action, sizeof(p->call_action), "%s", value);
	else if (!strcmp(path, "syscalls.N.errnoRet"))
		p->call_err = (unsigned)strtoul(value, NULL, 10);
	else if (!strcmp(path, "syscalls.N.args.N.index"))
		arg->arg = (unsigned)strtoul(value, NULL, 10);
	else if (!strcmp(path, "syscalls.N.args.N.op"))
		arg->op = comparison(value);
	else if (!strcmp(path, "syscalls.N.args.N.value"))
		arg->datum_a = strtoull(value, NULL, 10);
	else if (!strcmp(path, "syscalls.N.args.N.valueTwo"))
		arg->datum_b = strtoull(value, NULL, 10);
	else if (!strcmp(path, "syscalls.N.args.N"))
		end_argument(p);
	else if (!strcmp(path, "syscalls.N"))
		end_rule(p);
}

/* Calls take() for each member of linux.seccomp in the file. */
static void for_each(FILE *f, struct profile *p,
		     void (*take)(struct profile *, const char *, const char *))
{
	static const char start[] = "member 'linux.seccomp.";
	char *line = NULL;
	size_t size = 0;

	rewind(f);
	while (getline(&line, &size, f) > 0) {
		char *rest = line + strlen(start), *path, *value;

		if (strncmp(line, start, strlen(start)) != 0)
			continue;
		path = strsep(&rest, "'");
		strsep(&rest, "'");
		value = strsep(&rest, "'");
		take(p, path, value ? value : "");
	}
	free(line);
}

int main(int argc, char **argv)
{
	static struct profile p = { .err = 1, .call_err = 1, .arg[0].op = SCMP_CMP_EQ };
	FILE *f = argc == 2 ? fopen(argv[1], "re") : NULL;
	int rc;

	if (argc != 2)
		fail("usage: nsoci-seccomp CONFIG >FILTER");
	if (!f)
		fail("cannot open '%s': %s", argv[1], strerror(errno));
	for_each(f, &p, take_default);
	p.ctx = seccomp_init(action(p.action, p.err));
	if (!p.ctx)
		fail("cannot create a filter");
	for_each(f, &p, take_rule);
	fclose(f);
	rc = seccomp_export_bpf(p.ctx, STDOUT_FILENO);
	if (rc < 0)
		fail("cannot write the filter: %s", strerror(-rc));
	seccomp_release(p.ctx);
	return 0;
}
