/* SPDX-License-Identifier: MIT */
/* What of a model does not fit: the report, and the message that sums it up. */
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/owner.h"
#include "file/file_handle.h"
#include "file/file_model.h"

void nyz_report_free(nyz_report *report)
{
    if (report != NULL) {
        nyz_owner_free(&report->owner);
        memset(report, 0, sizeof *report);
    }
}

/* ------------------------------------------------------------------------------ the lists */

nyz_status nyz_file_report_keep(const nyz_file_model *model, const char *text,
                                size_t size, const char **out, nyz_error *err)
{
    void *memory = NULL;
    NYZ_TRY(nyz_arena_alloc(&model->owner->arena, (int64_t)size + 1, 1, &memory, err));
    memcpy(memory, text, size);
    *out = memory;
    return NYZ_OK;
}

static nyz_status keep_item(const nyz_file_model *m, const nyz_select_item *item,
                            nyz_finding *out, nyz_error *err)
{
    out->item_index = item->index;
    return nyz_file_report_keep(m, item->key, item->full_size, &out->item, err);
}

static nyz_status put_parameter(const nyz_file_model *m, int64_t number, nyz_finding *out,
                                nyz_error *err)
{
    const nyz_file_parameter *const state = &m->states[number];
    const char *const name = m->parameters[number].name;
    out->parameter = number;
    out->item_index = -1;
    out->found = state->found;
    out->wanted = state->wanted;
    out->why = state->why;
    NYZ_TRY(nyz_file_report_keep(m, name, strlen(name), &out->name, err));
    return state->item != NULL ? keep_item(m, state->item, out, err) : NYZ_OK;
}

static nyz_status list_parameters(const nyz_file_model *m, nyz_file_fit fit,
                                  const nyz_finding **list, int64_t *count,
                                  nyz_error *err)
{
    void *memory = NULL;
    int64_t n = 0;
    for (int64_t i = 0; i < m->count; i++) {
        n += m->states[i].fit == fit;
    }
    if (n == 0) {
        return NYZ_OK;
    }
    NYZ_TRY(nyz_arena_alloc(&m->owner->arena, n, sizeof **list, &memory, err));
    nyz_finding *next = memory;
    for (int64_t i = 0; i < m->count; i++) {
        if (m->states[i].fit == fit) {
            NYZ_TRY(put_parameter(m, i, next++, err));
        }
    }
    *list = memory;
    *count = n;
    return NYZ_OK;
}

static nyz_status list_unexpected(const nyz_file_model *m, nyz_report *report,
                                  nyz_error *err)
{
    void *memory = NULL;
    int64_t n = 0;
    for (int64_t i = 0; i < m->chosen.count; i++) {
        n += !m->used[i];
    }
    if (n == 0) {
        return NYZ_OK;
    }
    NYZ_TRY(
        nyz_arena_alloc(&m->owner->arena, n, sizeof *report->unexpected, &memory, err));
    nyz_finding *next = memory;
    for (int64_t i = 0; i < m->chosen.count; i++) {
        const nyz_select_item *const item = &m->chosen.items[i];
        if (m->used[i]) {
            continue;
        }
        next->parameter = -1;
        NYZ_TRY(nyz_file_report_keep(m, item->name, item->size, &next->name, err));
        NYZ_TRY(keep_item(m, item, next++, err));
    }
    report->unexpected = memory;
    report->unexpected_count = n;
    return NYZ_OK;
}

nyz_status nyz_file_report_make(nyz_file_model *model, nyz_report *report, nyz_error *err)
{
    nyz_report made;
    memset(&made, 0, sizeof made);
    NYZ_TRY(list_parameters(model, NYZ_FILE_MISSING, &made.missing, &made.missing_count,
                            err));
    NYZ_TRY(list_parameters(model, NYZ_FILE_MISMATCHED, &made.mismatched,
                            &made.mismatched_count, err));
    NYZ_TRY(list_unexpected(model, &made, err));
    *report = made;
    report->owner = model->owner;
    model->owner = NULL;
    return NYZ_OK;
}

