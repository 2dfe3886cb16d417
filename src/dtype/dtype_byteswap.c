/* SPDX-License-Identifier: MIT */
/* Byte-swapping in place.  Loops over a dtype's tree are outside, loops over the
 * numbers inside, so that each runs as long as it can.  docs/format.md 2.5. */
#include <string.h>

#include "base/arithmetic.h"
#include "dtype/byteswap.h"
#include "dtype/dtype.h"
#include "dtype/dtype_internal.h"

/* A struct's fields are gone over once for so many bytes of items, which stay in the
 * processor's cache meanwhile; but for at least as many items as the whole tree has
 * fields, times its levels, so that a tree of many empty fields is no long work. */
#define BLOCK_BYTES ((int64_t)32 * 1024)
#define MAX_LEVELS 32 /* of the default limits; deeper trees take longer */

/* `count` things, `stride` bytes apart; and as many more for each other thing of `outer`,
 * if that is not NULL: only the places of its things count, not its `first`. */
typedef struct row row;
struct row {
    unsigned char *first;
    int64_t count;
    int64_t stride;
    const row *outer;
};

static uint16_t swap16(uint16_t v)
{
    return (uint16_t)(v << 8 | v >> 8);
}

static uint32_t swap32(uint32_t v)
{
    return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24;
}

static uint64_t swap64(uint64_t v)
{
    return (uint64_t)swap32((uint32_t)(v & 0xffffffff)) << 32 |
           swap32((uint32_t)(v >> 32));
}

static void swap_row_2(row r)
{
    for (int64_t i = 0; i < r.count; i++) {
        unsigned char *const p = r.first + i * r.stride;
        uint16_t v = 0;
        memcpy(&v, p, sizeof v);
        v = swap16(v);
        memcpy(p, &v, sizeof v);
    }
}

static void swap_row_4(row r)
{
    for (int64_t i = 0; i < r.count; i++) {
        unsigned char *const p = r.first + i * r.stride;
        uint32_t v = 0;
        memcpy(&v, p, sizeof v);
        v = swap32(v);
        memcpy(p, &v, sizeof v);
    }
}

static void swap_row_8(row r)
{
    for (int64_t i = 0; i < r.count; i++) {
        unsigned char *const p = r.first + i * r.stride;
        uint64_t v = 0;
        memcpy(&v, p, sizeof v);
        v = swap64(v);
        memcpy(p, &v, sizeof v);
    }
}

static void swap_row_12(row r)
{
    for (int64_t i = 0; i < r.count; i++) {
        unsigned char *const p = r.first + i * r.stride;
        uint32_t v[3];
        memcpy(v, p, sizeof v);
        const uint32_t swapped[3] = {swap32(v[2]), swap32(v[1]), swap32(v[0])};
        memcpy(p, swapped, sizeof swapped);
    }
}

static void swap_row_16(row r)
{
    for (int64_t i = 0; i < r.count; i++) {
        unsigned char *const p = r.first + i * r.stride;
        uint64_t v[2];
        memcpy(v, p, sizeof v);
        const uint64_t swapped[2] = {swap64(v[1]), swap64(v[0])};
        memcpy(p, swapped, sizeof swapped);
    }
}

static void swap_each(row r, int64_t size)
{
    switch (size) {
    case 2:
        swap_row_2(r);
        break;
    case 4:
        swap_row_4(r);
        break;
    case 8:
        swap_row_8(r);
        break;
    case 12:
        swap_row_12(r);
        break;
    default:
        swap_row_16(r);
        break;
    }
}

static void byteswap_row(row r, int64_t size)
{
    if (r.stride == size && size <= 8) {
        const int64_t done = nyz_byteswap_first(r.first, r.count, size);
        r.first += done * size;
        r.count -= done;
    }
    swap_each(r, size);
}

/* Every item of `items` is itself `parts` things of `size` bytes.  Joined to one row if
 * they lie without gaps; else `visit` gets the longer way of going over them. */
typedef void visitor(const void *what, row r);

