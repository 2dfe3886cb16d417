/* SPDX-License-Identifier: MIT */
/* The baseline (baseline.h): parts of matrices. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libdeflate.h>
#include <zlib.h>

#include "baseline.h"

enum {
    CHUNK = 256 << 10, /* read at once */
    ROW = 4096,          /* of every matrix */
    ITEM = 4,          /* where columns are taken */
    SPARE = 2          /* an empty final block */
};

struct part { /* rows and columns, these in bytes */
    int64_t first, count, step;
    int64_t at, width;
};

/* One of the blocks of a member's deflate stream: a line of ARCHIVE.blocks. */
struct block {
    int64_t offset;
    size_t stored, start, size;
};

struct matrix {
    int fd;
    int64_t at; /* of the array, or of the deflated member */
    int64_t rows;
    int deflated;
};

struct parts {
    struct baseline_index *index; /* of an archive; else NULL */
    struct block *blocks;         /* of its only member, if it has any */
    int64_t count;
    char *window;
};

/* ------------------------------------------------------------------------------ preparation */

static int read_blocks(struct parts *parts, const char *source)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.blocks", source);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    int failed = fscanf(file, "%ld", &parts->count) != 1;
    parts->blocks = touched((size_t)parts->count * sizeof *parts->blocks);
    for (int64_t i = 0; !failed && i < parts->count; i++) {
        struct block *b = &parts->blocks[i];
        failed = fscanf(file, "%ld %zu %zu %zu", &b->offset, &b->stored, &b->start,
                        &b->size) != 4;
    }
    fclose(file);
    return failed;
}

static int prepare_parts(struct job *job)
{
    struct parts *parts = touched(sizeof *parts);
    parts->window = touched(2 * CHUNK);
    if (is_archive(job)) {
        if (baseline_prepare_archive(job) != 0)
            return 1;
        parts->index = job->state;
        if (read_blocks(parts, job->source) != 0)
            return sys_fail(job, job->source);
    }
    job->state = parts;
    return 0;
}

static int open_member(struct job *job, int64_t i, struct matrix *m)
{
    struct parts *parts = job->state;
    const struct baseline_place *place = &parts->index->places[i];
    job->state = parts->index;
    m->fd = baseline_open_archive(job);
    job->state = parts;
    m->deflated = place->method != 0;
    m->at = place->offset + (m->deflated ? 0 : NPY_HEADER);
    m->rows = ((int64_t)place->size - NPY_HEADER) / ROW;
    return m->fd < 0 ? sys_fail(job, job->source) : 0;
}

static int open_matrix(struct job *job, int64_t i, struct matrix *m)
{
    struct stat status;
    if (is_archive(job))
        return open_member(job, i, m);
    m->fd = open(job->paths[i], O_RDONLY | O_CLOEXEC);
    if (m->fd < 0 || fstat(m->fd, &status) != 0)
        return sys_fail(job, job->paths[i]);
    m->deflated = 0;
    m->at = NPY_HEADER;
    m->rows = (status.st_size - NPY_HEADER) / ROW;
    return 0;
}

/* -------------------------------------------------------------------------- parts of matrices */

/* Rows, each by a call; those that follow each other, by one for 256 KiB. */
static int read_rows(const struct matrix *m, const struct part *part, char *to)
{
    const int64_t most = part->step == 1 ? CHUNK / ROW : 1;
    for (int64_t i = 0; i < part->count; i += most) {
        const int64_t n = part->count - i < most ? part->count - i : most;
        if (baseline_read(m->fd, to + i * ROW, (size_t)(n * ROW),
                          m->at + (part->first + i * part->step) * ROW) != 0)
            return 1;
    }
    return 0;
}

/* Rows of step -1: the same, by way of a window. */
static int read_reversed(const struct matrix *m, const struct part *part, char *rows, char *to)
{
    for (int64_t i = 0; i < part->count; i += CHUNK / ROW) {
        const int64_t left = part->count - i, n = left < CHUNK / ROW ? left : CHUNK / ROW;
        const struct part now = {.first = part->first - i - n + 1, .count = n, .step = 1};
        if (read_rows(m, &now, rows) != 0)
            return 1;
        for (int64_t k = 0; k < n; k++)
            memcpy(to + (i + k) * ROW, rows + (n - 1 - k) * ROW, ROW);
    }
    return 0;
}

/* Some bytes of each row, by way of whole rows. */
static int read_columns(const struct matrix *m, const struct part *part, char *rows, char *to)
{
    const int64_t most = CHUNK / ROW;
    for (int64_t i = 0; i < part->count; i += most) {
        const int64_t n = part->count - i < most ? part->count - i : most;
        const struct part now = {.first = part->first + i, .count = n, .step = 1};
        if (read_rows(m, &now, rows) != 0)
            return 1;
        for (int64_t k = 0; k < n; k++)
            memcpy(to + (i + k) * part->width, rows + k * ROW + part->at,
                   (size_t)part->width);
    }
    return 0;
}

