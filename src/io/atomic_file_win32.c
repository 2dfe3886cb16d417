/* SPDX-License-Identifier: MIT */
/* Saving to a path on Windows: a new file in the target's folder that takes the target's
 * place when it is whole and on the disk.  POSIX: atomic_file_posix.c. */
#include "io/atomic_file.h"

#include <errno.h>
#include <string.h>
#include <wchar.h>

#include "base/alloc.h"
#include "base/error.h"
#include "io/win32.h"

#define KEPT_NAME 64    /* units of the target's name that the temporary one repeats */
#define ADDED_NAME 12   /* units of ".", ".nyz-" and the six letters */
#define MAX_ATTEMPTS 64 /* at a temporary name that nobody has */

struct nyz_output {
    nyz_allocator allocator;
    nyz_output_content content;
    HANDLE handle;
    int sync;
    int in_place;      /* the handle is the target itself, emptied */
    int exists;        /* the target does */
    int temporary;     /* there is such a file; 0: written straight, or renamed */
    int vanishes;      /* the system deletes it when its handle is closed */
    const char *doing; /* what the next failure prevents */
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
        if (code == ERROR_PATH_NOT_FOUND) {
            r->doing = "cannot create the file, because its directory cannot be opened";
        } else if (attributes != INVALID_FILE_ATTRIBUTES) {
            r->doing = "cannot write to the existing file";
        }
        return code == ERROR_FILE_NOT_FOUND ? 0 : nyz_win32_errno(code);
    }
    if (GetFileType(handle) != FILE_TYPE_DISK) {
        r->handle = handle;
        return 0;
    }
    const int sys = follow_links(r, handle);
    (void)CloseHandle(handle);
    r->exists = sys == 0;
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

/* Whether the system is to delete the file when its handle is closed, also if the process
 * is ended.  Not every file system can. */
static int set_vanishing(const nyz_output *r, int vanishing)
{
    FILE_DISPOSITION_INFO info;
    info.DeleteFile = vanishing ? TRUE : FALSE;
    return SetFileInformationByHandle(r->handle, FileDispositionInfo, &info,
                                      sizeof info) != 0;
}

