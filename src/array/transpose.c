/* SPDX-License-Identifier: MIT */
/* Tiles of a plane, whose rows become columns: see transpose.h.  Only loops over items of a
 * fixed size, from which the compiler can make vectors: this file is worth -O3. */
#include "array/transpose.h"

#include <string.h>

#include "array/nontemporal.h"

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The fixed sizes let the compiler turn memcpy into a load and a store. */
void nyz_transpose_copy_row(unsigned char *to, int64_t to_stride,
                            const unsigned char *from, int64_t from_stride,
                            int64_t itemsize, int64_t count)
{
#define COPY_ITEMS(size)                                                                 \
    for (int64_t i = 0; i < count; i++) {                                                \
        memcpy(to + i * to_stride, from + i * from_stride, (size));                      \
    }
    switch (itemsize) {
    case 1:
        COPY_ITEMS(1)
        return;
    case 2:
        COPY_ITEMS(2)
        return;
    case 4:
        COPY_ITEMS(4)
        return;
    case 8:
        COPY_ITEMS(8)
        return;
    case 16:
        COPY_ITEMS(16)
        return;
    default:
        COPY_ITEMS((size_t)itemsize)
        return;
    }
#undef COPY_ITEMS
}

/* ------------------------------------------------------------------------ whole tiles */

/* A tile is NYZ_CACHE_LINE bytes wide and high, so that whole lines are read and written
 * however far apart they are.  It is turned in memory of its own. */
typedef void tiler(const nyz_transpose_job *p, unsigned char *to,
                   const unsigned char *from);

static void put_lines(const nyz_transpose_job *p, unsigned char *to,
                      const unsigned char *lines)
{
    const int64_t side = NYZ_CACHE_LINE / p->itemsize;
    if (p->past_cache) {
        nyz_nontemporal_write(to, p->to_row, lines, side);
        return;
    }
    for (int64_t i = 0; i < side; i++) {
        memcpy(to + i * p->to_row, lines + i * NYZ_CACHE_LINE, NYZ_CACHE_LINE);
    }
}

/* Items of one or two bytes are many.  They are dealt out like cards: those of the first
 * half and of the second in turn (or of four quarters), which moves the top bit (or two)
 * of an item's number to the bottom.  When all bits of the row have gone that way, rows
 * and columns have changed places.  Compilers make vectors of these loops, 16 bytes a
 * step. */
#define DEAL(type, ways, from, to)                                                       \
    for (size_t i = 0; i < ITEMS(type) / (ways); i++) {                                  \
        for (size_t way = 0; way < (ways); way++) {                                      \
            (to)[(ways)*i + way] = (from)[i + way * (ITEMS(type) / (ways))];             \
        }                                                                                \
    }

#define SIDE(type) (NYZ_CACHE_LINE / sizeof(type))
#define ITEMS(type) (SIDE(type) * SIDE(type))

/* `last` ways make the side's number of bits up, behind twice four ways. */
#define DEALT_TILE(name, type, last)                                                     \
    static void name(const nyz_transpose_job *p, unsigned char *to,                      \
                     const unsigned char *from)                                          \
    {                                                                                    \
        type a[ITEMS(type)];                                                             \
        _Alignas(NYZ_CACHE_LINE) type b[ITEMS(type)];                                    \
        for (size_t i = 0; i < SIDE(type); i++) {                                        \
            memcpy(a + i * SIDE(type), from + (int64_t)i * p->from_column,               \
                   NYZ_CACHE_LINE);                                                      \
        }                                                                                \
        DEAL(type, 4, a, b)                                                              \
        DEAL(type, 4, b, a)                                                              \
        DEAL(type, last, a, b)                                                           \
        put_lines(p, to, (const unsigned char *)b);                                      \
    }

