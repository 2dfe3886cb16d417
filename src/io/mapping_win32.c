/* SPDX-License-Identifier: MIT */
/* Mapping files into memory on Windows.  POSIX: mapping_posix.c. */
#include "io/mapping_pages.h"

#include "io/win32.h"

int64_t nyz_mapping_unit(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwAllocationGranularity;
}

int nyz_mapping_map(nyz_mapping_file file, nyz_map_mode mode, int64_t start, size_t size,
                    void **pages)
{
    const DWORD access = mode == NYZ_MAP_READ      ? FILE_MAP_READ
                         : mode == NYZ_MAP_PRIVATE ? FILE_MAP_COPY
                                                   : FILE_MAP_WRITE;
    const DWORD protection = mode == NYZ_MAP_READ      ? PAGE_READONLY
                             : mode == NYZ_MAP_PRIVATE ? PAGE_WRITECOPY
                                                       : PAGE_READWRITE;
    const HANDLE section =
        CreateFileMappingW((HANDLE)file, NULL, protection, 0, 0, NULL); /* all of it */
    if (section == NULL) {
        return nyz_win32_errno(GetLastError());
    }
    void *const memory = MapViewOfFile(section, access, (DWORD)((uint64_t)start >> 32),
                                       (DWORD)((uint64_t)start & 0xffffffff), size);
    const int sys = memory == NULL ? nyz_win32_errno(GetLastError()) : 0;
    (void)CloseHandle(section); /* the view keeps it */
    *pages = memory;
    return sys;
}

void nyz_mapping_unmap(void *pages, size_t size)
{
    (void)size;
    (void)UnmapViewOfFile(pages);
}

/* PrefetchVirtualMemory is of Windows 8: older ones have no word for either. */
void nyz_mapping_hint(void *pages, size_t size, uint32_t flags)
{
#if _WIN32_WINNT >= 0x0602
    WIN32_MEMORY_RANGE_ENTRY range = {pages, size};
    if ((flags & NYZ_MAP_WILLNEED) != 0) {
        (void)PrefetchVirtualMemory(GetCurrentProcess(), 1, &range, 0);
    }
#else
    (void)pages;
    (void)size;
    (void)flags;
#endif
}

int nyz_mapping_sync(void *pages, size_t size)
{
    return FlushViewOfFile(pages, size) ? 0 : nyz_win32_errno(GetLastError());
}
