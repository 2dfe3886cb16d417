/* SPDX-License-Identifier: MIT */
/* Which loops an x86-64 processor takes: see cast.h. */
#include "array/cast.h"
#include "array/cast_internal.h"
#ifdef __clang__
#include <cpuid.h>
#endif

/* clang 14 does not know it by name. */
static int has_f16c(void)
{
#ifdef __clang__
    unsigned a;
    unsigned b;
    unsigned c;
    unsigned d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C) != 0;
#else
    return __builtin_cpu_supports("f16c");
#endif
}

static nyz_cast *avx2_loop(nyz_type from, nyz_type to)
{
    static nyz_cast_finder *const finders[] = {nyz_cast_float_avx2, nyz_cast_integer_avx2,
                                               nyz_cast_small_avx2, nyz_cast_plain_avx2};
    nyz_cast *loop = NULL;
    for (size_t i = 0; loop == NULL && i < sizeof finders / sizeof finders[0]; i++) {
        loop = finders[i](from, to);
    }
    return loop;
}

nyz_cast *nyz_cast_vector(int level, nyz_type from, nyz_type to)
{
    if (level == 1 && __builtin_cpu_supports("avx2") && has_f16c()) {
        return avx2_loop(from, to);
    }
    if (level == 2 && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl")) {
        return nyz_cast_avx512_loop(from, to);
    }
    return NULL;
}
