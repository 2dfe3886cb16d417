/* SPDX-License-Identifier: MIT */
/* The bytes of an array's data, from a place in a stream or as they come: see slice_bytes.h. */
#include "npy/slice_bytes.h"

#include "base/arithmetic.h"
#include "base/error.h"
#include "io/stream.h"

static nyz_status read_at_place(void *ctx, int64_t offset, void *to, int64_t size,
                                nyz_error *err)
{
    const nyz_slice_place *const place = ctx;
    return nyz_stream_read_at(&place->stream, place->start + offset, to, size, "data",
                              err);
}

nyz_slice_bytes nyz_slice_bytes_at(nyz_slice_place *place)
{
    const nyz_slice_bytes bytes = {.read = read_at_place, .ctx = place};
    return bytes;
}

nyz_status nyz_slice_bytes_pass(nyz_slice_run *run, int64_t offset, nyz_error *err)
{
    unsigned char block[NYZ_IO_BLOCK / 16];
    while (run->position < offset) {
        const int64_t size = nyz_min(offset - run->position, (int64_t)sizeof block);
        NYZ_TRY(nyz_source_read(run->source, block, size, "data", err));
        run->position += size;
    }
    return NYZ_OK;
}

static nyz_status read_next(void *ctx, int64_t offset, void *to, int64_t size,
                            nyz_error *err)
{
    nyz_slice_run *const run = ctx;
    NYZ_TRY(nyz_slice_bytes_pass(run, offset, err));
    NYZ_TRY(nyz_source_read(run->source, to, size, "data", err));
    run->position += size;
    return NYZ_OK;
}

nyz_slice_bytes nyz_slice_bytes_next(nyz_slice_run *run)
{
    const nyz_slice_bytes bytes = {.read = read_next, .ctx = run, .passes_over = 1};
    return bytes;
}
