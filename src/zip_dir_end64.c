/* The zip64 locator and the zip64 end record, which stand right before the end record of
 * an archive that is too large for it.  docs/format.md 4.1. */
#include "zip_dir_parts.h"

#include <string.h>

#include "bytes.h"

enum {
    LOCATOR_SIZE = 20,
    END64_SIZE = 56, /* without extensible data */
    END64_HEAD = 12  /* the bytes that its size field leaves out */
};

static const unsigned char end64_signature[4] = {'P', 'K', 6, 6};
static const unsigned char locator_signature[4] = {'P', 'K', 6, 7};

static int has_signature(const unsigned char *bytes, const unsigned char signature[4])
{
    return memcmp(bytes, signature, 4) == 0;
}

static void parse_end64(const unsigned char *record, nyz_zip_end *out)
{
    out->disk = nyz_load_le32(record + 16);
    out->directory_disk = nyz_load_le32(record + 20);
    out->disk_count = nyz_load_le64(record + 24);
    out->count = nyz_load_le64(record + 32);
    out->size = nyz_load_le64(record + 40);
    out->offset = nyz_load_le64(record + 48);
}

/* Reads the record at `at` if one is there that ends where the locator begins. */
static nyz_status read_end64(const nyz_stream *stream, int64_t at, int64_t locator,
                             unsigned char record[END64_SIZE], int *found, nyz_error *err)
{
    *found = 0;
    if (at < 0 || at > locator - END64_SIZE) {
        return NYZ_OK;
    }
    NYZ_TRY(nyz_stream_read_at(stream, at, record, END64_SIZE, "zip64 end record", err));
    *found = has_signature(record, end64_signature) &&
             nyz_load_le64(record + 4) == (uint64_t)(locator - at - END64_HEAD);
    return NYZ_OK;
}

/* Finds the record that the locator points to, directly or with bytes before the archive.
 */
static nyz_status find_end64(const nyz_stream *stream, int64_t locator, uint64_t target,
                             unsigned char record[END64_SIZE], int64_t *position,
                             nyz_error *err)
{
    unsigned char nearest[4];
    int found = 0;
    *position = target <= INT64_MAX ? (int64_t)target : -1;
    NYZ_TRY(read_end64(stream, *position, locator, record, &found, err));
    if (!found && *position >= 0 && *position < locator - END64_SIZE) {
        *position = locator - END64_SIZE;
        NYZ_TRY(read_end64(stream, *position, locator, record, &found, err));
    }
    if (!found) {
        return nyz_fail(
            err, NYZ_ERR_CORRUPT, locator,
            "no zip64 end record where its locator points (%llu) that ends at "
            "the locator",
            (unsigned long long)target);
    }
    NYZ_TRY(nyz_stream_read_at(stream, locator - END64_SIZE, nearest, sizeof nearest,
                               "zip64 end record", err));
    if (*position != locator - END64_SIZE && has_signature(nearest, end64_signature)) {
        return nyz_fail(
            err, NYZ_ERR_CORRUPT, locator - END64_SIZE,
            "a second zip64 end record within the first: readers would differ "
            "in which of them counts");
    }
    return NYZ_OK;
}

/* 16 or 32 bits of the end record may stand for "see the zip64 record". */
static int agrees(uint64_t narrow, uint64_t saturated, uint64_t wide)
{
    return narrow == saturated || narrow == wide;
}

static int ends_agree(const nyz_zip_end *end, const nyz_zip_end *end64)
{
    return agrees(end->disk, 0xffff, end64->disk) &&
           agrees(end->directory_disk, 0xffff, end64->directory_disk) &&
           agrees(end->disk_count, 0xffff, end64->disk_count) &&
           agrees(end->count, 0xffff, end64->count) &&
           agrees(end->size, NYZ_ZIP_SATURATED, end64->size) &&
           agrees(end->offset, NYZ_ZIP_SATURATED, end64->offset);
}

nyz_status nyz_zip_end64_take(const nyz_stream *stream, nyz_zip_end *values, int64_t *end,
                              int64_t *prefix, nyz_error *err)
{
    unsigned char bytes[END64_SIZE];
    nyz_zip_end wide;
    int64_t position;
    const int64_t locator = *end - LOCATOR_SIZE;
    if (locator < 0) {
        return NYZ_OK;
    }
    NYZ_TRY(
        nyz_stream_read_at(stream, locator, bytes, LOCATOR_SIZE, "zip64 locator", err));
    if (!has_signature(bytes, locator_signature)) {
        return NYZ_OK;
    }
    if (nyz_load_le32(bytes + 4) != 0 || nyz_load_le32(bytes + 16) > 1) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, locator,
                        "the archive is split over several disks; join its parts first");
    }
    const uint64_t target = nyz_load_le64(bytes + 8);
    NYZ_TRY(find_end64(stream, locator, target, bytes, &position, err));
    parse_end64(bytes, &wide);
    if (!ends_agree(values, &wide)) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, *end,
                        "the end record and the zip64 end record contradict each other");
    }
    *values = wide;
    *end = position;
    *prefix = position - (int64_t)target;
    return NYZ_OK;
}
