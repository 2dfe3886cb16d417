/* nyz ls: what is in a file, from headers and directory alone. */
#include "cli.h"
#include "cmd/ls.h"
#include "io/input.h"
#include "text/text.h"

#include <stdlib.h>
#include <string.h>

static void free_row(cli_row *r)
{
    cli_line_free(&r->name);
    cli_line_free(&r->descr);
    cli_line_free(&r->shape);
    cli_line_free(&r->shape_json);
}

static void free_table(cli_table *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free_row(&t->rows[i]);
    }
    free(t->rows);
    *t = (cli_table){0};
}

/* A fresh row, or NULL. */
static cli_row *add_row(cli_table *t)
{
    if (t->count == t->capacity) {
        const size_t capacity = t->capacity == 0 ? 16 : t->capacity * 2;
        cli_row *const rows = realloc(t->rows, capacity * sizeof *rows);
        if (rows == NULL) {
            return NULL;
        }
        t->rows = rows;
        t->capacity = capacity;
    }
    t->rows[t->count] = (cli_row){.order = "-"};
    t->count++;
    return &t->rows[t->count - 1];
}

/* Takes the last row out again. */
static void drop_row(cli_table *t)
{
    t->count--;
    free_row(&t->rows[t->count]);
}

/* A row without all of its text cannot be printed: not 0 if it was the last one, and
 * went. */
static int drop_failed_row(cli_table *t)
{
    const cli_row *const r = &t->rows[t->count - 1];
    const int failed =
        r->name.failed || r->descr.failed || r->shape.failed || r->shape_json.failed;
    if (failed) {
        drop_row(t);
    }
    return failed;
}

/* Fills in what a header says. */
static nyz_status describe(cli_row *r, const nyz_array *header, nyz_error *err)
{
    r->bytes =
        cli_has_objects(&header->dtype) ? -1 : nyz_size(header) * header->dtype.itemsize;
    r->order[0] = nyz_is_contiguous(header, NYZ_C_ORDER) ? 'C' : 'F';
    cli_line_shape(&r->shape, header);
    cli_line_shape_json(&r->shape_json, header);
    return cli_line_descr(&r->descr, &header->dtype, err);
}

/* ---- archives */

static int add_member(const cli_input *input, int64_t index, cli_table *t)
{
    nyz_error err;
    nyz_array header;
    const nyz_member member = cli_input_member(input, index);
    nyz_status status = nyz_npz_peek(input->npz, index, NULL, &header, &err);
    if (status != NYZ_OK && status != NYZ_ERR_NOT_FOUND) {
        return cli_complain_error(input->label, member.name, &err);
    }
    cli_row *const r = add_row(t);
    if (r == NULL) {
        nyz_array_free(&header);
        return cli_complain_memory(input->label);
    }
    r->raw = status == NYZ_ERR_NOT_FOUND;
    cli_line_put(&r->name, member.name, r->raw ? member.name_size : member.key_size);
    r->method = member.method;
    r->stored = member.compressed_size;
    r->bytes = member.size;
    status = r->raw ? NYZ_OK : describe(r, &header, &err);
    nyz_array_free(&header);
    if (status != NYZ_OK) {
        drop_row(t);
        return cli_complain_error(input->label, member.name, &err);
    }
    return drop_failed_row(t) ? cli_complain_memory(input->label) : CLI_EXIT_FINE;
}

static int list_archive(const cli_input *input, cli_table *t)
{
    int worst = CLI_EXIT_FINE;
    for (int64_t i = input->first; i < input->end; i++) {
        worst = cli_worse(worst, add_member(input, i, t));
    }
    return worst;
}

/* ---- .npy files */

