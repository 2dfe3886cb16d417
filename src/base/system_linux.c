/* SPDX-License-Identifier: MIT */
/* The hints of system.h on Linux. */
#define _GNU_SOURCE /* madvise, fallocate; NOLINT: the C library's own name */
#include "base/system.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/types.h>

void nyz_system_advise_huge(void *memory, size_t size)
{
    const size_t whole = size / NYZ_HUGE_PAGE * NYZ_HUGE_PAGE;
    if (whole > 0) {
        (void)madvise(memory, whole, MADV_HUGEPAGE);
    }
}

/* Not posix_fallocate, which writes zeros where the file system has no such call. */
void nyz_system_preallocate(int fd, int64_t offset, int64_t size)
{
    (void)fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)size);
}
