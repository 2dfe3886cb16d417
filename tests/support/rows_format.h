/* SPDX-License-Identifier: MIT */
/* A format of files that another library could have, over <nyz_container.h> alone: the magic
 * "ROWS", a byte for how (0: as they are; else each byte is XORed with it), a byte for the number
 * of arrays, and for each: a name of 8 bytes, its rows (a byte), its columns (a byte), and the
 * place of its float32 in the file (4 bytes), little-endian, Fortran order if the name begins with
 * 'F'.  An array of 0 columns is `rows` bytes that are not an array.  The test changes what the
 * table answers. */
#ifndef NYZ_TESTS_ROWS_FORMAT_H
#define NYZ_TESTS_ROWS_FORMAT_H

#include <stdio.h>
#include <string.h>

#include "nyz_container.h"

enum { ROWS_HEAD = 6, ROWS_ENTRY = 14, ROWS_MOST = 8 };

typedef struct rows_state {
    nyz_allocator allocator;
    nyz_stream stream;
    unsigned char head[ROWS_HEAD + ROWS_MOST * ROWS_ENTRY];
    char names[ROWS_MOST][9];
} rows_state;

static inline int rows_probe(const nyz_sample *sample)
{
    return sample->first_size >= ROWS_HEAD && memcmp(sample->first, "ROWS", 4) == 0
               ? NYZ_PROBE_SURE
               : NYZ_PROBE_NO;
}

static inline nyz_status rows_fail(nyz_error *err, nyz_status status, const char *message)
{
    (void)snprintf(err->message, sizeof err->message, "%s", message);
    return status;
}

static inline nyz_status rows_open(const nyz_stream *stream, const nyz_sample *sample,
                                   const nyz_options *opt, void **state, nyz_error *err)
{
    const size_t size = ROWS_HEAD + (size_t)sample->first[5] * ROWS_ENTRY;
    if (sample->first[5] > ROWS_MOST || size > sample->first_size) {
        return rows_fail(err, NYZ_ERR_CORRUPT, "the list of arrays is cut short");
    }
    rows_state *const s = opt->allocator->alloc(opt->allocator->ctx, sizeof *s, 16);
    if (s == NULL) {
        return rows_fail(err, NYZ_ERR_MEMORY, "out of memory");
    }
    memset(s, 0, sizeof *s);
    s->allocator = *opt->allocator;
    s->stream = *stream;
    memcpy(s->head, sample->first, size);
    for (int i = 0; i < s->head[5]; i++) {
        memcpy(s->names[i], s->head + ROWS_HEAD + i * ROWS_ENTRY, 8);
    }
    *state = s;
    return NYZ_OK;
}

static inline void rows_close(void *state)
{
    rows_state *const s = state;
    const nyz_allocator allocator = s->allocator;
    allocator.free(allocator.ctx, s, sizeof *s);
}

static inline int64_t rows_count(const void *state)
{
    return ((const rows_state *)state)->head[5];
}

/* What an entry says after its name. */
typedef struct rows_entry {
    int rows, columns;
    int64_t at, size;
} rows_entry;

static inline rows_entry rows_look(const rows_state *s, int64_t index)
{
    const unsigned char *const e = s->head + ROWS_HEAD + index * ROWS_ENTRY;
    rows_entry out = {e[8], e[9], 0, 0};
    out.at = e[10] | (int64_t)e[11] << 8 | (int64_t)e[12] << 16 | (int64_t)e[13] << 24;
    out.size = out.columns == 0 ? out.rows : (int64_t)out.rows * out.columns * 4;
    return out;
}

static inline void rows_list(const void *state, int64_t index, nyz_entry *out)
{
    const rows_state *const s = state;
    out->name = s->names[index];
    out->name_size = strlen(out->name);
    out->compressed_size = rows_look(s, index).size;
}

