/* SPDX-License-Identifier: MIT */
/* The blocks of a member, and the index of them in its central header, which says where each is:
 * docs/format.md 5.7.  Knows no NumPy. */
#ifndef NYZ_ZIP_BLOCKS_H
#define NYZ_ZIP_BLOCKS_H

#include "base/endian.h"
#include "io/stream.h"
#include "zip/zip_directory.h"

/* The extra field: id, size, version and three zeros, head, unit; then an entry for each block. */
enum {
    NYZ_ZIP_BLOCKS_ID = 0x594e,
    NYZ_ZIP_BLOCKS_VERSION = 1,
    NYZ_ZIP_BLOCKS_FIELD = 4,  /* bytes before its data */
    NYZ_ZIP_BLOCKS_FIXED = 12, /* of its data, before the entries */
    NYZ_ZIP_BLOCKS_ENTRY = 8,
    NYZ_ZIP_BLOCKS_RECORD =
        65535 /* a central header with its name and fields is no longer */
};

/* An index. */
typedef struct nyz_zip_blocks {
    int64_t head;  /* bytes of the first block */
    int64_t unit;  /* of the others but the last, which has the rest */
    int64_t count; /* blocks; 0: there is no index */
    int64_t size;  /* bytes of all */
    const unsigned char *entries;
} nyz_zip_blocks;

/* The bytes of a block before it was deflated: where they begin in the member, and how many. */
static inline int64_t nyz_zip_block_start(const nyz_zip_blocks *blocks, int64_t number)
{
    return number == 0 ? 0 : blocks->head + (number - 1) * blocks->unit;
}

static inline int64_t nyz_zip_block_size(const nyz_zip_blocks *blocks, int64_t number)
{
    const int64_t left = blocks->size - nyz_zip_block_start(blocks, number);
    const int64_t most = number == 0 ? blocks->head : blocks->unit;
    return left < most ? left : most;
}

/* The block that has a byte of the member. */
static inline int64_t nyz_zip_block_of(const nyz_zip_blocks *blocks, int64_t offset)
{
    return offset < blocks->head ? 0 : 1 + (offset - blocks->head) / blocks->unit;
}

/* What the index says of a block. */
static inline uint32_t nyz_zip_block_stored(const nyz_zip_blocks *blocks, int64_t number)
{
    return nyz_load_le32(blocks->entries + number * NYZ_ZIP_BLOCKS_ENTRY);
}

static inline uint32_t nyz_zip_block_crc32(const nyz_zip_blocks *blocks, int64_t number)
{
    return nyz_load_le32(blocks->entries + number * NYZ_ZIP_BLOCKS_ENTRY + 4);
}

/* How many blocks the central header of a member with this name has room for; less than 1: none. */
int64_t nyz_zip_blocks_most(size_t name_size);

/* The index of an entry, in dir->bytes, if it has one that agrees with all that the directory
 * says of the member; else out->count is 0. */
void nyz_zip_blocks_find(const nyz_zip_directory *dir, const nyz_zip_entry *entry,
                         nyz_zip_blocks *out);

/* The blocks of a member being read. */
typedef struct nyz_zip_block_reader {
    nyz_zip_blocks blocks;
    const nyz_stream *archive; /* borrowed; has read_at, or read and seek */
    const nyz_allocator *allocator;
    uint16_t method;
    int64_t
        *places; /* of the stored bytes of each block in the archive, and of their end */
} nyz_zip_block_reader;

/* Of a member whose index, reader->blocks, has been found.  Reads and checks the local header.
 * Errors: IO, CORRUPT, MEMORY; nothing is to be closed then. */
nyz_status nyz_zip_block_reader_begin(nyz_zip_block_reader *reader,
                                      const nyz_stream *archive,
                                      const nyz_zip_directory *dir, int64_t index,
                                      const nyz_allocator *allocator, nyz_error *err);

/* Finds the index, too.  Returns 0 if it cannot be used: there is none that agrees with the
 * directory, or the local header is damaged.  Close it in any case. */
int nyz_zip_block_reader_open(nyz_zip_block_reader *reader, const nyz_stream *archive,
                              const nyz_zip_directory *dir, int64_t index,
                              const nyz_allocator *allocator);
void nyz_zip_block_reader_close(nyz_zip_block_reader *reader);

/* Reads `count` blocks from `first` on, each all of its bytes, to where they follow each other; on
 * several threads if the archive has read_at.  Returns 0 if one of them is by itself not what the
 * index says, or cannot be read: the member is then to be read without the index. */
int nyz_zip_blocks_read(const nyz_zip_block_reader *reader, int64_t first, int64_t count,
                        int threads, unsigned char *to);

#endif
