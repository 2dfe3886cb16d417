/* SPDX-License-Identifier: MIT */
/* What the functions of a format's table return: see file_handle.h. */
#include <string.h>

#include "base/error.h"
#include "file/file_handle.h"
#include "io/input_file.h"
#include "io/stream.h"

void nyz_file_begin(nyz_error *failure)
{
    memset(failure, 0, sizeof *failure);
    failure->offset = -1;
    failure->member_index = -1;
}

void nyz_file_clean(nyz_error *failure)
{
    failure->message[sizeof failure->message - 1] = '\0';
    failure->member[sizeof failure->member - 1] = '\0';
    for (char *c = failure->message; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 127) {
            *c = '?';
        }
    }
    if (failure->offset < 0) {
        failure->offset = -1;
    }
}

nyz_status nyz_file_refuse(const nyz_container *format, const char *what, int64_t index,
                           const char *why, nyz_error *err)
{
    return index < 0 ? nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "format '%s': its %s %s",
                                format->name, what, why)
                     : nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                                "format '%s': its %s of item %lld %s", format->name, what,
                                (long long)index, why);
}

static int is_failure(nyz_status status)
{
    return status > NYZ_OK && status <= NYZ_ERR_CANCELLED;
}

nyz_status nyz_file_answer(const nyz_container *format, const char *what,
                           nyz_status status, nyz_error *failure, nyz_error *err)
{
    if (status == NYZ_OK) {
        return NYZ_OK;
    }
    if (!is_failure(status)) {
        return nyz_file_refuse(format, what, -1, "returned a status that there is not",
                               err);
    }
    if (err != NULL) {
        nyz_file_clean(failure);
        *err = *failure;
        err->status = status;
        if (failure->message[0] == '\0') {
            return nyz_fail(err, status, failure->offset,
                            "format '%s': its %s failed: %s", format->name, what,
                            nyz_status_text(status));
        }
    }
    return status;
}

nyz_status nyz_file_answer_item(const nyz_container *format, const char *what,
                                int64_t index, nyz_status status, nyz_error *failure,
                                nyz_error *err)
{
    return status == NYZ_ERR_NOT_FOUND
               ? nyz_file_refuse(format, what, index,
                                 "returned NOT_FOUND, of an item that there is", err)
               : nyz_file_answer(format, what, status, failure, err);
}

/* A file that is longer may be what it was to the format. */
nyz_status nyz_file_unchanged(const nyz_file *file, int64_t index, nyz_error *err)
{
    if (file->input == NULL) {
        return NYZ_OK;
    }
    const nyz_status status = nyz_input_file_unchanged(file->input, err);
    if (status != NYZ_ERR_CORRUPT || file->format->is_intact == NULL) {
        return status;
    }
    const int64_t now = nyz_stream_size(&file->stream);
    return now > file->size &&
                   file->format->is_intact(file->state, index, &file->stream, now)
               ? NYZ_OK
               : status;
}
