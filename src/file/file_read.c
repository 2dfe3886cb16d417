/* SPDX-License-Identifier: MIT */
/* What the handle does itself of loading an item of another library's format: it takes the table's
 * `read`, or the elements from where they are in the file. */
#include <stddef.h>
#include <string.h>

#include "array/array.h"
#include "base/alloc.h"
#include "base/config.h"
#include "base/error.h"
#include "base/owner.h"
#include "base/progress.h"
#include "dtype/dtype.h"
#include "file/file_handle.h"
#include "io/progress_stream.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "npy/npy.h"

/* The bytes of an item's elements as a source: in memory, or in the file. */
typedef struct elements {
    nyz_source source;
    nyz_stream_mem_reader memory;
    nyz_progress_stream wrapper;
    nyz_read_ahead window; /* the last: it is never cleared */
} elements;

/* Where the elements are in the file as they are. */
static void begin_in_file(elements *e, const nyz_file *file, const nyz_item *item,
                          const nyz_config *config)
{
    memset(e, 0, offsetof(elements, window));
    e->source.stream =
        nyz_read_ahead_open(&e->window, &file->stream, item->data_offset, 0);
    e->source.start = item->data_offset;
    e->source.left = item->data_size;
    nyz_progress_stream_source(&e->wrapper, config, &e->source);
}

/* They were counted when they were read to memory. */
static void begin_in_memory(elements *e, const void *data, int64_t size)
{
    memset(e, 0, offsetof(elements, window));
    e->memory.bytes = data;
    e->memory.size = (size_t)size;
    e->source.stream = nyz_stream_mem(&e->memory);
    e->source.start = -1;
    e->source.left = size;
}

/* By the table, which does all of it in one step. */
static nyz_status read_there(const nyz_file *file, int64_t index, const nyz_item *item,
                             const nyz_config *config, void *to, nyz_error *err)
{
    nyz_error failure;
    nyz_file_begin(&failure);
    const nyz_status status =
        file->format->read(file->state, index, to, (size_t)item->data_size, &failure);
    NYZ_TRY(nyz_file_answer_item(file->format, "read", index, status, &failure, err));
    return config->progress != NULL && nyz_progress_add(config->progress, item->data_size)
               ? nyz_fail(err, NYZ_ERR_CANCELLED, -1, "cancelled")
               : NYZ_OK;
}

/* All bytes of an item, to memory. */
static nyz_status read_whole(const nyz_file *file, int64_t index, const nyz_item *item,
                             const nyz_config *config, void *to, nyz_error *err)
{
    elements e;
    if (item->data_size == 0) {
        return NYZ_OK;
    }
    if (file->format->read != NULL) {
        return read_there(file, index, item, config, to, err);
    }
    if (item->data_offset < 0) {
        return nyz_file_refuse(file->format, "info", index,
                               "has no data_offset, and there is no read", err);
    }
    begin_in_file(&e, file, item, config);
    return nyz_source_read(&e.source, to, item->data_size, "data", err);
}

static nyz_status read_allocated(const nyz_file *file, int64_t index,
                                 const nyz_item *item, const nyz_config *config,
                                 void **data, nyz_error *err)
{
    NYZ_TRY(nyz_alloc(&config->allocator, item->data_size, data, err));
    const nyz_status status = read_whole(file, index, item, config, *data, err);
    if (status != NYZ_OK) {
        nyz_release(&config->allocator, *data, item->data_size);
        *data = NULL;
    }
    return status;
}

/* The array that a header announces, without data; its dtype is its own. */
nyz_status nyz_file_own_header(const nyz_item *item, const nyz_config *config,
                               nyz_array *out, nyz_error *err)
{
    nyz_owner *owner = NULL;
    NYZ_TRY(nyz_owner_new(&config->allocator, &owner, err));
    *out = item->header;
    out->owner = out->base = owner;
    out->flags = 0;
    return nyz_dtype_clone(&item->header.dtype, NYZ_KEEP_BYTEORDER, &owner->arena,
                           &out->dtype, err);
}

nyz_status nyz_file_read_array(const nyz_file *file, int64_t index, const nyz_item *item,
                               const nyz_config *config, nyz_array *out, nyz_error *err)
{
    const int fortran = nyz_array_is_fortran(&item->header);
    void *data = NULL;
    elements e;
    NYZ_TRY(nyz_file_own_header(item, config, out, err));
    if (file->format->read == NULL && item->data_offset >= 0) {
        begin_in_file(&e, file, item, config);
        return nyz_npy_read_data(&e.source, config, fortran, out, err);
    }
    NYZ_TRY(read_allocated(file, index, item, config, &data, err));
    return nyz_npy_adopt_data(data, config, fortran, out, err);
}

nyz_status nyz_file_read_into(const nyz_file *file, int64_t index, const nyz_item *item,
                              const nyz_config *config, nyz_array *into, nyz_error *err)
{
    const int fortran = nyz_array_is_fortran(&item->header);
    void *data = NULL;
    elements e;
    if (file->format->read == NULL && item->data_offset >= 0) {
        begin_in_file(&e, file, item, config);
        return nyz_npy_read_data_into(&e.source, &item->header, fortran, config, into,
                                      err);
    }
    NYZ_TRY(read_allocated(file, index, item, config, &data, err));
    begin_in_memory(&e, data, item->data_size);
    const nyz_status status =
        nyz_npy_read_data_into(&e.source, &item->header, fortran, config, into, err);
    nyz_release(&config->allocator, data, item->data_size);
    return status;
}

nyz_status nyz_file_read_bytes(const nyz_file *file, int64_t index, const nyz_item *item,
                               const nyz_config *config, nyz_array *out, nyz_error *err)
{
    NYZ_TRY(nyz_array_new_bytes(config, item->data_size, out, err));
    return read_whole(file, index, item, config, out->data, err);
}
