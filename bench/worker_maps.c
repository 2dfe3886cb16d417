/* SPDX-License-Identifier: MIT */
/* The library's operations on mapped arrays, and on arrays in memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nyz_cast.h>
#include <nyz_map.h>
#include <nyz_npz_stream.h>

#include "worker_nyz.h"

enum { PAGE = 4096, PIECE = 1 << 20 };

static size_t size_of(const nyz_array *array)
{
    return (size_t)(nyz_array_count(array) * array->dtype.itemsize);
}

/* ----------------------------------------------------------------------------------- mapped */

static int map_open(struct job *job)
{
    const nyz_options options = job_options(job);
    nyz_array *arrays = job->state;
    nyz_error err;
    for (int64_t i = 0; i < job->count; i++)
        if (nyz_map(job->paths[i], NYZ_MAP_READ, &options, &arrays[i], &err) != NYZ_OK)
            return job_fail(job, &err);
    return 0;
}

/* 1 % of the rows of each matrix are what is touched, and read. */
static int map_rows(struct job *job)
{
    const nyz_array *arrays = job->state;
    if (map_open(job) != 0)
        return 1;
    for (int64_t i = 0; i < job->count; i++) {
        const int64_t rows = arrays[i].shape[0], row = arrays[i].strides[0];
        job->spans[i].data = (char *)arrays[i].data + rows / 3 * row;
        job->spans[i].size = (size_t)(rows / 100 * row);
        touch_pages(job->spans[i].data, job->spans[i].size);
    }
    return 0;
}

/* Ten columns of each matrix, copied. */
static int map_columns(struct job *job)
{
    nyz_array *arrays = job->state;
    nyz_error err;
    if (map_open(job) != 0)
        return 1;
    for (int64_t i = 0; i < job->count; i++) {
        nyz_array part, columns;
        if (nyz_array_slice(&arrays[i], 1, 500, 510, 1, &part, &err) != NYZ_OK ||
            nyz_array_copy(&part, NULL, &columns, &err) != NYZ_OK)
            return job_fail(job, &err);
        arrays[i] = columns; /* the map is held */
    }
    return 0;
}

static int map_one(struct job *job)
{
    const nyz_options options = job_options(job);
    const int64_t i = job->count / 2;
    nyz_array *arrays = job->state;
    nyz_npz *npz;
    nyz_error err;
    nyz_status status = open_npz(job, &npz, &err);
    if (status == NYZ_OK)
        status = nyz_npz_map(npz, job->names[i], NYZ_MAP_READ, &options, &arrays[i], &err);
    if (status == NYZ_OK)
        touch_pages(arrays[i].data, size_of(&arrays[i]));
    return close_npz(job, &npz, status, &err);
}

/* Fills a new file in its place. */
static int create_map(struct job *job)
{
    const nyz_options options = job_options(job);
    const nyz_array *const from = job->state;
    nyz_output *output;
    nyz_array to;
    nyz_error err;
    if (nyz_create_map(job->target, from, &options, &output, &to, &err) != NYZ_OK)
        return job_fail(job, &err);
    memcpy(to.data, from->data, size_of(from));
    nyz_array_free(&to);
    return nyz_output_finish(&output, &err) == NYZ_OK ? 0 : job_fail(job, &err);
}

/* --------------------------------------------------------------------- archives in memory */

struct archive {
    nyz_array *arrays; /* first: collect_arrays */
    char *bytes;
    size_t size;
};

static int prepare_bytes(struct job *job)
{
    struct archive *archive = touched(sizeof *archive);
    archive->arrays = touched((size_t)job->count * sizeof *archive->arrays);
    job->state = archive;
    archive->bytes = whole_file(job, &archive->size);
    return archive->bytes == NULL;
}

static int view_all(struct job *job)
{
    const struct archive *archive = job->state;
    nyz_options options = job_options(job);
    nyz_npz *npz;
    nyz_error err;
    options.flags |= NYZ_VERIFY;
    nyz_status status =
        nyz_npz_open_mem(archive->bytes, archive->size, &options, &npz, &err);
    for (int64_t i = 0; status == NYZ_OK && i < job->count; i++)
        status =
            nyz_npz_map_at(npz, i, NYZ_MAP_READ, &options, &archive->arrays[i], &err);
    return close_npz(job, &npz, status, &err);
}

static int collect_views(struct job *job)
{
    const struct archive *archive = job->state;
    job->state = archive->arrays;
    return collect_arrays(job);
}

/* ---------------------------------------------------------------------- members in pieces */

/* To the end, where the CRC is compared. */
static int64_t read_to_end(const nyz_stream *member, char *piece)
{
    int64_t total = 0, got;
    while ((got = member->read(member->ctx, piece, PIECE)) > 0)
        total += got;
    return got < 0 ? got : total;
}

