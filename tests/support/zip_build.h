/* SPDX-License-Identifier: MIT */
/* Zip archives put together by hand, so that a test can make any field of them wrong: add
 * members, finish, then patch bytes at the places that were noted. */
#ifndef NYZ_TESTS_ZIP_BUILD_H
#define NYZ_TESTS_ZIP_BUILD_H

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "codec/codec.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "support/support.h"
#include "zip/zip_directory.h"

/* A piece of bytes with its size, from a string literal. */
typedef struct zb_bytes {
    const char *data;
    size_t size;
} zb_bytes;
#define ZB(literal)                                                                      \
    {                                                                                    \
        literal, sizeof(literal) - 1                                                     \
    }

/* One member; what is 0 is filled in: name_size, and the rest from `data`. */
typedef struct zb_member {
    const char *name;
    size_t name_size;
    unsigned flags;
    unsigned method;
    const void *data; /* what it inflates to */
    size_t size;
    zb_bytes local_extra;
    zb_bytes central_extra;
} zb_member;

typedef struct zb_archive {
    unsigned char *bytes;
    size_t size;
    size_t capacity;
    size_t count;
    size_t base; /* offsets count from here */
    zb_member *members;
    size_t *local; /* where the records begin */
    size_t *central;
    size_t directory;
    size_t end64;
    size_t locator;
    size_t end;
} zb_archive;

static inline void *zb_grow(void *memory, size_t size)
{
    void *const grown = realloc(memory, size);
    assert_non_null(grown);
    return grown;
}

static inline void zb_append(zb_archive *a, const void *bytes, size_t size)
{
    if (a->size + size > a->capacity) {
        a->capacity = 2 * (a->size + size);
        a->bytes = zb_grow(a->bytes, a->capacity);
    }
    if (size > 0) {
        memcpy(a->bytes + a->size, bytes, size);
        a->size += size;
    }
}

/* Overwrites `width` bytes at `at`, little-endian. */
static inline void zb_patch(zb_archive *a, size_t at, size_t width, uint64_t value)
{
    assert_true(at + width <= a->size);
    for (size_t i = 0; i < width; i++) {
        a->bytes[at + i] = (unsigned char)(value >> (8 * i) & 0xff);
    }
}

static inline uint64_t zb_get(const zb_archive *a, size_t at, size_t width)
{
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++) {
        value |= (uint64_t)a->bytes[at + i] << (8 * i);
    }
    return value;
}

/* Appends a record of zeros that begins with PK and two bytes; returns its place. */
static inline size_t zb_record(zb_archive *a, unsigned char third, unsigned char fourth,
                               size_t size)
{
    const size_t at = a->size;
    unsigned char zeros[64] = {'P', 'K', third, fourth};
    zb_append(a, zeros, size);
    return at;
}

static inline void zb_append_deflated(zb_archive *a, const void *data, size_t size)
{
    nyz_deflater *deflater = NULL;
    nyz_buffer buffer = {0};
    int64_t written = 0;
    nyz_stream stream = nyz_stream_buffer(&buffer);
    const nyz_sink sink = nyz_sink_to(&stream);
    assert_ok(nyz_deflate_new(&nyz_default_allocator, 6, &deflater, err));
    assert_ok(nyz_deflate(deflater, data, (int64_t)size, 1, &sink, &written, err));
    nyz_deflate_free(&deflater);
    zb_append(a, buffer.data, buffer.size);
    nyz_buffer_free(&buffer);
}

static inline void zb_add(zb_archive *a, zb_member m)
{
    m.name_size = m.name_size != 0 ? m.name_size : strlen(m.name);
    if ((a->count & (a->count + 1)) == 0) { /* room for the next power of two */
        const size_t room = 2 * a->count + 1;
        a->members = zb_grow(a->members, room * sizeof *a->members);
        a->local = zb_grow(a->local, room * sizeof *a->local);
        a->central = zb_grow(a->central, room * sizeof *a->central);
    }
    const size_t at = zb_record(a, 3, 4, 30);
    a->members[a->count] = m;
    a->local[a->count++] = at;
    zb_append(a, m.name, m.name_size);
    zb_append(a, m.local_extra.data, m.local_extra.size);
    const size_t data = a->size;
    if (m.method == 8) {
        zb_append_deflated(a, m.data, m.size);
    } else {
        zb_append(a, m.data, m.size);
    }
    zb_patch(a, at + 4, 2, 20);
    zb_patch(a, at + 6, 2, m.flags);
    zb_patch(a, at + 8, 2, m.method);
    zb_patch(a, at + 12, 2, 0x21);
    zb_patch(a, at + 14, 4, nyz_crc32(0, m.data, m.size));
    zb_patch(a, at + 18, 4, a->size - data);
    zb_patch(a, at + 22, 4, m.size);
    zb_patch(a, at + 26, 2, m.name_size);
    zb_patch(a, at + 28, 2, m.local_extra.size);
}

