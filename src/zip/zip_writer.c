/* Members of a zip archive being written: see zip_writer.h.  The only file that knows
 * minizip, which makes every record.  It writes them not to the stream but to memory,
 * where they are given the layout of Python's zipfile; the members' bytes never pass
 * through it.  The directory at the end is in zip_writer_directory.c.  docs/format.md 5. */
#include "zip/zip_writer.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/utf8.h"
#include "io/stream.h"
#include "io/write_buffer.h"
#include "zip/zip_encode.h"
#include "zip/zip_internal.h"
#include "zip/zip_writer_internal.h"

#include <zlib.h>
#include <minizip/zip.h>

/* A local header without its name: 30 bytes, and 20 for the zip64 field. */
#define LOCAL_HEADER_CAPACITY 64

/* More than a central header takes in minizip, and more than the C library keeps aside
 * for pieces of the same size only. */
#define MINIZIP_CAPACITY 2048

struct nyz_zip_writer {
    nyz_allocator allocator;
    nyz_write_buffer out; /* to the stream */
    int seekable;

    zipFile zip;
    nyz_buffer records; /* what minizip has written, at records_base of its file */
    uint64_t records_base;
    uint64_t cursor; /* where minizip's next read or write goes */
    int closing;     /* what minizip writes is thrown away */

    nyz_zip_record *members;
    int64_t count;
    int64_t capacity;
};

/* ---------------------------------------------------- the file that minizip writes to */

static voidpf records_open(voidpf opaque, const void *name, int mode)
{
    (void)name;
    (void)mode;
    return opaque;
}

static uLong records_read(voidpf opaque, voidpf file, void *bytes, uLong size)
{
    (void)opaque;
    (void)file;
    (void)bytes;
    (void)size;
    return 0; /* an archive that is created is never read back */
}

/* Only what is still in the buffer can be written over: the last local header. */
static uLong records_write(voidpf opaque, voidpf file, const void *bytes, uLong size)
{
    nyz_zip_writer *const zip = opaque;
    (void)file;
    if (zip->closing) {
        zip->cursor += size;
        return size;
    }
    if (zip->cursor < zip->records_base ||
        zip->cursor - zip->records_base > zip->records.size || size == 0) {
        return 0;
    }
    const nyz_stream buffer = nyz_stream_buffer(&zip->records);
    zip->records.position = (size_t)(zip->cursor - zip->records_base);
    if (nyz_stream_write(&buffer, bytes, (int64_t)size, NULL) != NYZ_OK) {
        return 0;
    }
    zip->cursor += size;
    return size;
}

static ZPOS64_T records_tell(voidpf opaque, voidpf file)
{
    const nyz_zip_writer *const zip = opaque;
    (void)file;
    return zip->cursor;
}

static long records_seek(voidpf opaque, voidpf file, ZPOS64_T offset, int origin)
{
    nyz_zip_writer *const zip = opaque;
    (void)file;
    if (origin == ZLIB_FILEFUNC_SEEK_CUR) {
        offset += zip->cursor;
    } else if (origin == ZLIB_FILEFUNC_SEEK_END) {
        offset += zip->records_base + zip->records.size;
    }
    zip->cursor = offset;
    return 0;
}

/* Nothing is to be closed, and no error is kept. */
static int records_fine(voidpf opaque, voidpf file)
{
    (void)opaque;
    (void)file;
    return 0;
}

/* Begins an empty buffer where the next record goes. */
static void begin_records(nyz_zip_writer *zip)
{
    zip->records.size = 0;
    zip->records.position = 0;
    zip->records_base = (uint64_t)zip->out.position;
    zip->cursor = zip->records_base;
}

/* minizip fails where there is no memory: nothing else can go wrong here. */
static nyz_status minizip_failed(int code, const char *call, nyz_error *err)
{
    return nyz_fail(err, NYZ_ERR_MEMORY, -1, "out of memory: minizip's %s returned %d",
                    call, code);
}

/* ----------------------------------------------------------------------------- create */

static nyz_status open_minizip(nyz_zip_writer *zip, nyz_error *err)
{
    zlib_filefunc64_def functions = {
        .zopen64_file = records_open,
        .zread_file = records_read,
        .zwrite_file = records_write,
        .ztell64_file = records_tell,
        .zseek64_file = records_seek,
        .zclose_file = records_fine,
        .zerror_file = records_fine,
        .opaque = zip,
    };
    zip->zip = zipOpen2_64("", APPEND_STATUS_CREATE, NULL, &functions);
    return zip->zip != NULL ? NYZ_OK : minizip_failed(0, "zipOpen2_64", err);
}

