// SPDX-License-Identifier: GPL-2.0-or-later
/* test-cause-exec: explains why the kernel refuses to execute files that the test makes. The shell
 * tests in causes-exec.sh use files of this machine. */
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "../fault.h"
#include "../sandbox.h"
#include "kernel/sys_cap.h"
#include "run/cause.h"

static const char *top; /* the directory with the files */

/* Writes n bytes to a new file. Returns its path, which is valid until the next but one call. */
static const char *put_bytes(const char *name, const void *data, size_t n, mode_t mode)
{
	static char paths[2][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 2];
	int fd;

	snprintf(path, PATH_MAX, "%s/%s", top, name);
	unlink(path);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && write(fd, data, n) == (ssize_t)n && fchmod(fd, mode) == 0);
	close(fd);
	return path;
}

static const char *put(const char *name, const char *text)
{
	return put_bytes(name, text, strlen(text), 0755);
}

/* Returns the hint for a failure of execve(2) with the error number. The next call overwrites the
 * result. */
static const char *hint(const char *path, int error)
{
	static struct nserr e;

	e = NSERR_INIT;
	nserr_set(&e, error, "cannot execute '%s'", path);
	cause_exec(path, &e);
	CHECK_INT(e.errnum, error);
	return e.hint;
}

/* Checks that the hint has the text and the path. */
static void has(const char *path, int error, const char *text)
{
	const char *got = hint(path, error);

	if (!strstr(got, text) || !strstr(got, path))
		printf("# %s: '%s' is not in '%s'\n", path, text, got);
	CHECK(strstr(got, text) && strstr(got, path));
}

static void has_none(const char *path, int error)
{
	CHECK_STR(hint(path, error), "");
}

/* ---- ELF files ---- */

/* An ELF file. A program header may exceed the file. */
struct image {
	unsigned class, data, machine, type;
	uint64_t table;     /* position of the program headers; 0: after the ELF header */
	unsigned count;     /* number of program headers; the last one is PT_INTERP */
	uint64_t at, len;   /* position and size of the path of the loader */
	const char *loader; /* text at this position */
	size_t size;        /* size of the file */
};

static void put_number(unsigned char *at, unsigned size, bool big, uint64_t v)
{
	for (unsigned i = 0; i < size; i++)
		at[big ? size - 1 - i : i] = (unsigned char)(v >> (8 * i));
}

#define FIELD(type, member) offsetof(type, member), sizeof(((type *)0)->member)

static void put_field(unsigned char *base, size_t at, size_t size, bool big, uint64_t v)
{
	put_number(base + at, (unsigned)size, big, v);
}

static const char *put_elf(const char *name, const struct image *x)
{
	static unsigned char b[16384];
	bool big = x->data == ELFDATA2MSB, wide = x->class == ELFCLASS64;
	size_t header = wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	size_t each = wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	uint64_t table = x->table ? x->table : header;

	memset(b, 0, sizeof(b));
	memcpy(b, ELFMAG, SELFMAG);
	b[EI_CLASS] = (unsigned char)x->class;
	b[EI_DATA] = (unsigned char)x->data;
	put_field(b, FIELD(Elf64_Ehdr, e_type), big, x->type);
	put_field(b, FIELD(Elf64_Ehdr, e_machine), big, x->machine);
	if (wide) {
		put_field(b, FIELD(Elf64_Ehdr, e_phoff), big, table);
		put_field(b, FIELD(Elf64_Ehdr, e_phentsize), big, each);
		put_field(b, FIELD(Elf64_Ehdr, e_phnum), big, x->count);
	} else {
		put_field(b, FIELD(Elf32_Ehdr, e_phoff), big, table);
		put_field(b, FIELD(Elf32_Ehdr, e_phentsize), big, each);
		put_field(b, FIELD(Elf32_Ehdr, e_phnum), big, x->count);
	}
	for (unsigned i = 0; i < x->count; i++) {
		unsigned char *p = b + table + i * each;

		put_number(p, 4, big, i + 1 < x->count ? PT_LOAD : PT_INTERP);
		if (wide) {
			put_field(p, FIELD(Elf64_Phdr, p_offset), big, x->at);
			put_field(p, FIELD(Elf64_Phdr, p_filesz), big, x->len);
		} else {
			put_field(p, FIELD(Elf32_Phdr, p_offset), big, x->at);
			put_field(p, FIELD(Elf32_Phdr, p_filesz), big, x->len);
		}
	}
	if (x->loader)
		memcpy(b + x->at, x->loader, strlen(x->loader) + 1);
	return put_bytes(name, b, x->size, 0755);
}

