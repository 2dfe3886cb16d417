/* SPDX-License-Identifier: MIT */
/* The baseline (baseline.h): parts of a deflated member. */
#include <string.h>
#include <unistd.h>

#include <libdeflate.h>
#include <zlib.h>

#include "baseline.h"

enum {
    CHUNK = 256 << 10, /* read at once from a stream */
    SPARE = 2          /* bytes of an empty final block */
};

/* Inflates a block at `in`, behind which are SPARE bytes that may be changed for a while. */
static int inflate_block(const struct baseline_parts *parts, const struct baseline_block *block, char *in,
                         int last, char *to)
{
    char saved[SPARE];
    size_t used, got;
    const size_t size = block->stored + (last ? 0 : SPARE);
    memcpy(saved, in + block->stored, SPARE);
    memcpy(in + block->stored, "\3\0", SPARE);
    const int failed =
        libdeflate_deflate_decompress_ex(parts->index->decompressor, in, size, to,
                                         block->size, &used, &got) != LIBDEFLATE_SUCCESS ||
        used != size || got != block->size || baseline_crc(0, to, block->size) == 0;
    memcpy(in + block->stored, saved, SPARE);
    return failed;
}

/* Inflates a block to its place, or by way of a window if not all of it is wanted. */
static int inflate_part(const struct baseline_parts *parts, int64_t k, char *in, size_t first,
                        size_t end, char *to)
{
    const struct baseline_block *b = &parts->blocks[k];
    const int whole = b->start >= first && b->start + b->size <= end;
    char *const out = whole ? to + (b->start - first) : parts->window;
    const size_t begin = b->start > first ? b->start : first;
    const size_t stop = b->start + b->size < end ? b->start + b->size : end;
    if (inflate_block(parts, b, in, k == parts->count - 1, out) != 0)
        return 1;
    if (!whole)
        memcpy(to + (begin - first), out + (begin - b->start), stop - begin);
    return 0;
}

/* `size` bytes of the member from `first` on, of the blocks that have some of them: up to 1 MiB of
 * them is read at once, and then inflated. */
static int inflate_blocks(const struct baseline_parts *parts, int fd, size_t first, size_t size,
                          char *to)
{
    const struct baseline_block *const blocks = parts->blocks;
    const size_t end = first + size;
    int64_t k = 0, after;
    while (blocks[k].start + blocks[k].size <= first)
        k++;
    for (; k < parts->count && blocks[k].start < end; k = after) {
        size_t stored = 0;
        for (after = k; after < parts->count && blocks[after].start < end &&
                        (after == k || stored + blocks[after].stored <= 4 * CHUNK);)
            stored += blocks[after++].stored;
        char *in = parts->index->scratch;
        if (baseline_read(fd, in, stored, blocks[k].offset) != 0)
            return 1;
        for (int64_t i = k; i < after; in += blocks[i++].stored)
            if (inflate_part(parts, i, in, first, end, to) != 0)
                return 1;
    }
    return 0;
}

struct stream {
    z_stream z;
    int fd;
    int64_t at;
    char *in;
};

static int inflate_next(struct stream *s, char *to, size_t size)
{
    s->z.next_out = (unsigned char *)to;
    s->z.avail_out = (unsigned)size;
    while (s->z.avail_out > 0) {
        if (s->z.avail_in == 0) {
            const ssize_t got = pread(s->fd, s->in, CHUNK, s->at);
            if (got <= 0)
                return 1;
            s->z.next_in = (unsigned char *)s->in;
            s->z.avail_in = (unsigned)got;
            s->at += got;
        }
        const int result = inflate(&s->z, Z_NO_FLUSH);
        if (result != Z_OK && (result != Z_STREAM_END || s->z.avail_out > 0))
            return 1;
    }
    return 0;
}

/* The same of a stream without blocks, from its start, by zlib: the rows before go to a window. */
static int inflate_stream(const struct baseline_parts *parts, int fd, int64_t at, size_t first,
                          size_t size, char *to)
{
    struct stream stream = {.fd = fd, .at = at, .in = parts->window + CHUNK};
    int failed = inflateInit2(&stream.z, -MAX_WBITS) != Z_OK;
    for (size_t done = 0, now; !failed && done < first; done += now) {
        now = first - done < CHUNK ? first - done : CHUNK;
        failed = inflate_next(&stream, parts->window, now);
    }
    failed = failed || inflate_next(&stream, to, size);
    inflateEnd(&stream.z);
    return failed;
}

int baseline_inflate(const struct baseline_parts *parts, int fd, int64_t at, int64_t from,
                     int64_t size, char *to)
{
    const size_t first = NPY_HEADER + (size_t)from;
    return parts->blocks != NULL ? inflate_blocks(parts, fd, first, (size_t)size, to)
                                 : inflate_stream(parts, fd, at, first, (size_t)size, to);
}
