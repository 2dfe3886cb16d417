/* SPDX-License-Identifier: MIT */
/* The records of an archive being written: see zip_writer_internal.h.  docs/format.md 5.1
 * to 5.3. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/buffer.h"
#include "base/endian.h"
#include "base/error.h"
#include "io/stream.h"
#include "zip/zip_internal.h"
#include "zip/zip_writer_internal.h"

#define LOCAL_SIZE 30
#define CENTRAL_SIZE 46
#define END_SIZE 22
#define END64_SIZE 56
#define LOCATOR_SIZE 20
#define LOCAL_EXTRA_SIZE 20    /* id, length, two numbers of 8 bytes */
#define PADDING_MIN 6          /* id, length, the alignment */
#define ALIGN_FIELD_MAX 0x4000 /* the bit after it is a flag */
#define EXTRA_MAX 28           /* id, length, three numbers of 8 bytes */

/* From here on Python writes a number as zip64, although 32 bits would hold twice as
 * much. */
#define ZIP64_LIMIT 0x7fffffff
#define COUNT_LIMIT 0xffff
#define SATURATED 0xffffffffu

static uint32_t low32(int64_t value)
{
    return (uint32_t)((uint64_t)value & SATURATED);
}

/* ------------------------------------------------------------------------ local header */

void nyz_zip_writer_patch_local(nyz_buffer *local, const nyz_zip_record *record)
{
    unsigned char *const extra = local->data + local->size - LOCAL_EXTRA_SIZE;
    const int later = (record->flags & NYZ_ZIP_DESCRIPTOR) != 0;
    nyz_store_le32(local->data + 14, later ? 0 : record->crc32);
    nyz_store_le64(extra + 4, later ? 0 : (uint64_t)record->size);
    nyz_store_le64(extra + 12, later ? 0 : (uint64_t)record->compressed_size);
}

void nyz_zip_writer_align(nyz_zip_record *record, size_t name_size, int64_t head,
                          int align)
{
    const int64_t fixed = LOCAL_SIZE + (int64_t)name_size + LOCAL_EXTRA_SIZE;
    const int64_t beyond =
        (record->offset % align + fixed % align + head % align) % align;
    int64_t padding = (align - beyond) % align;
    if (padding > 0 && padding < PADDING_MIN) {
        padding += align;
    }
    record->align = (uint16_t)align;
    record->padding = (uint16_t)padding;
}

/* docs/format.md 5.6: id, length, the alignment or what it has room for, zeros. */
static void put_padding(unsigned char *p, const nyz_zip_record *record)
{
    if (record->padding > 0) {
        memset(p, 0, record->padding);
        nyz_store_le16(p, 0xa11e);
        nyz_store_le16(p + 2, (uint16_t)(record->padding - 4));
        nyz_store_le16(p + 4, (uint16_t)nyz_min(record->align, ALIGN_FIELD_MAX));
    }
}

/* docs/format.md 5.1: the 32-bit sizes are always saturated. */
nyz_status nyz_zip_make_local(nyz_buffer *local, const char *name,
                              const nyz_zip_record *record, nyz_error *err)
{
    const size_t name_size = strlen(name);
    const size_t extra_size = (size_t)record->padding + LOCAL_EXTRA_SIZE;
    const size_t size = LOCAL_SIZE + name_size + extra_size;
    NYZ_TRY(nyz_buffer_reserve(local, size, err));
    unsigned char *const p = local->data;
    local->size = size;
    memset(p, 0, LOCAL_SIZE);
    nyz_store_le32(p, 0x04034b50);
    nyz_store_le16(p + 4, NYZ_ZIP_VERSION);
    nyz_store_le16(p + 6, record->flags);
    nyz_store_le16(p + 8, record->method);
    nyz_store_le32(p + 10, NYZ_ZIP_DATE);
    nyz_store_le32(p + 18, SATURATED);
    nyz_store_le32(p + 22, SATURATED);
    nyz_store_le16(p + 26, (uint16_t)name_size);
    nyz_store_le16(p + 28, (uint16_t)extra_size);
    memcpy(p + LOCAL_SIZE, name, name_size); /* NOLINT: no NUL belongs there */
    put_padding(p + LOCAL_SIZE + name_size, record);
    unsigned char *const zip64 = p + size - LOCAL_EXTRA_SIZE;
    nyz_store_le16(zip64, 1);
    nyz_store_le16(zip64 + 2, LOCAL_EXTRA_SIZE - 4);
    nyz_zip_writer_patch_local(local, record);
    return NYZ_OK;
}

