/* SPDX-License-Identifier: MIT */
/* The zip64 locator and the zip64 end record, which stand right before the end record of
 * an archive that is too large for it.  docs/format.md 4.1. */
#include <string.h>

#include "base/endian.h"
#include "base/error.h"
#include "zip/zip_internal.h"

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

/* Bytes before the archive make the locator point too early: no other record may be
 * there. */
static nyz_status check_target(const nyz_zip_tail *tail, int64_t target, int64_t position,
                               nyz_error *err)
{
    unsigned char there[4];
    if (target == position) {
        return NYZ_OK;
    }
    NYZ_TRY(
        nyz_zip_tail_copy(tail, target, there, sizeof there, "zip64 end record", err));
    if (has_signature(there, end64_signature)) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, target,
                        "a second zip64 end record, where the locator points: readers "
                        "would differ in which of them counts");
    }
    return NYZ_OK;
}

/* Reads the record, which is directly before the locator, where zipfile looks: it would
 * not see one with extensible data, and take other bytes for the directory. */
static nyz_status read_end64(const nyz_zip_tail *tail, int64_t locator, uint64_t target,
                             unsigned char record[END64_SIZE], int64_t *position,
                             nyz_error *err)
{
    *position = locator - END64_SIZE;
    if (*position >= 0 && target <= (uint64_t)*position) {
        NYZ_TRY(nyz_zip_tail_copy(tail, *position, record, END64_SIZE, "zip64 end record",
                                  err));
        if (has_signature(record, end64_signature) &&
            nyz_load_le64(record + 4) == END64_SIZE - END64_HEAD) {
            return check_target(tail, (int64_t)target, *position, err);
        }
    }
    return nyz_fail(err, NYZ_ERR_CORRUPT, locator,
                    "no zip64 end record where its locator points (%llu), of 56 bytes "
                    "that end at the locator",
                    (unsigned long long)target);
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

nyz_status nyz_zip_end64_read(const nyz_zip_tail *tail, unsigned flags,
                              nyz_zip_end *values, int64_t *end, int64_t *prefix,
                              nyz_error *err)
{
    unsigned char bytes[END64_SIZE];
    nyz_zip_end wide;
    int64_t position;
    const int64_t locator = *end - LOCATOR_SIZE;
    if (locator < 0) {
        return NYZ_OK;
    }
    NYZ_TRY(nyz_zip_tail_copy(tail, locator, bytes, LOCATOR_SIZE, "zip64 locator", err));
    if (!has_signature(bytes, locator_signature)) {
        return NYZ_OK;
    }
    const uint32_t disks = nyz_load_le32(bytes + 16);
    if (nyz_load_le32(bytes + 4) != 0 || disks > 1) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, locator,
                        "the archive is split over several disks; join its parts first");
    }
    if (disks == 0 && (flags & NYZ_UNTRUSTED) != 0) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, locator,
                        "the zip64 locator counts no disk, which is refused in untrusted "
                        "files");
    }
    const uint64_t target = nyz_load_le64(bytes + 8);
    NYZ_TRY(read_end64(tail, locator, target, bytes, &position, err));
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
