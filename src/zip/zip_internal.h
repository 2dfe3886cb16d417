/* SPDX-License-Identifier: MIT */
/* What the files of the directory reader share with each other: the last bytes of an
 * archive (zip_tail.c), end records (zip_end.c, zip_end64.c), central headers
 * (zip_entry.c), extra fields (zip_extra.c), names (zip_name.c), the index by name
 * (zip_index.c), the check of a local header (zip_local.c), what is refused in untrusted
 * files (zip_untrusted.c); and the layout of records, which the writer and the readers of
 * members use too.  No other folder includes it. */
#ifndef NYZ_ZIP_INTERNAL_H
#define NYZ_ZIP_INTERNAL_H

#include "base/config.h"
#include "base/endian.h"
#include "zip/zip_directory.h"

/* A 32-bit field whose value is in the zip64 extra field. */
#define NYZ_ZIP_SATURATED 0xffffffffu

/* Bytes of a local and of a central header before the name. */
enum { NYZ_ZIP_LOCAL_SIZE = 30, NYZ_ZIP_CENTRAL_SIZE = 46 };

enum {
    NYZ_ZIP_RECORDS_SIZE = 76, /* the zip64 end record and its locator */
    NYZ_ZIP_END_SIZE = 22,     /* the end record without its comment */
    NYZ_ZIP_MAX_COMMENT = 0xffff,
    NYZ_ZIP_MAX_PADDING = 65536, /* NUL bytes behind it: tar pads to blocks */
    /* The bytes that are read first: without a comment they hold a directory of some 300
     * members.  Reading 64 KiB takes 1.5 to 2.5 us more for each larger archive. */
    NYZ_ZIP_TAIL = 16384
};

/* Bits of the general purpose flags. */
enum {
    NYZ_ZIP_ENCRYPTED = 1 << 0,
    NYZ_ZIP_DESCRIPTOR = 1 << 3, /* sizes and CRC stand after the data */
    NYZ_ZIP_PATCHED_DATA = 1 << 5,
    NYZ_ZIP_STRONG = 1 << 6, /* encrypted, too */
    NYZ_ZIP_UTF8 = 1 << 11,
    NYZ_ZIP_MASKED = 1 << 13 /* the directory is encrypted */
};

/* Where the directory lies, after the end records and the limits have been checked. */
typedef struct nyz_zip_location {
    int64_t start;  /* of the directory in the stream */
    int64_t size;   /* bytes */
    int64_t count;  /* members */
    int64_t prefix; /* bytes in the stream before the archive's offset 0 */
} nyz_zip_location;

/* The last bytes of an archive, read once. */
typedef struct nyz_zip_tail {
    const nyz_stream *stream; /* borrowed */
    nyz_allocator allocator;
    int64_t size;               /* of the stream */
    int64_t start;              /* of bytes[0] in the stream, to whose end they reach */
    const unsigned char *bytes; /* `first`, or `memory` */
    void *memory;
    int64_t memory_size;
    unsigned char first[NYZ_ZIP_TAIL]; /* the last: it is never cleared */
} nyz_zip_tail;

/* size: of the stream, -1: not known.  Reads as much as the end record of nearly any
 * archive needs.  `tail` must stay where it is until it is freed, which it must be
 * whatever is returned.  Errors: IO, CORRUPT (there are not so many bytes), ARGUMENT (a
 * stream without read_at that cannot seek). */
nyz_status nyz_zip_tail_open(nyz_zip_tail *tail, const nyz_stream *stream, int64_t size,
                             const nyz_allocator *allocator, nyz_error *err);
/* Reads what the end record may need at most; once.  Errors: as above, and MEMORY. */
nyz_status nyz_zip_tail_lengthen(nyz_zip_tail *tail, nyz_error *err);
/* Copies bytes from before the stream's end; those before the tail are read. */
nyz_status nyz_zip_tail_copy(const nyz_zip_tail *tail, int64_t offset, void *to,
                             int64_t size, const char *what, nyz_error *err);
void nyz_zip_tail_free(nyz_zip_tail *tail);

/* Finds and checks the end record and the zip64 end record (docs/format.md 4.1).
 * Errors: IO, CORRUPT, UNSUPPORTED (a .npy file, several disks), LIMIT. */
nyz_status nyz_zip_end_read(nyz_zip_tail *tail, const nyz_config *config,
                            nyz_zip_location *out, nyz_error *err);

/* The fields that the end record and the zip64 end record share. */
typedef struct nyz_zip_end {
    uint64_t disk;
    uint64_t directory_disk;
    uint64_t disk_count; /* members on this disk */
    uint64_t count;      /* members */
    uint64_t size;       /* of the directory */
    uint64_t offset;     /* of the directory */
} nyz_zip_end;

