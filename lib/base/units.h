/* SPDX-License-Identifier: GPL-2.0-or-later */
/* units: formats times and sizes with a unit. */
#ifndef NSU_BASE_UNITS_H
#define NSU_BASE_UNITS_H

#include "base/buf.h"

/* Appends to b a time of s seconds, rounded down to its largest unit: "40s", "22m", "5h", "3d". */
void units_add_duration(struct buf *b, uint64_t s);

/* Appends to b a size of n bytes in the largest unit that is a power of 1024 and not larger than n.
 * In units above bytes, a value below 10 has one decimal place: "512B", "1.5G", "23M". */
void units_add_size(struct buf *b, uint64_t n);

#endif
