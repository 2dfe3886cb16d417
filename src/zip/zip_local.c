/* SPDX-License-Identifier: MIT */
/* The local header of a member: it must repeat what the directory says, so that a reader
 * that goes by the one sees the same file as a reader that goes by the other.
 * docs/format.md 4.3. */
#include <string.h>

#include "base/alloc.h"
#include "base/endian.h"
#include "base/error.h"
#include "io/stream.h"
#include "zip/zip_directory.h"
#include "zip/zip_internal.h"

/* Flags that change what the bytes mean; writers differ in the others. */
#define FLAGS_THAT_MATTER                                                                \
    (NYZ_ZIP_ENCRYPTED | NYZ_ZIP_DESCRIPTOR | NYZ_ZIP_PATCHED_DATA | NYZ_ZIP_STRONG |    \
     NYZ_ZIP_UTF8 | NYZ_ZIP_MASKED)

typedef struct local {
    const nyz_zip_entry *entry;
    const unsigned char *header; /* the fixed part */
    size_t name_size;
    size_t extra_size;
    int later; /* sizes and CRC may be missing: they stand after the data */
    nyz_error *err;
} local;

static nyz_status corrupt(const local *l, const char *reason)
{
    return nyz_fail(l->err, NYZ_ERR_CORRUPT, l->entry->offset, "local header: %s",
                    reason);
}

/* ----------------------------------------------------------------- the fixed 30 bytes */

static nyz_status check_frame(local *l)
{
    static const unsigned char signature[4] = {'P', 'K', 3, 4};
    const nyz_zip_entry *const entry = l->entry;
    if (memcmp(l->header, signature, sizeof signature) != 0) {
        return corrupt(l, "there is none where the directory points");
    }
    const unsigned flags = nyz_load_le16(l->header + 6);
    l->later = (flags & NYZ_ZIP_DESCRIPTOR) != 0;
    l->name_size = nyz_load_le16(l->header + 26);
    l->extra_size = nyz_load_le16(l->header + 28);
    if (((flags ^ entry->flags) & FLAGS_THAT_MATTER) != 0) {
        return corrupt(l, "its flags are not those of the directory");
    }
    if (nyz_load_le16(l->header + 8) != entry->method) {
        return corrupt(l, "its method is not that of the directory");
    }
    if (l->name_size != entry->raw_size) {
        return corrupt(l, "its name is not that of the directory");
    }
    const int64_t head = NYZ_ZIP_LOCAL_SIZE + (int64_t)(l->name_size + l->extra_size);
    if (entry->compressed_size > entry->end - entry->offset - head) {
        return corrupt(l, "the data reaches into the next member or the directory");
    }
    return NYZ_OK;
}

/* ---------------------------------------------------------------------- sizes and CRC */

/* One number that the directory gives too, in 32 bits and perhaps again in the zip64
 * block. minizip leaves a block of zeros beside numbers that fit in 32 bits. */
static int size_agrees(const local *l, uint32_t narrow, const unsigned char *wide,
                       int64_t expected)
{
    const uint64_t right = (uint64_t)expected;
    const int saturated = narrow == NYZ_ZIP_SATURATED;
    const int narrow_is_right = narrow == right;
    if (wide != NULL) {
        const uint64_t value = nyz_load_le64(wide);
        const int may_be_zero = l->later || (!saturated && narrow_is_right);
        if (value != right && !(value == 0 && may_be_zero)) {
            return 0;
        }
    }
    if (l->later) {
        return narrow_is_right || saturated || narrow == 0;
    }
    return saturated && wide != NULL ? 1 : narrow_is_right;
}

/* The block has both sizes, or (some writers) only the one that is saturated. */
static int sizes_agree(const local *l, const nyz_zip_extra *zip64)
{
    const uint32_t stored = nyz_load_le32(l->header + 18);
    const uint32_t size = nyz_load_le32(l->header + 22);
    const unsigned char *wide_size = NULL;
    const unsigned char *wide_stored = NULL;
    if (zip64->data != NULL && zip64->size == 16) {
        wide_size = zip64->data;
        wide_stored = zip64->data + 8;
    } else if (zip64->data != NULL) {
        const int size_only = size == NYZ_ZIP_SATURATED && stored != NYZ_ZIP_SATURATED;
        const int stored_only = stored == NYZ_ZIP_SATURATED && size != NYZ_ZIP_SATURATED;
        if (zip64->size != 8 || (!size_only && !stored_only)) {
            return 0;
        }
        wide_size = size_only ? zip64->data : NULL;
        wide_stored = stored_only ? zip64->data : NULL;
    }
    return size_agrees(l, size, wide_size, l->entry->size) &&
           size_agrees(l, stored, wide_stored, l->entry->compressed_size);
}

