/* FILE, FILE:MEMBER or -, opened: an archive, or a stream of arrays. */
#ifndef NYZ_CLI_INPUT_H
#define NYZ_CLI_INPUT_H

#include "cli.h"
#include "io/guard.h"

#define NYZ_INPUT_AHEAD 6

/* Not to be moved while it is open. */
typedef struct nyz_input {
    const char *label;  /* the file, for messages; without :MEMBER */
    const char *member; /* MEMBER, or NULL for all */
    nyz_npz *npz;       /* an archive; else NULL, and: */
    nyz_stream stream;  /* one .npy array after the other */
    int64_t offset;     /* bytes that the stream has handed out or passed over */
    int64_t first, end; /* an archive: the members that are meant */

    char *path; /* private from here on: what label points to, if it is ours */
    int guarded;
    FILE *file;
    nyz_stamp opened; /* as the file was then */
    nyz_stream inner;
    unsigned char ahead[NYZ_INPUT_AHEAD]; /* bytes read to see what follows */
    size_t ahead_size, ahead_used;
    nyz_buffer memory;
    nyz_guard guards[2]; /* of `inner`, and of the archive's stream */
} nyz_input;

/* Opens `name` as the command line has it.  guarded: Ctrl-C ends the reading of an
 * archive as it does that of a .npy file (guard.h).  Returns an exit status, having
 * complained; then nothing is held. */
int nyz_input_open(nyz_input *input, const char *name, int guarded);
void nyz_input_close(nyz_input *input);

/* Makes the stream of the open file, and looks what it begins with (for input.c).
 * Returns an exit status, having complained. */
int nyz_input_start(nyz_input *input);

/* Looks whether the file, opened as guarded, has been written to since.  Returns an exit
 * status, having complained. */
int nyz_input_unchanged(const nyz_input *input);

/* What stands next in a stream of arrays. */
typedef enum nyz_next {
    NYZ_NEXT_ARRAY, /* the magic of a .npy file */
    NYZ_NEXT_END,
    NYZ_NEXT_OTHER, /* bytes that are no array */
    NYZ_NEXT_FAILED /* to read; it has complained: NYZ_EXIT_MACHINE */
} nyz_next;
nyz_next nyz_input_next(nyz_input *input);

/* Passes over `size` bytes of a stream, the data of an array.  Returns an exit status,
 * having complained. */
int nyz_input_skip(nyz_input *input, int64_t size);

/* The name of a .npy file's array: the file's base name without ".npy". */
void nyz_input_base(const nyz_input *input, const char **name, size_t *size);

/* Not 0 if there are Python objects in the elements. */
int nyz_has_objects(const nyz_dtype *dtype);

/* Member `index` of the archive; it cannot fail for first <= index < end. */
nyz_member nyz_input_member(const nyz_input *input, int64_t index);

#endif
