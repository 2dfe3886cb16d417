/* The records of an archive being written: see zip_writer_internal.h.  docs/format.md 5.1
 * to 5.3. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/endian.h"
#include "base/error.h"
#include "io/stream.h"
#include "zip/zip_writer_internal.h"

#define LOCAL_SIZE 30
#define CENTRAL_SIZE 46
#define END_SIZE 22
#define END64_SIZE 56
#define LOCATOR_SIZE 20
#define EXTRA_MAX 28 /* id, length, three numbers of 8 bytes */

/* From here on Python writes a number as zip64, although 32 bits would hold twice as
 * much. */
#define ZIP64_LIMIT 0x7fffffff
#define COUNT_LIMIT 0xffff
#define SATURATED 0xffffffffu

static uint32_t low32(int64_t value)
{
    return (uint32_t)((uint64_t)value & SATURATED);
}

/* docs/format.md 5.1: the 32-bit sizes are always saturated. */
void nyz_zip_writer_patch_local(unsigned char *header, const nyz_zip_record *record,
                                int later)
{
    unsigned char *const extra = header + LOCAL_SIZE + nyz_load_le16(header + 26);
    nyz_store_le16(header + 4, NYZ_ZIP_VERSION);
    nyz_store_le32(header + 14, later ? 0 : record->crc32);
    nyz_store_le32(header + 18, SATURATED);
    nyz_store_le32(header + 22, SATURATED);
    nyz_store_le64(extra + 4, later ? 0 : (uint64_t)record->size);
    nyz_store_le64(extra + 12, later ? 0 : (uint64_t)record->compressed_size);
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

/* Records on their way to the sink. */
typedef struct records {
    const nyz_sink *sink;
    int64_t written;
    unsigned char last[LOCATOR_SIZE]; /* the last bytes of all that was put */
} records;

static void remember(records *p, const unsigned char *bytes, size_t size)
{
    const size_t n = size < LOCATOR_SIZE ? size : LOCATOR_SIZE;
    memmove(p->last, p->last + n, LOCATOR_SIZE - n);
    memcpy(p->last + LOCATOR_SIZE - n, bytes + size - n, n);
}

static nyz_status put(records *p, const void *bytes, size_t size, nyz_error *err)
{
    p->written += (int64_t)size;
    remember(p, bytes, size);
    return nyz_sink_put(p->sink, bytes, (int64_t)size, err);
}

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

/* minizip counted no bytes of the member, has other limits for zip64, and calls for
 * version 20. */
static void patch_central(unsigned char header[CENTRAL_SIZE], const nyz_zip_record *r,
                          size_t extra_size)
{
    const int large = r->size > ZIP64_LIMIT || r->compressed_size > ZIP64_LIMIT;
    nyz_store_le16(header + 4, NYZ_ZIP_MADE_BY);
    nyz_store_le16(header + 6, NYZ_ZIP_VERSION);
    nyz_store_le16(header + 8, r->flags);
    nyz_store_le32(header + 16, r->crc32);
    nyz_store_le32(header + 20, large ? SATURATED : low32(r->compressed_size));
    nyz_store_le32(header + 24, large ? SATURATED : low32(r->size));
    nyz_store_le16(header + 30, (uint16_t)extra_size);
    nyz_store_le32(header + 42, r->offset > ZIP64_LIMIT ? SATURATED : low32(r->offset));
}

/* Puts the next central header, and returns by *made where the one after it begins. */
static nyz_status put_central(records *p, const unsigned char **made,
                              const nyz_zip_record *r, nyz_error *err)
{
    unsigned char header[CENTRAL_SIZE];
    unsigned char extra[EXTRA_MAX];
    const size_t extra_size = make_extra(extra, r);
    memcpy(header, *made, CENTRAL_SIZE);
    const size_t name_size = nyz_load_le16(header + 28);
    const size_t made_extra = nyz_load_le16(header + 30);
    patch_central(header, r, extra_size);
    NYZ_TRY(put(p, header, CENTRAL_SIZE, err));
    NYZ_TRY(put(p, *made + CENTRAL_SIZE, name_size, err));
    NYZ_TRY(put(p, extra, extra_size, err));
    *made += CENTRAL_SIZE + name_size + made_extra;
    return NYZ_OK;
}

/* ------------------------------------------------------------------------ end records */

static nyz_status put_end64(records *p, int64_t count, int64_t size, int64_t offset,
                            nyz_error *err)
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
    NYZ_TRY(put(p, end64, END64_SIZE, err));
    return put(p, locator, LOCATOR_SIZE, err);
}

static nyz_status put_end(records *p, int64_t count, int64_t size, int64_t offset,
                          nyz_error *err)
{
    unsigned char end[END_SIZE] = {0};
    const uint16_t count16 = (uint16_t)nyz_min(count, COUNT_LIMIT);
    nyz_store_le32(end, 0x06054b50);
    nyz_store_le16(end + 8, count16);
    nyz_store_le16(end + 10, count16);
    nyz_store_le32(end + 12, (uint32_t)nyz_min(size, SATURATED));
    nyz_store_le32(end + 16, (uint32_t)nyz_min(offset, SATURATED));
    return put(p, end, END_SIZE, err);
}

/* Readers take what stands here for a zip64 locator if it begins like one: a name of the
 * last member may. */
static int ends_like_locator(const records *p)
{
    return nyz_load_le32(p->last) == 0x07064b50;
}

nyz_status nyz_zip_writer_directory(const nyz_sink *sink, const nyz_buffer *made,
                                    const nyz_zip_record *members, int64_t count,
                                    int64_t position, nyz_error *err)
{
    records p = {.sink = sink};
    const unsigned char *next = made->data;
    for (int64_t i = 0; i < count; i++) {
        NYZ_TRY(put_central(&p, &next, &members[i], err));
    }
    const int64_t size = p.written;
    if (count > COUNT_LIMIT || position > ZIP64_LIMIT || size > ZIP64_LIMIT ||
        ends_like_locator(&p)) {
        NYZ_TRY(put_end64(&p, count, size, position, err));
    }
    return put_end(&p, count, size, position, err);
}
