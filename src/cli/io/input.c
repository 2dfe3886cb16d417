/* SPDX-License-Identifier: MIT */
/* Opening what the command line names, by its content. */
#include "io/input.h"

#include "io/address.h"
#include "io/archive.h"
#include "io/complain.h"
#include "os/path.h"
#include "text/fail.h"
#include "text/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Opening has failed: remembers why, and complains. */
static int fail(cli_input *input, const nyz_error *err)
{
    input->failure = *err;
    return cli_complain_error(input->label, NULL, err);
}

static int fail_system(cli_input *input, int sys)
{
    char words[CLI_WORDS_SIZE];
    (void)cli_fail_with(&input->failure, sys, cli_system_words(words, sys));
    if (sys == ENOENT || sys == ENOTDIR) {
        input->failure.status = NYZ_ERR_NOT_FOUND;
    }
    return cli_complain_system(input->label, sys);
}

static int fail_with(cli_input *input, nyz_status status, const char *message)
{
    nyz_error err = {.status = status, .offset = -1};
    snprintf(err.message, sizeof err.message, "%s", message);
    return fail(input, &err);
}

/* The library's message, with the name that is near. */
static void find_missing(const cli_input *input, const char *member, nyz_error *err)
{
    nyz_entry entry;
    *err = (nyz_error){0};
    if (nyz_file_entry(input->handle, member, &entry, err) == NYZ_OK) {
        err->status =
            NYZ_ERR_NOT_FOUND; /* as another name, which the caller does not take */
    }
}

int cli_input_missing(const cli_input *input, const char *member)
{
    nyz_error err;
    find_missing(input, member, &err);
    return cli_complain_error(input->label, NULL, &err);
}

/* The number of an array, as FILE:N has it; -1: it is none. */
static int64_t array_number(const char *text)
{
    int64_t number = -1;
    for (; *text >= '0' && *text <= '9' && number < INT64_MAX / 10 - 1; text++) {
        number = (number < 0 ? 0 : number) * 10 + (*text - '0');
    }
    return *text == '\0' ? number : -1;
}

/* Passes over the arrays before the one that is meant. */
static int go_to_array(cli_input *input)
{
    char text[80];
    int64_t stored;
    char *const member = input->path + (input->member - input->path);
    if (cli_slice_find(member) != NULL) {
        const int status = cli_address_cut_slice(input, member, 1);
        if (status != CLI_EXIT_FINE) {
            return status;
        }
    }
    const int64_t number = array_number(member);
    if (number < 0) {
        return fail_with(input, NYZ_ERR_NOT_FOUND,
                         "a .npy file has no members; FILE:0 is its first array");
    }
    input->first = number;
    input->end = number + 1;
    while (cli_input_more(input) && input->index < input->first) {
        const int status = cli_input_pass(input, &stored);
        if (status != CLI_EXIT_FINE) {
            return status;
        }
    }
    if (cli_input_more(input)) {
        return CLI_EXIT_FINE;
    }
    snprintf(text, sizeof text,
             "no array %" PRId64 ": the file holds %" PRId64 ", from 0", number,
             input->index);
    return fail_with(input, NYZ_ERR_NOT_FOUND, text);
}

/* A slice is one of one array. */
static int check_single(cli_input *input)
{
    char text[100];
    if (input->slice.text == NULL || input->end == 1) {
        return CLI_EXIT_FINE;
    }
    snprintf(text, sizeof text,
             "the archive holds %" PRId64 " members; name one, as FILE:MEMBER[10:20]",
             input->end);
    return fail_with(input, NYZ_ERR_ARGUMENT, text);
}

/* The slice has to be one if there is a member before it. */
static int cut_member_slice(cli_input *input, char *text)
{
    char *const bracket = text + (cli_slice_find(text) - text);
    *bracket = '\0';
    const int found = nyz_file_find(input->handle, text) >= 0;
    *bracket = '[';
    return cli_address_cut_slice(input, text, found);
}

/* What ends a member's name is a slice unless there is a member of the whole name. */
static int choose_member(cli_input *input)
{
    nyz_error err;
    char *const text = input->path + (input->member - input->path);
    input->first = nyz_file_find(input->handle, text);
    if (input->first < 0 && cli_slice_find(text) != NULL) {
        const int status = cut_member_slice(input, text);
        if (status != CLI_EXIT_FINE) {
            return status;
        }
        input->first = nyz_file_find(input->handle, text);
    }
    input->end = input->first + 1;
    if (input->first >= 0) {
        return CLI_EXIT_FINE;
    }
    find_missing(input, input->member, &err);
    return fail(input, &err);
}

/* Finds the members that are meant, or the arrays of a .npy file. */
static int choose_members(cli_input *input)
{
    input->end = input->handle != NULL ? nyz_file_count(input->handle) : INT64_MAX;
    if (input->member == NULL) {
        return input->handle != NULL ? check_single(input) : CLI_EXIT_FINE;
    }
    if (input->handle == NULL) {
        return go_to_array(input);
    }
    return choose_member(input);
}

/* Not 0 if the file is an archive that --untrusted alone refuses. */
static int is_archive_if_trusted(cli_input *input)
{
    const unsigned flags = input->opt.flags;
    nyz_error err;
    input->opt.flags = 0;
    const int found = flags != 0 && cli_archive_open_again(input, &err) == NYZ_OK;
    input->opt.flags = flags;
    nyz_file_close(&input->handle);
    return found;
}

