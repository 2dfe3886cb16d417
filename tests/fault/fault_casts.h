/* SPDX-License-Identifier: MIT */
/* Operations for the tests in which something fails: arrays as the dtype that is wanted (nyz_cast.h).
 * fault_table.h lists them. */
#ifndef NYZ_TESTS_FAULT_CASTS_H
#define NYZ_TESTS_FAULT_CASTS_H

#include "fault/fault_fixture.h"
#include "nyz_cast.h"

/* Numbers as complex ones; records as they are. */
static nyz_want wanted(const fixture *s)
{
    nyz_want want = {.ndim = 2, .shape = {-1, COLUMNS}};
    if (s->way->kind != RECORDS) {
        want.dtype = nyz_dtype_of(NYZ_COMPLEX128);
    }
    return want;
}

/* What has come out, or not. */
static nyz_status take_wanted(const fixture *s, nyz_status status, nyz_array *out)
{
    if (status == NYZ_OK) {
        assert_int_equal(out->dtype.type,
                         s->way->kind == RECORDS ? NYZ_STRUCT : NYZ_COMPLEX128);
        assert_int_equal(nyz_array_count(out), nyz_array_count(&s->array));
        assert_true(nyz_array_is_contiguous(out, NYZ_C_ORDER));
        nyz_array_free(out);
    }
    assert_zero(out);
    return status;
}

static nyz_status load_wanted(fixture *s, nyz_error *err)
{
    const nyz_want want = wanted(s);
    nyz_array out;
    POISON(&out);
    return take_wanted(s, nyz_load_as(s->npy_path, &want, &s->opt, &out, err), &out);
}

static nyz_status member_wanted_by(fixture *s, int by_name, nyz_error *err)
{
    const nyz_want want = wanted(s);
    nyz_npz *npz;
    nyz_array out;
    POISON(&out);
    nyz_status status = nyz_npz_open(s->npz_path, &s->opt, &npz, err);
    if (status != NYZ_OK) {
        return status;
    }
    status = by_name ? nyz_npz_load_as(npz, "a", &want, &s->opt, &out, err)
                     : nyz_npz_load_as_at(npz, 0, &want, &s->opt, &out, err);
    nyz_npz_close(&npz);
    return take_wanted(s, status, &out);
}

static nyz_status member_wanted(fixture *s, nyz_error *err)
{
    return member_wanted_by(s, 1, err);
}

static nyz_status member_wanted_at(fixture *s, nyz_error *err)
{
    return member_wanted_by(s, 0, err);
}

static nyz_status cast_array(fixture *s, nyz_error *err)
{
    const nyz_want want = wanted(s);
    nyz_options opt = s->opt;
    nyz_array out;
    POISON(&out);
    opt.order = NYZ_C_ORDER;
    const nyz_dtype *const dtype =
        want.dtype.type != NYZ_NONE ? &want.dtype : &s->array.dtype;
    return take_wanted(s, nyz_array_cast(&s->array, dtype, &opt, &out, err), &out);
}

static nyz_status look_at_casts(fixture *s, nyz_error *err)
{
    const nyz_dtype bytes = nyz_dtype_of(NYZ_UINT8);
    (void)err;
    assert_true(nyz_can_cast(&s->array.dtype, &s->array.dtype, NYZ_CAST_NO));
    assert_int_equal(nyz_can_cast(&s->array.dtype, &bytes, NYZ_CAST_UNSAFE),
                     s->way->kind != RECORDS);
    return NYZ_OK;
}

#endif
