/* SPDX-License-Identifier: MIT */
/* nyz cp from an archive: member by member, or its one array to a .npy file. */
#include "cmd/cp.h"

#include "io/complain.h"
#include "nyz_npz_stream.h"

enum { EXACTLY = NYZ_EXACT_NAME | NYZ_ANY_NAME };

static nyz_status copy_small(cli_cp *cp, int64_t index, const nyz_entry *member,
                             const nyz_options *how, nyz_error *err)
{
    nyz_array bytes;
    nyz_status status = nyz_file_bytes_at(cp->input->handle, index, NULL, &bytes, err);
    if (status != NYZ_OK) {
        return status;
    }
    status = nyz_npz_add_bytes(cp->to.writer, member->name, bytes.data,
                               (size_t)bytes.shape[0], how, err);
    nyz_array_free(&bytes);
    cp->input->writes_to = status != NYZ_OK ? cp->out : NULL;
    return status;
}

/* If both fail, it is reading that did. */
static nyz_status copy_large(cli_cp *cp, int64_t index, const nyz_entry *member,
                             const nyz_options *how, nyz_error *err)
{
    cli_cursor cursor;
    nyz_status status = cli_cursor_open_member(&cursor, cp->input, index, err);
    if (status != NYZ_OK) {
        return status;
    }
    const nyz_status added = nyz_npz_add_stream(cp->to.writer, member->name,
                                                &cursor.stream, member->size, how, err);
    status = cli_cursor_close(&cursor, NYZ_OK, err);
    if (status == NYZ_OK && added != NYZ_OK) {
        cp->input->writes_to = cp->out;
        return added;
    }
    return status;
}

/* A small one is inflated faster whole. */
static nyz_status copy_bytes(cli_cp *cp, int64_t index, const nyz_entry *member,
                             const nyz_options *how, nyz_error *err)
{
    return member->size <= CLI_PIECE ? copy_small(cp, index, member, how, err)
                                     : copy_large(cp, index, member, how, err);
}

/* Python objects are not read, but their bytes can be copied. */
static int is_copied_as_bytes(const cli_input *input, const nyz_item *item,
                              nyz_status status)
{
    return input->slice.text == NULL &&
           (item->kind == NYZ_ITEM_BYTES || (status == NYZ_ERR_UNSUPPORTED &&
                                             nyz_dtype_has_objects(&item->header.dtype)));
}

static nyz_status copy_item(cli_cp *cp, int64_t index, const nyz_entry *member,
                            nyz_error *err)
{
    nyz_options how = cli_cp_how(cp, (nyz_method)member->method);
    nyz_item item;
    cli_elements e;
    how.flags |= EXACTLY;
    nyz_status status = cli_input_item(cp->input, index, &item, err);
    if (is_copied_as_bytes(cp->input, &item, status)) {
        status = copy_bytes(cp, index, member, &how, err);
    } else if (status == NYZ_OK) {
        status = cli_elements_init(&e, cp->input, index, &item.header, err);
        if (status == NYZ_OK) {
            status = cli_cp_write(cp, &e, member->name, &how, err);
        }
    }
    nyz_item_free(&item);
    return status;
}

static int copy_to_archive(cli_cp *cp)
{
    nyz_error err;
    int status =
        cli_cp_open(cp, &err) == NYZ_OK ? CLI_EXIT_FINE : cli_cp_complain(cp, NULL, &err);
    for (int64_t i = cp->input->first; i < cp->input->end && status == CLI_EXIT_FINE;
         i++) {
        const nyz_entry member = cli_input_member(cp->input, i);
        if (copy_item(cp, i, &member, &err) != NYZ_OK) {
            status = cli_cp_complain(cp, member.name, &err);
        }
    }
    return cli_cp_end(cp, status);
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

static nyz_status copy_array(cli_cp *cp, int64_t index, nyz_error *err)
{
    nyz_item item;
    cli_elements e;
    nyz_status status = cli_input_item(cp->input, index, &item, err);
    if (status == NYZ_OK) {
        status = cli_elements_init(&e, cp->input, index, &item.header, err);
    }
    if (status == NYZ_OK) {
        status = cli_cp_write(cp, &e, NULL, NULL, err);
    }
    nyz_item_free(&item);
    return status;
}

static int copy_to_npy(cli_cp *cp)
{
    int64_t index = 0;
    nyz_error err;
    int status = find_only_array(cp, &index);
    if (status != CLI_EXIT_FINE) {
        return cli_cp_end(cp, status);
    }
    const nyz_entry member = cli_input_member(cp->input, index);
    if (copy_array(cp, index, &err) != NYZ_OK) {
        status = cli_cp_complain(cp, member.name, &err);
    } else if (cp->input->end - cp->input->first > 1) {
        cli_complain(cp->input->label, NULL, "members without an array are not copied");
    }
    return cli_cp_end(cp, status);
}

int cli_cp_members(cli_cp *cp)
{
    return cp->to_npz ? copy_to_archive(cp) : copy_to_npy(cp);
}