/* Why a file that is named as an archive is none. */
static void explain_archive(const cli_input *input, nyz_error *err)
{
    nyz_npz *npz = NULL;
    if (nyz_npz_open(input->label, &input->opt, &npz, err) == NYZ_OK) {
        nyz_npz_close(&npz);
    }
}

/* Neither an array nor a zip archive at the file's start: perhaps an archive behind other
 * bytes.  Else the reason is that of what the file's name promises. */
static int open_other(cli_input *input)
{
    nyz_error err;
    nyz_status opened = NYZ_ERR_CORRUPT;
    const int named_npz = cli_ends_in(input->label, ".npz");
    if (cli_archive_is_there(input)) {
        opened = cli_archive_open_again(input, &err);
        if (opened == NYZ_OK) {
            return choose_members(input);
        }
        if (named_npz) {
            explain_archive(input, &err);
        }
        if (opened == NYZ_ERR_MEMORY || opened == NYZ_ERR_IO || opened == NYZ_ERR_LIMIT ||
            named_npz || is_archive_if_trusted(input)) {
            return fail(input, &err);
        }
    }
    opened = cli_input_header(input, &err);
    return opened == NYZ_OK ? choose_members(input) : fail(input, &err);
}

/* By the first bytes. */
static int open_by_content(cli_input *input)
{
    nyz_error err;
    if (input->next == CLI_NEXT_END) {
        return fail_with(input, NYZ_ERR_CORRUPT, "the file is empty");
    }
    if (input->ahead.size >= 2 && memcmp(input->ahead.data, "PK", 2) == 0) {
        return cli_archive_open(input, &err) == NYZ_OK ? choose_members(input)
                                                       : fail(input, &err);
    }
    return input->next == CLI_NEXT_OTHER ? open_other(input) : choose_members(input);
}

static int open_file(cli_input *input)
{
    errno = 0;
    input->file =
        strcmp(input->label, "-") == 0 ? stdin : cli_platform_open(input->label, "rb");
    if (input->file == NULL) {
        return fail_system(input, errno);
    }
    const int sys = cli_platform_stamp(input->file, &input->opened);
    if (sys != 0) {
        return fail_system(input, sys);
    }
    const int status = cli_input_start(input);
    return status == CLI_EXIT_FINE ? open_by_content(input) : status;
}

int cli_input_open(cli_input *input, nyz_options opt, const char *name, int guarded)
{
    *input = (cli_input){.opt = opt, .guarded = guarded};
    int status;
    const int sys = cli_address_split(input, name, &status);
    if (sys != 0) {
        status = fail_system(input, sys);
    } else if (status == CLI_EXIT_FINE) {
        status = open_file(input);
    }
    if (status != CLI_EXIT_FINE) {
        const nyz_error failure = input->failure;
        cli_input_close(input);
        input->failure = failure;
    }
    return status;
}

void cli_input_close(cli_input *input)
{
    nyz_npz_close(&input->npz);
    nyz_file_close(&input->handle);
    cli_spool_free(&input->spool);
    if (input->file != NULL && input->file != stdin) {
        fclose(input->file);
    }
    nyz_array_free(&input->header);
    free(input->ahead.data);
    free(input->path);
    *input = (cli_input){0};
}

void cli_input_base(const cli_input *input, const char **name, size_t *size)
{
    const char *const base = cli_path_base(input->label);
    const size_t length = strlen(base);
    *name = base;
    *size = cli_ends_in(base, ".npy") ? length - 4 : length;
}

void cli_input_put_slice(cli_line *line, const cli_input *input)
{
    if (input->slice.text != NULL) {
        cli_line_puts(line, "[");
        cli_line_name(line, input->slice.text, input->slice.size);
        cli_line_puts(line, "]");
    }
}

int cli_input_refuse_slice(const cli_input *input, const char *command)
{
    char text[100];
    if (input->slice.text == NULL) {
        return CLI_EXIT_FINE;
    }
    snprintf(text, sizeof text, "nyz %s takes no slices; nyz show, digest and cp do",
             command);
    cli_complain(input->label, input->member, text);
    return CLI_EXIT_USAGE;
}

nyz_status cli_input_item(const cli_input *input, int64_t index, nyz_item *out,
                          nyz_error *err)
{
    const nyz_status status = nyz_file_info_at(input->handle, index, out, err);
    if (status != NYZ_OK) {
        return status;
    }
    if (out->kind == NYZ_ITEM_UNREADABLE) {
        *err = out->error;
    } else if (out->kind == NYZ_ITEM_BYTES && input->slice.text != NULL) {
        *err = (nyz_error){.status = NYZ_ERR_ARGUMENT, .offset = -1};
        snprintf(err->message, sizeof err->message, "holds no array to take a slice of");
    } else {
        return NYZ_OK;
    }
    return err->status;
}

nyz_entry cli_input_member(const cli_input *input, int64_t index)
{
    nyz_entry entry;
    return nyz_file_entry_at(input->handle, index, &entry, NULL) == NYZ_OK
               ? entry
               : (nyz_entry){.name = ""};
}