/* ---------------------------------------------------------------------------- the message */

typedef struct line {
    char text[sizeof(((nyz_error *)NULL)->message)];
    size_t size;
} line;

/* Cut between characters where the line ends. */
static void put(line *l, const char *text)
{
    for (; *text != '\0' && l->size + 1 < sizeof l->text; text++) {
        l->text[l->size++] = *text;
    }
    while (l->size > 0 && ((unsigned char)*text & 0xc0) == 0x80) {
        text--;
        l->size--;
    }
    l->text[l->size] = '\0';
}

/* "'fc1.weight' is float32 (128, 784), wanted float32 (784, 128)" */
static void put_finding(line *l, const nyz_finding *finding)
{
    char quoted[NYZ_QUOTE_SIZE];
    put(l, "'");
    put(l, nyz_quote(quoted, finding->name, strlen(finding->name)));
    put(l, "'");
    if (finding->parameter >= 0 && finding->item != NULL) {
        put(l, " ");
        put(l, finding->why);
    }
}

/* The first ones, as far as there is room, and how many more. */
static void put_kind(line *l, const char *kind, const nyz_finding *list, int64_t count,
                     size_t end)
{
    char number[48];
    (void)snprintf(number, sizeof number, "%s%lld %s: ", l->size > 0 ? "; " : "",
                   (long long)count, kind);
    put(l, number);
    for (int64_t i = 0; i < count; i++) {
        line next = {.size = 0};
        put_finding(&next, &list[i]);
        if (i > 0 && l->size + next.size + sizeof ", and 1,000,000 more" > end) {
            (void)snprintf(number, sizeof number, " and %lld more",
                           (long long)(count - i));
            put(l, number);
            return;
        }
        put(l, i > 0 ? ", " : "");
        put(l, next.text);
    }
}

/* Each kind has its share of the line. */
static nyz_status fail(const nyz_report *report, int missing, int unexpected,
                       int mismatched, const char *before, nyz_error *err)
{
    line l = {.size = 0};
    size_t kinds = (size_t)missing + (size_t)unexpected + (size_t)mismatched;
    const nyz_status status = missing ? NYZ_ERR_NOT_FOUND : NYZ_ERR_ARGUMENT;
    const size_t room = sizeof l.text - strlen(before);
    if (missing) {
        put_kind(&l, "missing", report->missing, report->missing_count, room / kinds--);
    }
    if (unexpected) {
        put_kind(&l, "unexpected", report->unexpected, report->unexpected_count,
                 l.size + (room - l.size) / kinds--);
    }
    if (mismatched) {
        put_kind(&l, "mismatched", report->mismatched, report->mismatched_count, room);
    }
    return nyz_fail(err, status, -1, "%s%s", before, l.text);
}

/* None of the parameters that have to be there is. */
static int is_empty(const nyz_file_model *m, const nyz_report *report)
{
    for (int64_t i = 0; i < m->count; i++) {
        if (m->states[i].fit == NYZ_FILE_FITS ||
            m->states[i].fit == NYZ_FILE_MISMATCHED) {
            return 0;
        }
    }
    return report->missing_count > 0;
}

nyz_status nyz_file_report_check(const nyz_file_model *model, const nyz_report *report,
                                 nyz_error *err)
{
    const int strict = model->mode == NYZ_LOAD_STRICT;
    const int missing = report->missing_count > 0;
    const int unexpected = report->unexpected_count > 0;
    const int mismatched = report->mismatched_count > 0;
    if (!strict && is_empty(model, report)) {
        return fail(report, missing, unexpected, 0, "no parameter is in the file: ", err);
    }
    if (strict && (missing || unexpected || mismatched)) {
        return fail(report, missing, unexpected, mismatched, "", err);
    }
    return mismatched && model->mode == NYZ_LOAD_PARTIAL
               ? fail(report, 0, 0, mismatched, "", err)
               : NYZ_OK;
}
