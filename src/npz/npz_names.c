/* SPDX-License-Identifier: MIT */
/* Names of members being written: see npz_names.h. */
#include "npz/npz_names.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/name_table.h"
#include "base/utf8.h"

#define NAME_MAX_BYTES 65535

static nyz_status refuse(const char *name, const char *why, nyz_error *err)
{
    char quoted[NYZ_QUOTE_SIZE];
    return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "member name '%s' %s",
                    nyz_quote(quoted, name, strlen(name)), why);
}

nyz_status nyz_name_check(const char *name, nyz_error *err)
{
    const size_t size = strlen(name);
    if (size > NAME_MAX_BYTES) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "member name of %zu bytes: at most 65535 fit, \".npy\" included",
                        size);
    }
    if (!nyz_utf8_valid(name, size)) {
        return refuse(name, "is not UTF-8", err);
    }
    return NYZ_OK;
}

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The first component that is empty, "." or "..", between slashes or at an end; NULL:
 * none. */
static const char *bad_component(const char *name)
{
    const char *part = name;
    do {
        const char *const slash = strchr(part, '/');
        const size_t size = slash != NULL ? (size_t)(slash - part) : strlen(part);
        if (size == 0 || (size <= 2 && memcmp(part, "..", size) == 0)) {
            return size == 0 ? "an empty component" : "a component '.' or '..'";
        }
        part = slash != NULL ? slash + 1 : NULL;
    } while (part != NULL);
    return NULL;
}

int nyz_name_is_safe(const char *name)
{
    return nyz_name_check(name, NULL) == NYZ_OK &&
           nyz_name_check_safe(name, NULL) == NYZ_OK;
}

nyz_status nyz_name_check_safe(const char *name, nyz_error *err)
{
    char quoted[NYZ_QUOTE_SIZE];
    const char *why = bad_component(name);
    if (name[0] == '\0' || strcmp(name, ".npy") == 0) {
        why = "no text";
    } else if (name[0] == '/') {
        why = "a slash at its start";
    } else if (is_letter(name[0]) && name[1] == ':') {
        why = "a drive letter";
    } else if (strchr(name, '\\') != NULL) {
        why = "a backslash";
    }
    if (why == NULL) {
        return NYZ_OK;
    }
    return nyz_fail(
        err, NYZ_ERR_ARGUMENT, -1,
        "member name '%s' has %s and is not a safe file name; NYZ_ANY_NAME allows it",
        nyz_quote(quoted, name, strlen(name)), why);
}

/* ------------------------------------------------------------------------------ a set */

enum { FIRST_CAPACITY = 32 };

void nyz_names_init(nyz_names *names, const nyz_allocator *allocator)
{
    memset(names, 0, sizeof *names);
    nyz_arena_init(&names->arena, allocator);
}

static void free_table(nyz_names *names)
{
    const nyz_allocator *const allocator = &names->arena.allocator;
    nyz_release(allocator, names->list, names->capacity * (int64_t)sizeof *names->list);
    nyz_release(allocator, names->table.slots,
                names->table.slot_count * (int64_t)sizeof *names->table.slots);
}

void nyz_names_free(nyz_names *names)
{
    free_table(names);
    nyz_arena_free(&names->arena);
}

static const char *name_of(const void *owner, uint32_t number, size_t *size)
{
    const char *const name = ((const char *const *)owner)[number];
    *size = strlen(name);
    return name;
}

static uint32_t *find_slot(const nyz_names *names, const char *name)
{
    const nyz_name whole = {name, strlen(name), "", 0};
    return nyz_name_table_slot(&names->table, &whole);
}

/* Makes a table of twice the size, with a key of its own.  On failure *names is as it
 * was. */
static nyz_status grow(nyz_names *names, nyz_error *err)
{
    const nyz_allocator *const allocator = &names->arena.allocator;
    nyz_names grown = *names;
    void *list = NULL;
    void *slots = NULL;
    grown.capacity = names->capacity > 0 ? names->capacity * 2 : FIRST_CAPACITY;
    const int64_t list_size = grown.capacity * (int64_t)sizeof *names->list;
    const int64_t slot_count = nyz_name_table_size(grown.capacity);
    if (slot_count > UINT32_MAX) {
        return nyz_fail(err, NYZ_ERR_LIMIT, -1, "more than %lld names",
                        (long long)names->count);
    }
    NYZ_TRY(nyz_alloc(allocator, list_size, &list, err));
    const nyz_status status = nyz_alloc(
        allocator, slot_count * (int64_t)sizeof *names->table.slots, &slots, err);
    if (status != NYZ_OK) {
        nyz_release(allocator, list, list_size);
        return status;
    }
    grown.list = list;
    nyz_name_table_init(&grown.table, slots, slot_count, name_of, list);
    for (int64_t i = 0; i < names->count; i++) {
        grown.list[i] = names->list[i];
        *find_slot(&grown, names->list[i]) = (uint32_t)i + 1;
    }
    free_table(names);
    *names = grown;
    return NYZ_OK;
}

nyz_status nyz_names_add(nyz_names *names, const char *name, int may_be_there,
                         nyz_error *err)
{
    void *copy = NULL;
    const size_t size = strlen(name) + 1;
    if (names->count == names->capacity) {
        NYZ_TRY(grow(names, err));
    }
    uint32_t *const slot = find_slot(names, name);
    if (*slot != 0) {
        return may_be_there ? NYZ_OK : refuse(name, "is in the archive already", err);
    }
    NYZ_TRY(nyz_arena_alloc(&names->arena, (int64_t)size, 1, &copy, err));
    memcpy(copy, name, size);
    names->list[names->count++] = copy;
    *slot = (uint32_t)names->count;
    return NYZ_OK;
}
