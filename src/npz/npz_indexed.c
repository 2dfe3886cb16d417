/* SPDX-License-Identifier: MIT */
/* A member's array read by the index of its blocks (zip_blocks.h): only the blocks that have
 * something of what is wanted, each checked by itself, several at once by threads. */
#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "base/progress.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "npy/load_as.h"
#include "npy/npy.h"
#include "npy/slice.h"
#include "npy/slice_bytes.h"
#include "npz/npz.h"
#include "zip/zip_blocks.h"

/* Blocks of more bytes are not kept in memory beside what is read of them. */
#define MAX_KEPT ((int64_t)256 << 20)

/* The data of an array in blocks. */
typedef struct block_bytes {
    nyz_zip_block_reader reader;
    const nyz_config *config;
    unsigned char *kept; /* a block of which a part was wanted; NULL: none yet */
    int64_t kept_number;
    int64_t kept_size; /* of the memory */
} block_bytes;

/* The message is never seen: the member is then read without its index. */
static nyz_status no_index(nyz_error *err)
{
    return nyz_fail(err, NYZ_ERR_CORRUPT, -1, "a block is not what the index says");
}

static nyz_status count_progress(const block_bytes *b, int64_t size, nyz_error *err)
{
    return b->config->progress != NULL && nyz_progress_add(b->config->progress, size)
               ? nyz_fail(err, NYZ_ERR_CANCELLED, -1, "cancelled")
               : NYZ_OK;
}

static void drop_block(block_bytes *b)
{
    nyz_release(&b->config->allocator, b->kept, b->kept_size);
    b->kept = NULL;
    b->kept_size = 0;
}

static nyz_status make_room(block_bytes *b, int64_t size, nyz_error *err)
{
    void *memory = NULL;
    if (size <= b->kept_size) {
        return NYZ_OK;
    }
    drop_block(b);
    if (size > MAX_KEPT) {
        return no_index(err);
    }
    NYZ_TRY(nyz_alloc(&b->config->allocator, size, &memory, err));
    b->kept = memory;
    b->kept_size = size;
    return NYZ_OK;
}

/* Reads a block, unless it is there. */
static nyz_status keep_block(block_bytes *b, int64_t number, nyz_error *err)
{
    const int64_t size = nyz_zip_block_size(&b->reader.blocks, number);
    if (b->kept != NULL && b->kept_number == number) {
        return NYZ_OK;
    }
    NYZ_TRY(make_room(b, size, err));
    if (!nyz_zip_blocks_read(&b->reader, number, 1, 1, b->kept)) {
        return no_index(err);
    }
    b->kept_number = number;
    return count_progress(b, size, err);
}

/* A part of a block. */
static nyz_status read_part(block_bytes *b, int64_t number, int64_t offset,
                            unsigned char *to, int64_t size, nyz_error *err)
{
    const int64_t start = nyz_zip_block_start(&b->reader.blocks, number);
    NYZ_TRY(keep_block(b, number, err));
    memcpy(to, b->kept + (offset - start), (size_t)size);
    return NYZ_OK;
}

/* How many whole blocks are in so many bytes from the beginning of one on. */
static int64_t whole_blocks(const nyz_zip_blocks *blocks, int64_t number, int64_t size)
{
    const int64_t end = nyz_zip_block_start(blocks, number) + size;
    return (end == blocks->size ? blocks->count : nyz_zip_block_of(blocks, end)) - number;
}

/* With progress, few enough at a time. */
static int64_t some_of(const block_bytes *b, int64_t count)
{
    const int64_t most = NYZ_PROGRESS_STEP / b->reader.blocks.unit;
    return b->config->progress == NULL ? count : nyz_min(count, nyz_max(most, 1));
}

static nyz_status read_whole(block_bytes *b, int64_t number, int64_t count,
                             unsigned char *to, nyz_error *err)
{
    const nyz_zip_blocks *const blocks = &b->reader.blocks;
    const int threads = b->config->progress != NULL ? 1 : b->config->threads;
    for (int64_t i = 0, n = 0; i < count; i += n) {
        const int64_t first = number + i;
        n = some_of(b, count - i);
        if (!nyz_zip_blocks_read(&b->reader, first, n, threads, to)) {
            return no_index(err);
        }
        const int64_t last = first + n - 1;
        const int64_t size = nyz_zip_block_start(blocks, last) +
                             nyz_zip_block_size(blocks, last) -
                             nyz_zip_block_start(blocks, first);
        NYZ_TRY(count_progress(b, size, err));
        to += size;
    }
    return NYZ_OK;
}

