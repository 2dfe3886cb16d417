/* SPDX-License-Identifier: MIT */
/* What the files of an archive open for reading share. */
#ifndef NYZ_NPZ_H
#define NYZ_NPZ_H

#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/name_table.h"
#include "base/select.h"
#include "io/input_file.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "npy/npy.h"
#include "npy/slice.h"
#include "zip/zip_directory.h"
#include "zip/zip_member.h"

struct nyz_npz {
    nyz_config config;
    nyz_input_file *file;         /* NULL: memory or the caller's stream */
    nyz_stream_mem_reader memory; /* behind `stream`, for open_mem */
    nyz_stream stream;
    nyz_zip_directory dir;
};

/* As nyz_npz_open_stream of a stream with so many bytes, whose directory is read through another:
 * one that has bytes of it at hand. */
nyz_status nyz_npz_open_through(const nyz_stream *stream, const nyz_stream *opening,
                                int64_t size, const nyz_options *opt, nyz_npz **out,
                                nyz_error *err);

/* The options of a call on an archive: what it does not say itself holds as it did when
 * the archive was opened. */
nyz_status nyz_npz_config(const nyz_npz *npz, const nyz_options *opt, nyz_config *config,
                          nyz_error *err);

/* A name's bytes without ".npy", which the name of a member may have or not. */
static inline size_t nyz_npz_key_size(const char *name, size_t size)
{
    return size - (size >= 4 && memcmp(name + size - 4, ".npy", 4) == 0 ? 4 : 0);
}

/* Fails with NOT_FOUND: this archive or the like (noun) of `count` names has no such one, but
 * perhaps one near to it, which the message suggests. */
nyz_status nyz_npz_missing(const nyz_name_table *names, int64_t count, const char *noun,
                           const char *name, nyz_error *err);

/* Fails with NOT_FOUND where there is no such member. */
nyz_status nyz_npz_check_index(const nyz_npz *npz, int64_t index, nyz_error *err);

/* What is done with a member's bytes. */
typedef nyz_status nyz_npz_reader(nyz_source *source, const nyz_config *config,
                                  nyz_array *array, nyz_error *err);
/* Load an array, load one into memory that is there, and read a header. */
nyz_npz_reader nyz_npz_read_array;
nyz_npz_reader nyz_npz_read_into;
nyz_npz_reader nyz_npz_read_header;
nyz_npz_reader nyz_npz_read_as; /* as config->want says */

/* Lets `reader` read member `index` as a stream.  to_the_end: the member's end and CRC are
 * checked, too, also where the reader finds no array or one that is not supported. */
nyz_status nyz_npz_read_stream(const nyz_npz *npz, int64_t index,
                               const nyz_config *config, nyz_npz_reader *reader,
                               int to_the_end, nyz_array *array, nyz_error *err);

/* Reads the first bytes of a member: those of an array.  Errors: NOT_FOUND (they are not). */
nyz_status nyz_npz_read_magic(nyz_source *source, nyz_npy_start *start, nyz_error *err);

/* That a member ends after its array.  Errors: CORRUPT. */
nyz_status nyz_npz_check_end(const nyz_source *source, nyz_error *err);

/* Reads the rest of a member, and checks its end and CRC.  Returns `status`, what a reader gave,
 * unless the member is damaged; for a failure that does not depend on it, nothing is read. */
nyz_status nyz_npz_check_rest(nyz_zip_member *member, nyz_source *source,
                              const nyz_config *config, nyz_status status,
                              nyz_error *err);

/* Puts the member's name before the message of a failure, and into *err.  Returns `status`. */
nyz_status nyz_npz_name_member(const nyz_npz *npz, int64_t index, nyz_status status,
                               nyz_error *err);

/* Where the array of a member is. */
typedef struct nyz_npz_place {
    int64_t start;  /* of the member's stored bytes in the archive */
    int64_t header; /* bytes of the .npy header, which the data comes after */
    int fortran;
} nyz_npz_place;

/* Reads the header of a member, and checks that its data is all that comes after it.  For a
 * deflated member place->start says nothing.
 * Errors: IO, CORRUPT, NOT_FOUND (no array), UNSUPPORTED (objects), LIMIT; *out is then empty. */
nyz_status nyz_npz_read_place(const nyz_npz *npz, int64_t index, const nyz_config *config,
                              nyz_array *out, nyz_npz_place *place, nyz_error *err);

/* Reads a part of an array, or all of it, through the index of the member's blocks.  Returns 0 if
 * it has none, or one that does not fit the member, or if anything else fails: the member is then
 * to be read as if it had none.  What is wanted of an index that somebody forged may be wrong, but
 * not all of an array. */
int nyz_npz_read_indexed(const nyz_npz *npz, int64_t index,
                         const nyz_slice_request *request);

/* A member that nyz_zip_extract has read to memory. */
typedef struct nyz_npz_extracted {
    const unsigned char *bytes;
    int64_t size;     /* of the member */
    int64_t got;      /* bytes that are there */
    nyz_error error;  /* only its status counts if that is NYZ_OK */
    int64_t position; /* of the reader */
    int failed;       /* it wanted more than `got` */
} nyz_npz_extracted;

/* Lets `reader` read it as if it were the stream: the same result and the same error as
 * with nyz_npz_read_stream to the end.  The array is that of the reader. */
nyz_status nyz_npz_read_extracted(nyz_npz_extracted *extracted, nyz_npz_reader *reader,
                                  const nyz_config *config, nyz_array *array,
                                  nyz_error *err);

/* Not 0 if the memory to which a member is extracted can become its array's: its order is
 * kept, and header and array together do not exceed the limit on an array. */
int nyz_npz_fits(const nyz_zip_entry *entry, const nyz_config *config);

/* Takes a member whose `size` bytes are at `bytes` (aligned to 64) as an array in place,
 * which owns nothing: its dtype is in `arena`.  Any failure: nyz_npz_read_extracted
 * reports it; *out is not zeroed then. */
nyz_status nyz_npz_adopt(unsigned char *bytes, int64_t size, const nyz_config *config,
                         nyz_arena *arena, nyz_array *out);

/* The same for a small one, whose data is copied: *out owns it, and its dtype. */
nyz_status nyz_npz_copy(unsigned char *bytes, int64_t size, const nyz_config *config,
                        nyz_array *out);

/* As nyz_npz_load_all, of the members that are chosen (NULL: all), under their new names. */
nyz_status nyz_npz_load_chosen(const nyz_npz *npz, const nyz_selection *chosen,
                               const nyz_options *opt, nyz_arrays **out, nyz_error *err);

/* What is done with a member by the best way, without naming it in a message. */
typedef nyz_status nyz_npz_loader(const nyz_npz *npz, int64_t index,
                                  const nyz_config *config, nyz_array *array,
                                  nyz_error *err);
/* Load its array, all its bytes as one (after a failure *out may hold something to be freed), and
 * its array into memory that is there. */
nyz_npz_loader nyz_npz_load_member;
nyz_npz_loader nyz_npz_load_member_bytes;
nyz_npz_loader nyz_npz_load_member_into;
nyz_npz_loader nyz_npz_load_member_as; /* as config->want says */

#endif
