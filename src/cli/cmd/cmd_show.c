/* nyz show: values. */
#include "cli.h"
#include "io/input.h"
#include "print/print.h"

#include <string.h>

#define RAW_BYTES 1000 /* of a member that holds no array are shown, without --all */

static int print_failure(const nyz_input *input, const char *member, const nyz_error *err)
{
    return err->status == NYZ_ERR_IO ? NYZ_EXIT_MACHINE /* stdout; main tells */
                                     : nyz_complain_error(input->label, member, err);
}

/* Bytes as Python shows them. */
static int show_raw(const nyz_input *input, const nyz_member *member, int64_t index,
                    int all)
{
    nyz_error err;
    nyz_array bytes;
    if (nyz_npz_bytes(input->npz, index, NULL, &bytes, &err) != NYZ_OK) {
        return nyz_complain_error(input->label, member->name, &err);
    }
    nyz_line line = {0};
    const int64_t size = bytes.shape[0];
    const int shortened = !all && size > RAW_BYTES;
    nyz_line_bytes(&line, bytes.data, (size_t)(shortened ? RAW_BYTES : size));
    nyz_line_puts(&line, shortened ? "...\n" : "\n");
    nyz_array_free(&bytes);
    const int failed = line.failed;
    fwrite(line.data, 1, failed ? 0 : line.size, stdout);
    nyz_line_free(&line);
    return failed ? nyz_complain_memory(input->label) : NYZ_EXIT_FINE;
}

static int print_heading(const nyz_input *input, const nyz_member *member, int raw)
{
    nyz_line line = {0};
    nyz_line_name(&line, member->name, raw ? member->name_size : member->key_size);
    nyz_line_puts(&line, ":\n");
    const int failed = line.failed;
    fputs(failed ? "" : line.data, stdout);
    nyz_line_free(&line);
    return failed ? nyz_complain_memory(input->label) : NYZ_EXIT_FINE;
}

/* One member, under its name if all are shown. */
static int show_member(const nyz_input *input, int64_t index, int all)
{
    nyz_error err;
    nyz_array array;
    const nyz_member member = nyz_input_member(input, index);
    const nyz_status status = nyz_npz_load_at(input->npz, index, NULL, &array, &err);
    if (status != NYZ_OK && status != NYZ_ERR_NOT_FOUND) {
        return nyz_complain_error(input->label, member.name, &err);
    }
    const int raw = status == NYZ_ERR_NOT_FOUND;
    const int headed =
        input->member == NULL ? print_heading(input, &member, raw) : NYZ_EXIT_FINE;
    if (headed != NYZ_EXIT_FINE) {
        nyz_array_free(&array);
        return headed;
    }
    if (raw) {
        return show_raw(input, &member, index, all);
    }
    const nyz_status printed = nyz_print_array(&array, all, &err);
    nyz_array_free(&array);
    return printed == NYZ_OK ? NYZ_EXIT_FINE : print_failure(input, member.name, &err);
}

static int show_archive(const nyz_input *input, int all)
{
    int worst = NYZ_EXIT_FINE;
    for (int64_t i = input->first; i < input->end && !ferror(stdout); i++) {
        worst = nyz_worse(worst, show_member(input, i, all));
    }
    return worst;
}

/* All arrays of a .npy file. */
static int show_npy(nyz_input *input, int all)
{
    nyz_error err;
    nyz_next next;
    do {
        nyz_array array;
        if (nyz_read(&input->stream, NULL, &array, &err) != NYZ_OK) {
            return nyz_complain_error(input->label, NULL, &err);
        }
        const nyz_status printed = nyz_print_array(&array, all, &err);
        nyz_array_free(&array);
        if (printed != NYZ_OK) {
            return print_failure(input, NULL, &err);
        }
        next = nyz_input_next(input);
    } while (next == NYZ_NEXT_ARRAY);
    return next == NYZ_NEXT_FAILED ? NYZ_EXIT_MACHINE : NYZ_EXIT_FINE;
}

int nyz_cmd_show(const nyz_args *args)
{
    int worst = NYZ_EXIT_FINE;
    for (int i = 0; i < args->count && !ferror(stdout); i++) {
        nyz_input input;
        int status = nyz_input_open(&input, args->files[i], 0);
        if (status == NYZ_EXIT_FINE) {
            status = input.npz != NULL ? show_archive(&input, args->all)
                                       : show_npy(&input, args->all);
            nyz_input_close(&input);
        }
        worst = nyz_worse(worst, status);
    }
    return worst;
}
