/* SPDX-License-Identifier: MIT */
/* Members deflated in blocks: where they are cut, which indexes are believed, and what is read by
 * them.  src/zip/zip_blocks.c, src/npz/npz_blocks.c, npz_indexed.c.  docs/format.md 5.7. */
#include "nyz_cast.h"
#include "nyz_slice.h"

#include "base/endian.h"
#include "codec/codec.h"
#include "npz/npz.h"
#include "npz/npz_writer.h"
#include "support/faults.h"
#include "zip/zip_blocks.h"

/* ------------------------------------------------------------------------- where it is cut */

typedef struct cut_case {
    int ndim;
    int64_t shape[3];
    int64_t itemsize;
    int64_t block_bytes;
    int64_t block_rows;
    int64_t unit; /* 0: not at all */
} cut_case;

static nyz_block_layout layout_of(const cut_case *c, int level, size_t name_size)
{
    nyz_config config;
    nyz_array array = {.ndim = c->ndim};
    int64_t bytes = c->itemsize;
    assert_ok(nyz_config_init(&config, NULL, err));
    config.level = level;
    config.flags |= NYZ_BLOCKS;
    config.block_bytes = c->block_bytes;
    config.block_rows = c->block_rows;
    for (int i = 0; i < c->ndim; i++) {
        array.shape[i] = c->shape[i];
        bytes *= c->shape[i];
    }
    return nyz_npz_block_layout(&array, 128, bytes, name_size, &config);
}

static void blocks_are_whole_rows_of_one_size_where_they_can_be(void **state)
{
    static const cut_case cases[] = {
        {2, {1000, 10}, 4, 4000, 0, 4000}, /* 100 rows of 40 bytes */
        {2, {1000, 10}, 4, 4039, 0, 4000}, /* not 101 */
        {2, {1000, 10}, 4, 3999, 0, 2000}, /* the largest divisor of 1000 from 50 to 99 */
        {2, {997, 10}, 4, 4000, 0, 4000},  /* a prime: the last one is shorter */
        {2, {150, 10}, 4, 4000, 0, 3000},  /* two of 75 rows */
        {2, {101, 10}, 4, 4000, 0, 4000},
        {1, {100001}, 1, 50000, 0, 50000}, /* 11 * 9091: no divisor is large enough */
        {1, {99990}, 1, 50000, 0, 49995},
        {1, {999}, 1, 10, 0, 9},             /* many blocks: found by their size */
        {2, {3, 1000}, 4, 3000, 0, 2000},    /* rows are longer: halves of them */
        {3, {2, 3, 1000}, 4, 4000, 0, 4000}, /* one row of the second axis */
        {3, {2, 4, 100}, 4, 1000, 0, 800},
        {2, {7, 1}, 9000, 4000, 0, 9000}, /* an item is larger */
        {0, {0}, 9000, 4000, 0, 0},       /* and there is but one */
        {2, {10, 10}, 4, 400, 0, 0},      /* fits one block */
        {2, {10, 10}, 4, 399, 0, 200},
        {2, {0, 10}, 4, 4, 0, 0},
        {2, {1000, 10}, 4, 4000, 7, 280}, /* so many rows exactly */
        {2, {1000, 10}, 4, 4000, 1000, 0},
        {2, {1000, 10}, 4, 4000, 999, 39960},
        {1, {1000000}, 1, 10, 0, 130}, /* 8,179 at most: 13 times 10 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const cut_case *const c = &cases[i];
        const nyz_block_layout fast = layout_of(c, NYZ_LEVEL_FAST, 5);
        const nyz_block_layout slow = layout_of(c, 6, 5);
        print_message("row %zu\n", i);
        assert_int_equal(slow.unit, c->unit);
        assert_int_equal(slow.head, c->unit > 0 ? 128 : 0);
        if (c->unit > 0) {
            assert_int_equal(fast.unit, c->unit);
            assert_int_equal(fast.head, 128);
        } else { /* the fast level makes blocks only: this is one, and the last */
            assert_int_equal(fast.head, 0);
            assert_true(fast.unit > 128);
        }
    }
}

