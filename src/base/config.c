/* Checking a call's options and filling in the defaults: see config.h. */
#include "base/config.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
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
    if (opt->level < NYZ_LEVEL_FAST || opt->level > 9) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "level %d: expected 1 to 9, 0, or NYZ_LEVEL_FAST", opt->level);
    }
    return NYZ_OK;
}

nyz_status nyz_config_init(nyz_config *config, const nyz_options *opt, nyz_error *err)
{
    static const nyz_options defaults = {0};
    const nyz_options *const o = opt != NULL ? opt : &defaults;
    memset(config, 0, sizeof *config);
    NYZ_TRY(check_options(o, err));
    config->allocator = o->allocator != NULL ? *o->allocator : nyz_default_allocator;
    resolve_limits(&config->limits, o->limits, o->flags);
    config->flags = o->flags;
    config->order = o->order;
    config->byteorder = o->byteorder;
    config->npy_version = o->npy_version;
    config->method = o->method;
    config->threads = o->threads < 0   ? nyz_threads_available()
                      : o->threads > 1 ? o->threads
                                       : 1;
    config->level = o->level != 0 ? o->level : 6;
    return NYZ_OK;
}
