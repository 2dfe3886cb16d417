/* SPDX-License-Identifier: MIT */
/* The blocks of a member and their index: see zip_blocks.h.  An index is advice: whatever does not
 * fit makes it none, and the member is read without. */
#include "zip/zip_blocks.h"

#include <string.h>

#include "base/alloc.h"
#include "base/counter.h"
#include "base/endian.h"
#include "base/error.h"
#include "base/parallel.h"
#include "codec/codec.h"
#include "io/stream.h"
#include "zip/zip_directory.h"
#include "zip/zip_internal.h"
#include "zip/zip_member.h"

/* ------------------------------------------------------------------------------ the index */

/* Deflate does not do more than this to one byte, but for the rounding of tiny blocks. */
enum { MAX_INFLATED = 1032, INFLATED_SPARE = 64 };

int64_t nyz_zip_blocks_most(size_t name_size)
{
    enum { ZIP64_MOST = 28 }; /* of its extra field */
    const int64_t room = NYZ_ZIP_BLOCKS_RECORD - NYZ_ZIP_CENTRAL_SIZE -
                         (int64_t)name_size - ZIP64_MOST - NYZ_ZIP_BLOCKS_FIELD -
                         NYZ_ZIP_BLOCKS_FIXED;
    return room / NYZ_ZIP_BLOCKS_ENTRY;
}

/* The field's fixed part; the number of blocks follows from the sizes. */
static int read_fixed(const unsigned char *field, int64_t size, nyz_zip_blocks *b)
{
    static const unsigned char version[4] = {NYZ_ZIP_BLOCKS_VERSION, 0, 0, 0};
    if (size < NYZ_ZIP_BLOCKS_FIXED || memcmp(field, version, sizeof version) != 0) {
        return 0;
    }
    b->head = nyz_load_le32(field + 4);
    b->unit = nyz_load_le32(field + 8);
    b->entries = field + NYZ_ZIP_BLOCKS_FIXED;
    if (b->head == 0 || b->head >= b->size || b->unit == 0 || b->unit > INT32_MAX) {
        return 0;
    }
    b->count = 1 + (b->size - b->head - 1) / b->unit + 1;
    return b->count == (size - NYZ_ZIP_BLOCKS_FIXED) / NYZ_ZIP_BLOCKS_ENTRY &&
           (size - NYZ_ZIP_BLOCKS_FIXED) % NYZ_ZIP_BLOCKS_ENTRY == 0;
}

/* All blocks together are the member: their stored sizes, and their CRCs. */
static int sums_up(const nyz_zip_blocks *b, const nyz_zip_entry *entry)
{
    int64_t stored_left = entry->compressed_size;
    uint32_t crc32 = 0;
    nyz_crc32_combiner combiner = {0, 0};
    for (int64_t i = 0; i < b->count; i++) {
        const int64_t stored = nyz_zip_block_stored(b, i);
        const int64_t size = nyz_zip_block_size(b, i);
        if (entry->method == NYZ_STORED ? size != stored
                                        : size > stored * MAX_INFLATED + INFLATED_SPARE) {
            return 0;
        }
        stored_left -= stored;
        crc32 = nyz_crc32_combine_next(&combiner, crc32, nyz_zip_block_crc32(b, i), size);
    }
    return stored_left == 0 && crc32 == entry->crc32;
}

void nyz_zip_blocks_find(const nyz_zip_directory *dir, const nyz_zip_entry *entry,
                         nyz_zip_blocks *out)
{
    memset(out, 0, sizeof *out);
    out->size = entry->size;
    if (entry->blocks == 0) {
        return;
    }
    const unsigned char *const field = dir->bytes + entry->blocks;
    if (!read_fixed(field, nyz_load_le16(field - 2), out) || !sums_up(out, entry)) {
        out->count = 0;
    }
}

/* ------------------------------------------------------------------------------ the blocks */

nyz_status nyz_zip_block_reader_begin(nyz_zip_block_reader *reader,
                                      const nyz_stream *archive,
                                      const nyz_zip_directory *dir, int64_t index,
                                      const nyz_allocator *allocator, nyz_error *err)
{
    const nyz_zip_blocks *const b = &reader->blocks;
    int64_t place = 0;
    void *memory = NULL;
    NYZ_TRY(nyz_zip_locate(archive, dir, index, &place, err));
    NYZ_TRY(nyz_alloc_array(allocator, b->count + 1, sizeof place, &memory, err));
    reader->archive = archive;
    reader->allocator = allocator;
    reader->method = dir->entries[index].method;
    reader->places = memory;
    for (int64_t i = 0; i < b->count; i++) {
        reader->places[i] = place;
        place += nyz_zip_block_stored(b, i);
    }
    reader->places[b->count] = place;
    return NYZ_OK;
}

