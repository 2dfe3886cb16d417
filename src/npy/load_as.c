/* SPDX-License-Identifier: MIT */
/* Arrays in the dtype and shape that the caller wants: the reader, and the call for a path. */
#include "npy/load_as.h"

#include <string.h>

#include "nyz_cast.h"

#include "array/array.h"
#include "array/cast_plan.h"
#include "base/error.h"
#include "base/progress.h"
#include "dtype/dtype.h"
#include "npy/npy.h"
#include "npy/npy_input.h"

/* ------------------------------------------------------------------------- what is wanted */

nyz_status nyz_load_as_check(const nyz_want *want, nyz_error *err)
{
    if (want->reserved32 != 0 || want->reserved[0] != 0 || want->reserved[1] != 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "want: reserved words must be 0");
    }
    if (want->ndim < -1 || want->ndim > NYZ_MAX_DIMS) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "want: ndim %d, expected -1 to %d",
                        (int)want->ndim, NYZ_MAX_DIMS);
    }
    for (int i = 0; i < want->ndim; i++) {
        if (want->shape[i] < -1) {
            return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                            "want: dimension %d is %lld, expected -1 or more", i,
                            (long long)want->shape[i]);
        }
    }
    return want->dtype.type == NYZ_NONE ? NYZ_OK : nyz_dtype_check(&want->dtype, err);
}

static int has_shape(const nyz_want *want, const nyz_array *file)
{
    if (want->ndim >= 0 && want->ndim != file->ndim) {
        return 0;
    }
    for (int i = 0; i < want->ndim; i++) {
        if (want->shape[i] >= 0 && want->shape[i] != file->shape[i]) {
            return 0;
        }
    }
    return 1;
}

nyz_status nyz_load_as_put_want(const nyz_want *want, const nyz_array *file,
                                char text[NYZ_LOAD_AS_TEXT], nyz_error *err)
{
    size_t size = 0;
    nyz_array w = {.ndim = want->ndim};
    w.dtype = want->dtype.type != NYZ_NONE ? want->dtype : file->dtype;
    memcpy(w.shape, want->shape, sizeof w.shape);
    return nyz_array_put_description(&w, text, NYZ_LOAD_AS_TEXT, &size, err);
}

/* "is float32 (784, 128), wanted float32 (128, 784)" and what is to be said beside. */
static nyz_status refuse(const nyz_want *want, const nyz_array *file, const char *why,
                         const char *more, nyz_error *err)
{
    char found[NYZ_LOAD_AS_TEXT];
    char wanted[NYZ_LOAD_AS_TEXT];
    size_t size = 0;
    NYZ_TRY(nyz_array_put_description(file, found, sizeof found, &size, err));
    NYZ_TRY(nyz_load_as_put_want(want, file, wanted, err));
    return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "is %s, wanted %s%s%s", found, wanted, why,
                    more);
}

static nyz_status check_cast(const nyz_want *want, const nyz_array *file,
                             const nyz_config *config, nyz_error *err)
{
    nyz_cast_plan plan;
    nyz_error why;
    if (want->dtype.type == NYZ_NONE) {
        return NYZ_OK;
    }
    const nyz_status status =
        nyz_cast_plan_init(&plan, &file->dtype, &want->dtype, config, &why);
    if (status == NYZ_ERR_ARGUMENT && nyz_dtype_may_be_nameless(&file->dtype)) {
        return refuse(want, file, "", "; opt->void_as says what these bytes are", err);
    }
    if (status == NYZ_ERR_ARGUMENT) {
        return refuse(want, file, ": no cast under ", nyz_cast_plan_name(config->casting),
                      err);
    }
    if (status != NYZ_OK && err != NULL) {
        *err = why;
    }
    return status;
}

/* -------------------------------------------------------------------------------- reading */

/* From a source whose size is not known, so that a short one is found before memory for the
 * result is taken. */
