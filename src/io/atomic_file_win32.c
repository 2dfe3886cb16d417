/* Saving to a path on Windows: a new file in the target's folder that takes the target's
 * place when it is whole and on the disk.  POSIX: atomic_file_posix.c. */
#include "io/atomic_file_posix.h"

#include <errno.h>
#include <string.h>
#include <wchar.h>

#include "base/alloc.h"
#include "base/error.h"
#include "io/atomic_file.h"
#include "io/win32.h"

#define KEPT_NAME 64    /* units of the target's name that the temporary one repeats */
#define ADDED_NAME 12   /* units of ".", ".nyz-" and the six letters */
#define MAX_ATTEMPTS 64 /* at a temporary name that nobody has */

struct nyz_output {
    nyz_allocator allocator;
    HANDLE handle;
    int sync;
    int temporary; /* there is such a file; 0: written straight, or renamed */
    wchar_t *target_path;
    int64_t target_bytes;
    wchar_t *temporary_path;
    int64_t temporary_bytes;
};

/* The functions below return 0 or an errno. */

static int last_errno(void)
{
    return nyz_win32_errno(GetLastError());
}

/* Puts the file that a path leads to, through links, in place of the path. */
static int follow_links(nyz_output *r, HANDLE handle)
{
    void *memory;
    const DWORD room = GetFinalPathNameByHandleW(handle, NULL, 0, FILE_NAME_NORMALIZED);
    const int64_t bytes = (int64_t)((size_t)room * sizeof(wchar_t));
    if (room == 0) {
        return 0; /* a file system without such names has no links */
    }
    if (nyz_alloc_zero(&r->allocator, bytes, &memory, NULL) != NYZ_OK) {
        return ENOMEM;
    }
    nyz_release(&r->allocator, r->target_path, r->target_bytes);
    r->target_path = memory;
    r->target_bytes = bytes;
    const DWORD used =
        GetFinalPathNameByHandleW(handle, memory, room, FILE_NAME_NORMALIZED);
    return used == 0 || used >= room ? EIO : 0;
}

/* Opens the target to see what it is.  What is no file on a disk (NUL, a pipe) stays open
 * and is written straight; a file that may not be written to is not replaced either. */
static int find_target(nyz_output *r)
{
    const HANDLE handle =
        CreateFileW(r->target_path, GENERIC_WRITE,
                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                    OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        const DWORD code = GetLastError();
        const DWORD attributes = GetFileAttributesW(r->target_path);
        if (attributes != INVALID_FILE_ATTRIBUTES &&
            (attributes & FILE_ATTRIBUTE_DIRECTORY)) {
            return EISDIR;
        }
        return code == ERROR_FILE_NOT_FOUND ? 0 : nyz_win32_errno(code);
    }
    if (GetFileType(handle) != FILE_TYPE_DISK) {
        r->handle = handle;
        return 0;
    }
    const int sys = follow_links(r, handle);
    (void)CloseHandle(handle);
    return sys;
}