/* If a zip64 locator precedes the end record at *end: puts the values of the zip64
 * record in place of *values, its position in place of *end, and the bytes before the
 * archive that the locator's pointer implies in *prefix.  Errors: IO, CORRUPT,
 * UNSUPPORTED. */
nyz_status nyz_zip_end64_read(const nyz_zip_tail *tail, unsigned flags,
                              nyz_zip_end *values, int64_t *end, int64_t *prefix,
                              nyz_error *err);

/* Reads the central headers in dir->bytes to dir->entries, and sets dir->count.  The
 * entries lack their ends; and their names, NULL, unless these are plain: then they stand
 * in `bytes`, still without a NUL.  Errors: CORRUPT, UNSUPPORTED, LIMIT. */
nyz_status nyz_zip_entries_read(const nyz_zip_location *place, const nyz_limits *limits,
                                nyz_zip_directory *dir, nyz_error *err);

/* A block of a header's extra fields; data NULL: there is none. */
typedef struct nyz_zip_extra {
    const unsigned char *data;
    size_t size;
} nyz_zip_extra;

/* Walks the extra fields and finds the zip64 block, and the one with the index of a member's
 * blocks if there is exactly one.  Returns NULL, or what is wrong. */
const char *nyz_zip_extra_scan(const unsigned char *bytes, size_t size,
                               nyz_zip_extra *zip64, nyz_zip_extra *blocks);

/* The numbers of a central header that the block holds where they are saturated: 32 bits
 * of ones, 16 of the disk.  In the block's order. */
enum { NYZ_ZIP_SIZE, NYZ_ZIP_STORED_SIZE, NYZ_ZIP_OFFSET, NYZ_ZIP_DISK, NYZ_ZIP_NUMBERS };

/* Puts those of the block in place of the saturated ones.  Returns 0 if the block does
 * not fit them. */
int nyz_zip_extra_take(const nyz_zip_extra *zip64, uint64_t numbers[NYZ_ZIP_NUMBERS]);

/* Whether extra fields that have been scanned tell another name than the header's, `raw`:
 * in a Unicode path (7075), which many readers take instead. */
int nyz_zip_extra_renames(const unsigned char *bytes, size_t size,
                          const unsigned char *raw, size_t raw_size, int utf8);

/* Not 0 if all bytes are ASCII, and none is NUL: such a name needs no decoding.  Eight
 * bytes at a time, the last of which may overlap those before.  Less 1 each, NUL has the
 * high bit set, as a byte beyond ASCII has without; only below such a one is anything
 * borrowed. */
static inline int nyz_zip_name_is_plain(const unsigned char *raw, size_t size)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t found = 0;
    if (size < 8) {
        for (size_t i = 0; i < size; i++) {
            found |= raw[i] | (raw[i] - UINT64_C(1));
        }
        return (found & ones << 7) == 0;
    }
    for (size_t i = 0; i < size - 8; i += 8) {
        const uint64_t word = nyz_load_le64(raw + i);
        found |= word | (word - ones);
    }
    const uint64_t last = nyz_load_le64(raw + size - 8);
    found |= last | (last - ones);
    return (found & ones << 7) == 0;
}

/* Decodes a member's name to UTF-8 (docs/format.md 3.1): with the UTF-8 flag as Python's
 * errors='replace' does, else from code page 437.  `out` may be NULL, to count.  Returns
 * the bytes without a NUL; none is written. */
size_t nyz_zip_name_decode(const unsigned char *raw, size_t size, int utf8, char *out);

/* Not 0 if that gives these bytes. */
int nyz_zip_name_is(const unsigned char *raw, size_t size, int utf8,
                    const unsigned char *text, size_t text_size);

/* Fills dir->index, whose slots are there, from the names.  The last of several equal
 * names wins; with NYZ_UNTRUSTED they are refused.  Errors: CORRUPT. */
nyz_status nyz_zip_index_build(nyz_zip_directory *dir, unsigned flags, nyz_error *err);

/* Reads an entry's local header and compares it with the entry (docs/format.md 4.3).
 * *data: where the stored bytes begin.  Errors: IO, CORRUPT. */
nyz_status nyz_zip_local_read(const nyz_stream *archive, const nyz_zip_directory *dir,
                              const nyz_zip_entry *entry, int64_t *data, nyz_error *err);
/* The same of bytes that have been read, from entry->offset to entry->end.  *size: the
 * header's, after which the stored bytes begin.  Errors: CORRUPT. */
nyz_status nyz_zip_local_check(const unsigned char *bytes, const nyz_zip_directory *dir,
                               const nyz_zip_entry *entry, int64_t *size, nyz_error *err);

/* What is refused in untrusted files only (docs/format.md 4.4), duplicate names aside.
 * Reads all local headers.  start: of the directory.  Errors: IO, CORRUPT, MEMORY. */
nyz_status nyz_zip_untrusted_check(const nyz_stream *stream, const nyz_zip_directory *dir,
                                   int64_t start, nyz_error *err);

#endif
