/* SPDX-License-Identifier: MIT */
/* Arrays in the dtype and shape that the caller wants, which config->want says. */
#ifndef NYZ_LOAD_AS_H
#define NYZ_LOAD_AS_H

#include "nyz_cast.h"

#include "npy/npy.h"

/* That it says something possible.  Errors: ARGUMENT. */
nyz_status nyz_load_as_check(const nyz_want *want, nyz_error *err);

/* Reads header and data: as nyz_load_as. */
nyz_npy_reader nyz_npy_read_as;

#endif
