/* SPDX-License-Identifier: MIT */
/* The failure of a look-up by name, with the name that may be meant. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/name_table.h"
#include "base/nearest.h"
#include "npz/npz.h"

nyz_status nyz_npz_missing(const nyz_name_table *names, int64_t count, const char *noun,
                           const char *name, nyz_error *err)
{
    nyz_nearest nearest;
    const int64_t tried = nyz_min(count, NYZ_NEAREST_CANDIDATES);
    nyz_nearest_begin(&nearest, name, nyz_npz_key_size(name, strlen(name)));
    for (int64_t i = 0; i < tried; i++) {
        size_t size = 0;
        const char *const other = names->name_of(names->owner, (uint32_t)i, &size);
        nyz_nearest_offer(&nearest, other, nyz_npz_key_size(other, size));
    }
    return nyz_nearest_fail(&nearest, name, noun, count, err);
}
