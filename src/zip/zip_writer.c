/* SPDX-License-Identifier: MIT */
/* Members of a zip archive being written: see zip_writer.h.  The records are made in
 * zip_writer_directory.c; docs/format.md 5. */
#include "zip/zip_writer.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/endian.h"
#include "base/error.h"
#include "base/utf8.h"
#include "codec/codec.h"
#include "io/stream.h"
#include "io/write_buffer.h"
#include "zip/zip_encode.h"
#include "zip/zip_internal.h"
#include "zip/zip_writer_internal.h"

/* Of a stored member at a time: systems take large writes into large pages of their
 * cache, and a quarter of this costs a twentieth more time; the processor's last cache
 * still holds it. */
#define PIECE ((int64_t)4 << 20)

struct nyz_zip_writer {
    nyz_allocator allocator;
    nyz_write_buffer out; /* to the stream */
    int seekable;
    nyz_buffer local;     /* the local header of the member being written */
    nyz_buffer directory; /* the central headers of all members before it */
    int64_t count;        /* of these */
    const char *name;     /* of the member that has been begun; NULL: none */
    nyz_zip_record record;
    int64_t left;  /* bytes of it to come; INT64_MAX: unknown */
    int64_t first; /* where its bytes begin, of unknown size */
    int64_t
        plain; /* deflated, of unknown size: so many bytes at its start are not deflated */
    int64_t changed; /* so many bytes at its start were replaced */
    uint32_t change; /* of their CRC */
    nyz_sink sink;   /* of a deflated one's stream */
    nyz_zip_encoder encoder;
};

nyz_status nyz_zip_writer_create(const nyz_stream *stream, const nyz_allocator *allocator,
                                 nyz_zip_writer **out, nyz_error *err)
{
    void *memory = NULL;
    *out = NULL;
    if (stream->write == NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "the stream has no write");
    }
    NYZ_TRY(nyz_alloc_zero(allocator, (int64_t)sizeof **out, &memory, err));
    nyz_zip_writer *const zip = memory;
    zip->allocator = *allocator;
    zip->local.allocator = &zip->allocator;
    zip->directory.allocator = &zip->allocator;
    zip->out.stream = *stream;
    zip->out.allocator = *allocator;
    zip->out.position = nyz_stream_tell(stream);
    zip->seekable = zip->out.position >= 0;
    if (!zip->seekable) {
        zip->out.position = 0;
    }
    *out = zip;
    return NYZ_OK;
}

void nyz_zip_writer_free(nyz_zip_writer **zip)
{
    if (*zip != NULL) {
        const nyz_allocator allocator = (*zip)->allocator;
        nyz_zip_encode_close(&(*zip)->encoder);
        nyz_write_buffer_free(&(*zip)->out);
        nyz_buffer_free(&(*zip)->local);
        nyz_buffer_free(&(*zip)->directory);
        nyz_release(&allocator, *zip, (int64_t)sizeof **zip);
        *zip = NULL;
    }
}

/* ------------------------------------------------------------------------- one member */

/* Writes the local header, with what the record holds by now; `align`: 0, or where the data after
 * `head` bytes of the member is to be. */
static nyz_status begin_member(nyz_zip_writer *zip, const char *name,
                               nyz_zip_record *record, int64_t head, int align,
                               nyz_error *err)
{
    const nyz_sink sink = nyz_write_buffer_sink(&zip->out);
    const size_t name_size = strlen(name);
    const int ascii = nyz_utf8_ascii_prefix(name, name_size) == name_size;
    record->offset = zip->out.position;
    record->flags =
        (uint16_t)((ascii ? 0 : NYZ_ZIP_UTF8) | (zip->seekable ? 0 : NYZ_ZIP_DESCRIPTOR));
    if (align > 0) {
        nyz_zip_writer_align(record, name_size, head, align);
    }
    NYZ_TRY(nyz_zip_make_local(&zip->local, name, record, err));
    return nyz_sink_put(&sink, zip->local.data, (int64_t)zip->local.size, err);
}

/* Puts what was not known before the data to its place in the local header. */
static nyz_status complete_local(nyz_zip_writer *zip, const nyz_zip_record *record,
                                 nyz_error *err)
{
    nyz_zip_writer_patch_local(&zip->local, record);
    return nyz_write_buffer_patch(&zip->out, record->offset, zip->local.data,
                                  (int64_t)zip->local.size, err);
}

static nyz_status end_member(nyz_zip_writer *zip, const char *name,
                             const nyz_zip_record *record, nyz_error *err)
{
    if (!zip->seekable) {
        const nyz_sink sink = nyz_write_buffer_sink(&zip->out);
        unsigned char descriptor[NYZ_ZIP_DESCRIPTOR_SIZE];
        nyz_zip_writer_descriptor(descriptor, record);
        NYZ_TRY(nyz_sink_put(&sink, descriptor, (int64_t)sizeof descriptor, err));
    }
    NYZ_TRY(nyz_zip_append_central(&zip->directory, name, record, err));
    zip->count++;
    return NYZ_OK;
}

