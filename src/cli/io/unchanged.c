/* SPDX-License-Identifier: MIT */
/* Whether a file is still what it was: see unchanged.h.  The words are the library's. */
#include "io/unchanged.h"

#include <inttypes.h>
#include <string.h>

#include "text/fail.h"
#include "text/text.h"

static nyz_status fail(nyz_error *err, const char *message)
{
    *err = (nyz_error){.status = NYZ_ERR_CORRUPT, .offset = -1};
    snprintf(err->message, sizeof err->message, "the file changed while it was read: %s",
             message);
    return err->status;
}

/* In Fortran order rows are those of the last axis: only there can be appended to. */
static int has_more_rows(const nyz_array *was, const nyz_array *is)
{
    const int fortran = !nyz_array_is_contiguous(was, NYZ_C_ORDER);
    const int rows = fortran ? was->ndim - 1 : 0;
    if (was->ndim != is->ndim || fortran != !nyz_array_is_contiguous(is, NYZ_C_ORDER)) {
        return 0;
    }
    for (int i = 0; i < was->ndim; i++) {
        if (i == rows ? is->shape[i] < was->shape[i] : is->shape[i] != was->shape[i]) {
            return 0;
        }
    }
    return nyz_dtype_equal(&was->dtype, &is->dtype);
}

/* Reads the header again, past the buffer of the C file, whose place stays. */
static int has_grown(FILE *file, const cli_seen *seen, const nyz_options *opt)
{
    const nyz_stream stream = nyz_stream_fd(cli_platform_descriptor(file));
    const int64_t place = stream.seek != NULL ? stream.seek(stream.ctx, 0, SEEK_CUR) : -1;
    nyz_array now;
    int grown = 0;
    if (place < 0) {
        return 0;
    }
    if (stream.seek(stream.ctx, seen->at, SEEK_SET) == seen->at &&
        nyz_read_header(&stream, opt, &now, NULL) == NYZ_OK) {
        grown = has_more_rows(seen->header, &now);
        nyz_array_free(&now);
    }
    return stream.seek(stream.ctx, place, SEEK_SET) == place && grown;
}

static int same_time(const int64_t a[2], const int64_t b[2])
{
    return a[0] == b[0] && a[1] == b[1];
}

/* Not 0 if the file was written to and its modification time set back: the time of its
 * last change is another.  A file that got another mode, owner or name, or a link more or
 * less, has another one, too: then it says nothing.  As the library has it. */
static int was_set_back(const char *path, const cli_stamp *then, const cli_stamp *now)
{
    return !same_time(then->changed, now->changed) && then->links == now->links &&
           then->mode == now->mode && then->owner == now->owner &&
           then->group == now->group && strcmp(path, "-") != 0 &&
           cli_platform_leads_to(path, then);
}

nyz_status cli_file_unchanged(FILE *file, const char *path, const cli_stamp *opened,
                              const cli_seen *seen, const nyz_options *opt,
                              nyz_error *err)
{
    cli_stamp now;
    char text[80];
    const int sys = cli_platform_stamp(file, &now);
    if (sys != 0) {
        return cli_fail_system(err, sys, "examine the file again");
    }
    if (now.size > opened->size && seen != NULL && has_grown(file, seen, opt)) {
        return NYZ_OK;
    }
    if (now.size != opened->size) {
        snprintf(text, sizeof text, "it had %" PRId64 " bytes, now %" PRId64,
                 opened->size, now.size);
        return fail(err, text);
    }
    return same_time(opened->written, now.written) && !was_set_back(path, opened, &now)
               ? NYZ_OK
               : fail(err, "it was written to");
}
