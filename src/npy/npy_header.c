/* SPDX-License-Identifier: MIT */
/* The beginning of a .npy file: its magic, and its header read from a source.  See npy.h;
 * what the header's text says is in header_parse.c. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/buffer.h"
#include "base/config.h"
#include "base/error.h"
#include "base/file_kind.h"
#include "base/owner.h"
#include "io/stream.h"
#include "npy/header.h"
#include "npy/npy.h"

nyz_status nyz_npy_begin(nyz_source *source, nyz_npy_start *start, nyz_error *err)
{
    memset(start, 0, sizeof *start);
    start->base = source->offset;
    return nyz_source_read_some(source, start->bytes, sizeof start->bytes, &start->size,
                                err);
}

int nyz_npy_has_magic(const nyz_npy_start *start)
{
    return start->size >= NYZ_MAGIC_SIZE &&
           memcmp(start->bytes, NYZ_MAGIC, NYZ_MAGIC_SIZE) == 0;
}

/* Bytes that do not begin with the magic, called by what they are.  Where the size is
 * known, more of them are looked at; the status depends on the first ones alone, so that a
 * stream of unknown size has the same. */
static nyz_status refuse_magic(nyz_source *source, const nyz_npy_start *start,
                               nyz_error *err)
{
    unsigned char bytes[NYZ_KIND_BYTES];
    char text[NYZ_KIND_SIZE];
    int version = 0;
    int preamble = 0;
    int64_t more = 0;
    const nyz_status status =
        nyz_header_version(start->bytes, start->size, &version, &preamble, err);
    if (status != NYZ_ERR_CORRUPT) {
        return status;
    }
    memcpy(bytes, start->bytes, (size_t)start->size);
    if (source->left > 0) {
        NYZ_TRY(nyz_source_read_some(source, bytes + start->size,
                                     (int64_t)sizeof bytes - start->size, &more, err));
    }
    const char *const kind = nyz_file_kind(text, bytes, start->size + more);
    return kind == NULL ? status : nyz_fail(err, status, 0, "not a .npy file: %s", kind);
}

/* Fewer bytes than every .npy file has.  What is no beginning of one is told by what it
 * is. */
static nyz_status refuse_short(nyz_source *source, const nyz_npy_start *start,
                               nyz_error *err)
{
    if (start->size == 0) {
        return nyz_fail(err, NYZ_ERR_NOT_FOUND, start->base,
                        "no array: end of the file or stream");
    }
    if (memcmp(start->bytes, NYZ_MAGIC, (size_t)nyz_min(start->size, NYZ_MAGIC_SIZE)) !=
        0) {
        return refuse_magic(source, start, err);
    }
    return nyz_fail(
        err, NYZ_ERR_CORRUPT, start->base + start->size,
        "preamble: expected magic, version and length, found the end after %d bytes",
        (int)start->size);
}

/* The place of the length is known: offsets in the text become offsets in the file. */
static nyz_status move_offset(nyz_status status, int64_t base, nyz_error *err)
{
    if (status != NYZ_OK && err != NULL && err->offset >= 0) {
        err->offset += base;
    }
    return status;
}

static nyz_status read_preamble(nyz_source *source, const nyz_npy_start *start,
                                const nyz_config *config, int *version, int64_t *length,
                                nyz_error *err)
{
    unsigned char preamble[NYZ_PREAMBLE_MAX] = {0};
    int size = 0;
    if (start->size < (int64_t)sizeof start->bytes) {
        return refuse_short(source, start, err);
    }
    if (!nyz_npy_has_magic(start)) {
        return move_offset(refuse_magic(source, start, err), start->base, err);
    }
    NYZ_TRY(
        move_offset(nyz_header_version(start->bytes, start->size, version, &size, err),
                    start->base, err));
    memcpy(preamble, start->bytes, sizeof start->bytes);
    NYZ_TRY(nyz_source_read(source, preamble + sizeof start->bytes,
                            size - (int64_t)sizeof start->bytes, "preamble", err));
    return move_offset(nyz_header_length(preamble, *version, config, length, err),
                       start->base, err);
}

/* Reads the text into a buffer that grows only as bytes really come. */
static nyz_status read_text(nyz_source *source, int64_t length, nyz_buffer *text,
                            nyz_error *err)
{
    while ((int64_t)text->size < length) {
        const int64_t have = (int64_t)text->size;
        const int64_t piece = source->left >= 0
                                  ? length
                                  : nyz_min(length - have, (int64_t)NYZ_IO_BLOCK / 4);
        NYZ_TRY(nyz_buffer_reserve(text, (size_t)(have + piece), err));
        NYZ_TRY(nyz_source_read(source, text->data + have, piece, "header", err));
        text->size += (size_t)piece;
    }
    return NYZ_OK;
}

/* What the parser needs beside the text. */
typedef struct header_target {
    int version;
    const nyz_config *config;
    nyz_owner *owner;
    nyz_array *out;
    int *fortran;
} header_target;

static nyz_status parse_text(const void *text, int64_t size, int64_t base,
                             const header_target *to, nyz_error *err)
{
    return move_offset(nyz_header_parse(text, (size_t)size, to->version, to->config,
                                        &to->owner->arena, to->out, to->fortran, err),
                       base, err);
}

static nyz_status parse_long(nyz_source *source, int64_t length, const header_target *to,
                             nyz_error *err)
{
    nyz_buffer text = {.allocator = &to->config->allocator};
    const int64_t base = source->offset;
    nyz_status status = read_text(source, length, &text, err);
    if (status == NYZ_OK) {
        status = parse_text(text.data, length, base, to, err);
    }
    nyz_buffer_free(&text);
    return status;
}

/* Headers as NumPy writes them for all but structs take no memory. */
static nyz_status parse_into(nyz_source *source, int64_t length, const header_target *to,
                             nyz_error *err)
{
    char text[256];
    const int64_t base = source->offset;
    if (source->left >= 0 && length > source->left) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, base + source->left,
                        "header: expected %lld bytes, found %lld", (long long)length,
                        (long long)source->left);
    }
    if (length > (int64_t)sizeof text) {
        return parse_long(source, length, to, err);
    }
    NYZ_TRY(nyz_source_read(source, text, length, "header", err));
    return parse_text(text, length, base, to, err);
}

nyz_status nyz_npy_read_header(nyz_source *source, const nyz_npy_start *start,
                               const nyz_config *config, nyz_array *out, int *fortran,
                               nyz_error *err)
{
    int version = 0;
    int64_t length = 0;
    nyz_owner *owner = NULL;
    memset(out, 0, sizeof *out);
    NYZ_TRY(read_preamble(source, start, config, &version, &length, err));
    NYZ_TRY(nyz_owner_new(&config->allocator, &owner, err));
    const header_target to = {version, config, owner, out, fortran};
    const nyz_status status = parse_into(source, length, &to, err);
    if (status != NYZ_OK) {
        nyz_owner_free(&owner);
        memset(out, 0, sizeof *out);
        return status;
    }
    out->owner = owner;
    out->base = owner;
    return NYZ_OK;
}

nyz_status nyz_npy_peek(nyz_source *source, const nyz_npy_start *start,
                        const nyz_config *config, nyz_array *out, nyz_error *err)
{
    int fortran = 0;
    return nyz_npy_read_header(source, start, config, out, &fortran, err);
}
