/* SPDX-License-Identifier: MIT */
/* What is refused in untrusted files, because other readers could see another archive in
 * them: bytes that belong to no member, and members that are no plain files.
 * docs/format.md 4.4. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/endian.h"
#include "base/error.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "zip/zip_directory.h"
#include "zip/zip_internal.h"

/* A Unix mode, in the upper half of the external attributes. */
#define MODE_TYPE 0170000u
#define MODE_DIRECTORY 0040000u
#define MODE_FILE 0100000u
/* Attributes of DOS and Windows, in the lower half. */
#define DOS_DIRECTORY 0x10u
#define DOS_SPECIAL 0x448u /* a volume's label, a device, a reparse point (link) */

/* An archive being looked through. */
typedef struct walk {
    const nyz_zip_directory *dir;
    const nyz_stream *stream;
    nyz_stream seen;   /* the same through the window, once that has been opened */
    int64_t directory; /* where the directory begins */
    nyz_error *err;
    nyz_read_ahead window;
} walk;

static nyz_status refuse(const walk *w, int64_t offset, const char *what)
{
    return nyz_fail(w->err, NYZ_ERR_CORRUPT, offset,
                    "%s, which is refused in untrusted files", what);
}

/* ------------------------------------------------------------------ what a member is */

static int is_named_as_directory(const nyz_zip_entry *entry)
{
    return entry->name_size > 0 && entry->name[entry->name_size - 1] == '/';
}

/* Whatever system made it: readers differ in which they take the mode from. */
static nyz_status check_type(const walk *w, const nyz_zip_entry *entry)
{
    const uint32_t external = nyz_zip_entry_facts(w->dir, entry).external;
    const uint32_t type = external >> 16 & MODE_TYPE;
    const int named = is_named_as_directory(entry);
    if ((type != 0 && type != MODE_FILE && type != MODE_DIRECTORY) ||
        (external & DOS_SPECIAL) != 0) {
        return refuse(w, entry->offset, "it is marked as a link or a device");
    }
    if (!named && (type == MODE_DIRECTORY || (external & DOS_DIRECTORY) != 0)) {
        return refuse(w, entry->offset, "it is marked as a directory");
    }
    if (named && entry->size > 0) {
        return refuse(w, entry->offset, "it is named as a directory, but has bytes");
    }
    return NYZ_OK;
}

/* ----------------------------------------------------------------- what comes after it */

/* CRC, stored size and size, in 32 or 64 bits, with a signature or without. */
static int is_descriptor(const unsigned char *bytes, int64_t size,
                         const nyz_zip_entry *entry)
{
    static const unsigned char signature[4] = {'P', 'K', 7, 8};
    const uint64_t compressed_size = (uint64_t)entry->compressed_size;
    if (size % 8 == 0) { /* 16, 24 */
        if (memcmp(bytes, signature, sizeof signature) != 0) {
            return 0;
        }
        bytes += sizeof signature;
    }
    if (nyz_load_le32(bytes) != entry->crc32) {
        return 0;
    }
    return size < 20 ? nyz_load_le32(bytes + 4) == compressed_size &&
                           nyz_load_le32(bytes + 8) == (uint64_t)entry->size
                     : nyz_load_le64(bytes + 4) == compressed_size &&
                           nyz_load_le64(bytes + 12) == (uint64_t)entry->size;
}

/* A reader that goes from member to member expects a descriptor where the flags announce
 * one, and the next header where they do not. */
static nyz_status check_rest(const walk *w, const nyz_zip_entry *entry, int64_t end)
{
    const int64_t rest = entry->end - end;
    const int announced = (entry->flags & NYZ_ZIP_DESCRIPTOR) != 0;
    unsigned char bytes[24];
    if (announced && rest >= 12 && rest <= (int64_t)sizeof bytes && rest % 4 == 0) {
        NYZ_TRY(
            nyz_stream_read_at(&w->seen, end, bytes, rest, "data descriptor", w->err));
        return is_descriptor(bytes, rest, entry)
                   ? NYZ_OK
                   : refuse(w, end, "its data descriptor is not what the directory says");
    }
    if (announced && rest == 0) {
        return refuse(w, end, "its data descriptor is missing");
    }
    if (rest > 0) {
        return nyz_fail(w->err, NYZ_ERR_CORRUPT, end,
                        "%lld bytes after it belong to no member, which is refused in "
                        "untrusted files",
                        (long long)rest);
    }
    return NYZ_OK;
}

/* --------------------------------------------------------------------------- the walk */

/* Small members are read several at once, of large ones the header and usual extras. */
static void look_at(walk *w, const nyz_zip_entry *entry)
{
    enum { EXTRAS = 64 };
    const int64_t head = NYZ_ZIP_LOCAL_SIZE + (int64_t)entry->raw_size;
    const int64_t into = entry->offset - w->window.offset;
    if (w->stream->read_at == NULL) {
        w->seen = *w->stream;
    } else if (into < 0 || into + head > w->window.size) {
        const int64_t size = entry->end - entry->offset > NYZ_READ_AHEAD_SIZE
                                 ? head + EXTRAS
                                 : w->directory - entry->offset;
        w->seen = nyz_read_ahead_open(&w->window, w->stream, entry->offset, size);
    }
}

static nyz_status check_member(walk *w, const nyz_zip_entry *entry)
{
    int64_t data;
    NYZ_TRY(check_type(w, entry));
    look_at(w, entry);
    NYZ_TRY(nyz_zip_local_read(&w->seen, w->dir, entry, &data, w->err));
    return check_rest(w, entry, data + entry->compressed_size);
}

/* Where the first member begins; the directory, if there is none. */
static int64_t first_offset(const nyz_zip_directory *dir, int64_t directory)
{
    int64_t first = directory;
    for (int64_t i = 0; i < dir->count; i++) {
        first = nyz_min(first, dir->entries[i].offset);
    }
    return first;
}

nyz_status nyz_zip_untrusted_check(const nyz_stream *stream, const nyz_zip_directory *dir,
                                   int64_t start, nyz_error *err)
{
    walk w; /* not zeroed: the window is large */
    w.dir = dir;
    w.stream = stream;
    w.directory = start;
    w.err = err;
    w.window.offset = 0;
    w.window.size = 0;
    const int64_t first = first_offset(dir, start);
    if (first != 0) {
        return nyz_fail(
            err, NYZ_ERR_CORRUPT, 0,
            "%lld bytes before the first member, which are refused in untrusted "
            "files",
            (long long)first);
    }
    for (int64_t i = 0; i < dir->count; i++) {
        const nyz_zip_entry *const entry = &dir->entries[i];
        const nyz_status status = check_member(&w, entry);
        if (status != NYZ_OK) {
            char quoted[NYZ_QUOTE_SIZE];
            nyz_error_prefix(
                err, "member '%s': ", nyz_quote(quoted, entry->name, entry->name_size));
            return status;
        }
    }
    return NYZ_OK;
}
