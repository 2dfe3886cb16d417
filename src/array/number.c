/* SPDX-License-Identifier: MIT */
/* The types whose items are numbers: see number.h. */
#include "array/number.h"

#include "array/cast_long.h"

/* `whole`: the bits of a signed integer that hold all its values (0: none does); of a float, those
 * of its part that holds all values of the integers up to that many bits. */
typedef struct number {
    nyz_type type;
    nyz_number_kind kind;
    int size;
    int whole;
    int opaque; /* of ml_dtypes: NumPy knows no safe cast to it */
} number;

enum { LONG_SIZE = NYZ_HAS_LONGDOUBLE ? (int)sizeof(long double) : 0 };

static const number numbers[] = {
    {NYZ_BOOL, NYZ_NUMBER_BOOL, 1, 1, 0},
    {NYZ_INT8, NYZ_NUMBER_SIGNED, 1, 8, 0},
    {NYZ_INT16, NYZ_NUMBER_SIGNED, 2, 16, 0},
    {NYZ_INT32, NYZ_NUMBER_SIGNED, 4, 32, 0},
    {NYZ_INT64, NYZ_NUMBER_SIGNED, 8, 64, 0},
    {NYZ_UINT8, NYZ_NUMBER_UNSIGNED, 1, 8, 0},
    {NYZ_UINT16, NYZ_NUMBER_UNSIGNED, 2, 16, 0},
    {NYZ_UINT32, NYZ_NUMBER_UNSIGNED, 4, 32, 0},
    {NYZ_UINT64, NYZ_NUMBER_UNSIGNED, 8, 64, 0},
    {NYZ_FLOAT16, NYZ_NUMBER_FLOAT, 2, 8, 0},
    {NYZ_FLOAT32, NYZ_NUMBER_FLOAT, 4, 16, 0},
    {NYZ_FLOAT64, NYZ_NUMBER_FLOAT, 8, 64, 0}, /* NumPy's rule: int64 too */
    {NYZ_LONGDOUBLE, NYZ_NUMBER_FLOAT, LONG_SIZE, 65, 0},
    {NYZ_COMPLEX64, NYZ_NUMBER_COMPLEX, 8, 16, 0},
    {NYZ_COMPLEX128, NYZ_NUMBER_COMPLEX, 16, 64, 0},
    {NYZ_CLONGDOUBLE, NYZ_NUMBER_COMPLEX, 2 * LONG_SIZE, 65, 0},
    {NYZ_INT4, NYZ_NUMBER_SIGNED, 1, 4, 1},
    {NYZ_INT2, NYZ_NUMBER_SIGNED, 1, 2, 1},
    {NYZ_INT1, NYZ_NUMBER_SIGNED, 1, 1, 1},
    {NYZ_UINT4, NYZ_NUMBER_UNSIGNED, 1, 4, 1},
    {NYZ_UINT2, NYZ_NUMBER_UNSIGNED, 1, 2, 1},
    {NYZ_UINT1, NYZ_NUMBER_UNSIGNED, 1, 1, 1},
    {NYZ_BFLOAT16, NYZ_NUMBER_FLOAT, 2, 16, 1},
    {NYZ_FLOAT8_E3M4, NYZ_NUMBER_FLOAT, 1, 16, 1},
    {NYZ_FLOAT8_E4M3, NYZ_NUMBER_FLOAT, 1, 16, 1},
    {NYZ_FLOAT8_E4M3FN, NYZ_NUMBER_FLOAT, 1, 16, 1},
    {NYZ_FLOAT8_E4M3FNUZ, NYZ_NUMBER_FLOAT, 1, 16, 1},
    {NYZ_FLOAT8_E4M3B11FNUZ, NYZ_NUMBER_FLOAT, 1, 16, 1},
    {NYZ_FLOAT8_E5M2, NYZ_NUMBER_FLOAT, 1, 16, 1},
    {NYZ_FLOAT8_E5M2FNUZ, NYZ_NUMBER_FLOAT, 1, 16, 1},
    {NYZ_FLOAT8_E8M0FNU, NYZ_NUMBER_FLOAT, 1, 16, 1},
    {NYZ_FLOAT6_E2M3FN, NYZ_NUMBER_FLOAT, 1, 16, 1},
    {NYZ_FLOAT6_E3M2FN, NYZ_NUMBER_FLOAT, 1, 16, 1},
    {NYZ_FLOAT4_E2M1FN, NYZ_NUMBER_FLOAT, 1, 16, 1},
};

static const number *find(nyz_type type)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i].type == type) {
            return &numbers[i];
        }
    }
    return NULL;
}

nyz_number_kind nyz_number_kind_of(nyz_type type)
{
    const number *const n = find(type);
    return n != NULL ? n->kind : NYZ_NUMBER_NONE;
}

int64_t nyz_number_size(nyz_type type)
{
    const number *const n = find(type);
    return n != NULL ? n->size : 0;
}

/* To the same kind or a higher one: the target has more bits where a sign is added, and as many
 * where not. */
static int is_safe(const number *from, const number *to)
{
    if (to->opaque || from->kind > to->kind) {
        return 0;
    }
    if (from->kind == NYZ_NUMBER_BOOL) {
        return 1;
    }
    return from->kind == NYZ_NUMBER_UNSIGNED && to->kind == NYZ_NUMBER_SIGNED
               ? from->whole < to->whole
               : from->whole <= to->whole;
}

int nyz_number_can_cast(nyz_type from, nyz_type to, nyz_casting casting)
{
    const number *const a = find(from);
    const number *const b = find(to);
    if (a == NULL || b == NULL) {
        return 0;
    }
    switch (casting) {
    case NYZ_CAST_SAFE:
        return is_safe(a, b);
    case NYZ_CAST_SAME_KIND:
        return a->kind <= b->kind;
    default:
        return casting == NYZ_CAST_UNSAFE;
    }
}