static void the_central_header_has_room_for_all_blocks(void **state)
{
    (void)state;
    for (size_t name = 1; name < 65536; name += name < 65400 ? 4093 : 1) {
        const cut_case c = {1, {10000000}, 1, 100, 0, 0};
        const nyz_block_layout l = layout_of(&c, 6, name);
        const int64_t room = (65535 - 46 - 28 - 16 - (int64_t)name) / 8;
        if (room < 2) {
            assert_int_equal(l.head, 0);
            assert_int_equal(l.unit, 100);
            continue;
        }
        const int64_t blocks = 1 + (10000000 - 1) / l.unit + 1;
        assert_int_equal(l.head, 128);
        assert_in_range(blocks, 2, room);
    }
}

/* ------------------------------------------------------------------ which indexes are believed */

enum { HEAD = 10, UNIT = 100, LAST = 30, COUNT = 4, SIZE = HEAD + 2 * UNIT + LAST };

/* An index of four blocks, and the directory's entry that it fits. */
typedef struct index_case {
    unsigned char bytes[4 + NYZ_ZIP_BLOCKS_FIXED + 8 * COUNT];
    nyz_zip_entry entry;
    nyz_zip_directory dir;
} index_case;

static void make_index(index_case *c)
{
    static const uint32_t stored[COUNT] = {15, 40, 60, 9};
    unsigned char content[SIZE];
    unsigned char *const field = c->bytes + 4;
    memset(c, 0, sizeof *c);
    for (int i = 0; i < SIZE; i++) {
        content[i] = (unsigned char)(i * 7);
    }
    nyz_store_le16(c->bytes, NYZ_ZIP_BLOCKS_ID);
    nyz_store_le16(c->bytes + 2, (uint16_t)(sizeof c->bytes - 4));
    nyz_store_le32(field, 1);
    nyz_store_le32(field + 4, HEAD);
    nyz_store_le32(field + 8, UNIT);
    for (int i = 0, at = 0; i < COUNT; i++) {
        const int size = i == 0 ? HEAD : i == COUNT - 1 ? LAST : UNIT;
        nyz_store_le32(field + 12 + 8 * i, stored[i]);
        nyz_store_le32(field + 16 + 8 * i, nyz_crc32(0, content + at, (size_t)size));
        at += size;
        c->entry.compressed_size += stored[i];
    }
    c->entry.method = NYZ_DEFLATED;
    c->entry.size = SIZE;
    c->entry.crc32 = nyz_crc32(0, content, SIZE);
    c->entry.blocks = 4;
    c->dir.bytes = c->bytes;
}

static int is_believed(const index_case *c)
{
    nyz_zip_blocks out;
    nyz_zip_blocks_find(&c->dir, &c->entry, &out);
    assert_true(out.count == 0 || out.count == COUNT);
    return out.count > 0;
}

static void an_index_that_agrees_with_the_directory_is_believed(void **state)
{
    index_case c;
    nyz_zip_blocks b;
    (void)state;
    make_index(&c);
    assert_true(is_believed(&c));
    nyz_zip_blocks_find(&c.dir, &c.entry, &b);
    assert_int_equal(b.head, HEAD);
    assert_int_equal(b.unit, UNIT);
    assert_int_equal(nyz_zip_block_stored(&b, 2), 60);
    assert_int_equal(nyz_zip_block_start(&b, 3), HEAD + 2 * UNIT);
    assert_int_equal(nyz_zip_block_size(&b, 0), HEAD);
    assert_int_equal(nyz_zip_block_size(&b, 2), UNIT);
    assert_int_equal(nyz_zip_block_size(&b, 3), LAST);
    assert_int_equal(nyz_zip_block_of(&b, HEAD - 1), 0);
    assert_int_equal(nyz_zip_block_of(&b, HEAD), 1);
    assert_int_equal(nyz_zip_block_of(&b, HEAD + UNIT - 1), 1);
    assert_int_equal(nyz_zip_block_of(&b, SIZE - 1), 3);
    c.entry.blocks = 0;
    assert_false(is_believed(&c));
}

