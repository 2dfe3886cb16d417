/* SPDX-License-Identifier: MIT */
/* Arrays that own their data: made, adopted, held by several, and freed. */
#include <string.h>

#include "array/array.h"
#include "base/alloc.h"
#include "base/config.h"
#include "base/error.h"
#include "base/owner.h"
#include "dtype/dtype.h"

nyz_status nyz_array_new_like(const nyz_allocator *allocator, const nyz_array *like,
                              nyz_order order, nyz_byteorder byteorder, nyz_array *out,
                              nyz_error *err)
{
    int64_t count = 0;
    int64_t bytes = 0;
    nyz_owner *owner = NULL;
    nyz_array made = *like;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_array_check(like, &count, &bytes, err));
    NYZ_TRY(nyz_owner_new(allocator, &owner, err));
    nyz_status status =
        nyz_dtype_clone(&like->dtype, byteorder, &owner->arena, &made.dtype, err);
    if (status == NYZ_OK) {
        status = nyz_alloc(allocator, bytes, &owner->data, err);
    }
    if (status != NYZ_OK) {
        nyz_owner_free(&owner);
        return status;
    }
    owner->data_size = bytes;
    made.data = owner->data;
    made.owner = owner;
    made.base = owner;
    made.flags = 0;
    const int fortran = order == NYZ_KEEP_ORDER && nyz_array_is_fortran(like);
    nyz_array_set_strides(&made, fortran ? NYZ_F_ORDER : order);
    *out = made;
    return NYZ_OK;
}

nyz_status nyz_array_new_bytes(const nyz_config *config, int64_t size, nyz_array *out,
                               nyz_error *err)
{
    nyz_array like;
    memset(&like, 0, sizeof like);
    memset(out, 0, sizeof *out);
    like.dtype = nyz_dtype_of(NYZ_UINT8);
    like.ndim = 1;
    like.shape[0] = size;
    if (size > config->limits.array_bytes) {
        return nyz_fail(err, NYZ_ERR_LIMIT, -1,
                        "%lld bytes exceed limits.array_bytes, %lld", (long long)size,
                        (long long)config->limits.array_bytes);
    }
    return nyz_array_new_like(&config->allocator, &like, NYZ_C_ORDER, NYZ_NATIVE, out,
                              err);
}

/* A description of an array without data. */
static nyz_status describe(const nyz_dtype *dtype, int ndim, const int64_t *shape,
                           nyz_array *out, nyz_error *err)
{
    memset(out, 0, sizeof *out);
    if (ndim < 0 || ndim > NYZ_MAX_DIMS) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "ndim %d, expected 0 to %d", ndim,
                        NYZ_MAX_DIMS);
    }
    out->dtype = *dtype;
    out->ndim = ndim;
    for (int i = 0; i < ndim; i++) {
        out->shape[i] = shape[i];
    }
    return NYZ_OK;
}

nyz_status nyz_array_new(const nyz_dtype *dtype, int ndim, const int64_t *shape,
                         const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    nyz_config config;
    nyz_array like;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(describe(dtype, ndim, shape, &like, err));
    const nyz_byteorder byteorder =
        nyz_byteorder_or(config.byteorder, NYZ_KEEP_BYTEORDER);
    const nyz_order order = config.order == NYZ_F_ORDER ? NYZ_F_ORDER : NYZ_C_ORDER;
    NYZ_TRY(nyz_array_new_like(&config.allocator, &like, order, byteorder, out, err));
    if (out->data != NULL) {
        memset(out->data, 0, (size_t)out->owner->data_size);
    }
    return NYZ_OK;
}

/* `view` has everything but an owner, and gets one with a dtype of its own. */
static nyz_status give_owner(nyz_array *view, const nyz_allocator *allocator,
                             nyz_error *err)
{
    const nyz_dtype dtype = view->dtype;
    NYZ_TRY(nyz_owner_new(allocator, &view->owner, err));
    const nyz_status status = nyz_dtype_clone(&dtype, NYZ_KEEP_BYTEORDER,
                                              &view->owner->arena, &view->dtype, err);
    if (status != NYZ_OK) {
        nyz_owner_free(&view->owner);
    }
    return status;
}

nyz_status nyz_array_adopt(void *data, void (*free_data)(void *ctx, void *data),
                           void *ctx, const nyz_dtype *dtype, int ndim,
                           const int64_t *shape, const int64_t *strides,
                           const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    nyz_config config;
    nyz_array made;
    int64_t count = 0;
    int64_t bytes = 0;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    if (free_data == NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "adopt: free_data is NULL; nyz_array_wrap borrows");
    }
    NYZ_TRY(nyz_array_wrap(data, dtype, ndim, shape, strides, &made, err));
    NYZ_TRY(nyz_array_check_data(&made, &count, &bytes, err));
    NYZ_TRY(give_owner(&made, &config.allocator, err));
    made.base = made.owner;
    made.owner->free_data = free_data;
    made.owner->ctx = ctx;
    made.owner->data = data;
    *out = made;
    return NYZ_OK;
}

nyz_status nyz_array_retain(const nyz_array *array, nyz_array *out, nyz_error *err)
{
    nyz_array made = *array;
    int64_t count = 0;
    int64_t bytes = 0;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_array_check(&made, &count, &bytes, err));
    if (made.base == NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "retain: the array's memory is the caller's; nyz_array_copy "
                        "makes an array that owns its data");
    }
    nyz_owner_retain(made.base);
    made.owner = made.base;
    made.dtype.owner = NULL;
    *out = made;
    return NYZ_OK;
}

void nyz_array_free(nyz_array *array)
{
    if (array != NULL) {
        nyz_owner_free(&array->owner);
        memset(array, 0, sizeof *array);
    }
}
