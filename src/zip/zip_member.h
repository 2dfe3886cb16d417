/* SPDX-License-Identifier: MIT */
/* One member of a zip archive as a stream: its local header checked against the
 * directory, its bytes inflated, counted and CRC'd as they are read.  Knows no NumPy. */
#ifndef NYZ_ZIP_MEMBER_H
#define NYZ_ZIP_MEMBER_H

#include "codec/codec.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "zip/zip_directory.h"

typedef struct nyz_zip_member {
    const nyz_zip_entry *entry;
    nyz_stream archive; /* borrowed; its beginning seen through `window` */
    nyz_allocator allocator;
    int64_t position;        /* in the archive, of the next stored byte */
    int64_t compressed_left; /* stored bytes not read yet */
    int64_t left;            /* inflated bytes not handed out yet */
    uint32_t crc32;          /* of the bytes handed out */
    nyz_inflater *inflater;  /* NULL: stored */
    unsigned char *input;    /* NYZ_IO_BLOCK bytes of deflated input */
    const unsigned char *next;
    size_t available;      /* bytes at next */
    int done;              /* the deflate stream has ended */
    int failed;            /* a read has reported `failure` */
    nyz_error failure;     /* why no more bytes can be read */
    nyz_read_ahead window; /* the last: it is never cleared, only opened */
} nyz_zip_member;

/* Reads and checks the local header.  `member` must stay where it is until it is closed.
 * Errors: IO, CORRUPT, MEMORY. */
nyz_status nyz_zip_member_open(const nyz_stream *archive, const nyz_zip_directory *dir,
                               int64_t index, nyz_zip_member *member, nyz_error *err);
/* The same with another allocator than that of the directory. */
nyz_status nyz_zip_member_open_with(const nyz_stream *archive,
                                    const nyz_zip_directory *dir, int64_t index,
                                    const nyz_allocator *allocator,
                                    nyz_zip_member *member, nyz_error *err);

/* Where the member's bytes begin in the archive; its local header is read and checked.
 * Errors: IO, CORRUPT. */
nyz_status nyz_zip_locate(const nyz_stream *archive, const nyz_zip_directory *dir,
                          int64_t index, int64_t *offset, nyz_error *err);

/* Its bytes, as a source that knows how many are left.  Stored bytes are read straight
 * into the buffer that is asked for, deflated ones are inflated straight into it.  All
 * bytes before a failure are handed out; the read after them fails, and
 * nyz_zip_member_error says why. */
nyz_source nyz_zip_member_source(nyz_zip_member *member);

/* Puts the reason of a failed read in *err, in place of the plain one that the source
 * gave, and returns its status; `status` itself if the failure was not the member's. */
nyz_status nyz_zip_member_error(const nyz_zip_member *member, nyz_status status,
                                nyz_error *err);

/* After the last byte: the deflate stream and the stored bytes end here too, and the CRC
 * is right.  Errors: CORRUPT (bytes not read yet, too), IO; why a read failed. */
nyz_status nyz_zip_member_finish(nyz_zip_member *member, nyz_error *err);

/* Takes the next bytes of a member that were read in another way into its CRC. */
void nyz_zip_member_sum(nyz_zip_member *member, const void *bytes, int64_t size);

/* That of all its bytes is the directory's.  Errors: CORRUPT. */
nyz_status nyz_zip_member_check_crc(const nyz_zip_entry *entry, uint32_t crc32,
                                    nyz_error *err);

/* That of a stored member's bytes in memory is.  Errors: CORRUPT. */
nyz_status nyz_zip_member_verify(const nyz_zip_entry *entry, const unsigned char *bytes,
                                 nyz_error *err);

void nyz_zip_member_close(nyz_zip_member *member);

#endif
