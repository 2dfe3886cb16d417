/* SPDX-License-Identifier: MIT */
/* Members that are extracted whole against those read as streams, and nyz_npz_load_all:
 * zip_extract.c, npz_load.c, npz_load_all.c.  Small stored members: test_npz_batch.c. */

#include <dirent.h>

#include "base/alloc.h"
#include "base/config.h"
#include "codec/codec.h"
#include "io/stream_mem.h"
#include "npz/npz.h"
#include "support/read_paths.h"
#include "support/zip_build.h"
#include "zip/zip_directory.h"
#include "zip/zip_extract.h"

/* Every archive of the fixtures that opens, good or bad. */
static void both_read_paths_see_every_fixture_alike(void **state)
{
    (void)state;
    static const char *const folders[] = {"good", "bad"};
    int opened = 0;
    for (size_t f = 0; f < 2; f++) {
        char path[1024];
        (void)snprintf(path, sizeof path, "%s/%s", fixtures_dir(), folders[f]);
        DIR *const dir = opendir(path);
        assert_non_null(dir);
        for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
            nyz_npz *npz = NULL;
            (void)snprintf(path, sizeof path, "%s/%s/%s", fixtures_dir(), folders[f],
                           entry->d_name);
            if (strstr(entry->d_name, ".npz") == NULL ||
                nyz_npz_open(path, NULL, &npz, NULL) != NYZ_OK) {
                continue;
            }
            opened++;
            for (int threads = 1; threads < 4; threads++) {
                compare_read_paths(npz, threads);
            }
            nyz_npz_close(&npz);
        }
        assert_int_equal(closedir(dir), 0);
    }
    assert_true(opened > 40);
}

/* Numbers of 4 bytes: a member large enough for threads within one (4 MiB), and one of
 * more than a block (256 KiB). */
enum { LARGE = 1050000, MEDIUM = 100000 };

