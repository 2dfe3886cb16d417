/* SPDX-License-Identifier: MIT */
/* The central headers of the directory, checked field by field.  docs/format.md 4.2. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/endian.h"
#include "base/error.h"
#include "zip/zip_directory.h"
#include "zip/zip_internal.h"

enum {
    MAX_VERSION = 63,    /* 6.3: what Python's zipfile reads */
    MAX_INFLATED = 1032, /* deflate cannot do more than this to one byte, ... */
    INFLATED_SPARE = 64, /* ... but for the rounding of tiny members */
    RATIO_FROM = 1024 * 1024
};

/* A header being read, and what an error names. */
typedef struct central {
    const unsigned char *directory;
    const unsigned char *header; /* in it */
    int64_t offset;              /* of the header in the stream */
    char quoted[NYZ_QUOTE_SIZE]; /* room for quote() */
    nyz_error *err;
} central;

static const unsigned char *name_of(const central *c)
{
    return c->header + NYZ_ZIP_CENTRAL_SIZE;
}

static size_t name_size(const central *c)
{
    return nyz_load_le16(c->header + 28);
}

static size_t extra_size(const central *c)
{
    return nyz_load_le16(c->header + 30);
}

/* The name, for a message. */
static const char *quote(central *c)
{
    return nyz_quote(c->quoted, (const char *)name_of(c), name_size(c));
}

static nyz_status corrupt(central *c, const char *reason)
{
    return nyz_fail(c->err, NYZ_ERR_CORRUPT, c->offset, "member '%s': %s", quote(c),
                    reason);
}

/* ----------------------------------------------------------------- the header's frame */

/* Finds the header's parts and moves *position after it. */
static nyz_status read_frame(central *c, const unsigned char *bytes, int64_t size,
                             int64_t *position)
{
    static const unsigned char signature[4] = {'P', 'K', 1, 2};
    const int64_t left = size - *position;
    if (left < NYZ_ZIP_CENTRAL_SIZE) {
        return nyz_fail(
            c->err, NYZ_ERR_CORRUPT, c->offset,
            "the directory ends before all members that the end record counts");
    }
    c->header = bytes + *position;
    if (memcmp(c->header, signature, sizeof signature) != 0) {
        return nyz_fail(
            c->err, NYZ_ERR_CORRUPT, c->offset,
            "expected a member's header in the directory, found %02x %02x %02x "
            "%02x",
            c->header[0], c->header[1], c->header[2], c->header[3]);
    }
    const int64_t whole = NYZ_ZIP_CENTRAL_SIZE + (int64_t)name_size(c) +
                          (int64_t)extra_size(c) + nyz_load_le16(c->header + 32);
    if (whole > left) {
        return nyz_fail(
            c->err, NYZ_ERR_CORRUPT, c->offset,
            "a member's header of %lld bytes where the directory has %lld left",
            (long long)whole, (long long)left);
    }
    *position += whole;
    return NYZ_OK;
}

static nyz_status check_name(central *c, const nyz_limits *limits, int *plain)
{
    const size_t size = name_size(c);
    if ((int64_t)size > limits->name_bytes) {
        return nyz_fail(
            c->err, NYZ_ERR_LIMIT, c->offset,
            "member '%s': a name of %zu bytes exceeds limits.name_bytes, %lld", quote(c),
            size, (long long)limits->name_bytes);
    }
    *plain = nyz_zip_name_is_plain(name_of(c), size);
    if (!*plain && memchr(name_of(c), 0, size) != NULL) {
        return corrupt(c, "its name contains a NUL byte");
    }
    return NYZ_OK;
}

/* ---------------------------------------------------------------- what we cannot read */

static nyz_status check_flags(central *c, unsigned flags)
{
    if ((flags & (NYZ_ZIP_ENCRYPTED | NYZ_ZIP_STRONG | NYZ_ZIP_MASKED)) != 0) {
        return nyz_fail(c->err, NYZ_ERR_UNSUPPORTED, c->offset,
                        "member '%s' is encrypted; decrypt the archive with another tool",
                        quote(c));
    }
    if ((flags & NYZ_ZIP_PATCHED_DATA) != 0) {
        return nyz_fail(c->err, NYZ_ERR_UNSUPPORTED, c->offset,
                        "member '%s' is a patch of another file, not a file", quote(c));
    }
    return NYZ_OK;
}

static const char *method_name(unsigned method)
{
    switch (method) {
    case 9:
        return "deflate64";
    case 12:
        return "bzip2";
    case 14:
        return "lzma";
    case 93:
        return "zstd";
    case 95:
        return "xz";
    default:
        return "an unknown method";
    }
}

