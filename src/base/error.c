/* SPDX-License-Identifier: MIT */
/* Errors: see error.h. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/utf8.h"

int nyz_version(void)
{
    return NYZ_VERSION_NUMBER;
}

const char *nyz_status_text(nyz_status status)
{
    switch (status) {
    case NYZ_OK:
        return "ok";
    case NYZ_ERR_ARGUMENT:
        return "argument";
    case NYZ_ERR_MEMORY:
        return "memory";
    case NYZ_ERR_IO:
        return "io";
    case NYZ_ERR_NOT_FOUND:
        return "not found";
    case NYZ_ERR_CORRUPT:
        return "corrupt";
    case NYZ_ERR_UNSUPPORTED:
        return "unsupported";
    case NYZ_ERR_LIMIT:
        return "limit";
    case NYZ_ERR_CANCELLED:
        return "cancelled";
    }
    return "unknown status";
}

/* ---------------------------------------------------------------------------- failing */

static void fill_error(nyz_error *err, nyz_status status, int sys, int64_t offset,
                       const char *format, va_list args)
{
    err->status = status;
    err->sys = sys;
    err->offset = offset;
    err->member_index = -1;
    err->member[0] = '\0';
    memset(err->reserved, 0, sizeof err->reserved);
    (void)vsnprintf(err->message, sizeof err->message, format, args);
}

nyz_status nyz_fail(nyz_error *err, nyz_status status, int64_t offset, const char *format,
                    ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        fill_error(err, status, 0, offset, format, args);
        va_end(args);
    }
    return status;
}

static void append_system_words(nyz_error *err)
{
    const size_t used = strlen(err->message);
    const char *const words = nyz_system_text(err->sys);
    if (words != NULL) {
        (void)snprintf(err->message + used, sizeof err->message - used, ": %s", words);
    } else {
        (void)snprintf(err->message + used, sizeof err->message - used,
                       ": system error %d", err->sys);
    }
}

static nyz_status status_of_system(int sys)
{
    switch (sys) {
    case ENOENT:
    case ENOTDIR:
        return NYZ_ERR_NOT_FOUND;
    case ENOMEM:
        return NYZ_ERR_MEMORY;
    default:
        return NYZ_ERR_IO;
    }
}

nyz_status nyz_fail_sys(nyz_error *err, int sys, int64_t offset, const char *format, ...)
{
    const nyz_status status = status_of_system(sys);
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        fill_error(err, status, sys, offset, format, args);
        va_end(args);
        append_system_words(err);
    }
    return status;
}

void nyz_error_prefix(nyz_error *err, const char *format, ...)
{
    if (err == NULL) {
        return;
    }
    char message[sizeof err->message];
    memcpy(message, err->message, sizeof message);
    va_list args;
    va_start(args, format);
    const int used = vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof err->message) {
        const size_t room = sizeof err->message - (size_t)used;
        size_t size = strlen(message);
        size = size < room ? size : room - 1;
        memcpy(err->message + used, message, size);
        err->message[(size_t)used + size] = '\0';
    }
}

void nyz_error_set_member(nyz_error *err, int64_t index, const char *name, size_t size)
{
    if (err == NULL) {
        return;
    }
    size_t kept = size < sizeof err->member ? size : sizeof err->member - 1;
    while (kept < size && kept > 0 && ((unsigned char)name[kept] & 0xc0) == 0x80) {
        kept--; /* within a character */
    }
    memcpy(err->member, name, kept);
    err->member[kept] = '\0';
    err->member_index = index;
}

/* Characters that change how a line looks or reads are escaped although they are valid.
 */
static int is_plain(uint32_t point)
{
    if (point < 0xa1) {
        return point >= 0x20 && point < 0x7f;
    }
    return point != 0xad && point != 0x61c && point != 0xfeff &&
           (point < 0x2000 || point > 0x206f) && (point < 0xe000 || point > 0xf8ff) &&
           (point < 0xfff0 || point > 0x1f000);
}

const char *nyz_quote(char out[NYZ_QUOTE_SIZE], const char *text, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    size_t used = 0;
    for (size_t i = 0; i < size;) {
        uint32_t point = 0;
        const int length = nyz_utf8_decode(text + i, size - i, &point);
        const int plain = length > 0 && is_plain(point);
        const size_t taken = plain ? (size_t)length : 1;
        if (used + 8 > NYZ_QUOTE_SIZE) { /* room for this, "..." and the NUL */
            memcpy(out + used, "...", 3);
            used += 3;
            break;
        }
        if (plain) {
            memcpy(out + used, text + i, taken);
            used += taken;
        } else {
            const unsigned char byte = (unsigned char)text[i];
            const char escape[4] = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
            memcpy(out + used, escape, 4);
            used += 4;
        }
        i += taken;
    }
    out[used] = '\0';
    return out;
}

int64_t nyz_error_result(const nyz_error *failure)
{
    if (failure->sys > 0) {
        return -(int64_t)failure->sys;
    }
    switch (failure->status) {
    case NYZ_ERR_MEMORY:
        return -ENOMEM;
    case NYZ_ERR_ARGUMENT:
        return -EINVAL;
    default:
        return -EIO;
    }
}
