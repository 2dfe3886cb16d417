/* SPDX-License-Identifier: MIT */
/* A .npy file by its path: from opening it to looking whether it changed meanwhile. */
#ifndef NYZ_NPY_INPUT_H
#define NYZ_NPY_INPUT_H

#include "base/config.h"
#include "io/input_file.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "npy/npy.h"

typedef struct nyz_npy_input {
    nyz_input_file *file;
    nyz_stream stream;
    nyz_source
        source; /* of the file's bytes, through the window if it is a regular one */
    nyz_read_ahead window; /* the last: it is never cleared, only opened */
} nyz_npy_input;

/* Opens a file.  update: for writing too.  `input` must stay where it is until it is closed, which
 * it has to be after a failure as well.
 * Errors: NOT_FOUND, IO, CORRUPT (it is empty). */
nyz_status nyz_npy_input_open(nyz_npy_input *input, const char *path, int update,
                              const nyz_config *config, nyz_error *err);

/* Reads its first array from the start, and looks whether the file changed meanwhile; after a
 * failure *array may hold something to be freed.
 * Errors: those of the reader, CORRUPT, IO. */
nyz_status nyz_npy_input_read(nyz_npy_input *input, const nyz_config *config,
                              nyz_npy_reader *reader, nyz_array *array, nyz_error *err);

/* That a file which has been read from its start is as it was when it was opened, or has only been
 * appended to.  Errors: CORRUPT, IO. */
nyz_status nyz_npy_input_check_unchanged(const nyz_npy_input *input,
                                         const nyz_config *config, nyz_error *err);

/* The first array of a source, with the progress reported. */
nyz_status nyz_npy_read_first(nyz_source *source, const nyz_config *config,
                              nyz_npy_reader *reader, nyz_array *array, nyz_error *err);

void nyz_npy_input_close(nyz_npy_input *input);

/* An empty file or empty memory is damage, not a stream that has ended. */
nyz_status nyz_npy_refuse_empty(const nyz_source *source, nyz_error *err);

#endif