static int is_of_unknown_size(const nyz_zip_writer *zip)
{
    return zip->left == INT64_MAX;
}

/* Bytes that come. */
static void count(nyz_zip_writer *zip, int64_t size)
{
    if (is_of_unknown_size(zip)) {
        zip->record.size += size;
    } else {
        zip->left -= size;
    }
}

/* Piece by piece, so that a piece is written while the CRC has it in the cache.  The
 * header is completed before the last piece: where one piece is all, the header is still
 * in the buffer. */
static nyz_status put_stored(nyz_zip_writer *zip, const void *bytes, int64_t size,
                             nyz_error *err)
{
    const nyz_sink sink = nyz_write_buffer_sink(&zip->out);
    const unsigned char *next = bytes;
    while (size > 0) {
        const int64_t piece = nyz_min(size, PIECE);
        zip->record.crc32 = nyz_crc32(zip->record.crc32, next, (size_t)piece);
        count(zip, piece);
        if (zip->left == 0 && zip->seekable) {
            NYZ_TRY(complete_local(zip, &zip->record, err));
        }
        NYZ_TRY(nyz_sink_put(&sink, next, piece, err));
        next += piece;
        size -= piece;
    }
    return NYZ_OK;
}

/* The first bytes of a deflated member, as a block that is not deflated: they can be replaced. */
static nyz_status put_plain(nyz_zip_writer *zip, const void *bytes, int64_t size,
                            nyz_error *err)
{
    const nyz_sink sink = nyz_write_buffer_sink(&zip->out);
    unsigned char start[NYZ_STORED_BLOCK_HEAD];
    nyz_deflate_stored_head(start, (size_t)size);
    zip->first = zip->out.position + NYZ_STORED_BLOCK_HEAD;
    zip->record.crc32 = nyz_crc32(0, bytes, (size_t)size);
    zip->record.compressed_size = NYZ_STORED_BLOCK_HEAD + size;
    NYZ_TRY(nyz_sink_put(&sink, start, NYZ_STORED_BLOCK_HEAD, err));
    return nyz_sink_put(&sink, bytes, size, err);
}

static nyz_status put_member(void *to, const void *bytes, int64_t size, nyz_error *err)
{
    nyz_zip_writer *const zip = to;
    if (zip->record.method == NYZ_STORED) {
        return put_stored(zip, bytes, size, err);
    }
    count(zip, size);
    if (zip->plain > 0 && zip->record.compressed_size == 0) {
        return put_plain(zip, bytes, size, err);
    }
    return nyz_zip_encode_put(&zip->encoder, bytes, size, err);
}

nyz_sink nyz_zip_writer_sink(nyz_zip_writer *zip)
{
    const nyz_sink sink = {put_member, zip};
    return sink;
}

nyz_status nyz_zip_writer_begin(nyz_zip_writer *zip, const char *name,
                                const nyz_zip_method *how, int64_t size, int64_t head,
                                nyz_error *err)
{
    const int is_stored = how->method == NYZ_STORED;
    const int64_t known = size < 0 ? 0 : size;
    const nyz_zip_record record = {.size = known,
                                   .compressed_size = is_stored ? known : 0,
                                   .method = (uint16_t)how->method};
    zip->record = record;
    zip->name = name;
    zip->left = size < 0 ? INT64_MAX : size;
    zip->plain = size < 0 && !is_stored ? head : 0;
    zip->changed = 0;
    NYZ_TRY(begin_member(zip, name, &zip->record, head, is_stored ? how->align : 0, err));
    zip->first = zip->out.position;
    zip->sink = nyz_write_buffer_sink(&zip->out);
    return is_stored ? NYZ_OK
                     : nyz_zip_encode_begin(&zip->encoder, how, &zip->allocator,
                                            &zip->sink, err);
}

/* The index lives as long as `entries`.  A member in one block needs none, and one without a head
 * is no array of rows. */
static void set_blocks(nyz_zip_record *record, const nyz_block_layout *layout,
                       const nyz_buffer *entries)
{
    const int64_t count = (int64_t)entries->size / NYZ_ZIP_BLOCKS_ENTRY;
    if (layout->head > 0 && count > 1) {
        record->blocks = (nyz_zip_blocks){layout->head, layout->unit, count, record->size,
                                          entries->data};
    }
}

