/* SPDX-License-Identifier: MIT */
/* The baseline (baseline.h): mapped arrays, and bytes moved in memory. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baseline.h"

enum { CHUNK = 256 << 10, PAGE = 4096, ROW = 4096 };

/* ----------------------------------------------------------------------------------- mapped */

/* Maps bytes of a file; NULL: failed. */
static const char *map_bytes(int fd, int64_t offset, size_t size)
{
    const int64_t begin = offset / PAGE * PAGE;
    char *memory =
        mmap(NULL, size + (size_t)(offset - begin), PROT_READ, MAP_SHARED, fd, begin);
    return memory == MAP_FAILED ? NULL : memory + (offset - begin);
}

static int map_open(struct job *job)
{
    for (int64_t i = 0; i < job->count; i++) {
        struct stat status;
        char header[NPY_HEADER];
        const int fd = open(job->paths[i], O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &status) != 0 ||
            baseline_read(fd, header, NPY_HEADER, 0) != 0)
            return sys_fail(job, job->paths[i]);
        const size_t size = (size_t)status.st_size;
        const char *memory = map_bytes(fd, 0, size);
        close(fd);
        if (memory == NULL)
            return sys_fail(job, "mmap");
        const size_t rows = (size - NPY_HEADER) / ROW;
        job->spans[i].data = memory + NPY_HEADER + rows / 3 * ROW;
        job->spans[i].size = rows / 100 * ROW;
    }
    return 0;
}

static int map_rows(struct job *job)
{
    if (map_open(job) != 0)
        return 1;
    for (int64_t i = 0; i < job->count; i++)
        touch_pages(job->spans[i].data, job->spans[i].size);
    return 0;
}

/* Ten columns of the floats of each matrix, copied. */
static int map_columns(struct job *job)
{
    enum { AT = 500 * 4, WIDTH = 10 * 4 };
    if (map_open(job) != 0)
        return 1;
    for (int64_t i = 0; i < job->count; i++) {
        struct stat status;
        if (stat(job->paths[i], &status) != 0)
            return sys_fail(job, job->paths[i]);
        const size_t rows = (size_t)status.st_size / ROW;
        const char *const part = job->spans[i].data;
        char *const memory = fresh(rows * WIDTH);
        if (memory == NULL)
            return sys_fail(job, "memory");
        for (size_t row = 0; row < rows; row++)
            memcpy(memory + row * WIDTH, part - rows / 3 * ROW + row * ROW + AT, WIDTH);
        job->spans[i].data = memory;
        job->spans[i].size = rows * WIDTH;
    }
    return 0;
}

static int map_one(struct job *job)
{
    const struct baseline_index *index = job->state;
    const int64_t i = job->count / 2;
    const int fd = baseline_open_archive(job);
    if (fd < 0)
        return sys_fail(job, job->source);
    const char *memory = map_bytes(fd, index->places[i].offset, index->places[i].size);
    close(fd);
    if (memory == NULL)
        return sys_fail(job, "mmap");
    baseline_span(job, i, memory, index->places[i].size);
    touch_pages(job->spans[i].data, job->spans[i].size);
    return 0;
}

/* A new file with room for the old one, which is copied to its place. */
static int create_map(struct job *job)
{
    const struct span *span = &job->spans[0];
    const size_t size = span->size;
    const int fd = open(job->target, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || posix_fallocate(fd, 0, (off_t)size) != 0)
        return sys_fail(job, job->target);
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return sys_fail(job, "mmap");
    memcpy(memory, span->data, size);
    munmap(memory, size);
    close(fd);
    return 0;
}

/* --------------------------------------------------------------------- archives in memory */

struct bytes {
    struct baseline_index *index;
    char *bytes;
    size_t size;
};

static int prepare_bytes(struct job *job)
{
    struct bytes *bytes = touched(sizeof *bytes);
    if (baseline_prepare_archive(job) != 0)
        return 1;
    bytes->index = job->state;
    bytes->bytes = whole_file(job, &bytes->size);
    job->state = bytes;
    return bytes->bytes == NULL;
}

static int view_all(struct job *job)
{
    const struct bytes *bytes = job->state;
    for (int64_t i = 0; i < job->count; i++) {
        const struct baseline_place *place = &bytes->index->places[i];
        if (baseline_crc(0, bytes->bytes + place->offset, place->size) == 0)
            return sys_fail(job, "the CRC");
        baseline_span(job, i, bytes->bytes + place->offset, place->size);
    }
    return 0;
}

/* ---------------------------------------------------------------------- members in pieces */

static int stream_all(struct job *job)
{
    const struct baseline_index *index = job->state;
    const int fd = baseline_open_archive(job);
    char *piece = touched(CHUNK);
    uint32_t crc = 0;
    for (int64_t i = 0; fd >= 0 && i < job->count; i++)
        for (size_t done = 0; done < index->places[i].size; done += CHUNK) {
            const size_t left = index->places[i].size - done;
            const size_t size = left < CHUNK ? left : CHUNK;
            if (baseline_read(fd, piece, size, index->places[i].offset + (int64_t)done) != 0)
                return sys_fail(job, job->source);
            crc = baseline_crc(crc, piece, size);
        }
    return fd < 0 || crc == 0 ? sys_fail(job, job->source) : 0;
}

/* ------------------------------------------------------------------------ casts in memory */

/* As many bytes as the cast reads and writes: memcpy of half as many does. */
struct copy {
    char *from, *to;
    size_t size;
};

/* Bytes of a number of the type of this name, which ends with their bits, or with the kind of an
 * 8-bit float. */
static size_t size_of_type(const char *name, size_t size)
{
    if (strncmp(name, "float8", 6) == 0)
        return 1;
    return name[size - 1] == '8' ? 1 : name[size - 1] == '6' ? 2 : name[size - 1] == '2' ? 4 : 8;
}

static int prepare_cast(struct job *job)
{
    struct copy *copy = touched(sizeof *copy);
    struct stat status;
    const char *const name = strrchr(job->source, '/') + 1, *const to = strchr(name, '-') + 1;
    const size_t from_size = size_of_type(name, (size_t)(to - name) - 1),
                 to_size = size_of_type(to, strlen(to));
    if (stat(job->paths[0], &status) != 0)
        return sys_fail(job, job->paths[0]);
    const size_t count = ((size_t)status.st_size - NPY_HEADER) / from_size;
    copy->size = count * (from_size + to_size) / 2;
    copy->from = warm(copy->size);
    copy->to = warm(copy->size);
    job->state = copy;
    return copy->from == NULL || copy->to == NULL ? sys_fail(job, "memory") : 0;
}

static int run_copy(struct job *job)
{
    const struct copy *copy = job->state;
    memcpy(copy->to, copy->from, copy->size);
    job->spans[0].data = copy->to;
    job->spans[0].size = copy->size;
    return 0;
}

const struct operation baseline_map_operations[] = {
    {"map_open", 1, NULL, map_open, baseline_forget},
    {"map_rows", 1, NULL, map_rows, NULL},
    {"map_columns", 1, NULL, map_columns, NULL},
    {"map_one", 1, baseline_prepare_archive, map_one, NULL},
    {"create_map", 1, baseline_prepare_files, create_map, baseline_forget},
    {"view_all", 1, prepare_bytes, view_all, NULL},
    {"stream_all", 1, baseline_prepare_archive, stream_all, NULL},
    {"cast", 1, prepare_cast, run_copy, NULL},
    {NULL, 0, NULL, NULL, NULL},
};