/* Returns the machine of this program. */
static unsigned own_machine(void)
{
	Elf64_Ehdr h = { .e_machine = EM_NONE };
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	/* the position of this field is the same in 32-bit files */
	CHECK(read(fd, &h, sizeof(h)) == (ssize_t)sizeof(h));
	close(fd);
	return h.e_machine;
}

static void machines(const char *dir)
{
	const unsigned own = own_machine(), other = own == EM_S390 ? EM_PPC64 : EM_S390;
	const char *other_name = own == EM_S390 ? "is for ppc64," : "is for s390,";
	const unsigned own_data = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? ELFDATA2MSB
									 : ELFDATA2LSB;
	const unsigned own_class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
	unsigned char magic[32] = ELFMAG;
	struct image x = { .size = 200, .type = ET_EXEC, .machine = other };

	top = dir;
	for (x.class = ELFCLASS32; x.class <= ELFCLASS64; x.class ++)
		for (x.data = ELFDATA2LSB; x.data <= ELFDATA2MSB; x.data++)
			has(put_elf("other", &x), ENOEXEC, other_name);
	/* the name of this machine is unknown */
	x.machine = 0x7777;
	has_none(put_elf("unknown", &x), ENOEXEC);
	x = (struct image){ .class = own_class, .data = own_data, .machine = own, .size = 200 };
	x.type = ET_REL;
	has(put_elf("object", &x), ENOEXEC, "instead of the object or core file '");
	x.type = ET_CORE;
	has(put_elf("core", &x), ENOEXEC, "instead of the object or core file '");
	x.type = ET_EXEC;
	has_none(put_elf("program", &x), ENOEXEC);
	x.type = ET_DYN;
	has_none(put_elf("program", &x), ENOEXEC);
	/* a part of the header is missing */
	x.size = x.class == ELFCLASS64 ? sizeof(Elf64_Ehdr) - 1 : sizeof(Elf32_Ehdr) - 1;
	has(put_elf("short", &x), ENOEXEC, "the ELF file is incomplete");
	x.class = ELFCLASS32;
	x.size = sizeof(Elf32_Ehdr) - 1;
	has(put_elf("short", &x), ENOEXEC, "the ELF file is incomplete");
	has(put_bytes("magic", magic, SELFMAG, 0755), ENOEXEC, "the ELF file is incomplete");
	has(put_bytes("magic", magic, EI_DATA, 0755), ENOEXEC, "the ELF file is incomplete");
	has(put_bytes("cut", magic, SELFMAG - 1, 0755), ENOEXEC,
	    "specify an ELF file or a script, because '");
	has(put("empty", ""), ENOEXEC, "instead of the empty file '");
	/* the interpreter of a script is named, unless there are too many scripts */
	x = (struct image){
		.class = ELFCLASS64, .data = ELFDATA2MSB, .machine = other, .size = 99
	};
	put_elf("other", &x);
	for (int i = 0; i < 7; i++) {
		char name[8], text[PATH_MAX];

		snprintf(name, sizeof(name), "s%d", i);
		if (i)
			snprintf(text, sizeof(text), "#!%s/s%d\n", top, i - 1);
		else
			snprintf(text, sizeof(text), "#! %s/other x\n", top);
		put(name, text);
		snprintf(text, sizeof(text), "%s/s%d", top, i);
		CHECK(strstr(hint(text, ENOEXEC), i < 5 ? other_name : "' is neither"));
	}
	/* files that cannot be read have no hint */
	has_none(top, ENOEXEC);
	has_none("/no/such/file", ENOEXEC);
}

static void loaders(const char *dir)
{
	static const struct image cases[] = {
		/* in the byte orders and classes, alone or as the last of 3 headers */
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 0, 1, 400, 8, "/no/ld1", 500 },
		{ ELFCLASS64, ELFDATA2MSB, 1, 2, 0, 3, 400, 8, "/no/ld1", 500 },
		{ ELFCLASS32, ELFDATA2LSB, 1, 2, 0, 1, 400, 8, "/no/ld1", 500 },
		{ ELFCLASS32, ELFDATA2MSB, 1, 2, 0, 3, 400, 8, "/no/ld1", 500 },
		/* the text ends with the file, or with the part that is read */
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 0, 1, 400, 8, "/no/ld1", 408 },
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 0, 1, 4088, 8, "/no/ld1", 5000 },
	};
	static const struct image none[] = {
		/* no headers, or headers after the end of the file or of the part that is read */
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 0, 0, 400, 8, "/no/ld1", 500 },
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 600, 1, 400, 8, "/no/ld1", 500 },
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 5000, 1, 400, 8, "/no/ld1", 6000 },
		/* a header of which a part is missing */
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 498, 1, 400, 8, "/no/ld1", 500 },
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 494, 1, 400, 8, "/no/ld1", 500 },
		{ ELFCLASS32, ELFDATA2LSB, 1, 2, 494, 1, 400, 8, "/no/ld1", 498 },
		/* the text is after the end of the file, too long, or empty */
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 0, 1, 500, 8, "/no/ld1", 500 },
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 0, 1, 493, 8, "/no/ld1", 500 },
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 64, 1, 0, 4096, NULL, 5000 },
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 0, 1, 400, 0, "", 500 },
		/* the loader exists, or its path leads through a file, so the loader is not the
		 * reason */
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 0, 1, 400, 6, "/proc", 500 },
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 0, 1, 400, 20, "/proc/version/x", 500 },
		/* the header is incomplete */
		{ ELFCLASS64, ELFDATA2LSB, 1, 2, 0, 1, 400, 8, "/no/ld1", 40 },
	};

	top = dir;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		has(put_elf("program", &cases[i]), ENOENT, "install the loader '/no/ld1', which");
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		const char *path = put_elf("program", &none[i]);

		if (hint(path, ENOENT)[0])
			printf("# case %zu\n", i);
		has_none(path, ENOENT);
	}
}