nyz_status nyz_zip_writer_create(const nyz_stream *stream, const nyz_allocator *allocator,
                                 nyz_zip_writer **out, nyz_error *err)
{
    void *memory = NULL;
    *out = NULL;
    if (stream->write == NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "the stream has no write");
    }
    NYZ_TRY(nyz_alloc_zero(allocator, (int64_t)sizeof **out, &memory, err));
    nyz_zip_writer *zip = memory;
    zip->allocator = *allocator;
    zip->records.allocator = &zip->allocator;
    zip->out.stream = *stream;
    zip->out.allocator = *allocator;
    zip->out.position = nyz_stream_tell(stream);
    zip->seekable = zip->out.position >= 0;
    if (!zip->seekable) {
        zip->out.position = 0;
    }
    begin_records(zip);
    const nyz_status status = open_minizip(zip, err);
    if (status != NYZ_OK) {
        nyz_zip_writer_free(&zip);
    }
    *out = zip;
    return status;
}

void nyz_zip_writer_free(nyz_zip_writer **zip)
{
    if (*zip != NULL) {
        const nyz_allocator allocator = (*zip)->allocator;
        (*zip)->closing = 1;
        if ((*zip)->zip != NULL) {
            (void)zipClose((*zip)->zip, NULL);
        }
        nyz_write_buffer_free(&(*zip)->out);
        nyz_buffer_free(&(*zip)->records);
        nyz_release(&allocator, (*zip)->members,
                    (*zip)->capacity * (int64_t)sizeof *(*zip)->members);
        nyz_release(&allocator, *zip, (int64_t)sizeof **zip);
        *zip = NULL;
    }
}

/* ------------------------------------------------------------------------- one member */

/* minizip takes memory for a central header and writes to it before it looks whether it
 * got any.  So malloc is asked for more than that first: what has just been given back
 * can be had again. */
static nyz_status try_malloc(int64_t size, nyz_error *err)
{
    void *memory = NULL;
    NYZ_TRY(nyz_alloc(&nyz_default_allocator, size, &memory, err));
    nyz_release(&nyz_default_allocator, memory, size);
    return NYZ_OK;
}

/* Lets minizip make the local header, in the buffer.  The room is there before:
 * minizip 1.1 leaks its central header where a write of the local one fails. */
static nyz_status make_local_header(nyz_zip_writer *zip, const char *name,
                                    nyz_zip_record *record, nyz_error *err)
{
    zip_fileinfo info;
    memset(&info, 0, sizeof info);
    info.dosDate = NYZ_ZIP_DATE;
    info.external_fa = NYZ_ZIP_ATTRIBUTES;
    const size_t name_size = strlen(name);
    const int ascii = nyz_utf8_ascii_prefix(name, name_size) == name_size;
    begin_records(zip);
    NYZ_TRY(nyz_buffer_reserve(&zip->records, name_size + LOCAL_HEADER_CAPACITY, err));
    NYZ_TRY(try_malloc((int64_t)name_size + MINIZIP_CAPACITY, err));
    record->offset = zip->out.position;
    record->flags =
        (uint16_t)((ascii ? 0 : NYZ_ZIP_UTF8) | (zip->seekable ? 0 : NYZ_ZIP_DESCRIPTOR));
    /* Level 6 whatever the member's: others would set flag bits that Python leaves clear.
     */
    const int code = zipOpenNewFileInZip4_64(
        zip->zip, name, &info, NULL, 0, NULL, 0, NULL, record->method, 6, 1, -MAX_WBITS,
        8, Z_DEFAULT_STRATEGY, NULL, 0, NYZ_ZIP_MADE_BY, record->flags, 1);
    return code == ZIP_OK ? NYZ_OK : minizip_failed(code, "zipOpenNewFileInZip4_64", err);
}

static nyz_status write_local_header(nyz_zip_writer *zip, const nyz_zip_record *record,
                                     nyz_error *err)
{
    const nyz_sink sink = nyz_write_buffer_sink(&zip->out);
    nyz_zip_writer_patch_local(zip->records.data, record, !zip->seekable);
    return nyz_sink_put(&sink, zip->records.data, (int64_t)zip->records.size, err);
}

/* What was not known before the data is put to its place in the local header now, or,
 * where the stream cannot go back, behind the data. */