/* Inflates a block at `in`, behind which are SPARE bytes that may be changed for a while. */
static int inflate_block(const struct parts *parts, const struct block *block, char *in,
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
static int inflate_part(const struct parts *parts, int64_t k, char *in, size_t first,
                        size_t end, char *to)
{
    const struct block *b = &parts->blocks[k];
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
static int inflate_blocks(const struct matrix *m, const struct parts *parts, size_t first,
                          size_t size, char *to)
{
    const struct block *const blocks = parts->blocks;
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
        if (baseline_read(m->fd, in, stored, blocks[k].offset) != 0)
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
static int inflate_stream(const struct matrix *m, const struct parts *parts, size_t first,
                          size_t size, char *to)
{
    struct stream stream = {.fd = m->fd, .at = m->at, .in = parts->window + CHUNK};
    int failed = inflateInit2(&stream.z, -MAX_WBITS) != Z_OK;
    for (size_t done = 0, now; !failed && done < first; done += now) {
        now = first - done < CHUNK ? first - done : CHUNK;
        failed = inflate_next(&stream, parts->window, now);
    }
    failed = failed || inflate_next(&stream, to, size);
    inflateEnd(&stream.z);
    return failed;
}

static int read_deflated(const struct matrix *m, const struct parts *parts,
                         const struct part *part, char *to)
{
    const size_t first = NPY_HEADER + (size_t)(part->first * ROW);
    const size_t size = (size_t)(part->count * ROW);
    return parts->blocks != NULL ? inflate_blocks(m, parts, first, size, to)
                                 : inflate_stream(m, parts, first, size, to);
}

static int read_part(struct job *job, int64_t i, const struct matrix *m,
                     const struct part *part)
{
    const struct parts *parts = job->state;
    job->spans[i].size = (size_t)(part->count * part->width);
    char *memory = fresh(job->spans[i].size);
    job->spans[i].data = memory;
    if (memory == NULL)
        return sys_fail(job, "memory");
    const int failed = m->deflated         ? read_deflated(m, parts, part, memory)
                       : part->width < ROW ? read_columns(m, part, parts->window, memory)
                       : part->step < 0    ? read_reversed(m, part, parts->window, memory)
                                           : read_rows(m, part, memory);
    if (failed)
        return sys_fail(job, "a part");
    close(m->fd);
    return 0;
}

static int read_parts(struct job *job, struct part (*part_of)(int64_t rows))
{
    for (int64_t i = 0; i < job->count; i++) {
        struct matrix m;
        if (open_matrix(job, i, &m) != 0)
            return 1;
        const struct part part = part_of(m.rows);
        if (read_part(job, i, &m, &part) != 0)
            return 1;
    }
    return 0;
}

static struct part one_percent(int64_t rows)
{
    return (struct part){rows / 3, rows / 100, 1, 0, ROW};
}

static struct part one_percent_reversed(int64_t rows)
{
    return (struct part){rows / 3 + rows / 100, rows / 100, -1, 0, ROW};
}

static struct part every_100th(int64_t rows)
{
    return (struct part){0, (rows + 99) / 100, 100, 0, ROW};
}

static struct part ten_columns(int64_t rows)
{
    return (struct part){0, rows, 1, 500 * ITEM, 10 * ITEM};
}

static struct part block_of(int64_t rows)
{
    (void)rows;
    return (struct part){1000, 1000, 1, 100 * ITEM, 100 * ITEM};
}

static struct part all_rows(int64_t rows)
{
    return (struct part){0, rows, 1, 0, ROW};
}

static int slice_rows(struct job *job)
{
    return read_parts(job, one_percent);
}

static int slice_reversed(struct job *job)
{
    return read_parts(job, one_percent_reversed);
}

static int slice_every(struct job *job)
{
    return read_parts(job, every_100th);
}

static int slice_columns(struct job *job)
{
    return read_parts(job, ten_columns);
}

static int slice_block(struct job *job)
{
    return read_parts(job, block_of);
}

static int read_matrix(struct job *job)
{
    return read_parts(job, all_rows);
}

const struct operation baseline_part_operations[] = {
    {"slice_rows", 1, prepare_parts, slice_rows, NULL},
    {"slice_reversed", 1, prepare_parts, slice_reversed, NULL},
    {"slice_every", 1, prepare_parts, slice_every, NULL},
    {"slice_columns", 1, prepare_parts, slice_columns, NULL},
    {"slice_block", 1, prepare_parts, slice_block, NULL},
    {"read_matrix", 1, prepare_parts, read_matrix, NULL},
    {NULL, 0, NULL, NULL, NULL},
};
