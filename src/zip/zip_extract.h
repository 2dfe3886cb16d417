/* Whole members of a zip archive into memory at once: the fast lane beside zip_member.h,
 * with the same checks.  Knows no NumPy. */
#ifndef NYZ_ZIP_EXTRACT_H
#define NYZ_ZIP_EXTRACT_H

#include "zip/zip_directory.h"

/* Not 0 if this path is faster: a deflated member that the fast inflater
 * takes, or a stored one that is worth several threads. */
int nyz_zip_extract_is_worth(const nyz_zip_entry *entry, int threads);

/* Reads member `index`, entry->size bytes, and compares its CRC.  A failure here is not
 * final: the streaming path reports what is wrong with the member. */
nyz_status nyz_zip_extract(const nyz_stream *archive, const nyz_zip_directory *dir,
                           int64_t index, int threads, const nyz_allocator *allocator,
                           unsigned char *to, nyz_error *err);

/* A run: members that are stored, number `first` and the next ones, and stand one behind
 * the other in the file, so that one call reads them all.  How many of them, `most` at
 * most, take `room` bytes with their local headers; 0: not even the first does. */
int64_t nyz_zip_batch_count(const nyz_zip_directory *dir, int64_t first, int64_t most,
                            int64_t room);
int64_t nyz_zip_batch_size(const nyz_zip_directory *dir, int64_t first, int64_t count);

/* Reads a run, `count` members, nyz_zip_batch_size bytes.  Errors: IO, CORRUPT. */
nyz_status nyz_zip_batch_read(const nyz_stream *archive, const nyz_zip_directory *dir,
                              int64_t first, int64_t count, unsigned char *run,
                              nyz_error *err);

/* Where in a run the bytes of member `index` are, its local header and CRC checked; NULL:
 * something is wrong, and the streaming path says what. */
unsigned char *nyz_zip_batch_member(const nyz_zip_directory *dir, int64_t first,
                                    int64_t index, unsigned char *run);

#endif
