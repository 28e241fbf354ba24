// SPDX-License-Identifier: GPL-2.0-or-later
/* cause_exec: examines a program, its interpreter and its mount to explain a failed execve(2). */
#include <ctype.h>
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include "base/file.h"
#include "kernel/mountinfo.h"
#include "kernel/sys_fd.h"
#include "run/cause.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258 /* <elf.h> of older C libraries lacks this constant */
#endif

enum {
	HEAD = 4096,
	SCRIPTS_MAX = 5
}; /* SCRIPTS_MAX: maximum depth of nested interpreters (execve(2)) */

struct head {
	char text[HEAD + 1]; /* the beginning of the program's file, terminated by NUL */
	size_t n;
};

/* Reads the beginning of a regular file. Returns false if that is not possible. Opens only regular
 * files, because opening a FIFO or a device may block or have an effect. The caller has the
 * credentials of the program already, so a process that replaces the file gains nothing. */
static bool head_read(const char *path, struct head *h)
{
	cleanup_fd int fd = -1;
	struct stat st;
	ssize_t n;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	fd = file_open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	n = RETRY_EINTR(pread(fd, h->text, HEAD, 0));
	if (n < 0)
		return false;
	h->text[n] = '\0';
	h->n = (size_t)n;
	return true;
}

static bool is_elf(const struct head *h)
{
	return h->n >= SELFMAG && memcmp(h->text, ELFMAG, SELFMAG) == 0;
}

/* Copies the interpreter in the first line of a script to `out`, as the kernel does (execve(2)):
 * the text after "#!" up to a blank. Returns false if there is none. */
static bool script_interpreter(const struct head *h, char *out, size_t size)
{
	const char *s = str_after(h->text, "#!");
	size_t n;

	if (!s)
		return false;
	s += strspn(s, " \t");
	n = strcspn(s, " \t\n");
	/* the text fits, because every caller has room for PATH_MAX bytes, as many as HEAD */
	snprintf(out, size, "%.*s", (int)n, s);
	return n > 0;
}

/* The fields of an ELF file that are needed, in the byte order of this machine. */
struct elf {
	unsigned machine, type;
	char loader[PATH_MAX]; /* path in the program header PT_INTERP, or empty */
};

static uint64_t number(const struct head *h, uint64_t at, unsigned size, bool big)
{
	uint64_t v = 0;

	if (at > h->n || size > h->n - at)
		return 0;
	for (unsigned i = 0; i < size; i++) {
		unsigned char byte = (unsigned char)h->text[at + (big ? i : size - 1 - i)];

		v = v << 8 | byte;
	}
	return v;
}

/* Parses an ELF header and those program headers that are in the beginning of the file (elf(5)).
 * Returns false if the header is incomplete. */
static bool elf_parse(const struct head *h, struct elf *e)
{
	bool big = h->n > EI_DATA && h->text[EI_DATA] == ELFDATA2MSB;
	bool wide = h->n > EI_CLASS && h->text[EI_CLASS] == ELFCLASS64;
	uint64_t table, size, count;

	e->loader[0] = '\0';
	if (h->n < (wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)))
		return false;
	e->type = (unsigned)number(h, offsetof(Elf64_Ehdr, e_type), 2, big);
	e->machine = (unsigned)number(h, offsetof(Elf64_Ehdr, e_machine), 2, big);
	table = wide ? number(h, offsetof(Elf64_Ehdr, e_phoff), 8, big)
		     : number(h, offsetof(Elf32_Ehdr, e_phoff), 4, big);
	size = number(h,
		      wide ? offsetof(Elf64_Ehdr, e_phentsize) : offsetof(Elf32_Ehdr, e_phentsize),
		      2, big);
	count = number(h, wide ? offsetof(Elf64_Ehdr, e_phnum) : offsetof(Elf32_Ehdr, e_phnum), 2,
		       big);
	for (uint64_t i = 0; i < count && table < h->n; i++, table += size) {
		uint64_t at, len;

		if (number(h, table, 4, big) != PT_INTERP)
			continue;
		at = wide ? number(h, table + offsetof(Elf64_Phdr, p_offset), 8, big)
			  : number(h, table + offsetof(Elf32_Phdr, p_offset), 4, big);
		len = wide ? number(h, table + offsetof(Elf64_Phdr, p_filesz), 8, big)
			   : number(h, table + offsetof(Elf32_Phdr, p_filesz), 4, big);
		if (at < h->n && len <= h->n - at && len < sizeof(e->loader))
			snprintf(e->loader, sizeof(e->loader), "%.*s", (int)len, h->text + at);
		break;
	}
	return true;
}

