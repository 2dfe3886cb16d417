/* SPDX-License-Identifier: MIT */
/* The options of the commands that write archives. */
#ifndef NYZ_CLI_CMD_WRITING_H
#define NYZ_CLI_CMD_WRITING_H

#include "cmd/command.h"

/* Rows of their tables of options. */
#define CLI_WRITING_BLOCKS                                                               \
    {                                                                                    \
        .name = "--blocks", .where = offsetof(cli_args, blocks),                         \
        .help = "compress in independent blocks of rows, on all cores, so that some\n"   \
                "rows can be read without the others: some tenths of a percent\n"        \
                "larger, and not the bytes that NumPy would write"                       \
    }
#define CLI_WRITING_BLOCK_ROWS                                                           \
    {                                                                                    \
        .name = "--block-rows", .value = "N", .set = cli_writing_block_rows,             \
        .help = "the same with N rows in each block, in place of about 256 KiB"          \
    }
#define CLI_WRITING_ALIGN                                                                \
    {                                                                                    \
        .name = "--align", .value = "N", .set = cli_writing_align,                       \
        .help = "begin the data of stored arrays at a multiple of N bytes, a power of\n" \
                "two: 64 lets programs map them.  Not the bytes that NumPy would write"  \
    }
#define CLI_WRITING_IN_PLACE                                                             \
    {                                                                                    \
        .name = "--in-place", .where = offsetof(cli_args, in_place),                     \
        .help = "write into an OUT that cannot be replaced, as a mounted file: a\n"      \
                "crash leaves a part of it, a failure an empty file"                     \
    }

/* Takes the value of --level. */
int cli_writing_level(const char *value, cli_args *args);
/* Takes the value of --align. */
int cli_writing_align(const char *value, cli_args *args);
/* Takes the value of --block-rows. */
int cli_writing_block_rows(const char *value, cli_args *args);
/* --store goes without --level and --blocks. */
int cli_writing_check(const cli_args *args);

#endif