static int open_in_place(nyz_output *r, int how)
{
    const DWORD more = (how & NYZ_OUTPUT_MAP) != 0 ? GENERIC_READ : 0;
    r->handle = CreateFileW(r->target_path, GENERIC_WRITE | more, FILE_SHARE_READ, NULL,
                            TRUNCATE_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    r->in_place = r->handle != INVALID_HANDLE_VALUE;
    return r->in_place ? 0 : last_errno();
}

static int create_temporary(nyz_output *r)
{
    void *memory;
    r->doing = "cannot create a file in its directory";
    r->temporary_bytes =
        (int64_t)((wcslen(r->target_path) + ADDED_NAME + 1) * sizeof(wchar_t));
    if (nyz_alloc_zero(&r->allocator, r->temporary_bytes, &memory, NULL) != NYZ_OK) {
        return ENOMEM;
    }
    r->temporary_path = memory;
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        spell_temporary(r, draw(r, attempt));
        r->handle =
            CreateFileW(r->temporary_path, GENERIC_READ | GENERIC_WRITE | DELETE,
                        FILE_SHARE_READ, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
        if (r->handle != INVALID_HANDLE_VALUE) {
            r->temporary = 1;
            r->vanishes = set_vanishing(r, 1);
            return 0;
        }
        if (GetLastError() != ERROR_FILE_EXISTS) {
            break;
        }
    }
    return last_errno();
}

/* -------------------------------------------------------------------------- the calls */

/* Fails; where writing in place may go, the message says so. */
static nyz_status fail(const nyz_output *r, int sys, nyz_error *err)
{
    const nyz_status status = nyz_fail_sys(err, sys, -1, "%s", r->doing);
    if (r->exists && !r->in_place && (sys == EACCES || sys == EBUSY) && err != NULL) {
        const size_t used = strlen(err->message);
        (void)snprintf(err->message + used, sizeof err->message - used,
                       "; NYZ_IN_PLACE would write into the old file");
    }
    return status;
}

static nyz_status begin(nyz_output *r, const char *path, int how, nyz_error *err)
{
    NYZ_TRY(nyz_win32_path(path, &r->allocator, &r->target_path, &r->target_bytes, err));
    r->doing = "cannot create the file";
    int sys = find_target(r);
    if (sys == 0 && r->handle == INVALID_HANDLE_VALUE) {
        sys = r->exists && (how & NYZ_OUTPUT_IN_PLACE) != 0 ? open_in_place(r, how)
                                                            : create_temporary(r);
    }
    return sys == 0 ? NYZ_OK : fail(r, sys, err);
}

nyz_status nyz_atomic_file_begin(const char *path, int how,
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
    r->sync = (how & NYZ_OUTPUT_SYNC) != 0;
    const nyz_status status = begin(r, path, how, err);
    if (status != NYZ_OK) {
        nyz_atomic_file_discard(&r);
        return status;
    }
    *stream = nyz_win32_stream(r->handle);
    stream->read = NULL;
    r->content.stream = *stream;
    *out = r;
    return NYZ_OK;
}

/* Closes the file, which is to stay from here on. */
static nyz_status keep(nyz_output *r, nyz_error *err)
{
    if ((r->temporary || r->in_place) && r->sync && !FlushFileBuffers(r->handle)) {
        r->doing = "cannot sync the new file";
        return fail(r, last_errno(), err);
    }
    if (r->vanishes && !set_vanishing(r, 0)) {
        r->doing = "cannot keep the new file";
        return fail(r, last_errno(), err);
    }
    r->vanishes = 0;
    r->in_place = 0;
    const BOOL closed = CloseHandle(r->handle);
    r->handle = INVALID_HANDLE_VALUE;
    r->doing = "cannot close the new file";
    return closed ? NYZ_OK : fail(r, last_errno(), err);
}

nyz_status nyz_atomic_file_finish(nyz_output *r, nyz_error *err)
{
    NYZ_TRY(keep(r, err));
    if (!r->temporary) {
        return NYZ_OK;
    }
    const DWORD flags =
        MOVEFILE_REPLACE_EXISTING | (r->sync ? MOVEFILE_WRITE_THROUGH : 0u);
    if (!MoveFileExW(r->temporary_path, r->target_path, flags)) {
        r->doing = r->exists ? "cannot put the new file in the old one's place"
                             : "cannot give the new file its name";
        return fail(r, last_errno(), err);
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

nyz_status nyz_atomic_file_map(const nyz_output *output, int64_t size, nyz_mapping **out,
                               nyz_error *err)
{
    const LARGE_INTEGER end = {.QuadPart = size};
    *out = NULL;
    if (!SetFilePointerEx(output->handle, end, NULL, FILE_BEGIN) ||
        !SetEndOfFile(output->handle)) {
        return nyz_fail_sys(err, last_errno(), -1, "cannot make room for %lld bytes",
                            (long long)size);
    }
    return nyz_mapping_new((nyz_mapping_file)output->handle, NYZ_MAP_SHARED, 0, size,
                           &output->allocator, out, err);
}

nyz_output_content *nyz_atomic_file_content(nyz_output *output)
{
    return &output->content;
}

void nyz_atomic_file_discard(nyz_output **output)
{
    nyz_output *const r = *output;
    if (r->in_place) {
        const LARGE_INTEGER start = {.QuadPart = 0};
        (void)SetFilePointerEx(r->handle, start, NULL, FILE_BEGIN);
        (void)SetEndOfFile(r->handle); /* no part of it is taken for the whole */
    }
    if (r->handle != INVALID_HANDLE_VALUE) {
        (void)CloseHandle(r->handle);
    }
    if (r->temporary && !r->vanishes) {
        (void)DeleteFileW(r->temporary_path);
    }
    const nyz_allocator allocator = r->allocator;
    nyz_release(&allocator, r->target_path, r->target_bytes);
    nyz_release(&allocator, r->temporary_path, r->temporary_bytes);
    nyz_release(&allocator, r, sizeof *r);
    *output = NULL;
}
