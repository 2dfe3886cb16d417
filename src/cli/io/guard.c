/* SPDX-License-Identifier: MIT */
/* Streams that fail once the tool is to end: see guard.h. */
#include "io/guard.h"

#include "os/platform.h"

#include <errno.h>

#define PIECE (4u << 20) /* bytes between two looks whether to stop */

static size_t piece(size_t size)
{
    return size < PIECE ? size : PIECE;
}

static int64_t read_guarded(void *ctx, void *buffer, size_t size)
{
    const nyz_stream *const to = &((const cli_guard *)ctx)->inner;
    return cli_platform_stopped() ? -EINTR : to->read(to->ctx, buffer, piece(size));
}

static int64_t write_guarded(void *ctx, const void *buffer, size_t size)
{
    const nyz_stream *const to = &((const cli_guard *)ctx)->inner;
    return cli_platform_stopped() ? -EINTR : to->write(to->ctx, buffer, piece(size));
}

static int64_t seek_guarded(void *ctx, int64_t offset, int whence)
{
    const nyz_stream *const to = &((const cli_guard *)ctx)->inner;
    return to->seek(to->ctx, offset, whence);
}

static int64_t read_at_guarded(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const nyz_stream *const to = &((const cli_guard *)ctx)->inner;
    return cli_platform_stopped() ? -EINTR
                                  : to->read_at(to->ctx, offset, buffer, piece(size));
}

nyz_stream cli_guard_stream(cli_guard *guard, nyz_stream inner)
{
    nyz_stream stream = {.ctx = guard};
    guard->inner = inner;
    stream.read = inner.read != NULL ? read_guarded : NULL;
    stream.write = inner.write != NULL ? write_guarded : NULL;
    stream.seek = inner.seek != NULL ? seek_guarded : NULL;
    stream.read_at = inner.read_at != NULL ? read_at_guarded : NULL;
    return stream;
}
