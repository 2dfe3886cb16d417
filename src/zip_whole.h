/* A whole member of a zip archive into memory at once: the fast lane beside zip_read.h,
 * with the same checks.  Row "container"; knows no NumPy. */
#ifndef NYZ_ZIP_WHOLE_H
#define NYZ_ZIP_WHOLE_H

#include "zip_dir.h"

/* Not 0 if this lane has something to win: a deflated member that the fast inflater
 * takes, or a stored one that is worth several threads. */
int nyz_zip_is_worth_whole(const nyz_zip_entry *entry, int threads);

/* Reads member `index`, entry->size bytes, and compares its CRC.  A failure here is no
 * verdict yet: what is wrong with the member, the plain lane tells. */
nyz_status nyz_zip_read_whole(const nyz_stream *archive, const nyz_zip_dir *dir,
                              int64_t index, int threads, const nyz_allocator *allocator,
                              unsigned char *to, nyz_error *err);

#endif
