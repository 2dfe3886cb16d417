/* SPDX-License-Identifier: MIT */
/* The directory of a zip archive: end record and central directory, read strictly to an
 * index by name.  Knows no NumPy.  docs/format.md 4. */
#ifndef NYZ_ZIP_DIRECTORY_H
#define NYZ_ZIP_DIRECTORY_H

#include "base/config.h"
#include "base/name_table.h"

/* One central header, checked. */
typedef struct nyz_zip_entry {
    const char *name;    /* UTF-8, NUL-terminated */
    uint32_t name_size;  /* of name */
    uint32_t raw_offset; /* where in nyz_zip_directory.bytes the name's own bytes are, */
    uint16_t raw_size;   /* and how many: the local header must repeat them */
    uint16_t method;     /* 0 or 8 */
    uint16_t flags;
    uint32_t crc32;
    uint32_t blocks; /* where in nyz_zip_directory.bytes the data of the field with the
                              * index of its blocks is (zip_blocks.h); 0: it has none */
    int64_t size;    /* inflated */
    int64_t compressed_size; /* in the archive */
    int64_t offset;          /* of the local header in the stream, prefix included */
    int64_t end;             /* where the next local header or the directory begins */
} nyz_zip_entry;

typedef struct nyz_zip_directory {
    nyz_allocator allocator;
    int64_t count;
    nyz_zip_entry *entries; /* in the directory's order */
    nyz_name_table index;
    unsigned char *bytes; /* the central directory as in the file, but for a NUL
                           * behind each name that is ASCII, which is used where it is */
    void *memory;         /* of all these, in one piece */
    int64_t memory_size;
    int64_t memory_used; /* its first bytes: what a copy needs */
    char *names;         /* the others, decoded; NULL: all are ASCII */
    int64_t names_size;
} nyz_zip_directory;

/* Reads the directory of a stream that has read_at, or read and seek.  size: its bytes;
 * -1: not known, it is asked.
 * Checks everything that can be checked without looking at the members
 * (docs/format.md 4.2), and with NYZ_UNTRUSTED looks at the local headers, too (4.4).
 * Errors: IO, CORRUPT, UNSUPPORTED, LIMIT.  out is zeroed on failure. */
nyz_status nyz_zip_directory_read(const nyz_stream *stream, int64_t size,
                                  const nyz_config *config, nyz_zip_directory *out,
                                  nyz_error *err);

/* What else a central header has, which few ask for. */
typedef struct nyz_zip_facts {
    unsigned system;   /* that made the entry; 0: DOS, 3: Unix */
    uint16_t time;     /* of DOS: 5 bits of hours, 6 of minutes, 5 of double seconds */
    uint16_t date;     /* 7 bits of years from 1980 on, 4 of months, 5 of days */
    uint32_t external; /* attributes: the upper half may be a Unix mode */
} nyz_zip_facts;
nyz_zip_facts nyz_zip_entry_facts(const nyz_zip_directory *dir,
                                  const nyz_zip_entry *entry);

/* The last entry of exactly this name, or of this name plus `suffix`; -1: none. */
int64_t nyz_zip_directory_find(const nyz_zip_directory *dir, const char *name,
                               size_t size);
int64_t nyz_zip_directory_find_with(const nyz_zip_directory *dir, const char *name,
                                    size_t size, const char *suffix);

/* A copy that needs nothing of `dir`.  Errors: MEMORY. */
nyz_status nyz_zip_directory_copy(const nyz_zip_directory *dir,
                                  const nyz_allocator *allocator, nyz_zip_directory *out,
                                  nyz_error *err);

void nyz_zip_directory_free(nyz_zip_directory *dir);

#endif
