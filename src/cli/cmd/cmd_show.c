/* SPDX-License-Identifier: MIT */
/* nyz show: values. */
#include "cmd/command.h"
#include "cmd/reading.h"
#include "io/complain.h"
#include "io/input.h"
#include "print/print.h"
#include "text/text.h"

#include <string.h>

#define RAW_BYTES 1000 /* of a member that holds no array are shown, without --all */

static int print_failure(const cli_input *input, const char *member, const nyz_error *err)
{
    return err->status == NYZ_ERR_IO ? CLI_EXIT_MACHINE /* stdout; main reports it */
                                     : cli_complain_error(input->label, member, err);
}

/* Bytes as Python shows them. */
static int show_raw(const cli_input *input, const nyz_entry *member, int64_t index,
                    int all)
{
    nyz_error err;
    nyz_array bytes;
    if (nyz_file_bytes_at(input->handle, index, NULL, &bytes, &err) != NYZ_OK) {
        return cli_complain_error(input->label, member->name, &err);
    }
    cli_line line = {0};
    const int64_t size = bytes.shape[0];
    const int shortened = !all && size > RAW_BYTES;
    cli_line_bytes(&line, bytes.data, (size_t)(shortened ? RAW_BYTES : size));
    cli_line_puts(&line, shortened ? "...\n" : "\n");
    nyz_array_free(&bytes);
    const int failed = line.failed;
    fwrite(line.data, 1, failed ? 0 : line.size, stdout);
    cli_line_free(&line);
    return failed ? cli_complain_memory(input->label) : CLI_EXIT_FINE;
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
    cli_line_puts(&line, ":\n");
    const int failed = line.failed;
    fputs(failed ? "" : line.data, stdout);
    cli_line_free(&line);
    return failed ? cli_complain_memory(input->label) : CLI_EXIT_FINE;
}

/* One member, under its name unless it alone is shown. */
static int show_member(const cli_input *input, int64_t index, const showing *how)
{
    nyz_error err;
    nyz_array array;
    const nyz_entry member = cli_input_member(input, index);
    const nyz_status status = nyz_file_load_at(input->handle, index, NULL, &array, &err);
    if (status != NYZ_OK && status != NYZ_ERR_NOT_FOUND) {
        return cli_complain_error(input->label, member.name, &err);
    }
    const int raw = status == NYZ_ERR_NOT_FOUND;
    const int headed = input->member == NULL || how->several
                           ? print_heading(input, how, member.name,
                                           raw ? member.name_size : member.key_size)
                           : CLI_EXIT_FINE;
    if (headed != CLI_EXIT_FINE) {
        nyz_array_free(&array);
        return headed;
    }
    if (raw) {
        return show_raw(input, &member, index, how->all);
    }
    const nyz_status printed = cli_print_array(&array, how->all, &err);
    nyz_array_free(&array);
    return printed == NYZ_OK ? CLI_EXIT_FINE : print_failure(input, member.name, &err);
}

static int show_members(const cli_input *input, const showing *how)
{
    int worst = CLI_EXIT_FINE;
    for (int64_t i = input->first; i < input->end && !ferror(stdout); i++) {
        worst = cli_worse(worst, show_member(input, i, how));
    }
    return worst;
}

/* The next array of a .npy file, under a heading if it is not the only one. */
static int show_array(cli_input *input, const showing *how)
{
    nyz_error err;
    nyz_array array;
    int status = cli_input_read(input, &input->opt, &array);
    if (status != CLI_EXIT_FINE) {
        return status;
    }
    const char *const number = cli_input_number(input);
    if (how->several || (number != NULL && input->member == NULL)) {
        status = print_heading(input, how, number, number != NULL ? strlen(number) : 0);
    }
    if (status == CLI_EXIT_FINE && cli_print_array(&array, how->all, &err) != NYZ_OK) {
        status = print_failure(input, number, &err);
    }
    nyz_array_free(&array);
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
    "several FILEs are shown.  FILE - is standard input.";

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
    .operands = "FILE[:MEMBER]...",
    .text = text,
    .options = options,
    .min = 1,
    .run = run,
};
