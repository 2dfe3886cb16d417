/* SPDX-License-Identifier: MIT */
/* The public calls on dtypes: made from a kind or a text, and freed.  (Written:
 * dtype_format.c.) */
#include <float.h>
#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/endian.h"
#include "base/error.h"
#include "base/owner.h"
#include "dtype/dtype.h"
#include "dtype/dtype_internal.h"
#include "parse/pylit.h"

/* The size of this compiler's long double where it is a format of its own. */
#if LDBL_MANT_DIG > DBL_MANT_DIG
#define LONG_DOUBLE_SIZE ((int64_t)sizeof(long double))
#else
#define LONG_DOUBLE_SIZE ((int64_t)16)
#endif

nyz_dtype nyz_dtype_of(nyz_type type)
{
    nyz_dtype out = {0};
    const nyz_type_info *const info = nyz_dtype_info(type);
    if (info == NULL || info->parts == 0) {
        return out;
    }
    out.type = type;
    out.byteorder = info->ordered ? nyz_native_byteorder() : '|';
    out.itemsize = (info->size > 0 ? info->size : LONG_DOUBLE_SIZE) * info->parts;
    out.unit_count = type == NYZ_DATETIME64 || type == NYZ_TIMEDELTA64;
    return out;
}

/* '<f8' may have quotes, as in a header; lists and tuples are always literals. */
static int is_literal(const char *text, size_t size)
{
    return size > 0 && text[0] != '\0' && strchr("[('\" \t\r\n", text[0]) != NULL;
}

static nyz_status parse_literal(const char *text, size_t size, const nyz_config *config,
                                nyz_owner *owner, nyz_dtype *out, nyz_error *err)
{
    const nyz_pylit_rules rules = {0, 0, config->limits.brackets, 0, NYZ_METADATA_WORDS};
    const nyz_pylit *lit = NULL;
    nyz_arena arena;
    nyz_arena_init(&arena, &config->allocator);
    nyz_status status = nyz_pylit_parse(text, size, &rules, &arena, &lit, err);
    if (status == NYZ_OK) {
        status = nyz_dtype_from_pylit(lit, config, &owner->arena, out, err);
    }
    nyz_arena_free(&arena);
    return status;
}

nyz_status nyz_dtype_parse(const char *text, size_t size, const nyz_options *opt,
                           nyz_dtype *out, nyz_error *err)
{
    nyz_config config;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    if ((uint64_t)size > (uint64_t)config.limits.header_bytes) {
        return nyz_fail(err, NYZ_ERR_LIMIT, -1,
                        "dtype: a text of %zu bytes exceeds limits.header_bytes, %lld",
                        size, (long long)config.limits.header_bytes);
    }
    nyz_status status = NYZ_OK;
    nyz_owner *owner = NULL;
    if (!is_literal(text, size)) {
        status = nyz_dtype_scalar(text, size, 0, &config, out, err);
    } else {
        NYZ_TRY(nyz_owner_new(&config.allocator, &owner, err));
        status = parse_literal(text, size, &config, owner, out, err);
    }
    if (status != NYZ_OK) {
        memset(out, 0, sizeof *out);
    }
    if (out->type == NYZ_STRUCT || out->type == NYZ_SUBARRAY) {
        out->owner = owner;
    } else {
        nyz_owner_free(&owner);
    }
    return status;
}

void nyz_dtype_free(nyz_dtype *dtype)
{
    if (dtype != NULL) {
        nyz_owner_free(&dtype->owner);
        memset(dtype, 0, sizeof *dtype);
    }
}
