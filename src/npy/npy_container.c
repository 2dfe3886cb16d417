/* SPDX-License-Identifier: MIT */
/* .npy files as a format: see npy_container.h.  Opening finds where each of the arrays is that are
 * in the file one after the other; an array is then read as if it alone were the file. */
#include "npy/npy_container.h"

#include <string.h>

#include "array/array.h"
#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "dtype/dtype.h"
#include "io/progress_stream.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "npy/grown.h"
#include "npy/load_as.h"
#include "npy/npy.h"
#include "npy/npy_file.h"

/* ------------------------------------------------------------------------------- opening */

static int probe(const nyz_sample *sample)
{
    return sample->first_size >= NYZ_MAGIC_SIZE &&
                   memcmp(sample->first, NYZ_MAGIC, NYZ_MAGIC_SIZE) == 0
               ? NYZ_PROBE_SURE
               : NYZ_PROBE_NO;
}

static void close_file(void *state)
{
    nyz_npy_file *const file = state;
    const nyz_allocator allocator = file->config.allocator;
    nyz_release(&allocator, file->places, file->capacity * (int64_t)sizeof *file->places);
    nyz_release(&allocator, file, (int64_t)sizeof *file);
}

static nyz_status open_file(const nyz_stream *stream, const nyz_sample *sample,
                            const nyz_options *opt, void **state, nyz_error *err)
{
    nyz_config config;
    void *memory = NULL;
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(
        nyz_alloc_zero(&config.allocator, (int64_t)sizeof(nyz_npy_file), &memory, err));
    nyz_npy_file *const file = memory;
    file->config = config;
    file->stream = *stream;
    file->size = sample->size;
    const nyz_status status =
        nyz_npy_find_arrays(file, sample->first, sample->first_size, err);
    if (status != NYZ_OK) {
        close_file(file);
        return status;
    }
    *state = file;
    return NYZ_OK;
}

/* --------------------------------------------------------------------------------- items */

static int64_t count(const void *state)
{
    return ((const nyz_npy_file *)state)->count;
}

static void entry(const void *state, int64_t index, nyz_entry *out)
{
    const nyz_npy_place *const p = &((const nyz_npy_file *)state)->places[index];
    out->name = p->name;
    out->name_size = strlen(p->name);
    out->size = out->compressed_size = p->end - p->start;
}

static int is_last(const nyz_npy_file *file, int64_t index)
{
    return index == file->count - 1;
}

/* The last array is what its header said when the file was opened. */
static nyz_source source_of(const nyz_npy_file *file, int64_t index,
                            nyz_read_ahead *window)
{
    const nyz_npy_place *const p = &file->places[index];
    nyz_source source = {.start = p->start, .left = p->end - p->start};
    if (!is_last(file, index)) {
        return nyz_npy_source_at(window, &file->stream, p->start, p->end);
    }
    source.stream = nyz_read_ahead_copy(window, &file->last, &file->stream);
    return source;
}

/* Offsets in an array become offsets in the file. */
static nyz_status move_offset(nyz_status status, int64_t start, nyz_error *err)
{
    if (status != NYZ_OK && err->offset >= 0) {
        err->offset += start;
    }
    return status;
}

/* What is wrong with the last array counts: loading Python objects fails before their pickle is
 * looked at, which is damaged. */
static nyz_status last_failure(const nyz_npy_file *file, int64_t index, nyz_status status,
                               nyz_error *err)
{
    if (status == NYZ_ERR_UNSUPPORTED && is_last(file, index) &&
        file->failure.status == NYZ_ERR_CORRUPT) {
        *err = file->failure;
        return NYZ_ERR_CORRUPT;
    }
    return status;
}

/* Lets `reader` read an array of the file. */
static nyz_status read_array(const nyz_npy_file *file, int64_t index,
                             const nyz_config *config, nyz_npy_reader *reader,
                             nyz_array *array, int64_t *header, nyz_error *err)
{
    nyz_read_ahead window;
    nyz_npy_start start;
    nyz_progress_stream wrapper;
    nyz_source source = source_of(file, index, &window);
    nyz_progress_stream_source(&wrapper, config, &source);
    nyz_status status = nyz_npy_begin(&source, &start, err);
    if (status == NYZ_OK) {
        status = reader(&source, &start, config, array, err);
    }
    *header = source.offset;
    status = move_offset(status, file->places[index].start, err);
    return last_failure(file, index, status, err);
}

