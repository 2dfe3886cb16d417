/* SPDX-License-Identifier: MIT */
/* The public call that creates a .npy file which is filled in as memory. */
#include <string.h>

#include "nyz_map.h"

#include "array/array.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/owner.h"
#include "dtype/dtype.h"
#include "io/atomic_file.h"
#include "io/mapping.h"
#include "io/stream.h"
#include "npy/npy.h"
#include "npy/npy_view.h"

/* The array that the header describes, without data; it owns its dtype. */
static nyz_status describe(const nyz_npy_writer *plan, const nyz_array *like,
                           nyz_array *out, nyz_error *err)
{
    nyz_owner *owner = NULL;
    NYZ_TRY(nyz_owner_new(&plan->allocator, &owner, err));
    *out = *like;
    out->owner = out->base = owner;
    const nyz_status status =
        nyz_dtype_clone(&like->dtype, plan->byteorder, &owner->arena, &out->dtype, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
        return status;
    }
    nyz_npy_set_view(out, plan->fortran, NULL, 0, NULL, NYZ_MAP_SHARED);
    return NYZ_OK;
}

static nyz_status map(const nyz_npy_writer *plan, const nyz_output *output,
                      nyz_array *array, nyz_error *err)
{
    const int64_t header = (int64_t)plan->header.size;
    nyz_mapping *mapping = NULL;
    int64_t size = 0;
    if (nyz_add(plan->bytes, header, &size)) {
        return nyz_fail(err, NYZ_ERR_MEMORY, -1, "out of memory: the file is too large");
    }
    NYZ_TRY(nyz_atomic_file_map(output, size, &mapping, err));
    nyz_npy_set_view(array, plan->fortran, nyz_mapping_at(mapping, header), plan->bytes,
                     mapping, NYZ_MAP_SHARED);
    return NYZ_OK;
}

static nyz_status begin(const nyz_npy_writer *plan, const char *path,
                        const nyz_config *config, nyz_output **output, nyz_error *err)
{
    nyz_stream stream;
    NYZ_TRY(nyz_atomic_file_begin(path,
                                  nyz_atomic_file_how(config->flags) | NYZ_OUTPUT_MAP,
                                  &config->allocator, output, &stream, err));
    return stream.seek == NULL
               ? nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                          "cannot be mapped: it is not a regular file; save to it")
               : nyz_stream_write(&stream, plan->header.data, (int64_t)plan->header.size,
                                  err);
}

static nyz_status create(const nyz_npy_writer *plan, const char *path,
                         const nyz_array *like, const nyz_config *config,
                         nyz_output **output, nyz_array *out, nyz_error *err)
{
    NYZ_TRY(describe(plan, like, out, err));
    NYZ_TRY(begin(plan, path, config, output, err));
    return map(plan, *output, out, err);
}

nyz_status nyz_create_map(const char *path, const nyz_array *like, const nyz_options *opt,
                          nyz_output **output, nyz_array *out, nyz_error *err)
{
    nyz_config config;
    nyz_npy_writer plan;
    *output = NULL;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_npy_writer_init(&plan, like, 0, &config, err));
    const nyz_status status = create(&plan, path, like, &config, output, out, err);
    nyz_npy_writer_free(&plan);
    if (status != NYZ_OK) {
        nyz_array_free(out);
        nyz_output_discard(output);
    }
    return status;
}