/* Thirty bits that others cannot easily foresee; CREATE_NEW does the rest. */
static uint64_t draw(const nyz_output *r, int attempt)
{
    LARGE_INTEGER now;
    (void)QueryPerformanceCounter(&now);
    uint64_t x = (uint64_t)now.QuadPart ^ (uint64_t)GetCurrentProcessId() << 40;
    x ^= (uint64_t)(uintptr_t)r << 8;
    x += (uint64_t)attempt * 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

/* Where the last component of a path begins. */
static size_t folder_size(const wchar_t *path)
{
    size_t size = wcslen(path);
    while (size > 0 && path[size - 1] != L'\\' && path[size - 1] != L'/' &&
           path[size - 1] != L':') {
        size--;
    }
    return size;
}

/* FOLDER\.NAME.nyz-XXXXXX; a long NAME is cut, between two characters. */
static void spell_temporary(nyz_output *r, uint64_t random)
{
    static const wchar_t letters[] = L"abcdefghijklmnopqrstuvwxyz234567";
    static const wchar_t mark[] = L".nyz-";
    const size_t folder = folder_size(r->target_path);
    const wchar_t *const name = r->target_path + folder;
    size_t kept = wcslen(name);
    if (kept > KEPT_NAME) {
        kept = KEPT_NAME - ((name[KEPT_NAME] & 0xfc00) == 0xdc00);
    }
    wchar_t *end = r->temporary_path;
    wmemcpy(end, r->target_path, folder);
    end += folder;
    *end++ = L'.';
    wmemcpy(end, name, kept);
    end += kept;
    wmemcpy(end, mark, 5);
    end += 5;
    for (int i = 0; i < 6; i++) {
        *end++ = letters[random >> 5 * i & 31];
    }
    *end = L'\0';
}

static int create_temporary(nyz_output *r)
{
    void *memory;
    r->temporary_bytes =
        (int64_t)((wcslen(r->target_path) + ADDED_NAME + 1) * sizeof(wchar_t));
    if (nyz_alloc_zero(&r->allocator, r->temporary_bytes, &memory, NULL) != NYZ_OK) {
        return ENOMEM;
    }
    r->temporary_path = memory;
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        spell_temporary(r, draw(r, attempt));
        r->handle = CreateFileW(r->temporary_path, GENERIC_WRITE, FILE_SHARE_READ, NULL,
                                CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
        if (r->handle != INVALID_HANDLE_VALUE) {
            r->temporary = 1;
            return 0;
        }
        if (GetLastError() != ERROR_FILE_EXISTS) {
            break;
        }
    }
    return last_errno();
}

/* -------------------------------------------------------------------------- the calls */

static nyz_status begin(nyz_output *r, const char *path, nyz_error *err)
{
    NYZ_TRY(nyz_win32_path(path, &r->allocator, &r->target_path, &r->target_bytes, err));
    int sys = find_target(r);
    if (sys == 0 && r->handle == INVALID_HANDLE_VALUE) {
        sys = create_temporary(r);
    }
    return sys == 0 ? NYZ_OK : nyz_fail_sys(err, sys, -1, "cannot create the file");
}

nyz_status nyz_atomic_file_begin(const char *path, int sync,
                                 const nyz_allocator *allocator, nyz_output **out,
                                 nyz_stream *stream, nyz_error *err)
{
    void *memory;
    *out = NULL;
    memset(stream, 0, sizeof *stream);
    if (path[0] == '\0') {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "the path is empty");
    }
    NYZ_TRY(nyz_alloc_zero(allocator, sizeof(nyz_output), &memory, err));
    nyz_output *r = memory;
    r->allocator = *allocator;
    r->handle = INVALID_HANDLE_VALUE;
    r->sync = sync;
    const nyz_status status = begin(r, path, err);
    if (status != NYZ_OK) {
        nyz_output_discard(&r);
        return status;
    }
    *stream = nyz_win32_stream(r->handle);
    stream->read = NULL;
    *out = r;
    return NYZ_OK;
}

static nyz_status finish(nyz_output *r, nyz_error *err)
{
    if (r->temporary && r->sync && !FlushFileBuffers(r->handle)) {
        return nyz_fail_sys(err, last_errno(), -1, "cannot sync the new file");
    }
    const BOOL closed = CloseHandle(r->handle);
    r->handle = INVALID_HANDLE_VALUE;
    if (!closed) {
        return nyz_fail_sys(err, last_errno(), -1, "cannot close the new file");
    }
    if (!r->temporary) {
        return NYZ_OK;
    }
    const DWORD flags =
        MOVEFILE_REPLACE_EXISTING | (r->sync ? MOVEFILE_WRITE_THROUGH : 0u);
    if (!MoveFileExW(r->temporary_path, r->target_path, flags)) {
        return nyz_fail_sys(err, last_errno(), -1, "cannot give the new file its name");
    }
    r->temporary = 0;
    return NYZ_OK;
}

void nyz_atomic_file_preallocate(const nyz_output *output, int64_t place, int64_t size)
{
    (void)place;
    (void)output;
    (void)size;
}

nyz_status nyz_output_finish(nyz_output **output, nyz_error *err)
{
    const nyz_status status = finish(*output, err);
    nyz_output_discard(output);
    return status;
}

void nyz_output_discard(nyz_output **output)
{
    if (output == NULL) {
        return;
    }
    nyz_output *const r = *output;
    if (r == NULL) {
        return;
    }
    if (r->handle != INVALID_HANDLE_VALUE) {
        (void)CloseHandle(r->handle);
    }
    if (r->temporary) {
        (void)DeleteFileW(r->temporary_path);
    }
    const nyz_allocator allocator = r->allocator;
    nyz_release(&allocator, r->target_path, r->target_bytes);
    nyz_release(&allocator, r->temporary_path, r->temporary_bytes);
    nyz_release(&allocator, r, sizeof *r);
    *output = NULL;
}
