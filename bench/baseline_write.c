/* SPDX-License-Identifier: MIT */
/* The baseline (baseline.h): what is written. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "baseline.h"

/* The files of the directory exist before the clock starts: the spans, header and all. */
int baseline_prepare_files(struct job *job)
{
    if (baseline_load(job) != 0)
        return 1;
    for (int64_t i = 0; i < job->count; i++) {
        job->spans[i].data = (const char *)job->spans[i].data - NPY_HEADER;
        job->spans[i].size += NPY_HEADER;
    }
    return 0;
}

int baseline_forget(struct job *job)
{
    memset(job->spans, 0, (size_t)job->count * sizeof *job->spans);
    return 0;
}

static int create(struct job *job, size_t size)
{
    const int fd = open(job->target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd >= 0 && size > 0)
        (void)!fallocate(fd, 0, 0, (off_t)size);
    return fd;
}

int baseline_save(struct job *job)
{
    const int fd = create(job, job->spans[0].size);
    if (fd < 0 || baseline_write(fd, job->spans[0].data, job->spans[0].size, 0) != 0 ||
        close(fd) != 0)
        return sys_fail(job, job->target);
    return 0;
}

int baseline_write_stored(struct job *job)
{
    int64_t at = 0, end = 0;
    for (int64_t i = 0; i < job->count; i++)
        end += LOCAL_HEADER + (int64_t)job->spans[i].size;
    const int fd = create(job, (size_t)end);
    if (fd < 0)
        return sys_fail(job, job->target);
    for (int64_t i = 0; i < job->count; i++) {
        const struct span *span = &job->spans[i];
        at += LOCAL_HEADER;
        if (baseline_crc(0, span->data, span->size) == 0 ||
            baseline_write(fd, span->data, span->size, at) != 0)
            return sys_fail(job, job->target);
        at += (int64_t)span->size;
    }
    return close(fd) != 0;
}

/* Tiny members: collected, and written in one piece with space for their directory. */
int baseline_write_tiny(struct job *job)
{
    size_t size = 0, at = 0;
    for (int64_t i = 0; i < job->count; i++)
        size += 3 * LOCAL_HEADER + job->spans[i].size;
    char *memory = fresh(size);
    const int fd = create(job, size);
    if (memory == NULL || fd < 0)
        return sys_fail(job, job->target);
    for (int64_t i = 0; i < job->count; i++) {
        at += LOCAL_HEADER;
        memcpy(memory + at, job->spans[i].data, job->spans[i].size);
        if (baseline_crc(0, memory + at, job->spans[i].size) == 0)
            return sys_fail(job, job->target);
        at += job->spans[i].size;
    }
    if (baseline_write(fd, memory, size, 0) != 0 || close(fd) != 0)
        return sys_fail(job, job->target);
    return 0;
}

/* NumPy's very bytes: zlib at level 6, window 15, memory level 8. */
static int deflate_to(int fd, const struct span *span, int64_t *at)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return 1;
    const size_t room = deflateBound(&stream, span->size);
    char *memory = fresh(room);
    stream.next_in = (Bytef *)(uintptr_t)span->data;
    stream.avail_in = (uInt)span->size;
    stream.next_out = (Bytef *)memory;
    stream.avail_out = (uInt)room;
    const int failed = memory == NULL || deflate(&stream, Z_FINISH) != Z_STREAM_END ||
                       baseline_crc(0, span->data, span->size) == 0 ||
                       baseline_write(fd, memory, stream.total_out, *at) != 0;
    *at += (int64_t)stream.total_out;
    deflateEnd(&stream);
    return failed;
}

int baseline_write_deflated(struct job *job)
{
    const int fd = create(job, 0);
    int64_t at = 0;
    for (int64_t i = 0; i < job->count; i++) {
        at += LOCAL_HEADER;
        if (fd < 0 || deflate_to(fd, &job->spans[i], &at) != 0)
            return sys_fail(job, job->target);
    }
    return close(fd) != 0;
}
