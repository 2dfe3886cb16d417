/* SPDX-License-Identifier: MIT */
/* A part of an array in a file: see slice.h. */
#include "npy/slice.h"

#include <string.h>

#include "array/array.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "base/progress.h"
#include "dtype/dtype.h"
#include "npy/element_reader.h"
#include "npy/slice_plan.h"

/* ------------------------------------------------------------------------------- the ranges */

static int is_whole(const nyz_range *r)
{
    return r->start == 0 && r->stop == 0 && r->step == 0;
}

nyz_status nyz_slice_check(const nyz_slice_request *request, nyz_error *err)
{
    if (request->count < 0 || (request->count > 0 && request->ranges == NULL)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "slice: %d ranges%s", request->count,
                        request->count > 0 ? ", but no pointer to them" : "");
    }
    for (int i = 0; i < request->count; i++) {
        if (request->ranges[i].step == 0 && !is_whole(&request->ranges[i])) {
            return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                            "slice: axis %d: the step is 0, expected another one, or "
                            "start, stop and step 0 for the whole axis",
                            i);
        }
    }
    return request->into != NULL ? nyz_npy_check_into(request->into, err) : NYZ_OK;
}

/* What a request takes of an array. */
typedef struct taken {
    nyz_array
        like; /* as the file has it, in the shape of the result; no data, no strides */
    int64_t first;               /* of the item that comes first in the data */
    int64_t steps[NYZ_MAX_DIMS]; /* bytes in the data, not negative */
    int backward[NYZ_MAX_DIMS];  /* the last one in the result comes first in the data */
} taken;

static void take_axis(const nyz_slice_whole *whole, const nyz_slice_request *request,
                      int axis, taken *t)
{
    static const nyz_range all = {0, 0, 0};
    const nyz_range *const given = axis < request->count ? &request->ranges[axis] : &all;
    const int64_t extent = whole->header.shape[axis];
    nyz_range r = is_whole(given) ? (nyz_range){0, extent, 1} : *given;
    int64_t count = 0;
    nyz_array_clip_slice(extent, r.stop, &r.start, &r.step, &count);
    t->like.shape[axis] = count;
    t->backward[axis] = r.step < 0;
    t->steps[axis] = 0;
    if (count > 1) {
        t->steps[axis] = (r.step < 0 ? -r.step : r.step) * whole->header.strides[axis];
    }
    if (count > 0) {
        const int64_t first = r.step < 0 ? r.start + (count - 1) * r.step : r.start;
        t->first += first * whole->header.strides[axis];
    }
}

/* The header's strides lead through the data, whose size fits 64 bits: so does all of this. */
static nyz_status take(const nyz_slice_whole *whole, const nyz_slice_request *request,
                       taken *t, nyz_error *err)
{
    if (request->count > whole->header.ndim) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "slice: %d ranges, but the array has %d dimensions",
                        request->count, whole->header.ndim);
    }
    t->like = whole->header;
    t->like.owner = NULL;
    t->like.base = NULL;
    t->first = 0;
    for (int i = 0; i < t->like.ndim; i++) {
        take_axis(whole, request, i, t);
    }
    return NYZ_OK;
}

/* ------------------------------------------------------------------------------ the header */

/* The bytes of an array that need not fit memory. */
static nyz_status measure(const nyz_array *array, int64_t *count, int64_t *bytes)
{
    *bytes = -1;
    *count = nyz_array_count(array);
    return *count < 0 || nyz_mul(*count, array->dtype.itemsize, bytes) ? NYZ_ERR_LIMIT
                                                                       : NYZ_OK;
}

static nyz_status check_data(const nyz_source *source, nyz_slice_whole *whole,
                             nyz_error *err)
{
    if (nyz_dtype_has_objects(&whole->header.dtype)) {
        return nyz_npy_refuse_objects(source->offset, err);
    }
    if (measure(&whole->header, &whole->count, &whole->bytes) != NYZ_OK) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, source->offset,
                        "header: shape: the array's size does not fit in 64 bits");
    }
    if (source->left >= 0 && whole->bytes > source->left) {
        return nyz_npy_fail_short(&whole->header, whole->count, source->left,
                                  source->offset + source->left, err);
    }
    return NYZ_OK;
}

nyz_config nyz_slice_any_size(const nyz_config *config)
{
    nyz_config any = *config;
    any.limits.array_bytes = INT64_MAX;
    return any;
}

nyz_status nyz_slice_read_header(nyz_source *source, const nyz_npy_start *start,
                                 const nyz_config *config, nyz_slice_whole *whole,
                                 nyz_error *err)
{
    const nyz_config any = nyz_slice_any_size(config);
    memset(whole, 0, sizeof *whole);
    NYZ_TRY(
        nyz_npy_read_header(source, start, &any, &whole->header, &whole->fortran, err));
    const nyz_status status = check_data(source, whole, err);
    if (status != NYZ_OK) {
        nyz_array_free(&whole->header);
    }
    return status;
}

/* ------------------------------------------------------------------------------ the result */

