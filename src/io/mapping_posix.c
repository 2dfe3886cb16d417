/* SPDX-License-Identifier: MIT */
/* Mapping files into memory on POSIX systems.  Windows: mapping_win32.c. */
#include "io/mapping_pages.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

int64_t nyz_mapping_unit(void)
{
    return sysconf(_SC_PAGESIZE);
}

int nyz_mapping_map(nyz_mapping_file file, nyz_map_mode mode, int64_t start, size_t size,
                    void **pages)
{
    const int access = mode == NYZ_MAP_READ ? PROT_READ : PROT_READ | PROT_WRITE;
    const int kind = mode == NYZ_MAP_PRIVATE ? MAP_PRIVATE : MAP_SHARED;
    void *const memory = mmap(NULL, size, access, kind, (int)file, (off_t)start);
    if (memory == MAP_FAILED) {
        return errno;
    }
    *pages = memory;
    return 0;
}

void nyz_mapping_unmap(void *pages, size_t size)
{
    (void)munmap(pages, size);
}

void nyz_mapping_hint(void *pages, size_t size, uint32_t flags)
{
    if ((flags & NYZ_MAP_RANDOM) != 0) {
        (void)posix_madvise(pages, size, POSIX_MADV_RANDOM);
    }
    if ((flags & NYZ_MAP_WILLNEED) != 0) {
        (void)posix_madvise(pages, size, POSIX_MADV_WILLNEED);
    }
}

int nyz_mapping_sync(void *pages, size_t size)
{
    return msync(pages, size, MS_SYNC) == 0 ? 0 : errno;
}
