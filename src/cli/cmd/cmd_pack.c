/* SPDX-License-Identifier: MIT */
/* nyz pack: files to an archive. */
#include "cmd/pack.h"
#include "cmd/writing.h"
#include "io/complain.h"
#include "io/target.h"
#include "nyz_npz_stream.h"

#include <string.h>

/* A name that the library refuses was wrong in the command line. */
static int complain_name(const cli_pack_file *file, const nyz_error *err)
{
    (void)cli_complain_error(file->path.data, NULL, err);
    return CLI_EXIT_USAGE;
}

/* Where reading fails, that is because the file has changed, or of the file. */
static int complain_add(const cli_target *to, const cli_pack_file *file,
                        const cli_args *args, const nyz_error *err)
{
    if (err->status == NYZ_ERR_ARGUMENT) {
        return complain_name(file, err);
    }
    const int changed = cli_pack_look(file, args);
    return changed != CLI_EXIT_FINE
               ? changed
               : cli_complain_error(file->unread ? file->path.data : to->path, NULL, err);
}

static int add_file(const cli_target *to, cli_pack_file *file, const cli_args *args)
{
    nyz_error err;
    const int status = cli_pack_open(file, args);
    if (status != CLI_EXIT_FINE) {
        return status;
    }
    return nyz_npz_add_stream(to->writer, file->member.data, &file->stream, file->size,
                              NULL, &err) == NYZ_OK
               ? cli_pack_look(file, args)
               : complain_add(to, file, args, &err);
}

static int add_files(const cli_target *to, const cli_args *args)
{
    int status = CLI_EXIT_FINE;
    for (int i = 1; i < args->count && status == CLI_EXIT_FINE; i++) {
        cli_pack_file file;
        status = cli_pack_name(&file, args, args->files[i]);
        if (status == CLI_EXIT_FINE) {
            status = add_file(to, &file, args);
        }
        cli_pack_close(&file);
    }
    return status;
}

/* Before OUT is emptied. */
static int check_files(const cli_args *args)
{
    int status = CLI_EXIT_FINE;
    for (int i = 1; i < args->count && status == CLI_EXIT_FINE && args->in_place; i++) {
        cli_pack_file file;
        status = cli_pack_name(&file, args, args->files[i]);
        if (status == CLI_EXIT_FINE) {
            status = cli_target_check(args->in_place, file.path.data, args->files[0]);
        }
        cli_pack_close(&file);
    }
    return status;
}

static int pack(const cli_args *args)
{
    const nyz_options opt = {.method = args->level != 0 || args->blocks ? NYZ_DEFLATED
                                                                        : NYZ_STORED,
                             .level = args->level,
                             .flags = NYZ_EXACT_NAME | (args->blocks ? NYZ_BLOCKS : 0u),
                             .block_rows = args->block_rows,
                             .align = args->align,
                             .threads = -1};
    cli_target to;
    int status = check_files(args);
    if (status != CLI_EXIT_FINE) {
        return status;
    }
    status = cli_target_open(&to, args->files[0], &opt, args->in_place);
    if (status == CLI_EXIT_FINE) {
        status = add_files(&to, args);
    }
    if (status == CLI_EXIT_FINE) {
        status = cli_target_finish(&to);
    }
    cli_target_close(&to);
    return status;
}

static int run(const cli_args *args)
{
    const char *const out = args->files[0];
    if (strcmp(out, "-") != 0 && !cli_ends_in(out, ".npz")) {
        cli_complain(out, NULL, "the first operand is the archive, and must end in .npz");
        return CLI_EXIT_USAGE;
    }
    return pack(args);
}

static const char text[] =
    "Makes an archive of .npy files, unchanged and in the order given.  The name of a\n"
    "member is NAME, or that of its file without directories.  FILE - is standard\n"
    "input, OUT - is standard output.  OUT is replaced only when everything is written;\n"
    "it may be a FILE.";

static const cli_option options[] = {
    {.name = "-d",
     .value = "DIR",
     .where = offsetof(cli_args, directory),
     .help = "FILEs are below DIR, and members get their whole names: what\n"
             "nyz unpack -d DIR wrote becomes the same archive again"},
    {.name = "--any",
     .where = offsetof(cli_args, any),
     .help = "accept files of any kind, under exactly their names"},
    {.name = "--store",
     .where = offsetof(cli_args, store),
     .help = "do not compress; this is the default"},
    {.name = "--level",
     .value = "N",
     .set = cli_writing_level,
     .help = "compress, 1 (fastest) to 9 (smallest), or fast: several times\n"
             "faster, for arrays of numbers"},
    CLI_WRITING_BLOCKS,
    CLI_WRITING_BLOCK_ROWS,
    CLI_WRITING_ALIGN,
    CLI_WRITING_IN_PLACE,
    {.name = NULL},
};

const cli_command cli_cmd_pack = {
    .name = "pack",
    .brief = "OUT FILE...",
    .summary = "make an archive of .npy files",
    .operands = "OUT.npz [NAME=]FILE...",
    .text = text,
    .options = options,
    .min = 2,
    .check = cli_writing_check,
    .run = run,
};
