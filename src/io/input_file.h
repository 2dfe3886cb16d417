/* SPDX-License-Identifier: MIT */
/* Files open for reading, by path.  input_file_posix.c and input_file_win32.c have it. */
#ifndef NYZ_INPUT_FILE_H
#define NYZ_INPUT_FILE_H

#include "nyz.h"

#include "io/mapping.h"

/* A file open for reading, by path (security rules: opened without blocking and not
 * inherited; a regular file has read_at and seek, a FIFO or device only read; a directory
 * is an error). */
typedef struct nyz_input_file nyz_input_file;
nyz_status nyz_input_file_open(const char *path, const nyz_allocator *allocator,
                               nyz_input_file **out, nyz_stream *stream, nyz_error *err);
/* The same, open for writing too: its stream still only reads. */
nyz_status nyz_input_file_open_to_update(const char *path, const nyz_allocator *allocator,
                                         nyz_input_file **out, nyz_stream *stream,
                                         nyz_error *err);

/* Maps `size` bytes at `start` of a regular file, which it had when it was opened.  All arrays
 * that map one to read share one mapping of all of it; where the address space has no room
 * for that, and in the other modes, it is one of these bytes.  Errors: IO, MEMORY, UNSUPPORTED. */
nyz_status nyz_input_file_map(nyz_input_file *file, nyz_map_mode mode, int64_t start,
                              int64_t size, nyz_mapping **out, nyz_error *err);

/* Its bytes when it was opened; -1: no regular file. */
int64_t nyz_input_file_size(const nyz_input_file *file);
/* CORRUPT if size or modification time are not those at opening any more, or the time of
 * the last change is not and nothing but the content can be the reason. */
nyz_status nyz_input_file_unchanged(const nyz_input_file *file, nyz_error *err);
void nyz_input_file_close(nyz_input_file **file);

#endif
