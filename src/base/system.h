/* SPDX-License-Identifier: MIT */
/* What only some systems can do, for speed alone: hints, each of which may do nothing.  system_linux.c has them, system_none.c is for systems without. */
#ifndef NYZ_SYSTEM_H
#define NYZ_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#define NYZ_HUGE_PAGE ((size_t)2 << 20)

/* Asks for huge pages behind fresh memory that starts at a multiple of NYZ_HUGE_PAGE: as
 * many as lie in it whole.  Touching memory for the first time is several times faster
 * then. */
void nyz_system_advise_huge(void *memory, size_t size);

/* Asks the file system to find room for bytes that are about to be written; the file's
 * size stays as it is. */
void nyz_system_preallocate(int fd, int64_t offset, int64_t size);

#endif