static void interpreters(const char *dir)
{
	char text[PATH_MAX];

	top = dir;
	has(put("s", "#!/no/sh\n"), ENOENT, "install the interpreter '/no/sh', which");
	has(put("s", "#! \t/no/sh -e\n"), ENOENT, "install the interpreter '/no/sh', which");
	has(put("s", "#!/no/sh"), ENOENT, "install the interpreter '/no/sh', which");
	has(put("s", "#!/no/sh\r\n"), ENOENT, "remove the carriage returns from");
	/* the path leads through a file, so the interpreter is not the reason */
	has_none(put("s", "#!/proc/version/sh\n"), ENOENT);
	has_none(put("s", "#!/proc/version/sh\r\n"), ENOENT);
	has_none(put("s", "#!\n"), ENOENT);
	has_none(put("s", "#! \n"), ENOENT);
	has_none(put("s", "echo\n"), ENOENT);
	/* after five interpreters the search ends, as in the kernel; without a limit a script that
	 * is its own interpreter would never end */
	snprintf(text, sizeof(text), "#!%s/s\n", top);
	has_none(put("s", text), ENOENT);
	has_none(top, ENOENT);
}

static void links(const char *dir)
{
	char path[PATH_MAX];

	top = dir;
	CHECK_INT(chdir(dir), 0);
	CHECK_INT(symlink("/no/target", "absolute"), 0);
	CHECK_INT(symlink("no-target", "relative"), 0);
	CHECK_INT(symlink("relative", "link"), 0);
	has("absolute", ENOENT, "its target '/no/target' does not exist");
	has("relative", ENOENT, "its target 'no-target' does not exist");
	snprintf(path, sizeof(path), "%s/absolute", dir);
	has(path, ENOENT, "its target '/no/target' does not exist");
	snprintf(path, sizeof(path), "%s/relative", dir);
	has(path, ENOENT, "its target 'no-target' does not exist");
	/* either of the two links may be the wrong one */
	has_none("link", ENOENT);
	has_none("nothing", ENOENT);
	CHECK_INT(chdir("/"), 0);
}

