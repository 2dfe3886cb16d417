/* SPDX-License-Identifier: MIT */
/* The record at the end of a zip archive, and, with the zip64 record before it
 * (zip_end64.c), where the directory lies.  Every ambiguity in that is an error: two
 * readers must not see two archives in one file.  docs/format.md 4.1. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/config.h"
#include "base/endian.h"
#include "base/error.h"
#include "base/file_kind.h"
#include "zip/zip_internal.h"

enum { END_SIZE = NYZ_ZIP_END_SIZE, LOCATOR_SIZE = 20 };

static const unsigned char end_signature[4] = {'P', 'K', 5, 6};
static const unsigned char locator_signature[4] = {'P', 'K', 6, 7};

static int has_signature(const unsigned char *bytes, const unsigned char signature[4])
{
    return memcmp(bytes, signature, 4) == 0;
}

/* --------------------------------------------------------------------- the end record */

static size_t comment_size(const unsigned char *end_record)
{
    return nyz_load_le16(end_record + 20);
}

static void parse_end(const unsigned char *record, nyz_zip_end *out)
{
    out->disk = nyz_load_le16(record + 4);
    out->directory_disk = nyz_load_le16(record + 6);
    out->disk_count = nyz_load_le16(record + 8);
    out->count = nyz_load_le16(record + 10);
    out->size = nyz_load_le32(record + 12);
    out->offset = nyz_load_le32(record + 16);
}

/* Whether a reader that takes any signature for the end record, as many do, would find a
 * directory before it: zipfile never looks whether the offset fits, too.  at: of the
 * record in the tail. */
static int is_readable(const nyz_zip_tail *tail, int64_t at)
{
    nyz_zip_end values;
    parse_end(tail->bytes + at, &values);
    return values.size <= (uint64_t)(tail->start + at) ||
           (at >= LOCATOR_SIZE &&
            has_signature(tail->bytes + at - LOCATOR_SIZE, locator_signature));
}

/* The last end record in the tail whose comment reaches the end, NUL padding aside; -1:
 * none.  There must be room for the zip64 records before it.  *misfit: one behind it that
 * does not, and is readable if one of them is; -1: none. */
static int64_t scan_tail(const nyz_zip_tail *tail, int64_t *misfit)
{
    const unsigned char *const bytes = tail->bytes;
    const int64_t size = tail->size - tail->start;
    const int64_t first = tail->start > 0 ? NYZ_ZIP_RECORDS_SIZE : 0;
    int64_t padding = size; /* where the NUL bytes at the end begin */
    while (padding > 0 && size - padding < NYZ_ZIP_MAX_PADDING &&
           bytes[padding - 1] == 0) {
        padding--;
    }
    *misfit = -1;
    for (int64_t at = size - END_SIZE; at >= first; at--) {
        if (!has_signature(bytes + at, end_signature)) {
            continue;
        }
        const int64_t end = at + END_SIZE + (int64_t)comment_size(bytes + at);
        if (end <= size && end >= padding) {
            return at;
        }
        if (*misfit < 0 || !is_readable(tail, *misfit)) {
            *misfit = at;
        }
    }
    return -1;
}

/* What a stream without an end record is.  misfit: -1, or one that does not fit. */
static nyz_status fail_no_end(const nyz_zip_tail *tail, int64_t misfit, nyz_error *err)
{
    static const unsigned char npy_magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
    static const unsigned char local_signature[4] = {'P', 'K', 3, 4};
    unsigned char first[NYZ_KIND_BYTES] = {0};
    char text[NYZ_KIND_SIZE];
    const int64_t count = nyz_min(tail->size, (int64_t)sizeof first);
    NYZ_TRY(nyz_zip_tail_copy(tail, 0, first, count, "archive", err));
    if (memcmp(first, npy_magic, sizeof npy_magic) == 0) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, 0,
                        "this is a .npy file; nyz_load reads it");
    }
    const char *const kind = nyz_file_kind(text, first, count);
    if (kind != NULL) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, 0, "not a .npz file: %s", kind);
    }
    if (misfit >= 0) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, tail->start + misfit,
                        "the end record's comment does not end with the file: "
                        "bytes were added, or the file was cut short");
    }
    if (has_signature(first, local_signature)) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, tail->size,
                        "the archive has no directory (no end record): the file was cut "
                        "short, or the program that wrote it did not finish");
    }
    return nyz_fail(err, NYZ_ERR_CORRUPT, tail->size,
                    "no end record: not a zip archive, or cut short");
}

