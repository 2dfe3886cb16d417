/* SPDX-License-Identifier: MIT */
/* The baseline (baseline.h): archives read. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libdeflate.h>

#include "baseline.h"

enum { CHUNK = 256 << 10 }; /* read, and given to the CRC while it is in the cache */

static int read_index(FILE *file, int64_t count, struct baseline_index *index)
{
    size_t largest = 0;
    if (fscanf(file, "%ld %zu", &index->offset, &index->size) != 2)
        return 1;
    for (int64_t i = 0; i < count; i++) {
        struct baseline_place *place = &index->places[i];
        if (fscanf(file, "%ld %zu %zu %d", &place->offset, &place->compressed_size,
                   &place->size, &place->method) != 4)
            return 1;
        if (place->compressed_size > largest)
            largest = place->compressed_size;
    }
    index->memory = touched(index->size);
    index->scratch = touched(largest + 16);
    return 0;
}

int baseline_prepare_archive(struct job *job)
{
    struct baseline_index *index = touched(sizeof *index);
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

int baseline_open_archive(struct job *job)
{
    const struct baseline_index *index = job->state;
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
    const int fd = baseline_open_archive(job);
    return fd < 0 || close(fd) != 0 ? sys_fail(job, job->source) : 0;
}

static int read_stored(int fd, const struct baseline_place *place, char *to)
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

static int inflate_member(int fd, const struct baseline_index *index, const struct baseline_place *place,
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
    const struct baseline_index *index = job->state;
    const struct baseline_place *place = &index->places[i];
    const int failed = place->method == 0 ? read_stored(fd, place, to)
                                          : inflate_member(fd, index, place, to);
    baseline_span(job, i, to, place->size);
    return failed ? sys_fail(job, job->source) : 0;
}

/* Reads members first, first + step, ... (modulo the count), `n` of them, one after the
 * other into one piece of memory. */
static int read_members(struct job *job, int64_t first, int64_t step, int64_t n)
{
    const struct baseline_index *index = job->state;
    const int fd = baseline_open_archive(job);
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
    const struct baseline_index *index = job->state;
    const struct baseline_place *last = &index->places[job->count - 1];
    const int64_t end = last->offset + (int64_t)last->size;
    const int fd = baseline_open_archive(job);
    char *memory = fresh((size_t)end);
    if (fd < 0 || memory == NULL || baseline_read(fd, memory, (size_t)end, 0) != 0)
        return sys_fail(job, job->source);
    for (int64_t i = 0; i < job->count; i++) {
        const struct baseline_place *place = &index->places[i];
        if (baseline_crc(0, memory + place->offset, place->size) == 0)
            return sys_fail(job, job->source);
        baseline_span(job, i, memory + place->offset, place->size);
    }
    close(fd);
    return 0;
}
