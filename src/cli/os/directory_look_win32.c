/* SPDX-License-Identifier: MIT */
/* What exists at a path on Windows, and its errors as errnos. */
#include "os/directory_win32.h"

#include "text/fail.h"

#include <errno.h>

#define NO_NAME "Windows does not allow this name" /* <>"|?* */
#define NOT_A_FILE "what exists there is not a regular file and is not replaced"

int cli_errno_win32(DWORD code)
{
    switch (code) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return ENOENT;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
        return EEXIST;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_WRITE_PROTECT:
        return EACCES;
    case ERROR_INVALID_NAME:
        return EINVAL;
    case ERROR_DIRECTORY:
        return ENOTDIR;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
        return ENOSPC;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
        return ENOMEM;
    default:
        return EIO;
    }
}

nyz_status cli_fail_win32(nyz_error *err, const char *what)
{
    const int sys = cli_errno_win32(GetLastError());
    return sys == EINVAL ? cli_fail_with(err, ENOENT, NO_NAME)
                         : cli_fail_system(err, sys, what);
}

HANDLE cli_hold_win32(const wchar_t *path, BY_HANDLE_FILE_INFORMATION *info)
{
    const HANDLE handle = CreateFileW(
        path, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
        OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (handle != INVALID_HANDLE_VALUE && !GetFileInformationByHandle(handle, info)) {
        const DWORD code = GetLastError();
        (void)CloseHandle(handle);
        SetLastError(code);
        return INVALID_HANDLE_VALUE;
    }
    return handle;
}

nyz_status cli_look_win32(const wchar_t *path, cli_place *out, nyz_error *err)
{
    BY_HANDLE_FILE_INFORMATION info;
    const HANDLE handle = cli_hold_win32(path, &info);
    *out = (cli_place){0};
    if (handle == INVALID_HANDLE_VALUE) {
        return GetLastError() == ERROR_FILE_NOT_FOUND
                   ? NYZ_OK
                   : cli_fail_win32(err, "examine the file");
    }
    const int disk = GetFileType(handle) == FILE_TYPE_DISK;
    (void)CloseHandle(handle);
    if (!disk || (info.dwFileAttributes &
                  (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT)) != 0) {
        return cli_fail_with(err, EEXIST, NOT_A_FILE);
    }
    *out = (cli_place){1, info.dwVolumeSerialNumber,
                       (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow};
    return NYZ_OK;
}
