/* SPDX-License-Identifier: MIT */
/* The failure of a look-up by name, with the name that may be meant. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include "base/nearest.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"

/* Without ".npy", which both the name and a member's may have or not. */
static size_t key_size(const char *name, size_t size)
{
    return size - (size >= 4 && memcmp(name + size - 4, ".npy", 4) == 0 ? 4 : 0);
}

nyz_status nyz_npz_missing(const nyz_zip_directory *dir, const char *name, nyz_error *err)
{
    char quoted[NYZ_QUOTE_SIZE];
    char near[NYZ_QUOTE_SIZE];
    nyz_nearest nearest;
    const int64_t count = nyz_min(dir->count, NYZ_NEAREST_CANDIDATES);
    nyz_nearest_begin(&nearest, name, key_size(name, strlen(name)));
    for (int64_t i = 0; i < count; i++) {
        const nyz_zip_entry *const entry = &dir->entries[i];
        nyz_nearest_offer(&nearest, entry->name, key_size(entry->name, entry->name_size));
    }
    nyz_quote(quoted, name, strlen(name));
    if (nearest.found == NULL) {
        (void)nyz_fail(err, NYZ_ERR_NOT_FOUND, -1,
                       "no member '%s' (the archive has %lld members)", quoted,
                       (long long)dir->count);
    } else {
        (void)nyz_fail(err, NYZ_ERR_NOT_FOUND, -1, "no member '%s'; did you mean '%s'?",
                       quoted, nyz_quote(near, nearest.found, nearest.found_size));
    }
    nyz_error_set_member(err, -1, name, strlen(name));
    return NYZ_ERR_NOT_FOUND;
}
