/* SPDX-License-Identifier: MIT */
/* Sorting without memory of its own, in O(n log n) whatever the order was: the C library's
 * qsort may allocate, and may take quadratic time. */
#ifndef NYZ_SORT_H
#define NYZ_SORT_H

#include <stdint.h>

/* Negative, 0 or positive, as a comes before, beside or after b. */
typedef int nyz_compare(const void *ctx, int64_t a, int64_t b);

/* Sorts items[0 ... count - 1], mostly indices of what the caller compares.  Items that
 * compare as 0 end up in any order. */
void nyz_sort(int64_t *items, int64_t count, nyz_compare *compare, const void *ctx);

#endif
