/* SPDX-License-Identifier: MIT */
/* The hints of system.h on systems that take none. */
#include "base/system.h"

void nyz_system_advise_huge(void *memory, size_t size)
{
    (void)memory;
    (void)size;
}

void nyz_system_preallocate(int fd, int64_t offset, int64_t size)
{
    (void)fd;
    (void)offset;
    (void)size;
}
