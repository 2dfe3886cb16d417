/* SPDX-License-Identifier: MIT */
/* Whole members of a zip archive into memory, with the checks and errors of zip_member.h,
 * where a member is a stream.  Knows no NumPy. */
#ifndef NYZ_ZIP_EXTRACT_H
#define NYZ_ZIP_EXTRACT_H

#include "zip/zip_directory.h"

/* More deflated bytes than this are not kept in memory beside what they inflate to. */
#define NYZ_ZIP_MAX_INPUT ((int64_t)64 << 20)

/* Not 0 if this is faster than the stream: for a deflated member that libdeflate
 * inflates, or a stored one that is large enough for several threads. */
int nyz_zip_extract_is_worth(const nyz_zip_entry *entry, int threads);

/* Reads member `index`, entry->size bytes.  *got: how many of them, from the first on,
 * are there, also after a failure: a reader of the stream would have had so many.
 * Nothing is read twice, but a deflated member that libdeflate refuses.
 * Errors: as of nyz_zip_member_open, _source and _finish. */
nyz_status nyz_zip_extract(const nyz_stream *archive, const nyz_zip_directory *dir,
                           int64_t index, int threads, const nyz_allocator *allocator,
                           unsigned char *to, int64_t *got, nyz_error *err);

/* A batch: members that are stored, number `first` and the next ones, one after the other
 * in the file, so that one call reads them all.  How many of them, `most` at most, take
 * `room` bytes with their local headers; 0: not even the first does. */
int64_t nyz_zip_batch_count(const nyz_zip_directory *dir, int64_t first, int64_t most,
                            int64_t room);
int64_t nyz_zip_batch_size(const nyz_zip_directory *dir, int64_t first, int64_t count);

/* Reads a batch, `count` members, nyz_zip_batch_size bytes.  Errors: IO, CORRUPT; which
 * member they hit, reading one by one shows. */
nyz_status nyz_zip_batch_read(const nyz_stream *archive, const nyz_zip_directory *dir,
                              int64_t first, int64_t count, unsigned char *batch,
                              nyz_error *err);

/* Where in a batch the bytes of member `index` are, NULL if its local header is wrong, and
 * whether header and CRC are right.  Errors: CORRUPT. */
nyz_status nyz_zip_batch_member(const nyz_zip_directory *dir, int64_t first,
                                int64_t index, unsigned char *batch,
                                unsigned char **bytes, nyz_error *err);

#endif
