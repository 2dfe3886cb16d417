/* SPDX-License-Identifier: MIT */
/* Loading the parameters of a model that fit, shared by threads. */
#include <string.h>

#include "nyz_cast.h"

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "file/file_handle.h"
#include "file/file_model.h"

/* What is the same for all parameters. */
typedef struct loading {
    nyz_file_model *model;
    const nyz_config *config; /* with the progress of the call */
    int64_t *order;           /* parameters, the longest work first */
    int64_t count;
    int threads; /* within one parameter */
} loading;

static nyz_status load_parameter(const loading *l, int64_t number, nyz_error *err)
{
    static const nyz_want any = {.ndim = -1};
    const nyz_parameter *const p = &l->model->parameters[number];
    const int64_t index = l->model->states[number].item->index;
    nyz_options opt = nyz_config_options(l->config);
    nyz_progress_item progress = {l->config->progress, 0};
    opt.threads = l->threads;
    opt.progress = l->config->progress != NULL ? nyz_progress_of_item : NULL;
    opt.progress_ctx = &progress;
    return p->into != NULL
               ? nyz_file_load_into_at(l->model->file, index, &opt, p->into, err)
               : nyz_file_load_as_at(l->model->file, index,
                                     p->want != NULL ? p->want : &any, &opt, p->out, err);
}

/* Keeps the error for when the parameter's turn comes. */
static void load_piece(void *ctx, int64_t piece)
{
    const loading *const l = ctx;
    nyz_file_parameter *const state = &l->model->states[l->order[piece]];
    void *memory = NULL;
    nyz_error error;
    state->status = load_parameter(l, l->order[piece], &error);
    if (state->status != NYZ_OK && nyz_alloc(&l->config->allocator, (int64_t)sizeof error,
                                             &memory, NULL) == NYZ_OK) {
        state->error = memory;
        *state->error = error;
    }
}

static int64_t size_of(const void *ctx, int64_t number)
{
    return ((const loading *)ctx)->model->states[number].size;
}

/* Threads share the parameters or, where one has most of the bytes, its bytes. */
static void load_all(loading *l, int64_t total)
{
    int threads = l->config->threads;
    l->threads = 1;
    if (threads > 1 && l->count > 0) {
        nyz_parallel_longest_first(l->order, l->count, size_of, l);
        if (size_of(l, l->order[0]) > total / 2) {
            l->threads = threads;
            threads = 1;
        }
    }
    nyz_parallel(threads, l->count, load_piece, l);
}

/* The first failure in the order of the parameters. */
static nyz_status first_failure(const loading *l, nyz_error *err)
{
    for (int64_t i = 0; i < l->model->count; i++) {
        const nyz_file_parameter *const state = &l->model->states[i];
        if (state->status == NYZ_OK) {
            continue;
        }
        if (state->error == NULL) {
            return nyz_fail(err, NYZ_ERR_MEMORY, -1, "out of memory");
        }
        if (err != NULL) {
            *err = *state->error;
        }
        return state->status;
    }
    return NYZ_OK;
}

static void free_errors(const loading *l)
{
    for (int64_t i = 0; i < l->model->count; i++) {
        nyz_release(&l->config->allocator, l->model->states[i].error,
                    (int64_t)sizeof(nyz_error));
    }
}

static void free_outputs(const nyz_file_model *m)
{
    for (int64_t i = 0; i < m->count; i++) {
        nyz_array_free(m->parameters[i].out);
    }
}

/* How many bytes there are; -1: more than that. */
static int64_t list_work(loading *l)
{
    int64_t total = 0;
    for (int64_t i = 0; i < l->model->count; i++) {
        const nyz_file_parameter *const state = &l->model->states[i];
        if (state->fit != NYZ_FILE_FITS) {
            continue;
        }
        l->order[l->count++] = i;
        if (total >= 0 && nyz_add(total, state->size, &total)) {
            total = -1;
        }
    }
    return total;
}

nyz_status nyz_file_model_load(nyz_file_model *model, int64_t *loaded, nyz_error *err)
{
    nyz_config config = model->config;
    nyz_progress progress;
    loading l = {.model = model, .config = &config};
    void *memory = NULL;
    NYZ_TRY(
        nyz_alloc_array(&config.allocator, model->count, sizeof *l.order, &memory, err));
    l.order = memory;
    const int64_t total = list_work(&l);
    nyz_progress_begin(&progress, &config, -1);
    load_all(&l, total);
    nyz_status status = first_failure(&l, err);
    free_errors(&l);
    nyz_release(&config.allocator, l.order, model->count * (int64_t)sizeof *l.order);
    status = nyz_progress_end(&config, status, err);
    if (status != NYZ_OK) {
        free_outputs(model);
        return status;
    }
    *loaded = l.count;
    return NYZ_OK;
}
