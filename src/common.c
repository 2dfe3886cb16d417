/* Errors and the options of a call: see common.h. */
#include "common.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "alloc.h"
#include "parallel.h"
#include "utf8.h"

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

/* Our own words: strerror's depend on the locale and may not be called by two threads. */
static const char *system_words(int sys)
{
    static const struct {
        int sys;
        const char *words;
    } table[] = {
        {ENOENT, "no such file or folder"},
        {EACCES, "permission denied"},
        {EPERM, "operation not permitted"},
        {ENOSPC, "no space left on the device"},
        {EIO, "input/output error of the device"},
        {EISDIR, "is a directory"},
        {ENOTDIR, "a part of the path is no directory"},
        {EROFS, "read-only file system"},
        {EFBIG, "file too large"},
        {EMFILE, "too many open files"},
        {ENAMETOOLONG, "name too long"},
        {EPIPE, "broken pipe"},
        {EBADF, "not open for this"},
        {EINVAL, "invalid argument"},
        {ENOMEM, "out of memory"},
        {EEXIST, "exists already"},
        {EINTR, "interrupted"},
        {ENXIO, "no such device"},
        {ESPIPE, "cannot seek"},
        {EAGAIN, "would have to wait"},
        {ENOTSUP, "not supported here"},
#ifdef EDQUOT
        {EDQUOT, "disk quota exceeded"},
#endif
#ifdef ELOOP
        {ELOOP, "too many symbolic links"},
#endif
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].sys == sys) {
            return table[i].words;
        }
    }
    return NULL;
}

static void append_system_words(nyz_error *err)
{
    const size_t used = strlen(err->message);
    const char *const words = system_words(err->sys);
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

/* ---------------------------------------------------------------------------- options */

static const nyz_limits default_limits = {
    .header_bytes = 1 << 20,
    .dims = NYZ_MAX_DIMS,
    .nesting = 32,
    .brackets = 64,
    .fields = 65536,
    .item_bytes = INT32_MAX,
    .array_bytes = PTRDIFF_MAX,
    .members = 1000000,
    .directory_bytes = 256 << 20,
    .name_bytes = 65535,
    .archive_bytes = INT64_MAX,
    .ratio = INT64_MAX,
};

static const nyz_limits untrusted_limits = {
    .header_bytes = 64 << 10,
    .dims = 32,
    .nesting = 8,
    .brackets = 16,
    .fields = 4096,
    .item_bytes = 1 << 20,
    .array_bytes = 1 << 30,
    .members = 10000,
    .directory_bytes = 4 << 20,
    .name_bytes = 1024,
    .archive_bytes = (int64_t)4 << 30,
    .ratio = 200,
};

static int64_t pick(int64_t chosen, int64_t preset, int64_t most)
{
    return nyz_min(chosen != 0 ? chosen : preset, most);
}

/* What the caller has set counts, but for what the library itself cannot exceed. */
static void resolve_limits(nyz_limits *out, const nyz_limits *chosen, unsigned flags)
{
    static const nyz_limits none = {0};
    const nyz_limits *const c = chosen != NULL ? chosen : &none;
    const nyz_limits *const d =
        (flags & NYZ_UNTRUSTED) != 0 ? &untrusted_limits : &default_limits;
    out->header_bytes = pick(c->header_bytes, d->header_bytes, 256 << 20);
    out->dims = pick(c->dims, d->dims, NYZ_MAX_DIMS);
    out->nesting = pick(c->nesting, d->nesting, 64);
    out->brackets = pick(c->brackets, d->brackets, 256);
    out->fields = pick(c->fields, d->fields, INT32_MAX);
    out->item_bytes = pick(c->item_bytes, d->item_bytes, INT32_MAX);
    out->array_bytes = pick(c->array_bytes, d->array_bytes, PTRDIFF_MAX);
    out->members = pick(c->members, d->members, INT32_MAX);
    out->directory_bytes = pick(c->directory_bytes, d->directory_bytes, UINT32_MAX);
    out->name_bytes = pick(c->name_bytes, d->name_bytes, 65535);
    out->archive_bytes = pick(c->archive_bytes, d->archive_bytes, INT64_MAX);
    out->ratio = pick(c->ratio, d->ratio, INT64_MAX);
}

static int limits_are_valid(const nyz_limits *l)
{
    return l->header_bytes >= 0 && l->dims >= 0 && l->nesting >= 0 && l->brackets >= 0 &&
           l->fields >= 0 && l->item_bytes >= 0 && l->array_bytes >= 0 &&
           l->members >= 0 && l->directory_bytes >= 0 && l->name_bytes >= 0 &&
           l->archive_bytes >= 0 && l->ratio >= 0;
}

static nyz_status check_options(const nyz_options *opt, nyz_error *err)
{
    if (opt->allocator != NULL &&
        (opt->allocator->alloc == NULL || opt->allocator->free == NULL)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "allocator: alloc and free must both be set");
    }
    if (opt->limits != NULL && !limits_are_valid(opt->limits)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "limits: none may be negative");
    }
    if (opt->order < NYZ_KEEP_ORDER || opt->order > NYZ_F_ORDER) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "order %d: no such order",
                        (int)opt->order);
    }
    if (opt->byteorder < NYZ_DEFAULT_BYTEORDER || opt->byteorder > NYZ_BIG_ENDIAN) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "byteorder %d: no such byte order",
                        (int)opt->byteorder);
    }
    if (opt->npy_version < 0 || opt->npy_version > 3) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "npy_version %d: expected 1, 2, 3 or 0", opt->npy_version);
    }
    if (opt->method != NYZ_STORED && opt->method != NYZ_DEFLATED) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "method %d: expected NYZ_STORED or NYZ_DEFLATED",
                        (int)opt->method);
    }
    if (opt->level < NYZ_FAST || opt->level > 9) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "level %d: expected 1 to 9, 0, or NYZ_FAST", opt->level);
    }
    return NYZ_OK;
}

nyz_status nyz_env_init(nyz_env *env, const nyz_options *opt, nyz_error *err)
{
    static const nyz_options defaults = {0};
    const nyz_options *const o = opt != NULL ? opt : &defaults;
    memset(env, 0, sizeof *env);
    NYZ_TRY(check_options(o, err));
    env->allocator = o->allocator != NULL ? *o->allocator : nyz_default_allocator;
    resolve_limits(&env->limits, o->limits, o->flags);
    env->flags = o->flags;
    env->order = o->order;
    env->byteorder = o->byteorder;
    env->npy_version = o->npy_version;
    env->method = o->method;
    env->threads = o->threads < 0 ? nyz_processors() : o->threads > 1 ? o->threads : 1;
    env->level = o->level != 0 ? o->level : 6;
    return NYZ_OK;
}
