/* Saving to a path, atomically.  atomic_file_posix.c and atomic_file_win32.c have it.
 */
#ifndef NYZ_ATOMIC_FILE_H
#define NYZ_ATOMIC_FILE_H

#include "nyz.h"

/* What nyz_output_create does, with its options resolved.  `sync` 0: without fsync.
 * nyz_output_finish and nyz_output_discard are public. */
nyz_status nyz_atomic_file_begin(const char *path, int sync,
                                 const nyz_allocator *allocator, nyz_output **out,
                                 nyz_stream *stream, nyz_error *err);
/* Tells the file system that so many bytes are about to be written; a hint. */
void nyz_atomic_file_preallocate(const nyz_output *output, int64_t size);

#endif