/* Members large enough for threads within one, beside small ones, stored and deflated. */
static nyz_buffer mixed_archive(int large_is_most)
{
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    int32_t *const numbers = malloc(LARGE * sizeof *numbers);
    assert_non_null(numbers);
    for (int32_t i = 0; i < LARGE; i++) {
        numbers[i] = i / 3 * 77;
    }
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    for (int i = 0; i < 8; i++) {
        const int64_t count = i == 5 ? LARGE : large_is_most ? 10 * i : MEDIUM;
        nyz_array a;
        nyz_options opt = {0};
        opt.method = i % 2 == 0 || i == 5 ? NYZ_STORED : NYZ_DEFLATED;
        opt.level = 1;
        assert_ok(nyz_array_wrap(numbers, &dtype, 1, &count, NULL, &a, err));
        assert_ok(nyz_npz_add(w, NULL, &a, &opt, err));
    }
    assert_ok(nyz_npz_add_bytes(w, "text", "hello", 5, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    free(numbers);
    return file;
}

static void the_fast_path_joins_the_crcs_of_parts(void **state)
{
    nyz_buffer file = mixed_archive(0);
    nyz_npz *npz = NULL;
    (void)state;
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    unsigned char *const to = malloc((size_t)npz->dir.entries[5].size);
    int64_t got = 0;
    assert_non_null(to);
    for (int threads = 1; threads < 6; threads++) {
        assert_ok(nyz_zip_extract(&npz->stream, &npz->dir, 5, threads,
                                  &nyz_default_allocator, to, &got, err));
    }
    nyz_stream_mem_reader half = {file.data, file.size / 2, 0};
    const nyz_stream cut = nyz_stream_mem(&half);
    assert_fails(
        NYZ_ERR_CORRUPT, "member: ",
        nyz_zip_extract(&cut, &npz->dir, 5, 3, &nyz_default_allocator, to, &got, err));
    assert_int_equal(
        nyz_zip_extract(&cut, &npz->dir, 5, 3, &nyz_default_allocator, to, &got, NULL),
        NYZ_ERR_CORRUPT);
    nyz_stream one_place = npz->stream; /* which threads cannot share */
    one_place.read_at = NULL;
    assert_ok(nyz_zip_extract(&one_place, &npz->dir, 5, 3, &nyz_default_allocator, to,
                              &got, err));
    free(to);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void members_of_all_sizes_on_any_number_of_threads(void **state)
{
    (void)state;
    for (int large_is_most = 0; large_is_most < 2; large_is_most++) {
        nyz_buffer file = mixed_archive(large_is_most);
        nyz_npz *npz = NULL;
        assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
        for (int threads = -1; threads < 6; threads++) {
            compare_read_paths(npz, threads);
        }
        nyz_npz_close(&npz);
        nyz_stream_mem_reader reader = {file.data, file.size, 0};
        nyz_stream one_place = nyz_stream_mem(&reader);
        one_place.read_at = NULL;
        assert_ok(nyz_npz_open_stream(&one_place, NULL, &npz, err));
        compare_read_paths(npz, 1);
        compare_read_paths(npz, 3);
        nyz_npz_close(&npz);
        /* a bit in the middle of each member's data */
        for (int k = 1; k < 8; k++) {
            const size_t at = file.size / 8 * (size_t)k;
            file.data[at] ^= 1;
            if (nyz_npz_open_mem(file.data, file.size, NULL, &npz, NULL) == NYZ_OK) {
                compare_read_paths(npz, 1);
                compare_read_paths(npz, 3);
                nyz_npz_close(&npz);
            }
            file.data[at] ^= 1;
        }
        nyz_buffer_free(&file);
    }
}

static void an_empty_archive_is_an_empty_list(void **state)
{
    (void)state;
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    nyz_arrays *all = NULL;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    assert_ok(nyz_npz_load_all(npz, NULL, &all, err));
    assert_int_equal(nyz_arrays_count(all), 0);
    nyz_arrays_free(&all);
    nyz_arrays_free(&all);
    nyz_arrays_free(NULL);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    nyz_buffer file = mixed_archive(1);
    fail_every_allocation(&file);
    nyz_buffer_free(&file);
}

/* Law 3 of nyz.h: *err is written only on failure. */
static void a_member_without_an_array_leaves_err_alone(void **state)
{
    (void)state;
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    nyz_arrays *all = NULL;
    nyz_error before;
    nyz_error after;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_add_bytes(w, "readme.txt", "text", 4, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    memset(&before, 0x5a, sizeof before);
    after = before;
    assert_int_equal(nyz_npz_load_all(npz, NULL, &all, &after), NYZ_OK);
    assert_int_equal(item_of(all, 0).dtype.type, NYZ_NONE);
    assert_memory_equal(&after, &before, sizeof before);
    nyz_arrays_free(&all);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

/* A member of 65 MiB, deflated to stored blocks: zeros except the blocks' headers. */
enum { BLOCK = 65535, HEAD = 5, BLOCKS = 1040 };

static int64_t read_blocks(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const zb_hole *const hole = ctx;
    unsigned char *const to = buffer;
    const int64_t n = zb_read_around_hole(ctx, offset, buffer, size);
    for (int64_t i = 0; i < BLOCKS; i++) {
        const unsigned char head[HEAD] = {i == BLOCKS - 1, 0xff, 0xff, 0, 0};
        const int64_t place = hole->at + i * (BLOCK + HEAD) - offset;
        for (int64_t k = 0; k < HEAD; k++) {
            if (place + k >= 0 && place + k < n) {
                to[place + k] = head[k];
            }
        }
    }
    return n;
}

static void a_large_deflated_member_is_not_kept_beside_what_it_becomes(void **state)
{
    enum { SIZE = BLOCKS * BLOCK, STORED = BLOCKS * (BLOCK + HEAD) };
    zb_archive a = {0};
    counting memory;
    nyz_config config;
    nyz_zip_directory dir;
    int64_t got = 0;
    (void)state;
    unsigned char *const to = calloc(1, SIZE);
    assert_non_null(to);
    zb_add(&a, (zb_member){.name = "large", .data = ""});
    zb_hole hole = {&a, (int64_t)a.size, STORED};
    zb_patch(&a, 8, 2, 8);
    zb_patch(&a, 14, 4, nyz_crc32(0, to, SIZE));
    zb_patch(&a, 18, 4, STORED);
    zb_patch(&a, 22, 4, SIZE);
    zb_finish(&a, 0);
    zb_patch(&a, a.end + 16, 4, a.directory + STORED);
    const nyz_stream stream = {.read_at = read_blocks, .ctx = &hole};
    counting_init(&memory);
    assert_ok(nyz_config_init(&config, NULL, err));
    config.allocator = memory.allocator;
    assert_ok(nyz_zip_directory_read(&stream, -1, &config, &dir, err));
    memset(to, 0xff, SIZE);
    assert_ok(nyz_zip_extract(&stream, &dir, 0, 1, &config.allocator, to, &got, err));
    assert_int_equal(to[0], 0);
    assert_memory_equal(to, to + 1, SIZE - 1);
    assert_true(memory.largest <= (size_t)1 << 20);
    zb_patch(&a, 14, 4, 7);
    zb_patch(&a, a.central[0] + 16, 4, 7);
    nyz_zip_directory_free(&dir);
    assert_ok(nyz_zip_directory_read(&stream, -1, &config, &dir, err));
    assert_fails(NYZ_ERR_CORRUPT, "CRC-32",
                 nyz_zip_extract(&stream, &dir, 0, 1, &config.allocator, to, &got, err));
    const nyz_stream without_heads = {.read_at = zb_read_around_hole, .ctx = &hole};
    assert_int_not_equal(
        nyz_zip_extract(&without_heads, &dir, 0, 1, &config.allocator, to, &got, NULL),
        NYZ_OK);
    zb_patch(&a, 0, 1, 'Q');
    assert_fails(NYZ_ERR_CORRUPT, "there is none",
                 nyz_zip_extract(&stream, &dir, 0, 1, &config.allocator, to, &got, err));
    nyz_zip_directory_free(&dir);
    assert_int_equal(memory.live, 0);
    zb_free(&a);
    free(to);
}

/* As many bytes as can be counted, and a few more for slots that begin at whole lines. */
static void slots_that_cannot_be_counted_are_memory(void **state)
{
    zb_archive a = {0};
    zb_hole hole;
    nyz_npz *npz = NULL;
    nyz_arrays *all = NULL;
    (void)state;
    if (PTRDIFF_MAX < INT64_MAX) {
        skip(); /* no member of that size is given a slot */
    }
    for (int i = 0; i < 2;
         i++) { /* the sum fits; it does not, for the first one's slot */
        const int64_t size = i == 0 ? ((int64_t)1 << 62) - 1 : INT64_MAX - 1;
        const nyz_stream s = zb_two_in_a_hole(&a, &hole, size);
        zb_patch(&a, a.central[0] + 51, 8, i == 0 ? (uint64_t)size : 1);
        assert_ok(nyz_npz_open_stream(&s, NULL, &npz, err));
        assert_fails(NYZ_ERR_MEMORY, "too large", nyz_npz_load_all(npz, NULL, &all, err));
        assert_int_equal(nyz_arrays_count(all), 0);
        assert_null(all);
        nyz_npz_close(&npz);
        zb_free(&a);
    }
}

/* An archive with a hole of zeros after its first local header, as a sparse file has. */
typedef struct holed {
    zb_archive archive;
    int64_t hole;
} holed;

static int64_t holed_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const holed *const h = ctx;
    const int64_t behind = (int64_t)h->archive.directory + h->hole;
    const int64_t rest = offset < behind ? INT64_MAX : offset - h->hole;
    const int64_t at = offset < (int64_t)h->archive.directory ? offset : rest;
    if (at < (int64_t)h->archive.size) {
        *(unsigned char *)buffer = h->archive.bytes[at];
    } else if (rest == INT64_MAX) {
        *(unsigned char *)buffer = 0;
    }
    return size > 0 && (at < (int64_t)h->archive.size || rest == INT64_MAX);
}

static void largest_member(holed *h)
{
    static char extra[20] = {1, 0, 16};
    zb_archive *const a = &h->archive;
    zb_add(a, (zb_member){.name = "a",
                          .local_extra = {extra, sizeof extra},
                          .central_extra = {extra, sizeof extra}});
    zb_finish(a, 1);
    const size_t extras[2] = {a->local[0] + 31, a->central[0] + 47};
    const size_t fields[2] = {a->local[0] + 8, a->central[0] + 10};
    for (int i = 0; i < 2; i++) {
        zb_patch(a, fields[i], 2, NYZ_DEFLATED);
        zb_patch(a, fields[i] + 10, 8, UINT64_MAX); /* both sizes */
        zb_patch(a, extras[i] + 4, 8, INT64_MAX);
        zb_patch(a, extras[i] + 12, 8, (uint64_t)h->hole);
    }
    zb_patch(a, a->end64 + 48, 8, a->directory + (uint64_t)h->hole);
    zb_patch(a, a->locator + 8, 8, a->end64 + (uint64_t)h->hole);
    zb_patch(a, a->end + 16, 4, 0xffffffff);
}

/* It must not be rounded up to what 64 bits do not hold. */
static void the_largest_member_overflows_nothing(void **state)
{
    (void)state;
    holed h = {.hole = INT64_MAX / 1032 + 1};
    const nyz_stream s = {.read_at = holed_read_at, .ctx = &h};
    nyz_npz *npz = NULL;
    nyz_arrays *all = NULL;
    largest_member(&h);
    assert_ok(nyz_npz_open_stream(&s, NULL, &npz, err));
    if (sizeof(size_t) == 8) {
        assert_fails(NYZ_ERR_MEMORY, "the members are too large",
                     nyz_npz_load_all(npz, NULL, &all, err));
    } else { /* its size is over limits.array_bytes */
        assert_fails(NYZ_ERR_CORRUPT, "deflate", nyz_npz_load_all(npz, NULL, &all, err));
    }
    nyz_npz_close(&npz);
    zb_free(&h.archive);
}

/* ------------------------------------------------------------- how often bytes are read */

/* Memory that counts how often each byte is read.  Threads read other bytes each. */
typedef struct tally {
    const unsigned char *bytes;
    int64_t size;
    int64_t position;
    unsigned char *times;
} tally;

static int64_t tally_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    tally *const t = ctx;
    const int64_t left = offset < t->size ? t->size - offset : 0;
    const size_t n = (uint64_t)left < size ? (size_t)left : size;
    memcpy(buffer, t->bytes + offset, n);
    for (size_t i = 0; i < n; i++) {
        t->times[offset + (int64_t)i]++;
    }
    return (int64_t)n;
}

static int64_t tally_read(void *ctx, void *buffer, size_t size)
{
    tally *const t = ctx;
    const int64_t n = tally_read_at(ctx, t->position, buffer, size);
    t->position += n;
    return n;
}

static int64_t tally_seek(void *ctx, int64_t offset, int whence)
{
    tally *const t = ctx;
    t->position = offset + (whence == SEEK_SET   ? 0
                            : whence == SEEK_CUR ? t->position
                                                 : t->size);
    return t->position;
}

/* One member of `count` numbers, and where its data ends. */
static nyz_buffer one_member(nyz_method method, int64_t count, int64_t *end)
{
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    const nyz_options opt = {.method = method, .level = method == NYZ_DEFLATED ? 1 : 0};
    int32_t *const numbers = malloc((size_t)count * sizeof *numbers);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    nyz_array a;
    assert_non_null(numbers);
    for (int64_t i = 0; i < count; i++) {
        numbers[i] = (int32_t)(i / 3 * 77);
    }
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_array_wrap(numbers, &dtype, 1, &count, NULL, &a, err));
    assert_ok(nyz_npz_add(w, "a", &a, &opt, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    *end = npz->dir.entries[0].end;
    nyz_npz_close(&npz);
    free(numbers);
    return file;
}

enum { BY_LOAD, BY_C_ORDER, BY_INTO, BY_BYTES, BY_ALL, WAYS };

static nyz_status read_by(int way, const nyz_npz *npz, int64_t count, int threads,
                          nyz_error *error)
{
    const nyz_options opt = {.threads = threads,
                             .order = way == BY_C_ORDER ? NYZ_C_ORDER : NYZ_KEEP_ORDER};
    nyz_array out = {0};
    nyz_arrays *all = NULL;
    nyz_status status;
    if (way == BY_BYTES) {
        status = nyz_npz_bytes_at(npz, 0, &opt, &out, error);
    } else if (way == BY_ALL) {
        status = nyz_npz_load_all(npz, &opt, &all, error);
        nyz_arrays_free(&all);
    } else if (way == BY_INTO) {
        const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
        void *const memory = malloc((size_t)count * 4);
        assert_non_null(memory);
        assert_ok(nyz_array_wrap(memory, &dtype, 1, &count, NULL, &out, err));
        status = nyz_npz_load_into_at(npz, 0, &opt, &out, error);
        free(memory);
    } else {
        status = nyz_npz_load_at(npz, 0, &opt, &out, error);
    }
    nyz_array_free(&out);
    return status;
}

/* The most often that a byte of the member is read where reading it fails. */
static int most_reads(const nyz_buffer *file, int64_t count, int64_t end, int way,
                      int threads, int can_read_at, const char *words)
{
    tally t = {file->data, (int64_t)file->size, 0, calloc(1, file->size)};
    const nyz_stream s = {.read = tally_read,
                          .seek = tally_seek,
                          .read_at = can_read_at ? tally_read_at : NULL,
                          .ctx = &t};
    nyz_npz *npz = NULL;
    int most = 0;
    assert_non_null(t.times);
    assert_ok(nyz_npz_open_stream(&s, NULL, &npz, err));
    memset(t.times, 0, file->size);
    assert_fails(NYZ_ERR_CORRUPT, words, read_by(way, npz, count, threads, err));
    for (int64_t i = 0; i < end; i++) {
        most = t.times[i] > most ? t.times[i] : most;
    }
    nyz_npz_close(&npz);
    free(t.times);
    return most;
}

static void a_failing_member_is_read_once_by_every_call(void **state)
{
    static const int64_t counts[] = {200, 20000, LARGE}; /* small, large, by threads */
    (void)state;
    for (int kind = 0; kind < 6; kind++) {
        int64_t end = 0;
        nyz_buffer file =
            one_member(kind < 3 ? NYZ_STORED : NYZ_DEFLATED, counts[kind % 3], &end);
        memcpy(file.data + 14, "wxyz", 4);       /* the CRC of the local header */
        memcpy(file.data + end + 16, "wxyz", 4); /* and that of the directory */
        for (int way = 0; way < WAYS; way++) {
            for (int threads = 1; threads < 4; threads += 2) {
                assert_int_equal(most_reads(&file, counts[kind % 3], end, way, threads, 1,
                                            "the CRC-32"),
                                 1);
                assert_int_equal(most_reads(&file, counts[kind % 3], end, way, threads, 0,
                                            "the CRC-32"),
                                 1);
            }
        }
        nyz_buffer_free(&file);
    }
}

/* zlib says what is wrong with it. */
static void a_member_that_libdeflate_refuses_is_read_twice_at_most(void **state)
{
    int64_t end = 0;
    nyz_buffer file = one_member(NYZ_DEFLATED, LARGE, &end);
    (void)state;
    file.data[end / 2] ^= 0x40;
    for (int way = 0; way < WAYS; way++) {
        assert_in_range(most_reads(&file, LARGE, end, way, 1, 1, "'a.npy'"), 1, 2);
    }
    nyz_buffer_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_without_an_array_leaves_err_alone),
        cmocka_unit_test(both_read_paths_see_every_fixture_alike),
        cmocka_unit_test(the_fast_path_joins_the_crcs_of_parts),
        cmocka_unit_test(members_of_all_sizes_on_any_number_of_threads),
        cmocka_unit_test(an_empty_archive_is_an_empty_list),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
        cmocka_unit_test(a_large_deflated_member_is_not_kept_beside_what_it_becomes),
        cmocka_unit_test(a_failing_member_is_read_once_by_every_call),
        cmocka_unit_test(a_member_that_libdeflate_refuses_is_read_twice_at_most),
        cmocka_unit_test(slots_that_cannot_be_counted_are_memory),
        cmocka_unit_test(the_largest_member_overflows_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