static void an_index_with_any_bit_changed_is_not_believed(void **state)
{
    index_case c;
    (void)state;
    for (size_t i = 2; i < sizeof c.bytes; i++) {
        for (int bit = 0; bit < 8; bit++) {
            make_index(&c);
            c.bytes[i] ^= (unsigned char)(1 << bit);
            if (i == 3 && bit > 5) {
                continue; /* a length that leads out of the directory has been refused before */
            }
            nyz_zip_blocks out;
            /* longer lengths are refused by the count before anything after the field is read */
            nyz_zip_blocks_find(&c.dir, &c.entry, &out);
            assert_int_equal(out.count, 0);
        }
    }
}

static void an_index_of_another_member_is_not_believed(void **state)
{
    index_case c;
    (void)state;
    for (int i = 0; i < 8; i++) {
        make_index(&c);
        c.entry.size += i == 0   ? 1
                        : i == 1 ? -1
                        : i == 2 ? -LAST
                        : i == 3 ? -SIZE + HEAD
                                 : 0;
        c.entry.compressed_size += i == 4 ? 1 : i == 5 ? -1 : 0;
        c.entry.crc32 ^= i == 6;
        c.entry.method =
            i == 7 ? NYZ_STORED : c.entry.method; /* sizes are the same then */
        assert_false(is_believed(&c));
    }
}

/* 1 byte cannot become more than 1032, but for 64. */
static void blocks_that_no_deflate_makes_are_not_believed(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        index_case c;
        const uint32_t unit = 1032 * 2 + 64 + (uint32_t)more;
        unsigned char *const field = c.bytes + 4;
        unsigned char *const zeros = calloc(1, HEAD + unit);
        assert_non_null(zeros);
        make_index(&c);
        nyz_store_le16(c.bytes + 2, 12 + 16);
        nyz_store_le32(field + 8, unit);
        nyz_store_le32(field + 16, nyz_crc32(0, zeros, HEAD));
        nyz_store_le32(field + 20, 2);
        nyz_store_le32(field + 24, nyz_crc32(0, zeros, unit));
        c.entry.size = HEAD + (int64_t)unit;
        c.entry.compressed_size = 15 + 2;
        c.entry.crc32 = nyz_crc32(0, zeros, HEAD + unit);
        nyz_zip_blocks out;
        nyz_zip_blocks_find(&c.dir, &c.entry, &out);
        assert_int_equal(out.count, more ? 0 : 2);
        free(zeros);
    }
}

/* One block of data, of which any unit makes one. */
static void a_unit_has_at_most_31_bits(void **state)
{
    static const uint32_t units[] = {UNIT, INT32_MAX, (uint32_t)INT32_MAX + 1,
                                     UINT32_MAX};
    (void)state;
    for (int i = 0; i < 4; i++) {
        index_case c;
        nyz_zip_blocks out;
        unsigned char zeros[HEAD + UNIT] = {0};
        unsigned char *const field = c.bytes + 4;
        make_index(&c);
        nyz_store_le16(c.bytes + 2, 12 + 16);
        nyz_store_le32(field + 8, units[i]);
        nyz_store_le32(field + 16, nyz_crc32(0, zeros, HEAD));
        nyz_store_le32(field + 20, 2);
        nyz_store_le32(field + 24, nyz_crc32(0, zeros, UNIT));
        c.entry.size = sizeof zeros;
        c.entry.compressed_size = 15 + 2;
        c.entry.crc32 = nyz_crc32(0, zeros, sizeof zeros);
        nyz_zip_blocks_find(&c.dir, &c.entry, &out);
        assert_int_equal(out.count, i < 2 ? 2 : 0);
    }
}

/* Of four blocks, of which the first has no bytes. */
static void an_index_without_a_head_is_not_believed(void **state)
{
    index_case c;
    unsigned char content[SIZE];
    unsigned char *const field = c.bytes + 4;
    (void)state;
    make_index(&c);
    assert_true(is_believed(&c));
    for (int i = 0; i < SIZE; i++) {
        content[i] = (unsigned char)(i * 7);
    }
    nyz_store_le32(field + 4, 0);
    for (int i = 0; i < COUNT; i++) {
        const int at = i == 0 ? 0 : (i - 1) * UNIT;
        const int size = i == 0 ? 0 : i == COUNT - 1 ? SIZE - 2 * UNIT : UNIT;
        nyz_store_le32(field + 16 + 8 * i, nyz_crc32(0, content + at, (size_t)size));
    }
    assert_false(is_believed(&c));
}