static void cross(row items, int64_t parts, int64_t size, visitor *visit,
                  const void *what)
{
    const row *const outer = items.outer;
    if (items.count == 1 || items.stride == parts * size) {
        visit(what, (row){items.first, items.count * parts, size, outer});
    } else if (items.count >= parts) {
        for (int64_t i = 0; i < parts; i++) {
            visit(what, (row){items.first + i * size, items.count, items.stride, outer});
        }
    } else {
        for (int64_t i = 0; i < items.count; i++) {
            visit(what, (row){items.first + i * items.stride, parts, size, outer});
        }
    }
}

typedef struct subject {
    const nyz_dtype *dtype;
    nyz_byteorder byteorder;
    int64_t worth; /* the fewest items that a struct's fields are gone over for */
} subject;

static void byteswap_items(const void *what, row items);

static void byteswap_numbers(const void *what, row numbers)
{
    byteswap_row(numbers, *(const int64_t *)what);
}

static void byteswap_scalar(const nyz_dtype *dtype, row items)
{
    const row *const outer = items.outer;
    if (outer != NULL) {
        for (int64_t i = 0; i < outer->count; i++) {
            byteswap_scalar(dtype, (row){items.first + i * outer->stride, items.count,
                                         items.stride, outer->outer});
        }
        return;
    }
    const nyz_type_info *const info = nyz_dtype_info(dtype->type);
    const int64_t size = info->size > 0 ? info->size : dtype->itemsize / info->parts;
    if (size == 1) {
        return; /* an 8-bit float: only its dtype has an order */
    }
    cross(items, dtype->itemsize / size, size, byteswap_numbers, &size);
}

static void byteswap_struct(const subject *s, row items)
{
    const int64_t fitting = items.stride > 0 ? BLOCK_BYTES / items.stride : 1;
    const int64_t block = fitting > s->worth ? fitting : s->worth;
    for (int64_t done = 0; done < items.count; done += block) {
        const int64_t count = nyz_min(block, items.count - done);
        for (int64_t i = 0; i < s->dtype->nfields; i++) {
            const nyz_field *const field = &s->dtype->fields[i];
            const subject inner = {&field->dtype, s->byteorder, s->worth};
            byteswap_items(&inner,
                           (row){items.first + done * items.stride + field->offset, count,
                                 items.stride, items.outer});
        }
    }
}

static int is_of_structs(const nyz_dtype *dtype)
{
    while (dtype->type == NYZ_SUBARRAY) {
        dtype = dtype->base;
    }
    return dtype->type == NYZ_STRUCT;
}

/* Where going over the structs of a sub-array row by row would give their fields too few
 * items at a time, all rows are handed on as one. */
static void byteswap_subarray(const subject *s, row items)
{
    const nyz_dtype *const base = s->dtype->base;
    const subject inner = {base, s->byteorder, s->worth};
    const int64_t parts = s->dtype->itemsize / base->itemsize;
    const int joined = items.count == 1 || items.stride == s->dtype->itemsize;
    const int64_t longer = items.count > parts ? items.count : parts;
    if (!joined && longer < s->worth && is_of_structs(base)) {
        byteswap_items(&inner, (row){items.first, parts, base->itemsize, &items});
    } else {
        cross(items, parts, base->itemsize, byteswap_items, &inner);
    }
}

static void byteswap_items(const void *what, row items)
{
    const subject *const s = what;
    const nyz_dtype *const dtype = s->dtype;
    if (dtype->itemsize == 0 || items.count <= 0 ||
        !nyz_dtype_needs_byteswap(dtype, s->byteorder)) {
        return;
    }
    if (dtype->type == NYZ_STRUCT) {
        byteswap_struct(s, items);
    } else if (dtype->type == NYZ_SUBARRAY) {
        byteswap_subarray(s, items);
    } else {
        byteswap_scalar(dtype, items);
    }
}

static int64_t count_fields(const nyz_dtype *dtype)
{
    int64_t count = dtype->nfields;
    if (dtype->type == NYZ_SUBARRAY) {
        return count_fields(dtype->base);
    }
    for (int64_t i = 0; i < dtype->nfields; i++) {
        count += count_fields(&dtype->fields[i].dtype);
    }
    return count;
}

void nyz_dtype_byteswap(const nyz_dtype *dtype, nyz_byteorder byteorder, void *items,
                        int64_t count, int64_t stride)
{
    const subject s = {dtype, byteorder, MAX_LEVELS * count_fields(dtype)};
    byteswap_items(&s, (row){items, count, stride, NULL});
}
