/* SPDX-License-Identifier: MIT */
/* nyz show: values. */
#include "cmd/command.h"
#include "cmd/reading.h"
#include "io/complain.h"
#include "io/elements.h"
#include "print/print.h"

#include <stdlib.h>
#include <string.h>

#define RAW_BYTES 1000 /* of a member that holds no array are shown, without --all */

static int print_failure(const cli_input *input, const char *member, const nyz_error *err)
{
    return err->status == NYZ_ERR_IO ? CLI_EXIT_MACHINE /* stdout; main reports it */
                                     : cli_complain_error(input->label, member, err);
}

/* ------------------------------------------------------------------------------- bytes */

static nyz_status read_raw(cli_input *input, int64_t index, size_t most,
                           unsigned char *bytes, size_t *count, nyz_error *err)
{
    cli_cursor cursor;
    nyz_status status = cli_cursor_open_member(&cursor, input, index, err);
    if (status == NYZ_OK) {
        status = cli_cursor_read_some(&cursor, bytes, most, count, err);
        status = cli_cursor_close(&cursor, status, err);
    }
    return status;
}

/* Bytes as Python shows them: without --all the first ones, which alone are then kept, and read too
 * if there are many. */
static int show_raw(cli_input *input, const nyz_entry *member, int64_t index, int all)
{
    nyz_error err;
    size_t count = 0;
    const int shortened = !all && member->size > RAW_BYTES;
    const int64_t most = shortened && member->size > CLI_PIECE ? RAW_BYTES : member->size;
    if ((uint64_t)most > PTRDIFF_MAX) {
        return cli_complain_memory(input->label);
    }
    unsigned char *const bytes = malloc(most > 0 ? (size_t)most : 1);
    if (bytes == NULL) {
        return cli_complain_memory(input->label);
    }
    if (read_raw(input, index, most > 0 ? (size_t)most : 1, bytes, &count, &err) !=
        NYZ_OK) {
        free(bytes);
        return cli_complain_error(input->label, member->name, &err);
    }
    cli_line line = {0};
    cli_line_bytes(&line, bytes, shortened ? RAW_BYTES : count);
    cli_line_puts(&line, shortened ? "...\n" : "\n");
    free(bytes);
    const int failed = line.failed;
    fwrite(line.data, 1, failed ? 0 : line.size, stdout);
    cli_line_free(&line);
    return failed ? cli_complain_memory(input->label) : CLI_EXIT_FINE;
}

/* ------------------------------------------------------------------------------- values */

/* What is to be printed: all of an array, or only the elements that are shown. */
typedef struct values {
    nyz_array array;
    int edges;
} values;

/* Of an array that is large only what is shown is read. */
static nyz_status read_values(cli_input *input, int64_t index, const nyz_array *header,
                              int all, values *out, nyz_error *err)
{
    cli_elements e;
    const nyz_options native = {.order = NYZ_KEEP_ORDER};
    nyz_status status = cli_elements_init(&e, input, index, header, err);
    if (status != NYZ_OK) {
        return status;
    }
    out->edges = cli_print_shortens(&e.taken, all) &&
                 nyz_array_count(&e.taken) > CLI_PIECE / (e.taken.dtype.itemsize + 1);
    return out->edges ? cli_elements_edges(&e, CLI_SHOW_EDGE, &out->array, err)
                      : cli_elements_load_all(&e, &native, &out->array, err);
}

/* How values are shown. */
typedef struct showing {
    int all;     /* --all */
    int several; /* files: the heading names the file, too */
} showing;

/* FILE:NAME: above the values; of one file NAME: will do for a member. */
static int print_heading(const cli_input *input, const showing *how, const char *name,
                         size_t size)
{
    cli_line line = {0};
    if (how->several || input->handle == NULL) {
        cli_line_name(&line, input->label, strlen(input->label));
        cli_line_puts(&line, name != NULL ? ":" : "");
    }
    cli_line_name(&line, name != NULL ? name : "", size);
    cli_input_put_slice(&line, input);
    cli_line_puts(&line, ":\n");
    const int failed = line.failed;
    fputs(failed ? "" : line.data, stdout);
    cli_line_free(&line);
    return failed ? cli_complain_memory(input->label) : CLI_EXIT_FINE;
}

static int print_values(const cli_input *input, const char *name, const values *v,
                        const showing *how)
{
    nyz_error err;
    return cli_print_array(&v->array, how->all, v->edges, &err) == NYZ_OK
               ? CLI_EXIT_FINE
               : print_failure(input, name, &err);
}

