/* SPDX-License-Identifier: MIT */
/* Python objects: see pickle.h.  The instructions are those of Python's module
 * pickletools, protocols 0 to 5. */
#include "io/pickle.h"

#include "text/fail.h"

#include <string.h>

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

static nyz_status fail(nyz_error *err, int64_t count)
{
    if (count < 0) {
        return cli_fail_system(err, (int)-count, "read");
    }
    *err = (nyz_error){.status = NYZ_ERR_CORRUPT, .offset = -1};
    snprintf(err->message, sizeof err->message,
             "the pickle of its Python objects is damaged or cut short");
    return err->status;
}

static nyz_status take(const nyz_stream *stream, unsigned char *bytes, size_t size,
                       nyz_error *err)
{
    for (size_t done = 0; done < size;) {
        const int64_t count = stream->read(stream->ctx, bytes + done, size - done);
        if (count <= 0) {
            return fail(err, count);
        }
        done += (size_t)count;
    }
    return NYZ_OK;
}

static nyz_status skip_bytes(const nyz_stream *stream, uint64_t size, nyz_error *err)
{
    unsigned char piece[4096];
    nyz_status status = NYZ_OK;
    while (size > 0 && status == NYZ_OK) {
        const size_t most = size < sizeof piece ? (size_t)size : sizeof piece;
        status = take(stream, piece, most, err);
        size -= most;
    }
    return status;
}

static nyz_status skip_line(const nyz_stream *stream, nyz_error *err)
{
    unsigned char byte = 0;
    nyz_status status = NYZ_OK;
    while (byte != '\n' && status == NYZ_OK) {
        status = take(stream, &byte, 1, err);
    }
    return status;
}

static nyz_status skip_counted(const nyz_stream *stream, size_t digits, nyz_error *err)
{
    unsigned char bytes[8];
    uint64_t size = 0;
    const nyz_status status = take(stream, bytes, digits, err);
    for (size_t i = 0; i < digits && status == NYZ_OK; i++) {
        size |= (uint64_t)bytes[i] << 8 * i;
    }
    return status == NYZ_OK ? skip_bytes(stream, size, err) : status;
}

static nyz_status skip_argument(const nyz_stream *stream, int code, nyz_error *err)
{
    nyz_status status = NYZ_OK;
    const int form = form_of(code);
    switch (form) {
    case NOTHING:
        return NYZ_OK;
    case BYTES_1:
    case BYTES_2:
    case BYTES_4:
    case BYTES_8:
        return skip_bytes(stream, (uint64_t)(form - '0'), err);
    case COUNTED_1:
    case COUNTED_4:
    case COUNTED_8:
        return skip_counted(stream, (size_t)(form - 'a' + 1), err);
    case LINES_2:
        status = skip_line(stream, err);
        return status == NYZ_OK ? skip_line(stream, err) : status;
    case LINE:
        return skip_line(stream, err);
    default:
        return fail(err, 0);
    }
}

nyz_status cli_pickle_skip(const nyz_stream *stream, nyz_error *err)
{
    for (;;) {
        unsigned char code;
        nyz_status status = take(stream, &code, 1, err);
        if (status != NYZ_OK || code == '.') {
            return status;
        }
        status = skip_argument(stream, code, err);
        if (status != NYZ_OK) {
            return status;
        }
    }
}
