/* SPDX-License-Identifier: MIT */
/* How the items of one dtype become those of another: as they are, byte-swapped, or converted. */
#ifndef NYZ_CAST_PLAN_H
#define NYZ_CAST_PLAN_H

#include "array/cast.h"
#include "base/config.h"

typedef struct nyz_cast_plan {
    nyz_dtype from; /* opaque bytes by the type that they are */
    nyz_dtype to;
    nyz_byteorder
        byteorder; /* what an item of `from` is brought to first: of `to`, or native */
    nyz_cast_chain chain; /* without steps: the types are the same */
} nyz_cast_plan;

/* Errors: ARGUMENT (config->casting does not allow it; nothing does), UNSUPPORTED (a long double of
 * another machine). */
nyz_status nyz_cast_plan_init(nyz_cast_plan *plan, const nyz_dtype *from,
                              const nyz_dtype *to, const nyz_config *config,
                              nyz_error *err);

/* Converts items whose byte order has been changed as `byteorder` says.  `whole`: the bytes of all
 * that these are part of.  What exceeds the cache is written past it. */
void nyz_cast_plan_run(const nyz_cast_plan *plan, const unsigned char *from,
                       unsigned char *to, int64_t count, int64_t whole);

/* "same_kind", as NumPy says it. */
const char *nyz_cast_plan_name(nyz_casting casting);

#endif
