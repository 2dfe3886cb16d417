/* SPDX-License-Identifier: MIT */
/* The baseline (baseline.h): parts of matrices. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baseline.h"

enum {
    CHUNK = 256 << 10, /* read at once */
    ROW = 4096,        /* of every matrix */
    ITEM = 4           /* where columns are taken */
};

struct part { /* rows and columns, these in bytes */
    int64_t first, count, step;
    int64_t at, width;
};

struct matrix {
    int fd;
    int64_t at; /* of the array, or of the deflated member */
    int64_t rows;
    int deflated;
};

/* ------------------------------------------------------------------------------ preparation */

static int read_blocks(struct baseline_parts *parts, const char *source)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.blocks", source);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    int failed = fscanf(file, "%ld", &parts->count) != 1;
    parts->blocks = touched((size_t)parts->count * sizeof *parts->blocks);
    for (int64_t i = 0; !failed && i < parts->count; i++) {
        struct baseline_block *b = &parts->blocks[i];
        failed = fscanf(file, "%ld %zu %zu %zu", &b->offset, &b->stored, &b->start,
                        &b->size) != 4;
    }
    fclose(file);
    return failed;
}

static int prepare_parts(struct job *job)
{
    struct baseline_parts *parts = touched(sizeof *parts);
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
    struct baseline_parts *parts = job->state;
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

static int read_part(struct job *job, int64_t i, const struct matrix *m,
                     const struct part *part)
{
    const struct baseline_parts *parts = job->state;
    job->spans[i].size = (size_t)(part->count * part->width);
    char *memory = fresh(job->spans[i].size);
    job->spans[i].data = memory;
    if (memory == NULL)
        return sys_fail(job, "memory");
    const int failed = m->deflated         ? baseline_inflate(parts, m->fd, m->at, part->first * ROW,
                                                              part->count * ROW, memory)
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
    {"member_rows", 1, prepare_parts, slice_rows, NULL},
    {"member_columns", 1, prepare_parts, slice_columns, NULL},
    {"read_matrix", 1, prepare_parts, read_matrix, NULL},
    {NULL, 0, NULL, NULL, NULL},
};