static int prepare_piece(struct job *job)
{
    job->state = touched(PIECE);
    return 0;
}

static int stream_all(struct job *job)
{
    nyz_npz *npz;
    nyz_error err;
    nyz_status status = open_npz(job, &npz, &err);
    for (int64_t i = 0; status == NYZ_OK && i < job->count; i++) {
        nyz_member_reader *reader;
        nyz_stream member;
        status = nyz_npz_open_member_at(npz, i, NULL, &reader, &member, &err);
        if (status == NYZ_OK) {
            read_to_end(&member, job->state);
            status = nyz_member_reader_close(&reader, &err);
        }
    }
    return close_npz(job, &npz, status, &err);
}

/* ------------------------------------------------------------------------ casts in memory */

/* The directory of a cast is called FROM-TO, by NumPy's and ml_dtypes' names. */
static const struct {
    const char *name;
    nyz_type type;
} types[] = {
    {"int8", NYZ_INT8},
    {"uint8", NYZ_UINT8},
    {"int32", NYZ_INT32},
    {"float16", NYZ_FLOAT16},
    {"float32", NYZ_FLOAT32},
    {"float64", NYZ_FLOAT64},
    {"bfloat16", NYZ_BFLOAT16},
    {"float8_e4m3fn", NYZ_FLOAT8_E4M3FN},
    {"float8_e5m2", NYZ_FLOAT8_E5M2},
};

static nyz_type type_of(const char *name, size_t size)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i].name) == size && memcmp(types[i].name, name, size) == 0)
            return types[i].type;
    return NYZ_NONE;
}

struct cast {
    nyz_array *to; /* first: collect_arrays */
    nyz_array from;
    nyz_dtype dtype;
    nyz_allocator allocator;
    char *memory; /* warm, for the result */
    size_t size;
};

/* The result gets memory that is there, so that what is measured is the cast, not the pages. */
static void *take(void *ctx, size_t size, size_t align)
{
    const struct cast *cast = ctx;
    return size > PIECE && size <= cast->size ? cast->memory : aligned_alloc(align, size);
}

static void give(void *ctx, void *memory, size_t size)
{
    (void)size;
    if (memory != ((const struct cast *)ctx)->memory)
        free(memory);
}

static int prepare_cast(struct job *job)
{
    struct cast *cast = touched(sizeof *cast);
    nyz_options options = job_options(job);
    nyz_error err;
    const char *const name = strrchr(job->source, '/') + 1;
    const size_t from = strcspn(name, "-");
    const nyz_type type = type_of(name, from);
    options.void_as = type >= NYZ_BFLOAT16 ? type : 0;
    cast->dtype = nyz_dtype_of(type_of(name + from + 1, strlen(name + from + 1)));
    if (nyz_load(job->paths[0], &options, &cast->from, &err) != NYZ_OK)
        return job_fail(job, &err);
    cast->size = (size_t)(nyz_array_count(&cast->from) * cast->dtype.itemsize) + PAGE;
    cast->memory = warm(cast->size);
    cast->to = touched(sizeof *cast->to);
    cast->allocator = (nyz_allocator){.alloc = take, .free = give, .ctx = cast};
    job->state = cast;
    return cast->memory == NULL ? sys_fail(job, "memory") : 0;
}

static int run_cast(struct job *job)
{
    struct cast *cast = job->state;
    nyz_options options = job_options(job);
    nyz_error err;
    options.allocator = &cast->allocator;
    options.casting = NYZ_CAST_UNSAFE;
    return nyz_array_cast(&cast->from, &cast->dtype, &options, cast->to, &err) == NYZ_OK
               ? 0
               : job_fail(job, &err);
}

static int collect_cast(struct job *job)
{
    struct cast *cast = job->state;
    if ((char *)cast->to->data < cast->memory ||
        (char *)cast->to->data >= cast->memory + cast->size) {
        snprintf(job->message, sizeof job->message, "the result is in other memory");
        return 1;
    }
    job->state = cast->to;
    return collect_arrays(job);
}

const struct operation nyz_map_operations[] = {
    {"map_open", 1, prepare_arrays, map_open, NULL},
    {"map_rows", 1, prepare_arrays, map_rows, NULL},
    {"map_columns", 1, prepare_arrays, map_columns, collect_arrays},
    {"map_one", 1, prepare_arrays, map_one, collect_arrays},
    {"create_map", 1, prepare_loaded, create_map, NULL},
    {"view_all", 1, prepare_bytes, view_all, collect_views},
    {"stream_all", 1, prepare_piece, stream_all, NULL},
    {"cast", 1, prepare_cast, run_cast, collect_cast},
    {NULL, 0, NULL, NULL, NULL},
};
