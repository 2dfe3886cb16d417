/* SPDX-License-Identifier: MIT */
/* Choosing items by their names: see select.h. */
#include "base/select.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/name_table.h"
#include "base/pattern.h"
#include "base/rename.h"

/* --------------------------------------------------------------------------------- checking */

static nyz_status check_patterns(const char *const *patterns, int64_t count,
                                 const char *what, nyz_error *err)
{
    if (count < 0 || (patterns == NULL && count > 0)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "select: no list of %lld patterns to %s", (long long)count, what);
    }
    for (int64_t i = 0; i < count; i++) {
        if (patterns[i] == NULL) {
            return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                            "select: pattern %lld to %s is NULL", (long long)i, what);
        }
    }
    return NYZ_OK;
}

static nyz_status check(const nyz_select *select, nyz_error *err)
{
    const int64_t *const reserved = select->reserved;
    if ((select->flags & ~(uint32_t)NYZ_SELECT_MAYBE) != 0 || select->reserved32 != 0 ||
        (reserved[0] | reserved[1] | reserved[2] | reserved[3]) != 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "select: reserved words and unknown flags must be 0");
    }
    NYZ_TRY(check_patterns(select->include, select->include_count, "include", err));
    NYZ_TRY(check_patterns(select->exclude, select->exclude_count, "exclude", err));
    return nyz_rename_check(select->renames, select->rename_count, err);
}

/* -------------------------------------------------------------------------------- patterns */

/* Marks what matches a pattern, by its name with ".npy" or without, and counts it. */
static nyz_status mark_matches(const nyz_select_source *source, const char *text,
                               unsigned char mark, unsigned char *marks, int64_t *count,
                               nyz_error *err)
{
    nyz_pattern pattern;
    nyz_entry entry;
    nyz_pattern_init(&pattern, text);
    for (int64_t i = 0; i < source->count && !pattern.plain; i++) {
        NYZ_TRY(source->entry(source->ctx, i, &entry, err));
        if (nyz_pattern_matches(&pattern, entry.name, entry.key_size) ||
            (entry.key_size < entry.name_size &&
             nyz_pattern_matches(&pattern, entry.name, entry.name_size))) {
            marks[i] = mark;
            ++*count;
        }
    }
    return NYZ_OK;
}

static nyz_status mark_pattern(const nyz_select_source *source, const char *text,
                               unsigned char mark, unsigned char *marks, int64_t *count,
                               nyz_error *err)
{
    const int64_t exact = source->find(source->ctx, text);
    *count = 0;
    if (exact >= 0) {
        marks[exact] = mark;
        *count = 1;
        return NYZ_OK;
    }
    return mark_matches(source, text, mark, marks, count, err);
}

static nyz_status fail_unmatched(const nyz_select_source *source, const char *text,
                                 nyz_error *err)
{
    char quoted[NYZ_QUOTE_SIZE];
    char example[NYZ_QUOTE_SIZE];
    nyz_entry entry;
    if (nyz_pattern_is_plain(text) || strlen(text) > NYZ_PATTERN_BYTES ||
        source->count == 0) {
        return source->missing(source->ctx, text, err);
    }
    NYZ_TRY(source->entry(source->ctx, 0, &entry, err));
    return nyz_fail(
        err, NYZ_ERR_NOT_FOUND, -1, "no member matches '%s'; the %s has %lld, as '%s'",
        nyz_quote(quoted, text, strlen(text)), source->noun, (long long)source->count,
        nyz_quote(example, entry.name, entry.key_size));
}

static nyz_status mark_all(const nyz_select_source *source, const nyz_select *select,
                           unsigned char *marks, nyz_error *err)
{
    int64_t count = 0;
    if (select->include_count == 0 && source->count > 0) {
        memset(marks, 1, (size_t)source->count);
    }
    for (int64_t i = 0; i < select->include_count; i++) {
        NYZ_TRY(mark_pattern(source, select->include[i], 1, marks, &count, err));
        if (count == 0 && (select->flags & NYZ_SELECT_MAYBE) == 0) {
            return fail_unmatched(source, select->include[i], err);
        }
    }
    for (int64_t i = 0; i < select->exclude_count; i++) {
        NYZ_TRY(mark_pattern(source, select->exclude[i], 0, marks, &count, err));
    }
    return NYZ_OK;
}

/* ----------------------------------------------------------------------------------- names */

static const char *name_of(const void *owner, uint32_t number, size_t *size)
{
    const nyz_select_item *const item = (const nyz_select_item *)owner + number;
    *size = item->size;
    return item->name;
}

static nyz_status keep_text(nyz_arena *arena, const char *text, size_t size,
                            const char **out, nyz_error *err)
{
    void *memory = NULL;
    NYZ_TRY(nyz_arena_alloc(arena, (int64_t)size + 1, 1, &memory, err));
    memcpy(memory, text, size);
    *out = memory;
    return NYZ_OK;
}

/* Its new name, or its key. */
static nyz_status name_item(nyz_selection *out, const nyz_select *select,
                            const nyz_entry *entry, nyz_select_item *item, nyz_error *err)
{
    item->key = entry->name;
    item->key_size = entry->key_size;
    item->full_size = entry->name_size;
    NYZ_TRY(nyz_rename_apply(select->renames, select->rename_count, entry->name,
                             entry->key_size, &out->arena, &item->name, err));
    item->is_renamed = item->name != NULL;
    if (item->name == NULL) {
        NYZ_TRY(keep_text(&out->arena, entry->name, entry->key_size, &item->name, err));
    }
    item->size = strlen(item->name);
    return NYZ_OK;
}

