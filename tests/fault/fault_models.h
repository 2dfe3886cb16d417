/* SPDX-License-Identifier: MIT */
/* Operations for the tests in which something fails: what is chosen by name, and models
 * (nyz_model.h).  fault_table.h lists them. */
#ifndef NYZ_TESTS_FAULT_MODELS_H
#define NYZ_TESTS_FAULT_MODELS_H

#include "fault/fault_casts.h"
#include "fault/fault_files.h"
#include "nyz_model.h"

static const char *const chosen_names[] = {"a*", "note"};
static const nyz_rename chosen_renames[] = {{"a", "weight"}};
static const nyz_select chosen = {.include = chosen_names,
                                  .include_count = 2,
                                  .renames = chosen_renames,
                                  .rename_count = 1};

static nyz_status match_names(fixture *s, nyz_error *err)
{
    (void)s;
    (void)err;
    assert_true(nyz_name_matches("layer.{0..3}.[wb]*", "layer.2.weight"));
    assert_false(nyz_name_matches("layer.{0..3}.[wb]*", "layer.4.weight"));
    return NYZ_OK;
}

/* ----------------------------------------------------------------------------------- lists */

static nyz_status take_list(const fixture *s, nyz_status status, nyz_arrays **list)
{
    nyz_array out;
    if (status == NYZ_OK) {
        assert_int_equal(nyz_arrays_count(*list), 2);
        assert_string_equal(nyz_arrays_name(*list, 0), "weight");
        assert_ok(nyz_arrays_get(*list, "weight", &out, err));
        assert_same(s, &out);
    }
    nyz_arrays_free(list);
    assert_null(*list);
    return status;
}

static nyz_status load_selected(fixture *s, nyz_error *err)
{
    nyz_npz *npz = NULL;
    nyz_arrays *list;
    POISON(&list);
    nyz_status status = nyz_npz_open(s->npz_path, &s->opt, &npz, err);
    if (status != NYZ_OK) {
        return status;
    }
    status =
        take_list(s, nyz_npz_load_selected(npz, &chosen, &s->opt, &list, err), &list);
    nyz_npz_close(&npz);
    return status;
}

static nyz_status use_file_selected(fixture *s, const nyz_file *file, nyz_error *err)
{
    nyz_arrays *list;
    POISON(&list);
    return take_list(s, nyz_file_load_selected(file, &chosen, &s->opt, &list, err),
                     &list);
}

static nyz_status file_selected(fixture *s, nyz_error *err)
{
    return with_file(s, s->npz_path, err, use_file_selected);
}

/* ---------------------------------------------------------------------------------- models */

static nyz_status take_report(const fixture *s, nyz_status status, nyz_report *report,
                              nyz_array *out)
{
    if (status == NYZ_OK) {
        assert_int_equal(report->loaded, 2);
        assert_int_equal(report->missing_count, 1);
        assert_string_equal(report->missing[0].name, "bias");
    }
    nyz_report_free(report);
    assert_zero(report);
    return take(s, status, out);
}

/* One parameter in memory that is there, one to be made, and one that is missing. */
static nyz_status use_model(fixture *s, const nyz_file *file, nyz_error *err)
{
    nyz_report report;
    nyz_array out;
    nyz_array none;
    const nyz_parameter parameters[] = {{.name = "weight", .into = &s->into},
                                        {.name = "bias", .out = &none},
                                        {.name = "weight", .out = &out}};
    POISON(&report);
    POISON(&out);
    POISON(&none);
    const nyz_status status = nyz_file_load_model(
        file, &chosen, parameters, 3, NYZ_LOAD_PARTIAL, &s->opt, &report, err);
    assert_zero(&none);
    return take_into(s, take_report(s, status, &report, &out));
}

static nyz_status load_model(fixture *s, nyz_error *err)
{
    return with_file(s, s->npz_path, err, use_model);
}

/* -------------------------------------------------------------------------- wanted dtypes */

static nyz_status use_file_as(fixture *s, const nyz_file *file, nyz_error *err)
{
    const nyz_want want = wanted(s);
    nyz_array out;
    POISON(&out);
    return take_wanted(s, nyz_file_load_as(file, "a", &want, &s->opt, &out, err), &out);
}

static nyz_status use_file_as_at(fixture *s, const nyz_file *file, nyz_error *err)
{
    const nyz_want want = wanted(s);
    nyz_array out;
    POISON(&out);
    return take_wanted(s, nyz_file_load_as_at(file, 0, &want, &s->opt, &out, err), &out);
}

static nyz_status file_as(fixture *s, nyz_error *err)
{
    return with_file(s, s->npz_path, err, use_file_as);
}

static nyz_status file_as_at(fixture *s, nyz_error *err)
{
    return with_file(s, s->npy_path, err, use_file_as_at);
}

/* Of another library's format. */
static nyz_status rows_as(fixture *s, nyz_error *err)
{
    const nyz_want want = {.dtype = nyz_dtype_of(NYZ_FLOAT64), .ndim = -1};
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    nyz_file *file = NULL;
    nyz_array out;
    POISON(&out);
    nyz_status status =
        nyz_file_open_mem_with(bytes, size, rows_formats, 1, &s->opt, &file, err);
    if (status != NYZ_OK) {
        return status;
    }
    status = nyz_file_load_as(file, "w", &want, &s->opt, &out, err);
    if (status == NYZ_OK) {
        assert_true(((const double *)out.data)[5] == 5);
    }
    nyz_file_close(&file);
    return take(NULL, status, &out);
}

#endif
