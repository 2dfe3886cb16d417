/* Making errors, passing them on, and text that is fit for a message. */
#ifndef NYZ_ERROR_H
#define NYZ_ERROR_H

#include "base/config.h"

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

/* Puts words before the message of an error that a lower layer has made. */
void nyz_error_prefix(nyz_error *err, const char *format, ...) NYZ_PRINTF(2, 3);

/* Text from a file, made fit for a message: printable ASCII and well-formed printable
 * UTF-8 as they are, everything else as \xHH, cut with "..." where `out` ends.  Returns
 * out. */
#define NYZ_QUOTE_SIZE 96
const char *nyz_quote(char out[NYZ_QUOTE_SIZE], const char *text, size_t size);

/* The options of one call, resolved: allocator and limits are filled in. */
typedef struct nyz_config {
    nyz_allocator allocator;
    nyz_limits limits;
    unsigned flags;
    nyz_order order;
    nyz_byteorder byteorder;
    int npy_version;
    nyz_method method;
    int level;   /* 1 ... 9, or NYZ_LEVEL_FAST */
    int threads; /* 1 or more */
} nyz_config;

/* Resolves opt (NULL: defaults).  Errors: ARGUMENT for values out of range. */
nyz_status nyz_config_init(nyz_config *config, const nyz_options *opt, nyz_error *err);

/* Checked products and sums: 0 and *out on success, 1 on overflow.  a, b >= 0. */
static inline int nyz_mul(int64_t a, int64_t b, int64_t *out)
{
    if (a != 0 && b > INT64_MAX / a) {
        return 1;
    }
    *out = a * b;
    return 0;
}

static inline int nyz_add(int64_t a, int64_t b, int64_t *out)
{
    if (b > INT64_MAX - a) {
        return 1;
    }
    *out = a + b;
    return 0;
}

static inline int64_t nyz_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

#endif
