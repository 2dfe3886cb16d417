/* SPDX-License-Identifier: MIT */
/* Opening what the command line names, by its content. */
#include "io/input.h"

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

static int fail_memory(cli_input *input)
{
    return fail_system(input, ENOMEM);
}

static int fail_with(cli_input *input, nyz_status status, const char *message)
{
    nyz_error err = {.status = status, .offset = -1};
    snprintf(err.message, sizeof err.message, "%s", message);
    return fail(input, &err);
}

static int is_stdin(const cli_input *input)
{
    return strcmp(input->label, "-") == 0;
}

/* Reads all of a file that cannot seek to memory, for the archive's directory is at its
 * end. */
static int slurp(cli_input *input)
{
    unsigned char piece[65536];
    const nyz_stream to = nyz_stream_buffer(&input->memory);
    for (;;) {
        const int64_t count = input->stream.read(input, piece, sizeof piece);
        if (count <= 0) {
            return count == 0 ? CLI_EXIT_FINE : fail_system(input, (int)-count);
        }
        for (int64_t done = 0; done < count;) {
            const int64_t more = to.write(to.ctx, piece + done, (size_t)(count - done));
            if (more <= 0) {
                return fail_memory(input);
            }
            done += more;
        }
    }
}

/* Not 0 if the file can be read again from its start. */
static int can_reopen(const cli_input *input)
{
    return !is_stdin(input) && !cli_platform_is_special(input->label);
}

/* The whole file as an archive.  By its path the library sees whether it changes while
 * members are read; cli_input_unchanged does at the end. */
static nyz_status reopen(cli_input *input, nyz_error *err)
{
    if (!input->guarded) {
        return nyz_file_open(input->label, &input->opt, &input->handle, err);
    }
    errno = 0;
    const nyz_stream whole = cli_guard_stream(
        &input->guards[1], nyz_stream_fd(cli_platform_descriptor(input->file)));
    return whole.seek == NULL && whole.read_at == NULL
               ? cli_fail_system(err, errno, "examine the file")
               : nyz_file_open_stream(&whole, &input->opt, &input->handle, err);
}

static int open_archive(cli_input *input)
{
    nyz_error err;
    const int again = can_reopen(input);
    const int read = again ? CLI_EXIT_FINE : slurp(input);
    if (read != CLI_EXIT_FINE) {
        return read;
    }
    const nyz_status status =
        again ? reopen(input, &err)
              : nyz_file_open_mem(input->memory.data, input->memory.size, &input->opt,
                                  &input->handle, &err);
    return status == NYZ_OK ? CLI_EXIT_FINE : fail(input, &err);
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
    const int64_t number = array_number(input->member);
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

/* Finds the members that are meant, or the arrays of a .npy file. */
static int choose_members(cli_input *input)
{
    input->end = input->handle != NULL ? nyz_file_count(input->handle) : INT64_MAX;
    if (input->member == NULL) {
        return CLI_EXIT_FINE;
    }
    if (input->handle == NULL) {
        return go_to_array(input);
    }
    input->first = nyz_file_find(input->handle, input->member);
    input->end = input->first + 1;
    if (input->first >= 0) {
        return CLI_EXIT_FINE;
    }
    nyz_error err;
    find_missing(input, input->member, &err);
    return fail(input, &err);
}

/* Not 0 if the file is an archive that --untrusted alone refuses. */
static int is_archive_if_trusted(cli_input *input)
{
    const unsigned flags = input->opt.flags;
    nyz_error err;
    input->opt.flags = 0;
    const int found = flags != 0 && reopen(input, &err) == NYZ_OK;
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
    if (can_reopen(input)) {
        opened = reopen(input, &err);
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
    if (input->next == CLI_NEXT_END) {
        return fail_with(input, NYZ_ERR_CORRUPT, "the file is empty");
    }
    if (input->ahead.size >= 2 && memcmp(input->ahead.data, "PK", 2) == 0) {
        const int status = open_archive(input);
        return status == CLI_EXIT_FINE ? choose_members(input) : status;
    }
    return input->next == CLI_NEXT_OTHER ? open_other(input) : choose_members(input);
}

static int open_file(cli_input *input)
{
    errno = 0;
    input->file = is_stdin(input) ? stdin : cli_platform_open(input->label, "rb");
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

/* FILE:MEMBER, if that is no file itself: the first colon after the name of a file
 * counts. */
static int split(cli_input *input, const char *name)
{
    input->label = name;
    int found = strcmp(name, "-") == 0 || strchr(name, ':') == NULL;
    if (!found) {
        found = cli_platform_exists(name);
    }
    if (found != 0) {
        return found < 0 ? fail_system(input, errno) : CLI_EXIT_FINE;
    }
    const size_t size = strlen(name) + 1;
    input->path = malloc(size);
    if (input->path == NULL) {
        return fail_memory(input);
    }
    memcpy(input->path, name, size);
    for (char *colon = strchr(input->path, ':'); colon != NULL;
         colon = strchr(colon + 1, ':')) {
        *colon = '\0';
        found = strcmp(input->path, "-") == 0 ? 1 : cli_platform_exists(input->path);
        if (found < 0) {
            return fail_system(input, errno);
        }
        if (found > 0) {
            input->label = input->path;
            input->member = colon + 1;
            return CLI_EXIT_FINE;
        }
        *colon = ':';
    }
    return CLI_EXIT_FINE;
}

int cli_input_open(cli_input *input, nyz_options opt, const char *name, int guarded)
{
    *input = (cli_input){.opt = opt, .guarded = guarded};
    int status = split(input, name);
    if (status == CLI_EXIT_FINE) {
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
    nyz_file_close(&input->handle);
    nyz_buffer_free(&input->memory);
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

nyz_entry cli_input_member(const cli_input *input, int64_t index)
{
    nyz_entry entry;
    return nyz_file_entry_at(input->handle, index, &entry, NULL) == NYZ_OK
               ? entry
               : (nyz_entry){.name = ""};
}
