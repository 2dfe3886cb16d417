/* SPDX-License-Identifier: MIT */
/* Items as the machine's own numbers: what kind they are, and loading them from any
 * address. */
#include "print/print.h"

#include <float.h>
#include <math.h>
#include <string.h>

int64_t cli_load_int(const unsigned char *item, const nyz_dtype *dtype)
{
    int16_t i16;
    int32_t i32;
    int64_t i64;
    switch (dtype->itemsize) {
    case 1:
        return item[0] < 128 ? item[0] : item[0] - 256;
    case 2:
        memcpy(&i16, item, sizeof i16);
        return i16;
    case 4:
        memcpy(&i32, item, sizeof i32);
        return i32;
    default:
        memcpy(&i64, item, sizeof i64);
        return i64;
    }
}

uint64_t cli_load_uint(const unsigned char *item, const nyz_dtype *dtype)
{
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (dtype->itemsize) {
    case 1:
        return item[0];
    case 2:
        memcpy(&u16, item, sizeof u16);
        return u16;
    case 4:
        memcpy(&u32, item, sizeof u32);
        return u32;
    default:
        memcpy(&u64, item, sizeof u64);
        return u64;
    }
}

static long double load_half(const unsigned char *item)
{
    uint16_t bits;
    memcpy(&bits, item, sizeof bits);
    const int exponent = bits >> 10 & 31;
    const double part = bits & 1023;
    double value = exponent == 0 ? ldexp(part, -24) : ldexp(part + 1024, exponent - 25);
    if (exponent == 31) {
        value = part > 0 ? NAN : INFINITY;
    }
    return bits >> 15 ? -value : value;
}

static long double load_long_double(const unsigned char *item)
{
    long double value;
#if LDBL_MANT_DIG == 64
    /* An x87 number without its leading bit is none; the C library need not bear it. */
    const int exponent = (item[9] & 127) << 8 | item[8];
    if (exponent != 0 && (item[7] & 128) == 0) {
        return NAN;
    }
#endif
    memcpy(&value, item, sizeof value);
    return value;
}

long double cli_load_float(const unsigned char *item, int size)
{
    float f32;
    double f64;
    switch (size) {
    case 2:
        return load_half(item);
    case 4:
        memcpy(&f32, item, sizeof f32);
        return f32;
    case 8:
        memcpy(&f64, item, sizeof f64);
        return f64;
    default:
        return load_long_double(item);
    }
}

cli_kind cli_kind_of(const nyz_dtype *dtype)
{
    const int halves = dtype->type == NYZ_CLONGDOUBLE ? 2 : 1;
    if ((dtype->type == NYZ_LONGDOUBLE || dtype->type == NYZ_CLONGDOUBLE) &&
        dtype->itemsize != halves * (int64_t)sizeof(long double)) {
        return CLI_KIND_OPAQUE; /* this machine cannot compute with it */
    }
    switch (dtype->type) {
    case NYZ_BOOL:
        return CLI_KIND_BOOL;
    case NYZ_INT8:
    case NYZ_INT16:
    case NYZ_INT32:
    case NYZ_INT64:
        return CLI_KIND_INT;
    case NYZ_UINT8:
    case NYZ_UINT16:
    case NYZ_UINT32:
    case NYZ_UINT64:
        return CLI_KIND_UINT;
    case NYZ_FLOAT16:
    case NYZ_FLOAT32:
    case NYZ_FLOAT64:
    case NYZ_LONGDOUBLE:
        return CLI_KIND_FLOAT;
    case NYZ_COMPLEX64:
    case NYZ_COMPLEX128:
    case NYZ_CLONGDOUBLE:
        return CLI_KIND_COMPLEX;
    case NYZ_BYTES:
        return CLI_KIND_BYTES;
    case NYZ_STR:
        return CLI_KIND_STR;
    case NYZ_DATETIME64:
    case NYZ_TIMEDELTA64:
        return CLI_KIND_DATE;
    case NYZ_STRUCT:
        return CLI_KIND_STRUCT;
    case NYZ_SUBARRAY:
        return CLI_KIND_SUBARRAY;
    default:
        return CLI_KIND_OPAQUE;
    }
}

int64_t cli_subarray_count(const nyz_dtype *dtype)
{
    int64_t count = 1;
    for (; dtype->type == NYZ_SUBARRAY; dtype = dtype->base) {
        for (int i = 0; i < dtype->ndim; i++) {
            if (dtype->shape[i] == 0) {
                return 0;
            }
            count =
                count > INT64_MAX / dtype->shape[i] ? INT64_MAX : count * dtype->shape[i];
        }
    }
    return count;
}
