/* SPDX-License-Identifier: MIT */
/* Loading a model: its parameters are compared with what is in the file.  See file_model.h. */
#include "file/file_model.h"

#include <string.h>

#include "array/array.h"
#include "base/alloc.h"
#include "base/config.h"
#include "base/error.h"
#include "base/owner.h"
#include "base/progress.h"
#include "base/select.h"
#include "file/file_handle.h"
#include "npy/load_as.h"
#include "npy/npy.h"

/* ------------------------------------------------------------------------- the parameters */

static nyz_status check_words(const nyz_parameter *p, nyz_error *err)
{
    if ((p->flags & ~(uint32_t)NYZ_PARAMETER_MAYBE) != 0 || p->reserved32 != 0 ||
        (p->reserved[0] | p->reserved[1] | p->reserved[2] | p->reserved[3]) != 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "reserved words and unknown flags must be 0");
    }
    if ((p->into == NULL) == (p->out == NULL)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "expected either into or out");
    }
    if (p->want != NULL && p->into != NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "want goes with out, not with into");
    }
    return NYZ_OK;
}

static nyz_status check_parameter(const nyz_parameter *p, nyz_error *err)
{
    char quoted[NYZ_QUOTE_SIZE];
    if (p->name == NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "a parameter has no name");
    }
    nyz_status status = check_words(p, err);
    if (status == NYZ_OK && p->into != NULL) {
        status = nyz_npy_check_into(p->into, err);
    }
    if (status == NYZ_OK && p->want != NULL) {
        status = nyz_load_as_check(p->want, err);
    }
    if (status != NYZ_OK) {
        nyz_error_prefix(err,
                         "parameter '%s': ", nyz_quote(quoted, p->name, strlen(p->name)));
    }
    return status;
}

static nyz_status check_parameters(const nyz_parameter *parameters, int64_t count,
                                   nyz_load_mode mode, nyz_error *err)
{
    if (count < 0 || (parameters == NULL && count > 0)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "no list of %lld parameters",
                        (long long)count);
    }
    if (mode < NYZ_LOAD_STRICT || mode > NYZ_LOAD_FITTING) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "no load mode %d", (int)mode);
    }
    for (int64_t i = 0; i < count; i++) {
        NYZ_TRY(check_parameter(&parameters[i], err));
    }
    return NYZ_OK;
}

/* ------------------------------------------------------------------------------ comparing */

/* Memory to fill is what it is; it may be larger than an array to be made. */
static nyz_want want_of(const nyz_parameter *p, nyz_config *config)
{
    nyz_want want = {.ndim = -1};
    if (p->want != NULL) {
        return *p->want;
    }
    if (p->into != NULL) {
        want.dtype = p->into->dtype;
        want.ndim = p->into->ndim;
        memcpy(want.shape, p->into->shape, sizeof want.shape);
        config->limits.array_bytes = INT64_MAX;
    }
    return want;
}

static nyz_status compare(const nyz_parameter *p, const nyz_array *header,
                          const nyz_config *config, nyz_error *err)
{
    NYZ_TRY(nyz_load_as_fits(header, config, err));
    return p->into != NULL ? nyz_npy_check_fits(header, nyz_array_is_fortran(header),
                                                p->into, config, err)
                           : NYZ_OK;
}

/* What both are; NULL what has no text. */
static nyz_status describe(const nyz_file_model *m, const nyz_want *want,
                           const nyz_array *header, nyz_file_parameter *state,
                           nyz_error *err)
{
    char text[NYZ_LOAD_AS_TEXT];
    size_t size = 0;
    if (nyz_array_put_description(header, text, sizeof text, &size, NULL) == NYZ_OK) {
        NYZ_TRY(nyz_file_report_keep(m, text, strlen(text), &state->found, err));
    }
    if (nyz_load_as_put_want(want, header, text, NULL) == NYZ_OK) {
        NYZ_TRY(nyz_file_report_keep(m, text, strlen(text), &state->wanted, err));
    }
    return NYZ_OK;
}

static nyz_status compare_array(const nyz_file_model *m, int64_t number,
                                const nyz_item *item, nyz_error *err)
{
    nyz_file_parameter *const state = &m->states[number];
    nyz_config config = m->config;
    const nyz_want want = want_of(&m->parameters[number], &config);
    nyz_error why;
    config.want = &want;
    const nyz_status status =
        compare(&m->parameters[number], &item->header, &config, &why);
    state->size = item->data_size;
    state->fit = status == NYZ_OK ? NYZ_FILE_FITS : NYZ_FILE_MISMATCHED;
    if (status == NYZ_ERR_ARGUMENT || status == NYZ_ERR_UNSUPPORTED) {
        NYZ_TRY(
            nyz_file_report_keep(m, why.message, strlen(why.message), &state->why, err));
        return describe(m, &want, &item->header, state, err);
    }
    if (status != NYZ_OK && err != NULL) {
        *err = why;
    }
    return status;
}

static nyz_file_fit fit_without_item(const nyz_parameter *p)
{
    return (p->flags & NYZ_PARAMETER_MAYBE) != 0 ? NYZ_FILE_ABSENT : NYZ_FILE_MISSING;
}

