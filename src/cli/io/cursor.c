/* SPDX-License-Identifier: MIT */
/* Bytes in their order: see cursor.h. */
#include "io/cursor.h"

#include "text/fail.h"

#include <string.h>

/* ------------------------------------------------------------------------------- opening */

/* The window has nothing in it yet. */
static void begin(cli_cursor *cursor, nyz_stream stream)
{
    cursor->stream = stream;
    cursor->reader = NULL;
    cursor->at = -1;
    cursor->left = 0;
    cursor->used = 0;
    cursor->size = 0;
}

/* All bytes are read, so that the CRC is compared: nothing is passed over by a seek. */
nyz_status cli_cursor_open_member(cli_cursor *cursor, cli_input *input, int64_t index,
                                  nyz_error *err)
{
    const nyz_npz *npz;
    begin(cursor, (nyz_stream){.read = NULL});
    nyz_status status = cli_input_archive(input, &npz, err);
    if (status == NYZ_OK) {
        status = nyz_npz_open_member_at(npz, index, NULL, &cursor->reader,
                                        &cursor->stream, err);
    }
    cursor->stream.seek = NULL;
    return status;
}

/* What cannot jump is read through the window. */
static nyz_status pass_header(cli_cursor *cursor, const cli_input *input, nyz_error *err)
{
    nyz_array header;
    const nyz_status status = nyz_read_header(&cursor->stream, &input->opt, &header, err);
    if (status == NYZ_OK && cursor->stream.seek == NULL) {
        cursor->left = nyz_array_count(&header) * header.dtype.itemsize;
    }
    nyz_array_free(&header);
    return status == NYZ_OK ? status : cli_cursor_close(cursor, status, err);
}

/* Where stored data is in the file; -1: it is deflated, or the archive is in memory. */
static nyz_status find_data(const cli_input *input, int64_t index, int64_t *at,
                            nyz_error *err)
{
    nyz_item item;
    *at = -1;
    const nyz_status status = nyz_file_info_at(input->handle, index, &item, err);
    if (status == NYZ_OK && input->spool.memory.data == NULL) {
        *at = item.data_offset;
    }
    nyz_item_free(&item);
    return status;
}

nyz_status cli_cursor_open_data(cli_cursor *cursor, cli_input *input, int64_t index,
                                int jumps, nyz_error *err)
{
    begin(cursor, input->stream);
    if (index < 0) {
        return pass_header(cursor, input, err);
    }
    nyz_status status = jumps ? find_data(input, index, &cursor->at, err) : NYZ_OK;
    if (status == NYZ_OK && cursor->at >= 0) {
        cursor->stream = input->archive;
        if (cursor->stream.read_at != NULL) {
            return NYZ_OK;
        }
    }
    if (status == NYZ_OK) {
        status = cli_cursor_open_member(cursor, input, index, err);
    }
    return status == NYZ_OK ? pass_header(cursor, input, err) : status;
}

/* ------------------------------------------------------------------------------- reading */

static int64_t read_below(cli_cursor *cursor, void *to, size_t size)
{
    const nyz_stream *const s = &cursor->stream;
    const int64_t count = cursor->at < 0 ? s->read(s->ctx, to, size)
                                         : s->read_at(s->ctx, cursor->at, to, size);
    if (count > 0) {
        cursor->at += cursor->at < 0 ? 0 : count;
        cursor->left -= cursor->left < count ? cursor->left : count;
    }
    return count;
}

/* Little is read through the window, which ends with the data. */
static int64_t read_once(cli_cursor *cursor, void *to, size_t size)
{
    if (cursor->used == cursor->size && size < CLI_CURSOR_WINDOW && cursor->left > 0) {
        const size_t most =
            cursor->left < CLI_CURSOR_WINDOW ? (size_t)cursor->left : CLI_CURSOR_WINDOW;
        const int64_t count = read_below(cursor, cursor->window, most);
        if (count <= 0) {
            return count;
        }
        cursor->used = 0;
        cursor->size = (size_t)count;
    }
    const size_t there = cursor->size - cursor->used;
    if (there == 0) {
        return read_below(cursor, to, size);
    }
    const size_t count = there < size ? there : size;
    memcpy(to, cursor->window + cursor->used, count);
    cursor->used += count;
    return (int64_t)count;
}

nyz_status cli_cursor_read_some(cli_cursor *cursor, void *to, size_t size, size_t *count,
                                nyz_error *err)
{
    *count = 0;
    while (*count < size) {
        const int64_t more =
            read_once(cursor, (unsigned char *)to + *count, size - *count);
        if (more < 0) {
            return cli_fail_system(err, (int)-more, "read");
        }
        if (more == 0) {
            break;
        }
        *count += (size_t)more;
    }
    return NYZ_OK;
}

/* Reads and forgets. */
static nyz_status read_over(cli_cursor *cursor, int64_t size, int64_t *count,
                            nyz_error *err)
{
    unsigned char piece[65536];
    const size_t most = sizeof piece;
    size_t got = most;
    nyz_status status = NYZ_OK;
    *count = 0;
    while (*count < size && got == most && status == NYZ_OK) {
        const int64_t left = size - *count;
        const size_t want = left < (int64_t)most ? (size_t)left : most;
        status = cli_cursor_read_some(cursor, piece, want, &got, err);
        *count += (int64_t)got;
    }
    return status;
}

nyz_status cli_cursor_pass(cli_cursor *cursor, int64_t size, int64_t *count,
                           nyz_error *err)
{
    const nyz_stream *const s = &cursor->stream;
    const int64_t there = (int64_t)(cursor->size - cursor->used);
    if (size <= there) {
        cursor->used += (size_t)size;
        *count = size;
        return NYZ_OK;
    }
    if ((cursor->at < 0 && s->seek == NULL)) {
        return read_over(cursor, size, count, err);
    }
    *count = size;
    if (cursor->at >= 0) {
        cursor->at += size;
        return NYZ_OK;
    }
    const int64_t place = s->seek(s->ctx, size, SEEK_CUR);
    return place < 0 ? cli_fail_system(err, (int)-place, "seek") : NYZ_OK;
}

nyz_status cli_cursor_close(cli_cursor *cursor, nyz_status status, nyz_error *err)
{
    nyz_error why;
    if (cursor->reader == NULL) {
        return status;
    }
    const nyz_status closed = nyz_member_reader_close(&cursor->reader, &why);
    if (closed != NYZ_OK) {
        *err = why;
        return closed;
    }
    return status;
}
