/* Opening what the command line names, by its content. */
#include "io/input.h"

#include "cli.h"
#include "text/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
            return count == 0 ? CLI_EXIT_FINE
                              : cli_complain_system(input->label, (int)-count);
        }
        for (int64_t done = 0; done < count;) {
            const int64_t more = to.write(to.ctx, piece + done, (size_t)(count - done));
            if (more <= 0) {
                return cli_complain_memory(input->label);
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

/* The whole file as an archive.  By its path the library sees whether it changes; else
 * cli_input_unchanged does. */
static nyz_status reopen(cli_input *input, nyz_error *err)
{
    if (!input->guarded) {
        return nyz_npz_open(input->label, &input->opt, &input->npz, err);
    }
    errno = 0;
    const nyz_stream whole = cli_guard_stream(
        &input->guards[1], nyz_stream_fd(cli_platform_descriptor(input->file)));
    return whole.seek == NULL && whole.read_at == NULL
               ? cli_fail_system(err, errno, "look at the file")
               : nyz_npz_open_stream(&whole, &input->opt, &input->npz, err);
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
              : nyz_npz_open_mem(input->memory.data, input->memory.size, &input->opt,
                                 &input->npz, &err);
    return status == NYZ_OK ? CLI_EXIT_FINE
                            : cli_complain_error(input->label, NULL, &err);
}

int cli_input_missing(const cli_input *input, const char *member)
{
    nyz_error err = {0};
    nyz_array array;
    (void)nyz_npz_load(input->npz, member, NULL, &array, &err);
    nyz_array_free(&array);
    cli_complain(input->label, NULL, err.message);
    return CLI_EXIT_DATA;
}

/* Finds the members that are meant. */
static int choose_members(cli_input *input)
{
    if (input->npz == NULL) {
        if (input->member == NULL) {
            return CLI_EXIT_FINE;
        }
        cli_complain(input->label, input->member, "a .npy file has no members");
        return CLI_EXIT_DATA;
    }
    input->end = nyz_npz_count(input->npz);
    if (input->member == NULL) {
        return CLI_EXIT_FINE;
    }
    input->first = nyz_npz_find(input->npz, input->member);
    input->end = input->first + 1;
    if (input->first < 0) {
        return cli_input_missing(input, input->member);
    }
    return CLI_EXIT_FINE;
}

/* Not 0 if the file is an archive that --untrusted alone refuses. */
static int is_archive_if_trusted(cli_input *input)
{
    const unsigned flags = input->opt.flags;
    nyz_error err;
    input->opt.flags = 0;
    const int found = flags != 0 && reopen(input, &err) == NYZ_OK;
    input->opt.flags = flags;
    nyz_npz_close(&input->npz);
    return found;
}

/* By the first bytes: a zip archive, a .npy file, or perhaps an archive behind other
 * bytes. */
static int open_by_content(cli_input *input)
{
    const cli_next next = cli_input_next(input);
    if (next == CLI_NEXT_FAILED) {
        return CLI_EXIT_MACHINE;
    }
    if (next == CLI_NEXT_END) {
        cli_complain(input->label, NULL, "the file is empty");
        return CLI_EXIT_DATA;
    }
    const int zip = input->ahead_size >= 2 && memcmp(input->ahead, "PK", 2) == 0;
    const int status = zip ? open_archive(input) : CLI_EXIT_FINE;
    if (status != CLI_EXIT_FINE) {
        return status;
    }
    if (next == CLI_NEXT_OTHER && !zip && can_reopen(input)) {
        nyz_error err;
        const nyz_status opened = reopen(input, &err);
        if (opened == NYZ_ERR_MEMORY || opened == NYZ_ERR_IO || opened == NYZ_ERR_LIMIT ||
            (opened != NYZ_OK && is_archive_if_trusted(input))) {
            return cli_complain_error(input->label, NULL, &err);
        }
    }
    return choose_members(input);
}

static int open_file(cli_input *input)
{
    errno = 0;
    input->file = is_stdin(input) ? stdin : cli_platform_open(input->label, "rb");
    if (input->file == NULL) {
        return cli_complain_system(input->label, errno);
    }
    const int sys = input->guarded ? cli_platform_stamp(input->file, &input->opened) : 0;
    if (sys != 0) {
        return cli_complain_system(input->label, sys);
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
        return found < 0 ? cli_complain_system(name, errno) : CLI_EXIT_FINE;
    }
    const size_t size = strlen(name) + 1;
    input->path = malloc(size);
    if (input->path == NULL) {
        return cli_complain_memory(name);
    }
    memcpy(input->path, name, size);
    for (char *colon = strchr(input->path, ':'); colon != NULL;
         colon = strchr(colon + 1, ':')) {
        *colon = '\0';
        found = strcmp(input->path, "-") == 0 ? 1 : cli_platform_exists(input->path);
        if (found < 0) {
            return cli_complain_system(name, errno);
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

int cli_input_unchanged(const cli_input *input)
{
    cli_stamp now;
    const cli_stamp *const then = &input->opened;
    const int sys = cli_platform_stamp(input->file, &now);
    if (sys != 0) {
        return cli_complain_system(input->label, sys);
    }
    if (now.size != then->size || now.time != then->time ||
        now.fraction != then->fraction) {
        cli_complain(input->label, NULL, "the file changed while it was read");
        return CLI_EXIT_DATA;
    }
    return CLI_EXIT_FINE;
}

int cli_input_open(cli_input *input, const cli_args *args, const char *name, int guarded)
{
    *input = (cli_input){.opt = cli_args_reading(args), .guarded = guarded};
    int status = split(input, name);
    if (status == CLI_EXIT_FINE) {
        status = open_file(input);
    }
    if (status != CLI_EXIT_FINE) {
        cli_input_close(input);
    }
    return status;
}

void cli_input_close(cli_input *input)
{
    nyz_npz_close(&input->npz);
    nyz_buffer_free(&input->memory);
    if (input->file != NULL && input->file != stdin) {
        fclose(input->file);
    }
    free(input->path);
    *input = (cli_input){0};
}

void cli_input_base(const cli_input *input, const char **name, size_t *size)
{
    const char *const base = cli_base_name(input->label);
    const size_t length = strlen(base);
    *name = base;
    *size = cli_ends_in(base, ".npy") ? length - 4 : length;
}

int cli_has_objects(const nyz_dtype *dtype)
{
    if (dtype->type == NYZ_SUBARRAY) {
        return cli_has_objects(dtype->base);
    }
    for (int64_t i = 0; i < dtype->nfields; i++) {
        if (cli_has_objects(&dtype->fields[i].dtype)) {
            return 1;
        }
    }
    return dtype->type == NYZ_OBJECT;
}

nyz_member cli_input_member(const cli_input *input, int64_t index)
{
    nyz_member member = {.name = ""};
    (void)nyz_npz_member(input->npz, index, &member, NULL);
    return member;
}
