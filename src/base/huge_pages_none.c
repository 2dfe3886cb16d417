/* SPDX-License-Identifier: MIT */
/* Systems that take no hints for huge pages. */
#include "base/huge_pages.h"

void nyz_huge_pages_advise(void *memory, size_t size)
{
    (void)memory;
    (void)size;
}
