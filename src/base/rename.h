/* SPDX-License-Identifier: MIT */
/* The other names of nyz_rename (nyz_model.h). */
#ifndef NYZ_RENAME_H
#define NYZ_RENAME_H

#include "nyz_model.h"

#include "base/arena.h"

/* That renames say something possible.  Errors: ARGUMENT. */
nyz_status nyz_rename_check(const nyz_rename *renames, int64_t count, nyz_error *err);

/* The name that the first of the renames that fits makes of a name, NUL-terminated in `arena`;
 * *out NULL: none fits.  Errors: MEMORY. */
nyz_status nyz_rename_apply(const nyz_rename *renames, int64_t count, const char *name,
                            size_t size, nyz_arena *arena, const char **out,
                            nyz_error *err);

#endif
