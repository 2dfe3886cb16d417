/* SPDX-License-Identifier: MIT */
/* Files open for reading, by path or descriptor, and what C has no 64-bit call for.  file_posix.c and file_win32.c have it. */
#ifndef NYZ_FILE_H
#define NYZ_FILE_H

#include "nyz.h"

/* What C has no 64-bit call for: as fseek and ftell.  can_seek 0: a pipe, a terminal, or
 * a file that is only appended to, where writing at a place is not possible. */
int nyz_stdio_can_seek(FILE *file);
int nyz_stdio_seek(FILE *file, int64_t offset, int whence);
int64_t nyz_stdio_tell(FILE *file);
/* The bytes of a FILE over a regular file that is open for reading alone, so that no
 * bytes wait in it to be written; a negative number where that is not known. */
int64_t nyz_stdio_size(FILE *file);

/* As nyz_stream_fd, of what is known to be a regular file that is not appended to:
 * nothing is asked of the system.  POSIX only. */
nyz_stream nyz_file_stream(int fd);

/* A file open for reading, by path (security rules: opened without blocking and not
 * inherited; a regular file has read_at and seek, a FIFO or device only read; a directory
 * is an error). */
typedef struct nyz_input_file nyz_input_file;
nyz_status nyz_input_file_open(const char *path, const nyz_allocator *allocator,
                               nyz_input_file **out, nyz_stream *stream, nyz_error *err);
/* Its bytes when it was opened; -1: no regular file. */
int64_t nyz_input_file_size(const nyz_input_file *file);
/* CORRUPT if size or modification time are not those at opening any more, or the time of
 * the last change is not and nothing but the content can be the reason. */
nyz_status nyz_input_file_unchanged(const nyz_input_file *file, nyz_error *err);
void nyz_input_file_close(nyz_input_file **file);

#endif
