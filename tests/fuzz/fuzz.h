/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share: the input, memory that is counted, streams that give a few
 * bytes at a time, and comparing what two entry points have read.  A target is one file with
 * LLVMFuzzerTestOneInput; replay.c runs it without an engine. */
#ifndef NYZ_TESTS_FUZZ_FUZZ_H
#define NYZ_TESTS_FUZZ_FUZZ_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nyz.h"

#include "dtype/dtype.h"

#if defined(__SANITIZE_ADDRESS__)
#define FUZZ_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FUZZ_ASAN 1
#endif
#endif
#ifdef FUZZ_ASAN
#include <sanitizer/asan_interface.h>
#define FUZZ_LARGE ((size_t)32768)
#else
#define FUZZ_LARGE SIZE_MAX
#define ASAN_POISON_MEMORY_REGION(memory, size) ((void)(memory), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(memory, size) ((void)(memory), (void)(size))
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* -------------------------------------------------------------------------- checking */

/* Not assert, which a release build leaves out. */
#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__,             \
                          #condition);                                                   \
            abort();                                                                     \
        }                                                                                \
    } while (0)

/* `call`, which passes `err`, succeeds. */
#define CHECK_OK(call)                                                                   \
    do {                                                                                 \
        nyz_error fuzz_error;                                                            \
        nyz_error *const err = &fuzz_error;                                              \
        if ((call) != NYZ_OK) {                                                          \
            (void)fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call,          \
                          err->message);                                                 \
            abort();                                                                     \
        }                                                                                \
    } while (0)

