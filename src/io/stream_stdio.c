/* SPDX-License-Identifier: MIT */
/* Streams over a C file.  Seeking beyond 2 GiB is the platform's: stream_fd_posix.c,
 * stream_fd_win32.c. */
#include <errno.h>

#include "io/stream_fd.h"

/* Called at once after a failure, with errno 0 before it: not every system sets it. */
static int64_t last_failure(void)
{
    return errno > 0 ? -errno : -1;
}

/* A failure is told at once, even if some bytes came before it: the next fread would not
 * know its errno any more.  One from before this call counts only where nothing comes. */
static int64_t stdio_read(void *ctx, void *buffer, size_t size)
{
    FILE *const file = ctx;
    const int before = ferror(file);
    errno = 0;
    const size_t n = fread(buffer, 1, size, file);
    return ferror(file) && (n == 0 || !before) ? last_failure() : (int64_t)n;
}

static int64_t stdio_write(void *ctx, const void *buffer, size_t size)
{
    FILE *const file = ctx;
    errno = 0;
    const size_t n = fwrite(buffer, 1, size, file);
    return n == 0 ? last_failure() : (int64_t)n;
}

static int64_t stdio_seek(void *ctx, int64_t offset, int whence)
{
    errno = 0;
    if (nyz_stdio_seek(ctx, offset, whence) != 0) {
        return last_failure();
    }
    const int64_t place = nyz_stdio_tell(ctx);
    return place < 0 ? last_failure() : place;
}

static int64_t stdio_size(void *ctx)
{
    return nyz_stdio_size(ctx);
}

nyz_stream nyz_stream_file(FILE *file)
{
    const nyz_stream stream = {.read = stdio_read,
                               .write = stdio_write,
                               .seek = nyz_stdio_can_seek(file) ? stdio_seek : NULL,
                               .size = nyz_stdio_size(file) >= 0 ? stdio_size : NULL,
                               .ctx = file};
    return stream;
}
