/* SPDX-License-Identifier: MIT */
/* Items that no buffer holds whole, on their way to a file: piece by piece, each brought
 * to its byte order in the buffer.  See npy.h. */
#include <string.h>

#include "array/array.h"
#include "array/strided_copy.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "dtype/dtype.h"
#include "io/stream.h"
#include "npy/npy.h"

typedef struct emitter {
    nyz_byteorder byteorder;
    const nyz_sink *sink;
    unsigned char *buffer; /* of NYZ_NPY_BLOCK bytes */
    nyz_error *err;
} emitter;

/* Items one behind the other that fit the buffer each. */
static nyz_status emit_small(const emitter *e, const nyz_dtype *dtype,
                             const unsigned char *from, int64_t count)
{
    const int64_t most = nyz_array_items_in(NYZ_NPY_BLOCK, dtype->itemsize);
    for (int64_t done = 0; done < count; done += most) {
        const int64_t n = nyz_min(most, count - done);
        const int64_t size = n * dtype->itemsize;
        memcpy(e->buffer, from + done * dtype->itemsize, (size_t)size);
        nyz_dtype_byteswap(dtype, e->byteorder, e->buffer, n, dtype->itemsize);
        NYZ_TRY(nyz_sink_put(e->sink, e->buffer, size, e->err));
    }
    return NYZ_OK;
}

static nyz_status emit_large(const emitter *e, const nyz_dtype *dtype,
                             const unsigned char *from);

static nyz_status emit_items(const emitter *e, const nyz_dtype *dtype,
                             const unsigned char *from, int64_t count)
{
    if (!nyz_dtype_needs_byteswap(dtype, e->byteorder)) {
        return nyz_sink_put(e->sink, from, count * dtype->itemsize, e->err);
    }
    if (dtype->itemsize <= NYZ_NPY_BLOCK) {
        return emit_small(e, dtype, from, count);
    }
    for (int64_t i = 0; i < count; i++) {
        NYZ_TRY(emit_large(e, dtype, from + i * dtype->itemsize));
    }
    return NYZ_OK;
}

static int64_t end_of(const nyz_field *field)
{
    return field->offset + field->dtype.itemsize;
}

/* The fields from `first` on that lie before start + NYZ_NPY_BLOCK, and the gaps between
 * them: *next gets the first other one. */
static nyz_status emit_fields(const emitter *e, const nyz_dtype *dtype,
                              const unsigned char *from, int64_t start, int64_t *next)
{
    const nyz_field *const fields = dtype->fields;
    const int64_t first = *next;
    while (*next < dtype->nfields && end_of(&fields[*next]) - start <= NYZ_NPY_BLOCK) {
        ++*next;
    }
    if (*next == first) {
        return NYZ_OK;
    }
    const int64_t size = end_of(&fields[*next - 1]) - start;
    memcpy(e->buffer, from + start, (size_t)size);
    for (int64_t i = first; i < *next; i++) {
        nyz_dtype_byteswap(&fields[i].dtype, e->byteorder,
                           e->buffer + (fields[i].offset - start), 1,
                           fields[i].dtype.itemsize);
    }
    return nyz_sink_put(e->sink, e->buffer, size, e->err);
}

/* A field for which there is no room, after the gap before it. */
static nyz_status emit_field(const emitter *e, const nyz_field *field,
                             const unsigned char *from, int64_t start)
{
    NYZ_TRY(nyz_sink_put(e->sink, from + start, field->offset - start, e->err));
    return emit_items(e, &field->dtype, from + field->offset, 1);
}

static nyz_status emit_struct(const emitter *e, const nyz_dtype *dtype,
                              const unsigned char *from)
{
    int64_t start = 0;
    for (int64_t i = 0; i < dtype->nfields;) {
        const int64_t first = i;
        NYZ_TRY(emit_fields(e, dtype, from, start, &i));
        if (i == first) {
            NYZ_TRY(emit_field(e, &dtype->fields[i], from, start));
            i++;
        }
        start = end_of(&dtype->fields[i - 1]);
    }
    return nyz_sink_put(e->sink, from + start, dtype->itemsize - start, e->err);
}

/* One item: of the scalars, only text is so large and has a byte order. */
static nyz_status emit_large(const emitter *e, const nyz_dtype *dtype,
                             const unsigned char *from)
{
    if (dtype->type == NYZ_STRUCT) {
        return emit_struct(e, dtype, from);
    }
    nyz_dtype point = *dtype;
    point.itemsize = 4;
    const nyz_dtype *const base = dtype->type == NYZ_SUBARRAY ? dtype->base : &point;
    return emit_items(e, base, from, dtype->itemsize / base->itemsize);
}

nyz_status nyz_npy_emit_large(const nyz_npy_writer *plan, const nyz_sink *sink,
                              void *buffer, nyz_error *err)
{
    const emitter e = {plan->byteorder, sink, buffer, err};
    nyz_blocks blocks;
    nyz_blocks_in_order(&blocks, &plan->array, 1);
    for (int64_t i = 0; i < blocks.count; i++) {
        nyz_array item;
        int64_t first = 0;
        nyz_blocks_at(&blocks, i, &item, &first);
        NYZ_TRY(emit_items(&e, &item.dtype, item.data, 1));
    }
    return NYZ_OK;
}
