/* SPDX-License-Identifier: MIT */
/* What the files of the library's operations share: worker_nyz.c has the whole arrays and archives,
 * worker_parts.c the parts of arrays, worker_maps.c what is mapped or in memory. */
#ifndef WORKER_NYZ_H
#define WORKER_NYZ_H

#include <nyz.h>

#include "worker.h"

nyz_options job_options(const struct job *job);

/* Returns 1, with the error's message as the job's. */
int job_fail(struct job *job, const nyz_error *err);

/* The state of a job: `count` arrays, empty ones, or those of its files. */
int prepare_arrays(struct job *job);
int prepare_loaded(struct job *job);

/* They are what the job has read. */
int collect_arrays(struct job *job);

nyz_status open_npz(const struct job *job, nyz_npz **npz, nyz_error *err);

/* Closes it, and passes on what the last call said. */
int close_npz(struct job *job, nyz_npz **npz, nyz_status status, const nyz_error *err);

#endif
