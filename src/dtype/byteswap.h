/* SPDX-License-Identifier: MIT */
/* Byte-swapping numbers that are one after the other, many at a time.  byteswap_x86.c can, and
 * byteswap_none.c leaves them to the loops of dtype_byteswap.c. */
#ifndef NYZ_BYTESWAP_H
#define NYZ_BYTESWAP_H

#include <stdint.h>

/* Swaps the first of `count` numbers of `size` bytes: 2, 4 or 8.  Returns how many it has. */
int64_t nyz_byteswap_first(unsigned char *numbers, int64_t count, int64_t size);

#endif