static nyz_status check_method(central *c, unsigned method)
{
    if (method != NYZ_STORED && method != NYZ_DEFLATED) {
        return nyz_fail(c->err, NYZ_ERR_UNSUPPORTED, c->offset,
                        "member '%s' is compressed with %s (method %u); only stored and "
                        "deflated members are read: save it again with another tool",
                        quote(c), method_name(method), method);
    }
    const unsigned version = c->header[6]; /* the other byte is the system */
    if (version > MAX_VERSION) {
        return nyz_fail(
            c->err, NYZ_ERR_UNSUPPORTED, c->offset,
            "member '%s' needs version %u.%u of the zip format; 6.3 is the last "
            "that is read",
            quote(c), version / 10, version % 10);
    }
    return NYZ_OK;
}

/* ------------------------------------------------------------- sizes, offset and disk */

static nyz_status read_numbers(central *c, uint64_t numbers[NYZ_ZIP_NUMBERS],
                               nyz_zip_entry *out)
{
    nyz_zip_extra zip64;
    nyz_zip_extra blocks;
    numbers[NYZ_ZIP_SIZE] = nyz_load_le32(c->header + 24);
    numbers[NYZ_ZIP_STORED_SIZE] = nyz_load_le32(c->header + 20);
    numbers[NYZ_ZIP_OFFSET] = nyz_load_le32(c->header + 42);
    numbers[NYZ_ZIP_DISK] = nyz_load_le16(c->header + 34);
    const unsigned char *const extra = name_of(c) + name_size(c);
    const char *const wrong = nyz_zip_extra_scan(extra, extra_size(c), &zip64, &blocks);
    if (wrong != NULL) {
        return corrupt(c, wrong);
    }
    if (nyz_zip_extra_renames(extra, extra_size(c), name_of(c), name_size(c),
                              (nyz_load_le16(c->header + 8) & NYZ_ZIP_UTF8) != 0)) {
        return corrupt(c, "a Unicode path in its extra fields gives another name");
    }
    out->blocks = blocks.data != NULL ? (uint32_t)(blocks.data - c->directory) : 0;
    if (zip64.data != NULL && !nyz_zip_extra_take(&zip64, numbers)) {
        return corrupt(
            c, "its zip64 extra field does not fit the header's sizes, offset and disk");
    }
    if (numbers[NYZ_ZIP_DISK] != 0) {
        return corrupt(c, "it begins on another disk than the only one");
    }
    for (int i = 0; i < NYZ_ZIP_DISK; i++) {
        if (zip64.data == NULL && numbers[i] == NYZ_ZIP_SATURATED) {
            return corrupt(c,
                           "a size or offset of 0xffffffff without a zip64 extra field");
        }
        if (numbers[i] > INT64_MAX) {
            return corrupt(c, "a size or offset of more than 63 bits");
        }
    }
    return NYZ_OK;
}

/* Nearly all headers have the numbers in 32 bits, and no extra fields. */
static nyz_status set_numbers(central *c, nyz_zip_entry *out, uint64_t *offset)
{
    const uint32_t size = nyz_load_le32(c->header + 24);
    const uint32_t compressed_size = nyz_load_le32(c->header + 20);
    uint64_t numbers[NYZ_ZIP_NUMBERS];
    *offset = nyz_load_le32(c->header + 42);
    out->size = size;
    out->compressed_size = compressed_size;
    out->blocks = 0;
    if (extra_size(c) == 0 && size != NYZ_ZIP_SATURATED &&
        compressed_size != NYZ_ZIP_SATURATED && *offset != NYZ_ZIP_SATURATED &&
        nyz_load_le16(c->header + 34) == 0) {
        return NYZ_OK;
    }
    NYZ_TRY(read_numbers(c, numbers, out));
    out->size = (int64_t)numbers[NYZ_ZIP_SIZE];
    out->compressed_size = (int64_t)numbers[NYZ_ZIP_STORED_SIZE];
    *offset = numbers[NYZ_ZIP_OFFSET];
    return NYZ_OK;
}

static int more_than_times(int64_t size, int64_t factor, int64_t compressed_size,
                           int64_t spare)
{
    int64_t most;
    return !nyz_mul(factor, compressed_size, &most) && !nyz_add(most, spare, &most) &&
           size > most;
}

