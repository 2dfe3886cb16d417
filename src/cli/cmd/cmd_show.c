/* nyz show: values. */
#include "cli.h"
#include "io/input.h"
#include "print/print.h"

#include <string.h>

#define RAW_BYTES 1000 /* of a member that holds no array are shown, without --all */

static int print_failure(const cli_input *input, const char *member, const nyz_error *err)
{
    return err->status == NYZ_ERR_IO ? CLI_EXIT_MACHINE /* stdout; main reports it */
                                     : cli_complain_error(input->label, member, err);
}

/* Bytes as Python shows them. */
static int show_raw(const cli_input *input, const nyz_member *member, int64_t index,
                    int all)
{
    nyz_error err;
    nyz_array bytes;
    if (nyz_npz_bytes(input->npz, index, NULL, &bytes, &err) != NYZ_OK) {
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

static int print_heading(const cli_input *input, const nyz_member *member, int raw)
{
    cli_line line = {0};
    cli_line_name(&line, member->name, raw ? member->name_size : member->key_size);
    cli_line_puts(&line, ":\n");
    const int failed = line.failed;
    fputs(failed ? "" : line.data, stdout);
    cli_line_free(&line);
    return failed ? cli_complain_memory(input->label) : CLI_EXIT_FINE;
}

/* One member, under its name if all are shown. */
static int show_member(const cli_input *input, int64_t index, int all)
{
    nyz_error err;
    nyz_array array;
    const nyz_member member = cli_input_member(input, index);
    const nyz_status status = nyz_npz_load_at(input->npz, index, NULL, &array, &err);
    if (status != NYZ_OK && status != NYZ_ERR_NOT_FOUND) {
        return cli_complain_error(input->label, member.name, &err);
    }
    const int raw = status == NYZ_ERR_NOT_FOUND;
    const int headed =
        input->member == NULL ? print_heading(input, &member, raw) : CLI_EXIT_FINE;
    if (headed != CLI_EXIT_FINE) {
        nyz_array_free(&array);
        return headed;
    }
    if (raw) {
        return show_raw(input, &member, index, all);
    }
    const nyz_status printed = cli_print_array(&array, all, &err);
    nyz_array_free(&array);
    return printed == NYZ_OK ? CLI_EXIT_FINE : print_failure(input, member.name, &err);
}

static int show_archive(const cli_input *input, int all)
{
    int worst = CLI_EXIT_FINE;
    for (int64_t i = input->first; i < input->end && !ferror(stdout); i++) {
        worst = cli_worse(worst, show_member(input, i, all));
    }
    return worst;
}

/* All arrays of a .npy file. */
static int show_npy(cli_input *input, int all)
{
    nyz_error err;
    cli_next next;
    do {
        nyz_array array;
        if (nyz_read(&input->stream, &input->opt, &array, &err) != NYZ_OK) {
            return cli_complain_error(input->label, NULL, &err);
        }
        const nyz_status printed = cli_print_array(&array, all, &err);
        nyz_array_free(&array);
        if (printed != NYZ_OK) {
            return print_failure(input, NULL, &err);
        }
        next = cli_input_next(input);
    } while (next == CLI_NEXT_ARRAY);
    return next == CLI_NEXT_FAILED ? CLI_EXIT_MACHINE : CLI_EXIT_FINE;
}

int cli_cmd_show(const cli_args *args)
{
    int worst = CLI_EXIT_FINE;
    for (int i = 0; i < args->count && !ferror(stdout); i++) {
        cli_input input;
        int status = cli_input_open(&input, args, args->files[i], 0);
        if (status == CLI_EXIT_FINE) {
            status = input.npz != NULL ? show_archive(&input, args->all)
                                       : show_npy(&input, args->all);
            cli_input_close(&input);
        }
        worst = cli_worse(worst, status);
    }
    return worst;
}