/* What is not supported counts as missing if that is to be skipped. */
static nyz_status compare_item(const nyz_file_model *m, int64_t number,
                               const nyz_item *item, nyz_error *err)
{
    static const char no_array[] = "holds no array";
    nyz_file_parameter *const state = &m->states[number];
    const nyz_error *const error = &item->error;
    if (item->kind == NYZ_ITEM_ARRAY) {
        return compare_array(m, number, item, err);
    }
    if (item->kind == NYZ_ITEM_BYTES) {
        state->fit = NYZ_FILE_MISMATCHED;
        return nyz_file_report_keep(m, no_array, sizeof no_array - 1, &state->why, err);
    }
    if (error->status == NYZ_ERR_UNSUPPORTED &&
        (m->config.flags & NYZ_SKIP_UNSUPPORTED) != 0) {
        state->fit = fit_without_item(&m->parameters[number]);
        return nyz_file_report_keep(m, error->message, strlen(error->message),
                                    &state->why, err);
    }
    if (err != NULL) {
        *err = *error;
    }
    return error->status;
}

static nyz_status look_at(const nyz_file_model *m, int64_t number, nyz_error *err)
{
    const int64_t index = m->states[number].item->index;
    nyz_item item;
    nyz_status status = nyz_file_look(m->file, index, &m->config.limits, &item, err);
    if (status == NYZ_OK) {
        status = compare_item(m, number, &item, err);
        nyz_item_free(&item);
    }
    return status == NYZ_OK ? NYZ_OK : nyz_file_add_context(m->file, index, status, err);
}

static nyz_status compare_parameters(const nyz_file_model *m, nyz_error *err)
{
    for (int64_t i = 0; i < m->count; i++) {
        nyz_file_parameter *const state = &m->states[i];
        state->item = nyz_select_find(&m->chosen, m->parameters[i].name);
        if (state->item == NULL) {
            state->fit = fit_without_item(&m->parameters[i]);
        } else {
            m->used[state->item - m->chosen.items] = 1;
            NYZ_TRY(look_at(m, i, err));
        }
    }
    return NYZ_OK;
}

/* What is no array is not unexpected.  A name that ends in ".npy" is one. */
static nyz_status pass_over_bytes(const nyz_file_model *m, nyz_error *err)
{
    for (int64_t i = 0; i < m->chosen.count; i++) {
        const nyz_select_item *const chosen = &m->chosen.items[i];
        nyz_item item;
        if (m->used[i] || chosen->key_size < chosen->full_size) {
            continue;
        }
        const nyz_status status =
            nyz_file_look(m->file, chosen->index, &m->config.limits, &item, err);
        if (status != NYZ_OK) {
            return nyz_file_add_context(m->file, chosen->index, status, err);
        }
        m->used[i] = item.kind == NYZ_ITEM_BYTES;
        nyz_item_free(&item);
    }
    return nyz_file_unchanged(m->file, -1, err);
}

/* -------------------------------------------------------------------------------- the call */

static nyz_status allocate(nyz_file_model *m, nyz_error *err)
{
    const nyz_allocator *const allocator = &m->config.allocator;
    void *memory = NULL;
    NYZ_TRY(nyz_alloc_array(allocator, m->count, sizeof *m->states, &memory, err));
    m->states = memory;
    NYZ_TRY(nyz_alloc_array(allocator, m->chosen.count, 1, &memory, err));
    m->used = memory;
    return nyz_owner_new(allocator, &m->owner, err);
}

static void free_model(nyz_file_model *m)
{
    const nyz_allocator *const allocator = &m->config.allocator;
    nyz_release(allocator, m->states, m->count * (int64_t)sizeof *m->states);
    nyz_release(allocator, m->used, m->chosen.count);
    nyz_owner_free(&m->owner);
    nyz_select_free(&m->chosen);
}

static nyz_status run(nyz_file_model *m, nyz_report *report, nyz_error *err)
{
    NYZ_TRY(allocate(m, err));
    NYZ_TRY(compare_parameters(m, err));
    NYZ_TRY(pass_over_bytes(m, err));
    NYZ_TRY(nyz_file_report_make(m, report, err));
    NYZ_TRY(nyz_file_report_check(m, report, err));
    return nyz_file_model_load(m, &report->loaded, err);
}

static nyz_status load_model(nyz_file_model *m, const nyz_select *select,
                             const nyz_options *opt, nyz_report *report, nyz_error *err)
{
    nyz_options own;
    const nyz_options *const o = nyz_file_options(m->file, opt, &own);
    NYZ_TRY(check_parameters(m->parameters, m->count, m->mode, err));
    NYZ_TRY(nyz_config_over(&m->file->config, o, &m->config, err));
    NYZ_TRY(nyz_file_select(m->file, select, &m->config.allocator, &m->chosen, err));
    const nyz_status status = run(m, report, err);
    free_model(m);
    return status;
}

nyz_status nyz_file_load_model(const nyz_file *file, const nyz_select *select,
                               const nyz_parameter *parameters, int64_t count,
                               nyz_load_mode mode, const nyz_options *opt,
                               nyz_report *report, nyz_error *err)
{
    nyz_file_model model;
    nyz_report made;
    memset(&made, 0, sizeof made);
    memset(&model, 0, sizeof model);
    model.file = file;
    model.parameters = parameters;
    model.count = count;
    model.mode = mode;
    for (int64_t i = 0; parameters != NULL && i < count; i++) {
        if (parameters[i].out != NULL) {
            memset(parameters[i].out, 0, sizeof *parameters[i].out);
        }
    }
    const nyz_status status = load_model(&model, select, opt, &made, err);
    if (report != NULL) {
        *report = made;
    } else {
        nyz_report_free(&made);
    }
    return status;
}
