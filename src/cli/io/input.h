/* FILE, FILE:MEMBER or -, opened: an archive, or a stream of arrays. */
#ifndef NYZ_CLI_IO_INPUT_H
#define NYZ_CLI_IO_INPUT_H

#include "cli.h"
#include "io/guard.h"

#define CLI_INPUT_AHEAD 6

/* Not to be moved while it is open. */
typedef struct cli_input {
    const char *label;  /* the file, for messages; without :MEMBER */
    const char *member; /* MEMBER, or NULL for all */
    nyz_npz *npz;       /* an archive; else NULL, and: */
    nyz_stream stream;  /* one .npy array after the other */
    int64_t offset;     /* bytes that the stream has returned or passed over */
    int64_t first, end; /* an archive: the members that are meant */
    nyz_options opt;    /* limits and flags: how to read the stream; npz was opened so */

    char *path; /* private from here on: what label points to, if it is ours */
    int guarded;
    FILE *file;
    cli_stamp opened; /* as the file was then */
    nyz_stream inner;
    unsigned char ahead[CLI_INPUT_AHEAD]; /* bytes read to see what follows */
    size_t ahead_size, ahead_used;
    nyz_buffer memory;
    cli_guard guards[2]; /* of `inner`, and of the archive's stream */
} cli_input;

/* Opens `name` as the command line has it, within its limits.  guarded: Ctrl-C ends the
 * reading of an archive as it does that of a .npy file (guard.h).  Returns an exit
 * status, having complained; then nothing is held. */
int cli_input_open(cli_input *input, const cli_args *args, const char *name, int guarded);
void cli_input_close(cli_input *input);

/* Makes the stream of the open file, and looks what it begins with (for input.c).
 * Returns an exit status, having complained. */
int cli_input_start(cli_input *input);

/* Looks whether the file, opened as guarded, has been written to since.  Returns an exit
 * status, having complained. */
int cli_input_unchanged(const cli_input *input);

/* What is next in a stream of arrays. */
typedef enum cli_next {
    CLI_NEXT_ARRAY, /* the magic of a .npy file */
    CLI_NEXT_END,
    CLI_NEXT_OTHER, /* bytes that are no array */
    CLI_NEXT_FAILED /* to read; it has complained: CLI_EXIT_MACHINE */
} cli_next;
cli_next cli_input_next(cli_input *input);

/* Passes over `size` bytes of a stream, the data of an array.  Returns an exit status,
 * having complained. */
int cli_input_skip(cli_input *input, int64_t size);

/* The name of a .npy file's array: the file's base name without ".npy". */
void cli_input_base(const cli_input *input, const char **name, size_t *size);

/* Not 0 if there are Python objects in the elements. */
int cli_has_objects(const nyz_dtype *dtype);

/* Complains that the archive has no member of this name, with the library's suggestion;
 * returns CLI_EXIT_DATA. */
int cli_input_missing(const cli_input *input, const char *member);

/* Member `index` of the archive; it cannot fail for first <= index < end. */
nyz_member cli_input_member(const cli_input *input, int64_t index);

#endif
