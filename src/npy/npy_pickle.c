/* SPDX-License-Identifier: MIT */
/* Passing over a pickle: see npy_pickle.h.  The instructions are those of Python's module
 * pickletools, protocols 0 to 5. */
#include "npy/npy_pickle.h"

#include <stdint.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include "io/stream.h"

/* What follows the byte of an instruction. */
enum {
    NOTHING = ' ',
    BYTES_1 = '1', /* so many bytes */
    BYTES_2 = '2',
    BYTES_4 = '4',
    BYTES_8 = '8',
    LINE = 'l',
    LINES_2 = 'L',
    COUNTED_1 = 'a', /* a number of one byte, and so many bytes */
    COUNTED_4 = 'd',
    COUNTED_8 = 'h',
    UNKNOWN = 'x'
};

static int form_of(int code)
{
    static const struct {
        int form;
        const char *codes;
    } forms[] = {
        {NOTHING, "(012NQRabd}elo]st)u\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94"
                  "\x97\x98"},
        {BYTES_1, "Khq\x80\x82"},
        {BYTES_2, "M\x83"},
        {BYTES_4, "Jjr\x84"},
        {BYTES_8, "G\x95"},
        {LINE, "FILPSVgp"},
        {LINES_2, "ci"},
        {COUNTED_1, "UC\x8a\x8c"},
        {COUNTED_4, "TXB\x8b"},
        {COUNTED_8, "\x8d\x8e\x96"},
    };
    for (size_t i = 0; code != 0 && i < sizeof forms / sizeof *forms; i++) {
        if (strchr(forms[i].codes, code) != NULL) {
            return forms[i].form;
        }
    }
    return UNKNOWN;
}

/* The bytes to come.  If their place and the end of the stream are known, they are read in
 * blocks; otherwise in order, and none after the pickle. */
typedef struct pickle {
    nyz_source *source;
    int64_t offset;       /* of the next byte, as the source counts */
    int64_t end;          /* of the stream; -1: not known */
    int64_t block, count; /* offset and number of the bytes in memory */
    unsigned char bytes[4096];
} pickle;

static nyz_status fail(const pickle *p, nyz_error *err)
{
    return nyz_fail(err, NYZ_ERR_CORRUPT, p->offset,
                    "the pickle of its Python objects is damaged or cut short");
}

/* Reads the next bytes into memory: `size` of them if they are read in order. */
static nyz_status fill(pickle *p, int64_t size, nyz_error *err)
{
    const int64_t most = (int64_t)sizeof p->bytes;
    p->block = p->offset;
    if (p->end < 0) {
        return nyz_source_read_some(p->source, p->bytes, nyz_min(size, most), &p->count,
                                    err);
    }
    p->count = nyz_min(p->end - p->offset, most);
    return nyz_stream_read_at(&p->source->stream, p->source->start + p->offset, p->bytes,
                              p->count, "pickle", err);
}

static nyz_status take(pickle *p, unsigned char *byte, nyz_error *err)
{
    if (p->offset >= p->block + p->count) {
        NYZ_TRY(fill(p, 1, err));
        if (p->count == 0) {
            return fail(p, err);
        }
    }
    *byte = p->bytes[p->offset - p->block];
    p->offset++;
    return NYZ_OK;
}

static nyz_status skip_bytes(pickle *p, uint64_t size, nyz_error *err)
{
    if (size > (uint64_t)((p->end < 0 ? INT64_MAX : p->end) - p->offset)) {
        return fail(p, err);
    }
    const int64_t after = p->offset + (int64_t)size;
    while (p->end < 0 && p->offset < after) {
        NYZ_TRY(fill(p, after - p->offset, err));
        p->offset += p->count;
        if (p->count == 0) {
            return fail(p, err);
        }
    }
    p->offset = after;
    return NYZ_OK;
}

static nyz_status skip_line(pickle *p, nyz_error *err)
{
    unsigned char byte = 0;
    while (byte != '\n') {
        NYZ_TRY(take(p, &byte, err));
    }
    return NYZ_OK;
}

static nyz_status skip_counted(pickle *p, int digits, nyz_error *err)
{
    uint64_t size = 0;
    for (int i = 0; i < digits; i++) {
        unsigned char byte = 0;
        NYZ_TRY(take(p, &byte, err));
        size |= (uint64_t)byte << 8 * i;
    }
    return skip_bytes(p, size, err);
}

static nyz_status skip_argument(pickle *p, int code, nyz_error *err)
{
    const int form = form_of(code);
    switch (form) {
    case NOTHING:
        return NYZ_OK;
    case BYTES_1:
    case BYTES_2:
    case BYTES_4:
    case BYTES_8:
        return skip_bytes(p, (uint64_t)(form - '0'), err);
    case COUNTED_1:
    case COUNTED_4:
    case COUNTED_8:
        return skip_counted(p, form - 'a' + 1, err);
    case LINES_2:
        NYZ_TRY(skip_line(p, err));
        return skip_line(p, err);
    case LINE:
        return skip_line(p, err);
    default:
        return fail(p, err);
    }
}

static nyz_status skip_pickle(pickle *p, nyz_error *err)
{
    unsigned char code = 0;
    for (;;) {
        NYZ_TRY(take(p, &code, err));
        if (code == '.') {
            return NYZ_OK;
        }
        NYZ_TRY(skip_argument(p, code, err));
    }
}

nyz_status nyz_npy_pickle_skip(nyz_source *source, nyz_error *err)
{
    pickle p;
    p.source = source;
    p.offset = source->offset;
    p.end = source->start < 0 ? -1 : source->offset + source->left;
    p.block = p.offset;
    p.count = 0;
    NYZ_TRY(skip_pickle(&p, err));
    return p.end < 0 ? NYZ_OK : nyz_source_skip(source, p.offset - source->offset, err);
}