/* Reads one header into a row and passes over its data. */
static int add_array(cli_input *input, cli_table *t)
{
    nyz_error err;
    nyz_array header;
    const int64_t start = input->offset;
    if (nyz_read_header(&input->stream, &input->opt, &header, &err) != NYZ_OK) {
        return cli_complain_error(input->label, NULL, &err);
    }
    cli_row *const r = add_row(t);
    const nyz_status status = r == NULL ? NYZ_ERR_MEMORY : describe(r, &header, &err);
    nyz_array_free(&header);
    if (r != NULL && status != NYZ_OK) {
        drop_row(t);
        return cli_complain_error(input->label, NULL, &err);
    }
    if (r == NULL || drop_failed_row(t)) {
        return cli_complain_memory(input->label);
    }
    const int skipped = r->bytes >= 0 ? cli_input_skip(input, r->bytes) : CLI_EXIT_FINE;
    if (skipped == CLI_EXIT_FINE) {
        r->stored = r->bytes < 0 ? -1 : input->offset - start;
    }
    return skipped;
}

/* If a file holds several arrays, their names get numbers.  0 if memory has run out. */
static int name_arrays(cli_table *t, const char *name, size_t size)
{
    int fine = 1;
    for (size_t i = 0; i < t->count; i++) {
        cli_line_put(&t->rows[i].name, name, size);
        if (t->count > 1) {
            cli_line_puts(&t->rows[i].name, "[");
            cli_line_int(&t->rows[i].name, (int64_t)i);
            cli_line_puts(&t->rows[i].name, "]");
        }
        fine = fine && !t->rows[i].name.failed;
    }
    return fine;
}

static int list_npy(cli_input *input, int json, cli_table *t)
{
    cli_next next = CLI_NEXT_ARRAY;
    int status = CLI_EXIT_FINE;
    while (status == CLI_EXIT_FINE && next == CLI_NEXT_ARRAY) {
        status = add_array(input, t);
        if (status == CLI_EXIT_FINE) {
            /* A row is there: what complains never returns CLI_EXIT_FINE. */
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
            const int known = t->rows[t->count - 1].bytes >= 0;
            next = known ? cli_input_next(input) : CLI_NEXT_OTHER;
        }
    }
    status = next == CLI_NEXT_FAILED ? CLI_EXIT_MACHINE : status;
    const char *name = input->label;
    size_t size = strlen(name);
    if (json) {
        cli_input_base(input, &name, &size);
    }
    if (!name_arrays(t, name, size) && status != CLI_EXIT_MACHINE) {
        return cli_complain_memory(input->label);
    }
    return status;
}

/* Above the table of one file of several. */
static int print_heading(const char *name, int listed)
{
    cli_line heading = {0};
    cli_line_puts(&heading, listed > 0 ? "\n" : "");
    cli_line_name(&heading, name, strlen(name));
    cli_line_puts(&heading, ":\n");
    const int failed = heading.failed;
    fputs(failed ? "" : heading.data, stdout);
    cli_line_free(&heading);
    return failed ? cli_complain_memory(name) : CLI_EXIT_FINE;
}

/* Lists one file; *listed counts those that could be opened. */
static int list_file(const char *name, const cli_args *args, int *listed)
{
    cli_input input;
    int status = cli_input_open(&input, args, name, 0);
    if (status != CLI_EXIT_FINE) {
        return status;
    }
    cli_table t = {0};
    status =
        input.npz != NULL ? list_archive(&input, &t) : list_npy(&input, args->json, &t);
    if (args->json) {
        fputs(*listed > 0 ? "," : "", stdout);
        status = cli_worse(status, cli_table_print_json(input.label, &t));
    } else {
        if (args->count > 1) {
            status = cli_worse(status, print_heading(name, *listed));
        }
        status = cli_worse(status, cli_table_print(input.label, &t));
    }
    *listed += 1;
    free_table(&t);
    cli_input_close(&input);
    return status;
}

int cli_cmd_ls(const cli_args *args)
{
    int worst = CLI_EXIT_FINE;
    int listed = 0;
    fputs(args->json ? "[" : "", stdout);
    for (int i = 0; i < args->count && !ferror(stdout); i++) {
        worst = cli_worse(worst, list_file(args->files[i], args, &listed));
    }
    fputs(args->json ? "]\n" : "", stdout);
    return worst;
}
