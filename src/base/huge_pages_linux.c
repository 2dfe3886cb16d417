/* SPDX-License-Identifier: MIT */
/* Huge pages on Linux. */
#define _GNU_SOURCE /* madvise; NOLINT: the C library's own name */
#include "base/huge_pages.h"

#include <sys/mman.h>

void nyz_huge_pages_advise(void *memory, size_t size)
{
    const size_t whole = size / NYZ_HUGE_PAGE * NYZ_HUGE_PAGE;
    if (whole > 0) {
        (void)madvise(memory, whole, MADV_HUGEPAGE);
    }
}
