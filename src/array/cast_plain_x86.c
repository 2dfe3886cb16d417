/* SPDX-License-Identifier: MIT */
/* The plain loops, with vectors of AVX2 by the compiler: see cast_vector_x86.c. */
#include "array/cast_step_x86.h"

#define NYZ_CAST_LOOPS nyz_cast_plain_avx2
#include "array/cast_loops.h"
