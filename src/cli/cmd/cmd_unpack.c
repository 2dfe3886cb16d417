/* SPDX-License-Identifier: MIT */
/* nyz unpack: each member of an archive to a file. */
#include "cmd/reading.h"
#include "cmd/unpack.h"
#include "io/complain.h"
#include "io/elements.h"
#include "os/path.h"
#include "text/number.h"
#include "text/text.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------- where to */

/* The base name of `path` without ".npz", or NULL if there is none, or it is no name for
 * a directory.  The caller frees it. */
static char *name_directory(const char *path)
{
    const char *const base = cli_path_base(path);
    const size_t size = cli_ends_in(base, ".npz") ? strlen(base) - 4 : 0;
    if (cli_unpack_refuses(base, size) != NULL) {
        return NULL;
    }
    char *const name = malloc(size + 1);
    if (name != NULL) {
        memcpy(name, base, size);
        name[size] = '\0';
    }
    return name;
}

/* ---------------------------------------------------------------------------- the members */

/* Sees that nothing is in the way of any member, before the first is written. */
static int look(const cli_unpack_plan *plan, const cli_directory *directory)
{
    int worst = CLI_EXIT_FINE;
    for (int64_t i = 0; i < plan->count; i++) {
        cli_unpack_item *const item = &plan->items[i];
        nyz_error err;
        if (cli_unpack_is_directory(item)) {
            continue; /* making it looks, too */
        }
        if (cli_directory_look(directory, item->name, &item->place, &err) != NYZ_OK) {
            worst = cli_worse(worst,
                              cli_complain_error(plan->input->label, item->name, &err));
        } else if (item->place.exists && !plan->args->force) {
            worst = cli_worse(worst, cli_unpack_refuse(plan, item,
                                                       "the file exists already; "
                                                       "--force replaces it"));
        }
    }
    return worst;
}

/* The bytes of a member that is small, which the library inflates faster whole. */
typedef struct whole {
    const unsigned char *bytes;
    size_t left;
} whole;

static nyz_status next_of_whole(void *ctx, void *buffer, size_t size, size_t *count,
                                nyz_error *err)
{
    whole *const w = ctx;
    (void)err;
    *count = w->left < size ? w->left : size;
    if (*count > 0) {
        memcpy(buffer, w->bytes, *count);
    }
    w->bytes += *count;
    w->left -= *count;
    return NYZ_OK;
}

static nyz_status write_whole(const cli_unpack_plan *plan, const cli_directory *directory,
                              const cli_unpack_item *item, nyz_error *err)
{
    nyz_array bytes;
    nyz_status status =
        nyz_file_bytes_at(plan->input->handle, item->index, NULL, &bytes, err);
    if (status == NYZ_OK) {
        whole w = {bytes.data, (size_t)bytes.shape[0]};
        const cli_directory_source from = {next_of_whole, &w};
        status = cli_directory_write(directory, item->name, &item->place, &from, err);
        nyz_array_free(&bytes);
    }
    return status;
}

static nyz_status next_of_cursor(void *ctx, void *buffer, size_t size, size_t *count,
                                 nyz_error *err)
{
    return cli_cursor_read_some(ctx, buffer, size, count, err);
}

/* The file gets its name after the last byte, with which the CRC is compared. */
static nyz_status write_pieces(const cli_unpack_plan *plan,
                               const cli_directory *directory,
                               const cli_unpack_item *item, nyz_error *err)
{
    cli_cursor cursor;
    const cli_directory_source from = {next_of_cursor, &cursor};
    nyz_status status = cli_cursor_open_member(&cursor, plan->input, item->index, err);
    if (status == NYZ_OK) {
        status = cli_directory_write(directory, item->name, &item->place, &from, err);
        status = cli_cursor_close(&cursor, status, err);
    }
    return status;
}

static int write_member(const cli_unpack_plan *plan, const cli_directory *directory,
                        const cli_unpack_item *item)
{
    nyz_error err;
    const nyz_status status =
        cli_unpack_is_directory(item) ? cli_directory_add(directory, item->name, &err)
        : item->size <= CLI_PIECE     ? write_whole(plan, directory, item, &err)
                                      : write_pieces(plan, directory, item, &err);
    return status == NYZ_OK ? CLI_EXIT_FINE
                            : cli_complain_error(plan->input->label, item->name, &err);
}

