/* nyz ls: what is in a file, from headers and directory alone. */
#include "cli.h"
#include "cmd/ls.h"
#include "io/input.h"
#include "text/text.h"

#include <stdlib.h>
#include <string.h>

static void free_row(nyz_row *r)
{
    nyz_line_free(&r->name);
    nyz_line_free(&r->descr);
    nyz_line_free(&r->shape);
    nyz_line_free(&r->shape_json);
}

static void free_table(nyz_table *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free_row(&t->rows[i]);
    }
    free(t->rows);
    *t = (nyz_table){0};
}

/* A fresh row, or NULL. */
static nyz_row *add_row(nyz_table *t)
{
    if (t->count == t->capacity) {
        const size_t capacity = t->capacity == 0 ? 16 : t->capacity * 2;
        nyz_row *const rows = realloc(t->rows, capacity * sizeof *rows);
        if (rows == NULL) {
            return NULL;
        }
        t->rows = rows;
        t->capacity = capacity;
    }
    t->rows[t->count] = (nyz_row){.order = "-"};
    t->count++;
    return &t->rows[t->count - 1];
}

/* Takes the last row out again. */
static void drop_row(nyz_table *t)
{
    t->count--;
    free_row(&t->rows[t->count]);
}

/* A row without all of its text cannot be printed: not 0 if it was the last one, and
 * went. */
static int drop_failed_row(nyz_table *t)
{
    const nyz_row *const r = &t->rows[t->count - 1];
    const int failed =
        r->name.failed || r->descr.failed || r->shape.failed || r->shape_json.failed;
    if (failed) {
        drop_row(t);
    }
    return failed;
}

/* Fills in what a header tells. */
static nyz_status describe(nyz_row *r, const nyz_array *header, nyz_error *err)
{
    r->bytes =
        nyz_has_objects(&header->dtype) ? -1 : nyz_size(header) * header->dtype.itemsize;
    r->order[0] = nyz_is_contiguous(header, NYZ_C_ORDER) ? 'C' : 'F';
    nyz_line_shape(&r->shape, header);
    nyz_line_shape_json(&r->shape_json, header);
    return nyz_line_descr(&r->descr, &header->dtype, err);
}

/* ---- archives */

static int add_member(const nyz_input *input, int64_t index, nyz_table *t)
{
    nyz_error err;
    nyz_array header;
    const nyz_member member = nyz_input_member(input, index);
    nyz_status status = nyz_npz_peek(input->npz, index, NULL, &header, &err);
    if (status != NYZ_OK && status != NYZ_ERR_NOT_FOUND) {
        return nyz_complain_error(input->label, member.name, &err);
    }
    nyz_row *const r = add_row(t);
    if (r == NULL) {
        nyz_array_free(&header);
        return nyz_complain_memory(input->label);
    }
    r->raw = status == NYZ_ERR_NOT_FOUND;
    nyz_line_put(&r->name, member.name, r->raw ? member.name_size : member.key_size);
    r->method = member.method;
    r->stored = member.stored_size;
    r->bytes = member.size;
    status = r->raw ? NYZ_OK : describe(r, &header, &err);
    nyz_array_free(&header);
    if (status != NYZ_OK) {
        drop_row(t);
        return nyz_complain_error(input->label, member.name, &err);
    }
    return drop_failed_row(t) ? nyz_complain_memory(input->label) : NYZ_EXIT_FINE;
}

static int list_archive(const nyz_input *input, nyz_table *t)
{
    int worst = NYZ_EXIT_FINE;
    for (int64_t i = input->first; i < input->end; i++) {
        worst = nyz_worse(worst, add_member(input, i, t));
    }
    return worst;
}

/* ---- .npy files */