static nyz_status check_numbers(const local *l, const unsigned char *name,
                                const unsigned char *extra)
{
    nyz_zip_extra zip64;
    nyz_zip_extra blocks; /* only the directory has them */
    const uint32_t crc = nyz_load_le32(l->header + 14);
    const char *const wrong = nyz_zip_extra_scan(extra, l->extra_size, &zip64, &blocks);
    if (wrong != NULL) {
        return corrupt(l, wrong);
    }
    if (nyz_zip_extra_renames(extra, l->extra_size, name, l->name_size,
                              (l->entry->flags & NYZ_ZIP_UTF8) != 0)) {
        return corrupt(l, "a Unicode path in its extra fields gives another name");
    }
    if (!sizes_agree(l, &zip64)) {
        return corrupt(l, "its sizes are not those of the directory");
    }
    if (crc != l->entry->crc32 && !(l->later && crc == 0)) {
        return corrupt(l, "its CRC-32 is not that of the directory");
    }
    return NYZ_OK;
}

/* --------------------------------------------------------------------- name and extra */

static nyz_status check_tail(const local *l, const unsigned char *tail,
                             const nyz_zip_directory *dir)
{
    if (l->name_size > 0 &&
        memcmp(tail, dir->bytes + l->entry->raw_offset, l->name_size) != 0) {
        char quoted[NYZ_QUOTE_SIZE];
        return nyz_fail(l->err, NYZ_ERR_CORRUPT, l->entry->offset,
                        "local header: its name is not that of the directory, but '%s'",
                        nyz_quote(quoted, (const char *)tail, l->name_size));
    }
    return check_numbers(l, tail, tail + l->name_size);
}

static nyz_status check_long_tail(const local *l, const nyz_stream *archive,
                                  const nyz_zip_directory *dir, int64_t offset,
                                  int64_t size)
{
    void *tail;
    NYZ_TRY(nyz_alloc(&dir->allocator, size, &tail, l->err));
    nyz_status status =
        nyz_stream_read_at(archive, offset, tail, size, "local header", l->err);
    if (status == NYZ_OK) {
        status = check_tail(l, tail, dir);
    }
    nyz_release(&dir->allocator, tail, size);
    return status;
}

nyz_status nyz_zip_local_read(const nyz_stream *archive, const nyz_zip_directory *dir,
                              const nyz_zip_entry *entry, int64_t *data, nyz_error *err)
{
    const int64_t tail_offset = entry->offset + NYZ_ZIP_LOCAL_SIZE;
    unsigned char header[NYZ_ZIP_LOCAL_SIZE];
    unsigned char tail[256]; /* most names need no more */
    local l = {.entry = entry, .header = header, .err = err};
    NYZ_TRY(nyz_stream_read_at(archive, entry->offset, header, NYZ_ZIP_LOCAL_SIZE,
                               "local header", err));
    NYZ_TRY(check_frame(&l));
    const int64_t tail_size = (int64_t)(l.name_size + l.extra_size);
    *data = tail_offset + tail_size;
    if (tail_size > (int64_t)sizeof tail) {
        return check_long_tail(&l, archive, dir, tail_offset, tail_size);
    }
    NYZ_TRY(
        nyz_stream_read_at(archive, tail_offset, tail, tail_size, "local header", err));
    return check_tail(&l, tail, dir);
}

nyz_status nyz_zip_local_check(const unsigned char *bytes, const nyz_zip_directory *dir,
                               const nyz_zip_entry *entry, int64_t *size, nyz_error *err)
{
    local l = {.entry = entry, .header = bytes, .err = err};
    NYZ_TRY(check_frame(&l));
    *size = NYZ_ZIP_LOCAL_SIZE + (int64_t)(l.name_size + l.extra_size);
    return check_tail(&l, bytes + NYZ_ZIP_LOCAL_SIZE, dir);
}
