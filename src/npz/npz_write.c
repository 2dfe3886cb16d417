/* SPDX-License-Identifier: MIT */
/* The public calls for an archive being written. */
#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/buffer.h"
#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "io/atomic_file.h"
#include "io/stream.h"
#include "npy/npy.h"
#include "npz/npz_names.h"
#include "npz/npz_writer.h"
#include "zip/zip_writer.h"

/* ----------------------------------------------------------------------------- create */

static void free_writer(nyz_npz_writer **writer)
{
    const nyz_allocator allocator = (*writer)->config.allocator;
    nyz_zip_writer_free(&(*writer)->zip);
    nyz_pending_free(&(*writer)->open);
    nyz_npy_rows_free(&(*writer)->rows);
    nyz_output_discard(&(*writer)->output);
    nyz_names_free(&(*writer)->names);
    nyz_release(&allocator, *writer, (int64_t)sizeof **writer);
    *writer = NULL;
}

static nyz_status new_writer(const nyz_options *opt, nyz_npz_writer **out, nyz_error *err)
{
    nyz_config config;
    void *memory = NULL;
    *out = NULL;
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_alloc_zero(&config.allocator, (int64_t)sizeof **out, &memory, err));
    *out = memory;
    (*out)->config = config;
    nyz_names_init(&(*out)->names, &config.allocator);
    return NYZ_OK;
}

static nyz_status finish_create(nyz_npz_writer *writer, nyz_status status,
                                const nyz_stream *stream, nyz_npz_writer **out,
                                nyz_error *err)
{
    if (status == NYZ_OK) {
        status =
            nyz_zip_writer_create(stream, &writer->config.allocator, &writer->zip, err);
    }
    if (status != NYZ_OK) {
        free_writer(&writer);
    }
    *out = writer;
    return status;
}

nyz_status nyz_npz_create(const char *path, const nyz_options *opt, nyz_npz_writer **out,
                          nyz_error *err)
{
    nyz_npz_writer *writer = NULL;
    nyz_stream stream;
    *out = NULL;
    NYZ_TRY(new_writer(opt, &writer, err));
    const nyz_status status =
        nyz_atomic_file_begin(path, nyz_atomic_file_how(writer->config.flags),
                              &writer->config.allocator, &writer->output, &stream, err);
    return finish_create(writer, status, &stream, out, err);
}

nyz_status nyz_npz_create_stream(const nyz_stream *stream, const nyz_options *opt,
                                 nyz_npz_writer **out, nyz_error *err)
{
    nyz_npz_writer *writer = NULL;
    *out = NULL;
    NYZ_TRY(nyz_stream_check(stream, err));
    NYZ_TRY(new_writer(opt, &writer, err));
    return finish_create(writer, NYZ_OK, stream, out, err);
}

/* -------------------------------------------------------------------------------- add */

nyz_status nyz_npz_set_sticky_error(nyz_npz_writer *writer, nyz_status status,
                                    const nyz_error *failure, nyz_error *err)
{
    if (status != NYZ_OK) {
        writer->failure = *failure;
        if (err != NULL) {
            *err = *failure;
        }
    }
    return status;
}

/* A member that is open bars all other calls. */
nyz_status nyz_npz_sticky_error(const nyz_npz_writer *writer, nyz_error *err)
{
    const char *const open = (const char *)writer->open.name.data;
    char quoted[NYZ_QUOTE_SIZE];
    if (writer->failure.status != NYZ_OK) {
        if (err != NULL) {
            *err = writer->failure;
        }
        return writer->failure.status;
    }
    return nyz_zip_writer_left(writer->zip) < 0
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                          "member '%s' is open: end it first (nyz_npz_end)",
                          nyz_quote(quoted, open, strlen(open)));
}

nyz_zip_method nyz_npz_method(const nyz_config *config, const nyz_block_layout *layout)
{
    const nyz_zip_method how = {config->method, config->level, *layout, config->threads,
                                config->align};
    return how;
}

nyz_status nyz_npz_add_context(const nyz_npz_writer *writer, const char *member,
                               nyz_status status, nyz_error *err)
{
    if (status != NYZ_OK) {
        char quoted[NYZ_QUOTE_SIZE];
        nyz_error_prefix(err, "member '%s': ", nyz_quote(quoted, member, strlen(member)));
        nyz_error_set_member(err, nyz_zip_writer_count(writer->zip), member,
                             strlen(member));
    }
    return status;
}

nyz_status nyz_npz_take_name(nyz_npz_writer *writer, const char *member,
                             const nyz_config *config, nyz_error *err)
{
    const int any = (config->flags & NYZ_ANY_NAME) != 0;
    NYZ_TRY(nyz_name_check(member, err));
    if (!any) {
        NYZ_TRY(nyz_name_check_safe(member, err));
    }
    return nyz_names_add(&writer->names, member, any, err);
}

void nyz_npz_preallocate(const nyz_npz_writer *writer, const nyz_zip_method *how,
                         int64_t size)
{
    if (writer->output != NULL && how->method == NYZ_STORED) {
        nyz_atomic_file_preallocate(writer->output, -1, size);
    }
}

nyz_status nyz_npz_add_content(nyz_npz_writer *writer, const char *member,
                               const nyz_zip_method *how, const nyz_zip_content *content,
                               nyz_error *err)
{
    nyz_npz_preallocate(writer, how, content->size);
    return nyz_npz_add_context(
        writer, member, nyz_zip_writer_add(writer->zip, member, how, content, err), err);
}

