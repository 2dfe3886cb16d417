/* SPDX-License-Identifier: MIT */
/* .npy files as a format for the handle over all of them (nyz_container.h). */
#ifndef NYZ_NPY_CONTAINER_H
#define NYZ_NPY_CONTAINER_H

#include "nyz_container.h"

extern const nyz_container nyz_npy_container;

#endif