static nyz_status info(const void *state, int64_t index, nyz_item *out, nyz_error *err)
{
    const nyz_npy_file *const file = state;
    const nyz_npy_place *const p = &file->places[index];
    int64_t header = 0;
    if (is_last(file, index) && file->failure.status != NYZ_OK) {
        out->kind = NYZ_ITEM_UNREADABLE;
        out->error = file->failure;
        if (!file->has_header) {
            return NYZ_OK;
        }
    }
    NYZ_TRY(
        read_array(file, index, &file->config, nyz_npy_peek, &out->header, &header, err));
    if (out->kind == NYZ_ITEM_UNREADABLE) {
        return NYZ_OK;
    }
    if (nyz_dtype_has_objects(&out->header.dtype)) {
        out->kind = NYZ_ITEM_UNREADABLE;
        (void)nyz_npy_refuse_objects(p->data, &out->error);
        return NYZ_OK;
    }
    out->kind = NYZ_ITEM_ARRAY;
    out->data_size = p->end - p->data;
    out->data_offset = p->data;
    return NYZ_OK;
}

static int64_t trailing(const void *state)
{
    const nyz_npy_file *const file = state;
    return file->size - file->places[file->count - 1].end;
}

/* ------------------------------------------------------------------------------- loading */

static nyz_status load_by(nyz_npy_reader *reader, const nyz_npy_file *file, int64_t index,
                          const nyz_want *want, const nyz_options *opt, nyz_array *array,
                          nyz_error *err)
{
    nyz_config config;
    nyz_progress progress;
    int64_t end = 0;
    NYZ_TRY(nyz_config_over(&file->config, opt, &config, err));
    config.want = want;
    nyz_progress_begin(&progress, &config, -1);
    return nyz_progress_end(
        &config, read_array(file, index, &config, reader, array, &end, err), err);
}

static nyz_status load(const void *state, int64_t index, const nyz_options *opt,
                       nyz_array *out, nyz_error *err)
{
    return load_by(nyz_npy_read, state, index, NULL, opt, out, err);
}

nyz_status nyz_npy_container_load_as(const void *state, int64_t index,
                                     const nyz_want *want, const nyz_options *opt,
                                     nyz_array *out, nyz_error *err)
{
    return load_by(nyz_npy_read_as, state, index, want, opt, out, err);
}

static nyz_status load_into(const void *state, int64_t index, const nyz_options *opt,
                            const nyz_array *into, nyz_error *err)
{
    nyz_array target = *into;
    return load_by(nyz_npy_read_into, state, index, NULL, opt, &target, err);
}

static nyz_status read_bytes(const nyz_npy_file *file, int64_t index,
                             const nyz_config *config, nyz_array *out, nyz_error *err)
{
    nyz_read_ahead window;
    nyz_progress_stream wrapper;
    nyz_source source = source_of(file, index, &window);
    NYZ_TRY(nyz_array_new_bytes(config, source.left, out, err));
    nyz_progress_stream_source(&wrapper, config, &source);
    const nyz_status status =
        nyz_source_read(&source, out->data, source.left, "array", err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

static nyz_status bytes(const void *state, int64_t index, const nyz_options *opt,
                        nyz_array *out, nyz_error *err)
{
    const nyz_npy_file *const file = state;
    nyz_config config;
    nyz_progress progress;
    NYZ_TRY(nyz_config_over(&file->config, opt, &config, err));
    nyz_progress_begin(&progress, &config, -1);
    return nyz_progress_end(&config, read_bytes(file, index, &config, out, err), err);
}

/* ------------------------------------------------------------------------------- growing */

/* Not 0 if the array before the last one is still as long as it was. */
static int has_place(const nyz_npy_file *file, int64_t index, const nyz_stream *now)
{
    const nyz_npy_place *const p = &file->places[index];
    nyz_read_ahead window;
    nyz_source source = nyz_npy_source_at(&window, now, p->start, p->end);
    nyz_npy_start start;
    nyz_array header;
    if (nyz_npy_begin(&source, &start, NULL) != NYZ_OK ||
        nyz_npy_peek(&source, &start, &file->config, &header, NULL) != NYZ_OK) {
        return 0;
    }
    const int64_t size = nyz_array_count(&header) * header.dtype.itemsize;
    const int objects = nyz_dtype_has_objects(&header.dtype);
    nyz_array_free(&header);
    return p->start + source.offset == p->data && (objects || p->data + size == p->end);
}

/* Only the last array of a file can be appended to. */
static int is_intact(const void *state, int64_t index, const nyz_stream *now,
                     int64_t size)
{
    const nyz_npy_file *const file = state;
    const int64_t at = file->places[file->count - 1].start;
    return nyz_npy_is_intact(now, at, size, file->last.bytes, file->last.size,
                             &file->config) &&
           (index < 0 || is_last(file, index) || has_place(file, index, now));
}

const nyz_container nyz_npy_container = {
    .version = NYZ_CONTAINER_VERSION,
    .struct_size = sizeof(nyz_container),
    .name = "npy",
    .noun = "file",
    .flags = NYZ_CONTAINER_NUMBERED,
    .probe = probe,
    .open = open_file,
    .close = close_file,
    .count = count,
    .entry = entry,
    .info = info,
    .load = load,
    .load_into = load_into,
    .bytes = bytes,
    .trailing = trailing,
    .is_intact = is_intact,
};