int nyz_zip_block_reader_open(nyz_zip_block_reader *reader, const nyz_stream *archive,
                              const nyz_zip_directory *dir, int64_t index,
                              const nyz_allocator *allocator)
{
    memset(reader, 0, sizeof *reader);
    nyz_zip_blocks_find(dir, &dir->entries[index], &reader->blocks);
    return reader->blocks.count > 0 &&
           nyz_zip_block_reader_begin(reader, archive, dir, index, allocator, NULL) ==
               NYZ_OK;
}

void nyz_zip_block_reader_close(nyz_zip_block_reader *reader)
{
    if (reader->places != NULL) {
        nyz_release(reader->allocator, reader->places,
                    (reader->blocks.count + 1) * (int64_t)sizeof *reader->places);
    }
    memset(reader, 0, sizeof *reader);
}

/* What ends the deflate stream after a block that is not the last: an empty final block.  A block
 * that does not end at a byte's edge does not end with it. */
static const unsigned char stream_end[] = {3, 0};

static int inflate_block(const nyz_zip_block_reader *reader, int64_t number,
                         unsigned char *input, unsigned char *to)
{
    const int64_t place = reader->places[number];
    size_t stored = (size_t)(reader->places[number + 1] - place);
    if (nyz_stream_read_at(reader->archive, place, input, (int64_t)stored, "block",
                           NULL) != NYZ_OK) {
        return 0;
    }
    if (number + 1 < reader->blocks.count) {
        memcpy(input + stored, stream_end, sizeof stream_end);
        stored += sizeof stream_end;
    }
    return nyz_inflate_all(reader->allocator, input, stored, to,
                           (size_t)nyz_zip_block_size(&reader->blocks, number),
                           NULL) == NYZ_OK;
}

static int read_deflated(const nyz_zip_block_reader *reader, int64_t number,
                         unsigned char *to)
{
    const int64_t room =
        reader->places[number + 1] - reader->places[number] + (int64_t)sizeof stream_end;
    void *input = NULL;
    const int fine = nyz_alloc(reader->allocator, room, &input, NULL) == NYZ_OK &&
                     inflate_block(reader, number, input, to);
    nyz_release(reader->allocator, input, room);
    return fine;
}

static int read_stored(const nyz_zip_block_reader *reader, int64_t number,
                       unsigned char *to)
{
    return nyz_stream_read_at(reader->archive, reader->places[number], to,
                              nyz_zip_block_size(&reader->blocks, number), "block",
                              NULL) == NYZ_OK;
}

static int read_block(const nyz_zip_block_reader *reader, int64_t number,
                      unsigned char *to)
{
    const size_t size = (size_t)nyz_zip_block_size(&reader->blocks, number);
    return (reader->method == NYZ_STORED ? read_stored(reader, number, to)
                                         : read_deflated(reader, number, to)) &&
           nyz_crc32(0, to, size) == nyz_zip_block_crc32(&reader->blocks, number);
}

/* Blocks being read side by side. */
typedef struct reading {
    const nyz_zip_block_reader *reader;
    int64_t first;
    unsigned char *to; /* of the first */
    nyz_counter failed;
} reading;

static void read_one(void *ctx, int64_t index)
{
    reading *const r = ctx;
    const nyz_zip_blocks *const b = &r->reader->blocks;
    const int64_t number = r->first + index;
    const int64_t into =
        nyz_zip_block_start(b, number) - nyz_zip_block_start(b, r->first);
    if (nyz_counter_value(&r->failed) == 0 &&
        !read_block(r->reader, number, r->to + into)) {
        nyz_counter_up(&r->failed);
    }
}

int nyz_zip_blocks_read(const nyz_zip_block_reader *reader, int64_t first, int64_t count,
                        int threads, unsigned char *to)
{
    reading r = {.reader = reader, .first = first, .to = to};
    nyz_counter_init(&r.failed, 0);
    nyz_parallel(reader->archive->read_at != NULL ? threads : 1, count, read_one, &r);
    return nyz_counter_value(&r.failed) == 0;
}