static void permissions(const char *dir)
{
	static const struct image elf = {
		ELFCLASS64, ELFDATA2LSB, 1, 2, 0, 1, 400, 100, NULL, 600
	};
	char text[2 * PATH_MAX], loader[PATH_MAX];
	struct image x = elf;
	int fd;

	top = dir;
	snprintf(loader, sizeof(loader), "%s", put_bytes("loader", "x", 1, 0644));
	snprintf(text, sizeof(text), "#!%s\n", loader);
	has(loader, EACCES, "run 'chmod +x");
	put("script", text);
	snprintf(text, sizeof(text), "%s/script", top);
	CHECK(strstr(hint(text, EACCES), "run 'chmod +x"));
	CHECK(strstr(hint(text, EACCES), loader));
	/* the loader of a program */
	x.loader = loader;
	CHECK(strstr(hint(put_elf("program", &x), EACCES), "run 'chmod +x"));
	CHECK(strstr(hint(put_elf("program", &x), EACCES), loader));
	/* no loader, an incomplete file, and a text */
	x.len = 0;
	has_none(put_elf("program", &x), EACCES);
	x.size = 30;
	has_none(put_elf("program", &x), EACCES);
	has_none(put("text", "echo\n"), EACCES);
	has_none(put("text", "#!\n"), EACCES);
	has(top, EACCES, "instead of the directory '");
	snprintf(text, sizeof(text), "%s/fifo", top);
	CHECK_INT(mkfifo(text, 0755), 0);
	has(text, EACCES, "because only a regular file can be executed");
	has_none("/no/such/file", EACCES);
	snprintf(text, sizeof(text), "%s", put("busy", "#! /bin/x\n"));
	has(text, ETXTBSY, "or its interpreter '/bin/x' open for writing");
	snprintf(text, sizeof(text), "%s", put("busy", "x"));
	has(text, ETXTBSY, "open for writing");
	CHECK(!strstr(hint(text, ETXTBSY), "interpreter"));
	has(top, ETXTBSY, "open for writing");
	/* execve(2) also fails for reasons that have no hint */
	has_none(text, EIO);
	/* the caller is neither the owner nor in the group of a file that others may execute */
	snprintf(text, sizeof(text), "%s", put_bytes("mine", "x", 1, 0011));
	fd = open(top, O_PATH | O_CLOEXEC);
	sandbox_drop_caps();
	has(text, EACCES, "let user 0 execute");
	CHECK_INT(fchmodat(fd, "script", 0311, 0), 0);
	snprintf(text, sizeof(text), "%s/script", top);
	has_none(text, EACCES);
	/* no permission to search a directory */
	snprintf(text, sizeof(text), "%s/dir", top);
	CHECK_INT(mkdir(text, 0755), 0);
	put("dir/x", "x");
	CHECK_INT(chmod(text, 0600), 0);
	CHECK(strstr(hint(strcat(text, "/x"), EACCES), "search permission"));
	CHECK_INT(fchmodat(fd, "dir", 0755, 0), 0);
	close(fd);
}

static void texts(const char *dir)
{
	static const struct {
		const char *text;
		size_t n;
		bool is;
	} cases[] = {
		{ "echo\n", 5, true },
		{ "echo", 4, true },
		{ "\n", 1, true },
		{ "", 0, false },
		{ "a\0b\n", 4, false },
		{ "a\n\0b", 4, true },
		{ "#!/bin/sh\n", 10, false },
		{ "#!\n", 3, true },
		{ "\177ELF", 4, false },
	};

	top = dir;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *path = put_bytes("text", cases[i].text, cases[i].n, 0755);

		if (cause_is_text(path) != cases[i].is)
			printf("# case %zu\n", i);
		CHECK_INT(cause_is_text(path), cases[i].is);
	}
	/* the shell reports that it cannot read the file */
	CHECK(cause_is_text("/no/such/file"));
	CHECK(cause_is_text(top));
}

static void names_the_machine_of_a_program(void)
{
	sandbox(0, machines);
}

static void names_the_loader_of_a_program(void)
{
	sandbox(0, loaders);
}

static void names_the_interpreter_of_a_script(void)
{
	sandbox(0, interpreters);
}

static void names_the_target_of_a_broken_link(void)
{
	sandbox(0, links);
}

static void names_the_permission_that_is_missing(void)
{
	sandbox(0, permissions);
}

static void recognizes_a_text(void)
{
	sandbox(0, texts);
}

/* ---- Failing system calls ---- */

static int empty; /* descriptor of an empty file */

/* Returns 0 if the hint for an empty file is set, or -ENOENT if there is no hint. */
static int try_empty(void)
{
	struct file_fd_path path = file_fd_path(empty);
	struct nserr e = NSERR_INIT;

	nserr_set(&e, ENOEXEC, "cannot execute");
	fault_begin();
	cause_exec(path.text, &e);
	fault_end();
	return e.hint[0] ? 0 : -ENOENT;
}

static void a_file_that_cannot_be_read_has_no_hint(void)
{
	/* the first call of each kind reads the file as a script, the second one reads the file of
	 * this program, and the third one reads the file again */
	static const struct {
		int call, k, want;
	} cases[] = { { SYS_openat, 1, 0 },  { SYS_openat, 2, 0 },  { SYS_openat, 3, -ENOENT },
		      { SYS_pread64, 1, 0 }, { SYS_pread64, 2, 0 }, { SYS_pread64, 3, -ENOENT } };

	if (!fault_require())
		return;
	empty = memfd_create("empty", MFD_CLOEXEC);
	CHECK_INT(try_empty(), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		CHECK_INT(fault_answer(try_empty, cases[i].call, cases[i].k, -EIO), cases[i].want);
	close(empty);
}

UNIT_MAIN(CASE(names_the_machine_of_a_program), CASE(names_the_loader_of_a_program),
	  CASE(names_the_interpreter_of_a_script), CASE(names_the_target_of_a_broken_link),
	  CASE(names_the_permission_that_is_missing), CASE(recognizes_a_text),
	  CASE(a_file_that_cannot_be_read_has_no_hint))
