/* SPDX-License-Identifier: MIT */
/* Operations for the tests in which something fails: parts of arrays (nyz_slice.h).  fault_table.h
 * lists them.  Each reads all rows, the last one first. */
#ifndef NYZ_TESTS_FAULT_SLICES_H
#define NYZ_TESTS_FAULT_SLICES_H

#include "fault/fault_fixture.h"
#include "nyz_slice.h"

static const nyz_range backward[] = {{INT64_MAX, INT64_MIN, -1}, {0, INT64_MAX, 1}};

static nyz_options verifying(const fixture *s)
{
    nyz_options opt = s->opt;
    opt.flags |= NYZ_VERIFY;
    return opt;
}

/* As `take`, of an array whose rows are the wrong way round. */
static nyz_status take_backward(const fixture *s, nyz_status status, nyz_array *out)
{
    if (status == NYZ_OK) {
        nyz_array view;
        assert_ok(nyz_array_slice(out, 0, INT64_MAX, INT64_MIN, -1, &view, err));
        assert_same(s, &view);
    }
    return take(NULL, status, out);
}

/* The rows of s->into, the wrong way round. */
static nyz_array into_backward(const fixture *s)
{
    nyz_array view;
    assert_ok(nyz_array_slice(&s->into, 0, INT64_MAX, INT64_MIN, -1, &view, err));
    return view;
}

static nyz_status slice_path(fixture *s, nyz_error *err)
{
    nyz_array out;
    POISON(&out);
    return take_backward(s, nyz_load_slice(s->npy_path, backward, 2, &s->opt, &out, err),
                         &out);
}

static nyz_status slice_path_into(fixture *s, nyz_error *err)
{
    const nyz_array into = into_backward(s);
    return take_into(s,
                     nyz_load_slice_into(s->npy_path, backward, 1, &s->opt, &into, err));
}

static nyz_status slice_mem(fixture *s, nyz_error *err)
{
    nyz_array out;
    POISON(&out);
    return take_backward(
        s, nyz_load_slice_mem(s->npy.data, s->npy.size, backward, 2, &s->opt, &out, err),
        &out);
}

/* Once through read_at and once through seek and read. */
static nyz_status slice_fd(fixture *s, nyz_error *err)
{
    nyz_status status = NYZ_OK;
    for (int i = 0; i < 2 && status == NYZ_OK; i++) {
        nyz_array out;
        FILE *const file = fopen(s->npy_path, "rb");
        assert_non_null(file);
        nyz_stream stream = nyz_stream_fd(fileno(file));
        POISON(&out);
        stream.read_at = i == 0 ? stream.read_at : NULL;
        status = take_backward(
            s, nyz_read_slice(&stream, backward, 2, &s->opt, &out, err), &out);
        assert_int_equal(fclose(file), 0);
    }
    return status;
}

static nyz_status slice_fd_into(fixture *s, nyz_error *err)
{
    const nyz_array into = into_backward(s);
    FILE *const file = fopen(s->npy_path, "rb");
    assert_non_null(file);
    const nyz_stream stream = nyz_stream_fd(fileno(file));
    const nyz_status status =
        take_into(s, nyz_read_slice_into(&stream, backward, 1, &s->opt, &into, err));
    assert_int_equal(fclose(file), 0);
    return status;
}

static nyz_status slice_member(fixture *s, nyz_error *err)
{
    const nyz_options opt = verifying(s);
    nyz_npz *npz;
    nyz_array out;
    POISON(&out);
    nyz_status status = nyz_npz_open(s->npz_path, &s->opt, &npz, err);
    if (status != NYZ_OK) {
        return status;
    }
    status = take_backward(
        s, nyz_npz_load_slice(npz, "a", backward, 2, &s->opt, &out, err), &out);
    if (status == NYZ_OK) {
        status = take_backward(
            s, nyz_npz_load_slice_at(npz, 0, backward, 2, &opt, &out, err), &out);
    }
    nyz_npz_close(&npz);
    return status;
}

static nyz_status look_at_blocks(fixture *s, nyz_error *err)
{
    nyz_npz *npz;
    nyz_block blocks[2];
    nyz_member member;
    nyz_status status = nyz_npz_open(s->npz_path, &s->opt, &npz, err);
    if (status != NYZ_OK) {
        return status;
    }
    assert_int_equal(nyz_npz_member_at(npz, 0, &member, NULL), NYZ_OK);
    assert_int_equal(member.blocks, 4);
    status = nyz_npz_blocks(npz, "a", 0, 2, blocks, err);
    if (status == NYZ_OK) {
        status = nyz_npz_blocks_at(npz, 0, 2, 2, blocks, err);
    }
    nyz_npz_close(&npz);
    return status;
}

static nyz_status slice_member_into(fixture *s, nyz_error *err)
{
    const nyz_options opt = verifying(s);
    const nyz_array into = into_backward(s);
    nyz_npz *npz;
    nyz_status status = nyz_npz_open(s->npz_path, &s->opt, &npz, err);
    if (status != NYZ_OK) {
        return status;
    }
    status =
        take_into(s, nyz_npz_load_slice_into(npz, "a", backward, 1, &s->opt, &into, err));
    if (status == NYZ_OK) {
        status = take_into(
            s, nyz_npz_load_slice_into_at(npz, 0, backward, 1, &opt, &into, err));
    }
    nyz_npz_close(&npz);
    return status;
}

#endif
