/* SPDX-License-Identifier: MIT */
/* Checking a call's options and filling in the defaults: see config.h. */
#include "base/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/parallel.h"

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

/* The limits one by one: where they are, and the highest that the library can keep. */
static const struct {
    const char *name;
    size_t place;
    int64_t ceiling;
} limits[] = {
    {"header_bytes", offsetof(nyz_limits, header_bytes), 256 << 20},
    {"dims", offsetof(nyz_limits, dims), NYZ_MAX_DIMS},
    {"nesting", offsetof(nyz_limits, nesting), 64},
    {"brackets", offsetof(nyz_limits, brackets), 256},
    {"fields", offsetof(nyz_limits, fields), INT32_MAX},
    {"item_bytes", offsetof(nyz_limits, item_bytes), INT32_MAX},
    {"array_bytes", offsetof(nyz_limits, array_bytes), PTRDIFF_MAX},
    {"members", offsetof(nyz_limits, members), INT32_MAX},
    {"directory_bytes", offsetof(nyz_limits, directory_bytes), UINT32_MAX},
    {"name_bytes", offsetof(nyz_limits, name_bytes), 65535},
    {"archive_bytes", offsetof(nyz_limits, archive_bytes), INT64_MAX},
    {"ratio", offsetof(nyz_limits, ratio), INT64_MAX},
};

static int64_t limit_at(const nyz_limits *all, size_t place)
{
    int64_t value;
    memcpy(&value, (const char *)all + place, sizeof value);
    return value;
}

/* What the caller has set counts, else the default. */
static void resolve_limits(nyz_limits *out, const nyz_limits *chosen, uint32_t flags)
{
    *out = (flags & NYZ_UNTRUSTED) != 0 ? untrusted_limits : default_limits;
    for (size_t i = 0; chosen != NULL && i < sizeof limits / sizeof limits[0]; i++) {
        const int64_t value = limit_at(chosen, limits[i].place);
        if (value != 0) {
            memcpy((char *)out + limits[i].place, &value, sizeof value);
        }
    }
}

static nyz_status check_limits(const nyz_limits *chosen, nyz_error *err)
{
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const int64_t value = limit_at(chosen, limits[i].place);
        if (value < 0) {
            return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "limit %s is negative: %lld",
                            limits[i].name, (long long)value);
        }
        if (value > limits[i].ceiling) {
            return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                            "limit %s is %lld; the maximum is %lld", limits[i].name,
                            (long long)value, (long long)limits[i].ceiling);
        }
    }
    return NYZ_OK;
}

#define KNOWN_FLAGS                                                                      \
    (NYZ_UNTRUSTED | NYZ_NO_SYNC | NYZ_IN_PLACE | NYZ_EXACT_NAME | NYZ_ANY_NAME |        \
     NYZ_BLOCKS | NYZ_SKIP_UNSUPPORTED | NYZ_VERIFY | NYZ_MAP_OR_LOAD |                  \
     NYZ_MAP_WILLNEED | NYZ_MAP_RANDOM)

/* The bytes of a block, unless the caller chooses others. */
#define NYZ_BLOCK_DEFAULT ((int64_t)256 * 1024)

/* The extra field of a local header has room for no more. */
#define NYZ_ALIGN_MAX 32768

static int all_zero(const int64_t *words, size_t count)
{
    int64_t bits = 0;
    for (size_t i = 0; i < count; i++) {
        bits |= words[i];
    }
    return bits == 0;
}

/* What has no meaning yet is refused, so that it can get one. */
static nyz_status check_reserved(const nyz_options *opt, nyz_error *err)
{
    if ((opt->flags & ~(uint32_t)KNOWN_FLAGS) != 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "options: unknown flags 0x%x",
                        (unsigned)(opt->flags & ~(uint32_t)KNOWN_FLAGS));
    }
    if (!all_zero(opt->reserved, sizeof opt->reserved / sizeof opt->reserved[0])) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "options: reserved words must be 0");
    }
    if (opt->limits != NULL &&
        !all_zero(opt->limits->reserved,
                  sizeof opt->limits->reserved / sizeof opt->limits->reserved[0])) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "limits: reserved words must be 0");
    }
    for (size_t i = 0; opt->allocator != NULL && i < 4; i++) {
        if (opt->allocator->reserved[i] != NULL) {
            return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                            "allocator: reserved words must be NULL");
        }
    }
    return NYZ_OK;
}