static nyz_status load_and_cast(nyz_source *source, const nyz_config *config, int fortran,
                                nyz_array *file, nyz_array *out, nyz_error *err)
{
    const nyz_want *const want = config->want;
    nyz_config plain = *config;
    plain.order = NYZ_KEEP_ORDER;
    NYZ_TRY(nyz_npy_read_data(source, &plain, fortran, file, err));
    const nyz_options opt = nyz_config_options(config);
    const nyz_dtype *const dtype =
        want->dtype.type != NYZ_NONE ? &want->dtype : &file->dtype;
    return nyz_array_cast(file, dtype, &opt, out, err);
}

/* What becomes of an array with this header: it may be more than there can be. */
static nyz_byteorder describe_result(const nyz_array *file, const nyz_want *want,
                                     nyz_array *like)
{
    *like = *file;
    if (want->dtype.type == NYZ_NONE) {
        return NYZ_NATIVE;
    }
    like->dtype = want->dtype;
    return NYZ_KEEP_BYTEORDER;
}

static nyz_status check_limit(const nyz_array *file, const nyz_config *config,
                              nyz_error *err)
{
    nyz_array like;
    int64_t count = 0;
    int64_t bytes = 0;
    (void)describe_result(file, config->want, &like);
    if (nyz_array_check(&like, &count, &bytes, NULL) != NYZ_OK ||
        bytes > config->limits.array_bytes) {
        return nyz_fail(err, NYZ_ERR_LIMIT, -1,
                        "as the wanted dtype, %lld items of %lld bytes, it exceeds "
                        "limits.array_bytes, %lld",
                        (long long)nyz_array_count(file), (long long)like.dtype.itemsize,
                        (long long)config->limits.array_bytes);
    }
    return NYZ_OK;
}

nyz_status nyz_load_as_fits(const nyz_array *file, const nyz_config *config,
                            nyz_error *err)
{
    if (!has_shape(config->want, file)) {
        return refuse(config->want, file, "", "", err);
    }
    NYZ_TRY(check_cast(config->want, file, config, err));
    return check_limit(file, config, err);
}

nyz_status nyz_load_as_new(const nyz_array *file, const nyz_config *config,
                           nyz_array *out, nyz_error *err)
{
    nyz_array like;
    const nyz_byteorder byteorder = describe_result(file, config->want, &like);
    return nyz_array_new_like(&config->allocator, &like, config->order, byteorder, out,
                              err);
}

/* Of an array whose header has been read. */
static nyz_status read_wanted(nyz_source *source, const nyz_config *config, int fortran,
                              nyz_array *file, nyz_array *out, nyz_error *err)
{
    int64_t count = 0;
    int64_t bytes = 0;
    NYZ_TRY(nyz_npy_check_data(source, file, &count, &bytes, err));
    NYZ_TRY(nyz_load_as_fits(file, config, err));
    if (source->left < 0) {
        return load_and_cast(source, config, fortran, file, out, err);
    }
    NYZ_TRY(nyz_load_as_new(file, config, out, err));
    return nyz_npy_read_data_into(source, file, fortran, config, out, err);
}

nyz_status nyz_npy_read_as(nyz_source *source, const nyz_npy_start *start,
                           const nyz_config *config, nyz_array *out, nyz_error *err)
{
    nyz_config own = *config;
    nyz_array file;
    int fortran = 0;
    memset(out, 0, sizeof *out);
    if (own.order == NYZ_KEEP_ORDER) {
        own.order = NYZ_C_ORDER;
    }
    NYZ_TRY(nyz_npy_read_header(source, start, config, &file, &fortran, err));
    const nyz_status status = read_wanted(source, &own, fortran, &file, out, err);
    nyz_array_free(&file);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

nyz_status nyz_load_as(const char *path, const nyz_want *want, const nyz_options *opt,
                       nyz_array *out, nyz_error *err)
{
    nyz_config config;
    nyz_npy_input input;
    nyz_progress progress;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_load_as_check(want, err));
    config.want = want;
    nyz_progress_begin(&progress, &config, -1);
    nyz_status status = nyz_npy_input_open(&input, path, 0, &config, err);
    if (status == NYZ_OK) {
        status = nyz_npy_input_read(&input, &config, nyz_npy_read_as, out, err);
    }
    nyz_npy_input_close(&input);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return nyz_progress_end(&config, status, err);
}
