/* SPDX-License-Identifier: MIT */
/* FILE[:MEMBER][SLICE], opened; FILE - is standard input: members by the library's handle, whatever the format, or a
 * stream of arrays. */
#ifndef NYZ_CLI_IO_INPUT_H
#define NYZ_CLI_IO_INPUT_H

#include "io/guard.h"
#include "io/spool.h"
#include "nyz_file.h"
#include "os/platform.h"
#include "text/slice.h"
#include "text/text.h"

/* What is next in a stream of arrays. */
typedef enum cli_next {
    CLI_NEXT_ARRAY, /* the magic of a .npy file */
    CLI_NEXT_END,
    CLI_NEXT_OTHER, /* bytes that are no array */
    CLI_NEXT_FAILED /* to read; it has complained: CLI_EXIT_MACHINE */
} cli_next;

/* Not to be moved while it is open. */
typedef struct cli_input {
    const char *label;  /* the file, for messages; without :MEMBER and SLICE */
    const char *member; /* MEMBER, or NULL for all */
    cli_slice slice;    /* what is wanted of the one array that is meant */
    nyz_file *handle;   /* of the members; NULL: a .npy file, read as a stream, below */
    nyz_npz *npz;       /* the same archive once it is asked for (cli_input_archive) */
    int64_t first, end; /* the members, or arrays of a .npy file, that are meant */
    nyz_options opt;  /* limits and flags: how to read the arrays; handle was opened so */
    nyz_array header; /* of the array of a .npy file that was read last */
    nyz_error failure; /* of that array; or why the file could not be opened */
    const char *
        writes_to; /* set while an array is visited: not this file failed, but that one */

    char *path; /* private from here on: what label points to, if it is ours */
    int guarded;
    FILE *file;
    cli_stamp opened; /* as the file was then */
    nyz_stream inner;
    nyz_stream stream;    /* one array after the other */
    int64_t base, offset; /* where the stream began; bytes that it has handed out */
    struct {
        unsigned char *data; /* bytes read to see what follows, and given back */
        size_t size, used, capacity;
        int64_t at;    /* their place in the file, where it can seek */
        int away;      /* the stream's place is not in them, but that of `inner` */
        int recording; /* what is read stays, to be given back */
    } ahead;
    cli_next next;       /* what follows the array that was read last */
    int64_t index;       /* of the array that comes next */
    int64_t header_at;   /* offset of `header` */
    int64_t header_size; /* in the file */
    int several;         /* the file holds more than one array */
    int broken;          /* nothing more can be read */
    char number[24];
    cli_spool spool;     /* an archive that came from a pipe */
    nyz_stream archive;  /* the file of an archive */
    cli_guard guards[2]; /* of `inner`, and of `archive` */
} cli_input;

/* Opens `name` as the command line has it.  opt: its limits and flags.  guarded: Ctrl-C
 * ends the reading of an archive as it does that of a .npy file (guard.h).  Returns an
 * exit status, having complained; then nothing is held, and `failure` says why. */
int cli_input_open(cli_input *input, nyz_options opt, const char *name, int guarded);
void cli_input_close(cli_input *input);

/* The archive behind the handle, for what that cannot do. */
nyz_status cli_input_archive(cli_input *input, const nyz_npz **out, nyz_error *err);

/* Complains of a slice where the command takes none; returns CLI_EXIT_USAGE then. */
int cli_input_refuse_slice(const cli_input *input, const char *command);

/* Looks whether the file is what it was when it was opened (unchanged.h).  Errors: CORRUPT, IO. */
nyz_status cli_input_look(const cli_input *input, nyz_error *err);
/* The same; returns an exit status, having complained. */
int cli_input_unchanged(cli_input *input);

/* ---- input_arrays.c: the arrays of a .npy file, in their order */

/* Not 0 if an array that is meant comes next. */
int cli_input_more(const cli_input *input);

/* Lets `visit` read it: its header is input->header, the stream is before it, and is to be left after
 * the array.  An array of Python objects fails, but others may follow.  That the file has not changed
 * is known when this returns.  Returns an exit status, having complained. */
typedef nyz_status cli_visit(void *ctx, cli_input *input, nyz_error *err);
int cli_input_visit(cli_input *input, cli_visit *visit, void *ctx);

/* Reads its header alone, which is kept (ndim -1: it cannot be read), and passes over the
 * data.  *stored: the bytes of both that are there.  Returns an exit status, having
 * complained. */
int cli_input_pass(cli_input *input, int64_t *stored);

/* The number of the array that was read last; NULL if it is the file's only one. */
const char *cli_input_number(const cli_input *input);

/* After the last array that is meant: warns of bytes that are no array (`what` follows the
 * words), and looks whether the file has changed.  Returns an exit status, having
 * complained. */
int cli_input_finish(cli_input *input, const char *what);

/* ---- input_stream.c, for input.c and input_arrays.c */

/* Makes the stream of the open file, and looks what it begins with.  Returns an exit
 * status, having complained. */
int cli_input_start(cli_input *input);
cli_next cli_input_next(cli_input *input);
/* Passes over `size` bytes; *found is how many were there. */
nyz_status cli_input_skip(cli_input *input, int64_t size, int64_t *found, nyz_error *err);
/* Reads the header of the next array, and gives it back. */
nyz_status cli_input_header(cli_input *input, nyz_error *err);

/* ---- names */

/* "[10:20]", if there is a slice. */
void cli_input_put_slice(cli_line *line, const cli_input *input);

/* The name of a .npy file's array: the file's base name without ".npy". */
void cli_input_base(const cli_input *input, const char **name, size_t *size);

/* Complains that the archive has no member of this name, with the library's suggestion;
 * returns CLI_EXIT_DATA. */
int cli_input_missing(const cli_input *input, const char *member);

/* What member `index` is: an array, or bytes, of which no slice is wanted.  Free *out in any case.
 * Errors: as nyz_file_load_at; ARGUMENT (a slice of bytes). */
nyz_status cli_input_item(const cli_input *input, int64_t index, nyz_item *out,
                          nyz_error *err);

/* Member `index` of the handle; it cannot fail for first <= index < end. */
nyz_entry cli_input_member(const cli_input *input, int64_t index);

#endif
