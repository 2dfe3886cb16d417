/* SPDX-License-Identifier: MIT */
/* Opaque bytes as the types of ml_dtypes that they may be: see dtype.h.  docs/format.md 2.1. */
#include "base/config.h"
#include "dtype/dtype.h"

void nyz_dtype_take_as(nyz_dtype *dtype, nyz_type type)
{
    const nyz_type named = dtype->letter == 0 ? type : NYZ_FLOAT8_E5M2;
    nyz_dtype out = nyz_dtype_of(named);
    if (dtype->type == NYZ_VOID && nyz_type_is_nameless(named) &&
        out.itemsize == dtype->itemsize) {
        out.byteorder = dtype->byteorder == '>' ? '>' : '<';
        *dtype = out;
    }
}

int nyz_dtype_may_be_nameless(const nyz_dtype *dtype)
{
    return dtype->type == NYZ_VOID && (dtype->itemsize == 1 || dtype->itemsize == 2);
}

void nyz_dtype_take_void_as(nyz_dtype *dtype, nyz_type void_as)
{
    if (void_as != NYZ_NONE) {
        nyz_dtype_take_as(dtype, dtype->itemsize == 2 ? NYZ_BFLOAT16 : void_as);
    }
}
