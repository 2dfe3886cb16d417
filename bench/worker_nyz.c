/* SPDX-License-Identifier: MIT */
/* The library's operations, through its public headers and nothing else.  A new one is a function
 * and a row at the end; the other contenders' are in worker_baseline.c and worker.py. */
#include <stdio.h>
#include <string.h>

#include "worker_nyz.h"

/* Nothing in a file comes near these; 0 would be the default. */
static const nyz_limits out_of_reach = {
    .header_bytes = 256 << 20,
    .dims = NYZ_MAX_DIMS,
    .nesting = 64,
    .brackets = 256,
    .fields = INT32_MAX,
    .item_bytes = INT32_MAX,
    .array_bytes = PTRDIFF_MAX,
    .members = INT32_MAX,
    .directory_bytes = UINT32_MAX,
    .name_bytes = 65535,
    .archive_bytes = INT64_MAX,
    .ratio = INT64_MAX,
};

/* Where the library can use threads, they are set here and in the rows' max_threads. */
nyz_options job_options(const struct job *job)
{
    nyz_options options = {0};
    options.flags = NYZ_NO_SYNC; /* NumPy does not sync either */
    options.threads = job->threads;
    options.limits = job->unlimited ? &out_of_reach : NULL;
    return options;
}

int job_fail(struct job *job, const nyz_error *err)
{
    snprintf(job->message, sizeof job->message, "%s", err->message);
    return 1;
}

/* The arrays of a job are its state, `count` of them, touched before the clock starts. */
int prepare_arrays(struct job *job)
{
    job->state = touched((size_t)job->count * sizeof(nyz_array));
    return 0;
}

int collect_arrays(struct job *job)
{
    const nyz_array *arrays = job->state;
    for (int64_t i = 0; i < job->count; i++) {
        job->spans[i].data = arrays[i].data;
        job->spans[i].size =
            (size_t)(nyz_array_count(&arrays[i]) * arrays[i].dtype.itemsize);
    }
    return 0;
}

/* --------------------------------------------------------------------------- .npy files */

static int load_all(struct job *job)
{
    const nyz_options options = job_options(job);
    nyz_array *arrays = job->state;
    nyz_error err;
    for (int64_t i = 0; i < job->count; i++)
        if (nyz_load(job->paths[i], &options, &arrays[i], &err) != NYZ_OK)
            return job_fail(job, &err);
    return 0;
}

/* For what is written: the arrays are there before the clock starts. */
int prepare_loaded(struct job *job)
{
    prepare_arrays(job);
    return load_all(job);
}

static int save(struct job *job)
{
    const nyz_options options = job_options(job);
    nyz_error err;
    return nyz_save(job->state, job->target, &options, &err) == NYZ_OK ? 0
                                                                       : job_fail(job, &err);
}

/* The shapes, without memory. */
static int prepare_shapes(struct job *job)
{
    prepare_arrays(job);
    nyz_array *arrays = job->state;
    nyz_error err;
    for (int64_t i = 0; i < job->count; i++)
        if (nyz_load_header(job->paths[i], NULL, &arrays[i], &err) != NYZ_OK)
            return job_fail(job, &err);
    return 0;
}

/* ------------------------------------------------- .npy files into memory that is there */

/* Makes it a C-order array of this dtype, in the shape that it has already. */
static nyz_status describe(nyz_array *array, void *memory, const nyz_dtype *dtype,
                           nyz_error *err)
{
    const nyz_array file = *array;
    return nyz_array_wrap(memory, dtype, file.ndim, file.shape, NULL, array, err);
}

static size_t bytes_of(const nyz_array *array, const nyz_dtype *dtype)
{
    return (size_t)(nyz_array_count(array) * dtype->itemsize);
}

/* Touched memory in C order, whatever the order of the files. */
static int prepare_into(struct job *job)
{
    nyz_error err;
    if (prepare_shapes(job) != 0)
        return 1;
    nyz_array *arrays = job->state;
    for (int64_t i = 0; i < job->count; i++) {
        const nyz_dtype dtype = arrays[i].dtype;
        char *memory = warm(bytes_of(&arrays[i], &dtype));
        if (memory == NULL)
            return sys_fail(job, "memory");
        if (describe(&arrays[i], memory, &dtype, &err) != NYZ_OK)
            return job_fail(job, &err);
    }
    return 0;
}

static int load_into(struct job *job)
{
    const nyz_options options = job_options(job);
    const nyz_array *arrays = job->state;
    nyz_error err;
    for (int64_t i = 0; i < job->count; i++)
        if (nyz_load_into(job->paths[i], &options, &arrays[i], &err) != NYZ_OK)
            return job_fail(job, &err);
    return 0;
}

/* Into memory that is taken while the clock runs, as NumPy takes that of its result. */
static int load_as_f4(struct job *job)
{
    const nyz_options options = job_options(job);
    const nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array *arrays = job->state;
    nyz_error err;
    for (int64_t i = 0; i < job->count; i++) {
        char *memory = fresh(bytes_of(&arrays[i], &f4));
        if (memory == NULL)
            return sys_fail(job, "memory");
        if (describe(&arrays[i], memory, &f4, &err) != NYZ_OK ||
            nyz_load_into(job->paths[i], &options, &arrays[i], &err) != NYZ_OK)
            return job_fail(job, &err);
    }
    return 0;
}

/* ----------------------------------------------------------------------- archives, read */