static nyz_status check_sizes(central *c, const nyz_zip_entry *entry,
                              const nyz_limits *limits)
{
    if (entry->method == NYZ_STORED && entry->size != entry->compressed_size) {
        return nyz_fail(c->err, NYZ_ERR_CORRUPT, c->offset,
                        "member '%s' is stored, but its sizes differ: %lld bytes, "
                        "compressed %lld",
                        quote(c), (long long)entry->size,
                        (long long)entry->compressed_size);
    }
    if (entry->method == NYZ_STORED) {
        return NYZ_OK; /* the ratio is 1 */
    }
    if (more_than_times(entry->size, MAX_INFLATED, entry->compressed_size,
                        INFLATED_SPARE)) {
        return nyz_fail(c->err, NYZ_ERR_CORRUPT, c->offset,
                        "member '%s': %lld bytes cannot be deflated to %lld", quote(c),
                        (long long)entry->size, (long long)entry->compressed_size);
    }
    if (entry->size > RATIO_FROM &&
        more_than_times(entry->size, limits->ratio, entry->compressed_size, 0)) {
        return nyz_fail(
            c->err, NYZ_ERR_LIMIT, c->offset,
            "member '%s': %lld bytes deflated to %lld exceed limits.ratio, %lld",
            quote(c), (long long)entry->size, (long long)entry->compressed_size,
            (long long)limits->ratio);
    }
    return NYZ_OK;
}

/* Local header, name and data must lie before the directory. */
static nyz_status place_member(central *c, const nyz_zip_location *place, uint64_t offset,
                               nyz_zip_entry *entry)
{
    const int64_t room =
        place->start - place->prefix; /* for offsets as the header counts */
    const int64_t head = NYZ_ZIP_LOCAL_SIZE + (int64_t)name_size(c);
    if ((int64_t)offset > room - head ||
        entry->compressed_size > room - head - (int64_t)offset) {
        return nyz_fail(c->err, NYZ_ERR_CORRUPT, c->offset,
                        "member '%s': %lld bytes at %lld do not fit before the directory",
                        quote(c), (long long)entry->compressed_size, (long long)offset);
    }
    entry->offset = (int64_t)offset + place->prefix;
    return NYZ_OK;
}

/* Reads the header at bytes[*position], and moves *position behind it. */
static nyz_status read_entry(const unsigned char *bytes, const nyz_zip_location *place,
                             const nyz_limits *limits, int64_t *position,
                             nyz_zip_entry *out, nyz_error *err)
{
    central c; /* not zeroed: it is large, and there are many */
    uint64_t offset = 0;
    int plain = 0;
    c.directory = bytes;
    c.offset = place->start + *position;
    c.err = err;
    NYZ_TRY(read_frame(&c, bytes, place->size, position));
    NYZ_TRY(check_name(&c, limits, &plain));
    out->name = plain ? (const char *)name_of(&c) : NULL;
    out->name_size = (uint32_t)name_size(&c);
    out->raw_offset = (uint32_t)(name_of(&c) - bytes);
    out->raw_size = (uint16_t)name_size(&c);
    out->flags = nyz_load_le16(c.header + 8);
    out->method = nyz_load_le16(c.header + 10);
    out->crc32 = nyz_load_le32(c.header + 16);
    NYZ_TRY(check_flags(&c, out->flags));
    NYZ_TRY(check_method(&c, out->method));
    NYZ_TRY(set_numbers(&c, out, &offset));
    NYZ_TRY(check_sizes(&c, out, limits));
    return place_member(&c, place, offset, out);
}

/* ------------------------------------------------------------------- all of them */

static nyz_status add_size(int64_t *total, int64_t size, const nyz_limits *limits,
                           nyz_error *err)
{
    if (nyz_add(*total, size, total) || *total > limits->archive_bytes) {
        return nyz_fail(err, NYZ_ERR_LIMIT, -1,
                        "the size of all members exceeds limits.archive_bytes, %lld",
                        (long long)limits->archive_bytes);
    }
    return NYZ_OK;
}

nyz_status nyz_zip_entries_read(const nyz_zip_location *place, const nyz_limits *limits,
                                nyz_zip_directory *dir, nyz_error *err)
{
    int64_t position = 0;
    int64_t total = 0;
    for (int64_t i = 0; i < place->count; i++) {
        nyz_zip_entry *const entry = &dir->entries[i];
        NYZ_TRY(read_entry(dir->bytes, place, limits, &position, entry, err));
        NYZ_TRY(add_size(&total, entry->size, limits, err));
    }
    dir->count = place->count;
    if (position != place->size) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, place->start + position,
                        "%lld more bytes in the directory than its %lld members take",
                        (long long)(place->size - position), (long long)place->count);
    }
    return NYZ_OK;
}

nyz_zip_facts nyz_zip_entry_facts(const nyz_zip_directory *dir,
                                  const nyz_zip_entry *entry)
{
    const unsigned char *const header =
        dir->bytes + entry->raw_offset - NYZ_ZIP_CENTRAL_SIZE;
    const nyz_zip_facts facts = {.system = header[5],
                                 .time = nyz_load_le16(header + 12),
                                 .date = nyz_load_le16(header + 14),
                                 .external = nyz_load_le32(header + 38)};
    return facts;
}
