/* SPDX-License-Identifier: MIT */
/* Arrays in the dtype and shape that the caller wants, which config->want says. */
#ifndef NYZ_LOAD_AS_H
#define NYZ_LOAD_AS_H

#include "nyz_cast.h"

#include "npy/npy.h"

/* That it says something possible.  Errors: ARGUMENT. */
nyz_status nyz_load_as_check(const nyz_want *want, nyz_error *err);

/* What is wanted of an array with this header: "float32 (-1, 784)"; cut to the room for it. */
#define NYZ_LOAD_AS_TEXT 160
nyz_status nyz_load_as_put_want(const nyz_want *want, const nyz_array *file,
                                char text[NYZ_LOAD_AS_TEXT], nyz_error *err);

/* That an array with this header is what config->want says, or can be converted to it within the
 * limits.  Errors: ARGUMENT, UNSUPPORTED, LIMIT. */
nyz_status nyz_load_as_fits(const nyz_array *file, const nyz_config *config,
                            nyz_error *err);

/* The array that one with this header becomes, not initialised: in C order, unless config->order is
 * NYZ_F_ORDER. */
nyz_status nyz_load_as_new(const nyz_array *file, const nyz_config *config,
                           nyz_array *out, nyz_error *err);

/* Reads header and data: as nyz_load_as. */
nyz_npy_reader nyz_npy_read_as;

#endif
