// SPDX-License-Identifier: GPL-2.0-or-later
/* escape.c: tries to leave a root directory through the /proc files of process 1. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The default capabilities of root in a Docker container. */
static const int docker[] = {
	CAP_CHOWN,      CAP_DAC_OVERRIDE, CAP_FOWNER,      CAP_FSETID,  CAP_KILL,
	CAP_SETGID,     CAP_SETUID,       CAP_SETPCAP,     CAP_NET_RAW, CAP_NET_BIND_SERVICE,
	CAP_SYS_CHROOT, CAP_MKNOD,        CAP_AUDIT_WRITE, CAP_SETFCAP,
};

static unsigned found;

static int keep_docker_caps(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };
	uint64_t keep = 0;

	for (size_t i = 0; i < sizeof(docker) / sizeof(docker[0]); i++)
		keep |= UINT64_C(1) << docker[i];
	for (int cap = 0; cap < 64; cap++)
		if (!(keep & UINT64_C(1) << cap))
			prctl(PR_CAPBSET_DROP, cap);
	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted = (uint32_t)(keep >> 32 * i);
	return (int)syscall(SYS_capset, &head, data);
}

/*
 * Tries to open the file and prints it if that succeeds. ETXTBSY counts as success, because the
 * file can be written as soon as no process executes it.
 */
static void try_open(const char *path, int flags, const char *what)
{
	int fd = open(path, flags | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	else if (errno == EACCES || errno == EPERM || errno == ENOENT)
		return;
	printf("%s: opened %s\n", path, what);
	found++;
}

static void try_file(const char *path)
{
	try_open(path, O_PATH, "as a path");
	try_open(path, O_RDONLY, "for reading");
	try_open(path, O_WRONLY, "for writing");
}

static void try_dir(const char *dir)
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		char path[512];

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		/* skip the standard streams of process 1, because this process has the same ones */
		if (strcmp(dir, "/proc/1/fd") == 0 && strlen(e->d_name) == 1 && e->d_name[0] < '3')
			continue;
		try_file(path);
	}
	if (d)
		closedir(d);
}

static void try_place(const char *path)
{
	struct stat root, there;

	if (stat("/", &root) == 0 && stat(path, &there) == 0 &&
	    (root.st_dev != there.st_dev || root.st_ino != there.st_ino)) {
		printf("%s: is not /\n", path);
		found++;
	}
}

int main(int argc, char **argv)
{
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "docker") && strcmp(argv[1], "all") &&
			 strcmp(argv[1], "places"))) {
		fputs("usage: escape [docker|all|places]\n"
		      "Prints every way out through /proc/1/{cwd,root,exe,mem,fd,map_files} that "
		      "a\n"
		      "program with docker's default capabilities (or all that it has) finds;\n"
		      "places: through cwd and root alone. Prints 'no way out' if there is none.\n",
		      stderr);
		return 2;
	}
	if ((argc < 2 || strcmp(argv[1], "docker") == 0) && keep_docker_caps() < 0) {
		perror("escape: cannot drop capabilities");
		return 2;
	}
	if (access("/proc/1/status", F_OK) < 0) {
		perror("escape: /proc/1");
		return 2;
	}
	try_place("/proc/1/cwd");
	try_place("/proc/1/cwd/..");
	try_place("/proc/1/root");
	try_place("/proc/1/root/..");
	if (argc < 2 || strcmp(argv[1], "places") != 0) {
		try_file("/proc/1/exe");
		try_open("/proc/1/mem", O_RDONLY, "for reading");
		try_open("/proc/1/mem", O_WRONLY, "for writing");
		try_dir("/proc/1/fd");
		try_dir("/proc/1/map_files");
	}
	if (!found)
		puts("no way out");
	return 0;
}
