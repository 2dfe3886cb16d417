/* SPDX-License-Identifier: MIT */
/* Whether this compiler's long double is a format that NumPy writes as one. */
#ifndef NYZ_CAST_LONG_H
#define NYZ_CAST_LONG_H

#include <float.h>

/* Wider than a double, and of 12 or 16 bytes. */
#define NYZ_HAS_LONGDOUBLE                                                               \
    (LDBL_MANT_DIG > DBL_MANT_DIG &&                                                     \
     (sizeof(long double) == 12 || sizeof(long double) == 16))

#endif
