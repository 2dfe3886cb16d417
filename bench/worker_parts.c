/* SPDX-License-Identifier: MIT */
/* The library's operations on parts of arrays. */
#include <nyz_slice.h>

#include "worker_nyz.h"

/* Twice as many arrays as files or members: the parts, and the whole ones without data. */
static int prepare_matrices(struct job *job)
{
    nyz_array *arrays = touched((size_t)job->count * 2 * sizeof *arrays);
    nyz_npz *npz = NULL;
    nyz_error err;
    nyz_status status = NYZ_OK;
    job->state = arrays;
    if (is_archive(job))
        status = open_npz(job, &npz, &err);
    for (int64_t i = 0; status == NYZ_OK && i < job->count; i++) {
        nyz_array *whole = &arrays[job->count + i];
        status = npz != NULL ? nyz_npz_load_header(npz, job->names[i], NULL, whole, &err)
                             : nyz_load_header(job->paths[i], NULL, whole, &err);
    }
    return close_npz(job, &npz, status, &err);
}

/* Everything but the ranges, of which that of the rows follows from their number. */
static int load_slices(struct job *job, nyz_range (*rows)(int64_t count), nyz_range columns)
{
    const nyz_options options = job_options(job);
    nyz_array *arrays = job->state;
    nyz_npz *npz = NULL;
    nyz_error err;
    nyz_status status = NYZ_OK;
    if (is_archive(job))
        status = open_npz(job, &npz, &err);
    for (int64_t i = 0; status == NYZ_OK && i < job->count; i++) {
        const nyz_range ranges[2] = {rows(arrays[job->count + i].shape[0]), columns};
        status = npz != NULL ? nyz_npz_load_slice(npz, job->names[i], ranges, 2, &options,
                                                  &arrays[i], &err)
                             : nyz_load_slice(job->paths[i], ranges, 2, &options, &arrays[i],
                                              &err);
    }
    return close_npz(job, &npz, status, &err);
}

static const nyz_range whole_axis = {0, 0, 0};

static nyz_range one_percent(int64_t count)
{
    return (nyz_range){count / 3, count / 3 + count / 100, 1};
}

static nyz_range one_percent_reversed(int64_t count)
{
    return (nyz_range){count / 3 + count / 100, count / 3, -1};
}

static nyz_range every_100th(int64_t count)
{
    return (nyz_range){0, count, 100};
}

static nyz_range all_rows(int64_t count)
{
    return (nyz_range){0, count, 1};
}

static nyz_range second_thousand(int64_t count)
{
    (void)count;
    return (nyz_range){1000, 2000, 1};
}

static int slice_rows(struct job *job)
{
    return load_slices(job, one_percent, whole_axis);
}

static int slice_reversed(struct job *job)
{
    return load_slices(job, one_percent_reversed, whole_axis);
}

static int slice_every(struct job *job)
{
    return load_slices(job, every_100th, whole_axis);
}

static int slice_columns(struct job *job)
{
    return load_slices(job, all_rows, (nyz_range){500, 510, 1});
}

static int slice_block(struct job *job)
{
    return load_slices(job, second_thousand, (nyz_range){100, 200, 1});
}

const struct operation nyz_part_operations[] = {
    {"slice_rows", 1, prepare_matrices, slice_rows, collect_arrays},
    {"slice_reversed", 1, prepare_matrices, slice_reversed, collect_arrays},
    {"slice_every", 1, prepare_matrices, slice_every, collect_arrays},
    {"slice_columns", 1, prepare_matrices, slice_columns, collect_arrays},
    {"slice_block", 1, prepare_matrices, slice_block, collect_arrays},
    {"member_rows", 1, prepare_matrices, slice_rows, collect_arrays},
    {"member_columns", 1, prepare_matrices, slice_columns, collect_arrays},
    {NULL, 0, NULL, NULL, NULL},
};
