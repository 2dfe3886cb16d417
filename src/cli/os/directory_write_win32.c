/* SPDX-License-Identifier: MIT */
/* One file on Windows, from its directory that is held open: under another name, then
 * renamed. */
#include "os/directory_win32.h"

#include "os/platform.h"
#include "text/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <wchar.h>

#define TEMPORARY_UNITS 12 /* .nyz-XXXXXX and the NUL */
#define MAX_ATTEMPTS 64    /* at a temporary name that nobody has */

/* .nyz-XXXXXX, which others cannot easily foresee; CREATE_NEW does the rest. */
static void spell_temporary(wchar_t *out, int attempt)
{
    static const wchar_t letters[] = L"abcdefghijklmnopqrstuvwxyz234567";
    LARGE_INTEGER now;
    (void)QueryPerformanceCounter(&now);
    uint64_t x = (uint64_t)now.QuadPart ^ (uint64_t)GetCurrentProcessId() << 40;
    x += (uint64_t)attempt * 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    x ^= x >> 31;
    wmemcpy(out, L".nyz-", 5);
    for (int i = 0; i < 6; i++) {
        out[5 + i] = letters[x >> 5 * i & 31];
    }
    out[11] = L'\0';
}

static HANDLE create_temporary(wchar_t *path, size_t last)
{
    HANDLE handle = INVALID_HANDLE_VALUE;
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        spell_temporary(path + last, attempt);
        handle = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW,
                             FILE_ATTRIBUTE_NORMAL, NULL);
        if (handle != INVALID_HANDLE_VALUE || GetLastError() != ERROR_FILE_EXISTS) {
            break;
        }
    }
    return handle;
}

static nyz_status write_bytes(HANDLE handle, const unsigned char *bytes, size_t size,
                              nyz_error *err)
{
    while (size > 0) {
        DWORD count = 0;
        if (cli_platform_stopped()) {
            return cli_fail_with(err, EINTR, "interrupted");
        }
        if (!WriteFile(handle, bytes, (DWORD)size, &count, NULL)) {
            return cli_fail_win32(err, "write the file");
        }
        bytes += count;
        size -= count;
    }
    return NYZ_OK;
}

/* To the end of what there is, which has to come whole. */
static nyz_status copy_bytes(HANDLE handle, const cli_directory_source *from,
                             nyz_error *err)
{
    unsigned char bytes[CLI_DIRECTORY_PIECE];
    size_t count = 1;
    nyz_status status = NYZ_OK;
    while (count > 0 && status == NYZ_OK) {
        status = from->next(from->ctx, bytes, sizeof bytes, &count, err);
        if (status == NYZ_OK) {
            status = write_bytes(handle, bytes, count, err);
        }
    }
    return status;
}

/* Fills and closes the temporary file; only where something can be lost is it worth the
 * time to sync. */
static nyz_status fill(HANDLE handle, const cli_directory_source *from, int sync,
                       nyz_error *err)
{
    nyz_status status = copy_bytes(handle, from, err);
    if (status == NYZ_OK && sync && !FlushFileBuffers(handle)) {
        status = cli_fail_win32(err, "sync the file");
    }
    if (!CloseHandle(handle) && status == NYZ_OK) {
        status = cli_fail_win32(err, "close the file");
    }
    return status;
}

/* The rename itself refuses what has come meanwhile, unless a file is to be replaced. */
static nyz_status move(const wchar_t *temporary, const wchar_t *path,
                       const cli_place *before, nyz_error *err)
{
    cli_place now;
    if (before->exists) {
        const nyz_status status = cli_look_win32(path, &now, err);
        if (status != NYZ_OK) {
            return status;
        }
        if (!now.exists || now.device != before->device || now.file != before->file) {
            return cli_fail_with(err, EEXIST,
                                 "the file changed meanwhile and is not replaced");
        }
    }
    const DWORD flags = before->exists ? MOVEFILE_REPLACE_EXISTING : 0u;
    return MoveFileExW(temporary, path, flags)
               ? NYZ_OK
               : cli_fail_win32(err, "rename the new file");
}

static nyz_status write_file(wchar_t *temporary, const wchar_t *path, size_t last,
                             const cli_place *before, const cli_directory_source *from,
                             nyz_error *err)
{
    const HANDLE handle = create_temporary(temporary, last);
    if (handle == INVALID_HANDLE_VALUE) {
        return cli_fail_win32(err, "create the file");
    }
    nyz_status status = fill(handle, from, before->exists, err);
    if (status == NYZ_OK) {
        status = move(temporary, path, before, err);
    }
    if (status != NYZ_OK) {
        (void)DeleteFileW(temporary);
    }
    return status;
}

nyz_status cli_write_win32(const wchar_t *path, size_t last, const cli_place *before,
                           const cli_directory_source *from, nyz_error *err)
{
    wchar_t *const temporary = calloc(last + TEMPORARY_UNITS, sizeof *temporary);
    if (temporary == NULL) {
        return cli_fail_with(err, ENOMEM, "out of memory");
    }
    wmemcpy(temporary, path, last);
    cli_platform_catch_stop();
    const nyz_status status = write_file(temporary, path, last, before, from, err);
    cli_platform_obey_stop();
    free(temporary);
    return status;
}