static nyz_status read_member(cli_input *input, int64_t index, const showing *how,
                              int *raw, values *out, nyz_error *err)
{
    nyz_item item;
    nyz_status status = cli_input_item(input, index, &item, err);
    *raw = status == NYZ_OK && item.kind == NYZ_ITEM_BYTES;
    if (status == NYZ_OK && !*raw) {
        status = read_values(input, index, &item.header, how->all, out, err);
    }
    nyz_item_free(&item);
    return status == NYZ_OK ? cli_input_look(input, err) : status;
}

/* One member, under its name unless it alone is shown. */
static int show_member(cli_input *input, int64_t index, const showing *how)
{
    nyz_error err;
    values v = {.edges = 0};
    int raw;
    int status = CLI_EXIT_FINE;
    const nyz_entry member = cli_input_member(input, index);
    if (read_member(input, index, how, &raw, &v, &err) != NYZ_OK) {
        nyz_array_free(&v.array);
        return cli_complain_error(input->label, member.name, &err);
    }
    if (input->member == NULL || how->several) {
        status = print_heading(input, how, member.name,
                               raw ? member.name_size : member.key_size);
    }
    if (status == CLI_EXIT_FINE) {
        status = raw ? show_raw(input, &member, index, how->all)
                     : print_values(input, member.name, &v, how);
    }
    nyz_array_free(&v.array);
    return status;
}

static int show_members(cli_input *input, const showing *how)
{
    int worst = CLI_EXIT_FINE;
    for (int64_t i = input->first; i < input->end && !ferror(stdout); i++) {
        worst = cli_worse(worst, show_member(input, i, how));
    }
    return worst;
}

/* What is read of an array of a .npy file. */
typedef struct visiting {
    const showing *how;
    values v;
} visiting;

static nyz_status visit(void *ctx, cli_input *input, nyz_error *err)
{
    visiting *const v = ctx;
    return read_values(input, -1, &input->header, v->how->all, &v->v, err);
}

/* The next array of a .npy file, under a heading if it is not the only one. */
static int show_array(cli_input *input, const showing *how)
{
    visiting v = {.how = how};
    int status = cli_input_visit(input, visit, &v);
    const char *const number = cli_input_number(input);
    if (status == CLI_EXIT_FINE &&
        (how->several || (number != NULL && input->member == NULL))) {
        status = print_heading(input, how, number, number != NULL ? strlen(number) : 0);
    }
    if (status == CLI_EXIT_FINE) {
        status = print_values(input, number, &v.v, how);
    }
    nyz_array_free(&v.v.array);
    return status;
}

static int show_npy(cli_input *input, const showing *how)
{
    int worst = CLI_EXIT_FINE;
    while (cli_input_more(input) && !ferror(stdout)) {
        worst = cli_worse(worst, show_array(input, how));
    }
    return worst;
}

static int show_file(const char *name, const cli_args *args)
{
    const showing how = {args->all, args->count > 1};
    cli_input input;
    int status = cli_input_open(&input, cli_reading(args), name, 0);
    if (status != CLI_EXIT_FINE) {
        return status;
    }
    status = input.handle != NULL ? show_members(&input, &how) : show_npy(&input, &how);
    status = cli_worse(status, cli_input_finish(&input, ""));
    cli_input_close(&input);
    return status;
}

static int run(const cli_args *args)
{
    int worst = CLI_EXIT_FINE;
    for (int i = 0; i < args->count && !ferror(stdout); i++) {
        worst = cli_worse(worst, show_file(args->files[i], args));
    }
    return worst;
}

static const char text[] =
    "Prints the values of arrays in NumPy's layout, every number with the fewest\n"
    "digits that read back as the same number.  Without :MEMBER, all members of an\n"
    "archive, or arrays of a .npy file, each under a line NAME:, or FILE:NAME: where\n"
    "several FILEs are shown.  FILE - is standard input.  SLICE is NumPy's, as in\n"
    "x.npy[-3:] or a.npz:w[10:20, ::2]; of a large array only what is shown is read.";

static const cli_option options[] = {
    {.name = "--all",
     .where = offsetof(cli_args, all),
     .help = "print everything; otherwise arrays of over 1,000 elements are shortened"},
    {.name = NULL},
};

const cli_command cli_cmd_show = {
    .name = "show",
    .brief = "FILE...",
    .summary = "print values as NumPy does",
    .operands = "FILE[:MEMBER][SLICE]...",
    .text = text,
    .options = options,
    .min = 1,
    .run = run,
};
