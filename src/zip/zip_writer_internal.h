/* SPDX-License-Identifier: MIT */
/* The records of an archive being written, as Python's zipfile lays them out.  Private to
 * zip_writer.c, and to zip_writer_directory.c, which makes them. */
#ifndef NYZ_ZIP_WRITER_INTERNAL_H
#define NYZ_ZIP_WRITER_INTERNAL_H

#include "io/stream.h"
#include "zip/zip_blocks.h"

#define NYZ_ZIP_DATE 0x00210000u /* 1980-01-01 00:00:00, as zipfile without a date */
#define NYZ_ZIP_ATTRIBUTES 0x01800000u /* mode 0600 */
#define NYZ_ZIP_VERSION 45             /* needed to read: zip64 */
#define NYZ_ZIP_MADE_BY 0x032du        /* Unix, 4.5 */
#define NYZ_ZIP_DESCRIPTOR_SIZE 24

/* What the directory needs to know of a member that has been written. */
typedef struct nyz_zip_record {
    int64_t offset; /* of the local header */
    int64_t size;
    int64_t compressed_size;
    uint32_t crc32;
    uint16_t method;
    uint16_t flags;
    uint16_t align;   /* 0, or what `padding` is for */
    uint16_t padding; /* bytes of the field that aligns the data, in the local header */
    nyz_zip_blocks blocks; /* count 0: no index */
} nyz_zip_record;

/* Decides the padding of a record whose offset is known, so that the data after `head` bytes of
 * the member is aligned. */
void nyz_zip_writer_align(nyz_zip_record *record, size_t name_size, int64_t head,
                          int align);

/* Makes a local header in an empty buffer, or over the one before: 30 bytes, the name,
 * the field that aligns, the zip64 field.  With NYZ_ZIP_DESCRIPTOR, CRC and sizes are 0.  Errors: MEMORY. */
nyz_status nyz_zip_make_local(nyz_buffer *local, const char *name,
                              const nyz_zip_record *record, nyz_error *err);
/* Gives it the record's CRC and sizes. */
void nyz_zip_writer_patch_local(nyz_buffer *local, const nyz_zip_record *record);

/* What follows the data with NYZ_ZIP_DESCRIPTOR. */
void nyz_zip_writer_descriptor(unsigned char out[NYZ_ZIP_DESCRIPTOR_SIZE],
                               const nyz_zip_record *record);

/* Appends a central header.  Errors: MEMORY. */
nyz_status nyz_zip_append_central(nyz_buffer *directory, const char *name,
                                  const nyz_zip_record *record, nyz_error *err);

/* Puts the directory, which begins at `position` and has `count` headers, and the end
 * records. */
nyz_status nyz_zip_writer_directory(const nyz_sink *sink, const nyz_buffer *directory,
                                    int64_t count, int64_t position, nyz_error *err);

#endif
