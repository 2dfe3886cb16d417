/* SPDX-License-Identifier: MIT */
/* Saving to a path, atomically.  atomic_file_posix.c and atomic_file_win32.c have it.
 */
#ifndef NYZ_ATOMIC_FILE_H
#define NYZ_ATOMIC_FILE_H

#include "nyz.h"

#include "io/mapping.h"

/* What nyz_output_create does, with its options resolved: `how` is some of these. */
enum {
    NYZ_OUTPUT_SYNC = 1,
    NYZ_OUTPUT_IN_PLACE = 2,
    NYZ_OUTPUT_MAP = 4 /* nyz_atomic_file_map will be called */
};
nyz_status nyz_atomic_file_begin(const char *path, int how,
                                 const nyz_allocator *allocator, nyz_output **out,
                                 nyz_stream *stream, nyz_error *err);
/* The flags of the options as `how`. */
static inline int nyz_atomic_file_how(unsigned flags)
{
    return ((flags & NYZ_NO_SYNC) == 0 ? NYZ_OUTPUT_SYNC : 0) |
           ((flags & NYZ_IN_PLACE) != 0 ? NYZ_OUTPUT_IN_PLACE : 0);
}
/* The system's part of nyz_output_finish, which does not free it, and of nyz_output_discard. */
nyz_status nyz_atomic_file_finish(nyz_output *output, nyz_error *err);
void nyz_atomic_file_discard(nyz_output **output);

/* What is to be in the file; none of the functions: any bytes. */
typedef struct nyz_output_content {
    nyz_stream stream; /* of the file */
    nyz_error
        failure; /* of the first nyz_output_write that failed; status NYZ_OK: none */
    nyz_status (*write)(void *ctx, const void *bytes, int64_t size, nyz_error *err);
    nyz_status (*finish)(void *ctx, nyz_error *err); /* whether all of it was written */
    void (*free)(void *ctx);
    void *ctx;
} nyz_output_content;
/* That of an output: zeros, but for the stream. */
nyz_output_content *nyz_atomic_file_content(nyz_output *output);

/* Announces to the file system that so many bytes are about to be written at a place, or, if it
 * is -1, at the stream's; a hint. */
void nyz_atomic_file_preallocate(const nyz_output *output, int64_t place, int64_t size);

/* Makes a regular file `size` > 0 bytes long, with room for all of them on the disk: what is mapped
 * could only end the program if there were none.  Then maps it to be written to.
 * Errors: IO (no space left, too), MEMORY, UNSUPPORTED (by the file system). */
nyz_status nyz_atomic_file_map(const nyz_output *output, int64_t size, nyz_mapping **out,
                               nyz_error *err);

#endif
