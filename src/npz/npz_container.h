/* SPDX-License-Identifier: MIT */
/* .npz archives as a format for the handle over all of them (nyz_container.h). */
#ifndef NYZ_NPZ_CONTAINER_H
#define NYZ_NPZ_CONTAINER_H

#include "nyz_container.h"

extern const nyz_container nyz_npz_container;

#endif
