/* SPDX-License-Identifier: MIT */
/* The options of one call, resolved. */
#ifndef NYZ_CONFIG_H
#define NYZ_CONFIG_H

#include "nyz.h"

typedef struct nyz_progress nyz_progress;
typedef int nyz_progress_fn(void *ctx, int64_t done, int64_t total);

/* Not 0 for the types of ml_dtypes (bfloat16, float8_e4m3fn, int4, ...), which NumPy alone has not,
 * and whose names no file has: <V2, <V1. */
static inline int nyz_type_is_nameless(nyz_type type)
{
    return (type >= NYZ_BFLOAT16 && type <= NYZ_FLOAT4_E2M1FN) ||
           (type >= NYZ_INT4 && type <= NYZ_INT1) ||
           (type >= NYZ_UINT4 && type <= NYZ_UINT1);
}

/* Allocator and limits are filled in, defaults in place of zeros. */
typedef struct nyz_config {
    nyz_allocator allocator;
    nyz_limits limits;
    uint32_t flags;
    nyz_order order;
    nyz_byteorder byteorder;
    nyz_casting casting;
    nyz_type void_as; /* NYZ_NONE: arrays of V1 and V2 are opaque */
    int32_t npy_version;
    nyz_method method;
    int align;                          /* 0, or a power of two */
    int level;                          /* 1 ... 9, or NYZ_LEVEL_FAST */
    int64_t block_bytes;                /* of a block, about; 1 or more */
    int64_t block_rows;                 /* of a block; 0: as many as block_bytes are */
    int threads;                        /* 1 or more */
    nyz_progress_fn *progress_function; /* NULL: none */
    void *progress_ctx;
    const struct nyz_want *want; /* of the calls ..._load_as, else NULL (nyz_cast.h) */
    nyz_progress *progress;      /* of the call that runs; NULL: none (progress.h) */
} nyz_config;

/* Resolves opt (NULL: defaults).  Errors: ARGUMENT for values out of range. */
nyz_status nyz_config_init(nyz_config *config, const nyz_options *opt, nyz_error *err);

/* The options of a call on a file that was opened with `held`: what opt (NULL: nothing) does not
 * say itself is as it was then.  Errors: as above. */
nyz_status nyz_config_over(const nyz_config *held, const nyz_options *opt,
                           nyz_config *config, nyz_error *err);

/* As options for reading, which borrow from the config: allocator and limits are set. */
nyz_options nyz_config_options(const nyz_config *config);

#endif
