/* SPDX-License-Identifier: MIT */
/* Files opened for reading by their path, on Windows.  POSIX: input_file_posix.c. */
#include "io/input_file.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "io/win32.h"

static int last_errno(void)
{
    return nyz_win32_errno(GetLastError());
}

nyz_status nyz_win32_path(const char *path, const nyz_allocator *allocator, wchar_t **out,
                          int64_t *bytes, nyz_error *err)
{
    void *memory;
    *out = NULL;
    *bytes = 0;
    const int units =
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, NULL, 0);
    if (units <= 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "the path is not UTF-8");
    }
    *bytes = (int64_t)((size_t)units * sizeof(wchar_t));
    NYZ_TRY(nyz_alloc_zero(allocator, *bytes, &memory, err));
    (void)MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, memory, units);
    *out = memory;
    return NYZ_OK;
}

/* What changes with the file beside its content and the time of its last write. */
typedef struct changes {
    int64_t time; /* of the last change of any kind; 0: the file system knows none */
    DWORD attributes;
    DWORD links;
    uint64_t name; /* a hash; 0: not known */
} changes;

/* FNV-1a of where the file is now. */
static uint64_t hash_name(HANDLE handle)
{
    struct {
        FILE_NAME_INFO info;
        wchar_t room[1024];
    } name;
    uint64_t x = 0xcbf29ce484222325;
    if (!GetFileInformationByHandleEx(handle, FileNameInfo, &name, sizeof name)) {
        return 0;
    }
    const unsigned char *const bytes = (const unsigned char *)name.info.FileName;
    for (DWORD i = 0; i < name.info.FileNameLength; i++) {
        x = (x ^ bytes[i]) * 0x100000001b3;
    }
    return x;
}

static changes changes_of(HANDLE handle)
{
    changes out = {0};
    FILE_BASIC_INFO basic;
    FILE_STANDARD_INFO standard;
    if (GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic) &&
        GetFileInformationByHandleEx(handle, FileStandardInfo, &standard,
                                     sizeof standard)) {
        out.time = basic.ChangeTime.QuadPart;
        out.attributes = basic.FileAttributes;
        out.links = standard.NumberOfLinks;
        out.name = hash_name(handle);
    }
    return out;
}

/* Not 0 if the file was written to although the time of its last write is what it was:
 * see was_set_back in input_file_posix.c. */
static int was_set_back(const changes *then, const changes *now)
{
    return then->time != 0 && now->time != 0 && then->time != now->time &&
           then->attributes == now->attributes && then->links == now->links &&
           then->name != 0 && then->name == now->name;
}

/* The place is kept here, and every read names its offset: so read_at may be called by
 * several threads, and leaves the place alone. */
struct nyz_input_file {
    nyz_allocator allocator;
    HANDLE handle;
    int regular;
    int64_t place;
    LARGE_INTEGER size; /* at opening, as the next two */
    FILETIME written;
    changes changed;
    nyz_shared_pointer mapping;
};

static int64_t file_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const nyz_input_file *const file = ctx;
    OVERLAPPED at;
    memset(&at, 0, sizeof at);
    at.Offset = (DWORD)((uint64_t)offset & 0xffffffff);
    at.OffsetHigh = (DWORD)((uint64_t)offset >> 32);
    return offset < 0 ? -EINVAL : nyz_win32_read(file->handle, buffer, size, &at);
}

static int64_t file_read(void *ctx, void *buffer, size_t size)
{
    nyz_input_file *const file = ctx;
    if (!file->regular) {
        return nyz_win32_read(file->handle, buffer, size, NULL);
    }
    const int64_t n = file_read_at(file, file->place, buffer, size);
    file->place += n > 0 ? n : 0;
    return n;
}

static int64_t file_seek(void *ctx, int64_t offset, int whence)
{
    nyz_input_file *const file = ctx;
    LARGE_INTEGER size;
    if (!GetFileSizeEx(file->handle, &size)) {
        return -last_errno();
    }
    const int64_t start = whence == SEEK_SET   ? 0
                          : whence == SEEK_CUR ? file->place
                                               : size.QuadPart;
    if ((offset > 0 && start > INT64_MAX - offset) || start + offset < 0) {
        return -EINVAL;
    }
    file->place = start + offset;
    return file->place;
}