static nyz_status complete_member(nyz_zip_writer *zip, const nyz_zip_record *record,
                                  nyz_error *err)
{
    const nyz_sink sink = nyz_write_buffer_sink(&zip->out);
    unsigned char descriptor[NYZ_ZIP_DESCRIPTOR_SIZE];
    if (!zip->seekable) {
        nyz_zip_writer_descriptor(descriptor, record);
        return nyz_sink_put(&sink, descriptor, (int64_t)sizeof descriptor, err);
    }
    nyz_zip_writer_patch_local(zip->records.data, record, 0);
    return nyz_write_buffer_patch(&zip->out, record->offset, zip->records.data,
                                  (int64_t)zip->records.size, err);
}

/* A stored member's header is known before its data if the CRC is taken first, so that
 * nothing is written twice; a deflated one's is not. */
static nyz_status write_member(nyz_zip_writer *zip, const nyz_zip_method *how,
                               const nyz_zip_content *content, nyz_zip_record *record,
                               nyz_error *err)
{
    const nyz_sink sink = nyz_write_buffer_sink(&zip->out);
    nyz_zip_sums sums = {0};
    const int crc_first = zip->seekable && how->method == NYZ_STORED;
    if (crc_first) {
        NYZ_TRY(nyz_zip_encode_sum(content, &sums, err));
        record->crc32 = sums.crc32;
        record->compressed_size = record->size;
    }
    NYZ_TRY(write_local_header(zip, record, err));
    if (crc_first) {
        return content->pass(content->ctx, &sink, err);
    }
    NYZ_TRY(nyz_zip_encode_to(content, how, &zip->allocator, &sink, &sums, err));
    record->crc32 = sums.crc32;
    record->compressed_size = sums.compressed_size;
    return complete_member(zip, record, err);
}

static nyz_status keep_record(nyz_zip_writer *zip, const nyz_zip_record *record,
                              nyz_error *err)
{
    if (zip->count == zip->capacity) {
        const int64_t capacity = zip->capacity > 0 ? zip->capacity * 2 : 16;
        void *memory = NULL;
        NYZ_TRY(nyz_alloc_array(&zip->allocator, capacity, sizeof *record, &memory, err));
        if (zip->count > 0) {
            memcpy(memory, zip->members, (size_t)zip->count * sizeof *record);
        }
        nyz_release(&zip->allocator, zip->members,
                    zip->capacity * (int64_t)sizeof *record);
        zip->members = memory;
        zip->capacity = capacity;
    }
    zip->members[zip->count] = *record;
    zip->count++;
    return NYZ_OK;
}

static nyz_status close_member(nyz_zip_writer *zip, const nyz_zip_record *record,
                               nyz_error *err)
{
    const int code =
        zipCloseFileInZipRaw64(zip->zip, (ZPOS64_T)record->size, record->crc32);
    if (code != ZIP_OK) {
        return minizip_failed(code, "zipCloseFileInZipRaw64", err);
    }
    return keep_record(zip, record, err);
}

nyz_status nyz_zip_writer_add(nyz_zip_writer *zip, const char *name,
                              const nyz_zip_method *how, const nyz_zip_content *content,
                              nyz_error *err)
{
    nyz_zip_record record = {.size = content->size, .method = (uint16_t)how->method};
    NYZ_TRY(make_local_header(zip, name, &record, err));
    NYZ_TRY(write_member(zip, how, content, &record, err));
    return close_member(zip, &record, err);
}

nyz_status nyz_zip_writer_add_encoded(nyz_zip_writer *zip, const char *name,
                                      const nyz_zip_encoded *ready, nyz_error *err)
{
    const nyz_sink sink = nyz_write_buffer_sink(&zip->out);
    nyz_zip_record record = {.size = ready->size,
                             .compressed_size = (int64_t)ready->bytes.size,
                             .crc32 = ready->crc32,
                             .method = NYZ_DEFLATED};
    NYZ_TRY(make_local_header(zip, name, &record, err));
    NYZ_TRY(write_local_header(zip, &record, err));
    NYZ_TRY(nyz_sink_put(&sink, ready->bytes.data, record.compressed_size, err));
    if (!zip->seekable) {
        NYZ_TRY(complete_member(zip, &record, err));
    }
    return close_member(zip, &record, err);
}

/* ----------------------------------------------------------------------------- finish */

nyz_status nyz_zip_writer_finish(nyz_zip_writer *zip, nyz_error *err)
{
    const nyz_sink sink = nyz_write_buffer_sink(&zip->out);
    begin_records(zip);
    const int code = zipClose(zip->zip, NULL);
    zip->zip = NULL;
    if (code != ZIP_OK) {
        return minizip_failed(code, "zipClose", err);
    }
    NYZ_TRY(nyz_zip_writer_directory(&sink, &zip->records, zip->members, zip->count,
                                     zip->out.position, err));
    return nyz_write_buffer_flush(&zip->out, err);
}
