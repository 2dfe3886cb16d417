/* SPDX-License-Identifier: MIT */
/* Finding the arrays of a .npy file: see npy_file.h. */
#include "npy/npy_file.h"

#include <string.h>

#include "array/array.h"
#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "dtype/dtype.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "npy/npy.h"
#include "npy/npy_pickle.h"

/* One place more, whose name is its number. */
static nyz_status add_place(nyz_npy_file *file, const nyz_npy_place *p, nyz_error *err)
{
    const nyz_allocator *const allocator = &file->config.allocator;
    if (file->count == file->config.limits.members) {
        return nyz_fail(err, NYZ_ERR_LIMIT, p->start,
                        "more than %lld arrays exceed limits.members",
                        (long long)file->count);
    }
    if (file->count == file->capacity) {
        void *memory = NULL;
        const int64_t capacity = file->capacity == 0 ? 1 : file->capacity * 2;
        NYZ_TRY(nyz_alloc_array(allocator, capacity, sizeof *p, &memory, err));
        if (file->count > 0) {
            memcpy(memory, file->places, (size_t)file->count * sizeof *p);
        }
        nyz_release(allocator, file->places, file->capacity * (int64_t)sizeof *p);
        file->places = memory;
        file->capacity = capacity;
    }
    nyz_npy_place *const added = &file->places[file->count];
    *added = *p;
    (void)snprintf(added->name, sizeof added->name, "%lld", (long long)file->count);
    file->count++;
    return NYZ_OK;
}

nyz_source nyz_npy_source_at(nyz_read_ahead *window, const nyz_stream *stream,
                             int64_t start, int64_t end)
{
    nyz_source source = {.start = start, .left = end - start};
    source.stream = nyz_read_ahead_open(window, stream, start, end - start);
    return source;
}

/* The end of the pickle that comes next in the source of the array at p->start. */
static nyz_status find_end_of_pickle(nyz_source *source, nyz_npy_place *p, nyz_error *err)
{
    const nyz_status status = nyz_npy_pickle_skip(source, err);
    if (status == NYZ_OK) {
        p->end = p->start + source->offset;
    } else if (err->offset >= 0) {
        err->offset += p->start;
    }
    return status;
}

/* The end of an array whose header has been read from the source. */
static nyz_status find_end(const nyz_npy_file *file, nyz_source *source,
                           const nyz_array *header, nyz_npy_place *p, nyz_error *err)
{
    int64_t count = 0;
    int64_t bytes = 0;
    p->end = file->size;
    if (nyz_dtype_has_objects(&header->dtype)) {
        return find_end_of_pickle(source, p, err);
    }
    NYZ_TRY(nyz_array_check(header, &count, &bytes, err));
    if (bytes > file->size - p->data) {
        return nyz_npy_fail_short(header, count, file->size - p->data, file->size, err);
    }
    p->end = p->data + bytes;
    return NYZ_OK;
}

/* Reads the header of the array at p->start.  *has_header: that went well. */
static nyz_status examine(nyz_npy_file *file, const nyz_npy_start *start,
                          nyz_source *source, nyz_npy_place *p, int *has_header,
                          nyz_error *err)
{
    nyz_array header;
    p->data = p->end = file->size;
    *has_header = 0;
    nyz_status status = nyz_npy_peek(source, start, &file->config, &header, err);
    if (status != NYZ_OK) { /* its offset is one in the array */
        err->offset += err->offset >= 0 ? p->start : 0;
        return status;
    }
    *has_header = 1;
    p->data = p->start + source->offset;
    status = find_end(file, source, &header, p, err);
    nyz_array_free(&header);
    return status;
}

/* Not 0 if what a file has can be known, though it is no sound array. */
static int is_damage(nyz_status status)
{
    return status != NYZ_OK && status != NYZ_ERR_IO && status != NYZ_ERR_MEMORY;
}

/* Adds the array at p->start.  *more: another may follow at p->end. */
static nyz_status add_array(nyz_npy_file *file, const nyz_npy_start *start,
                            nyz_source *source, nyz_npy_place *p, int *more,
                            nyz_error *err)
{
    nyz_error failure = {.status = NYZ_OK};
    const nyz_status status =
        examine(file, start, source, p, &file->has_header, &failure);
    *more = 0;
    if (status != NYZ_OK &&
        (!is_damage(status) || (p->start == 0 && !file->has_header))) {
        *err = failure;
        return status;
    }
    file->failure = failure;
    *more = status == NYZ_OK && p->end < file->size;
    return add_place(file, p, err);
}

/* The window over the beginning of the file, which has been read. */
static nyz_source first_source(const nyz_npy_file *file, const unsigned char *first,
                               size_t size, nyz_read_ahead *window)
{
    nyz_source source = nyz_npy_source_at(window, &file->stream, 0, 0);
    source.left = file->size;
    window->size = nyz_min((int64_t)size, NYZ_READ_AHEAD_SIZE);
    memcpy(window->bytes, first, (size_t)window->size);
    return source;
}

nyz_status nyz_npy_find_arrays(nyz_npy_file *file, const unsigned char *first,
                               size_t size, nyz_error *err)
{
    nyz_read_ahead window;
    nyz_source source = first_source(file, first, size, &window);
    nyz_npy_place p = {.start = 0};
    int more = 1;
    while (more) {
        nyz_npy_start start;
        NYZ_TRY(nyz_npy_begin(&source, &start, err));
        if (file->count > 0 && !nyz_npy_has_magic(&start)) {
            return NYZ_OK;
        }
        file->last = window;
        NYZ_TRY(add_array(file, &start, &source, &p, &more, err));
        p.start = p.end;
        if (more) {
            source = nyz_npy_source_at(&window, &file->stream, p.start, file->size);
        }
    }
    return NYZ_OK;
}