/* Reads one header into a row and passes over its data. */
static int add_array(nyz_input *input, nyz_table *t)
{
    nyz_error err;
    nyz_array header;
    const int64_t start = input->offset;
    if (nyz_read_header(&input->stream, NULL, &header, &err) != NYZ_OK) {
        return nyz_complain_error(input->label, NULL, &err);
    }
    nyz_row *const r = add_row(t);
    const nyz_status status = r == NULL ? NYZ_ERR_MEMORY : describe(r, &header, &err);
    nyz_array_free(&header);
    if (r != NULL && status != NYZ_OK) {
        drop_row(t);
        return nyz_complain_error(input->label, NULL, &err);
    }
    if (r == NULL || drop_failed_row(t)) {
        return nyz_complain_memory(input->label);
    }
    const int skipped = r->bytes >= 0 ? nyz_input_skip(input, r->bytes) : NYZ_EXIT_FINE;
    if (skipped == NYZ_EXIT_FINE) {
        r->stored = r->bytes < 0 ? -1 : input->offset - start;
    }
    return skipped;
}

/* Where a file holds several arrays, their names get numbers.  0 if memory has run out.
 */
static int name_arrays(nyz_table *t, const char *name, size_t size)
{
    int fine = 1;
    for (size_t i = 0; i < t->count; i++) {
        nyz_line_put(&t->rows[i].name, name, size);
        if (t->count > 1) {
            nyz_line_puts(&t->rows[i].name, "[");
            nyz_line_int(&t->rows[i].name, (int64_t)i);
            nyz_line_puts(&t->rows[i].name, "]");
        }
        fine = fine && !t->rows[i].name.failed;
    }
    return fine;
}

static int list_npy(nyz_input *input, int json, nyz_table *t)
{
    nyz_next next = NYZ_NEXT_ARRAY;
    int status = NYZ_EXIT_FINE;
    while (status == NYZ_EXIT_FINE && next == NYZ_NEXT_ARRAY) {
        status = add_array(input, t);
        if (status == NYZ_EXIT_FINE) {
            /* A row is there: what complains never returns NYZ_EXIT_FINE. */
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
            const int known = t->rows[t->count - 1].bytes >= 0;
            next = known ? nyz_input_next(input) : NYZ_NEXT_OTHER;
        }
    }
    status = next == NYZ_NEXT_FAILED ? NYZ_EXIT_MACHINE : status;
    const char *name = input->label;
    size_t size = strlen(name);
    if (json) {
        nyz_input_base(input, &name, &size);
    }
    if (!name_arrays(t, name, size) && status != NYZ_EXIT_MACHINE) {
        return nyz_complain_memory(input->label);
    }
    return status;
}

/* Above the table of one file of several. */
static int print_heading(const char *name, int listed)
{
    nyz_line heading = {0};
    nyz_line_puts(&heading, listed > 0 ? "\n" : "");
    nyz_line_name(&heading, name, strlen(name));
    nyz_line_puts(&heading, ":\n");
    const int failed = heading.failed;
    fputs(failed ? "" : heading.data, stdout);
    nyz_line_free(&heading);
    return failed ? nyz_complain_memory(name) : NYZ_EXIT_FINE;
}

/* Lists one file; *listed counts those that could be opened. */
static int list_file(const char *name, const nyz_args *args, int *listed)
{
    nyz_input input;
    int status = nyz_input_open(&input, name, 0);
    if (status != NYZ_EXIT_FINE) {
        return status;
    }
    nyz_table t = {0};
    status =
        input.npz != NULL ? list_archive(&input, &t) : list_npy(&input, args->json, &t);
    if (args->json) {
        fputs(*listed > 0 ? "," : "", stdout);
        status = nyz_worse(status, nyz_table_print_json(input.label, &t));
    } else {
        if (args->count > 1) {
            status = nyz_worse(status, print_heading(name, *listed));
        }
        status = nyz_worse(status, nyz_table_print(input.label, &t));
    }
    *listed += 1;
    free_table(&t);
    nyz_input_close(&input);
    return status;
}

int nyz_cmd_ls(const nyz_args *args)
{
    int worst = NYZ_EXIT_FINE;
    int listed = 0;
    fputs(args->json ? "[" : "", stdout);
    for (int i = 0; i < args->count && !ferror(stdout); i++) {
        worst = nyz_worse(worst, list_file(args->files[i], args, &listed));
    }
    fputs(args->json ? "]\n" : "", stdout);
    return worst;
}