static const char *machine_name(unsigned machine)
{
	static const struct {
		unsigned machine;
		const char *name;
	} names[] = {
		{ EM_X86_64, "x86_64" },   { EM_386, "i386" },    { EM_AARCH64, "aarch64" },
		{ EM_ARM, "arm" },         { EM_RISCV, "riscv" }, { EM_PPC64, "ppc64" },
		{ EM_PPC, "ppc" },         { EM_S390, "s390" },   { EM_MIPS, "mips" },
		{ EM_SPARCV9, "sparc64" }, { 258, "loongarch" }, /* value of EM_LOONGARCH */
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].machine == machine)
			return names[i].name;
	return NULL;
}

/* Returns the machine of this tool's own file, which the kernel can execute. */
static unsigned own_machine(void)
{
	struct head h;
	struct elf e;

	return head_read("/proc/self/exe", &h) && is_elf(&h) && elf_parse(&h, &e) ? e.machine
										  : EM_NONE;
}

/* Explains ENOEXEC. exec_program() has passed text files to a shell, so the file is not a text
 * file. */
static void no_format(const char *path, struct nserr *e)
{
	unsigned own = own_machine();
	const char *name;
	struct utsname u;
	struct head h;
	struct elf elf;

	if (!head_read(path, &h))
		return;
	if (h.n == 0) {
		nserr_hint(e, "specify an executable file instead of the empty file '%s'", path);
		return;
	}
	if (!is_elf(&h)) {
		nserr_hint(e, "specify an ELF file or a script, because '%s' is neither", path);
		return;
	}
	if (!elf_parse(&h, &elf)) {
		nserr_hint(e, "copy '%s' again: the ELF file is incomplete", path);
		return;
	}
	name = machine_name(elf.machine);
	if (name && own != EM_NONE && elf.machine != own && uname(&u) == 0)
		nserr_hint(e,
			   "use a program for %s: '%s' is for %s, and no emulator is registered "
			   "in binfmt_misc",
			   machine_name(own) ? machine_name(own) : u.machine, path, name);
	else if (elf.machine == own && elf.type != ET_EXEC && elf.type != ET_DYN)
		nserr_hint(e, "specify an executable file instead of the object or core file '%s'",
			   path);
}

/* Explains ENOENT for a file that exists: its interpreter or loader is missing. */
static void no_interpreter(const char *path, unsigned depth, struct nserr *e)
{
	char name[PATH_MAX];
	size_t len;
	struct head h;
	struct elf elf;

	if (depth > SCRIPTS_MAX || !head_read(path, &h))
		return;
	if (is_elf(&h)) {
		if (elf_parse(&h, &elf) && elf.loader[0] && access(elf.loader, F_OK) < 0 &&
		    errno == ENOENT)
			nserr_hint(e, "install the loader '%s', which '%s' needs", elf.loader,
				   path);
		return;
	}
	if (!script_interpreter(&h, name, sizeof(name)))
		return;
	if (access(name, F_OK) == 0) {
		no_interpreter(name, depth + 1, e);
		return;
	}
	len = strlen(name);
	if (errno == ENOENT && name[len - 1] == '\r')
		nserr_hint(e,
			   "remove the carriage returns from '%s' (dos2unix), because the "
			   "interpreter name '%s' ends with one",
			   path, name);
	else if (errno == ENOENT)
		nserr_hint(e, "install the interpreter '%s', which the first line of '%s' names",
			   name, path);
}

/* If the mount of path is noexec, sets a hint that names this mount and returns true. Otherwise
 * returns false. */
static bool is_noexec(const char *path, struct nserr *e)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	cleanup_fd int fd = file_open_at(AT_FDCWD, path, O_PATH, 0);
	struct mountinfo_line line;
	struct statvfs fs;
	int id = fd < 0 ? -1 : mountinfo_id_of_fd(fd);

	if (statvfs(path, &fs) < 0 || !(fs.f_flag & ST_NOEXEC))
		return false;
	if (mountinfo_find(&m, id, &line))
		nserr_hint(e, "use another file system for '%s': the mount on '%s' is noexec", path,
			   line.target);
	else
		nserr_hint(e, "use another file system for '%s': its mount is noexec", path);
	return true;
}

