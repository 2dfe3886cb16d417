/* The records of an archive being written, as Python's zipfile lays them out.  Private to
 * zip_writer.c, which has minizip make them, and zip_writer_directory.c, which completes them. */
#ifndef NYZ_ZIP_WRITER_INTERNAL_H
#define NYZ_ZIP_WRITER_INTERNAL_H

#include "io/stream.h"

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
} nyz_zip_record;

/* Completes a local header that minizip has made: 30 bytes, name, zip64 field.  later:
 * sizes and CRC follow in a data descriptor. */
void nyz_zip_writer_patch_local(unsigned char *header, const nyz_zip_record *record,
                                int later);

void nyz_zip_writer_descriptor(unsigned char out[NYZ_ZIP_DESCRIPTOR_SIZE],
                               const nyz_zip_record *record);

/* Puts the directory and the end records, which stand at `position`.
 * made: the central headers as minizip has made them, in the same order as `members`. */
nyz_status nyz_zip_writer_directory(const nyz_sink *sink, const nyz_buffer *made,
                                    const nyz_zip_record *members, int64_t count,
                                    int64_t position, nyz_error *err);

#endif
