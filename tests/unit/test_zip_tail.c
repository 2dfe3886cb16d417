/* SPDX-License-Identifier: MIT */
/* zip_tail.c: an archive is opened by one read of its end, or two. */

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "io/stream_mem.h"
#include "support/zip_build.h"
#include "zip/zip_directory.h"
#include "zip/zip_internal.h"

enum { LONG_TAIL = 76 + 22 + 65535 + 65536 };

/* A stream that counts its calls. */
typedef struct counter {
    nyz_stream_mem_reader memory;
    int64_t reads;
    int64_t bytes; /* read */
    int64_t seeks;
} counter;

static int64_t count_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    counter *const c = ctx;
    const int64_t left = (int64_t)c->memory.size - offset;
    const int64_t n = left < 0 ? 0 : nyz_min(left, (int64_t)size);
    memcpy(buffer, c->memory.bytes + (n > 0 ? offset : 0), (size_t)n);
    c->reads++;
    c->bytes += n;
    return n;
}

static int64_t count_read(void *ctx, void *buffer, size_t size)
{
    counter *const c = ctx;
    const int64_t n = count_read_at(c, (int64_t)c->memory.position, buffer, size);
    c->memory.position += (size_t)n;
    return n;
}

static int64_t count_seek(void *ctx, int64_t offset, int whence)
{
    counter *const c = ctx;
    c->seeks++;
    c->memory.position = (size_t)offset + (whence == SEEK_END ? c->memory.size : 0) +
                         (whence == SEEK_CUR ? c->memory.position : 0);
    return (int64_t)c->memory.position;
}

enum kind { KNOWN_SIZE, READ_AT, READ_AT_AND_SEEK, READ_AND_SEEK, KINDS };

/* Opens the archive, in which the member 'a.npy' is found at a number. */
static counter open_by(enum kind kind, const zb_archive *a, int64_t number)
{
    counter c = {.memory = {a->bytes, a->size, 7}};
    const nyz_stream stream = {
        .read = kind == READ_AND_SEEK ? count_read : NULL,
        .seek = kind >= READ_AT_AND_SEEK ? count_seek : NULL,
        .read_at = kind != READ_AND_SEEK ? count_read_at : NULL,
        .ctx = &c,
    };
    nyz_config config;
    nyz_zip_directory dir;
    assert_ok(nyz_config_init(&config, NULL, err));
    assert_ok(nyz_zip_directory_read(&stream, kind == KNOWN_SIZE ? (int64_t)a->size : -1,
                                     &config, &dir, err));
    assert_int_equal(nyz_zip_directory_find(&dir, "a.npy", 5), number);
    nyz_zip_directory_free(&dir);
    return c;
}

static void append_filled(zb_archive *a, int byte, size_t size)
{
    char *const bytes = malloc(size + 1);
    assert_non_null(bytes);
    memset(bytes, byte, size);
    zb_append(a, bytes, size);
    free(bytes);
}

/* An archive of `count` members of 5 bytes each and two more, whose first member has
 * `size` bytes. */
static void build(zb_archive *a, size_t count, size_t size, size_t comment,
                  size_t padding)
{
    char *const data = calloc(size + 1, 1);
    char(*const names)[24] = calloc(count + 1, 24);
    zb_add(a, (zb_member){.name = "f", .data = data, .size = size});
    zb_add_two(a);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(names[i], 24, "%zu", i);
        zb_add(a, (zb_member){.name = names[i], .data = "12345", .size = 5});
    }
    zb_finish(a, 1);
    append_filled(a, 'c', comment);
    zb_patch(a, a->end + 20, 2, comment);
    append_filled(a, 0, padding);
    free(data);
    free(names);
}

static void an_archive_is_opened_by_one_read_of_its_end_or_two(void **state)
{
    static const struct {
        size_t count;
        size_t size;
        size_t comment;
        size_t padding;
        int64_t reads;
    } cases[] = {
        {0, 10, 0, 0, 1},       {0, 1000000, 0, 0, 1},     {300, 1000000, 0, 0, 1},
        {10000, 10, 0, 0, 2},   {0, 10, 65535, 0, 2},      {0, 1000000, 65535, 0, 2},
        {0, 1000000, 10, 9, 1}, {0, 1000000, 0, 65536, 2}, {0, 1000000, 65535, 65536, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        zb_archive a = {0};
        print_message("row %zu\n", i);
        build(&a, cases[i].count, cases[i].size, cases[i].comment, cases[i].padding);
        const counter known = open_by(KNOWN_SIZE, &a, 1);
        assert_int_equal(known.reads, cases[i].reads);
        const counter both = open_by(READ_AT_AND_SEEK, &a, 1);
        assert_int_equal(both.reads, cases[i].reads);
        assert_int_equal(both.seeks, 3); /* its place, its end, its place again */
        assert_int_equal(both.memory.position, 7);
        const counter moved = open_by(READ_AND_SEEK, &a, 1);
        assert_int_equal(moved.reads, cases[i].reads);
        assert_int_equal(moved.seeks, 1 + cases[i].reads);
        zb_free(&a);
    }
}

static void no_byte_is_read_twice(void **state)
{
    static const size_t paddings[] = {0, 65536};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        zb_archive a = {0};
        build(&a, 10000, 1000000, 65535, paddings[i]);
        const counter c = open_by(KNOWN_SIZE, &a, 1);
        const int64_t tail = LONG_TAIL;
        const int64_t needed = (int64_t)a.size - (int64_t)a.directory;
        assert_int_equal(c.bytes, needed > tail ? needed : tail);
        zb_free(&a);
    }
}

