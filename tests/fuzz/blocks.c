/* SPDX-License-Identifier: MIT */
/* Fuzz target: a member in blocks whose index or bytes are changed.  The last bytes choose the
 * array, how it is cut and whether the changed index is made to agree with the directory again,
 * which a fuzzer would not hit upon: sizes that sum up, and a CRC that makes up for the others.  The
 * rest are changes.  An array that is loaded whole must be what it is without the index. */
#include "codec/codec.h"
#include "fuzz.h"
#include "npz/npz.h"
#include "nyz_slice.h"
#include "zip/zip_blocks.h"

enum { MOST_ROWS = 64, MOST_COLUMNS = 40, CHANGE_SIZE = 4 };

typedef struct blocks {
    fuzz_input in;
    unsigned char numbers[MOST_ROWS * MOST_COLUMNS];
    nyz_array array;
    nyz_buffer archive;
    nyz_npz *npz;
    unsigned agree;
} blocks;

/* ------------------------------------------------------------------------------ the archive */

static void make_array(blocks *b)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT8);
    const int64_t shape[2] = {1 + fuzz_last(&b->in) % MOST_ROWS,
                              1 + fuzz_last(&b->in) % MOST_COLUMNS};
    const unsigned step = fuzz_last(&b->in);
    for (unsigned i = 0; i < sizeof b->numbers; i++) {
        b->numbers[i] = (unsigned char)(step < 128 ? i * step : i * i * step >> 3);
    }
    CHECK_OK(nyz_array_wrap(b->numbers, &dtype, 2, shape, NULL, &b->array, err));
}

static void make_archive(blocks *b)
{
    static const int32_t levels[] = {NYZ_LEVEL_FAST, 1, 6, 9};
    const nyz_options opt = {.allocator = &fuzz_allocator,
                             .level = levels[fuzz_last(&b->in) % 4],
                             .block_rows = 1 + fuzz_last(&b->in) % 20};
    nyz_npz_writer *writer;
    b->archive.allocator = &fuzz_allocator;
    const nyz_stream to = nyz_stream_buffer(&b->archive);
    CHECK_OK(nyz_npz_create_stream(&to, &opt, &writer, err));
    CHECK_OK(nyz_npz_add(writer, "a", &b->array, NULL, err));
    CHECK_OK(nyz_npz_finish(&writer, err));
}

/* ------------------------------------------------------------------------------- the changes */

static uint32_t combined(const nyz_zip_blocks *index, const uint32_t *crcs)
{
    uint32_t crc = 0;
    for (int64_t i = 0; i < index->count; i++) {
        crc = nyz_crc32_combine(crc, crcs[i], nyz_zip_block_size(index, i));
    }
    return crc;
}

/* The bits to turn in the CRC of a block, so that all together are turned by `wanted`: each of them
 * turns bits of the whole, which are eliminated one after the other. */
static uint32_t solve(const nyz_zip_blocks *index, int64_t number, uint32_t wanted)
{
    const int64_t after = index->size - nyz_zip_block_start(index, number) -
                          nyz_zip_block_size(index, number);
    uint32_t turned[32];
    uint32_t by[32];
    uint32_t bits = 0;
    for (int i = 0; i < 32; i++) {
        by[i] = (uint32_t)1 << i;
        turned[i] = nyz_crc32_combine(by[i], 0, after) ^ nyz_crc32_combine(0, 0, after);
    }
    for (int bit = 31, done = 0; bit >= 0; bit--) {
        int at = done;
        while (at < 32 && (turned[at] >> bit & 1) == 0) {
            at++;
        }
        if (at == 32) {
            continue;
        }
        const uint32_t pivot = turned[at];
        const uint32_t pivot_by = by[at];
        turned[at] = turned[done];
        by[at] = by[done];
        turned[done] = pivot;
        by[done++] = pivot_by;
        for (int i = done; i < 32; i++) {
            if ((turned[i] >> bit & 1) != 0) {
                turned[i] ^= pivot;
                by[i] ^= pivot_by;
            }
        }
        if ((wanted >> bit & 1) != 0) {
            wanted ^= pivot;
            bits ^= pivot_by;
        }
    }
    CHECK(wanted == 0);
    return bits;
}

/* Makes one entry up for the others. */
static void make_agree(const blocks *b, nyz_zip_blocks index, unsigned char *entries)
{
    const nyz_zip_entry *const entry = &b->npz->dir.entries[0];
    const int64_t number = b->agree % index.count;
    uint32_t crcs[MOST_ROWS + 2];
    uint32_t sizes = 0;
    for (int64_t i = 0; i < index.count; i++) {
        crcs[i] = nyz_zip_block_crc32(&index, i);
        sizes += i == number ? 0 : nyz_zip_block_stored(&index, i);
    }
    crcs[number] ^= solve(&index, number, combined(&index, crcs) ^ entry->crc32);
    nyz_store_le32(entries + 8 * number, (uint32_t)entry->compressed_size - sizes);
    nyz_store_le32(entries + 8 * number + 4, crcs[number]);
}

