/* SPDX-License-Identifier: MIT */
/* Arrays whose data stays where the file is: see npy_view.h. */
#include "npy/npy_view.h"

#include <stddef.h>

#include "array/array.h"
#include "base/error.h"
#include "base/owner.h"
#include "dtype/dtype.h"
#include "io/input_file.h"

nyz_status nyz_npy_check_map_mode(nyz_map_mode mode, nyz_error *err)
{
    return mode >= NYZ_MAP_READ && mode <= NYZ_MAP_SHARED
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "mode %d: no such mode of a mapping",
                          (int)mode);
}

/* Not 0 if another memory order is asked for than the file's is. */
static int is_other_order(const nyz_array *header, int fortran, nyz_order order)
{
    nyz_array array = *header;
    nyz_array_set_strides(&array, fortran ? NYZ_F_ORDER : NYZ_C_ORDER);
    return order != NYZ_KEEP_ORDER && !nyz_array_is_contiguous(&array, order);
}

/* A mapping begins at a multiple of any alignment; memory begins anywhere. */
static nyz_status check_alignment(const nyz_array *header,
                                  const nyz_npy_data_place *place, nyz_error *err)
{
    const int64_t alignment = nyz_dtype_alignment(&header->dtype);
    const uint64_t at = (uint64_t)(uintptr_t)place->memory + (uint64_t)place->offset;
    return place->bytes == 0 || at % (uint64_t)alignment == 0
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_UNSUPPORTED, place->offset,
                          "cannot be mapped: its data is at %lld, which %sis no multiple "
                          "of %lld, as its dtype needs; load it",
                          (long long)place->offset,
                          place->memory != NULL ? "in this memory " : "",
                          (long long)alignment);
}

nyz_status nyz_npy_check_view(const nyz_array *header, int fortran,
                              const nyz_npy_data_place *place, const nyz_config *config,
                              nyz_error *err)
{
    const nyz_byteorder byteorder = nyz_byteorder_or(config->byteorder, NYZ_NATIVE);
    if (nyz_dtype_needs_byteswap(&header->dtype, byteorder)) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                        "cannot be mapped: its byte order is another; load it, or map it "
                        "with NYZ_KEEP_BYTEORDER");
    }
    if (is_other_order(header, fortran, config->order)) {
        return nyz_fail(
            err, NYZ_ERR_UNSUPPORTED, -1,
            "cannot be mapped in %s order: it is in %s order; load it, or map it "
            "with NYZ_KEEP_ORDER",
            fortran ? "C" : "Fortran", fortran ? "Fortran" : "C");
    }
    return check_alignment(header, place, err);
}

static void drop_mapping(void *ctx, void *data)
{
    nyz_mapping *mapping = ctx;
    (void)data;
    nyz_mapping_free(&mapping);
}

int nyz_npy_is_in_file(const nyz_array *array)
{
    const nyz_owner *const base = array->base;
    return (array->flags & NYZ_MAPPED) != 0 && (array->flags & NYZ_READONLY) == 0 &&
           base != NULL &&
           (base->free_data == drop_mapping ? nyz_mapping_is_shared(base->ctx)
                                            : array->data == NULL);
}

void nyz_npy_set_view(nyz_array *array, int fortran, const void *data, int64_t bytes,
                      nyz_mapping *mapping, nyz_map_mode mode)
{
    nyz_array_set_strides(array, fortran ? NYZ_F_ORDER : NYZ_C_ORDER);
    array->data = bytes > 0 ? (void *)(uintptr_t)data : NULL;
    array->flags = NYZ_MAPPED | (mode == NYZ_MAP_READ ? (uint32_t)NYZ_READONLY : 0);
    if (mapping != NULL) {
        array->owner->free_data = drop_mapping;
        array->owner->ctx = mapping;
    } else if (bytes > 0) {
        array->base = NULL;
    }
}

nyz_status nyz_npy_check_origin(const nyz_input_file *file, int in_memory,
                                nyz_map_mode mode, const char *noun, nyz_error *err)
{
    if (file != NULL ? nyz_input_file_size(file) < 0 : !in_memory) {
        return nyz_fail(
            err, NYZ_ERR_UNSUPPORTED, -1,
            "cannot be mapped: the %s is a stream, not a regular file; load it", noun);
    }
    if (file == NULL && mode != NYZ_MAP_READ) {
        return nyz_fail(
            err, NYZ_ERR_UNSUPPORTED, -1,
            "cannot be mapped copy on write: the %s is in the caller's memory; load it",
            noun);
    }
    return NYZ_OK;
}

nyz_status nyz_npy_map_data(nyz_input_file *file, const nyz_npy_data_place *place,
                            int fortran, nyz_map_mode mode, const nyz_config *config,
                            nyz_array *array, nyz_error *err)
{
    nyz_mapping *mapping = NULL;
    const unsigned char *data = NULL;
    if (place->bytes > 0 && place->memory != NULL) {
        data = place->memory + place->offset;
    } else if (place->bytes > 0) {
        NYZ_TRY(
            nyz_input_file_map(file, mode, place->offset, place->bytes, &mapping, err));
        void *const start = nyz_mapping_at(mapping, place->offset);
        nyz_mapping_advise(start, place->bytes, config->flags);
        data = start;
    }
    nyz_npy_set_view(array, fortran, data, place->bytes, mapping, mode);
    return NYZ_OK;
}