/* Of two blocks, of which the second has no bytes. */
static void an_index_without_data_is_not_believed(void **state)
{
    index_case c;
    nyz_zip_blocks out;
    unsigned char *const field = c.bytes + 4;
    (void)state;
    make_index(&c);
    nyz_store_le16(c.bytes + 2, 12 + 16);
    nyz_store_le32(field + 4, SIZE);
    nyz_store_le32(field + 12, (uint32_t)c.entry.compressed_size);
    nyz_store_le32(field + 16, c.entry.crc32);
    nyz_store_le32(field + 20, 0);
    nyz_store_le32(field + 24, 0);
    nyz_zip_blocks_find(&c.dir, &c.entry, &out);
    assert_int_equal(out.count, 0);
}

/* A stored member's blocks are as long as they are. */
static void a_stored_member_may_have_an_index(void **state)
{
    index_case c;
    unsigned char *const field = c.bytes + 4;
    (void)state;
    make_index(&c);
    for (int i = 0; i < COUNT; i++) {
        nyz_store_le32(field + 12 + 8 * i, i == 0 ? HEAD : i == COUNT - 1 ? LAST : UNIT);
    }
    c.entry.method = NYZ_STORED;
    c.entry.compressed_size = SIZE;
    assert_true(is_believed(&c));
}

/* --------------------------------------------------------------------------- what is read */

enum { ROWS = 600, COLUMNS = 50 };
static int32_t numbers[ROWS][COLUMNS];
static nyz_array array;

static int make_array(void **state)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    const int64_t shape[2] = {ROWS, COLUMNS};
    (void)state;
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        numbers[i / COLUMNS][i % COLUMNS] = i % 1000 * (i % 7);
    }
    assert_ok(nyz_array_wrap(numbers, &dtype, 2, shape, NULL, &array, err));
    return 0;
}

