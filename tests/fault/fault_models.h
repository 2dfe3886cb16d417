/* SPDX-License-Identifier: MIT */
/* Operations for the tests in which something fails: what is chosen by name
 * (nyz_model.h).  fault_table.h lists them. */
#ifndef NYZ_TESTS_FAULT_MODELS_H
#define NYZ_TESTS_FAULT_MODELS_H

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

#endif
