/* SPDX-License-Identifier: MIT */
/* Makes a damaged archive whole enough that a reader goes on to its members: writes
 * correct sizes, CRCs, offsets and counts into it.  A fuzzer changes bytes, and
 * this gets them past the first checks.  It knows nothing of our reader: docs/format.md 4 is all
 * it uses. */
#ifndef NYZ_TESTS_FUZZ_ZIP_REPAIR_H
#define NYZ_TESTS_FUZZ_ZIP_REPAIR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <zlib.h>

/* What is rewritten; nothing else is touched. */
enum {
    REPAIR_CONTENT = 1,   /* CRC and sizes of each local header, and data descriptor */
    REPAIR_DIRECTORY = 2, /* each central header repeats its local one, with its place */
    REPAIR_NAMES = 4,     /* and its name, as far as there is room */
    REPAIR_END = 8        /* counts, size and place of the directory */
};

enum { REPAIR_MAX = 32 }; /* members */

typedef struct repair {
    unsigned char *bytes;
    size_t size;
    size_t locals[REPAIR_MAX + 1];
    size_t centrals[REPAIR_MAX + 1];
    size_t local_count;
    size_t central_count;
    size_t end; /* of the members: where the directory, or the file, ends */
} repair;

static inline uint64_t repair_get(const repair *r, size_t at, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width && at + i < r->size; i++) {
        value |= (uint64_t)r->bytes[at + i] << (8 * i);
    }
    return value;
}

static inline void repair_put(const repair *r, size_t at, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width && at + i < r->size; i++) {
        r->bytes[at + i] = (unsigned char)(value >> (8 * i) & 0xff);
    }
}

/* Where the next PK, third, fourth is; the size if nowhere. */
static inline size_t repair_find(const repair *r, size_t at, int third, int fourth)
{
    while (at + 4 <= r->size) {
        const unsigned char *const p = memchr(r->bytes + at, 'P', r->size - at - 3);
        if (p == NULL) {
            break;
        }
        if (p[1] == 'K' && p[2] == third && p[3] == fourth) {
            return (size_t)(p - r->bytes);
        }
        at = (size_t)(p - r->bytes) + 1;
    }
    return r->size;
}

static inline size_t repair_find_all(const repair *r, int third, int fourth, size_t head,
                                     size_t places[REPAIR_MAX + 1])
{
    size_t count = 0;
    size_t at = repair_find(r, 0, third, fourth);
    while (count < REPAIR_MAX && at + head <= r->size) {
        places[count++] = at;
        at = repair_find(r, at + 4, third, fourth);
    }
    places[count] = at;
    return count;
}

/* The bytes that deflated ones inflate to, with size and CRC; *taken: how many. */
static inline uint64_t repair_inflate(unsigned char *bytes, size_t size, size_t *taken,
                                      uint32_t *crc)
{
    unsigned char out[4096];
    uint64_t total = 0;
    int result = Z_OK;
    z_stream z;
    memset(&z, 0, sizeof z);
    *crc = 0;
    *taken = size;
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK) {
        return 0;
    }
    z.next_in = bytes;
    z.avail_in = (uInt)size;
    while (result == Z_OK && total < (uint64_t)1 << 22) {
        z.next_out = out;
        z.avail_out = sizeof out;
        result = inflate(&z, Z_NO_FLUSH);
        const size_t n = sizeof out - z.avail_out;
        *crc = (uint32_t)crc32(*crc, out, (uInt)n);
        total += n;
    }
    *taken = result == Z_STREAM_END ? size - z.avail_in : size;
    (void)inflateEnd(&z);
    return total;
}

/* A size that says "see the zip64 extra" is put there, if that has its usual form. */
static inline void repair_sizes(const repair *r, size_t at, size_t extra, uint64_t stored,
                                uint64_t size)
{
    if (repair_get(r, at + 18, 4) == 0xffffffff) {
        if (repair_get(r, extra, 4) == 0x00100001) {
            repair_put(r, extra + 4, 8, size);
            repair_put(r, extra + 12, 8, stored);
        }
        return;
    }
    repair_put(r, at + 18, 4, stored);
    repair_put(r, at + 22, 4, size);
}

/* The bytes of a data descriptor before `next`; 0: there is none. */
static inline size_t repair_descriptor_size(const repair *r, size_t at, size_t data,
                                            size_t next)
{
    if ((repair_get(r, at + 6, 2) & 8) == 0) {
        return 0;
    }
    for (size_t size = 24; size >= 16; size -= 8) {
        if (data + size <= next && repair_get(r, next - size, 4) == 0x08074b50) {
            return size;
        }
    }
    return 0;
}

