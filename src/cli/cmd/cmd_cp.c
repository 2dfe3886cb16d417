/* SPDX-License-Identifier: MIT */
/* nyz cp: everything that IN holds, rewritten. */
#include "cmd/cp.h"
#include "cmd/reading.h"
#include "cmd/unpack.h"
#include "cmd/writing.h"
#include "io/complain.h"
#include "os/path.h"
#include "os/platform.h"
#include "text/text.h"

#include <errno.h>
#include <string.h>

/* Adds the name of IN's copy in a directory: that of the file, or of the one member,
 * which has to be a name for a file on every system.  0 if it has none. */
static int put_own_name(cli_line *line, const cli_input *input)
{
    if (input->handle == NULL && input->member != NULL) { /* x.npy:1 */
        const char *base;
        size_t base_size;
        cli_input_base(input, &base, &base_size);
        cli_line_put(line, base, base_size);
        cli_line_puts(line, "_");
        cli_line_int(line, input->first);
        cli_line_puts(line, ".npy");
        return strcmp(input->label, "-") != 0;
    }
    if (input->member == NULL) {
        cli_line_puts(line, cli_path_base(input->label));
        return strcmp(input->label, "-") != 0;
    }
    const nyz_entry member = cli_input_member(input, input->first);
    const char *const slash = strrchr(member.name, '/');
    const char *const name = slash != NULL ? slash + 1 : member.name;
    const size_t size = (size_t)(member.name + member.key_size - name);
    if (name > member.name + member.key_size || cli_unpack_refuses(name, size) != NULL) {
        return 0;
    }
    cli_line_put(line, name, size);
    cli_line_puts(line, ".npy");
    return 1;
}

/* The path of IN's copy in the directory OUT.  Returns an exit status, having complained.
 */
static int enter_directory(cli_line *path, const cli_input *input, const char *directory)
{
    cli_line_puts(path, directory);
    if (!cli_platform_is_slash(directory[strlen(directory) - 1])) {
        cli_line_puts(path, "/");
    }
    if (!put_own_name(path, input)) {
        cli_complain(directory, NULL,
                     "is a directory, and IN has no name for a file in it: "
                     "name the file");
        return CLI_EXIT_USAGE;
    }
    return path->failed ? cli_complain_memory(directory) : CLI_EXIT_FINE;
}

static int ends_in_slash(const char *path)
{
    return path[0] != '\0' && cli_platform_is_slash(path[strlen(path) - 1]);
}

/* An array taken out of an archive is an array, unless OUT says otherwise. */
static int copy(const cli_args *args, cli_input *input)
{
    const char *const out = args->files[1];
    const int members = input->handle != NULL;
    const int as_in = members && input->member == NULL;
    cli_cp cp = {.args = args, .input = input, .out = out};
    cli_line path = {0};
    int status = CLI_EXIT_FINE;
    if (strcmp(out, "-") == 0) {
        cp.to_npz = as_in;
    } else if (cli_platform_is_directory(out)) {
        status = enter_directory(&path, input, out);
        cp.out = path.data;
        cp.to_npz = as_in;
    } else if (ends_in_slash(out)) {
        status = cli_complain_system(out, ENOENT);
    } else {
        cp.to_npz = cli_ends_in(out, ".npz");
    }
    if (status == CLI_EXIT_FINE) {
        status = cli_target_check(args->in_place, input->label, cp.out);
    }
    if (status == CLI_EXIT_FINE) {
        status = members ? cli_cp_members(&cp) : cli_cp_npy(&cp);
    }
    cli_line_free(&path);
    return status;
}

static int run(const cli_args *args)
{
    cli_input input;
    int status = cli_input_open(&input, cli_reading(args), args->files[0], 1);
    if (status == CLI_EXIT_FINE) {
        status = copy(args, &input);
        cli_input_close(&input);
    }
    return status;
}

static const char text[] =
    "Reads all arrays of IN and writes them to OUT: an archive if OUT ends in\n"
    ".npz, else a .npy file; to - (standard output) what IN is; into a directory what\n"
    "IN is, under its name.  OUT is replaced only when all is written; it may be IN.\n"
    "SLICE takes a part of one array, as in x.npy[-100:] or a.npz:w[10:20, ::2].\n"
    "Files of NumPy 1.24 or later keep their bytes, with exceptions (see the manual).";

static const cli_option options[] = {
    {.name = "--store",
     .where = offsetof(cli_args, store),
     .help = "do not compress the members of an archive"},
    {.name = "--level",
     .value = "N",
     .set = cli_writing_level,
     .help = "compress all members, 1 (fastest) to 9 (smallest), or fast: several\n"
             "times faster, for arrays of numbers.  Without either option each\n"
             "member is stored or deflated as in IN"},
    CLI_WRITING_BLOCKS,
    CLI_WRITING_BLOCK_ROWS,
    CLI_WRITING_ALIGN,
    CLI_WRITING_IN_PLACE,
    {.name = NULL},
};

const cli_command cli_cmd_cp = {
    .name = "cp",
    .brief = "IN OUT",
    .summary = "rewrite a file, compressed or not",
    .operands = "IN[:MEMBER][SLICE] OUT",
    .text = text,
    .options = options,
    .min = 2,
    .max = 2,
    .check = cli_writing_check,
    .run = run,
};
