/* SPDX-License-Identifier: MIT */
/* CRC-32 by carry-less multiplication, where the processor has it.  Private to crc32.c.
 * crc32_x86.c has it, crc32_none.c is for processors without. */
#ifndef NYZ_CRC32_H
#define NYZ_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Takes as many bytes from the start as it is good for, brings the CRC forward over them,
 * and returns their number; 0: this processor cannot, or they are too few. */
size_t nyz_crc32_fold(uint32_t *crc, const unsigned char *bytes, size_t size);

#endif