static inline nyz_status rows_info(const void *state, int64_t index, nyz_item *out,
                                   nyz_error *err)
{
    const rows_state *const s = state;
    const rows_entry e = rows_look(s, index);
    nyz_array *const h = &out->header;
    const int fortran = s->names[index][0] == 'F';
    (void)err;
    out->data_size = e.size;
    out->data_offset = s->head[4] == 0 ? e.at : -1;
    out->kind = e.columns == 0 ? NYZ_ITEM_BYTES : NYZ_ITEM_ARRAY;
    if (out->kind == NYZ_ITEM_ARRAY) {
        h->dtype = nyz_dtype_of(NYZ_FLOAT32);
        h->dtype.byteorder = '<';
        h->ndim = 2;
        h->shape[0] = e.rows;
        h->shape[1] = e.columns;
        h->strides[0] = fortran ? 4 : 4 * e.columns;
        h->strides[1] = fortran ? 4 * e.rows : 4;
    }
    return NYZ_OK;
}

static inline nyz_status rows_read(const void *state, int64_t index, void *to,
                                   size_t size, nyz_error *err)
{
    const rows_state *const s = state;
    const rows_entry e = rows_look(s, index);
    unsigned char *const bytes = to;
    for (size_t done = 0; done < size;) {
        const int64_t n = s->stream.read_at(s->stream.ctx, e.at + (int64_t)done,
                                            bytes + done, size - done);
        if (n <= 0) {
            return rows_fail(err, n < 0 ? NYZ_ERR_IO : NYZ_ERR_CORRUPT,
                             "the data cannot be read");
        }
        done += (size_t)n;
    }
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= s->head[4];
    }
    return NYZ_OK;
}

/* Reads by data_offset alone, or by `read`. */
static const nyz_container rows_format = {.version = NYZ_CONTAINER_VERSION,
                                          .struct_size = sizeof(nyz_container),
                                          .name = "rows",
                                          .noun = "file",
                                          .probe = rows_probe,
                                          .open = rows_open,
                                          .close = rows_close,
                                          .count = rows_count,
                                          .entry = rows_list,
                                          .info = rows_info};

/* ------------------------------------------------------------------------------- writing */

/* A file with an array w (3, 2) of 0 ... 5, the same in Fortran order as F, and five bytes "hello"
 * as note.  Returns its size. */
static inline size_t rows_make(unsigned char out[256], int how)
{
    static const char names[3][8] = {"w", "F", "note"};
    static const unsigned char c_order[6] = {0, 1, 2, 3, 4, 5};
    static const unsigned char f_order[6] = {0, 2, 4, 1, 3, 5};
    size_t at = ROWS_HEAD + 3 * ROWS_ENTRY;
    memset(out, 0, 256);
    memcpy(out, "ROWS", 4);
    out[4] = (unsigned char)how;
    out[5] = 3;
    for (int i = 0; i < 3; i++) {
        unsigned char *const e = out + ROWS_HEAD + i * ROWS_ENTRY;
        memcpy(e, names[i], 8);
        e[8] = i == 2 ? 5 : 3;
        e[9] = i == 2 ? 0 : 2;
        e[10] = (unsigned char)at;
        at += i == 2 ? 5 : 24;
    }
    unsigned char *data = out + ROWS_HEAD + 3 * ROWS_ENTRY;
    for (int i = 0; i < 12; i++) {
        /* 0 ... 5 as float32: bits 0, 3f800000, 40000000, 40400000, 40800000, 40a00000 */
        static const unsigned char high[6][2] = {
            {0, 0}, {0x80, 0x3f}, {0, 0x40}, {0x40, 0x40}, {0x80, 0x40}, {0xa0, 0x40}};
        memcpy(data + 2, high[i < 6 ? c_order[i] : f_order[i - 6]], 2);
        data += 4;
    }
    memcpy(data, "hello", 5);
    for (unsigned char *p = out + ROWS_HEAD + 3 * ROWS_ENTRY; p < out + at; p++) {
        *p = (unsigned char)(*p ^ how);
    }
    return at;
}

#endif