/* ---------------------------------------------------------------------------- one array */

static nyz_status pass_array(void *ctx, const nyz_sink *sink, nyz_error *err)
{
    return nyz_npy_write(ctx, sink, err);
}

static nyz_status make_content(nyz_pending *pending, nyz_error *err)
{
    nyz_npy_writer *const plan = &pending->plan;
    pending->content = (nyz_zip_content){pass_array, plan, 0, (int64_t)plan->header.size};
    if (nyz_add(plan->bytes, (int64_t)plan->header.size, &pending->content.size)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "an array of %lld bytes, which no file can hold",
                        (long long)plan->bytes);
    }
    return NYZ_OK;
}

static void make_method(nyz_pending *pending, const nyz_config *config)
{
    const nyz_npy_writer *const plan = &pending->plan;
    const nyz_block_layout layout =
        nyz_npz_block_layout(&plan->array, (int64_t)plan->header.size, plan->bytes,
                             strlen((const char *)pending->name.data), config);
    pending->how = nyz_npz_method(config, &layout);
}

/* The member's name: arr_N if there is none, plus ".npy" unless it is taken as it is. */
static nyz_status make_member_name(nyz_npz_writer *writer, const char *name,
                                   uint32_t flags, nyz_buffer *out, nyz_error *err)
{
    char positional[32];
    if (name == NULL) {
        (void)snprintf(positional, sizeof positional, "arr_%lld",
                       (long long)writer->positional);
        writer->positional++;
        name = positional;
        flags &= ~(uint32_t)NYZ_EXACT_NAME;
    }
    const size_t size = strlen(name);
    NYZ_TRY(nyz_buffer_reserve(out, size + sizeof ".npy", err));
    memcpy(out->data, name, size + 1);
    if ((flags & NYZ_EXACT_NAME) == 0) {
        memcpy(out->data + size, ".npy", sizeof ".npy");
    }
    return NYZ_OK;
}

void nyz_npz_name_failed(const nyz_npz_writer *writer, const char *member, nyz_error *err)
{
    if (member != NULL) {
        nyz_error_set_member(err, nyz_zip_writer_count(writer->zip), member,
                             strlen(member));
    }
}

nyz_status nyz_pending_init(nyz_pending *pending, nyz_npz_writer *writer,
                            const char *name, const nyz_array *array, int with_data,
                            const nyz_config *config, nyz_error *err)
{
    memset(pending, 0, sizeof *pending);
    pending->name.allocator = &writer->config.allocator;
    nyz_status status =
        make_member_name(writer, name, config->flags, &pending->name, err);
    if (status == NYZ_OK) {
        status = nyz_npy_writer_init(&pending->plan, array, with_data, config, err);
    }
    if (status == NYZ_OK) {
        status = make_content(pending, err);
    }
    if (status == NYZ_OK) {
        status = nyz_npz_take_name(writer, (const char *)pending->name.data, config, err);
    }
    if (status != NYZ_OK) {
        nyz_npz_name_failed(writer, (const char *)pending->name.data, err);
        nyz_pending_free(pending);
        return status;
    }
    make_method(pending, config);
    return NYZ_OK;
}

nyz_status nyz_pending_write(const nyz_pending *pending, nyz_npz_writer *writer,
                             nyz_error *err)
{
    return nyz_npz_add_content(writer, (const char *)pending->name.data, &pending->how,
                               &pending->content, err);
}

void nyz_pending_free(nyz_pending *pending)
{
    nyz_npy_writer_free(&pending->plan);
    nyz_buffer_free(&pending->name);
}

nyz_status nyz_npz_add(nyz_npz_writer *writer, const char *name, const nyz_array *array,
                       const nyz_options *opt, nyz_error *err)
{
    nyz_error failure;
    nyz_progress progress;
    nyz_config config = writer->config;
    nyz_pending pending;
    NYZ_TRY(nyz_npz_sticky_error(writer, err));
    nyz_status status = opt != NULL ? nyz_config_init(&config, opt, &failure) : NYZ_OK;
    nyz_progress_begin(&progress, &config, 0);
    if (status == NYZ_OK) {
        status = nyz_pending_init(&pending, writer, name, array, 1, &config, &failure);
    }
    if (status == NYZ_OK) {
        progress.total = pending.plan.bytes;
        status = nyz_pending_write(&pending, writer, &failure);
        nyz_pending_free(&pending);
    }
    status = nyz_progress_end(&config, status, &failure);
    return nyz_npz_set_sticky_error(writer, status, &failure, err);
}

/* ----------------------------------------------------------------------------- finish */

nyz_status nyz_npz_finish(nyz_npz_writer **writer, nyz_error *err)
{
    nyz_npz_writer *const w = *writer;
    nyz_status status = nyz_npz_sticky_error(w, err);
    if (status == NYZ_OK) {
        status = nyz_zip_writer_finish(w->zip, err);
    }
    if (status == NYZ_OK && w->output != NULL) {
        status = nyz_output_finish(&w->output, err);
    }
    free_writer(writer);
    return status;
}

void nyz_npz_discard(nyz_npz_writer **writer)
{
    if (writer != NULL && *writer != NULL) {
        free_writer(writer);
    }
}