/* Lets two members change places in the directory. */
static inline void zb_swap(zb_archive *a, size_t i, size_t j)
{
    const zb_member member = a->members[i];
    const size_t local = a->local[i];
    a->members[i] = a->members[j];
    a->local[i] = a->local[j];
    a->members[j] = member;
    a->local[j] = local;
}

static inline void zb_add_central(zb_archive *a, size_t i)
{
    const zb_member *const m = &a->members[i];
    const size_t at = zb_record(a, 1, 2, 46);
    a->central[i] = at;
    zb_append(a, m->name, m->name_size);
    zb_append(a, m->central_extra.data, m->central_extra.size);
    memcpy(a->bytes + at + 6, a->bytes + a->local[i] + 4, 24); /* version ... name size */
    zb_patch(a, at + 30, 2, m->central_extra.size);
    zb_patch(a, at + 42, 4, a->local[i] - a->base);
}

static inline void zb_add_end64(zb_archive *a, uint64_t size)
{
    a->end64 = zb_record(a, 6, 6, 56);
    zb_patch(a, a->end64 + 4, 8, 44);
    zb_patch(a, a->end64 + 24, 8, a->count);
    zb_patch(a, a->end64 + 32, 8, a->count);
    zb_patch(a, a->end64 + 40, 8, size);
    zb_patch(a, a->end64 + 48, 8, a->directory - a->base);
    a->locator = zb_record(a, 6, 7, 20);
    zb_patch(a, a->locator + 8, 8, a->end64 - a->base);
    zb_patch(a, a->locator + 16, 4, 1);
}

static inline void zb_finish(zb_archive *a, int zip64)
{
    a->directory = a->size;
    for (size_t i = 0; i < a->count; i++) {
        zb_add_central(a, i);
    }
    const size_t size = a->size - a->directory;
    const uint64_t count = a->count < 0xffff ? a->count : 0xffff;
    if (zip64) {
        zb_add_end64(a, size);
    }
    a->end = zb_record(a, 5, 6, 22);
    zb_patch(a, a->end + 8, 2, count);
    zb_patch(a, a->end + 10, 2, count);
    zb_patch(a, a->end + 12, 4, size);
    zb_patch(a, a->end + 16, 4, a->directory - a->base);
}

static inline void zb_free(zb_archive *a)
{
    free(a->bytes);
    free(a->members);
    free(a->local);
    free(a->central);
    memset(a, 0, sizeof *a);
}

/* 300 bytes that deflate well, and two members: 'a.npy' stored, 'dir/b.npy' deflated. */
static const char zb_text[301] = "the quick brown fox jumps over the lazy dog; the quick "
                                 "brown fox jumps over the lazy dog; "
                                 "0123456789 0123456789 0123456789 0123456789 0123456789 "
                                 "0123456789 0123456789 0123456789 "
                                 "packed with five dozen liquor jugs, packed with five "
                                 "dozen liquor jugs, and once more: "
                                 "the quick brown fox jumps over the ";

static inline void zb_add_two(zb_archive *a)
{
    zb_add(a, (zb_member){.name = "a.npy", .data = "hello world", .size = 11});
    zb_add(a,
           (zb_member){.name = "dir/b.npy", .method = 8, .data = zb_text, .size = 300});
}

/* Reads the directory of the archive as it is. */
static inline nyz_status zb_read(const zb_archive *a, const nyz_options *opt,
                                 nyz_zip_directory *dir, nyz_error *err)
{
    nyz_config config;
    nyz_stream_mem_reader reader = {a->bytes, a->size, 0};
    const nyz_stream stream = nyz_stream_mem(&reader);
    assert_int_equal(nyz_config_init(&config, opt, err), NYZ_OK);
    return nyz_zip_directory_read(&stream, (int64_t)a->size, &config, dir, err);
}