/* Nearly always it is within the first tail. */
static nyz_status find_end(nyz_zip_tail *tail, nyz_zip_end *values, int64_t *position,
                           nyz_error *err)
{
    int64_t misfit;
    int64_t found = scan_tail(tail, &misfit);
    if (found < 0 && tail->start > 0) {
        NYZ_TRY(nyz_zip_tail_lengthen(tail, err));
        found = scan_tail(tail, &misfit);
    }
    if (found < 0) {
        return fail_no_end(tail, misfit, err);
    }
    if (misfit >= 0 && is_readable(tail, misfit)) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, tail->start + misfit,
                        "a second end record in the comment of the first: readers would "
                        "differ in which of them counts");
    }
    parse_end(tail->bytes + found, values);
    *position = tail->start + found;
    return NYZ_OK;
}

/* ---------------------------------------------------------------- what they amount to */

static nyz_status check_disks(const nyz_zip_end *values, int64_t end, nyz_error *err)
{
    if (values->disk != 0 || values->directory_disk != 0) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, end,
                        "the archive is split over several disks; join its parts first");
    }
    if (values->disk_count != values->count) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, end,
                        "the end record counts %llu members, and %llu on its only disk",
                        (unsigned long long)values->count,
                        (unsigned long long)values->disk_count);
    }
    return NYZ_OK;
}

/* The directory must end where the end record begins. */
static nyz_status place_directory(const nyz_zip_end *values, int64_t end, int64_t prefix,
                                  nyz_zip_location *out, nyz_error *err)
{
    const uint64_t room = (uint64_t)end;
    if (values->size > room || values->offset > room - values->size) {
        return nyz_fail(
            err, NYZ_ERR_CORRUPT, end,
            "a directory of %llu bytes at %llu does not fit before the end record: "
            "the file's beginning is missing, or it is damaged",
            (unsigned long long)values->size, (unsigned long long)values->offset);
    }
    out->size = (int64_t)values->size;
    out->start = end - out->size;
    out->prefix = out->start - (int64_t)values->offset;
    if (prefix >= 0 && prefix != out->prefix) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, end,
                        "the directory should end at the zip64 end record, but ends %lld "
                        "bytes before it",
                        (long long)(out->prefix - prefix));
    }
    return NYZ_OK;
}

static nyz_status check_limits(const nyz_zip_end *values, int64_t end,
                               const nyz_limits *limits, nyz_zip_location *out,
                               nyz_error *err)
{
    if (values->count > (uint64_t)out->size / NYZ_ZIP_CENTRAL_SIZE) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, end,
                        "a directory of %lld bytes cannot hold %llu members",
                        (long long)out->size, (unsigned long long)values->count);
    }
    out->count = (int64_t)values->count;
    if (out->count > limits->members) {
        return nyz_fail(err, NYZ_ERR_LIMIT, end,
                        "%lld members exceed limits.members, %lld", (long long)out->count,
                        (long long)limits->members);
    }
    /* an entry counts its place in the directory in 32 bits */
    const int64_t most = nyz_min(limits->directory_bytes, UINT32_MAX);
    if (out->size > most) {
        return nyz_fail(err, NYZ_ERR_LIMIT, end,
                        "a directory of %lld bytes exceeds limits.directory_bytes, %lld",
                        (long long)out->size, (long long)most);
    }
    return NYZ_OK;
}

nyz_status nyz_zip_end_read(nyz_zip_tail *tail, const nyz_config *config,
                            nyz_zip_location *out, nyz_error *err)
{
    nyz_zip_end values = {0};
    int64_t end = 0;
    int64_t prefix = -1; /* not known from a locator */
    memset(out, 0, sizeof *out);
    NYZ_TRY(find_end(tail, &values, &end, err));
    NYZ_TRY(nyz_zip_end64_read(tail, config->flags, &values, &end, &prefix, err));
    NYZ_TRY(check_disks(&values, end, err));
    NYZ_TRY(place_directory(&values, end, prefix, out, err));
    NYZ_TRY(check_limits(&values, end, &config->limits, out, err));
    if (out->prefix != 0 && (config->flags & NYZ_UNTRUSTED) != 0) {
        return nyz_fail(
            err, NYZ_ERR_CORRUPT, 0,
            "%lld bytes before the archive, which are refused in untrusted files",
            (long long)out->prefix);
    }
    return NYZ_OK;
}
