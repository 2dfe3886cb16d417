/* SPDX-License-Identifier: MIT */
/* Streams over descriptors, and what C has no 64-bit call for.  stream_fd_posix.c and
 * stream_fd_win32.c have it. */
#ifndef NYZ_STREAM_FD_H
#define NYZ_STREAM_FD_H

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
nyz_stream nyz_stream_fd_regular(int fd);

#endif
