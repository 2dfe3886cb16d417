/* SPDX-License-Identifier: MIT */
/* Loading the items of a file: by the format's own functions, or else by its `read`, or from where
 * the elements are in the file. */
#include <string.h>

#include "array/array.h"
#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/owner.h"
#include "dtype/dtype.h"
#include "file/file_handle.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "npy/npy.h"

/* ------------------------------------------------------------------- what the handle does */

/* The bytes of an item's elements as a source: in memory, or in the file. */
typedef struct elements {
    nyz_source source;
    nyz_stream_mem_reader memory;
    nyz_read_ahead window; /* the last: it is never cleared */
} elements;

static nyz_status check_size(const nyz_item *item, const nyz_config *config,
                             nyz_error *err)
{
    return item->data_size <= config->limits.array_bytes
               ? NYZ_OK
               : nyz_fail(
                     err, NYZ_ERR_LIMIT, -1, "%lld bytes exceed limits.array_bytes, %lld",
                     (long long)item->data_size, (long long)config->limits.array_bytes);
}

/* That an item is an array which can be loaded. */
static nyz_status check_array(const nyz_item *item, const nyz_config *config,
                              nyz_error *err)
{
    if (item->kind == NYZ_ITEM_UNREADABLE) {
        if (err != NULL) {
            *err = item->error;
        }
        return item->error.status;
    }
    if (item->kind == NYZ_ITEM_BYTES) {
        return nyz_fail(err, NYZ_ERR_NOT_FOUND, -1,
                        "holds no array; nyz_file_bytes reads it");
    }
    return check_size(item, config, err);
}

/* All bytes of an item, to memory. */
static nyz_status read_whole(const nyz_file *file, int64_t index, const nyz_item *item,
                             void *to, nyz_error *err)
{
    nyz_error failure;
    if (item->data_size == 0) {
        return NYZ_OK;
    }
    if (file->format->read == NULL) {
        return item->data_offset < 0
                   ? nyz_file_refuse(file->format, "info", index,
                                     "has no data_offset, and there is no read", err)
                   : nyz_stream_read_at(&file->stream, item->data_offset, to,
                                        item->data_size, "data", err);
    }
    nyz_file_begin(&failure);
    const nyz_status status =
        file->format->read(file->state, index, to, (size_t)item->data_size, &failure);
    return nyz_file_answer(file->format, "read", status, &failure, err);
}

static nyz_status read_allocated(const nyz_file *file, int64_t index,
                                 const nyz_item *item, const nyz_config *config,
                                 void **data, nyz_error *err)
{
    NYZ_TRY(nyz_alloc(&config->allocator, item->data_size, data, err));
    const nyz_status status = read_whole(file, index, item, *data, err);
    if (status != NYZ_OK) {
        nyz_release(&config->allocator, *data, item->data_size);
        *data = NULL;
    }
    return status;
}

/* Where the elements are in the file as they are. */
static void begin_in_file(elements *e, const nyz_file *file, const nyz_item *item)
{
    memset(e, 0, offsetof(elements, window));
    e->source.stream =
        nyz_read_ahead_open(&e->window, &file->stream, item->data_offset, 0);
    e->source.start = item->data_offset;
    e->source.left = item->data_size;
}

static void begin_in_memory(elements *e, const void *data, int64_t size)
{
    memset(e, 0, offsetof(elements, window));
    e->memory.bytes = data;
    e->memory.size = (size_t)size;
    e->source.stream = nyz_stream_mem(&e->memory);
    e->source.start = -1;
    e->source.left = size;
}

