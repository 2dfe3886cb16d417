/* SPDX-License-Identifier: MIT */
/* Fuzz target: dtypes from their text and to it.  The last two bytes choose the limits,
 * the rest is the text.  What was read is written, read again and written again: nothing
 * may change.  A clone in the other byte order and byte-swapped numbers follow. */
#include "base/arena.h"
#include "dtype/dtype.h"
#include "fuzz.h"

static nyz_status parse(const char *text, size_t size, const nyz_options *opt,
                        nyz_dtype *out)
{
    nyz_status status;
    FUZZ_TRIED(status, nyz_dtype_parse(text, size, opt, out, err));
    CHECK_ZERO_UNLESS_OK(status, *out);
    return status;
}

/* The text in a piece of exactly its size. */
static char *format(const nyz_dtype *dtype, size_t *length)
{
    size_t again = 0;
    CHECK_OK(nyz_dtype_format(dtype, NULL, 0, length, err));
    char *const text = malloc(*length + 1);
    CHECK(text != NULL);
    CHECK_OK(nyz_dtype_format(dtype, text, *length + 1, &again, err));
    CHECK(again == *length && strlen(text) == *length);
    return text;
}

/* Cut where there is less room. */
static void check_cut(const nyz_dtype *dtype, const char *text, size_t length,
                      size_t room)
{
    size_t again = 0;
    room = room < length ? room : length;
    char *const cut = malloc(room + 1);
    CHECK(cut != NULL);
    CHECK_OK(nyz_dtype_format(dtype, cut, room + 1, &again, err));
    CHECK(again == length && cut[room] == '\0' && memcmp(cut, text, room) == 0);
    free(cut);
}

static void check_text(const nyz_dtype *dtype)
{
    const nyz_options opt = {.allocator = &fuzz_allocator};
    size_t length;
    size_t length_again;
    nyz_dtype again;
    char *const text = format(dtype, &length);
    check_cut(dtype, text, length, 5);
    CHECK(parse(text, length, &opt, &again) == NYZ_OK);
    CHECK(nyz_dtype_same(dtype, &again, NYZ_KEEP_BYTEORDER));
    char *const text_again = format(&again, &length_again);
    CHECK(length == length_again && memcmp(text, text_again, length) == 0);
    free(text_again);
    free(text);
    nyz_dtype_free(&again);
}

/* There and back is where it was. */
static void check_swap(const nyz_dtype *dtype, const nyz_dtype *other,
                       nyz_byteorder byteorder)
{
    enum { MOST = 512 };
    unsigned char items[2 * MOST];
    if (dtype->itemsize <= MOST) {
        for (size_t i = 0; i < sizeof items; i++) {
            items[i] = (unsigned char)(i * 7);
        }
        nyz_dtype_byteswap(dtype, byteorder, items, 2, dtype->itemsize);
        nyz_dtype_byteswap(other, NYZ_LITTLE_ENDIAN, items, 2, dtype->itemsize);
        nyz_dtype_byteswap(dtype, NYZ_LITTLE_ENDIAN, items, 2, dtype->itemsize);
        nyz_dtype_byteswap(other, byteorder, items, 2, dtype->itemsize);
        for (size_t i = 0; i < sizeof items; i++) {
            CHECK(items[i] == (unsigned char)(i * 7));
        }
    }
}

static void check_clone(const nyz_dtype *dtype)
{
    nyz_arena arena;
    nyz_dtype big;
    nyz_dtype little;
    nyz_arena_init(&arena, &fuzz_allocator);
    CHECK_OK(nyz_dtype_clone(dtype, NYZ_BIG_ENDIAN, &arena, &big, err));
    CHECK_OK(nyz_dtype_clone(&big, NYZ_LITTLE_ENDIAN, &arena, &little, err));
    CHECK(nyz_dtype_same(dtype, &big, NYZ_BIG_ENDIAN));
    CHECK(nyz_dtype_same(dtype, &little, NYZ_LITTLE_ENDIAN));
    CHECK(!nyz_dtype_needs_byteswap(&big, NYZ_BIG_ENDIAN));
    check_swap(&little, &big, NYZ_BIG_ENDIAN);
    nyz_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input in = {data, size};
    const nyz_options opt = fuzz_options(&in);
    unsigned char *const text = fuzz_copy(&in);
    nyz_dtype dtype;
    if (parse((const char *)text, in.size, &opt, &dtype) == NYZ_OK) {
        CHECK_OK(nyz_dtype_check(&dtype, err));
        check_text(&dtype);
        check_clone(&dtype);
        nyz_dtype_free(&dtype);
    }
    CHECK(fuzz_live == 0);
    free(text);
    return 0;
}
