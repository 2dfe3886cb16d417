/* SPDX-License-Identifier: MIT */
/* The public calls for a new file that takes the place of an old one when it is whole.  What depends
 * on the system: atomic_file_posix.c, atomic_file_win32.c. */
#include <string.h>

#include "base/config.h"
#include "base/error.h"
#include "io/atomic_file.h"
#include "io/stream.h"

nyz_status nyz_output_create(const char *path, const nyz_options *opt, nyz_output **out,
                             nyz_stream *stream, nyz_error *err)
{
    nyz_config config;
    *out = NULL;
    memset(stream, 0, sizeof *stream);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    return nyz_atomic_file_begin(path, nyz_atomic_file_how(config.flags),
                                 &config.allocator, out, stream, err);
}

static nyz_status report_failure(const nyz_output_content *content, nyz_error *err)
{
    if (err != NULL && content->failure.status != NYZ_OK) {
        *err = content->failure;
    }
    return content->failure.status;
}

static nyz_status put(const nyz_output_content *content, const void *bytes, size_t size,
                      nyz_error *err)
{
    if (size > PTRDIFF_MAX) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "%llu bytes: no memory has so many",
                        (unsigned long long)size);
    }
    return content->write != NULL
               ? content->write(content->ctx, bytes, (int64_t)size, err)
               : nyz_stream_write(&content->stream, bytes, (int64_t)size, err);
}

nyz_status nyz_output_write(nyz_output *output, const void *bytes, size_t size,
                            nyz_error *err)
{
    nyz_output_content *const content = nyz_atomic_file_content(output);
    nyz_error failure;
    NYZ_TRY(report_failure(content, err));
    if (size > 0 && put(content, bytes, size, &failure) != NYZ_OK) {
        content->failure = failure;
    }
    return report_failure(content, err);
}

/* The first write that failed is why the file is not whole. */
static nyz_status complete(const nyz_output_content *content, nyz_error *err)
{
    NYZ_TRY(report_failure(content, err));
    return content->finish != NULL ? content->finish(content->ctx, err) : NYZ_OK;
}

nyz_status nyz_output_finish(nyz_output **output, nyz_error *err)
{
    nyz_status status = complete(nyz_atomic_file_content(*output), err);
    if (status == NYZ_OK) {
        status = nyz_atomic_file_finish(*output, err);
    }
    nyz_output_discard(output);
    return status;
}

void nyz_output_discard(nyz_output **output)
{
    if (output == NULL || *output == NULL) {
        return;
    }
    const nyz_output_content *const content = nyz_atomic_file_content(*output);
    if (content->free != NULL) {
        content->free(content->ctx);
    }
    nyz_atomic_file_discard(output);
}