static inline int fuzz_is_zero(const void *memory, size_t size)
{
    const unsigned char *const bytes = memory;
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

/* Law 2: what a failed call leaves behind. */
#define CHECK_ZERO_UNLESS_OK(status, out)                                                \
    CHECK((status) == NYZ_OK || fuzz_is_zero(&(out), sizeof(out)))

/* An error before a call: what was never written is seen. */
static inline void fuzz_error_begin(nyz_error *err)
{
    err->status = NYZ_OK;
    err->message[0] = '\0';
}

/* Reading bytes fails by what the bytes are, with one printable line. */
static inline nyz_status fuzz_error_end(nyz_status status, const nyz_error *err)
{
    CHECK(err->status == status);
    CHECK((status == NYZ_OK) == (err->message[0] == '\0'));
    CHECK(status != NYZ_ERR_MEMORY && status != NYZ_ERR_IO && status != NYZ_ERR_ARGUMENT);
    for (const char *at = err->message; *at != '\0'; at++) {
        CHECK((unsigned char)*at >= ' ' && *at != 127);
        CHECK(at - err->message < (ptrdiff_t)sizeof err->message - 1);
    }
    return status;
}

/* `call` passes `err`. */
#define FUZZ_TRIED(status, call)                                                         \
    do {                                                                                 \
        nyz_error fuzz_error;                                                            \
        nyz_error *const err = &fuzz_error;                                              \
        fuzz_error_begin(err);                                                           \
        (status) = (call);                                                               \
        (void)fuzz_error_end((status), err);                                             \
    } while (0)

/* ---------------------------------------------------------------------------- memory */

/* More than any small input needs: nothing is allocated on the word of a header alone. */
#define FUZZ_MAX_MEMORY ((size_t)64 << 20)

static atomic_size_t fuzz_live; /* bytes */

/* Precedes each piece. */
typedef struct fuzz_block {
    void *base;
    size_t size;
    size_t room; /* after the piece, which nobody may touch */
} fuzz_block;

/* Large pieces are kept for the next call that asks for as much: under AddressSanitizer,
 * which sees who touches them meanwhile, to get them again takes longer than all the rest.
 * Elsewhere none is. */
enum { FUZZ_KEPT = 8 };
static _Atomic(unsigned char *) fuzz_kept[FUZZ_KEPT];

static inline fuzz_block fuzz_block_of(const unsigned char *memory)
{
    fuzz_block block;
    memcpy(&block, memory - sizeof block, sizeof block);
    return block;
}

static inline unsigned char *fuzz_new(size_t size)
{
    enum { ALIGN = 64 };
    const size_t all = size + ALIGN + sizeof(fuzz_block);
    unsigned char *const base = malloc(all);
    CHECK(base != NULL);
    unsigned char *aligned = base + sizeof(fuzz_block);
    aligned += (ALIGN - (uintptr_t)aligned % ALIGN) % ALIGN;
    const fuzz_block block = {base, size, all - size - (size_t)(aligned - base)};
    memcpy(aligned - sizeof block, &block, sizeof block);
    ASAN_POISON_MEMORY_REGION(aligned + size, block.room);
    return aligned;
}

static inline void fuzz_delete(unsigned char *memory)
{
    const fuzz_block block = fuzz_block_of(memory);
    ASAN_UNPOISON_MEMORY_REGION(memory, block.size + block.room);
    free(block.base);
}

/* Puts a piece in a place, and gives what was kept there; NULL: nothing. */
static inline unsigned char *fuzz_keep(size_t place, unsigned char *memory)
{
    return atomic_exchange(&fuzz_kept[place], memory);
}

static inline void *fuzz_alloc(void *ctx, size_t size, size_t align)
{
    (void)ctx;
    CHECK(size > 0 && align > 0 && align <= 64 && (align & (align - 1)) == 0);
    CHECK(size <= FUZZ_MAX_MEMORY);
    CHECK(atomic_fetch_add(&fuzz_live, size) + size <= FUZZ_MAX_MEMORY);
    for (size_t i = 0; size >= FUZZ_LARGE && i < FUZZ_KEPT; i++) {
        unsigned char *const kept = fuzz_keep(i, NULL);
        if (kept != NULL && fuzz_block_of(kept).size == size) {
            ASAN_UNPOISON_MEMORY_REGION(kept, size);
            return kept;
        }
        unsigned char *const other = kept != NULL ? fuzz_keep(i, kept) : NULL;
        if (other != NULL) {
            fuzz_delete(other);
        }
    }
    return fuzz_new(size);
}

static inline void fuzz_free(void *ctx, void *memory, size_t size)
{
    unsigned char *old = memory;
    (void)ctx;
    CHECK(fuzz_block_of(old).size == size);
    atomic_fetch_sub(&fuzz_live, size);
    if (size >= FUZZ_LARGE) {
        ASAN_POISON_MEMORY_REGION(old, size);
    }
    for (size_t i = 0; size >= FUZZ_LARGE && i < FUZZ_KEPT && old != NULL; i++) {
        old = fuzz_keep(i, old);
    }
    if (old != NULL) {
        fuzz_delete(old);
    }
}

static const nyz_allocator fuzz_allocator = {.alloc = fuzz_alloc, .free = fuzz_free};

/* ----------------------------------------------------------------------------- input */

typedef struct fuzz_input {
    const unsigned char *bytes;
    size_t size;
} fuzz_input;

/* Takes the last byte, so that what comes before stays a file as it is: 0 if none is
 * left. */
static inline unsigned fuzz_last(fuzz_input *in)
{
    return in->size > 0 ? in->bytes[--in->size] : 0;
}

static inline unsigned fuzz_first(fuzz_input *in)
{
    if (in->size == 0) {
        return 0;
    }
    in->size--;
    return *in->bytes++;
}

/* The rest in a piece of its own, so that a read after its end is seen. */
static inline unsigned char *fuzz_copy(const fuzz_input *in)
{
    unsigned char *const copy = malloc(in->size > 0 ? in->size : 1);
    CHECK(copy != NULL);
    if (in->size > 0) {
        memcpy(copy, in->bytes, in->size);
    }
    return copy;
}

/* --------------------------------------------------------------------------- options */

static const nyz_limits fuzz_small = {.header_bytes = 256,
                                      .dims = 3,
                                      .nesting = 2,
                                      .brackets = 4,
                                      .fields = 3,
                                      .item_bytes = 64,
                                      .array_bytes = 1024,
                                      .members = 2,
                                      .directory_bytes = 300,
                                      .name_bytes = 12,
                                      .archive_bytes = 2048,
                                      .ratio = 3};

enum { FUZZ_UNTRUSTED = 1, FUZZ_SMALL = 2, FUZZ_THREADS = 0xa0 };

/* By the last two bytes: what the result looks like, and what is refused.  Threads are
 * rare, because they take long to start. */
static inline nyz_options fuzz_options(fuzz_input *in)
{
    const unsigned look = fuzz_last(in);
    const unsigned rules = fuzz_last(in);
    return (nyz_options){
        .allocator = &fuzz_allocator,
        .limits = rules & FUZZ_SMALL ? &fuzz_small : NULL,
        .flags = rules & FUZZ_UNTRUSTED ? NYZ_UNTRUSTED : 0,
        .order = (nyz_order)(look % 3),
        .byteorder = (nyz_byteorder)(look / 3 % 5),
        .threads = (rules & 0xf0) == FUZZ_THREADS ? 2 : 0,
    };
}

/* --------------------------------------------------------------------------- streams */

/* Bytes being read; `step`: the most that one read gives. */
typedef struct fuzz_reader {
    fuzz_input whole;
    size_t at;
    size_t step;
} fuzz_reader;

static inline int64_t fuzz_read(void *ctx, void *buffer, size_t size)
{
    fuzz_reader *const r = ctx;
    size_t n = r->at < r->whole.size ? r->whole.size - r->at : 0;
    CHECK(size > 0);
    n = n < size ? n : size;
    n = n > r->step ? r->step : n;
    if (n > 0) {
        memcpy(buffer, r->whole.bytes + r->at, n);
        r->at += n;
    }
    return (int64_t)n;
}

static inline int64_t fuzz_seek(void *ctx, int64_t offset, int whence)
{
    fuzz_reader *const r = ctx;
    const int64_t base = whence == SEEK_SET   ? 0
                         : whence == SEEK_CUR ? (int64_t)r->at
                                              : (int64_t)r->whole.size;
    CHECK(offset <= INT64_MAX - base);
    if (base + offset < 0) {
        return -22;
    }
    r->at = (size_t)(base + offset);
    return base + offset;
}

static inline nyz_stream fuzz_stream(fuzz_reader *r, int seekable)
{
    return (nyz_stream){.read = fuzz_read, .seek = seekable ? fuzz_seek : NULL, .ctx = r};
}

/* ------------------------------------------------------------------------- comparing */

static inline int fuzz_same_shape(const nyz_array *a, const nyz_array *b)
{
    return a->ndim == b->ndim &&
           memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof a->shape[0]) == 0;
}

