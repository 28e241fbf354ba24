// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe.c: reports the environment in which a tool has started it: one line `key value...` for each
 * fact. It is linked statically.
 *
 *	probe [WORD...]
 *	probe --stable [LABEL=TYPE:[INODE]...]
 *
 * --stable omits everything that differs between two runs of the same command and adds the mounts,
 * so the reports of two equal runs are equal. A namespace is printed as its LABEL, or as "new" if
 * it has none.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "errno-name.h"

#define LAST_SIGNAL 64

static bool stable;
static char **labels; /* the LABEL arguments of --stable */

/* Prints untrusted text on one line, with unprintable bytes as \ooo. */
static void put_text(const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < ' ' || c == '\\' || c >= 0x7f)
			printf("\\%03o", c);
		else
			putchar(c);
	}
	putchar('\n');
}

static void put_link(const char *path)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	if (n < 0) {
		printf("? %s\n", errno_name(errno));
		return;
	}
	target[n] = '\0';
	/* omit the inode of a pipe or a socket */
	if (stable && (!strncmp(target, "pipe:", 5) || !strncmp(target, "socket:", 7)))
		*strchr(target, ':') = '\0';
	put_text(target);
}

static void put_namespace(const char *path)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	if (!stable || n < 0) {
		put_link(path);
		return;
	}
	target[n] = '\0';
	for (char **l = labels; *l; l++) {
		char *equals = strchr(*l, '=');

		if (equals && !strcmp(equals + 1, target)) {
			printf("%.*s\n", (int)(equals - *l), *l);
			return;
		}
	}
	puts("new");
}

/*
 * Prints each line of a small file after the key, with blanks squeezed, or "?" if the file cannot
 * be read.
 */
static void put_file(const char *key, const char *path)
{
	FILE *f = fopen(path, "re");
	char line[512];

	if (!f) {
		printf("%s ? %s\n", key, errno_name(errno));
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		printf("%s", key);
		for (char *w = strtok(line, " \t\n"); w; w = strtok(NULL, " \t\n"))
			printf(" %s", w);
		putchar('\n');
	}
	fclose(f);
}

static void show_fds(void)
{
	struct rlimit limit = { .rlim_cur = 1024 };
	int last;

	getrlimit(RLIMIT_NOFILE, &limit);
	last = limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
	for (int fd = 0; fd < last; fd++) {
		char path[64];

		if (fcntl(fd, F_GETFD) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		printf("fd %d ", fd);
		put_link(path);
	}
}

static void show_ids(void)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid, groups[NGROUPS_MAX];
	int n = getgroups(NGROUPS_MAX, groups);

	getresuid(&ruid, &euid, &suid);
	getresgid(&rgid, &egid, &sgid);
	printf("uid %u %u %u\n", ruid, euid, suid);
	printf("gid %u %u %u\n", rgid, egid, sgid);
	printf("groups");
	for (int i = 0; i < n; i++)
		printf(" %u", groups[i]);
	putchar('\n');
	if (stable)
		printf("%sgroup leader\n%ssession leader\n", getpgrp() == getpid() ? "" : "no ",
		       getsid(0) == getpid() ? "" : "no ");
	else
		printf("pid %d\nppid %d\npgid %d\nsid %d\n", getpid(), getppid(), getpgrp(),
		       getsid(0));
}

static void show_caps(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	uint64_t bounding = 0, ambient = 0;

	syscall(SYS_capget, &head, data);
	for (unsigned c = 0; c < 64; c++) {
		if (prctl(PR_CAPBSET_READ, c, 0, 0, 0) == 1)
			bounding |= UINT64_C(1) << c;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, c, 0, 0) == 1)
			ambient |= UINT64_C(1) << c;
	}
	printf("cap-inheritable %08x%08x\n", data[1].inheritable, data[0].inheritable);
	printf("cap-permitted %08x%08x\n", data[1].permitted, data[0].permitted);
	printf("cap-effective %08x%08x\n", data[1].effective, data[0].effective);
	printf("cap-bounding %016llx\n", (unsigned long long)bounding);
	printf("cap-ambient %016llx\n", (unsigned long long)ambient);
}

