/* SPDX-License-Identifier: MIT */
/* A growing piece of memory: the public nyz_buffer. */
#ifndef NYZ_BUFFER_H
#define NYZ_BUFFER_H

#include "nyz.h"

/* Makes room for `capacity` bytes in all.  Errors: MEMORY. */
nyz_status nyz_buffer_reserve(nyz_buffer *buffer, size_t capacity, nyz_error *err);

#endif