/* docs/format.md 5.4. */
void nyz_zip_writer_descriptor(unsigned char out[NYZ_ZIP_DESCRIPTOR_SIZE],
                               const nyz_zip_record *record)
{
    nyz_store_le32(out, 0x08074b50);
    nyz_store_le32(out + 4, record->crc32);
    nyz_store_le64(out + 8, (uint64_t)record->compressed_size);
    nyz_store_le64(out + 16, (uint64_t)record->size);
}

/* ------------------------------------------------------------------ central directory */

/* The zip64 field of a central header: only what does not fit.  Returns its length. */
static size_t make_extra(unsigned char out[EXTRA_MAX], const nyz_zip_record *r)
{
    size_t size = 4;
    if (r->size > ZIP64_LIMIT || r->compressed_size > ZIP64_LIMIT) {
        nyz_store_le64(out + size, (uint64_t)r->size);
        nyz_store_le64(out + size + 8, (uint64_t)r->compressed_size);
        size += 16;
    }
    if (r->offset > ZIP64_LIMIT) {
        nyz_store_le64(out + size, (uint64_t)r->offset);
        size += 8;
    }
    if (size == 4) {
        return 0;
    }
    nyz_store_le16(out, 1);
    nyz_store_le16(out + 2, (uint16_t)(size - 4));
    return size;
}

static void make_central(unsigned char p[CENTRAL_SIZE], const nyz_zip_record *r,
                         size_t name_size, size_t extra_size)
{
    const int large = r->size > ZIP64_LIMIT || r->compressed_size > ZIP64_LIMIT;
    memset(p, 0, CENTRAL_SIZE);
    nyz_store_le32(p, 0x02014b50);
    nyz_store_le16(p + 4, NYZ_ZIP_MADE_BY);
    nyz_store_le16(p + 6, NYZ_ZIP_VERSION);
    nyz_store_le16(p + 8, r->flags);
    nyz_store_le16(p + 10, r->method);
    nyz_store_le32(p + 12, NYZ_ZIP_DATE);
    nyz_store_le32(p + 16, r->crc32);
    nyz_store_le32(p + 20, large ? SATURATED : low32(r->compressed_size));
    nyz_store_le32(p + 24, large ? SATURATED : low32(r->size));
    nyz_store_le16(p + 28, (uint16_t)name_size);
    nyz_store_le16(p + 30, (uint16_t)extra_size);
    nyz_store_le32(p + 38, NYZ_ZIP_ATTRIBUTES);
    nyz_store_le32(p + 42, r->offset > ZIP64_LIMIT ? SATURATED : low32(r->offset));
}

/* How many bytes the entries of the index are; 0: there is none, or no room for it. */
static int64_t entries_size(const nyz_zip_record *r, size_t name_size, size_t extra_size)
{
    const int64_t room = NYZ_ZIP_BLOCKS_RECORD - CENTRAL_SIZE - (int64_t)name_size -
                         (int64_t)extra_size - NYZ_ZIP_BLOCKS_FIELD -
                         NYZ_ZIP_BLOCKS_FIXED;
    const int64_t size = r->blocks.count * NYZ_ZIP_BLOCKS_ENTRY;
    return size <= room ? size : 0;
}

/* docs/format.md 5.7: the field but for its entries.  Returns its length. */
static size_t make_blocks(unsigned char *out, const nyz_zip_record *r, int64_t entries)
{
    if (entries == 0) {
        return 0;
    }
    nyz_store_le16(out, NYZ_ZIP_BLOCKS_ID);
    nyz_store_le16(out + 2, (uint16_t)(NYZ_ZIP_BLOCKS_FIXED + entries));
    nyz_store_le32(out + 4, NYZ_ZIP_BLOCKS_VERSION);
    nyz_store_le32(out + 8, (uint32_t)r->blocks.head);
    nyz_store_le32(out + 12, (uint32_t)r->blocks.unit);
    return NYZ_ZIP_BLOCKS_FIELD + NYZ_ZIP_BLOCKS_FIXED;
}