/* Changes bytes of the index, and of the member. */
static void change(blocks *b)
{
    nyz_zip_blocks index;
    nyz_zip_blocks_find(&b->npz->dir, &b->npz->dir.entries[0], &index);
    if (index.count == 0) {
        return;
    }
    CHECK(index.count <= MOST_ROWS + 1);
    unsigned char *const field = b->npz->dir.bytes + b->npz->dir.entries[0].blocks;
    const size_t field_size = (size_t)(12 + 8 * index.count);
    while (b->in.size >= CHANGE_SIZE) {
        const unsigned what = fuzz_last(&b->in);
        const size_t at = fuzz_last(&b->in) + 256u * fuzz_last(&b->in);
        const unsigned char bits = (unsigned char)fuzz_last(&b->in);
        if (what % 4 == 0) {
            b->archive.data[at % b->archive.size] ^= bits;
        } else if (what % 4 == 1) {
            field[at % field_size] ^= bits;
        } else { /* entries */
            field[12 + at % (field_size - 12)] ^= bits;
        }
    }
    nyz_zip_blocks now = index;
    now.head = nyz_load_le32(field + 4);
    now.unit = nyz_load_le32(field + 8);
    if (b->agree % 2 == 0 && now.head == index.head && now.unit == index.unit) {
        make_agree(b, index, field + 12);
    }
}

/* -------------------------------------------------------------------------------- reading it */

/* Without the index: whole, by the inflater that reads blocks, and as a stream, by zlib, which
 * refuses some streams that libdeflate reads (docs/differences.md). */
static nyz_status read_plainly(blocks *b, int as_stream, nyz_array *out)
{
    const nyz_options opt = {.allocator = &fuzz_allocator,
                             .flags = as_stream ? NYZ_VERIFY : 0};
    nyz_zip_entry *const entry = &b->npz->dir.entries[0];
    const uint32_t field = entry->blocks;
    nyz_status status;
    entry->blocks = 0;
    if (as_stream) {
        FUZZ_TRIED(status, nyz_npz_load_slice_at(b->npz, 0, NULL, 0, &opt, out, err));
    } else {
        FUZZ_TRIED(status, nyz_npz_load_at(b->npz, 0, &opt, out, err));
    }
    entry->blocks = field;
    return status;
}

static void check_whole(const blocks *b, nyz_status expected, const nyz_array *plain)
{
    const nyz_options opt = {.allocator = &fuzz_allocator, .threads = 1};
    nyz_status status;
    nyz_array array;
    FUZZ_TRIED(status, nyz_npz_load_at(b->npz, 0, &opt, &array, err));
    CHECK(status == expected);
    if (status == NYZ_OK) {
        fuzz_check_same(plain, &array);
        FUZZ_TRIED(status, nyz_npz_load_into_at(b->npz, 0, &opt, &array, err));
        CHECK(status == NYZ_OK);
        fuzz_check_same(plain, &array);
    }
    nyz_array_free(&array);
}

/* Any rows: those of a forged index are what it shows, but as many as there are. */
static void check_part(const blocks *b, nyz_status expected)
{
    const nyz_options opt = {.allocator = &fuzz_allocator};
    const nyz_range rows = {b->agree % MOST_ROWS, b->agree % MOST_ROWS + 7,
                            1 + b->agree % 3};
    nyz_status status;
    nyz_array array;
    FUZZ_TRIED(status, nyz_npz_load_slice_at(b->npz, 0, &rows, 1, &opt, &array, err));
    CHECK(status == NYZ_OK || expected != NYZ_OK);
    CHECK(status != NYZ_OK || array.shape[0] <= 7);
    nyz_array_free(&array);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static blocks b;
    nyz_array plain;
    memset(&b, 0, sizeof b);
    b.in.bytes = data;
    b.in.size = size;
    make_array(&b);
    make_archive(&b);
    b.agree = fuzz_last(&b.in);
    CHECK_OK(nyz_npz_open_mem(b.archive.data, b.archive.size,
                              &(nyz_options){.allocator = &fuzz_allocator}, &b.npz, err));
    change(&b);
    nyz_status status = read_plainly(&b, 0, &plain);
    check_whole(&b, status, &plain);
    nyz_array_free(&plain);
    status = read_plainly(&b, 1, &plain);
    check_part(&b, status);
    nyz_array_free(&plain);
    nyz_npz_close(&b.npz);
    nyz_buffer_free(&b.archive);
    CHECK(fuzz_live == 0);
    return 0;
}
