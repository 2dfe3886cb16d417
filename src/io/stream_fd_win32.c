/* SPDX-License-Identifier: MIT */
/* Streams over a descriptor on Windows, and the seeks of a FILE.  POSIX: stream_fd_posix.c. */
#include "io/stream_fd.h"

#include <io.h>

#include "io/win32.h"

/* A DWORD counts the bytes of one call; consoles and network drives refuse very large
 * ones. */
#define MAX_AT_ONCE ((size_t)1 << 26)

static int last_errno(void)
{
    return nyz_win32_errno(GetLastError());
}

static DWORD piece(size_t size)
{
    return (DWORD)(size < MAX_AT_ONCE ? size : MAX_AT_ONCE);
}

int64_t nyz_win32_read(HANDLE handle, void *buffer, size_t size, OVERLAPPED *at)
{
    DWORD n = 0;
    if (!ReadFile(handle, buffer, piece(size), &n, at)) {
        const DWORD code = GetLastError();
        return code == ERROR_HANDLE_EOF || code == ERROR_BROKEN_PIPE
                   ? 0
                   : -nyz_win32_errno(code);
    }
    return n;
}

static int64_t handle_read(void *ctx, void *buffer, size_t size)
{
    return nyz_win32_read(ctx, buffer, size, NULL);
}

static int64_t handle_write(void *ctx, const void *buffer, size_t size)
{
    DWORD n = 0;
    return WriteFile(ctx, buffer, piece(size), &n, NULL) ? (int64_t)n : -last_errno();
}

static int64_t handle_seek(void *ctx, int64_t offset, int whence)
{
    const DWORD method = whence == SEEK_SET   ? FILE_BEGIN
                         : whence == SEEK_CUR ? FILE_CURRENT
                                              : FILE_END;
    LARGE_INTEGER distance;
    LARGE_INTEGER place;
    distance.QuadPart = offset;
    return SetFilePointerEx(ctx, distance, &place, method) ? place.QuadPart
                                                           : -last_errno();
}

static int64_t handle_size(void *ctx)
{
    LARGE_INTEGER size;
    return GetFileSizeEx(ctx, &size) ? size.QuadPart : -last_errno();
}

nyz_stream nyz_win32_stream(HANDLE handle)
{
    const int seekable = GetFileType(handle) == FILE_TYPE_DISK;
    const nyz_stream stream = {.read = handle_read,
                               .write = handle_write,
                               .seek = seekable ? handle_seek : NULL,
                               .size = seekable ? handle_size : NULL,
                               .ctx = handle};
    return stream;
}

/* Goes around the C library, so that text mode cannot change a byte.  No read_at: a
 * ReadFile at an offset moves the handle's place. */
nyz_stream nyz_stream_fd(int fd)
{
    return nyz_win32_stream((HANDLE)_get_osfhandle(fd));
}

int nyz_stdio_can_seek(FILE *file)
{
    return GetFileType((HANDLE)_get_osfhandle(_fileno(file))) == FILE_TYPE_DISK;
}

/* What a FILE is open for cannot be asked here. */
int64_t nyz_stdio_size(FILE *file)
{
    (void)file;
    return -1;
}

int nyz_stdio_seek(FILE *file, int64_t offset, int whence)
{
    return _fseeki64(file, offset, whence);
}

int64_t nyz_stdio_tell(FILE *file)
{
    return _ftelli64(file);
}
