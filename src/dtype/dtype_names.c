/* SPDX-License-Identifier: MIT */
/* Names and titles of a struct's fields: whether one occurs twice.  By sorting, so that
 * 65,536 names, however chosen, are no long work. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sort.h"
#include "dtype/dtype.h"

typedef struct name {
    const char *text;
    size_t size;
    uint64_t start; /* its first 8 bytes as a number: most comparisons end here */
} name;

static name make_name(const char *text, size_t size)
{
    name out = {text, size, 0};
    for (size_t i = 0; i < 8; i++) {
        out.start = out.start << 8 | (i < size ? (unsigned char)text[i] : 0);
    }
    return out;
}

static int compare(const void *ctx, int64_t first, int64_t second)
{
    const name *const a = (const name *)ctx + first;
    const name *const b = (const name *)ctx + second;
    if (a->start != b->start) {
        return a->start < b->start ? -1 : 1;
    }
    const size_t common = a->size < b->size ? a->size : b->size;
    const int order = common > 0 ? memcmp(a->text, b->text, common) : 0;
    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static int64_t collect(const nyz_dtype *dtype, name *list)
{
    int64_t count = 0;
    for (int64_t i = 0; i < dtype->nfields; i++) {
        const nyz_field *const field = &dtype->fields[i];
        list[count++] = make_name(field->name, field->name_size);
        if (field->title != NULL) {
            list[count++] = make_name(field->title, field->title_size);
        }
    }
    return count;
}

/* The number of a name that occurs before, too; -1: none does. */
static int64_t find_repeated(const name *list, int64_t *order, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        order[i] = i;
    }
    nyz_sort(order, count, compare, list);
    for (int64_t i = 1; i < count; i++) {
        if (compare(list, order[i - 1], order[i]) == 0) {
            return order[i];
        }
    }
    return -1;
}

nyz_status nyz_dtype_repeated_name(const nyz_dtype *dtype, const nyz_allocator *allocator,
                                   const char **text, size_t *size, nyz_error *err)
{
    const size_t each = 2 * (sizeof(name) + sizeof(int64_t)); /* a name and a title */
    void *memory = NULL;
    *text = NULL;
    *size = 0;
    if (dtype->nfields == 0) {
        return NYZ_OK;
    }
    NYZ_TRY(nyz_alloc_array(allocator, dtype->nfields, each, &memory, err));
    name *const list = memory;
    int64_t *const order = (void *)(list + 2 * dtype->nfields);
    const int64_t found = find_repeated(list, order, collect(dtype, list));
    if (found >= 0) {
        *text = list[found].text;
        *size = list[found].size;
    }
    nyz_release(allocator, memory, dtype->nfields * (int64_t)each);
    return NYZ_OK;
}