/* The size of such a stream is looked for; a small one has been read then. */
static void a_stream_of_places_alone_is_probed_little(void **state)
{
    static const size_t sizes[] = {10, NYZ_ZIP_TAIL - 600, NYZ_ZIP_TAIL, 1000000,
                                   5000000};
    static const int64_t most[] = {2, 2, 6, 18, 22};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        zb_archive a = {0};
        build(&a, 0, sizes[i], 0, 0);
        assert_true(open_by(READ_AT, &a, 1).reads <= most[i]);
        zb_free(&a);
    }
}

/* Around the sizes at which the search begins. */
static void every_size_is_found(void **state)
{
    (void)state;
    for (int64_t i = 0; i < 200; i++) {
        zb_archive a = {0};
        const int64_t around = (i < 100 ? 1 : 2) * (int64_t)NYZ_ZIP_TAIL;
        build(&a, 0, (size_t)(around - 600 + i % 100), 0, 0);
        while ((int64_t)a.size < around - 50 + i % 100) {
            zb_append(&a, "", 1);
        }
        for (int kind = 0; kind < KINDS; kind++) {
            (void)open_by((enum kind)kind, &a, 1);
        }
        zb_free(&a);
    }
}

static void bytes_of_the_tail_and_before_it_are_joined(void **state)
{
    enum { SIZE = 2 * LONG_TAIL };
    unsigned char *const bytes = malloc(SIZE);
    unsigned char *const copy = malloc(SIZE);
    counter c = {.memory = {bytes, SIZE, 0}};
    const nyz_stream stream = {.read_at = count_read_at, .ctx = &c};
    nyz_zip_tail tail;
    (void)state;
    for (size_t i = 0; i < SIZE; i++) {
        bytes[i] = (unsigned char)(i * 7 + i / 251);
    }
    assert_ok(nyz_zip_tail_open(&tail, &stream, SIZE, &nyz_default_allocator, err));
    for (int longer = 0; longer < 2; longer++) {
        for (int64_t from = tail.start - 2; from < tail.start + 2; from++) {
            for (int64_t size = 0; size < 5; size++) {
                assert_ok(nyz_zip_tail_copy(&tail, from, copy, size, "test", err));
                assert_memory_equal(copy, bytes + from, (size_t)size);
            }
        }
        assert_ok(nyz_zip_tail_copy(&tail, 0, copy, SIZE, "test", err));
        assert_memory_equal(copy, bytes, SIZE);
        if (!longer) {
            assert_ok(nyz_zip_tail_lengthen(&tail, err));
        }
    }
    nyz_zip_tail_free(&tail);
    free(bytes);
    free(copy);
}

/* A file that has shrunk since it was asked for its size. */
static void a_size_that_is_not_there_is_corrupt(void **state)
{
    zb_archive a = {0};
    nyz_stream_mem_reader reader = {0};
    nyz_config config;
    nyz_zip_directory dir;
    (void)state;
    build(&a, 0, 10, 0, 0);
    reader.bytes = a.bytes;
    reader.size = a.size;
    const nyz_stream stream = nyz_stream_mem(&reader);
    assert_ok(nyz_config_init(&config, NULL, err));
    assert_fails(
        NYZ_ERR_CORRUPT, "end record: expected",
        nyz_zip_directory_read(&stream, (int64_t)a.size + 1, &config, &dir, err));
    zb_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_archive_is_opened_by_one_read_of_its_end_or_two),
        cmocka_unit_test(no_byte_is_read_twice),
        cmocka_unit_test(a_stream_of_places_alone_is_probed_little),
        cmocka_unit_test(every_size_is_found),
        cmocka_unit_test(bytes_of_the_tail_and_before_it_are_joined),
        cmocka_unit_test(a_size_that_is_not_there_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
