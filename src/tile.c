/* Tiles of a plane, whose rows become columns: see tile.h.  Only loops over items of a
 * fixed size, from which the compiler can make vectors: this file is worth -O3. */
#include "tile.h"

#include <string.h>

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The fixed sizes let the compiler turn memcpy into a load and a store. */
void nyz_run_copy(unsigned char *to, int64_t to_stride, const unsigned char *from,
                  int64_t from_stride, int64_t itemsize, int64_t count)
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

/* A tile is NYZ_LINE bytes wide and high, so that whole lines are read and written
 * however far apart they are. */
typedef void tiler(unsigned char *to, int64_t to_row, const unsigned char *from,
                   int64_t from_column);

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

#define SIDE(type) (NYZ_LINE / sizeof(type))
#define ITEMS(type) (SIDE(type) * SIDE(type))

/* `last` ways make the side's number of bits up, behind twice four ways. */
#define DEALT_TILE(name, type, last)                                                     \
    static void name(unsigned char *to, int64_t to_row, const unsigned char *from,       \
                     int64_t from_column)                                                \
    {                                                                                    \
        type a[ITEMS(type)];                                                             \
        type b[ITEMS(type)];                                                             \
        for (size_t i = 0; i < SIDE(type); i++) {                                        \
            memcpy(a + i * SIDE(type), from + (int64_t)i * from_column, NYZ_LINE);       \
        }                                                                                \
        DEAL(type, 4, a, b)                                                              \
        DEAL(type, 4, b, a)                                                              \
        DEAL(type, last, a, b)                                                           \
        for (size_t i = 0; i < SIDE(type); i++) {                                        \
            memcpy(to + (int64_t)i * to_row, b + i * SIDE(type), NYZ_LINE);              \
        }                                                                                \
    }

/* Larger items are as fast one by one. */
#define PLAIN_TILE(name, size)                                                           \
    static void name(unsigned char *to, int64_t to_row, const unsigned char *from,       \
                     int64_t from_column)                                                \
    {                                                                                    \
        for (int64_t i = 0; i < NYZ_LINE / (size); i++) {                                \
            for (int64_t j = 0; j < NYZ_LINE / (size); j++) {                            \
                memcpy(to + i * to_row + j * (size),                                     \
                       from + j * from_column + i * (size), (size));                     \
            }                                                                            \
        }                                                                                \
    }

DEALT_TILE(tile_1, uint8_t, 4)
DEALT_TILE(tile_2, uint16_t, 2)
PLAIN_TILE(tile_4, 4)
PLAIN_TILE(tile_8, 8)
PLAIN_TILE(tile_16, 16)

static tiler *find_tiler(const nyz_plane *p)
{
    static tiler *const tilers[17] = {
        [1] = tile_1, [2] = tile_2, [4] = tile_4, [8] = tile_8, [16] = tile_16};
    const int dense = p->to_column == p->itemsize && p->from_row == p->itemsize;
    return dense && p->itemsize <= 16 ? tilers[p->itemsize] : NULL;
}

/* ------------------------------------------------------------------------------ planes */

/* What is no whole tile, or has no tiler. */
static void copy_part(const nyz_plane *p, unsigned char *to, const unsigned char *from,
                      int64_t rows, int64_t columns)
{
    for (int64_t i = 0; i < rows; i++) {
        nyz_run_copy(to + i * p->to_row, p->to_column, from + i * p->from_row,
                     p->from_column, p->itemsize, columns);
    }
}

/* The inner loop goes along the source, so that its lines are asked for in order. */
void nyz_plane_copy(const nyz_plane *plane, unsigned char *to, const unsigned char *from)
{
    const nyz_plane p = *plane;
    tiler *const tile = find_tiler(&p);
    const int64_t side = p.itemsize < NYZ_LINE ? NYZ_LINE / p.itemsize : 1;
    for (int64_t column = 0; column < p.columns; column += side) {
        const int64_t columns = smaller(side, p.columns - column);
        for (int64_t row = 0; row < p.rows; row += side) {
            const int64_t rows = smaller(side, p.rows - row);
            unsigned char *const there = to + row * p.to_row + column * p.to_column;
            const unsigned char *const here =
                from + row * p.from_row + column * p.from_column;
            if (tile != NULL && rows == side && columns == side) {
                tile(there, p.to_row, here, p.from_column);
            } else {
                copy_part(&p, there, here, rows, columns);
            }
        }
    }
}