/* A stream of an archive with a hole in it: bytes that read as 0 and take no memory. */
typedef struct zb_hole {
    const zb_archive *archive;
    int64_t at;
    int64_t size;
} zb_hole;

static inline int64_t zb_read_around_hole(void *ctx, int64_t offset, void *buffer,
                                          size_t size)
{
    const zb_hole *const h = ctx;
    const int64_t whole = (int64_t)h->archive->size + h->size;
    const int64_t n = offset < whole ? nyz_min((int64_t)size, whole - offset) : 0;
    unsigned char *const to = buffer;
    memset(buffer, 0, (size_t)n);
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = offset + i;
        if (at >= h->at && at < h->at + h->size) {
            i = h->at + h->size - offset - 1; /* to its end */
        } else {
            to[i] = h->archive->bytes[at < h->at ? at : at - h->size];
        }
    }
    return n;
}

/* Two members that are said to inflate to `size` bytes each, as many as deflate can make
 * of what the hole has for each.  They have no data, the second no local header. */
static inline nyz_stream zb_two_in_a_hole(zb_archive *a, zb_hole *hole, int64_t size)
{
    static const zb_bytes extra[] = {ZB("\1\0\x10\0--size----stored"),
                                     ZB("\1\0\x18\0--size----stored--offset")};
    const uint64_t stored = (uint64_t)size / 1032 + 1;
    for (size_t i = 0; i < 2; i++) {
        zb_add(a, (zb_member){.name = i == 0 ? "a" : "b",
                              .method = 8,
                              .central_extra = extra[i]});
    }
    *hole = (zb_hole){a, (int64_t)a->size, (int64_t)(2 * stored)};
    zb_finish(a, 1);
    for (size_t i = 0; i < 2; i++) {
        const size_t at = a->central[i];
        memset(a->bytes + at + 20, 0xff, 8);
        zb_patch(a, at + 51, 8, (uint64_t)size);
        zb_patch(a, at + 59, 8, stored);
    }
    memset(a->bytes + a->central[1] + 42, 0xff, 4);
    zb_patch(a, a->central[1] + 67, 8, (uint64_t)a->local[1] + stored);
    zb_patch(a, a->end64 + 48, 8, a->directory + 2 * stored);
    zb_patch(a, a->locator + 8, 8, a->end64 + 2 * stored);
    memset(a->bytes + a->end + 16, 0xff, 4);
    return (nyz_stream){.read_at = zb_read_around_hole, .ctx = hole};
}

/* One field of a good archive made wrong, and how that is told. */
enum place { LOCAL, CENTRAL_0, CENTRAL_1, END64, LOCATOR, END };

typedef struct patch_case {
    enum place place;
    size_t field;
    size_t width;
    int64_t value; /* added to what is there if `add` */
    int add;
    nyz_status status;
    const char *words;
} patch_case;

static inline size_t place_of(const zb_archive *a, enum place place)
{
    switch (place) {
    case LOCAL:
        return a->local[0];
    case CENTRAL_0:
        return a->central[0];
    case CENTRAL_1:
        return a->central[1];
    case END64:
        return a->end64;
    case LOCATOR:
        return a->locator;
    case END:
        break;
    }
    return a->end;
}

static inline void run_patches(const patch_case *cases, size_t count, int zip64)
{
    for (size_t i = 0; i < count; i++) {
        const patch_case *const p = &cases[i];
        zb_archive a = {0};
        nyz_zip_directory dir;
        zb_add_two(&a);
        zb_finish(&a, zip64);
        const size_t at = place_of(&a, p->place) + p->field;
        const uint64_t old = p->add ? zb_get(&a, at, p->width) : 0;
        zb_patch(&a, at, p->width, old + (uint64_t)p->value);
        print_message("row %zu: %s\n", i, p->words);
        if (p->status == NYZ_OK) {
            assert_ok(zb_read(&a, NULL, &dir, err));
            nyz_zip_directory_free(&dir);
        } else {
            assert_fails(p->status, p->words, zb_read(&a, NULL, &dir, err));
            assert_null(dir.entries);
            assert_null(dir.bytes);
        }
        zb_free(&a);
    }
}

#endif
