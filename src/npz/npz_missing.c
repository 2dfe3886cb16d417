/* SPDX-License-Identifier: MIT */
/* The failure of a look-up by name, with the name that may be meant. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/nearest.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"

nyz_status nyz_npz_missing(const nyz_zip_directory *dir, const char *name, nyz_error *err)
{
    nyz_nearest nearest;
    const int64_t count = nyz_min(dir->count, NYZ_NEAREST_CANDIDATES);
    nyz_nearest_begin(&nearest, name, nyz_npz_key_size(name, strlen(name)));
    for (int64_t i = 0; i < count; i++) {
        const nyz_zip_entry *const entry = &dir->entries[i];
        nyz_nearest_offer(&nearest, entry->name,
                          nyz_npz_key_size(entry->name, entry->name_size));
    }
    return nyz_nearest_fail(&nearest, name, "archive", dir->count, err);
}
