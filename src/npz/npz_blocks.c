/* SPDX-License-Identifier: MIT */
/* Where a member that is deflated in blocks is cut: between rows, so that some of them can be read
 * without the others.  docs/format.md 5.7. */
#include "base/arithmetic.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "npy/npy.h"
#include "npy/slice.h"
#include "npz/npz_writer.h"
#include "zip/zip_blocks.h"

/* The largest divisor of `rows` from (most + 1) / 2 to most, so that all blocks have as many;
 * else `most`.  Found by the number of blocks where that is the shorter search. */
static int64_t rows_in_block(int64_t rows, int64_t most)
{
    const int64_t least = (most + 1) / 2;
    const int64_t first = (rows - 1) / most + 1;
    const int64_t last = rows / least;
    if (last - first < most - least) {
        for (int64_t blocks = first; blocks <= last; blocks++) {
            if (rows % blocks == 0) {
                return rows / blocks;
            }
        }
        return most;
    }
    for (int64_t k = most; k >= least; k--) {
        if (rows % k == 0) {
            return k;
        }
    }
    return most;
}

/* The bytes of a block of an array whose C order is the order of the file. */
static int64_t unit_of(const nyz_array *array, int64_t bytes, const nyz_config *config)
{
    int64_t step = bytes;
    int axis = 0;
    if (array->ndim == 0 || bytes == 0) {
        return nyz_max(bytes, 1);
    }
    step /= array->shape[0];
    if (config->block_rows > 0) {
        return nyz_min(config->block_rows, array->shape[0]) * step;
    }
    while (step > config->block_bytes && axis + 1 < array->ndim) {
        step /= array->shape[++axis];
    }
    const int64_t most =
        nyz_min(nyz_max(config->block_bytes / step, 1), array->shape[axis]);
    return rows_in_block(array->shape[axis], most) * step;
}

/* One stream; the fast level makes only blocks, of which this is the last. */
static nyz_block_layout alone(int64_t bytes, const nyz_config *config)
{
    const nyz_block_layout layout = {0, config->level == NYZ_LEVEL_FAST ? bytes + 1 : 0};
    return layout;
}

/* Of what is no array. */
static nyz_block_layout plain_layout(const nyz_config *config)
{
    const int blocks =
        config->level == NYZ_LEVEL_FAST || (config->flags & NYZ_BLOCKS) != 0;
    const nyz_block_layout layout = {0, blocks ? config->block_bytes : 0};
    return layout;
}

nyz_block_layout nyz_npz_block_layout(const nyz_array *array, int64_t header,
                                      int64_t bytes, size_t name_size,
                                      const nyz_config *config)
{
    const int64_t most = nyz_zip_blocks_most(name_size) - 1; /* after the header */
    const nyz_block_layout plain = plain_layout(config);
    if (plain.unit == 0) {
        return plain;
    }
    int64_t unit = unit_of(array, bytes, config);
    if (bytes <= nyz_max(unit, config->block_rows > 0 ? 0 : config->block_bytes)) {
        return bytes <= INT32_MAX / 2 ? alone(header + bytes, config) : plain;
    }
    const int64_t blocks = (bytes - 1) / unit + 1;
    if (most < 1 || header > INT32_MAX ||
        (blocks > most && nyz_mul(unit, (blocks - 1) / most + 1, &unit)) ||
        unit > INT32_MAX) {
        return plain;
    }
    const nyz_block_layout rows = {header, unit};
    return rows;
}

nyz_block_layout nyz_npz_block_layout_of_rows(const nyz_array *array, int64_t row,
                                              const nyz_config *config)
{
    nyz_block_layout layout = plain_layout(config);
    nyz_array one = *array;
    if (layout.unit == 0) {
        return layout;
    }
    one.shape[0] = 1;
    const int64_t rows = config->block_rows > 0 ? config->block_rows
                                                : nyz_max(config->block_bytes / row, 1);
    if (config->block_rows > 0 || row <= config->block_bytes) {
        layout.unit = rows < INT32_MAX / row ? rows * row : layout.unit;
    } else {
        layout.unit = unit_of(&one, row, config);
    }
    return layout;
}

/* An array whose C order is the order of the file. */
static nyz_array in_file_order(const nyz_array *header, int fortran)
{
    nyz_array array = *header;
    for (int i = 0; fortran && i < array.ndim; i++) {
        array.shape[i] = header->shape[array.ndim - 1 - i];
    }
    return array;
}

nyz_block_layout nyz_npz_block_layout_of_bytes(const void *first, int64_t first_size,
                                               int64_t size, size_t name_size,
                                               const nyz_config *config)
{
    nyz_stream_mem_reader memory = {first, (size_t)first_size, 0};
    nyz_source source = {.stream = nyz_stream_mem(&memory), .start = -1, .left = size};
    nyz_npy_start start;
    nyz_slice_whole whole;
    nyz_block_layout layout = plain_layout(config);
    if (layout.unit == 0 || nyz_npy_begin(&source, &start, NULL) != NYZ_OK ||
        !nyz_npy_has_magic(&start) ||
        nyz_slice_read_header(&source, &start, config, &whole, NULL) != NYZ_OK) {
        return layout;
    }
    if (whole.bytes == source.left) {
        const nyz_array array = in_file_order(&whole.header, whole.fortran);
        layout =
            nyz_npz_block_layout(&array, source.offset, whole.bytes, name_size, config);
    }
    nyz_array_free(&whole.header);
    return layout;
}
