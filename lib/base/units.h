/* SPDX-License-Identifier: GPL-2.0-or-later */
/* units: formats times and sizes with a unit. */
#ifndef NSU_BASE_UNITS_H
#define NSU_BASE_UNITS_H

#include "base/buf.h"

/* Appends a number of seconds in its largest unit: "40s", "22m", "5h", "3d". */
void units_add_duration(struct buf *b, uint64_t s);

/* Appends a number of bytes as a multiple of a power of 1024, with a decimal below 10: "1.5G". */
void units_add_size(struct buf *b, uint64_t n);

#endif
