/* SPDX-License-Identifier: MIT */
/* Opening and closing a file of any format. */
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/config.h"
#include "base/error.h"
#include "file/file_handle.h"
#include "io/input_file.h"

static nyz_status new_file(const nyz_options *opt, nyz_file **out, nyz_error *err)
{
    nyz_config config;
    void *memory = NULL;
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_alloc_zero(&config.allocator, (int64_t)sizeof **out, &memory, err));
    *out = memory;
    (*out)->config = config;
    return NYZ_OK;
}

static nyz_status read_count(nyz_file *file, nyz_error *err)
{
    const int64_t count = file->format->count(file->state);
    if (count < 0) {
        return nyz_file_refuse(file->format, "count", -1, "returned a negative number",
                               err);
    }
    if (count > file->config.limits.members) {
        return nyz_fail(err, NYZ_ERR_LIMIT, -1, "%lld items exceed limits.members, %lld",
                        (long long)count, (long long)file->config.limits.members);
    }
    file->count = count;
    return NYZ_OK;
}

/* nyz's own formats have applied them. */
static nyz_status limit_entries(const nyz_file *file, nyz_error *err)
{
    int64_t total = 0;
    for (int64_t i = 0; !file->own && i < file->count; i++) {
        nyz_entry entry;
        if (!nyz_file_list(file, i, &entry)) {
            continue; /* it is refused when it is asked for */
        }
        const nyz_status status =
            nyz_file_limit_entry(&entry, &file->config.limits, &total, err);
        if (status != NYZ_OK) {
            return nyz_file_add_context(file, i, status, err);
        }
    }
    return NYZ_OK;
}

static nyz_status fill(nyz_file *file, const nyz_file_origin *origin,
                       const nyz_file_formats *formats, nyz_error *err)
{
    NYZ_TRY(nyz_file_source(file, origin, err));
    if (file->seeking.read != NULL) {
        file->config.threads = 1;
    }
    file->options = nyz_config_options(&file->config);
    NYZ_TRY(nyz_file_choose(file, formats, origin->path, err));
    NYZ_TRY(read_count(file, err));
    NYZ_TRY(limit_entries(file, err));
    return nyz_file_unchanged(file, -1, err);
}

static nyz_status open_origin(const nyz_file_origin *origin,
                              const nyz_container *const *formats, int64_t count,
                              const nyz_options *opt, nyz_file **out, nyz_error *err)
{
    const nyz_file_formats list = {formats, count};
    nyz_file *file = NULL;
    *out = NULL;
    NYZ_TRY(new_file(opt, &file, err));
    const nyz_status status = fill(file, origin, &list, err);
    if (status != NYZ_OK) {
        nyz_file_close(&file);
    }
    *out = file;
    return status;
}

static nyz_status refuse_null(const char *what, nyz_file **out, nyz_error *err)
{
    *out = NULL;
    return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "%s NULL", what);
}

nyz_status nyz_file_open_with(const char *path, const nyz_container *const *formats,
                              int64_t count, const nyz_options *opt, nyz_file **out,
                              nyz_error *err)
{
    const nyz_file_origin origin = {.path = path};
    return path == NULL ? refuse_null("the path is", out, err)
                        : open_origin(&origin, formats, count, opt, out, err);
}

nyz_status nyz_file_open_mem_with(const void *bytes, size_t size,
                                  const nyz_container *const *formats, int64_t count,
                                  const nyz_options *opt, nyz_file **out, nyz_error *err)
{
    const nyz_file_origin origin = {.bytes = bytes, .size = size};
    return bytes == NULL && size > 0
               ? refuse_null("the bytes are", out, err)
               : open_origin(&origin, formats, count, opt, out, err);
}

nyz_status nyz_file_open_stream_with(const nyz_stream *stream,
                                     const nyz_container *const *formats, int64_t count,
                                     const nyz_options *opt, nyz_file **out,
                                     nyz_error *err)
{
    const nyz_file_origin origin = {.stream = stream};
    return stream == NULL ? refuse_null("the stream is", out, err)
                          : open_origin(&origin, formats, count, opt, out, err);
}

nyz_status nyz_file_open(const char *path, const nyz_options *opt, nyz_file **out,
                         nyz_error *err)
{
    return nyz_file_open_with(path, NULL, 0, opt, out, err);
}

nyz_status nyz_file_open_mem(const void *bytes, size_t size, const nyz_options *opt,
                             nyz_file **out, nyz_error *err)
{
    return nyz_file_open_mem_with(bytes, size, NULL, 0, opt, out, err);
}

nyz_status nyz_file_open_stream(const nyz_stream *stream, const nyz_options *opt,
                                nyz_file **out, nyz_error *err)
{
    return nyz_file_open_stream_with(stream, NULL, 0, opt, out, err);
}

void nyz_file_close(nyz_file **file)
{
    if (file == NULL || *file == NULL) {
        return;
    }
    const nyz_allocator allocator = (*file)->config.allocator;
    if ((*file)->format != NULL) {
        (*file)->format->close((*file)->state);
    }
    (*file)->buffer.allocator = &allocator;
    nyz_buffer_free(&(*file)->buffer);
    nyz_input_file_close(&(*file)->input);
    nyz_release(&allocator, *file, (int64_t)sizeof **file);
    *file = NULL;
}

const char *nyz_file_format(const nyz_file *file)
{
    return file->format->name;
}

int64_t nyz_file_count(const nyz_file *file)
{
    return file->count;
}

int64_t nyz_file_trailing(const nyz_file *file)
{
    const nyz_container *const format = file->format;
    const int64_t bytes = format->trailing != NULL ? format->trailing(file->state) : 0;
    return bytes < 0 ? 0 : bytes > file->size ? file->size : bytes;
}