nyz_status nyz_zip_append_central(nyz_buffer *directory, const char *name,
                                  const nyz_zip_record *record, nyz_error *err)
{
    const nyz_stream stream = nyz_stream_buffer(directory);
    unsigned char header[CENTRAL_SIZE];
    unsigned char extra[EXTRA_MAX + NYZ_ZIP_BLOCKS_FIELD + NYZ_ZIP_BLOCKS_FIXED];
    const size_t name_size = strlen(name);
    size_t size = make_extra(extra, record);
    const int64_t entries = entries_size(record, name_size, size);
    size += make_blocks(extra + size, record, entries);
    make_central(header, record, name_size, size + (size_t)entries);
    NYZ_TRY(nyz_stream_write(&stream, header, CENTRAL_SIZE, err));
    NYZ_TRY(nyz_stream_write(&stream, name, (int64_t)name_size, err));
    NYZ_TRY(nyz_stream_write(&stream, extra, (int64_t)size, err));
    return entries > 0 ? nyz_stream_write(&stream, record->blocks.entries, entries, err)
                       : NYZ_OK;
}

/* ------------------------------------------------------------------------ end records */

static nyz_status put_end64(const nyz_sink *sink, int64_t count, int64_t size,
                            int64_t offset, nyz_error *err)
{
    unsigned char end64[END64_SIZE] = {0};
    unsigned char locator[LOCATOR_SIZE] = {0};
    nyz_store_le32(end64, 0x06064b50);
    nyz_store_le64(end64 + 4, END64_SIZE - 12);
    nyz_store_le16(end64 + 12, NYZ_ZIP_VERSION);
    nyz_store_le16(end64 + 14, NYZ_ZIP_VERSION);
    nyz_store_le64(end64 + 24, (uint64_t)count);
    nyz_store_le64(end64 + 32, (uint64_t)count);
    nyz_store_le64(end64 + 40, (uint64_t)size);
    nyz_store_le64(end64 + 48, (uint64_t)offset);
    nyz_store_le32(locator, 0x07064b50);
    nyz_store_le64(locator + 8, (uint64_t)(offset + size));
    nyz_store_le32(locator + 16, 1);
    NYZ_TRY(nyz_sink_put(sink, end64, END64_SIZE, err));
    return nyz_sink_put(sink, locator, LOCATOR_SIZE, err);
}

static nyz_status put_end(const nyz_sink *sink, int64_t count, int64_t size,
                          int64_t offset, nyz_error *err)
{
    unsigned char end[END_SIZE] = {0};
    const uint16_t count16 = (uint16_t)nyz_min(count, COUNT_LIMIT);
    nyz_store_le32(end, 0x06054b50);
    nyz_store_le16(end + 8, count16);
    nyz_store_le16(end + 10, count16);
    nyz_store_le32(end + 12, (uint32_t)nyz_min(size, SATURATED));
    nyz_store_le32(end + 16, (uint32_t)nyz_min(offset, SATURATED));
    return nyz_sink_put(sink, end, END_SIZE, err);
}

/* Readers take what is here for a zip64 locator if it begins like one: a name of the
 * last member may. */
static int ends_like_locator(const nyz_buffer *directory)
{
    return directory->size >= LOCATOR_SIZE &&
           nyz_load_le32(directory->data + directory->size - LOCATOR_SIZE) == 0x07064b50;
}

nyz_status nyz_zip_writer_directory(const nyz_sink *sink, const nyz_buffer *directory,
                                    int64_t count, int64_t position, nyz_error *err)
{
    const int64_t size = (int64_t)directory->size;
    NYZ_TRY(nyz_sink_put(sink, directory->data, size, err));
    if (count > COUNT_LIMIT || position > ZIP64_LIMIT || size > ZIP64_LIMIT ||
        ends_like_locator(directory)) {
        NYZ_TRY(put_end64(sink, count, size, position, err));
    }
    return put_end(sink, count, size, position, err);
}
