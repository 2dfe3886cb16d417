/* SPDX-License-Identifier: MIT */
/* nyz_crc32 in all its variants (whichever the processor and the build have) against the
 * definition: src/codec/crc32.c, crc32_x86.c. */
#include "support/support.h"

#include "codec/codec.h"

/* Bit by bit, as the zip format defines it. */
static uint32_t slow_crc32(uint32_t crc, const unsigned char *bytes, size_t size)
{
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
        }
    }
    return ~crc;
}

static unsigned char *noise(size_t size)
{
    unsigned char *const bytes = malloc(size);
    uint32_t state = 1;
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (unsigned char)(state >> 24);
    }
    return bytes;
}

static void the_standard_check_value(void **state)
{
    (void)state;
    assert_int_equal(nyz_crc32(0, "123456789", 9), 0xcbf43926);
    assert_int_equal(nyz_crc32(0, "", 0), 0);
}

static void every_length_and_alignment_up_to_several_folds(void **state)
{
    (void)state;
    unsigned char *const bytes = noise(3000);
    for (size_t start = 0; start < 17; start += 3) {
        uint32_t crc = 0;
        for (size_t size = 0; size + start < 2800; size++) {
            assert_int_equal(nyz_crc32(0, bytes + start, size), crc);
            crc = slow_crc32(crc, bytes + start + size, 1);
        }
    }
    free(bytes);
}

static void it_continues_from_any_place(void **state)
{
    (void)state;
    const size_t size = 70001;
    unsigned char *const bytes = noise(size);
    const uint32_t whole = slow_crc32(0, bytes, size);
    for (size_t cut = 0; cut <= size; cut += 777) {
        const uint32_t head = nyz_crc32(0, bytes, cut);
        assert_int_equal(nyz_crc32(head, bytes + cut, size - cut), whole);
    }
    free(bytes);
}

/* Zeros and ones at the start show a register that begins wrongly. */
static void zeros_and_ones_at_the_start_count(void **state)
{
    (void)state;
    static const unsigned char fills[] = {0x00, 0xff};
    unsigned char *const bytes = malloc(5000);
    assert_non_null(bytes);
    for (size_t f = 0; f < 2; f++) {
        memset(bytes, fills[f], 5000);
        for (size_t size = 1; size <= 5000; size = size * 5 / 4 + 1) {
            assert_int_equal(nyz_crc32(0, bytes, size), slow_crc32(0, bytes, size));
        }
    }
    free(bytes);
}

/* zlib's and libdeflate's give 0 for NULL, whatever was before. */
static void no_bytes_leave_it_as_it_is(void **state)
{
    (void)state;
    assert_int_equal(nyz_crc32(0x12345678, NULL, 0), 0x12345678);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standard_check_value),
        cmocka_unit_test(every_length_and_alignment_up_to_several_folds),
        cmocka_unit_test(it_continues_from_any_place),
        cmocka_unit_test(zeros_and_ones_at_the_start_count),
        cmocka_unit_test(no_bytes_leave_it_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