/* Of a member whose head was put apart, the index is that of the rest behind an entry for it. */
static nyz_status add_head(nyz_zip_writer *zip, nyz_error *err)
{
    nyz_buffer *const index = &zip->encoder.index;
    const uint32_t crc32 = zip->record.crc32 ^ (zip->changed > 0 ? zip->change : 0);
    if (zip->plain == 0 || index->size == 0) {
        return NYZ_OK;
    }
    NYZ_TRY(nyz_buffer_reserve(index, index->size + NYZ_ZIP_BLOCKS_ENTRY, err));
    memmove(index->data + NYZ_ZIP_BLOCKS_ENTRY, index->data, index->size);
    nyz_store_le32(index->data, (uint32_t)(NYZ_STORED_BLOCK_HEAD + zip->plain));
    nyz_store_le32(index->data + 4, crc32);
    index->size += NYZ_ZIP_BLOCKS_ENTRY;
    zip->encoder.layout.head = zip->plain;
    return NYZ_OK;
}

static nyz_status end_deflated(nyz_zip_writer *zip, nyz_error *err)
{
    nyz_zip_record *const record = &zip->record;
    NYZ_TRY(nyz_zip_encode_end(&zip->encoder, err));
    NYZ_TRY(add_head(zip, err));
    record->crc32 = nyz_crc32_combine(record->crc32, zip->encoder.sums.crc32,
                                      record->size - zip->plain);
    record->compressed_size += zip->encoder.sums.compressed_size;
    set_blocks(record, &zip->encoder.layout, &zip->encoder.index);
    return zip->seekable && !is_of_unknown_size(zip) ? complete_local(zip, record, err)
                                                     : NYZ_OK;
}

nyz_status nyz_zip_writer_replace(nyz_zip_writer *zip, const void *old, const void *with,
                                  int64_t size, nyz_error *err)
{
    zip->changed = size;
    zip->change = nyz_crc32(0, old, (size_t)size) ^ nyz_crc32(0, with, (size_t)size);
    return nyz_write_buffer_patch(&zip->out, zip->first, with, size, err);
}

/* A CRC is linear: its change is that of the first bytes, followed by zeros. */
static nyz_status complete_unknown(nyz_zip_writer *zip, nyz_error *err)
{
    nyz_zip_record *const record = &zip->record;
    if (record->method == NYZ_STORED) {
        record->compressed_size = record->size;
    }
    if (zip->changed > 0) {
        record->crc32 =
            nyz_crc32_combine(zip->change, record->crc32, record->size - zip->changed);
    }
    return complete_local(zip, record, err);
}

nyz_status nyz_zip_writer_end(nyz_zip_writer *zip, nyz_error *err)
{
    if (zip->record.method != NYZ_STORED) {
        NYZ_TRY(end_deflated(zip, err));
    }
    if (is_of_unknown_size(zip)) {
        NYZ_TRY(complete_unknown(zip, err));
    }
    const nyz_status status = end_member(zip, zip->name, &zip->record, err);
    nyz_zip_encode_close(&zip->encoder); /* with the index that the record has */
    zip->name = NULL;
    return status;
}

int64_t nyz_zip_writer_left(const nyz_zip_writer *zip)
{
    return zip->name != NULL ? zip->left : -1;
}

nyz_status nyz_zip_writer_add(nyz_zip_writer *zip, const char *name,
                              const nyz_zip_method *how, const nyz_zip_content *content,
                              nyz_error *err)
{
    const nyz_sink sink = nyz_zip_writer_sink(zip);
    NYZ_TRY(nyz_zip_writer_begin(zip, name, how, content->size, content->head, err));
    NYZ_TRY(content->pass(content->ctx, &sink, err));
    return nyz_zip_writer_end(zip, err);
}

nyz_status nyz_zip_writer_add_encoded(nyz_zip_writer *zip, const char *name,
                                      const nyz_zip_encoded *ready, nyz_error *err)
{
    const nyz_sink sink = nyz_write_buffer_sink(&zip->out);
    nyz_zip_record record = {.size = ready->size,
                             .compressed_size = (int64_t)ready->bytes.size,
                             .crc32 = ready->crc32,
                             .method = NYZ_DEFLATED};
    set_blocks(&record, &ready->layout, &ready->index);
    NYZ_TRY(begin_member(zip, name, &record, 0, 0, err));
    NYZ_TRY(nyz_sink_put(&sink, ready->bytes.data, record.compressed_size, err));
    return end_member(zip, name, &record, err);
}

int nyz_zip_writer_seeks(const nyz_zip_writer *zip)
{
    return zip->seekable;
}

int64_t nyz_zip_writer_count(const nyz_zip_writer *zip)
{
    return zip->count;
}

nyz_status nyz_zip_writer_finish(nyz_zip_writer *zip, nyz_error *err)
{
    const nyz_sink sink = nyz_write_buffer_sink(&zip->out);
    NYZ_TRY(nyz_zip_writer_directory(&sink, &zip->directory, zip->count,
                                     zip->out.position, err));
    return nyz_write_buffer_flush(&zip->out, err);
}