static nyz_status check_types(const nyz_options *opt, nyz_error *err)
{
    if (opt->casting < NYZ_CAST_SAME_KIND || opt->casting > NYZ_CAST_UNSAFE) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "casting %d: no such casting",
                        (int)opt->casting);
    }
    if (opt->void_as != NYZ_NONE && !nyz_type_is_nameless(opt->void_as)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "void_as %d: expected NYZ_BFLOAT16 or another type of ml_dtypes",
                        (int)opt->void_as);
    }
    return NYZ_OK;
}

static nyz_status check_blocks(const nyz_options *opt, nyz_error *err)
{
    if (opt->block_bytes < 0 || opt->block_bytes > INT32_MAX) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "block_bytes %lld: expected 1 to %lld, or 0",
                        (long long)opt->block_bytes, (long long)INT32_MAX);
    }
    if (opt->block_rows < 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "block_rows %lld: expected 1 or more, or 0",
                        (long long)opt->block_rows);
    }
    return NYZ_OK;
}

static nyz_status check_options(const nyz_options *opt, nyz_error *err)
{
    NYZ_TRY(check_reserved(opt, err));
    NYZ_TRY(check_types(opt, err));
    NYZ_TRY(check_blocks(opt, err));
    if (opt->allocator != NULL &&
        (opt->allocator->alloc == NULL || opt->allocator->free == NULL)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "allocator: alloc and free must both be set");
    }
    if (opt->limits != NULL) {
        NYZ_TRY(check_limits(opt->limits, err));
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
    if (opt->level < NYZ_LEVEL_FAST || opt->level > 9) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "level %d: expected 1 to 9, 0, or NYZ_LEVEL_FAST", opt->level);
    }
    if (opt->align != 0 && (opt->align < 8 || opt->align > NYZ_ALIGN_MAX ||
                            (opt->align & (opt->align - 1)) != 0)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "align %d: expected a power of two from 8 to %d, or 0",
                        opt->align, NYZ_ALIGN_MAX);
    }
    return NYZ_OK;
}

nyz_status nyz_config_init(nyz_config *config, const nyz_options *opt, nyz_error *err)
{
    static const nyz_options defaults = {0};
    const nyz_options *const o = opt != NULL ? opt : &defaults;
    memset(config, 0, sizeof *config);
    if (opt != NULL) {
        NYZ_TRY(check_options(opt, err));
    }
    config->allocator = o->allocator != NULL ? *o->allocator : nyz_default_allocator;
    resolve_limits(&config->limits, o->limits, o->flags);
    config->flags = o->flags;
    config->order = o->order;
    config->byteorder = o->byteorder;
    config->progress_function = o->progress;
    config->progress_ctx = o->progress_ctx;
    config->align = o->align;
    config->casting = o->casting;
    config->void_as = o->void_as;
    config->npy_version = o->npy_version;
    config->method = o->level != NYZ_LEVEL_DEFAULT ? NYZ_DEFLATED : o->method;
    config->threads = o->threads < 0   ? nyz_threads_available()
                      : o->threads > 1 ? o->threads
                                       : 1;
    config->level = o->level != 0 ? o->level : 6;
    config->block_bytes = o->block_bytes != 0 ? o->block_bytes : NYZ_BLOCK_DEFAULT;
    config->block_rows = o->block_rows;
    if (o->block_bytes != 0 || o->block_rows != 0) {
        config->flags |= NYZ_BLOCKS;
    }
    return NYZ_OK;
}

nyz_status nyz_config_over(const nyz_config *held, const nyz_options *opt,
                           nyz_config *config, nyz_error *err)
{
    *config = *held;
    if (opt == NULL) {
        return NYZ_OK;
    }
    const unsigned untrusted = held->flags & NYZ_UNTRUSTED;
    nyz_options o = *opt;
    o.flags |= untrusted;
    NYZ_TRY(nyz_config_init(config, &o, err));
    if (opt->allocator == NULL) {
        config->allocator = held->allocator;
    }
    if (opt->limits == NULL && (o.flags & NYZ_UNTRUSTED) == untrusted) {
        config->limits = held->limits;
    }
    if (opt->void_as == NYZ_NONE) { /* it says something of the file */
        config->void_as = held->void_as;
    }
    return NYZ_OK;
}

nyz_options nyz_config_options(const nyz_config *config)
{
    const nyz_options opt = {.allocator = &config->allocator,
                             .limits = &config->limits,
                             .flags = config->flags,
                             .order = config->order,
                             .byteorder = config->byteorder,
                             .casting = config->casting,
                             .void_as = config->void_as,
                             .threads = config->threads,
                             .progress = config->progress_function,
                             .progress_ctx = config->progress_ctx};
    return opt;
}