/* Larger items are as fast one by one. */
#define PLAIN_TILE(name, size)                                                           \
    static void name(const nyz_transpose_job *p, unsigned char *to,                      \
                     const unsigned char *from)                                          \
    {                                                                                    \
        _Alignas(                                                                        \
            NYZ_CACHE_LINE) unsigned char lines[NYZ_CACHE_LINE / (size)*NYZ_CACHE_LINE]; \
        const int64_t apart = p->from_column;                                            \
        for (int64_t i = 0; i < NYZ_CACHE_LINE / (size); i++) {                          \
            for (int64_t k = 0; k < NYZ_CACHE_LINE / (size); k++) {                      \
                memcpy(lines + i * NYZ_CACHE_LINE + k * (size),                          \
                       from + k * apart + i * (size), (size));                           \
            }                                                                            \
        }                                                                                \
        put_lines(p, to, lines);                                                         \
    }

DEALT_TILE(tile_1, uint8_t, 4)
DEALT_TILE(tile_2, uint16_t, 2)
PLAIN_TILE(tile_4, 4)
PLAIN_TILE(tile_8, 8)
PLAIN_TILE(tile_16, 16)

static tiler *find_tiler(const nyz_transpose_job *p)
{
    static tiler *const tilers[17] = {
        [1] = tile_1, [2] = tile_2, [4] = tile_4, [8] = tile_8, [16] = tile_16};
    const int dense = p->to_column == p->itemsize && p->from_row == p->itemsize;
    return dense && p->itemsize <= 16 ? tilers[p->itemsize] : NULL;
}

/* ------------------------------------------------------------------------------ planes */

/* What is no whole tile, or has no tiler. */
static void copy_part(const nyz_transpose_job *p, unsigned char *to,
                      const unsigned char *from, int64_t rows, int64_t columns)
{
    for (int64_t i = 0; i < rows; i++) {
        nyz_transpose_copy_row(to + i * p->to_row, p->to_column, from + i * p->from_row,
                               p->from_column, p->itemsize, columns);
    }
}

/* Columns before the destination's first whole line, where it is the same in all rows. */
static int64_t columns_before_line(const nyz_transpose_job *p, const unsigned char *to)
{
    const int64_t behind = (int64_t)((uintptr_t)to % NYZ_CACHE_LINE);
    if (p->to_row % NYZ_CACHE_LINE != 0 || behind % p->itemsize != 0) {
        return 0;
    }
    return smaller((NYZ_CACHE_LINE - behind) % NYZ_CACHE_LINE / p->itemsize, p->columns);
}

/* As many columns as a tile has, or fewer.  The loop goes along the source, so that its
 * lines are asked for in order. */
static void copy_columns(const nyz_transpose_job *p, tiler *tile, unsigned char *to,
                         const unsigned char *from, int64_t side, int64_t columns)
{
    for (int64_t row = 0; row < p->rows; row += side) {
        const int64_t rows = smaller(side, p->rows - row);
        unsigned char *const there = to + row * p->to_row;
        const unsigned char *const here = from + row * p->from_row;
        if (tile != NULL && rows == side && columns == side) {
            tile(p, there, here);
        } else {
            copy_part(p, there, here, rows, columns);
        }
    }
}

void nyz_transpose_copy(const nyz_transpose_job *plane, unsigned char *to,
                        const unsigned char *from)
{
    nyz_transpose_job p = *plane;
    tiler *const tile = find_tiler(&p);
    const int64_t side = p.itemsize < NYZ_CACHE_LINE ? NYZ_CACHE_LINE / p.itemsize : 1;
    const int64_t before = tile != NULL ? columns_before_line(&p, to) : 0;
    p.past_cache = plane->past_cache && p.to_row % NYZ_CACHE_LINE == 0 &&
                   (uintptr_t)(to + before * p.itemsize) % NYZ_CACHE_LINE == 0;
    for (int64_t column = 0, n = before > 0 ? before : side; column < p.columns;
         column += n, n = side) {
        copy_columns(&p, tile, to + column * p.to_column, from + column * p.from_column,
                     side, smaller(n, p.columns - column));
    }
}