static nyz_buffer archive_of(const nyz_array *what, int level, int rows)
{
    const nyz_options opt = {.level = level, .block_rows = rows};
    nyz_buffer out = {0};
    nyz_stream stream = nyz_stream_buffer(&out);
    nyz_npz_writer *w = NULL;
    assert_ok(nyz_npz_create_stream(&stream, &opt, &w, err));
    assert_ok(nyz_npz_add(w, "a", what, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    return out;
}

static nyz_npz *open_archive(const nyz_buffer *archive, unsigned flags)
{
    const nyz_options opt = {.flags = flags};
    nyz_npz *npz = NULL;
    assert_ok(nyz_npz_open_mem(archive->data, archive->size, &opt, &npz, err));
    return npz;
}

static void assert_rows(const nyz_array *got, int64_t first, int64_t step)
{
    assert_int_equal(got->shape[1], COLUMNS);
    for (int64_t i = 0; i < got->shape[0]; i++) {
        assert_memory_equal((const char *)got->data + i * got->strides[0],
                            numbers[first + i * step], sizeof numbers[0]);
    }
}

/* How many blocks a member of these bytes has. */
static int64_t blocks_of_bytes(const void *bytes, size_t size)
{
    const nyz_options opt = {.level = NYZ_LEVEL_FAST, .block_rows = 50};
    nyz_buffer out = {0};
    nyz_stream stream = nyz_stream_buffer(&out);
    nyz_npz_writer *w = NULL;
    nyz_member member;
    assert_ok(nyz_npz_create_stream(&stream, &opt, &w, err));
    assert_ok(nyz_npz_add_bytes(w, "a.npy", bytes, size, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    nyz_npz *npz = open_archive(&out, 0);
    assert_ok(nyz_npz_member_at(npz, 0, &member, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&out);
    return member.blocks;
}

/* A .npy file that is cut, or that has more than one array, is no array of rows. */
static void bytes_of_a_npy_file_are_cut_as_its_array(void **state)
{
    nyz_buffer archive = archive_of(&array, NYZ_LEVEL_FAST, 50);
    nyz_npz *npz = open_archive(&archive, 0);
    nyz_array npy;
    (void)state;
    assert_ok(nyz_npz_bytes_at(npz, 0, NULL, &npy, err));
    const size_t size = (size_t)npy.shape[0];
    unsigned char *const bytes = calloc(2, size);
    assert_non_null(bytes);
    memcpy(bytes, npy.data, size);
    assert_int_equal(blocks_of_bytes(bytes, size), 13);
    assert_int_equal(blocks_of_bytes(bytes, size + 1), 0);
    assert_int_equal(blocks_of_bytes(bytes, size - 1), 0);
    assert_int_equal(blocks_of_bytes(bytes, 20), 0);
    bytes[0] ^= 1;
    assert_int_equal(blocks_of_bytes(bytes, size), 0);
    free(bytes);
    nyz_array_free(&npy);
    nyz_npz_close(&npz);
    nyz_buffer_free(&archive);
}

static void parts_are_those_of_the_array(void **state)
{
    static const nyz_range rows[] = {
        {0, 0, 0},     {0, 1, 1},   {44, 45, 1},   {45, 90, 1},     {44, 91, 1},
        {599, 600, 1}, {10, 20, 1}, {0, 600, 100}, {599, -700, -1}, {500, 40, -3}};
    (void)state;
    for (int level = NYZ_LEVEL_FAST; level < 2; level += 2) {
        nyz_buffer archive = archive_of(&array, level, 45);
        nyz_npz *npz = open_archive(&archive, 0);
        for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
            const nyz_options opt = {.threads = 1 + i % 2};
            const nyz_range r = rows[i / 2];
            nyz_array out;
            assert_ok(nyz_npz_load_slice_at(npz, 0, &r, 1, &opt, &out, err));
            assert_rows(&out, r.start, r.step == 0 ? 1 : r.step);
            nyz_array_free(&out);
        }
        nyz_npz_close(&npz);
        nyz_buffer_free(&archive);
    }
}

static void whole_loads_are_the_array_on_any_number_of_threads(void **state)
{
    nyz_buffer archive = archive_of(&array, NYZ_LEVEL_FAST, 45);
    nyz_npz *npz = open_archive(&archive, NYZ_UNTRUSTED);
    static int32_t room[ROWS][COLUMNS];
    const nyz_want want = {.dtype = nyz_dtype_of(NYZ_FLOAT64), .ndim = -1};
    const nyz_want other = {
        .dtype = nyz_dtype_of(NYZ_FLOAT64), .ndim = 2, .shape = {ROWS, COLUMNS + 1}};
    nyz_array into = array;
    (void)state;
    into.data = room;
    for (int threads = 1; threads <= 3; threads++) {
        const nyz_options opt = {.threads = threads};
        nyz_array out;
        assert_ok(nyz_npz_load_at(npz, 0, &opt, &out, err));
        assert_rows(&out, 0, 1);
        nyz_array_free(&out);
        memset(room, 0, sizeof room);
        assert_ok(nyz_npz_load_into_at(npz, 0, &opt, &into, err));
        assert_memory_equal(room, numbers, sizeof room);
        assert_ok(nyz_npz_load_as_at(npz, 0, &want, &opt, &out, err));
        for (int i = 0; i < ROWS * COLUMNS; i++) {
            assert_true(((const double *)out.data)[i] ==
                        numbers[i / COLUMNS][i % COLUMNS]);
        }
        nyz_array_free(&out);
        assert_fails(NYZ_ERR_ARGUMENT, "is int32 (600, 50), wanted float64 (600, 51)",
                     nyz_npz_load_as_at(npz, 0, &other, &opt, &out, err));
    }
    nyz_npz_close(&npz);
    nyz_buffer_free(&archive);
}

/* The archive's bytes are looked at through a stream that notes how many were read. */
typedef struct watched {
    const nyz_buffer *archive;
    int64_t bytes;
} watched;

static int64_t watched_read_at(void *ctx, int64_t offset, void *to, size_t size)
{
    watched *const w = ctx;
    const int64_t left = (int64_t)w->archive->size - offset;
    const size_t n = left < 0 ? 0 : (uint64_t)left < size ? (size_t)left : size;
    memcpy(to, w->archive->data + (n > 0 ? offset : 0), n);
    w->bytes += (int64_t)n;
    return (int64_t)n;
}

static int64_t watched_size(void *ctx)
{
    return (int64_t)((const watched *)ctx)->archive->size;
}

/* How many bytes are read for 5 rows of 600. */
static int64_t read_for_some_rows(const nyz_buffer *archive, unsigned flags)
{
    watched w = {archive, 0};
    const nyz_stream stream = {
        .read_at = watched_read_at, .size = watched_size, .ctx = &w};
    const nyz_options opt = {.flags = flags};
    const nyz_range rows = {300, 305, 1};
    nyz_npz *npz = NULL;
    nyz_array out;
    assert_ok(nyz_npz_open_stream(&stream, &opt, &npz, err));
    w.bytes = 0;
    assert_ok(nyz_npz_load_slice_at(npz, 0, &rows, 1, NULL, &out, err));
    assert_rows(&out, 300, 1);
    nyz_array_free(&out);
    nyz_npz_close(&npz);
    return w.bytes;
}

static void only_the_blocks_of_a_part_are_read(void **state)
{
    nyz_buffer archive = archive_of(&array, NYZ_LEVEL_FAST, 10);
    nyz_npz *npz = open_archive(&archive, 0);
    nyz_member member;
    (void)state;
    assert_ok(nyz_npz_member_at(npz, 0, &member, err));
    assert_int_equal(member.blocks, 61);
    assert_int_equal(member.block_bytes, 10 * sizeof numbers[0]);
    assert_in_range(read_for_some_rows(&archive, 0), 1, member.compressed_size / 10);
    /* what nobody vouches for is not read by its index */
    assert_in_range(read_for_some_rows(&archive, NYZ_UNTRUSTED),
                    member.compressed_size / 2, 2 * member.compressed_size);
    nyz_npz_close(&npz);
    nyz_buffer_free(&archive);
}

static nyz_status load_rows(nyz_npz *npz, int64_t first, int threads, nyz_error *err)
{
    const nyz_options opt = {.threads = threads};
    const nyz_range rows = {first, first + 5, 1};
    nyz_array out;
    const nyz_status status = nyz_npz_load_slice_at(npz, 0, &rows, 1, &opt, &out, err);
    if (status == NYZ_OK) {
        assert_rows(&out, first, 1);
        nyz_array_free(&out);
    }
    return status;
}

/* As without an index: the rows before the damage are read from the member's beginning. */
static void damage_is_told_of_the_blocks_that_have_it_and_of_no_others(void **state)
{
    nyz_buffer archive = archive_of(&array, NYZ_LEVEL_FAST, 50);
    nyz_npz *npz = open_archive(&archive, 0);
    nyz_block blocks[13];
    nyz_array out;
    (void)state;
    assert_ok(nyz_npz_blocks(npz, "a", 0, 13, blocks, err));
    assert_int_equal(blocks[0].start, 0);
    assert_int_equal(blocks[12].start + blocks[12].size,
                     blocks[0].size + (int64_t)sizeof numbers);
    for (int64_t i = 0; i < blocks[6].stored_size; i++) {
        archive.data[blocks[6].offset + i] ^= 0x55;
    }
    for (int threads = 1; threads <= 2; threads++) {
        const nyz_options opt = {.threads = threads};
        assert_ok(load_rows(npz, 245, threads, err));
        assert_ok(load_rows(npz, 300, threads, err));
        assert_ok(load_rows(npz, 595, threads, err));
        assert_fails(NYZ_ERR_CORRUPT,
                     "member 'a.npy': ", load_rows(npz, 250, threads, err));
        assert_fails(NYZ_ERR_CORRUPT,
                     "member 'a.npy': ", load_rows(npz, 296, threads, err));
        assert_fails(NYZ_ERR_CORRUPT,
                     "member 'a.npy': ", nyz_npz_load_at(npz, 0, &opt, &out, err));
    }
    assert_fails(NYZ_ERR_NOT_FOUND, "13 blocks from number 1",
                 nyz_npz_blocks_at(npz, 0, 1, 13, blocks, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no member",
                 nyz_npz_blocks_at(npz, 1, 0, 1, blocks, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&archive);
}

/* Noise is stored in its blocks, which inflate whatever byte of it is another: only CRCs tell. */
static void a_byte_that_is_another_is_found_in_a_part(void **state)
{
    static int32_t noise[ROWS][COLUMNS];
    nyz_array random = array;
    uint32_t bits = 1;
    nyz_block block;
    (void)state;
    random.data = noise;
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        bits = bits * 1664525u + 1013904223u;
        noise[i / COLUMNS][i % COLUMNS] = (int32_t)(bits >> 1 ^ bits << 16);
    }
    nyz_buffer archive = archive_of(&random, NYZ_LEVEL_FAST, 50);
    nyz_npz *npz = open_archive(&archive, 0);
    assert_ok(nyz_npz_blocks(npz, "a", 6, 1, &block, err));
    archive.data[block.offset + block.stored_size / 2] ^= 1;
    for (int threads = 1; threads <= 2; threads++) {
        const nyz_options opt = {.threads = threads};
        const nyz_range sound = {310, 320, 1};
        const nyz_range damaged = {260, 262, 1};
        nyz_array out;
        assert_ok(nyz_npz_load_slice_at(npz, 0, &sound, 1, &opt, &out, err));
        assert_memory_equal(out.data, noise[310], 10 * sizeof noise[0]);
        nyz_array_free(&out);
        assert_fails(NYZ_ERR_CORRUPT, "CRC-32",
                     nyz_npz_load_slice_at(npz, 0, &damaged, 1, &opt, &out, err));
        assert_fails(NYZ_ERR_CORRUPT, "CRC-32", nyz_npz_load_at(npz, 0, &opt, &out, err));
    }
    nyz_npz_close(&npz);
    nyz_buffer_free(&archive);
}

/* A block that is what the index says, but for its CRC, and one that is not all of its bytes. */
static void a_block_that_is_not_the_indexs_is_read_without_it(void **state)
{
    nyz_buffer archive = archive_of(&array, NYZ_LEVEL_FAST, 50);
    (void)state;
    nyz_npz *npz = open_archive(&archive, 0);
    const nyz_zip_entry *entry;
    nyz_zip_blocks index;
    nyz_zip_directory *const dir = &npz->dir;
    entry = &dir->entries[0];
    nyz_zip_blocks_find(dir, entry, &index);
    assert_int_equal(index.count, 13);
    /* two blocks' sizes that still sum up */
    unsigned char *const entries = dir->bytes + (index.entries - dir->bytes);
    nyz_store_le32(entries + 8 * 4, nyz_zip_block_stored(&index, 4) + 1);
    nyz_store_le32(entries + 8 * 5, nyz_zip_block_stored(&index, 5) - 1);
    nyz_zip_blocks_find(dir, entry, &index);
    assert_int_equal(index.count, 13);
    for (int64_t row = 0; row < ROWS - 5; row += 45) {
        assert_ok(load_rows(npz, row, 1 + (int)(row % 2), err));
    }
    nyz_npz_close(&npz);
    nyz_buffer_free(&archive);
}

/* Two blocks that are said to be one: the first then has rows after the header. */
static void a_first_block_with_more_than_the_header_is_no_use(void **state)
{
    nyz_buffer archive = archive_of(&array, NYZ_LEVEL_FAST, 50);
    nyz_npz *npz = open_archive(&archive, 0);
    unsigned char *const field = npz->dir.bytes + npz->dir.entries[0].blocks;
    unsigned char *const entries = field + NYZ_ZIP_BLOCKS_FIXED;
    nyz_zip_blocks index;
    (void)state;
    nyz_zip_blocks_find(&npz->dir, &npz->dir.entries[0], &index);
    assert_int_equal(index.count, 13);
    nyz_store_le32(entries,
                   nyz_zip_block_stored(&index, 0) + nyz_zip_block_stored(&index, 1));
    nyz_store_le32(entries + 4,
                   nyz_crc32_combine(nyz_zip_block_crc32(&index, 0),
                                     nyz_zip_block_crc32(&index, 1), index.unit));
    memmove(entries + 8, entries + 16, 8 * 11);
    nyz_store_le32(field + 4, (uint32_t)(index.head + index.unit));
    nyz_store_le16(field - 2, NYZ_ZIP_BLOCKS_FIXED + 8 * 12);
    nyz_zip_blocks_find(&npz->dir, &npz->dir.entries[0], &index);
    assert_int_equal(index.count, 12);
    assert_ok(load_rows(npz, 0, 1, err));
    assert_ok(load_rows(npz, 300, 1, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&archive);
}

/* Each allocation fails once: the result is the array or MEMORY, and nothing leaks. */
static void without_memory_it_fails_or_is_read_otherwise(void **state)
{
    nyz_buffer archive = archive_of(&array, NYZ_LEVEL_FAST, 50);
    counting memory;
    const nyz_options opt = {.allocator = &memory.allocator};
    nyz_status status = NYZ_ERR_MEMORY;
    (void)state;
    for (long n = 1; n < 60; n++) {
        const nyz_range rows = {40, 60, 1};
        nyz_npz *npz = open_archive(&archive, 0);
        nyz_array out;
        counting_init(&memory);
        memory.fail_at = n;
        status = nyz_npz_load_slice_at(npz, 0, &rows, 1, &opt, &out, NULL);
        assert_true(status == NYZ_OK || status == NYZ_ERR_MEMORY);
        if (status == NYZ_OK) {
            assert_rows(&out, 40, 1);
            nyz_array_free(&out);
        }
        nyz_npz_close(&npz);
        assert_int_equal(memory.live, 0);
    }
    assert_int_equal(status, NYZ_OK);
    nyz_buffer_free(&archive);
}

static int cancel_after(void *ctx, int64_t done, int64_t total)
{
    int64_t *const left = ctx;
    assert_true(done >= 0);
    (void)total;
    return --*left < 0;
}

static void progress_is_told_and_can_cancel(void **state)
{
    nyz_buffer archive = archive_of(&array, NYZ_LEVEL_FAST, 50);
    nyz_npz *npz = open_archive(&archive, 0);
    const nyz_range rows = {40, 400, 1};
    nyz_array out;
    (void)state;
    int64_t left = 1000;
    nyz_options opt = {.threads = 2, .progress = cancel_after, .progress_ctx = &left};
    assert_ok(nyz_npz_load_slice_at(npz, 0, &rows, 1, &opt, &out, err));
    assert_rows(&out, 40, 1);
    assert_true(left < 1000);
    nyz_array_free(&out);
    left = 1;
    assert_fails(NYZ_ERR_CANCELLED, "cancel",
                 nyz_npz_load_slice_at(npz, 0, &rows, 1, &opt, &out, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&archive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_whole_rows_of_one_size_where_they_can_be),
        cmocka_unit_test(the_central_header_has_room_for_all_blocks),
        cmocka_unit_test(an_index_that_agrees_with_the_directory_is_believed),
        cmocka_unit_test(an_index_with_any_bit_changed_is_not_believed),
        cmocka_unit_test(an_index_of_another_member_is_not_believed),
        cmocka_unit_test(blocks_that_no_deflate_makes_are_not_believed),
        cmocka_unit_test(an_index_without_a_head_is_not_believed),
        cmocka_unit_test(an_index_without_data_is_not_believed),
        cmocka_unit_test(a_unit_has_at_most_31_bits),
        cmocka_unit_test(a_stored_member_may_have_an_index),
        cmocka_unit_test(bytes_of_a_npy_file_are_cut_as_its_array),
        cmocka_unit_test(parts_are_those_of_the_array),
        cmocka_unit_test(whole_loads_are_the_array_on_any_number_of_threads),
        cmocka_unit_test(only_the_blocks_of_a_part_are_read),
        cmocka_unit_test(damage_is_told_of_the_blocks_that_have_it_and_of_no_others),
        cmocka_unit_test(a_byte_that_is_another_is_found_in_a_part),
        cmocka_unit_test(a_block_that_is_not_the_indexs_is_read_without_it),
        cmocka_unit_test(a_first_block_with_more_than_the_header_is_no_use),
        cmocka_unit_test(without_memory_it_fails_or_is_read_otherwise),
        cmocka_unit_test(progress_is_told_and_can_cancel),
    };
    return cmocka_run_group_tests(tests, make_array, NULL);
}
