/* SPDX-License-Identifier: MIT */
/* The baseline (baseline.h): archives, and parts of matrices, read. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libdeflate.h>

#include "baseline.h"

enum { CHUNK = 256 << 10 }; /* read, and given to the CRC while it is in the cache */

struct place {
    int64_t offset;
    size_t compressed_size, size;
    int method;
};

/* ARCHIVE.index. */
struct index {
    int64_t offset; /* of the directory */
    size_t size;
    char *memory;  /* as large as the directory */
    char *scratch; /* as large as the largest member in the archive */
    struct place *places;
    struct libdeflate_decompressor *decompressor;
};

static int read_index(FILE *file, int64_t count, struct index *index)
{
    size_t largest = 0;
    if (fscanf(file, "%ld %zu", &index->offset, &index->size) != 2)
        return 1;
    for (int64_t i = 0; i < count; i++) {
        struct place *place = &index->places[i];
        if (fscanf(file, "%ld %zu %zu %d", &place->offset, &place->compressed_size,
                   &place->size, &place->method) != 4)
            return 1;
        if (place->compressed_size > largest)
            largest = place->compressed_size;
    }
    index->memory = touched(index->size);
    index->scratch = touched(largest);
    return 0;
}

int baseline_prepare_archive(struct job *job)
{
    struct index *index = touched(sizeof *index);
    char path[4096];
    snprintf(path, sizeof path, "%s.index", job->source);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return sys_fail(job, path);
    index->places = touched((size_t)job->count * sizeof *index->places);
    index->decompressor = libdeflate_alloc_decompressor();
    job->state = index;
    const int failed = read_index(file, job->count, index);
    fclose(file);
    return failed ? sys_fail(job, path) : 0;
}

/* Opens the archive, and reads the end (where the directory is said to be) and the
 * directory. Returns the descriptor, or -1. */
static int open_archive(struct job *job)
{
    const struct index *index = job->state;
    struct stat status;
    char end[64];
    const int fd = open(job->source, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0 ||
        baseline_read(fd, end, 22, status.st_size - 22) != 0 ||
        baseline_read(fd, index->memory, index->size, index->offset) != 0)
        return -1;
    return fd;
}

int baseline_list_names(struct job *job)
{
    const int fd = open_archive(job);
    return fd < 0 || close(fd) != 0 ? sys_fail(job, job->source) : 0;
}

static int read_stored(int fd, const struct place *place, char *to)
{
    uint32_t crc = 0;
    for (size_t done = 0; done < place->size; done += CHUNK) {
        const size_t left = place->size - done, size = left < CHUNK ? left : CHUNK;
        if (baseline_read(fd, to + done, size, place->offset + (int64_t)done) != 0)
            return 1;
        crc = baseline_crc(crc, to + done, size);
    }
    return crc == 0; /* no member of the benchmark has this CRC */
}

static int inflate_member(int fd, const struct index *index, const struct place *place,
                          char *to)
{
    if (baseline_read(fd, index->scratch, place->compressed_size, place->offset) != 0)
        return 1;
    return libdeflate_deflate_decompress(index->decompressor, index->scratch,
                                         place->compressed_size, to, place->size,
                                         NULL) != LIBDEFLATE_SUCCESS ||
           baseline_crc(0, to, place->size) == 0;
}

static int read_member(struct job *job, int fd, int64_t i, char *to)
{
    const struct index *index = job->state;
    const struct place *place = &index->places[i];
    const int failed = place->method == 0 ? read_stored(fd, place, to)
                                          : inflate_member(fd, index, place, to);
    baseline_span(job, i, to, place->size);
    return failed ? sys_fail(job, job->source) : 0;
}

/* Reads members first, first + step, ... (modulo the count), `n` of them, one after the
 * other into one piece of memory. */
static int read_members(struct job *job, int64_t first, int64_t step, int64_t n)
{
    const struct index *index = job->state;
    const int fd = open_archive(job);
    size_t size = 0;
    for (int64_t i = 0; i < n; i++)
        size += index->places[(first + i * step) % job->count].size;
    char *memory = fresh(size);
    if (fd < 0 || memory == NULL)
        return sys_fail(job, job->source);
    for (int64_t i = 0; i < n; i++) {
        const int64_t member = (first + i * step) % job->count;
        if (read_member(job, fd, member, memory) != 0)
            return 1;
        memory += index->places[member].size;
    }
    close(fd);
    return 0;
}

