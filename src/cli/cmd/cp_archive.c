/* SPDX-License-Identifier: MIT */
/* nyz cp from an archive: member by member, or its one array to a .npy file. */
#include "cmd/cp.h"

#include "io/complain.h"

enum { EXACTLY = NYZ_EXACT_NAME | NYZ_ANY_NAME };

/* Not 0 if the member holds Python objects: its bytes can be copied, though not read. */
static int holds_objects(const cli_input *input, int64_t index)
{
    nyz_item item;
    const int found = nyz_file_info_at(input->handle, index, &item, NULL) == NYZ_OK &&
                      nyz_dtype_has_objects(&item.header.dtype);
    nyz_item_free(&item);
    return found;
}

static int copy_bytes(const cli_cp *cp, nyz_npz_writer *writer, int64_t index)
{
    const nyz_entry member = cli_input_member(cp->input, index);
    nyz_options how = cli_cp_how(cp, (nyz_method)member.method);
    nyz_error err;
    nyz_array bytes;
    how.flags |= EXACTLY;
    if (nyz_file_bytes_at(cp->input->handle, index, NULL, &bytes, &err) != NYZ_OK) {
        return cli_complain_error(cp->input->label, member.name, &err);
    }
    const nyz_status status = nyz_npz_add_bytes(writer, member.name, bytes.data,
                                                (size_t)bytes.shape[0], &how, &err);
    nyz_array_free(&bytes);
    return status == NYZ_OK ? CLI_EXIT_FINE
                            : cli_complain_error(cp->out, member.name, &err);
}

static int copy_member(const cli_cp *cp, nyz_npz_writer *writer, int64_t index)
{
    const nyz_entry member = cli_input_member(cp->input, index);
    nyz_options how = cli_cp_how(cp, (nyz_method)member.method);
    const nyz_options read = cli_cp_read(cp);
    nyz_error err;
    nyz_array array;
    how.flags |= EXACTLY;
    nyz_status status = nyz_file_load_at(cp->input->handle, index, &read, &array, &err);
    if (status == NYZ_ERR_NOT_FOUND ||
        (status == NYZ_ERR_UNSUPPORTED && holds_objects(cp->input, index))) {
        return copy_bytes(cp, writer, index);
    }
    if (status != NYZ_OK) {
        return cli_complain_error(cp->input->label, member.name, &err);
    }
    status = nyz_npz_add(writer, member.name, &array, &how, &err);
    nyz_array_free(&array);
    return status == NYZ_OK ? CLI_EXIT_FINE
                            : cli_complain_error(cp->out, member.name, &err);
}

static int copy_to_archive(cli_cp *cp)
{
    cli_target to;
    int status = cli_cp_open_archive(cp, &to);
    for (int64_t i = cp->input->first; i < cp->input->end && status == CLI_EXIT_FINE;
         i++) {
        status = copy_member(cp, to.writer, i);
    }
    return cli_cp_end(cp, &to, status);
}

/* No member that is meant holds an array, for a .npy file: how to get at its bytes. */
static int complain_raw(const cli_cp *cp)
{
    const cli_input *const input = cp->input;
    char text[600];
    if (input->member == NULL) {
        cli_complain(
            input->label, NULL,
            input->end == 0
                ? "the archive is empty"
                : "no member holds an array; nyz unpack writes members as the "
                  "bytes that they are, and an OUT that ends in .npz takes them");
        return CLI_EXIT_DATA;
    }
    const nyz_entry member = cli_input_member(input, input->first);
    snprintf(
        text, sizeof text,
        "the member holds no array; 'nyz unpack %.200s %.200s -d DIR' writes its bytes "
        "to a file",
        input->label, member.name);
    cli_complain(input->label, member.name, text);
    return CLI_EXIT_DATA;
}

/* Finds the one member that holds an array. */
static int find_only_array(const cli_cp *cp, int64_t *index)
{
    int64_t arrays = 0;
    for (int64_t i = cp->input->first; i < cp->input->end; i++) {
        nyz_item item;
        if (nyz_file_info_at(cp->input->handle, i, &item, NULL) != NYZ_OK ||
            item.kind != NYZ_ITEM_BYTES) {
            *index = i; /* one that is damaged counts: loading it says why */
            arrays++;
        }
        nyz_item_free(&item);
    }
    if (arrays == 1) {
        return CLI_EXIT_FINE;
    }
    if (arrays == 0) {
        return complain_raw(cp);
    }
    cli_complain(cp->input->label, NULL,
                 "a .npy file takes one array, and the archive holds more: name one as "
                 "FILE:MEMBER, or an OUT that ends in .npz");
    return CLI_EXIT_DATA;
}

static int copy_to_npy(cli_cp *cp)
{
    int64_t index = 0;
    const int found = find_only_array(cp, &index);
    if (found != CLI_EXIT_FINE) {
        return found;
    }
    const nyz_options read = cli_cp_read(cp);
    nyz_error err;
    nyz_array array;
    if (nyz_file_load_at(cp->input->handle, index, &read, &array, &err) != NYZ_OK) {
        const nyz_entry member = cli_input_member(cp->input, index);
        return cli_complain_error(cp->input->label, member.name, &err);
    }
    if (cp->input->end - cp->input->first > 1) {
        cli_complain(cp->input->label, NULL, "members without an array are not copied");
    }
    cli_target to;
    int written = cli_target_open(&to, cp->out, NULL, cp->args->in_place);
    if (written == CLI_EXIT_FINE &&
        nyz_write(&to.stream, &array, &cli_cp_write, &err) != NYZ_OK) {
        written = cli_complain_error(cp->out, NULL, &err);
    }
    nyz_array_free(&array);
    return cli_cp_end(cp, &to, written);
}

int cli_cp_members(cli_cp *cp)
{
    return cp->to_npz ? copy_to_archive(cp) : copy_to_npy(cp);
}
