/* SPDX-License-Identifier: MIT */
/* A hint for speed alone, which may do nothing: huge_pages_linux.c gives it,
 * huge_pages_none.c is for systems without. */
#ifndef NYZ_HUGE_PAGES_H
#define NYZ_HUGE_PAGES_H

#include <stddef.h>

#define NYZ_HUGE_PAGE ((size_t)2 << 20)

/* Asks for huge pages behind fresh memory that starts at a multiple of NYZ_HUGE_PAGE: as
 * many as lie in it whole.  Touching memory for the first time is several times faster
 * then. */
void nyz_huge_pages_advise(void *memory, size_t size);

#endif