nyz_status open_npz(const struct job *job, nyz_npz **npz, nyz_error *err)
{
    const nyz_options options = job_options(job);
    return nyz_npz_open(job->source, &options, npz, err);
}

int close_npz(struct job *job, nyz_npz **npz, nyz_status status,
                         const nyz_error *err)
{
    nyz_npz_close(npz);
    return status == NYZ_OK ? 0 : job_fail(job, err);
}

enum { NAME_CAPACITY = 32 };

static int prepare_list(struct job *job)
{
    job->state = touched((size_t)job->count * NAME_CAPACITY);
    return 0;
}

static int list_names(struct job *job)
{
    nyz_npz *npz;
    nyz_member member;
    nyz_error err;
    nyz_status status = open_npz(job, &npz, &err);
    for (int64_t i = 0; status == NYZ_OK && i < nyz_npz_count(npz); i++) {
        status = nyz_npz_member_at(npz, i, &member, &err);
        if (status != NYZ_OK || i >= job->count || member.key_size > NAME_CAPACITY)
            break;
        job->spans[i].data = (char *)job->state + i * NAME_CAPACITY;
        job->spans[i].size = member.key_size;
        memcpy((char *)job->state + i * NAME_CAPACITY, member.name, member.key_size);
    }
    return close_npz(job, &npz, status, &err);
}

static int read_one(struct job *job)
{
    const int64_t i = job->count / 2;
    nyz_array *arrays = job->state;
    nyz_npz *npz;
    nyz_error err;
    nyz_status status = open_npz(job, &npz, &err);
    if (status == NYZ_OK)
        status = nyz_npz_load(npz, job->names[i], NULL, &arrays[i], &err);
    return close_npz(job, &npz, status, &err);
}

/* In an order that is not the directory's. */
static int read_by_name(struct job *job)
{
    nyz_array *arrays = job->state;
    nyz_npz *npz;
    nyz_error err;
    nyz_status status = open_npz(job, &npz, &err);
    for (int64_t n = 0; status == NYZ_OK && n < job->count; n++) {
        const int64_t i = n * 7919 % job->count;
        status = nyz_npz_load(npz, job->names[i], NULL, &arrays[i], &err);
    }
    return close_npz(job, &npz, status, &err);
}

static int prepare_list_of_arrays(struct job *job)
{
    job->state = NULL;
    return 0;
}

static int read_all(struct job *job)
{
    nyz_npz *npz;
    nyz_arrays *all = NULL;
    nyz_error err;
    nyz_status status = open_npz(job, &npz, &err);
    if (status == NYZ_OK)
        status = nyz_npz_load_all(npz, NULL, &all, &err);
    job->state = all;
    return close_npz(job, &npz, status, &err);
}

static int collect_list(struct job *job)
{
    const nyz_arrays *const all = job->state;
    for (int64_t i = 0; i < job->count; i++) {
        nyz_array array;
        if (nyz_arrays_get_at(all, i, &array, NULL) != NYZ_OK)
            return 1;
        job->spans[i].data = array.data;
        job->spans[i].size = (size_t)(nyz_array_count(&array) * array.dtype.itemsize);
    }
    return nyz_arrays_count(all) == job->count ? 0 : 1;
}

/* -------------------------------------------------------------------- archives, written */

static int write_with(struct job *job, const nyz_options *options)
{
    const char *const *names = (const char *const *)job->names;
    nyz_error err;
    const nyz_status status =
        nyz_npz_save(job->target, names, job->state, job->count, options, &err);
    return status == NYZ_OK ? 0 : job_fail(job, &err);
}

static int write_stored(struct job *job)
{
    const nyz_options options = job_options(job);
    return write_with(job, &options);
}

/* For maps. */
static int write_aligned(struct job *job)
{
    nyz_options options = job_options(job);
    options.align = NYZ_ALIGN;
    return write_with(job, &options);
}

static int write_deflated(struct job *job)
{
    nyz_options options = job_options(job);
    options.method = NYZ_DEFLATED;
    return write_with(job, &options);
}

static int write_chunked(struct job *job)
{
    nyz_options options = job_options(job);
    options.method = NYZ_DEFLATED;
    options.flags |= NYZ_BLOCKS;
    return write_with(job, &options);
}

static int write_fast(struct job *job)
{
    nyz_options options = job_options(job);
    options.method = NYZ_DEFLATED;
    options.level = NYZ_LEVEL_FAST;
    return write_with(job, &options);
}

const struct operation nyz_operations[] = {
    {"load", 2, prepare_arrays, load_all, collect_arrays},
    {"load_native", 2, prepare_arrays, load_all, collect_arrays},
    {"load_into", 2, prepare_into, load_into, collect_arrays},
    {"load_as_f4", 2, prepare_shapes, load_as_f4, collect_arrays},
    {"save", 1, prepare_loaded, save, NULL},
    {"list_names", 1, prepare_list, list_names, NULL},
    {"read_one", 1, prepare_arrays, read_one, collect_arrays},
    {"read_by_name", 1, prepare_arrays, read_by_name, collect_arrays},
    {"read_all", 2, prepare_list_of_arrays, read_all, collect_list},
    {"write_stored", 1, prepare_loaded, write_stored, NULL},
    {"write_deflated", 2, prepare_loaded, write_deflated, NULL},
    {"write_chunked", 2, prepare_loaded, write_chunked, NULL},
    {"write_aligned", 1, prepare_loaded, write_aligned, NULL},
    {"write_fast", 2, prepare_loaded, write_fast, NULL},
    {NULL, 0, NULL, NULL, NULL},
};