/* A bad member is left out; a machine that fails ends it all. */
static int write_members(const cli_unpack_plan *plan, const cli_directory *directory)
{
    int worst = CLI_EXIT_FINE;
    for (int64_t i = 0; i < plan->count && worst != CLI_EXIT_MACHINE; i++) {
        worst = cli_worse(worst, write_member(plan, directory, &plan->items[i]));
    }
    return worst;
}

/* ------------------------------------------------------------------------------- the call */

static int write_below(const cli_unpack_plan *plan, const char *path, int follow)
{
    nyz_error err;
    cli_directory *directory;
    int made = 0;
    if (cli_directory_open(path, follow, &directory, &made, &err) != NYZ_OK) {
        return cli_complain_error(path, NULL, &err);
    }
    int status = look(plan, directory);
    if (status == CLI_EXIT_FINE) {
        status = write_members(plan, directory);
    }
    cli_directory_close(&directory);
    if (status != CLI_EXIT_FINE && made) {
        cli_directory_undo(path);
    }
    return status;
}

static int unpack(const cli_args *args, cli_input *input)
{
    char *const named = args->directory == NULL ? name_directory(input->label) : NULL;
    const char *const path = args->directory != NULL ? args->directory : named;
    int status = CLI_EXIT_USAGE;
    if (path == NULL || path[0] == '\0') {
        cli_complain(input->label, NULL,
                     "no name for a directory follows from this one; use -d DIR");
    } else {
        cli_unpack_plan plan;
        status = cli_unpack_plan_make(&plan, args, input);
        if (status == CLI_EXIT_FINE) {
            status = write_below(&plan, path, named == NULL);
        }
        cli_unpack_plan_free(&plan);
    }
    free(named);
    return status;
}

static int run(const cli_args *args)
{
    cli_input input;
    int status = cli_input_open(&input, cli_reading(args), args->files[0], 0);
    if (status != CLI_EXIT_FINE) {
        return status;
    }
    status = cli_input_refuse_slice(&input, args->command);
    if (status != CLI_EXIT_FINE) {
        cli_input_close(&input);
        return status;
    }
    if (input.handle == NULL) {
        cli_complain(input.label, NULL, "unpack takes an archive; this is a .npy file");
        status = CLI_EXIT_DATA;
    } else if (input.member != NULL && args->count > 1) {
        cli_complain(input.label, NULL,
                     "FILE:MEMBER cannot be combined with further members");
        status = CLI_EXIT_USAGE;
    } else {
        status = unpack(args, &input);
    }
    cli_input_close(&input);
    return status;
}

static int set_max_bytes(const char *value, cli_args *args)
{
    if (cli_number_parse(value, &args->max_bytes) <= 0 || args->max_bytes == 0) {
        return cli_command_misused(args->command,
                                   "--max-bytes takes bytes, as 500M or 20G, not", value);
    }
    return CLI_EXIT_FINE;
}

static const char text[] =
    "Writes each member of an archive, or those named, to a file below DIR, byte for\n"
    "byte.  Nothing is written if a name leads out of DIR or cannot be a file name on\n"
    "some systems (see the manual), if two members have the same file, or if a file\n"
    "exists already.  Links below DIR are not followed.";

static const cli_option options[] = {
    {.name = "-d",
     .value = "DIR",
     .where = offsetof(cli_args, directory),
     .help = "the directory, created if needed; else one here with FILE's name\n"
             "without .npz; -d . unpacks to where you are, as unzip does"},
    {.name = "--force",
     .where = offsetof(cli_args, force),
     .help = "replace files that are there, each at once and whole"},
    {.name = "--case-sensitive",
     .where = offsetof(cli_args, case_sensitive),
     .help = "take names that differ only in case or form of Unicode, for\n"
             "a DIR that separates them"},
    {.name = "--max-bytes",
     .value = "BYTES",
     .set = set_max_bytes,
     .help = "most that the members may take, as 500M or 20G; else 4G, or\n"
             "four times what they take in the archive if that is more"},
    {.name = NULL},
};

const cli_command cli_cmd_unpack = {
    .name = "unpack",
    .brief = "FILE",
    .summary = "write each member of an archive to a file",
    .operands = "FILE[:MEMBER] [MEMBER]...",
    .text = text,
    .options = options,
    .min = 1,
    .run = run,
};
