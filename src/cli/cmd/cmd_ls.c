/* SPDX-License-Identifier: MIT */
/* nyz ls: what is in a file, from headers and directory alone. */
#include "cmd/command.h"
#include "cmd/ls.h"
#include "cmd/reading.h"
#include "io/complain.h"
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
    free(r->error);
    r->error = NULL;
}

static void free_rows(cli_table *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free_row(&t->rows[i]);
    }
    free(t->rows);
    *t = (cli_table){.error = t->error};
}

/* A fresh row, or NULL. */
static cli_row *add_row(cli_table *t)
{
    if (t->count == t->capacity) {
        const size_t capacity = t->capacity == 0 ? 16 : t->capacity + t->capacity / 4;
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

static int complain_memory(cli_table *t, const char *label)
{
    cli_table_set_memory_error(t);
    return cli_complain_memory(label);
}

/* Takes the last row out again. */
static void drop_row(cli_table *t)
{
    t->count--;
    free_row(&t->rows[t->count]);
}

/* Few rows have one, and it is larger than the others together. */
static void set_error(cli_row *r, const nyz_error *err)
{
    if (err->status == NYZ_OK) {
        return;
    }
    r->error = malloc(sizeof *r->error);
    if (r->error != NULL) {
        *r->error = *err;
    }
    r->name.failed |= r->error == NULL;
}

/* A row without all of its text cannot be printed: not 0 if it was the last one, and
 * went.  Else it takes no more memory than its text. */
static int drop_failed_row(cli_table *t)
{
    const cli_row *const r = &t->rows[t->count - 1];
    const int failed =
        r->name.failed || r->descr.failed || r->shape.failed || r->shape_json.failed;
    if (failed) {
        drop_row(t);
        return 1;
    }
    cli_line_trim(&t->rows[t->count - 1].name);
    cli_line_trim(&t->rows[t->count - 1].descr);
    cli_line_trim(&t->rows[t->count - 1].shape);
    cli_line_trim(&t->rows[t->count - 1].shape_json);
    return 0;
}

/* Fills in what a header says. */
static nyz_status describe(cli_row *r, const nyz_array *header, nyz_error *err)
{
    r->bytes = nyz_dtype_has_objects(&header->dtype)
                   ? -1
                   : nyz_array_count(header) * header->dtype.itemsize;
    r->order[0] = nyz_array_is_contiguous(header, NYZ_C_ORDER) ? 'C' : 'F';
    cli_line_shape(&r->shape, header);
    cli_line_shape_json(&r->shape_json, header);
    return cli_line_descr(&r->descr, &header->dtype, err);
}

/* ---- members */

/* What is known of a member: with Python objects, too, as for all that has a header. */
static nyz_status describe_item(cli_row *r, const nyz_item *item, nyz_error *err)
{
    const int known =
        item->kind == NYZ_ITEM_ARRAY || nyz_dtype_has_objects(&item->header.dtype);
    r->raw = item->kind == NYZ_ITEM_BYTES;
    if (known) {
        return describe(r, &item->header, err);
    }
    *err = item->error;
    return item->error.status;
}

static int add_member(const cli_input *input, int64_t index, cli_table *t)
{
    nyz_error err;
    nyz_item item;
    const nyz_entry member = cli_input_member(input, index);
    nyz_status status = nyz_file_info_at(input->handle, index, &item, &err);
    cli_row *const r = add_row(t);
    if (r == NULL) {
        nyz_item_free(&item);
        return complain_memory(t, input->label);
    }
    r->method = (nyz_method)member.method;
    r->stored = member.compressed_size;
    r->bytes = member.size;
    status = status == NYZ_OK ? describe_item(r, &item, &err) : status;
    nyz_item_free(&item);
    cli_line_put(&r->name, member.name, r->raw ? member.name_size : member.key_size);
    if (status != NYZ_OK) {
        r->unknown = 1;
        set_error(r, &err);
    }
    if (drop_failed_row(t)) {
        return complain_memory(t, input->label);
    }
    return status == NYZ_OK ? CLI_EXIT_FINE
                            : cli_complain_error(input->label, member.name, &err);
}

static int list_members(const cli_input *input, cli_table *t)
{
    int worst = CLI_EXIT_FINE;
    for (int64_t i = input->first; i < input->end; i++) {
        worst = cli_worse(worst, add_member(input, i, t));
    }
    return worst;
}

/* ---- .npy files */

/* What is there of the next array.  One whose header cannot be read is the file's
 * failure. */
static int add_array(cli_input *input, cli_table *t)
{
    nyz_error err;
    int64_t stored;
    const int passed = cli_input_pass(input, &stored);
    if (input->header.ndim < 0) {
        t->error = input->failure;
        return passed;
    }
    cli_row *const r = add_row(t);
    const nyz_status status =
        r == NULL ? NYZ_ERR_MEMORY : describe(r, &input->header, &err);
    if (r != NULL && status != NYZ_OK) {
        drop_row(t);
        t->error = err;
        return cli_complain_error(input->label, cli_input_number(input), &err);
    }
    if (r != NULL) {
        r->stored = stored;
        set_error(r, &input->failure);
    }
    if (r == NULL || drop_failed_row(t)) {
        return complain_memory(t, input->label);
    }
    return passed;
}

/* Where a file holds several arrays, their names get numbers.  0 if memory has run out.
 */
static int name_arrays(cli_table *t, const cli_input *input, const char *name,
                       size_t size)
{
    int fine = 1;
    for (size_t i = 0; i < t->count; i++) {
        cli_line *const line = &t->rows[i].name;
        cli_line_put(line, name, size);
        if (cli_input_number(input) != NULL) {
            cli_line_puts(line, ":");
            cli_line_int(line, input->first + (int64_t)i);
        }
        fine = fine && !line->failed;
    }
    return fine;
}

static int list_npy(cli_input *input, int json, cli_table *t)
{
    int status = CLI_EXIT_FINE;
    while (cli_input_more(input)) {
        status = cli_worse(status, add_array(input, t));
    }
    const char *name = input->label;
    size_t size = strlen(name);
    if (json) {
        cli_input_base(input, &name, &size);
    }
    if (name_arrays(t, input, name, size)) {
        return status;
    }
    free_rows(t); /* some are without their names */
    cli_table_set_memory_error(t);
    return status == CLI_EXIT_MACHINE ? status : cli_complain_memory(input->label);
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

/* A file that cannot be opened: in JSON it has its place, too. */
static int list_failure(const char *name, const cli_args *args, const nyz_error *err,
                        int *listed)
{
    const cli_table t = {.error = *err};
    return args->json ? cli_table_print_json(name, &t, listed) : CLI_EXIT_FINE;
}

static int print_table(const char *name, const cli_input *input, const cli_args *args,
                       const cli_table *t, int *listed)
{
    int status = CLI_EXIT_FINE;
    if (args->json) {
        return cli_table_print_json(input->label, t, listed);
    }
    if (args->count > 1) {
        status = print_heading(name, *listed);
    }
    *listed += 1;
    return cli_worse(status, cli_table_print(input->label, t));
}

/* Lists one file; *listed counts them. */
static int list_file(const char *name, const cli_args *args, int *listed)
{
    cli_input input;
    int status = cli_input_open(&input, cli_reading(args), name, 0);
    if (status != CLI_EXIT_FINE) {
        return cli_worse(status, list_failure(name, args, &input.failure, listed));
    }
    status = cli_input_refuse_slice(&input, args->command);
    if (status != CLI_EXIT_FINE) {
        cli_input_close(&input);
        return status;
    }
    cli_table t = {0};
    status = input.handle != NULL ? list_members(&input, &t)
                                  : list_npy(&input, args->json, &t);
    const int finished = cli_input_finish(&input, "");
    if (finished != CLI_EXIT_FINE && t.error.status == NYZ_OK) {
        t.error = input.failure;
    }
    status = cli_worse(status, finished);
    status = cli_worse(status, print_table(name, &input, args, &t, listed));
    free_rows(&t);
    cli_input_close(&input);
    return status;
}

static int run(const cli_args *args)
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

static const char text[] =
    "Lists the arrays of .npy and .npz files, one per line: name, dtype, shape,\n"
    "memory order (C or F), bytes, and stored or deflated.  Members that are not\n"
    "arrays have dtype -.  FILE - is standard input.";

static const cli_option options[] = {
    {.name = "--json",
     .where = offsetof(cli_args, json),
     .help = "one JSON array, an object for each file:\n"
             "[{\"file\":\"x.npz\",\"members\":[{\"name\":\"a\",\"descr\":\"<f8\",\n"
             "\"shape\":[2,3],\"order\":\"C\",\"bytes\":48,\"stored_bytes\":176,\n"
             "\"method\":\"stored\"}]}]\n"
             "(a member that is not an array has \"raw\":true, no descr, shape, order;\n"
             "a file or member that cannot be read has\n"
             "\"error\":{\"status\":\"corrupt\",\"message\":\"...\"})"},
    {.name = NULL},
};

const cli_command cli_cmd_ls = {
    .name = "ls",
    .brief = "FILE...",
    .summary = "list arrays: name, dtype, shape, order, bytes, method",
    .operands = "FILE[:MEMBER]...",
    .text = text,
    .options = options,
    .min = 1,
    .run = run,
};