/* The elements in C order, every number little-endian. */
static inline void fuzz_plain(const nyz_array *array, nyz_array *out)
{
    const nyz_options plain = {.allocator = &fuzz_allocator,
                               .order = NYZ_C_ORDER,
                               .byteorder = NYZ_LITTLE_ENDIAN};
    CHECK_OK(nyz_array_copy(array, &plain, out, err));
}

/* Two arrays are the same, whatever their memory and byte order. */
static inline void fuzz_check_same(const nyz_array *a, const nyz_array *b)
{
    nyz_array plain_a;
    nyz_array plain_b;
    CHECK(fuzz_same_shape(a, b));
    fuzz_plain(a, &plain_a);
    fuzz_plain(b, &plain_b);
    const size_t bytes = (size_t)(nyz_array_count(&plain_a) * plain_a.dtype.itemsize);
    CHECK(nyz_dtype_same(&plain_a.dtype, &plain_b.dtype, NYZ_KEEP_BYTEORDER));
    CHECK(bytes == 0 || memcmp(plain_a.data, plain_b.data, bytes) == 0);
    nyz_array_free(&plain_a);
    nyz_array_free(&plain_b);
}

/* Where a.data is what is filled: as `like`, but other bytes. */
static inline void fuzz_scrambled(const nyz_array *like, nyz_order order, nyz_array *out)
{
    const nyz_options opt = {
        .allocator = &fuzz_allocator, .order = order, .byteorder = NYZ_BIG_ENDIAN};
    CHECK_OK(nyz_array_copy(like, &opt, out, err));
    const size_t bytes = (size_t)(nyz_array_count(out) * out->dtype.itemsize);
    if (bytes > 0) {
        memset(out->data, 0x5a, bytes);
    }
}

#endif