static nyz_status read_bytes(void *ctx, int64_t offset, void *to, int64_t size,
                             nyz_error *err)
{
    block_bytes *const b = ctx;
    const nyz_zip_blocks *const blocks = &b->reader.blocks;
    unsigned char *next = to;
    offset += blocks->head;
    while (size > 0) {
        const int64_t number = nyz_zip_block_of(blocks, offset);
        const int64_t start = nyz_zip_block_start(blocks, number);
        const int64_t left = start + nyz_zip_block_size(blocks, number) - offset;
        int64_t n = nyz_min(size, left);
        if (offset == start && size >= left) {
            const int64_t whole = whole_blocks(blocks, number, size);
            const int64_t end = number + whole;
            n = (end == blocks->count ? blocks->size : nyz_zip_block_start(blocks, end)) -
                offset;
            NYZ_TRY(read_whole(b, number, whole, next, err));
        } else {
            NYZ_TRY(read_part(b, number, offset, next, n, err));
        }
        next += n;
        offset += n;
        size -= n;
    }
    return NYZ_OK;
}

/* --------------------------------------------------------------------------- the array */

/* The first block is a header, and the array all that comes after it. */
static nyz_status read_header(block_bytes *b, nyz_slice_whole *whole, nyz_error *err)
{
    const nyz_zip_blocks *const blocks = &b->reader.blocks;
    nyz_npy_start start;
    NYZ_TRY(keep_block(b, 0, err));
    nyz_stream_mem_reader memory = {b->kept, (size_t)blocks->head, 0};
    nyz_source source = {
        .stream = nyz_stream_mem(&memory), .start = -1, .left = blocks->size};
    NYZ_TRY(nyz_npz_read_magic(&source, &start, err));
    NYZ_TRY(nyz_slice_read_header(&source, &start, b->config, whole, err));
    if (source.offset != blocks->head || whole->bytes != source.left) {
        nyz_array_free(&whole->header);
        return no_index(err);
    }
    return NYZ_OK;
}

/* All of it as config->want says. */
static nyz_status make_wanted(const nyz_array *header, nyz_slice_request *request,
                              nyz_error *err)
{
    NYZ_TRY(nyz_load_as_fits(header, request->config, err));
    NYZ_TRY(nyz_load_as_new(header, request->config, request->out, err));
    request->into = request->out;
    return NYZ_OK;
}

static nyz_status read_array(block_bytes *b, const nyz_slice_request *asked,
                             nyz_error *err)
{
    nyz_slice_whole whole;
    nyz_slice_request request = *asked;
    const nyz_slice_bytes bytes = {read_bytes, b, 1};
    NYZ_TRY(read_header(b, &whole, err));
    nyz_status status =
        b->config->want != NULL ? make_wanted(&whole.header, &request, err) : NYZ_OK;
    if (status == NYZ_OK) {
        status = nyz_slice_read(&whole, &request, &bytes, err);
    }
    nyz_array_free(&whole.header);
    return status;
}

int nyz_npz_read_indexed(const nyz_npz *npz, int64_t index,
                         const nyz_slice_request *request)
{
    const nyz_config *const config = request->config;
    block_bytes b;
    memset(&b, 0, sizeof b);
    b.config = config;
    if (npz->dir.entries[index].blocks == 0) {
        return 0;
    }
    int fine = nyz_slice_check(request, NULL) == NYZ_OK &&
               nyz_zip_block_reader_open(&b.reader, &npz->stream, &npz->dir, index,
                                         &config->allocator) &&
               b.reader.blocks.head <= config->limits.header_bytes + NYZ_PREAMBLE_MAX &&
               read_array(&b, request, NULL) == NYZ_OK;
    if (!fine && request->out != NULL) {
        nyz_array_free(request->out);
    }
    drop_block(&b);
    nyz_zip_block_reader_close(&b.reader);
    return fine;
}
