/* The extra fields of local and central headers: blocks of id, size and data. */
#include "zip_dir_parts.h"

#include "bytes.h"

enum { BLOCK_HEADER = 4, ZIP64_ID = 0x0001 };

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

const char *nyz_zip_extra_scan(const unsigned char *bytes, size_t size,
                               nyz_zip_extra *zip64)
{
    zip64->data = NULL;
    zip64->size = 0;
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
        }
        bytes += data_size;
        size -= data_size;
    }
    return all_zero(bytes, size) ? NULL : "its extra fields end within a block";
}
