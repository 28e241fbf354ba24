/* SPDX-License-Identifier: GPL-2.0-or-later */
/* btf: finds types, members and functions in the type information (BTF) of the running kernel,
 * which is in /sys/kernel/btf/vmlinux since Linux 5.4. All sizes and offsets are checked before
 * use. */
#ifndef NSU_KERNEL_BTF_H
#define NSU_KERNEL_BTF_H

#include "base/util.h"

struct btf {
	const unsigned char *data; /* contents of the BTF file */
	size_t size;
	const unsigned char *types; /* start of the section of types, which is a part of `data` */
	const char *strings;        /* start of the section of names, which is a part of `data` */
	uint32_t types_len, strings_len;
	uint32_t *index; /* byte position of every 64th type in the section of types */
	uint32_t n;      /* number of types decoded so far; ids begin at 1 */
	uint32_t next;   /* position of the first type that is not decoded yet */
	enum { BTF_BORROWED, BTF_MAPPED, BTF_READ } memory;
};

/*
 * Initializes b with the type information in the file at path. Maps the file into memory if the
 * kernel supports this (Linux 6.16). Otherwise reads the file if `read` is set, which takes some
 * milliseconds. Returns 0, or a negative errno: -ENODEV if the file cannot be mapped and `read` is
 * not set, -EBADMSG if the header is invalid. The caller must call btf_close() after an error, too.
 */
int btf_open(struct btf *b, const char *path, bool read) must_check;

/* Initializes b with the n bytes at data instead of a file. data must stay valid until btf_close(),
 * which does not free it. Returns 0 or a negative errno like btf_open(). */
int btf_borrow(struct btf *b, const void *data, size_t n) must_check;

void btf_close(struct btf *b);

enum btf_kind { BTF_STRUCT = 4, BTF_FUNC = 12 };

/* A structure or function to look for. */
struct btf_name {
	const char *name;
	enum btf_kind kind;
	uint32_t id; /* result: id of the first type with that name, or 0 if there is none */
};

/* Sets the member id of n names. Decodes the types until all names are found. Returns 0, or
 * -EBADMSG if a type is invalid. */
int btf_find(struct btf *b, struct btf_name *names, size_t n) must_check;

/* A member of a structure. For an array, size and type are those of its first element. */
struct btf_field {
	uint32_t offset; /* offset in bytes from the beginning of the outermost structure */
	uint32_t size;   /* size of an integer, enumeration or pointer; 0 for other types */
	/* id of the structure that the member is or points to; 0 for other types */
	uint32_t type;
	bool pointer;
};

/*
 * Finds the member of the structure `type` with the path of n bytes, for example "ns.inum", and
 * stores it in *out. Members of nameless structures and unions are found as well, at any depth.
 * Returns 0, -ENOENT if there is no such member, -EINVAL if it is a bit field, or -EBADMSG if a
 * type is invalid.
 */
int btf_member(struct btf *b, uint32_t type, const char *path, size_t n,
	       struct btf_field *out) must_check;

/* Sets *size to the size in bytes of the structure `type`. Returns 0 or -EBADMSG. */
int btf_size(struct btf *b, uint32_t type, uint32_t *size) must_check;

/* Sets *type to the id of the structure that parameter i (from 0) of a function points to. Returns
 * 0, -ENOENT if the function has no such parameter, or -EBADMSG if a type is invalid. */
int btf_param(struct btf *b, uint32_t function, unsigned i, uint32_t *type) must_check;

#endif