static inline void repair_descriptor(const repair *r, size_t at, size_t size,
                                     uint32_t crc, uint64_t stored, uint64_t inflated)
{
    const size_t width = size == 24 ? 8 : 4;
    if (size > 0) {
        repair_put(r, at + 4, 4, crc);
        repair_put(r, at + 8, width, stored);
        repair_put(r, at + 8 + width, width, inflated);
    }
}

static inline void repair_content(const repair *r, size_t i)
{
    const size_t at = r->locals[i];
    const size_t next = r->locals[i + 1] < r->end ? r->locals[i + 1] : r->end;
    const size_t extra = at + 30 + (size_t)repair_get(r, at + 26, 2);
    const size_t data = extra + (size_t)repair_get(r, at + 28, 2);
    const size_t descriptor = repair_descriptor_size(r, at, data, next);
    size_t stored = data < next ? next - data - descriptor : 0;
    if (data > r->size) {
        return;
    }
    uint64_t size = stored;
    uint32_t crc = (uint32_t)crc32(0, r->bytes + data, (uInt)stored);
    if (repair_get(r, at + 8, 2) == 8) {
        size = repair_inflate(r->bytes + data, stored, &stored, &crc);
    }
    repair_put(r, at + 14, 4, crc);
    repair_descriptor(r, next - descriptor, descriptor, crc, stored, size);
    repair_sizes(r, at, extra, stored, size);
}

/* As the local header has them, zip64 or not. */
static inline void repair_central_sizes(const repair *r, size_t at, size_t local)
{
    const size_t extra = local + 30 + (size_t)repair_get(r, local + 26, 2);
    uint64_t stored = repair_get(r, local + 18, 4);
    uint64_t size = repair_get(r, local + 22, 4);
    if (stored == 0xffffffff && repair_get(r, extra, 4) == 0x00100001) {
        size = repair_get(r, extra + 4, 8);
        stored = repair_get(r, extra + 12, 8);
    }
    repair_put(r, at + 20, 4, stored);
    repair_put(r, at + 24, 4, size);
}

static inline void repair_central(const repair *r, size_t i)
{
    const size_t at = r->centrals[i];
    const size_t local = r->locals[i];
    repair_put(r, at + 8, 4, repair_get(r, local + 6, 4)); /* flags, method */
    repair_put(r, at + 16, 4, repair_get(r, local + 14, 4));
    repair_central_sizes(r, at, local);
    repair_put(r, at + 42, 4, local);
}

static inline void repair_name(const repair *r, size_t i)
{
    const size_t size = (size_t)repair_get(r, r->centrals[i] + 28, 2);
    for (size_t k = 0; k < size; k++) {
        const uint64_t byte = repair_get(r, r->centrals[i] + 46 + k, 1);
        repair_put(r, r->locals[i] + 30 + k, 1, byte);
    }
    repair_put(r, r->locals[i] + 26, 2, size);
}

static inline void repair_end(const repair *r)
{
    size_t end = repair_find(r, r->end, 5, 6);
    const size_t end64 = repair_find(r, r->end, 6, 6);
    if (end + 22 > r->size) {
        return;
    }
    repair_put(r, end + 8, 2, r->central_count);
    repair_put(r, end + 10, 2, r->central_count);
    repair_put(r, end + 12, 4, (end64 < end ? end64 : end) - r->end);
    repair_put(r, end + 16, 4, r->end);
    repair_put(r, end + 20, 2, r->size - end - 22);
    if (end64 + 56 + 20 == end) {
        repair_put(r, end64 + 4, 8, 44);
        repair_put(r, end64 + 24, 8, r->central_count);
        repair_put(r, end64 + 32, 8, r->central_count);
        repair_put(r, end64 + 40, 8, end64 - r->end);
        repair_put(r, end64 + 48, 8, r->end);
        repair_put(r, end64 + 56 + 8, 8, end64);
    }
}

/* `what`: REPAIR_CONTENT | ... */
static inline void zip_repair(unsigned char *bytes, size_t size, unsigned what)
{
    repair r = {.bytes = bytes, .size = size};
    r.local_count = repair_find_all(&r, 3, 4, 30, r.locals);
    r.central_count = repair_find_all(&r, 1, 2, 46, r.centrals);
    r.end = r.central_count > 0 ? r.centrals[0] : repair_find(&r, 0, 5, 6);
    for (size_t i = 0; i < r.local_count; i++) {
        if (what & REPAIR_NAMES && i < r.central_count) {
            repair_name(&r, i);
        }
        if (what & REPAIR_CONTENT) {
            repair_content(&r, i);
        }
        if (what & REPAIR_DIRECTORY && i < r.central_count) {
            repair_central(&r, i);
        }
    }
    if (what & REPAIR_END) {
        repair_end(&r);
    }
}

#endif