static void show_signals(void)
{
	sigset_t mask;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	printf("sig-blocked");
	for (int s = 1; s <= LAST_SIGNAL; s++)
		if (sigismember(&mask, s) == 1)
			printf(" %d", s);
	printf("\nsig-ignored");
	for (int s = 1; s <= LAST_SIGNAL; s++) {
		struct sigaction action;

		if (sigaction(s, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
			printf(" %d", s);
	}
	putchar('\n');
}

static void show_process(void)
{
	mode_t mask = umask(0);
	char cwd[PATH_MAX];
	int deathsig = 0, subreaper = 0;

	umask(mask);
	prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
	prctl(PR_GET_PDEATHSIG, &deathsig);
	printf("no-new-privs %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	printf("seccomp %d\n", prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	printf("securebits %d\n", prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
	printf("dumpable %d\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	printf("subreaper %d\n", subreaper);
	printf("pdeathsig %d\n", deathsig);
	printf("umask %04o\n", (unsigned)mask);
	printf("cwd ");
	put_text(getcwd(cwd, sizeof(cwd)) ? cwd : "?");
	printf("root ");
	put_link("/proc/self/root");
	put_file("oom-score-adj", "/proc/self/oom_score_adj");
}

static void show_limits(void)
{
	static const struct {
		const char *name;
		int limit;
	} limits[] = {
		// clang-format off
		{ "as",      RLIMIT_AS },
		{ "core",    RLIMIT_CORE },
		{ "cpu",     RLIMIT_CPU },
		{ "fsize",   RLIMIT_FSIZE },
		{ "memlock", RLIMIT_MEMLOCK },
		{ "nofile",  RLIMIT_NOFILE },
		{ "nproc",   RLIMIT_NPROC },
		{ "stack",   RLIMIT_STACK },
		// clang-format on
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit r;

		/* RLIM_INFINITY is printed as -1, because /proc has no number for it either */
		if (getrlimit(limits[i].limit, &r) == 0)
			printf("rlimit %s %lld %lld\n", limits[i].name, (long long)r.rlim_cur,
			       (long long)r.rlim_max);
	}
}

static void show_namespaces(void)
{
	static const char *const files[] = {
		"cgroup", "ipc",
		"mnt",    "net",
		"pid",    "pid_for_children",
		"time",   "time_for_children",
		"user",   "uts",
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/self/ns/%s", files[i]);
		printf("ns %s ", files[i]);
		put_namespace(path);
	}
	put_file("uid-map", "/proc/self/uid_map");
	put_file("gid-map", "/proc/self/gid_map");
	put_file("setgroups", "/proc/self/setgroups");
	put_file("time-offset", "/proc/self/timens_offsets");
	put_file("cgroup", "/proc/self/cgroup");
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * Prints the mounts without ids of mounts and peer groups, device numbers and inodes of namespaces,
 * sorted. If the mount is read-only, omits the "ro" of the file system, because that depends on the
 * call that made the mount, mount(2) or the mount API.
 */
static void show_mounts(void)
{
	static char *lines[4096];
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[8192];
	size_t n = 0;

	while (f && n < sizeof(lines) / sizeof(lines[0]) && fgets(line, sizeof(line), f)) {
		char *kept = calloc(1, sizeof(line)), *end = kept;
		bool is_tag = false, is_readonly = false;
		int field = 0, type = 0; /* type: number of the field with the file system type */

		if (!kept)
			abort();
		for (char *w = strtok(line, " \n"); w; w = strtok(NULL, " \n"), field++) {
			is_tag = (is_tag || field == 6) && strcmp(w, "-") != 0;
			if (is_tag || (field == 3 && *w != '/'))
				w[strcspn(w, ":")] = '\0';
			is_readonly |= field == 5 && !strncmp(w, "ro,", 3);
			if (!type && field > 5 && !strcmp(w, "-"))
				type = field + 1;
			if (type && field == type + 2 && is_readonly)
				w += 2;
			if (field > 2)
				end += sprintf(end, " %s", w);
		}
		lines[n++] = kept;
	}
	if (f)
		fclose(f);
	qsort(lines, n, sizeof(lines[0]), compare_lines);
	for (size_t i = 0; i < n; i++) {
		printf("mount%s\n", lines[i]);
		free(lines[i]);
	}
}

static void show_uts(void)
{
	struct utsname uts;

	uname(&uts);
	printf("hostname ");
	put_text(uts.nodename);
	printf("domainname ");
	put_text(uts.domainname);
}

static void show_clocks(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	printf("clock monotonic %lld.%09ld\n", (long long)t.tv_sec, t.tv_nsec);
	clock_gettime(CLOCK_BOOTTIME, &t);
	printf("clock boottime %lld.%09ld\n", (long long)t.tv_sec, t.tv_nsec);
}

static void show_words(char **argv)
{
	for (int i = 0; argv[i] && !stable; i++) {
		printf("arg %d ", i);
		put_text(argv[i]);
	}
	for (char **e = environ; *e; e++) {
		if (stable && (!strncmp(*e, "PWD=", 4) || !strncmp(*e, "OLDPWD=", 7)))
			continue; /* omit the variables that a shell sets */
		printf("env ");
		put_text(*e);
	}
}

int main(int argc, char **argv)
{
	stable = argc > 1 && !strcmp(argv[1], "--stable");
	labels = argv + 2;
	show_ids();
	show_caps();
	show_signals();
	show_process();
	show_limits();
	show_namespaces();
	show_uts();
	if (stable)
		show_mounts();
	else
		show_clocks();
	show_fds();
	show_words(argv);
	return fflush(stdout) == 0 ? 0 : 1;
}
