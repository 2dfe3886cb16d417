/* SPDX-License-Identifier: MIT */
/* The types whose items are numbers: which kind, which size, and what may become what. */
#ifndef NYZ_NUMBER_H
#define NYZ_NUMBER_H

#include "nyz.h"

/* In NumPy's order: casting "same_kind" does not go back in it. */
typedef enum nyz_number_kind {
    NYZ_NUMBER_NONE,
    NYZ_NUMBER_BOOL,
    NYZ_NUMBER_UNSIGNED,
    NYZ_NUMBER_SIGNED,
    NYZ_NUMBER_FLOAT,
    NYZ_NUMBER_COMPLEX
} nyz_number_kind;
nyz_number_kind nyz_number_kind_of(nyz_type type);

/* The bytes of an item in this machine's memory; 0: not a number, or a long double where this
 * compiler has none. */
int64_t nyz_number_size(nyz_type type);

/* Whether numbers of one type may become another, different one: as np.can_cast. */
int nyz_number_can_cast(nyz_type from, nyz_type to, nyz_casting casting);

#endif
