/* SPDX-License-Identifier: MIT */
/* Operations for the tests in which something fails: arrays that stay in their file (nyz_map.h).
 * fault_table.h lists them. */
#ifndef NYZ_TESTS_FAULT_MAPS_H
#define NYZ_TESTS_FAULT_MAPS_H

#include "array/strided_copy.h"
#include "fault/fault_fixture.h"
#include "nyz_map.h"

/* Of one byte order or the other, aligned or not: what cannot be mapped is loaded. */
static nyz_options map_options(const fixture *s)
{
    nyz_options opt = s->opt;
    opt.flags |= NYZ_MAP_OR_LOAD | NYZ_VERIFY | NYZ_MAP_WILLNEED;
    return opt;
}

static nyz_status map_path(fixture *s, nyz_error *err)
{
    const nyz_options opt = map_options(s);
    nyz_array out;
    POISON(&out);
    return take(s, nyz_map(s->npy_path, NYZ_MAP_PRIVATE, &opt, &out, err), &out);
}

static nyz_status map_mem(fixture *s, nyz_error *err)
{
    const nyz_options opt = map_options(s);
    nyz_array out;
    POISON(&out);
    return take(s, nyz_map_mem(s->npy.data, s->npy.size, &opt, &out, err), &out);
}

static nyz_status map_member_by(fixture *s, int by_name, nyz_error *err)
{
    const nyz_options opt = map_options(s);
    nyz_npz *npz;
    nyz_array out;
    POISON(&out);
    nyz_status status = nyz_npz_open(s->npz_path, &s->opt, &npz, err);
    if (status != NYZ_OK) {
        return status;
    }
    status = by_name ? nyz_npz_map(npz, "a", NYZ_MAP_READ, &opt, &out, err)
                     : nyz_npz_map_at(npz, 0, NYZ_MAP_READ, &opt, &out, err);
    nyz_npz_close(&npz); /* which the array outlives */
    return take(s, status, &out);
}

static nyz_status map_member(fixture *s, nyz_error *err)
{
    return map_member_by(s, 1, err);
}

static nyz_status map_member_at(fixture *s, nyz_error *err)
{
    return map_member_by(s, 0, err);
}

static nyz_status map_item_by(fixture *s, int by_name, nyz_error *err)
{
    const nyz_options opt = map_options(s);
    nyz_file *file;
    nyz_array out;
    POISON(&out);
    nyz_status status = nyz_file_open(s->npz_path, &s->opt, &file, err);
    if (status != NYZ_OK) {
        return status;
    }
    status = by_name ? nyz_file_map(file, "a", NYZ_MAP_READ, &opt, &out, err)
                     : nyz_file_map_at(file, 0, NYZ_MAP_PRIVATE, &opt, &out, err);
    nyz_file_close(&file);
    return take(s, status, &out);
}

static nyz_status map_item(fixture *s, nyz_error *err)
{
    return map_item_by(s, 1, err);
}

static nyz_status map_item_at(fixture *s, nyz_error *err)
{
    return map_item_by(s, 0, err);
}

/* Flushing fails alone, and what was written stays. */
static nyz_status create_map(fixture *s, nyz_error *err)
{
    nyz_output *output;
    nyz_array out;
    POISON(&output);
    POISON(&out);
    nyz_status status = nyz_create_map(s->target, &s->array, &s->opt, &output, &out, err);
    if (status != NYZ_OK) {
        assert_null(output);
        assert_zero(&out);
        return status;
    }
    nyz_array_copy_elements(&s->array, &out);
    status = nyz_map_flush(&out, err);
    nyz_array_free(&out);
    if (status != NYZ_OK) {
        nyz_output_discard(&output);
        return status;
    }
    return nyz_output_finish(&output, err);
}

#endif
