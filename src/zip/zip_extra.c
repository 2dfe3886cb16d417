/* SPDX-License-Identifier: MIT */
/* The extra fields of local and central headers: blocks of id, size and data. */
#include "base/endian.h"
#include "zip/zip_blocks.h"
#include "zip/zip_internal.h"

enum { BLOCK_HEADER = 4, ZIP64_ID = 0x0001, PATH_ID = 0x7075, PATH_HEAD = 5 };

/* zipalign and others leave up to three bytes of padding that make no block. */
static int all_zero(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return 0;
        }
    }
    return 1;
}

/* The first block of its kind; where there is another one, none is meant. */
static void take_blocks(nyz_zip_extra *blocks, int *seen, const unsigned char *bytes,
                        size_t size)
{
    blocks->data = *seen ? NULL : bytes;
    blocks->size = size;
    *seen = 1;
}

const char *nyz_zip_extra_scan(const unsigned char *bytes, size_t size,
                               nyz_zip_extra *zip64, nyz_zip_extra *blocks)
{
    int seen = 0;
    zip64->data = blocks->data = NULL;
    zip64->size = blocks->size = 0;
    while (size >= BLOCK_HEADER) {
        const unsigned id = nyz_load_le16(bytes);
        const size_t data_size = nyz_load_le16(bytes + 2);
        bytes += BLOCK_HEADER;
        size -= BLOCK_HEADER;
        if (data_size > size) {
            return "a block of its extra fields is longer than they are";
        }
        if (id == ZIP64_ID && zip64->data != NULL) {
            return "it has two zip64 extra fields";
        }
        if (id == ZIP64_ID) {
            zip64->data = bytes;
            zip64->size = data_size;
        } else if (id == NYZ_ZIP_BLOCKS_ID) {
            take_blocks(blocks, &seen, bytes, data_size);
        }
        bytes += data_size;
        size -= data_size;
    }
    return all_zero(bytes, size) ? NULL : "its extra fields end within a block";
}

/* Version and the CRC-32 of the header's name stand before the other one.  Not all
 * readers look at them. */
int nyz_zip_extra_renames(const unsigned char *bytes, size_t size,
                          const unsigned char *raw, size_t raw_size, int utf8)
{
    while (size >= BLOCK_HEADER) {
        const unsigned id = nyz_load_le16(bytes);
        const size_t whole = BLOCK_HEADER + (size_t)nyz_load_le16(bytes + 2);
        const size_t head = BLOCK_HEADER + PATH_HEAD;
        if (id == PATH_ID &&
            (whole < head ||
             !nyz_zip_name_is(raw, raw_size, utf8, bytes + head, whole - head))) {
            return 1;
        }
        bytes += whole;
        size -= whole;
    }
    return 0;
}

/* The block has the saturated numbers, in order, and nothing else; where none is, it may
 * repeat the first ones, but not the disk, which has 4 bytes. */
int nyz_zip_extra_take(const nyz_zip_extra *zip64, uint64_t numbers[NYZ_ZIP_NUMBERS])
{
    const size_t disk_size = numbers[NYZ_ZIP_DISK] == 0xffff ? 4 : 0;
    int saturated[NYZ_ZIP_DISK];
    size_t size = disk_size;
    for (int i = 0; i < NYZ_ZIP_DISK; i++) {
        saturated[i] = numbers[i] == NYZ_ZIP_SATURATED;
        size += saturated[i] ? 8 : 0;
    }
    const int repeats = size == 0;
    if (repeats ? zip64->size % 8 != 0 || zip64->size > 8 * NYZ_ZIP_DISK
                : zip64->size != size) {
        return 0;
    }
    const unsigned char *next = zip64->data;
    const unsigned char *const end = next + zip64->size - disk_size;
    for (int i = 0; i < NYZ_ZIP_DISK && next < end; i++) {
        if (repeats && nyz_load_le64(next) != numbers[i]) {
            return 0;
        }
        if (repeats || saturated[i]) {
            numbers[i] = nyz_load_le64(next);
            next += 8;
        }
    }
    if (disk_size > 0) {
        numbers[NYZ_ZIP_DISK] = nyz_load_le32(next);
    }
    return 1;
}
