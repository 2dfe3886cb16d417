/* SPDX-License-Identifier: MIT */
/* The index of a directory by name.  docs/format.md 3.2. */
#include <string.h>

#include "base/error.h"
#include "base/name_table.h"
#include "zip/zip_directory.h"
#include "zip/zip_internal.h"

static const char *name_of_entry(const void *owner, uint32_t number, size_t *size)
{
    const nyz_zip_entry *const entry = (const nyz_zip_entry *)owner + number;
    *size = entry->name_size;
    return entry->name;
}

int64_t nyz_zip_directory_find_with(const nyz_zip_directory *dir, const char *name,
                                    size_t size, const char *suffix)
{
    const nyz_name parts = {name, size, suffix, strlen(suffix)};
    return nyz_name_table_find(&dir->index, &parts);
}

int64_t nyz_zip_directory_find(const nyz_zip_directory *dir, const char *name,
                               size_t size)
{
    return nyz_zip_directory_find_with(dir, name, size, "");
}

static nyz_status fail_duplicate(const nyz_zip_entry *entry, nyz_error *err)
{
    char quoted[NYZ_QUOTE_SIZE];
    return nyz_fail(err, NYZ_ERR_CORRUPT, entry->offset,
                    "two members are named '%s', which is refused in untrusted files",
                    nyz_quote(quoted, entry->name, entry->name_size));
}

nyz_status nyz_zip_index_build(nyz_zip_directory *dir, unsigned flags, nyz_error *err)
{
    nyz_name_table_init(&dir->index, dir->index.slots, dir->index.slot_count,
                        name_of_entry, dir->entries);
    nyz_name name = {.suffix = ""};
    for (int64_t i = 0; i < dir->count; i++) {
        const nyz_zip_entry *const entry = &dir->entries[i];
        name.text = entry->name;
        name.size = entry->name_size;
        uint32_t *const slot = nyz_name_table_slot(&dir->index, &name);
        if (*slot != 0 && (flags & NYZ_UNTRUSTED) != 0) {
            return fail_duplicate(entry, err);
        }
        *slot = (uint32_t)i + 1;
    }
    return NYZ_OK;
}