static int is_same_item(const nyz_select_item *a, const nyz_select_item *b)
{
    return a->full_size == b->full_size && memcmp(a->key, b->key, a->full_size) == 0;
}

static int is_whole(const nyz_select_item *item)
{
    return item->key_size == item->full_size;
}

static void insert(nyz_selection *out, uint32_t *slot, const nyz_select_item *item)
{
    out->items[out->count] = *item;
    *slot = (uint32_t)++out->count;
}

static uint32_t *slot_of(const nyz_selection *out, const nyz_select_item *item)
{
    const nyz_name name = {item->name, item->size, "", 0};
    return nyz_name_table_slot(&out->table, &name);
}

static nyz_status fail_same(const nyz_select_item *a, const nyz_select_item *b,
                            nyz_error *err)
{
    char first[NYZ_QUOTE_SIZE];
    char second[NYZ_QUOTE_SIZE];
    char both[NYZ_QUOTE_SIZE];
    return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "'%s' and '%s' would both be '%s'",
                    nyz_quote(first, a->key, a->key_size),
                    nyz_quote(second, b->key, b->key_size),
                    nyz_quote(both, a->name, a->size));
}

/* Of a member "w" and one "w.npy" the latter has its whole name, as for NumPy. */
static nyz_status add_whole(nyz_selection *out, nyz_select_item *item, nyz_error *err)
{
    NYZ_TRY(keep_text(&out->arena, item->key, item->full_size, &item->name, err));
    item->size = item->full_size;
    uint32_t *const slot = slot_of(out, item);
    if (*slot == 0) {
        insert(out, slot, item);
        return NYZ_OK;
    }
    nyz_select_item *const old = &out->items[*slot - 1];
    if (!is_same_item(old, item)) {
        return fail_same(old, item, err);
    }
    *old = *item;
    return NYZ_OK;
}

static nyz_status add_item(nyz_selection *out, nyz_select_item *item, nyz_error *err)
{
    uint32_t *const slot = slot_of(out, item);
    if (*slot == 0) {
        insert(out, slot, item);
        return NYZ_OK;
    }
    nyz_select_item *const old = &out->items[*slot - 1];
    if (is_same_item(old, item)) {
        *old = *item; /* the last one counts */
        return NYZ_OK;
    }
    if (old->is_renamed || item->is_renamed || is_whole(old) == is_whole(item)) {
        return fail_same(old, item, err);
    }
    if (is_whole(item)) {
        const nyz_select_item other = *old;
        *old = *item;
        *item = other;
    }
    return add_whole(out, item, err);
}

static nyz_status add_marked(const nyz_select_source *source, const nyz_select *select,
                             const unsigned char *marks, nyz_selection *out,
                             nyz_error *err)
{
    for (int64_t i = 0; i < source->count; i++) {
        nyz_select_item item = {.index = i};
        nyz_entry entry;
        if (marks[i]) {
            NYZ_TRY(source->entry(source->ctx, i, &entry, err));
            NYZ_TRY(name_item(out, select, &entry, &item, err));
            NYZ_TRY(add_item(out, &item, err));
        }
    }
    return NYZ_OK;
}

/* ------------------------------------------------------------------------------- selecting */

static nyz_status make_table(int64_t count, nyz_selection *out, nyz_error *err)
{
    const int64_t slot_count = nyz_name_table_size(count);
    void *items = NULL;
    void *slots = NULL;
    if (count > 0) {
        NYZ_TRY(nyz_arena_alloc(&out->arena, count, sizeof *out->items, &items, err));
        NYZ_TRY(nyz_arena_alloc(&out->arena, slot_count, sizeof *out->table.slots, &slots,
                                err));
    }
    out->items = items;
    nyz_name_table_init(&out->table, slots, slot_count, name_of, items);
    return NYZ_OK;
}

static nyz_status choose(const nyz_select_source *source, const nyz_select *select,
                         unsigned char *marks, nyz_selection *out, nyz_error *err)
{
    int64_t count = 0;
    NYZ_TRY(mark_all(source, select, marks, err));
    for (int64_t i = 0; i < source->count; i++) {
        count += marks[i];
    }
    NYZ_TRY(make_table(count, out, err));
    return count > 0 ? add_marked(source, select, marks, out, err) : NYZ_OK;
}

nyz_status nyz_select_items(const nyz_select_source *source, const nyz_select *select,
                            const nyz_allocator *allocator, nyz_selection *out,
                            nyz_error *err)
{
    static const nyz_select all = {0};
    void *marks = NULL;
    memset(out, 0, sizeof *out);
    nyz_arena_init(&out->arena, allocator);
    select = select != NULL ? select : &all;
    NYZ_TRY(check(select, err));
    NYZ_TRY(nyz_alloc_array(allocator, source->count, 1, &marks, err));
    const nyz_status status = choose(source, select, marks, out, err);
    nyz_release(allocator, marks, source->count);
    if (status != NYZ_OK) {
        nyz_select_free(out);
    }
    return status;
}

const nyz_select_item *nyz_select_find(const nyz_selection *selection, const char *name)
{
    const nyz_name parts = {name, strlen(name), "", 0};
    const int64_t number = nyz_name_table_find(&selection->table, &parts);
    return number >= 0 ? &selection->items[number] : NULL;
}

void nyz_select_free(nyz_selection *selection)
{
    nyz_arena_free(&selection->arena);
    selection->items = NULL;
    selection->count = 0;
}