/* The array that a header announces, without data; its dtype is its own. */
static nyz_status own_header(const nyz_item *item, const nyz_config *config,
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

static nyz_status load_item(const nyz_file *file, int64_t index, const nyz_item *item,
                            const nyz_config *config, nyz_array *out, nyz_error *err)
{
    const int fortran = nyz_array_is_fortran(&item->header);
    void *data = NULL;
    elements e;
    NYZ_TRY(check_array(item, config, err));
    NYZ_TRY(own_header(item, config, out, err));
    if (file->format->read == NULL && item->data_offset >= 0) {
        begin_in_file(&e, file, item);
        return nyz_npy_read_data(&e.source, config, fortran, out, err);
    }
    NYZ_TRY(read_allocated(file, index, item, config, &data, err));
    return nyz_npy_adopt_data(data, config, fortran, out, err);
}

static nyz_status load_item_into(const nyz_file *file, int64_t index,
                                 const nyz_item *item, const nyz_config *config,
                                 nyz_array *into, nyz_error *err)
{
    const int fortran = nyz_array_is_fortran(&item->header);
    void *data = NULL;
    elements e;
    NYZ_TRY(nyz_npy_check_into(into, err));
    NYZ_TRY(check_array(item, config, err));
    if (file->format->read == NULL && item->data_offset >= 0) {
        begin_in_file(&e, file, item);
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

static nyz_status load_item_bytes(const nyz_file *file, int64_t index,
                                  const nyz_item *item, const nyz_config *config,
                                  nyz_array *out, nyz_error *err)
{
    if (item->kind != NYZ_ITEM_BYTES) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                        "an array's bytes have no header in this format (%s); load it",
                        file->format->name);
    }
    NYZ_TRY(nyz_array_new_bytes(config, item->data_size, out, err));
    return read_whole(file, index, item, out->data, err);
}

/* ----------------------------------------------------------------- which function does it */

typedef nyz_status item_loader(const nyz_file *file, int64_t index, const nyz_item *item,
                               const nyz_config *config, nyz_array *array,
                               nyz_error *err);

/* By the handle. */
static nyz_status load_here(item_loader *loader, const nyz_file *file, int64_t index,
                            const nyz_options *opt, nyz_array *array, nyz_error *err)
{
    nyz_config config;
    nyz_item item;
    NYZ_TRY(nyz_config_over(&file->config, opt, &config, err));
    NYZ_TRY(nyz_file_look(file, index, &item, err));
    const nyz_status status = loader(file, index, &item, &config, array, err);
    nyz_item_free(&item);
    return status;
}

typedef nyz_status call(const nyz_file *file, int64_t index, const nyz_options *opt,
                        nyz_array *array, nyz_error *err);

/* An array that a table has loaded. */
static nyz_status check_loaded(const nyz_file *file, const char *what, int64_t index,
                               const nyz_array *array, nyz_error *err)
{
    int64_t count = 0;
    int64_t bytes = 0;
    if (nyz_array_check_data(array, &count, &bytes, NULL) != NYZ_OK ||
        nyz_dtype_has_objects(&array->dtype)) {
        return nyz_file_refuse(file->format, what, index, "is not an array", err);
    }
    return NYZ_OK;
}

typedef nyz_status table_loader(const void *state, int64_t index, const nyz_options *opt,
                                nyz_array *out, nyz_error *err);

/* By the table; what it leaves in *out after a failure is not looked at. */
static nyz_status load_there(table_loader *loader, const char *what, const nyz_file *file,
                             int64_t index, const nyz_options *opt, nyz_array *out,
                             nyz_error *err)
{
    nyz_error failure;
    nyz_file_begin(&failure);
    nyz_status status = loader(file->state, index, opt, out, &failure);
    if (status != NYZ_OK) {
        memset(out, 0, sizeof *out);
        return nyz_file_answer(file->format, what, status, &failure, err);
    }
    return file->own ? NYZ_OK : check_loaded(file, what, index, out, err);
}

static nyz_status load(const nyz_file *file, int64_t index, const nyz_options *opt,
                       nyz_array *out, nyz_error *err)
{
    return file->format->load != NULL
               ? load_there(file->format->load, "load", file, index, opt, out, err)
               : load_here(load_item, file, index, opt, out, err);
}

static nyz_status load_bytes(const nyz_file *file, int64_t index, const nyz_options *opt,
                             nyz_array *out, nyz_error *err)
{
    if (file->format->bytes == NULL) {
        return load_here(load_item_bytes, file, index, opt, out, err);
    }
    NYZ_TRY(load_there(file->format->bytes, "bytes", file, index, opt, out, err));
    return out->dtype.type == NYZ_UINT8 && out->ndim == 1
               ? NYZ_OK
               : nyz_file_refuse(file->format, "bytes", index, "are not uint8", err);
}

static nyz_status load_into(const nyz_file *file, int64_t index, const nyz_options *opt,
                            nyz_array *into, nyz_error *err)
{
    nyz_error failure;
    if (file->format->load_into == NULL) {
        return load_here(load_item_into, file, index, opt, into, err);
    }
    nyz_file_begin(&failure);
    const nyz_status status =
        file->format->load_into(file->state, index, opt, into, &failure);
    return nyz_file_answer(file->format, "load_into", status, &failure, err);
}

/* ---------------------------------------------------------------------- the public calls */

/* Of a stream that seeks, one thread at a time may read. */
static const nyz_options *options_for(const nyz_file *file, const nyz_options *opt,
                                      nyz_options *own)
{
    if (opt == NULL || file->seeking.read == NULL) {
        return opt;
    }
    *own = *opt;
    own->threads = 1;
    return own;
}

static nyz_status do_call(call *function, const nyz_file *file, int64_t index,
                          const nyz_options *opt, nyz_array *array, nyz_error *err)
{
    nyz_options own;
    NYZ_TRY(nyz_file_check_index(file, index, err));
    nyz_status status = function(file, index, options_for(file, opt, &own), array, err);
    if (status == NYZ_OK) {
        status = nyz_file_unchanged(file, index, err);
    }
    return status == NYZ_OK ? NYZ_OK : nyz_file_add_context(file, index, status, err);
}

static nyz_status call_for_array(call *function, const nyz_file *file, int64_t index,
                                 const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    memset(out, 0, sizeof *out);
    const nyz_status status = do_call(function, file, index, opt, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

nyz_status nyz_file_load_at(const nyz_file *file, int64_t index, const nyz_options *opt,
                            nyz_array *out, nyz_error *err)
{
    return call_for_array(load, file, index, opt, out, err);
}

nyz_status nyz_file_load(const nyz_file *file, const char *name, const nyz_options *opt,
                         nyz_array *out, nyz_error *err)
{
    const int64_t index = nyz_file_find(file, name);
    memset(out, 0, sizeof *out);
    return index < 0 ? nyz_file_missing(file, name, err)
                     : nyz_file_load_at(file, index, opt, out, err);
}

nyz_status nyz_file_bytes_at(const nyz_file *file, int64_t index, const nyz_options *opt,
                             nyz_array *out, nyz_error *err)
{
    return call_for_array(load_bytes, file, index, opt, out, err);
}

nyz_status nyz_file_bytes(const nyz_file *file, const char *name, const nyz_options *opt,
                          nyz_array *out, nyz_error *err)
{
    const int64_t index = nyz_file_find(file, name);
    memset(out, 0, sizeof *out);
    return index < 0 ? nyz_file_missing(file, name, err)
                     : nyz_file_bytes_at(file, index, opt, out, err);
}

nyz_status nyz_file_load_into_at(const nyz_file *file, int64_t index,
                                 const nyz_options *opt, const nyz_array *into,
                                 nyz_error *err)
{
    nyz_array target = *into;
    return do_call(load_into, file, index, opt, &target, err);
}

nyz_status nyz_file_load_into(const nyz_file *file, const char *name,
                              const nyz_options *opt, const nyz_array *into,
                              nyz_error *err)
{
    const int64_t index = nyz_file_find(file, name);
    return index < 0 ? nyz_file_missing(file, name, err)
                     : nyz_file_load_into_at(file, index, opt, into, err);
}
