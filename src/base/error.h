/* SPDX-License-Identifier: MIT */
/* Making errors, passing them on, and text that is fit for a message. */
#ifndef NYZ_ERROR_H
#define NYZ_ERROR_H

#include "nyz.h"

#if defined(__MINGW_PRINTF_FORMAT)
#define NYZ_PRINTF(text, first)                                                          \
    __attribute__((format(__MINGW_PRINTF_FORMAT, text, first)))
#elif defined(__GNUC__)
#define NYZ_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define NYZ_PRINTF(text, first)
#endif

/* Passes a failure on: the message stays that of the layer that saw it. */
#define NYZ_TRY(call)                                                                    \
    do {                                                                                 \
        const nyz_status nyz_try_status = (call);                                        \
        if (nyz_try_status != NYZ_OK) {                                                  \
            return nyz_try_status;                                                       \
        }                                                                                \
    } while (0)

/* The one way to make an error.  Returns `status`.  `offset` -1: no place.  err may be
 * NULL. */
nyz_status nyz_fail(nyz_error *err, nyz_status status, int64_t offset, const char *format,
                    ...) NYZ_PRINTF(4, 5);

/* The same for a failure of the system: NYZ_ERR_IO (NOT_FOUND for ENOENT, MEMORY for
 * ENOMEM) with `sys` and the system's words for it after the message. */
nyz_status nyz_fail_sys(nyz_error *err, int sys, int64_t offset, const char *format, ...)
    NYZ_PRINTF(4, 5);

/* What a stream's function returns after a failure: a negated errno. */
int64_t nyz_error_result(const nyz_error *failure);

/* Puts words before the message of an error that a lower layer has made. */
void nyz_error_prefix(nyz_error *err, const char *format, ...) NYZ_PRINTF(2, 3);

/* Says which member of an archive an error is about; index -1: it is not there. */
void nyz_error_set_member(nyz_error *err, int64_t index, const char *name, size_t size);

/* Text from a file, made fit for a message: printable ASCII and well-formed printable
 * UTF-8 as they are, everything else as \xHH, cut with "..." where `out` ends.  Returns
 * out. */
#define NYZ_QUOTE_SIZE 96
const char *nyz_quote(char out[NYZ_QUOTE_SIZE], const char *text, size_t size);

#endif
