/* SPDX-License-Identifier: GPL-2.0-or-later */
/* buf: builds text in a buffer that grows. An error is stored in the buffer, so the caller can
 * check it once, at the end. */
#ifndef NSU_BASE_BUF_H
#define NSU_BASE_BUF_H

#include "base/util.h"

struct buf {
	char *s; /* the text, which ends with NUL; NULL if no text was appended */
	size_t len, size;
	int err; /* the error, 0 or -ENOMEM; after an error, the functions append nothing */
};

#define BUF_INIT ((struct buf){ 0 })

/* Append data to b: the n bytes at data (may be NULL if n is 0), a string, a byte, a decimal number
 * (faster than printf(3)), or formatted text. Do nothing if b->err is set. */
void buf_add(struct buf *b, const void *data, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addu(struct buf *b, uint64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) printf_like(2, 3);

/* buf_reset() makes b empty and keeps its memory. buf_free() makes b empty and frees its memory. */
void buf_reset(struct buf *b);
void buf_free(struct buf *b);

#define cleanup_buf __attribute__((cleanup(buf_free)))

#endif
