/* SPDX-License-Identifier: GPL-2.0-or-later */
/* str: makes untrusted text safe for a terminal or a UTF-8 file. */
#ifndef NSU_BASE_STR_H
#define NSU_BASE_STR_H

#include "base/util.h"

/*
 * Returns the length of the valid UTF-8 character at s (1 to 4), or 0 if the bytes are invalid.
 * Reads at most n bytes. Overlong forms, surrogates and code points above U+10FFFF are invalid.
 */
size_t str_utf8_len(const char *s, size_t n);

/* Returns the code point of the valid character of len bytes (1 to 4) at s. */
uint32_t str_code_point(const char *s, size_t len);

/*
 * Returns true if the valid character of len bytes at s moves the cursor of a terminal, changes the
 * direction of text, or is invisible: C0, DEL, C1, and the format characters U+061C, U+200B to
 * U+200F, U+2028 to U+202E, U+2060 to U+2069 and U+FEFF. The tools escape these characters in all
 * their output.
 */
bool str_is_unsafe(const char *s, size_t len);

/*
 * Copies the n bytes at src to dst, which has `size` bytes and always ends with NUL. Writes each
 * byte of a control character (C0, DEL, C1), of a format character and of invalid UTF-8 as \xHH.
 * Stops before a character or escape that does not fit. Returns the length of dst.
 */
size_t str_escape(char *dst, size_t size, const char *src, size_t n);

/* Escapes the n bytes at src as str_escape() does. Returns a string that the caller frees, or NULL
 * if memory allocation fails. */
char *str_escape_dup(const char *src, size_t n);

/*
 * str_lower() copies s in lower case to dst, which has `size` bytes, and truncates the copy if
 * necessary. str_same_name() compares a and b up to their ends or up to n bytes, and returns true
 * if they differ at most in case. Both functions ignore the locale, because names of columns,
 * signals and capabilities are ASCII: in a Turkish locale, tolower('I') is not 'i'.
 */
void str_lower(char *dst, size_t size, const char *s);
bool str_same_name(const char *a, const char *b, size_t n);

#endif
