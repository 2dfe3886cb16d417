/* SPDX-License-Identifier: MIT */
/* The directory of an archive: finds it, reads its headers, checks that the members do
 * not overlap, decodes their names.  docs/format.md 4.2.  zip_internal.h lists the
 * parts. */
#include "zip/zip_directory.h"

#include <string.h>

#include "base/alloc.h"
#include "base/config.h"
#include "base/error.h"
#include "base/huge_pages.h"
#include "base/name_table.h"
#include "base/sort.h"
#include "zip/zip_internal.h"

/* --------------------------------------------------------------------------- the memory */

/* Touching memory for the first time is most of the work here.  A huge page for the end
 * is faster than small ones for half of it. */
static int64_t whole_pages(int64_t size)
{
    const int64_t page = (int64_t)NYZ_HUGE_PAGE;
    const int64_t rest = size % page;
    return rest >= page / 2 ? size - rest + page : size;
}

/* Entries, slots, bytes, and room for the last name's NUL.  No sum overflows: a directory
 * has less than 4 GiB, and so fewer than 2^27 members. */
static nyz_status allocate(const nyz_zip_location *place, nyz_zip_directory *dir,
                           nyz_error *err)
{
    const int64_t slot_count = nyz_name_table_size(place->count);
    const int64_t entries_size = place->count * (int64_t)sizeof *dir->entries;
    const int64_t slots_size = slot_count * (int64_t)sizeof *dir->index.slots;
    const int64_t size = whole_pages(entries_size + slots_size + place->size + 1);
    NYZ_TRY(nyz_alloc(&dir->allocator, size, &dir->memory, err));
    unsigned char *const memory = dir->memory;
    dir->memory_size = size;
    dir->memory_used = entries_size + slots_size + place->size + 1;
    dir->entries = dir->memory;
    dir->index.slots = (void *)(memory + entries_size);
    dir->index.slot_count = slot_count;
    dir->bytes = memory + entries_size + slots_size;
    return NYZ_OK;
}

/* -------------------------------------------------------------------------- the names */

static size_t decode_name(const nyz_zip_directory *dir, const nyz_zip_entry *entry,
                          char *out)
{
    return nyz_zip_name_decode(dir->bytes + entry->raw_offset, entry->raw_size,
                               (entry->flags & NYZ_ZIP_UTF8) != 0, out);
}

/* A plain name ends with a NUL where the next header begins, or this one's extra fields:
 * all headers have been read.  The names that are not ASCII are counted, allocated once,
 * and decoded. */
static nyz_status finish_names(nyz_zip_directory *dir, nyz_error *err)
{
    void *memory;
    int64_t size = 0;
    for (int64_t i = 0; i < dir->count; i++) {
        nyz_zip_entry *const entry = &dir->entries[i];
        if (entry->name == NULL) {
            entry->name_size = (uint32_t)decode_name(dir, entry, NULL);
            size += (int64_t)entry->name_size + 1;
        } else {
            dir->bytes[entry->raw_offset + (int64_t)entry->raw_size] = '\0';
        }
    }
    NYZ_TRY(nyz_alloc(&dir->allocator, size, &memory, err));
    dir->names = memory;
    dir->names_size = size;
    char *next = dir->names;
    for (int64_t i = 0; size > 0 && i < dir->count; i++) {
        nyz_zip_entry *const entry = &dir->entries[i];
        if (entry->name == NULL) {
            next[decode_name(dir, entry, next)] = '\0';
            entry->name = next;
            next += entry->name_size + 1;
        }
    }
    return NYZ_OK;
}

/* ------------------------------------------------------------------------ the extents */

static int is_ascending(const nyz_zip_directory *dir)
{
    for (int64_t i = 1; i < dir->count; i++) {
        if (dir->entries[i].offset < dir->entries[i - 1].offset) {
            return 0;
        }
    }
    return 1;
}

static int compare_offsets(const void *ctx, int64_t a, int64_t b)
{
    const nyz_zip_directory *const dir = ctx;
    const int64_t offset_a = dir->entries[a].offset;
    const int64_t offset_b = dir->entries[b].offset;
    return (offset_a > offset_b) - (offset_a < offset_b);
}

static void sort_by_offset(const nyz_zip_directory *dir, int64_t *order)
{
    for (int64_t i = 0; i < dir->count; i++) {
        order[i] = i;
    }
    nyz_sort(order, dir->count, compare_offsets, dir);
}

static nyz_status fail_overlap(const nyz_zip_entry *a, const nyz_zip_entry *b,
                               nyz_error *err)
{
    char a_quoted[NYZ_QUOTE_SIZE];
    char b_quoted[NYZ_QUOTE_SIZE];
    return nyz_fail(err, NYZ_ERR_CORRUPT, b->offset, "members '%s' and '%s' overlap",
                    nyz_quote(a_quoted, a->name, a->name_size),
                    nyz_quote(b_quoted, b->name, b->name_size));
}

/* Gives each entry its end.  order NULL: as they stand.  That each fits before the
 * directory has been checked. */
