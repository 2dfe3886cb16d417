/* SPDX-License-Identifier: MIT */
/* The limits that hold for formats of other libraries as they do for nyz's own. */
#include "array/array.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "file/file_handle.h"

/* --------------------------------------------------------------------------- at opening */

/* A ratio counts for items of more bytes than this, as in archives. */
#define RATIO_FROM ((int64_t)1 << 20)

static int exceeds_ratio(const nyz_entry *entry, int64_t ratio)
{
    int64_t most = 0;
    return entry->size > RATIO_FROM && entry->compressed_size >= 0 &&
           !nyz_mul(entry->compressed_size, ratio, &most) && entry->size > most;
}

nyz_status nyz_file_limit_entry(const nyz_entry *entry, const nyz_limits *limits,
                                int64_t *total, nyz_error *err)
{
    if ((uint64_t)entry->name_size > (uint64_t)limits->name_bytes) {
        return nyz_fail(err, NYZ_ERR_LIMIT, -1,
                        "a name of %zu bytes exceeds limits.name_bytes, %lld",
                        entry->name_size, (long long)limits->name_bytes);
    }
    if (exceeds_ratio(entry, limits->ratio)) {
        return nyz_fail(err, NYZ_ERR_LIMIT, -1,
                        "%lld bytes compressed to %lld exceed limits.ratio, %lld",
                        (long long)entry->size, (long long)entry->compressed_size,
                        (long long)limits->ratio);
    }
    if (entry->size > 0 &&
        (nyz_add(*total, entry->size, total) || *total > limits->archive_bytes)) {
        return nyz_fail(
            err, NYZ_ERR_LIMIT, -1,
            "what the items up to this one hold exceeds limits.archive_bytes, "
            "%lld",
            (long long)limits->archive_bytes);
    }
    return NYZ_OK;
}

/* ------------------------------------------------------------------------------ an item */

nyz_status nyz_file_limit_bytes(int64_t size, const nyz_limits *limits, nyz_error *err)
{
    return size <= limits->array_bytes
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_LIMIT, -1,
                          "%lld bytes exceed limits.array_bytes, %lld", (long long)size,
                          (long long)limits->array_bytes);
}

/* What a tree of dtypes has most of. */
typedef struct extent {
    int64_t nesting;
    int64_t fields;
    int64_t dims;
} extent;

/* The tree has been checked: it is at most 64 deep. */
static void measure(const nyz_dtype *dtype, int64_t depth, extent *e)
{
    e->nesting = depth > e->nesting ? depth : e->nesting;
    if (dtype->type == NYZ_SUBARRAY) {
        e->dims = dtype->ndim > e->dims ? dtype->ndim : e->dims;
        measure(dtype->base, depth + 1, e);
    }
    for (int64_t i = 0; dtype->type == NYZ_STRUCT && i < dtype->nfields; i++) {
        e->fields++;
        measure(&dtype->fields[i].dtype, depth + 1, e);
    }
}

static nyz_status check(int64_t found, int64_t most, const char *what, const char *limit,
                        nyz_error *err)
{
    return found <= most
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_LIMIT, -1, "%lld %s exceed limits.%s, %lld",
                          (long long)found, what, limit, (long long)most);
}

nyz_status nyz_file_limit_array(const nyz_item *item, const nyz_limits *limits,
                                nyz_error *err)
{
    extent e = {.dims = item->header.ndim};
    measure(&item->header.dtype, 0, &e);
    NYZ_TRY(check(e.dims, limits->dims, "dimensions", "dims", err));
    NYZ_TRY(check(e.nesting, limits->nesting, "levels of dtypes", "nesting", err));
    NYZ_TRY(check(e.fields, limits->fields, "fields", "fields", err));
    NYZ_TRY(check(item->header.dtype.itemsize, limits->item_bytes, "bytes of an item",
                  "item_bytes", err));
    NYZ_TRY(nyz_file_limit_bytes(item->data_size, limits, err));
    return check(nyz_array_count(&item->header), limits->array_bytes, "elements",
                 "array_bytes", err);
}
