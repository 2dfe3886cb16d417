/* SPDX-License-Identifier: MIT */
/* .npz archives as a format for the handle over all of them (nyz_container.h). */
#ifndef NYZ_NPZ_CONTAINER_H
#define NYZ_NPZ_CONTAINER_H

#include "nyz_cast.h"
#include "nyz_container.h"

extern const nyz_container nyz_npz_container;

/* As the table's `load`, as the wanted dtype and shape, which have been checked. */
nyz_status nyz_npz_container_load_as(const void *state, int64_t index,
                                     const nyz_want *want, const nyz_options *opt,
                                     nyz_array *out, nyz_error *err);

#endif