static nyz_status set_ends(nyz_zip_directory *dir, const int64_t *order, int64_t start,
                           nyz_error *err)
{
    for (int64_t i = 0; i < dir->count; i++) {
        nyz_zip_entry *const entry = &dir->entries[order != NULL ? order[i] : i];
        entry->end = start;
        if (i + 1 < dir->count) {
            const nyz_zip_entry *const next =
                &dir->entries[order != NULL ? order[i + 1] : i + 1];
            const int64_t least = NYZ_ZIP_LOCAL_SIZE + (int64_t)entry->raw_size;
            if (entry->offset + least + entry->compressed_size > next->offset) {
                return fail_overlap(entry, next, err);
            }
            entry->end = next->offset;
        }
    }
    return NYZ_OK;
}

/* Nearly all archives have their members in order. */
static nyz_status check_extents(nyz_zip_directory *dir, int64_t start, nyz_error *err)
{
    void *order;
    if (set_ends(dir, NULL, start, NULL) == NYZ_OK) {
        return NYZ_OK;
    }
    if (is_ascending(dir)) {
        return set_ends(dir, NULL, start, err);
    }
    NYZ_TRY(nyz_alloc_array(&dir->allocator, dir->count, sizeof(int64_t), &order, err));
    sort_by_offset(dir, order);
    const nyz_status status = set_ends(dir, order, start, err);
    nyz_release(&dir->allocator, order, dir->count * (int64_t)sizeof(int64_t));
    return status;
}

/* -------------------------------------------------------------------------- the whole */

/* The directory's bytes, from the tail as far as they are in it. */
static nyz_status read_bytes(const nyz_stream *stream, int64_t size,
                             const nyz_config *config, nyz_zip_location *place,
                             nyz_zip_directory *dir, nyz_error *err)
{
    nyz_zip_tail tail;
    nyz_status status = nyz_zip_tail_open(&tail, stream, size, &config->allocator, err);
    if (status == NYZ_OK) {
        status = nyz_zip_end_read(&tail, config, place, err);
    }
    if (status == NYZ_OK) {
        status = allocate(place, dir, err);
    }
    if (status == NYZ_OK) {
        status = nyz_zip_tail_copy(&tail, place->start, dir->bytes, place->size,
                                   "directory", err);
    }
    nyz_zip_tail_free(&tail);
    return status;
}

static nyz_status read_all(const nyz_stream *stream, int64_t size,
                           const nyz_config *config, nyz_zip_directory *dir,
                           nyz_error *err)
{
    nyz_zip_location place;
    NYZ_TRY(read_bytes(stream, size, config, &place, dir, err));
    NYZ_TRY(nyz_zip_entries_read(&place, &config->limits, dir, err));
    NYZ_TRY(finish_names(dir, err));
    NYZ_TRY(check_extents(dir, place.start, err));
    NYZ_TRY(nyz_zip_index_build(dir, config->flags, err));
    return (config->flags & NYZ_UNTRUSTED) == 0
               ? NYZ_OK
               : nyz_zip_untrusted_check(stream, dir, place.start, err);
}

nyz_status nyz_zip_directory_read(const nyz_stream *stream, int64_t size,
                                  const nyz_config *config, nyz_zip_directory *out,
                                  nyz_error *err)
{
    memset(out, 0, sizeof *out);
    out->allocator = config->allocator;
    const nyz_status status = read_all(stream, size, config, out, err);
    if (status != NYZ_OK) {
        nyz_zip_directory_free(out);
    }
    return status;
}

/* Names are in `memory` or in `names`: pointers into the copy are as far from its start. */
static void move_pointers(const nyz_zip_directory *from, nyz_zip_directory *to)
{
    const unsigned char *const old = from->memory;
    unsigned char *const memory = to->memory;
    to->entries = to->memory;
    to->index.slots = (void *)(memory + ((const unsigned char *)from->index.slots - old));
    to->index.owner = to->entries;
    to->bytes = memory + (from->bytes - old);
    for (int64_t i = 0; i < to->count; i++) {
        const nyz_zip_entry *const entry = &from->entries[i];
        const uintptr_t start = (uintptr_t)from->names;
        const uintptr_t name = (uintptr_t)entry->name;
        const int is_decoded = from->names != NULL && name >= start &&
                               name - start < (uintptr_t)from->names_size;
        to->entries[i].name = is_decoded ? to->names + (name - start)
                                         : (const char *)memory + (name - (uintptr_t)old);
    }
}

nyz_status nyz_zip_directory_copy(const nyz_zip_directory *dir,
                                  const nyz_allocator *allocator, nyz_zip_directory *out,
                                  nyz_error *err)
{
    void *names = NULL;
    *out = *dir;
    out->allocator = *allocator;
    out->names = NULL;
    out->memory_size = dir->memory_used;
    nyz_status status = nyz_alloc(allocator, dir->memory_used, &out->memory, err);
    if (status == NYZ_OK) {
        status = nyz_alloc(allocator, dir->names_size, &names, err);
    }
    if (status != NYZ_OK) {
        nyz_zip_directory_free(out);
        return status;
    }
    out->names = names;
    memcpy(out->memory, dir->memory, (size_t)dir->memory_used);
    if (names != NULL) {
        memcpy(names, dir->names, (size_t)dir->names_size);
    }
    move_pointers(dir, out);
    return NYZ_OK;
}

void nyz_zip_directory_free(nyz_zip_directory *dir)
{
    const nyz_allocator *const allocator = &dir->allocator;
    nyz_release(allocator, dir->names, dir->names_size);
    nyz_release(allocator, dir->memory, dir->memory_size);
    memset(dir, 0, sizeof *dir);
}