static nyz_order order_of(const nyz_config *config, int fortran)
{
    return config->order != NYZ_KEEP_ORDER ? config->order
           : fortran                       ? NYZ_F_ORDER
                                           : NYZ_C_ORDER;
}

static nyz_status check_limit(const nyz_array *like, const nyz_config *config,
                              nyz_error *err)
{
    int64_t count = 0;
    int64_t bytes = 0;
    const int64_t most = config->limits.array_bytes;
    if (measure(like, &count, &bytes) != NYZ_OK || bytes > most || count > most) {
        return nyz_fail(err, NYZ_ERR_LIMIT, -1,
                        "slice: %lld items of %lld bytes exceed limits.array_bytes, %lld",
                        (long long)count, (long long)like->dtype.itemsize,
                        (long long)most);
    }
    return NYZ_OK;
}

static nyz_status make_result(const taken *t, const nyz_slice_whole *whole,
                              const nyz_slice_request *request, nyz_error *err)
{
    const nyz_config *const config = request->config;
    NYZ_TRY(check_limit(&t->like, config, err));
    return nyz_array_new_like(
        &config->allocator, &t->like, order_of(config, whole->fortran),
        nyz_byteorder_or(config->byteorder, NYZ_NATIVE), request->out, err);
}

static nyz_status check_shape(const taken *t, const nyz_array *into, nyz_error *err)
{
    if (t->like.ndim != into->ndim) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "the slice has %d dimensions, the array to fill has %d",
                        t->like.ndim, into->ndim);
    }
    for (int i = 0; i < into->ndim; i++) {
        if (t->like.shape[i] != into->shape[i]) {
            return nyz_fail(
                err, NYZ_ERR_ARGUMENT, -1,
                "axis %d of the slice has %lld elements, of the array to fill %lld", i,
                (long long)t->like.shape[i], (long long)into->shape[i]);
        }
    }
    return NYZ_OK;
}

/* ------------------------------------------------------------------------------- reading it */

/* The axes as the file has them, the slowest first, and upwards. */
static void set_axes(const taken *t, int fortran, nyz_slice_plan *plan)
{
    const nyz_array *const to = &plan->elements->to;
    plan->first = t->first;
    plan->to = to->data;
    plan->naxes = to->ndim;
    for (int i = 0; i < to->ndim; i++) {
        const int axis = fortran ? to->ndim - 1 - i : i;
        nyz_slice_axis *const a = &plan->axes[i];
        a->count = to->shape[axis];
        a->step = t->steps[axis];
        a->to = to->strides[axis];
        if (t->backward[axis] && a->count > 1) {
            plan->to += (a->count - 1) * a->to;
            a->to = -a->to;
        }
    }
}

static nyz_status fill(const taken *t, int fortran, const nyz_array *to,
                       const nyz_slice_request *request, const nyz_slice_bytes *bytes,
                       nyz_error *err)
{
    nyz_element_reader elements;
    nyz_slice_plan plan;
    nyz_progress *const progress = request->config->progress;
    NYZ_TRY(
        nyz_element_reader_init(&elements, &t->like.dtype, to, 0, request->config, err));
    if (elements.count == 0 || t->like.dtype.itemsize == 0) {
        return NYZ_OK;
    }
    plan.elements = &elements;
    set_axes(t, fortran, &plan);
    nyz_slice_plan_make(&plan, !bytes->passes_over);
    if (progress != NULL && !bytes->passes_over) {
        progress->total = progress->done + nyz_slice_plan_size(&plan);
    }
    return nyz_slice_plan_run(&plan, bytes, &request->config->allocator, err);
}

nyz_status nyz_slice_read(const nyz_slice_whole *whole, const nyz_slice_request *request,
                          const nyz_slice_bytes *bytes, nyz_error *err)
{
    taken t;
    NYZ_TRY(take(whole, request, &t, err));
    if (request->into != NULL) {
        NYZ_TRY(check_shape(&t, request->into, err));
        return fill(&t, whole->fortran, request->into, request, bytes, err);
    }
    NYZ_TRY(make_result(&t, whole, request, err));
    return fill(&t, whole->fortran, request->out, request, bytes, err);
}

nyz_status nyz_slice_measure(const nyz_slice_whole *whole,
                             const nyz_slice_request *request, int64_t *bytes,
                             nyz_error *err)
{
    taken t;
    int64_t count = 0;
    NYZ_TRY(take(whole, request, &t, err));
    (void)measure(&t.like, &count, bytes);
    return NYZ_OK;
}

nyz_status nyz_slice_cut(const nyz_array *loaded, int fortran,
                         const nyz_slice_request *request, nyz_error *err)
{
    nyz_array part = *loaded;
    nyz_options opt = nyz_config_options(request->config);
    for (int i = 0; i < request->count; i++) {
        const nyz_range *const r = &request->ranges[i];
        const nyz_array from = part;
        if (!is_whole(r)) {
            NYZ_TRY(nyz_array_slice(&from, i, r->start, r->stop, r->step, &part, err));
        }
    }
    opt.order = order_of(request->config, fortran);
    return nyz_array_copy(&part, &opt, request->out, err);
}
