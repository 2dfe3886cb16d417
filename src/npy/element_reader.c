/* Items from a file to memory, and straight to it where they can: see element_reader.h. */
#include "npy/element_reader.h"

#include <string.h>

#include "array/array.h"
#include "array/cast.h"
#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/parallel.h"
#include "dtype/dtype.h"
#include "io/stream.h"

/* -------------------------------------------------------------------------------- deciding */

static nyz_status refuse_cast(const nyz_element_reader *t, nyz_error *err)
{
    char from[64];
    char to[64];
    size_t size;
    if (nyz_dtype_format(&t->from, from, sizeof from, &size, NULL) != NYZ_OK ||
        nyz_dtype_format(&t->to.dtype, to, sizeof to, &size, NULL) != NYZ_OK) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "the file's dtype is not that of the array");
    }
    return nyz_fail(
        err, NYZ_ERR_ARGUMENT, -1,
        "the file's dtype %s does not become %s: expected the same, or a kind that "
        "holds it (bool, unsigned, signed, float, complex)",
        from, to);
}

/* The one order that turns the file's items into those of `to`, if there is one. */
static int find_byteorder(const nyz_dtype *from, const nyz_dtype *to, nyz_byteorder *out)
{
    static const nyz_byteorder orders[] = {NYZ_KEEP_BYTEORDER, NYZ_LITTLE_ENDIAN,
                                           NYZ_BIG_ENDIAN};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        if (nyz_dtype_same(from, to, orders[i])) {
            *out = orders[i];
            return 1;
        }
    }
    return 0;
}

nyz_status nyz_element_reader_init(nyz_element_reader *elements, const nyz_dtype *from,
                                   const nyz_array *to, int fortran, nyz_error *err)
{
    memset(elements, 0, sizeof *elements);
    elements->from = *from;
    elements->to = *to;
    elements->count = nyz_size(to);
    if (!find_byteorder(from, &to->dtype, &elements->byteorder)) {
        elements->byteorder = NYZ_NATIVE;
        elements->convert = nyz_cast_find(from->type, to->dtype.type);
        if (elements->convert == NULL) {
            return refuse_cast(elements, err);
        }
    }
    if (fortran) {
        nyz_array_reverse_axes(&elements->to);
    }
    elements->direct =
        elements->convert == NULL && nyz_is_contiguous(&elements->to, NYZ_C_ORDER);
    return NYZ_OK;
}

/* How many threads may read. */
static int reading_threads(const nyz_element_reader *t, const nyz_source *source,
                           const nyz_config *config)
{
    const int shared = source->start >= 0 && source->stream.read_at != NULL &&
                       t->count * t->from.itemsize >= NYZ_PARALLEL_THRESHOLD;
    return shared ? config->threads : 1;
}

/* --------------------------------------------------------------------------------- reading */

/* What goes right to its place: a run of items read from the source as it comes or,
 * source NULL, from a place in its stream. */
typedef struct run {
    const nyz_element_reader *elements;
    nyz_source *source;
    const nyz_stream *stream;
    int64_t place;
    int64_t first;
    int64_t count;
} run;

static nyz_status read_piece(run *r, int64_t count, nyz_error *err)
{
    const nyz_dtype *const from = &r->elements->from;
    const int64_t size = count * from->itemsize;
    unsigned char *const to =
        (unsigned char *)r->elements->to.data + r->first * from->itemsize;
    NYZ_TRY(r->source != NULL
                ? nyz_source_read(r->source, to, size, "data", err)
                : nyz_stream_read_at(r->stream, r->place, to, size, "data", err));
    nyz_dtype_byteswap(from, r->elements->byteorder, to, count, from->itemsize);
    r->place += size;
    r->first += count;
    r->count -= count;
    return NYZ_OK;
}

/* Numbers are byte-swapped while they are in the cache. */
static nyz_status read_run(run *r, nyz_error *err)
{
    const nyz_element_reader *const t = r->elements;
    const int64_t piece = nyz_dtype_needs_byteswap(&t->from, t->byteorder)
                              ? nyz_array_items_in(NYZ_IO_BLOCK, t->from.itemsize)
                              : r->count;
    while (r->count > 0) {
        NYZ_TRY(read_piece(r, nyz_min(r->count, piece), err));
    }
    return NYZ_OK;
}

/* -------------------------------------------------------------------------------- threads */

typedef struct parts {
    run runs[NYZ_PARALLEL_MAX_RANGES];
    nyz_status statuses[NYZ_PARALLEL_MAX_RANGES];
    nyz_error errors[NYZ_PARALLEL_MAX_RANGES];
} parts;

static void read_part(void *ctx, int64_t index)
{
    parts *const p = ctx;
    p->statuses[index] = read_run(&p->runs[index], &p->errors[index]);
}

/* The first failure in the order of the file, whichever came first in time. */
static nyz_status first_failure(const parts *p, int64_t count, nyz_error *err)
{
    for (int64_t i = 0; i < count; i++) {
        if (p->statuses[i] != NYZ_OK) {
            if (err != NULL) {
                *err = p->errors[i];
            }
            return p->statuses[i];
        }
    }
    return NYZ_OK;
}

static nyz_status read_parts(const nyz_element_reader *t, const nyz_source *source,
                             parts *p, int64_t count, nyz_error *err)
{
    const int64_t most = t->count / count + 1;
    for (int64_t i = 0; i < count; i++) {
        run *const r = &p->runs[i];
        memset(r, 0, sizeof *r);
        r->elements = t;
        r->stream = &source->stream;
        r->first = nyz_min(i * most, t->count);
        r->count = nyz_min(most, t->count - r->first);
        r->place = source->start + source->offset + r->first * t->from.itemsize;
    }
    nyz_parallel((int)count, count, read_part, p);
    return first_failure(p, count, err);
}

static nyz_status read_in_parallel(const nyz_element_reader *t, nyz_source *source,
                                   const nyz_config *config, nyz_error *err)
{
    const int64_t bytes = t->count * t->from.itemsize;
    void *memory = NULL;
    NYZ_TRY(nyz_alloc(&config->allocator, (int64_t)sizeof(parts), &memory, err));
    parts *const p = memory;
    nyz_status status =
        read_parts(t, source, p, nyz_min(config->threads, NYZ_PARALLEL_MAX_RANGES), err);
    nyz_release(&config->allocator, memory, (int64_t)sizeof(parts));
    if (status == NYZ_OK) {
        status = nyz_source_skip(source, bytes, err);
    }
    return status;
}

nyz_status nyz_element_reader_read(const nyz_element_reader *elements, nyz_source *source,
                                   const nyz_config *config, nyz_error *err)
{
    run whole = {.elements = elements, .source = source, .count = elements->count};
    if (elements->count == 0 || elements->from.itemsize == 0) {
        return NYZ_OK;
    }
    const int threads = reading_threads(elements, source, config);
    if (!elements->direct) {
        return nyz_element_reader_read_blocks(elements, source, &config->allocator,
                                              threads, err);
    }
    return threads > 1 ? read_in_parallel(elements, source, config, err)
                       : read_run(&whole, err);
}
