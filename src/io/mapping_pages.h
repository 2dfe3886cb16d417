/* SPDX-License-Identifier: MIT */
/* What mapping.c needs of the system: mapping_posix.c and mapping_win32.c have it. */
#ifndef NYZ_MAPPING_PAGES_H
#define NYZ_MAPPING_PAGES_H

#include "io/mapping.h"

/* Where a mapping may begin in a file: at multiples of this. */
int64_t nyz_mapping_unit(void);

/* Maps `size` bytes at `start`, a multiple of that.  Returns an errno. */
int nyz_mapping_map(nyz_mapping_file file, nyz_map_mode mode, int64_t start, size_t size,
                    void **pages);
void nyz_mapping_unmap(void *pages, size_t size);

/* The pages begin at a multiple of the unit.  nyz_mapping_sync returns an errno. */
void nyz_mapping_hint(void *pages, size_t size, uint32_t flags);
int nyz_mapping_sync(void *pages, size_t size);

#endif
