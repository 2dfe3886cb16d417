/* The record at the end of a zip archive, and, with the zip64 record before it
 * (zip_end64.c), where the directory lies.  Every ambiguity in that is an error: two
 * readers must not see two archives in one file.  docs/format.md 4.1. */
#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/endian.h"
#include "base/error.h"
#include "io/stream.h"
#include "zip/zip_internal.h"

enum {
    END_SIZE = 22, /* without the comment */
    LOCATOR_SIZE = 20,
    MAX_COMMENT = 0xffff,
    MAX_PADDING = 65536 /* NUL bytes behind it: tar pads to blocks */
};

static const unsigned char end_signature[4] = {'P', 'K', 5, 6};
static const unsigned char locator_signature[4] = {'P', 'K', 6, 7};

static int has_signature(const unsigned char *bytes, const unsigned char signature[4])
{
    return memcmp(bytes, signature, 4) == 0;
}

/* ------------------------------------------------------------- how long the stream is */

/* A stream that has read_at alone: the size is where it gives no byte. */
static nyz_status byte_stands_at(const nyz_stream *stream, int64_t offset, int *stands,
                                 nyz_error *err)
{
    unsigned char byte;
    nyz_error failure = {0};
    const nyz_status status =
        nyz_stream_read_at(stream, offset, &byte, 1, "archive", &failure);
    *stands = status == NYZ_OK;
    if (status != NYZ_OK && status != NYZ_ERR_CORRUPT) { /* CORRUPT: it ends before */
        if (err != NULL) {
            *err = failure;
        }
        return status;
    }
    return NYZ_OK;
}

static nyz_status probe_size(const nyz_stream *stream, int64_t *size, nyz_error *err)
{
    int64_t low = 0;  /* so many bytes are there, ... */
    int64_t high = 1; /* ... and so many, perhaps, are not */
    int stands;
    NYZ_TRY(byte_stands_at(stream, high - 1, &stands, err));
    while (stands && high <= INT64_MAX / 4) {
        low = high;
        high *= 2;
        NYZ_TRY(byte_stands_at(stream, high - 1, &stands, err));
    }
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        NYZ_TRY(byte_stands_at(stream, middle - 1, &stands, err));
        if (stands) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *size = low;
    return NYZ_OK;
}

static nyz_status archive_size(const nyz_stream *stream, int64_t *size, nyz_error *err)
{
    *size = nyz_stream_size(stream);
    if (*size >= 0) {
        return NYZ_OK;
    }
    if (stream->read_at != NULL) {
        return probe_size(stream, size, err);
    }
    return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                    "the stream cannot seek, and an archive is read from its end");
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
 * record in the file, tail[at - start] its first byte. */
static int is_readable(const unsigned char *tail, int64_t start, int64_t at)
{
    nyz_zip_end values;
    parse_end(tail + (at - start), &values);
    return values.size <= (uint64_t)at ||
           (at - start >= LOCATOR_SIZE &&
            has_signature(tail + (at - start) - LOCATOR_SIZE, locator_signature));
}

/* The last end record in the tail, which begins at `start` of the file, whose comment
 * reaches the end, NUL padding aside; -1: none.  *misfit: one behind it that does not,
 * and is readable if one of them is; -1: none. */
static int64_t scan_tail(const unsigned char *tail, int64_t start, int64_t size,
                         int64_t *misfit)
{
    int64_t padding = size; /* where the NUL bytes at the end begin */
    while (padding > 0 && size - padding < MAX_PADDING && tail[padding - 1] == 0) {
        padding--;
    }
    *misfit = -1;
    for (int64_t at = size - END_SIZE; at >= 0; at--) {
        if (!has_signature(tail + at, end_signature)) {
            continue;
        }
        const int64_t end = at + END_SIZE + (int64_t)comment_size(tail + at);
        if (end <= size && end >= padding) {
            return at;
        }
        if (*misfit < 0 || !is_readable(tail, start, start + *misfit)) {
            *misfit = at;
        }
    }
    return -1;
}

/* What a stream without an end record is. */
static nyz_status fail_no_end(const nyz_stream *stream, int64_t size, int64_t misfit,
                              nyz_error *err)
{
    static const unsigned char npy_magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
    unsigned char first[sizeof npy_magic];
    if (size >= (int64_t)sizeof first) {
        NYZ_TRY(
            nyz_stream_read_at(stream, 0, first, (int64_t)sizeof first, "archive", err));
        if (memcmp(first, npy_magic, sizeof first) == 0) {
            return nyz_fail(err, NYZ_ERR_UNSUPPORTED, 0,
                            "this is a .npy file, read it with nyz_load");
        }
    }
    if (misfit >= 0) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, misfit,
                        "the end record's comment does not end with the file: "
                        "bytes were added, or the file was cut short");
    }
    return nyz_fail(err, NYZ_ERR_CORRUPT, size,
                    "no end record: not a zip archive, or cut short");
}

static nyz_status search_end(const nyz_stream *stream, const nyz_allocator *allocator,
                             int64_t size, unsigned char record[END_SIZE],
                             int64_t *position, nyz_error *err)
{
    const int64_t tail_size = nyz_min(size, END_SIZE + MAX_COMMENT + MAX_PADDING);
    const int64_t start = size - tail_size;
    int64_t misfit = -1;
    int64_t found = -1;
    int two = 0;
    void *tail;
    NYZ_TRY(nyz_alloc(allocator, tail_size, &tail, err));
    const nyz_status status =
        nyz_stream_read_at(stream, start, tail, tail_size, "end record", err);
    if (status == NYZ_OK) {
        found = scan_tail(tail, start, tail_size, &misfit);
        two = found >= 0 && misfit >= 0 && is_readable(tail, start, start + misfit);
    }
    if (found >= 0) {
        memcpy(record, (unsigned char *)tail + found, END_SIZE);
        *position = start + found;
    }
    nyz_release(allocator, tail, tail_size);
    if (two) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, start + misfit,
                        "a second end record in the comment of the first: readers would "
                        "differ in which of them counts");
    }
    if (status != NYZ_OK || found >= 0) {
        return status;
    }
    return fail_no_end(stream, size, misfit < 0 ? -1 : start + misfit, err);
}

static nyz_status find_end(const nyz_stream *stream, const nyz_allocator *allocator,
                           int64_t size, unsigned char record[END_SIZE],
                           int64_t *position, nyz_error *err)
{
    if (size < END_SIZE) {
        return fail_no_end(stream, size, -1, err);
    }
    *position = size - END_SIZE; /* without a comment, as nearly always */
    NYZ_TRY(nyz_stream_read_at(stream, *position, record, END_SIZE, "end record", err));
    if (has_signature(record, end_signature) && comment_size(record) == 0) {
        return NYZ_OK;
    }
    return search_end(stream, allocator, size, record, position, err);
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

nyz_status nyz_zip_end_read(const nyz_stream *stream, const nyz_config *config,
                            nyz_zip_location *out, nyz_error *err)
{
    unsigned char record[END_SIZE];
    nyz_zip_end values;
    int64_t size = 0;
    int64_t end = 0;
    int64_t prefix = -1; /* not known from a locator */
    memset(out, 0, sizeof *out);
    NYZ_TRY(archive_size(stream, &size, err));
    NYZ_TRY(find_end(stream, &config->allocator, size, record, &end, err));
    parse_end(record, &values);
    NYZ_TRY(nyz_zip_end64_read(stream, &values, &end, &prefix, err));
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
