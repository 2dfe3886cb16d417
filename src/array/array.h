/* SPDX-License-Identifier: MIT */
/* Arrays in memory: shapes, strides and views.  Knows no file. */
#ifndef NYZ_ARRAY_H
#define NYZ_ARRAY_H

#include "base/config.h"

/* Checks an array that the caller may have filled in, and gives its number of elements
 * and of bytes.  nyz_array_check_strides also refuses strides that overflow, and
 * nyz_array_check_data elements without data, too.  Errors: ARGUMENT. */
nyz_status nyz_array_check(const nyz_array *array, int64_t *count, int64_t *bytes,
                           nyz_error *err);
nyz_status nyz_array_check_strides(const nyz_array *array, int64_t *count, int64_t *bytes,
                                   nyz_error *err);
nyz_status nyz_array_check_data(const nyz_array *array, int64_t *count, int64_t *bytes,
                                nyz_error *err);

/* Fills in the strides of contiguous elements. */
void nyz_array_set_strides(nyz_array *array, nyz_order order);

/* NumPy's fortran_order: F-contiguous and not C-contiguous. */
int nyz_array_is_fortran(const nyz_array *array);

/* The view with its axes reversed, in place: F order becomes C order. */
void nyz_array_reverse_axes(nyz_array *array);

/* What Python's start:stop:step takes of an axis: *count items from *start on, *step apart, which
 * is not 0. */
void nyz_array_clip_slice(int64_t extent, int64_t stop, int64_t *start, int64_t *step,
                          int64_t *count);

/* nyz_array_describe of an array that is not checked: an ndim or dimension of -1 is any. */
nyz_status nyz_array_put_description(const nyz_array *array, char *text, size_t capacity,
                                     size_t *length, nyz_error *err);

/* As nyz_array_copy, with a byte order and an allocator and order of the config. */
nyz_status nyz_array_copy_to(const nyz_array *array, const nyz_config *config,
                             nyz_byteorder byteorder, nyz_array *out, nyz_error *err);

/* An array of its own, for elements as `like` has them (its data is not looked at):
 * contiguous in `order` (NYZ_KEEP_ORDER: Fortran if `like` is, else C), in `byteorder`,
 * not initialised. */
nyz_status nyz_array_new_like(const nyz_allocator *allocator, const nyz_array *like,
                              nyz_order order, nyz_byteorder byteorder, nyz_array *out,
                              nyz_error *err);

/* A 1-D array of so many bytes, NYZ_UINT8, not initialised.  Errors: LIMIT. */
nyz_status nyz_array_new_bytes(const nyz_config *config, int64_t size, nyz_array *out,
                               nyz_error *err);

/* How many whole items there are in so many bytes; but at least one. */
int64_t nyz_array_items_in(size_t bytes, int64_t itemsize);

/* The byte order asked for, or `standard` where none is. */
nyz_byteorder nyz_byteorder_or(nyz_byteorder asked, nyz_byteorder standard);

#endif
