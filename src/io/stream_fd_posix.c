/* SPDX-License-Identifier: MIT */
/* Streams over a descriptor on POSIX systems, and the seeks of a FILE.  Windows:
 * stream_fd_win32.c. */
#include "io/stream_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(off_t) == 8, "build with -D_FILE_OFFSET_BITS=64");

/* Linux cuts a read at 2 GiB - 4 KiB, other systems refuse more than an int. */
#define MAX_AT_ONCE ((size_t)1 << 30)

/* A descriptor travels in the ctx pointer itself, so that the stream owns nothing. */
static void *fd_to_ctx(int fd)
{
    return (void *)(intptr_t)fd;
}

static int ctx_to_fd(void *ctx)
{
    return (int)(intptr_t)ctx;
}

static int64_t fd_read(void *ctx, void *buffer, size_t size)
{
    ssize_t n;
    do {
        n = read(ctx_to_fd(ctx), buffer, size < MAX_AT_ONCE ? size : MAX_AT_ONCE);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static int64_t fd_write(void *ctx, const void *buffer, size_t size)
{
    ssize_t n;
    do {
        n = write(ctx_to_fd(ctx), buffer, size < MAX_AT_ONCE ? size : MAX_AT_ONCE);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static int64_t fd_seek(void *ctx, int64_t offset, int whence)
{
    const off_t place = lseek(ctx_to_fd(ctx), offset, whence);
    return place < 0 ? -errno : place;
}

static int64_t fd_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    ssize_t n;
    do {
        n = pread(ctx_to_fd(ctx), buffer, size < MAX_AT_ONCE ? size : MAX_AT_ONCE,
                  offset);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

/* lseek itself cannot be asked: on a terminal or /dev/zero it may succeed and mean
 * nothing. */
static int has_places(int fd, int *regular)
{
    struct stat st;
    const int known = fstat(fd, &st) == 0;
    *regular = known && S_ISREG(st.st_mode);
    return *regular || (known && S_ISBLK(st.st_mode));
}

/* What is written to a file that is appended to does not heed its place. */
static int heeds_places(int fd)
{
    const int flags = fcntl(fd, F_GETFL);
    return flags == -1 || (flags & O_APPEND) == 0 || (flags & O_ACCMODE) == O_RDONLY;
}

static int64_t fd_size(void *ctx)
{
    struct stat st;
    if (fstat(ctx_to_fd(ctx), &st) != 0) {
        return -errno;
    }
    return S_ISREG(st.st_mode) ? st.st_size : -ESPIPE;
}

nyz_stream nyz_stream_fd_regular(int fd)
{
    const nyz_stream stream = {.read = fd_read,
                               .write = fd_write,
                               .seek = fd_seek,
                               .read_at = fd_read_at,
                               .size = fd_size,
                               .ctx = fd_to_ctx(fd)};
    return stream;
}

nyz_stream nyz_stream_fd(int fd)
{
    int regular = 0;
    const int places = has_places(fd, &regular);
    const nyz_stream stream = {.read = fd_read,
                               .write = fd_write,
                               .seek = places && heeds_places(fd) ? fd_seek : NULL,
                               .read_at = places ? fd_read_at : NULL,
                               .size = regular ? fd_size : NULL,
                               .ctx = fd_to_ctx(fd)};
    return stream;
}

int nyz_stdio_can_seek(FILE *file)
{
    const int fd = fileno(file);
    int regular = 0;
    return fd < 0 || (has_places(fd, &regular) &&
                      heeds_places(fd)); /* without one (fmemopen): fseeko will tell */
}

int nyz_stdio_seek(FILE *file, int64_t offset, int whence)
{
    return fseeko(file, offset, whence);
}

int64_t nyz_stdio_tell(FILE *file)
{
    return ftello(file);
}

int64_t nyz_stdio_size(FILE *file)
{
    const int fd = fileno(file);
    const int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
    return flags != -1 && (flags & O_ACCMODE) == O_RDONLY ? fd_size(fd_to_ctx(fd)) : -1;
}
