/* SPDX-License-Identifier: MIT */
/* Where the arrays are that are in a .npy file one after the other. */
#ifndef NYZ_NPY_FILE_H
#define NYZ_NPY_FILE_H

#include "base/config.h"
#include "io/read_ahead.h"
#include "io/stream.h"

/* The names of the arrays: "0", "1", ... */
#define NYZ_NPY_NAME_SIZE 20

/* Where an array is in the file. */
typedef struct nyz_npy_place {
    int64_t start; /* of its header */
    int64_t data;
    int64_t end;
    char name[NYZ_NPY_NAME_SIZE];
} nyz_npy_place;

/* Zeroed, with `config`, `stream` (which has read_at) and `size` set, its arrays can be found. */
typedef struct nyz_npy_file {
    nyz_config config;
    nyz_stream stream;
    int64_t size;
    int64_t count;
    int64_t capacity;
    nyz_npy_place *places;
    nyz_error failure; /* why nothing more could be read; status NYZ_OK: the end */
    int has_header;    /* the last array, which then has failed, has one */
    /* the beginning of the last array as it was at opening: it may grow */
    nyz_read_ahead last;
} nyz_npy_file;

/* Finds the arrays of a file whose first bytes are at hand; An
 * array that cannot be read is the last one; but a first one whose header cannot be read is no
 * array at all.  Errors: as nyz_read; LIMIT (limits.members).  err is not NULL; what has been
 * found is freed with the file. */
nyz_status nyz_npy_find_arrays(nyz_npy_file *file, const unsigned char *first,
                               size_t size, nyz_error *err);

/* A source at the start of an array, through a window over its beginning. */
nyz_source nyz_npy_source_at(nyz_read_ahead *window, const nyz_stream *stream,
                             int64_t start, int64_t end);

#endif