/* Returns an errno. */
static int open_path(nyz_input_file *file, const wchar_t *path, DWORD access)
{
    const DWORD attributes = GetFileAttributesW(path);
    if (attributes != INVALID_FILE_ATTRIBUTES &&
        (attributes & FILE_ATTRIBUTE_DIRECTORY)) {
        return EISDIR;
    }
    file->handle =
        CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    if (file->handle == INVALID_HANDLE_VALUE) {
        return last_errno();
    }
    file->regular = GetFileType(file->handle) == FILE_TYPE_DISK;
    if (file->regular && (!GetFileSizeEx(file->handle, &file->size) ||
                          !GetFileTime(file->handle, NULL, NULL, &file->written))) {
        return last_errno();
    }
    if (file->regular) {
        file->changed = changes_of(file->handle);
    }
    return 0;
}

static nyz_status open_file(const char *path, DWORD access,
                            const nyz_allocator *allocator, nyz_input_file **out,
                            nyz_stream *stream, nyz_error *err)
{
    void *memory = NULL;
    wchar_t *wide;
    int64_t bytes;
    *out = NULL;
    memset(stream, 0, sizeof *stream);
    NYZ_TRY(nyz_win32_path(path, allocator, &wide, &bytes, err));
    const nyz_status status =
        nyz_alloc_zero(allocator, sizeof(nyz_input_file), &memory, err);
    nyz_input_file *file = memory;
    if (status != NYZ_OK) {
        nyz_release(allocator, wide, bytes);
        return status;
    }
    file->allocator = *allocator;
    file->handle = INVALID_HANDLE_VALUE;
    const int sys = open_path(file, wide, access);
    nyz_release(allocator, wide, bytes);
    if (sys != 0) {
        nyz_input_file_close(&file);
        return nyz_fail_sys(err, sys, -1, "cannot open");
    }
    *out = file;
    stream->read = file_read;
    stream->seek = file->regular ? file_seek : NULL;
    stream->read_at = file->regular ? file_read_at : NULL;
    stream->ctx = file;
    return NYZ_OK;
}

nyz_status nyz_input_file_open(const char *path, const nyz_allocator *allocator,
                               nyz_input_file **out, nyz_stream *stream, nyz_error *err)
{
    return open_file(path, GENERIC_READ, allocator, out, stream, err);
}

nyz_status nyz_input_file_open_to_update(const char *path, const nyz_allocator *allocator,
                                         nyz_input_file **out, nyz_stream *stream,
                                         nyz_error *err)
{
    return open_file(path, GENERIC_READ | GENERIC_WRITE, allocator, out, stream, err);
}

nyz_status nyz_input_file_map(nyz_input_file *file, nyz_map_mode mode, int64_t start,
                              int64_t size, nyz_mapping **out, nyz_error *err)
{
    return nyz_mapping_shared(&file->mapping, (nyz_mapping_file)file->handle,
                              file->size.QuadPart, mode, start, size, &file->allocator,
                              out, err);
}

int64_t nyz_input_file_size(const nyz_input_file *file)
{
    return file->regular ? file->size.QuadPart : -1;
}

nyz_status nyz_input_file_unchanged(const nyz_input_file *file, nyz_error *err)
{
    LARGE_INTEGER size;
    FILETIME written;
    if (!file->regular) {
        return NYZ_OK;
    }
    if (!GetFileSizeEx(file->handle, &size) ||
        !GetFileTime(file->handle, NULL, NULL, &written)) {
        return nyz_fail_sys(err, last_errno(), -1, "cannot examine the file again");
    }
    if (size.QuadPart != file->size.QuadPart) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, -1,
                        "the file changed while it was read: it had %lld bytes, now %lld",
                        (long long)file->size.QuadPart, (long long)size.QuadPart);
    }
    const changes changed = changes_of(file->handle);
    if (CompareFileTime(&written, &file->written) != 0 ||
        was_set_back(&file->changed, &changed)) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, -1,
                        "the file changed while it was read: it was written to");
    }
    return NYZ_OK;
}

void nyz_input_file_close(nyz_input_file **file)
{
    if (*file == NULL) {
        return;
    }
    const nyz_allocator allocator = (*file)->allocator;
    nyz_mapping_release(&(*file)->mapping);
    if ((*file)->handle != INVALID_HANDLE_VALUE) {
        (void)CloseHandle((*file)->handle);
    }
    nyz_release(&allocator, *file, sizeof **file);
    *file = NULL;
}
