/* SPDX-License-Identifier: MIT */
/* One array from a source, or to a sink: the single .npy reader and the single .npy
 * writer, which files, memory, streams and zip members all go through. */
#ifndef NYZ_NPY_H
#define NYZ_NPY_H

#include "base/arithmetic.h"
#include "base/config.h"
#include "io/stream.h"
#include "npy/header.h"

/* The first bytes of a source: enough to tell whether an array begins here. */
typedef struct nyz_npy_start {
    unsigned char bytes[NYZ_MAGIC_SIZE + 2]; /* magic and version */
    int64_t size;                            /* how many there were */
    int64_t base;                            /* where they stand in the source */
} nyz_npy_start;
nyz_status nyz_npy_begin(nyz_source *source, nyz_npy_start *start, nyz_error *err);
int nyz_npy_has_magic(const nyz_npy_start *start);

/* Reads the rest of the header: as nyz_read_header.  *fortran: the file's flag. */
nyz_status nyz_npy_read_header(nyz_source *source, const nyz_npy_start *start,
                               const nyz_config *config, nyz_array *out, int *fortran,
                               nyz_error *err);

/* Reads the rest of header and data: as nyz_read. */
nyz_status nyz_npy_read(nyz_source *source, const nyz_npy_start *start,
                        const nyz_config *config, nyz_array *out, nyz_error *err);

/* Reads the rest of the header, and the data into `into`, as nyz_read_into. */
nyz_status nyz_npy_read_into(nyz_source *source, const nyz_npy_start *start,
                             const nyz_config *config, nyz_array *into, nyz_error *err);

/* Reads the data that comes next in a source, of an array whose header has been read: as the rest
 * of nyz_npy_read, which it is (`array` is then not freed on failure), and of
 * nyz_npy_read_into, which leaves `file` as it is. */
nyz_status nyz_npy_read_data(nyz_source *source, const nyz_config *config, int fortran,
                             nyz_array *array, nyz_error *err);
nyz_status nyz_npy_read_data_into(nyz_source *source, const nyz_array *file, int fortran,
                                  const nyz_config *config, const nyz_array *into,
                                  nyz_error *err);

/* The same of data that is in memory already, in the order of the file: `bytes` of the config's
 * allocator, which become those of `array`. */
nyz_status nyz_npy_adopt_data(void *data, const nyz_config *config, int fortran,
                              nyz_array *array, nyz_error *err);

/* That the data of an array whose header has been read can be read at all, and that the source can
 * hold it.  Gives its number of elements and of bytes.  Errors: UNSUPPORTED, CORRUPT, ARGUMENT. */
nyz_status nyz_npy_check_data(const nyz_source *source, const nyz_array *array,
                              int64_t *count, int64_t *bytes, nyz_error *err);

/* Fails with UNSUPPORTED: the elements are Python objects. */
nyz_status nyz_npy_refuse_objects(int64_t offset, nyz_error *err);

/* Fails with CORRUPT: of the data of `count` items only `found` bytes are there. */
nyz_status nyz_npy_fail_short(const nyz_array *header, int64_t count, int64_t found,
                              int64_t offset, nyz_error *err);

/* That an array can be filled; that it can be filled with the elements of `file`: the shape is the
 * same, and the dtype the same or one to cast to.  Errors: ARGUMENT. */
nyz_status nyz_npy_check_into(const nyz_array *into, nyz_error *err);
nyz_status nyz_npy_check_fits(const nyz_array *file, int fortran, const nyz_array *into,
                              const nyz_config *config, nyz_error *err);

/* Only the header, for who does not want the file's flag. */
nyz_status nyz_npy_peek(nyz_source *source, const nyz_npy_start *start,
                        const nyz_config *config, nyz_array *out, nyz_error *err);

/* What can be done with a source at the start of an array.  The array is what comes out
 * or, for nyz_npy_read_into, what is filled. */
typedef nyz_status nyz_npy_reader(nyz_source *source, const nyz_npy_start *start,
                                  const nyz_config *config, nyz_array *array,
                                  nyz_error *err);

/* An array about to be written: its header made, its order and byte order decided.  It
 * stays where it is until it is freed. */
typedef struct nyz_npy_writer {
    nyz_allocator allocator;
    nyz_progress *progress; /* NULL: none */
    nyz_buffer header;
    nyz_array array; /* a view whose C order is the order of the file */
    nyz_byteorder byteorder;
    int fortran;   /* the header's flag */
    int64_t count; /* elements */
    int64_t bytes; /* of the data */
} nyz_npy_writer;
/* with_data 0: the data is not looked at, only the header will be written. */
nyz_status nyz_npy_writer_init(nyz_npy_writer *plan, const nyz_array *array,
                               int with_data, const nyz_config *config, nyz_error *err);
void nyz_npy_writer_free(nyz_npy_writer *plan);

/* Hands header and data to a sink: a contiguous array's data in one piece, else through a
 * buffer of NYZ_NPY_BLOCK bytes at most.  Can be called again.  The larger the buffer,
 * the more of a line of the cache is used at once where a transposed array is written;
 * and a deflater has half a mebibyte of its own. */
#define NYZ_NPY_BLOCK ((int64_t)NYZ_IO_BLOCK * 3 / 2)
nyz_status nyz_npy_write(const nyz_npy_writer *plan, const nyz_sink *sink,
                         nyz_error *err);

/* Its part for items of more than NYZ_NPY_BLOCK bytes, which is what `buffer` has. */
nyz_status nyz_npy_emit_large(const nyz_npy_writer *plan, const nyz_sink *sink,
                              void *buffer, nyz_error *err);

#endif