/* Explains EACCES of execve(2). */
static void no_access(const char *path, unsigned depth, struct nserr *e)
{
	char name[PATH_MAX] = "";
	struct stat st;
	struct head h;
	struct elf elf;
	int rc;

	cause_search(path, e);
	if (e->hint[0] && !(stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
		return;
	if (stat(path, &st) < 0)
		return;
	if (S_ISDIR(st.st_mode)) {
		nserr_hint(e, "specify an executable file instead of the directory '%s'", path);
	} else if (!S_ISREG(st.st_mode)) {
		nserr_hint(e,
			   "specify an executable file instead of '%s', because only a regular "
			   "file can be executed",
			   path);
	} else if (!(st.st_mode & 0111)) {
		nserr_hint(e, "run 'chmod +x %s', because nobody may execute this file (mode %03o)",
			   path, st.st_mode & 0777);
	} else if (is_noexec(path, e)) {
		return;
	} else if ((rc = sys_may_execute(path)) < 0) {
		if (rc == -EACCES)
			nserr_hint(e, "let user %u execute '%s' (mode %03o, owner %u, group %u)",
				   geteuid(), path, st.st_mode & 0777, st.st_uid, st.st_gid);
	} else if (depth < SCRIPTS_MAX && head_read(path, &h)) {
		if (is_elf(&h) && elf_parse(&h, &elf))
			snprintf(name, sizeof(name), "%s", elf.loader);
		else if (!is_elf(&h) && !script_interpreter(&h, name, sizeof(name)))
			name[0] = '\0';
		if (name[0])
			no_access(name, depth + 1, e);
	}
}

/* Explains ENOENT for a path that does not exist. Sets no hint for a symbolic link to another
 * symbolic link, because either of the two may be the one to correct. */
static void no_file(const char *path, struct nserr *e)
{
	char target[PATH_MAX], next[2 * PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (n <= 0)
		return;
	target[n] = '\0';
	snprintf(next, sizeof(next), "%.*s%s",
		 target[0] == '/' || !slash ? 0 : (int)(slash + 1 - path), path, target);
	if (lstat(next, &st) == 0)
		return;
	nserr_hint(e, "correct the symbolic link '%s': its target '%s' does not exist", path,
		   target);
}

/* Explains ENOEXEC of a script by its interpreter, which cannot be executed, and ENOEXEC of another
 * file by the file itself. */
static void no_format_of(const char *path, unsigned depth, struct nserr *e)
{
	char name[PATH_MAX];
	struct head h;

	if (depth < SCRIPTS_MAX && head_read(path, &h) &&
	    script_interpreter(&h, name, sizeof(name)))
		no_format_of(name, depth + 1, e);
	else
		no_format(path, e);
}

/* Explains ETXTBSY. The kernel also returns it if the interpreter of a script is open for writing.
 */
static void busy(const char *path, struct nserr *e)
{
	char name[PATH_MAX];
	struct head h;

	if (head_read(path, &h) && script_interpreter(&h, name, sizeof(name)))
		nserr_hint(e,
			   "end the process that has '%s' or its interpreter '%s' open for writing",
			   path, name);
	else
		nserr_hint(e, "end the process that has '%s' open for writing", path);
}

void cause_exec(const char *path, struct nserr *e)
{
	switch (e->errnum) {
	case EACCES:
		no_access(path, 0, e);
		break;
	case ENOENT:
		if (access(path, F_OK) == 0)
			no_interpreter(path, 0, e);
		else
			no_file(path, e);
		break;
	case ENOEXEC:
		no_format_of(path, 0, e);
		break;
	case ETXTBSY:
		busy(path, e);
		break;
	/* execve(2) fails with EAGAIN if RLIMIT_NPROC is exceeded after a change of user id */
	case EAGAIN:
		cause_nproc(e);
		break;
	}
}

bool cause_is_text(const char *path)
{
	char interpreter[PATH_MAX];
	struct head h;
	size_t line;

	/* the shell cannot read the file either, and reports the error */
	if (!head_read(path, &h))
		return true;
	/* the kernel could not execute the interpreter, so do not let a shell run the script */
	if (script_interpreter(&h, interpreter, sizeof(interpreter)))
		return false;
	line = strcspn(h.text, "\n");
	return h.n > 0 && !is_elf(&h) && (line == h.n || h.text[line] == '\n');
}
