/* SPDX-License-Identifier: MIT */
/* The baseline (baseline.h): what its files share, the .npy files, the table of operations. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libdeflate.h>
#include <zlib.h>
#ifdef HAVE_ISAL
#include <isa-l/crc.h>
#endif

#include "baseline.h"

#ifdef HAVE_ISAL
#define CRC_BY "ISA-L"
#define FASTEST_CRC crc32_gzip_refl
#else
#define CRC_BY "libdeflate"
#define FASTEST_CRC libdeflate_crc32
#endif

const char baseline_codecs[] =
    "CRC by " CRC_BY ", inflate by libdeflate " LIBDEFLATE_VERSION_STRING
    ", deflate by zlib " ZLIB_VERSION;

int baseline_read(int fd, char *to, size_t size, int64_t offset)
{
    while (size > 0) {
        const ssize_t got = pread(fd, to, size, offset);
        if (got <= 0)
            return 1;
        to += got;
        size -= (size_t)got;
        offset += got;
    }
    return 0;
}

int baseline_write(int fd, const char *from, size_t size, int64_t offset)
{
    while (size > 0) {
        const ssize_t done = pwrite(fd, from, size, offset);
        if (done <= 0)
            return 1;
        from += done;
        size -= (size_t)done;
        offset += done;
    }
    return 0;
}

uint32_t baseline_crc(uint32_t crc, const void *bytes, size_t size)
{
    return FASTEST_CRC(crc, bytes, size);
}

void baseline_span(struct job *job, int64_t i, const char *file, size_t size)
{
    job->spans[i].data = file + NPY_HEADER;
    job->spans[i].size = size - NPY_HEADER;
}

/* --------------------------------------------------------------------------- .npy files */

static int load_one(struct job *job, int64_t i)
{
    struct stat before;
    const int fd = open(job->paths[i], O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &before) != 0)
        return sys_fail(job, job->paths[i]);
    const size_t size = (size_t)before.st_size;
    char *memory = fresh(size);
    if (memory == NULL || baseline_read(fd, memory, size, 0) != 0)
        return sys_fail(job, job->paths[i]);
    close(fd);
    baseline_span(job, i, memory, size);
    return 0;
}

int baseline_load(struct job *job)
{
    for (int64_t i = 0; i < job->count; i++)
        if (load_one(job, i) != 0)
            return 1;
    return 0;
}

/* Small files, into one piece of memory: its state. */
static int prepare_small(struct job *job)
{
    job->state = touched((size_t)job->count * 4096);
    return 0;
}

static int load_small(struct job *job)
{
    for (int64_t i = 0; i < job->count; i++) {
        struct stat before, after;
        char *memory = (char *)job->state + i * 4096;
        const int fd = open(job->paths[i], O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &before) != 0)
            return sys_fail(job, job->paths[i]);
        const ssize_t size = read(fd, memory, 4096);
        if (size < NPY_HEADER || fstat(fd, &after) != 0)
            return sys_fail(job, job->paths[i]);
        close(fd);
        baseline_span(job, i, memory, (size_t)size);
    }
    return 0;
}

/* ------------------------------------------------- .npy files into memory that is there */

enum { PIECE = 256 << 10 }; /* stays in the cache */

static int size_of(const char *path, size_t *size)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return 1;
    *size = (size_t)status.st_size - NPY_HEADER;
    return 0;
}

/* Touched memory for the elements of each file. */
static int prepare_into(struct job *job)
{
    for (int64_t i = 0; i < job->count; i++) {
        if (size_of(job->paths[i], &job->spans[i].size) != 0)
            return sys_fail(job, job->paths[i]);
        job->spans[i].data = warm(job->spans[i].size);
        if (job->spans[i].data == NULL)
            return sys_fail(job, "memory");
    }
    return 0;
}

static int load_into(struct job *job)
{
    for (int64_t i = 0; i < job->count; i++) {
        char header[NPY_HEADER];
        struct stat status;
        const int fd = open(job->paths[i], O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &status) != 0 ||
            baseline_read(fd, header, NPY_HEADER, 0) != 0 ||
            baseline_read(fd, (char *)job->spans[i].data, job->spans[i].size, NPY_HEADER) !=
                0)
            return sys_fail(job, job->paths[i]);
        close(fd);
    }
    return 0;
}

static int prepare_piece(struct job *job)
{
    job->state = touched(PIECE);
    return 0;
}

/* `size` bytes of float64, a piece at a time, to float32. */
static int convert(int fd, double *piece, float *to, size_t size)
{
    for (size_t done = 0; done < size; done += PIECE) {
        const size_t left = size - done, now = left < PIECE ? left : PIECE;
        if (baseline_read(fd, (char *)piece, now, NPY_HEADER + (int64_t)done) != 0)
            return 1;
        for (size_t i = 0; i < now / sizeof *piece; i++)
            *to++ = (float)piece[i];
    }
    return 0;
}

static int load_as_f4(struct job *job)
{
    for (int64_t i = 0; i < job->count; i++) {
        size_t size;
        const int fd = open(job->paths[i], O_RDONLY | O_CLOEXEC);
        if (fd < 0 || size_of(job->paths[i], &size) != 0)
            return sys_fail(job, job->paths[i]);
        char *memory = fresh(size / 2);
        if (memory == NULL || convert(fd, job->state, (float *)memory, size) != 0)
            return sys_fail(job, job->paths[i]);
        close(fd);
        job->spans[i].data = memory;
        job->spans[i].size = size / 2;
    }
    return 0;
}

const struct operation baseline_operations[] = {
    {"load", 1, NULL, baseline_load, NULL},
    {"load_native", 1, NULL, baseline_load, NULL},
    {"load_into", 1, prepare_into, load_into, NULL},
    {"load_as_f4", 1, prepare_piece, load_as_f4, NULL},
    {"load_small", 1, prepare_small, load_small, NULL},
    {"save", 1, baseline_prepare_files, baseline_save, baseline_forget},
    {"list_names", 1, baseline_prepare_archive, baseline_list_names, NULL},
    {"read_one", 1, baseline_prepare_archive, baseline_read_one, NULL},
    {"read_by_name", 1, baseline_prepare_archive, baseline_read_by_name, NULL},
    {"read_all", 1, baseline_prepare_archive, baseline_read_all, NULL},
    {"read_tiny", 1, baseline_prepare_archive, baseline_read_tiny, NULL},
    {"write_stored", 1, baseline_prepare_files, baseline_write_stored, baseline_forget},
    {"write_tiny", 1, baseline_prepare_files, baseline_write_tiny, baseline_forget},
    {"write_deflated", 1, baseline_prepare_files, baseline_write_deflated, baseline_forget},
    {NULL, 0, NULL, NULL, NULL},
};