int baseline_read_one(struct job *job)
{
    return read_members(job, job->count / 2, 1, 1);
}

int baseline_read_by_name(struct job *job)
{
    return read_members(job, 0, 7919, job->count);
}

int baseline_read_all(struct job *job)
{
    return read_members(job, 0, 1, job->count);
}

/* Tiny members: the file in one piece. */
int baseline_read_tiny(struct job *job)
{
    const struct index *index = job->state;
    const struct place *last = &index->places[job->count - 1];
    const int64_t end = last->offset + (int64_t)last->size;
    const int fd = open_archive(job);
    char *memory = fresh((size_t)end);
    if (fd < 0 || memory == NULL || baseline_read(fd, memory, (size_t)end, 0) != 0)
        return sys_fail(job, job->source);
    for (int64_t i = 0; i < job->count; i++) {
        const struct place *place = &index->places[i];
        if (baseline_crc(0, memory + place->offset, place->size) == 0)
            return sys_fail(job, job->source);
        baseline_span(job, i, memory + place->offset, place->size);
    }
    close(fd);
    return 0;
}

/* ------------------------------------------------------------------- parts of .npy matrices */

enum { ROW = 4096, COLUMNS_AT = 2000, COLUMNS = 40 };

struct matrix {
    int fd;
    int64_t rows;
};

static int open_matrix(struct job *job, int64_t i, struct matrix *m)
{
    struct stat status;
    m->fd = open(job->paths[i], O_RDONLY | O_CLOEXEC);
    if (m->fd < 0 || fstat(m->fd, &status) != 0)
        return sys_fail(job, job->paths[i]);
    m->rows = (status.st_size - NPY_HEADER) / ROW;
    return 0;
}

/* `count` rows from `first` on, `step` apart, each by a call; those that follow each other, by one
 * for 256 KiB. */
static int read_rows(const struct matrix *m, int64_t first, int64_t count, int64_t step,
                     char *to)
{
    const int64_t most = step == 1 ? CHUNK / ROW : 1;
    for (int64_t i = 0; i < count; i += most) {
        const int64_t n = count - i < most ? count - i : most;
        if (baseline_read(m->fd, to + i * ROW, (size_t)(n * ROW),
                          NPY_HEADER + (first + i * step) * ROW) != 0)
            return 1;
    }
    return 0;
}

static int read_columns(const struct matrix *m, char *to)
{
    char *rows = touched(CHUNK);
    for (int64_t i = 0; i < m->rows; i += CHUNK / ROW) {
        const int64_t n = m->rows - i < CHUNK / ROW ? m->rows - i : CHUNK / ROW;
        if (read_rows(m, i, n, 1, rows) != 0)
            return 1;
        for (int64_t k = 0; k < n; k++)
            memcpy(to + (i + k) * COLUMNS, rows + k * ROW + COLUMNS_AT, COLUMNS);
    }
    return 0;
}

/* The rows first, first + step, ...; step 0: the columns of all rows. */
static int read_part(struct job *job, int64_t i, const struct matrix *m, int64_t first,
                     int64_t count, int64_t step)
{
    job->spans[i].size = (size_t)(count * (step != 0 ? ROW : COLUMNS));
    char *memory = fresh(job->spans[i].size);
    job->spans[i].data = memory;
    if (memory == NULL || (step != 0 ? read_rows(m, first, count, step, memory)
                                     : read_columns(m, memory)) != 0)
        return sys_fail(job, job->paths[i]);
    close(m->fd);
    return 0;
}

static int read_parts(struct job *job, int64_t step)
{
    for (int64_t i = 0; i < job->count; i++) {
        struct matrix m;
        if (open_matrix(job, i, &m) != 0)
            return 1;
        const int64_t part = m.rows / 100, first = m.rows / 3;
        const int64_t count = step == 0     ? m.rows
                              : step == 100 ? (m.rows + 99) / 100
                                            : part;
        const int64_t begin = step == 100 ? 0 : step < 0 ? first + part : first;
        if (read_part(job, i, &m, begin, count, step) != 0)
            return 1;
    }
    return 0;
}

int baseline_slice_rows(struct job *job)
{
    return read_parts(job, 1);
}

int baseline_slice_reversed(struct job *job)
{
    return read_parts(job, -1);
}

int baseline_slice_every(struct job *job)
{
    return read_parts(job, 100);
}

int baseline_slice_columns(struct job *job)
{
    return read_parts(job, 0);
}
