/* SPDX-License-Identifier: MIT */
/* The stream of an input: a C file, with some bytes of it read ahead and given back, so
 * that what follows can be seen.  Opening: input.c. */
#include "io/input.h"

#include "io/complain.h"
#include "text/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC_SIZE 6

static const unsigned char npy_magic[MAGIC_SIZE] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

static int64_t take_ahead(cli_input *input, unsigned char *buffer, size_t size)
{
    const size_t left = input->ahead.size - input->ahead.used;
    const size_t count = size < left ? size : left;
    if (count > 0) {
        memcpy(buffer, input->ahead.data + input->ahead.used, count);
    }
    input->ahead.used += count;
    return (int64_t)count;
}

/* Makes room for `more` bytes at the end of what was read ahead; 0 if there is none. */
static int grow(cli_input *input, size_t more)
{
    if (input->ahead.capacity - input->ahead.size >= more) {
        return 1;
    }
    if (more > SIZE_MAX / 2 - input->ahead.size) {
        return 0;
    }
    const size_t capacity = (input->ahead.size + more) * 2;
    unsigned char *const data = realloc(input->ahead.data, capacity);
    if (data == NULL) {
        return 0;
    }
    input->ahead.data = data;
    input->ahead.capacity = capacity;
    return 1;
}

/* Forgets what was read ahead: the place is that of `inner`. */
static void forget(cli_input *input)
{
    input->ahead.size = 0;
    input->ahead.used = 0;
    input->ahead.away = 0;
    if (input->inner.seek != NULL) {
        input->ahead.at = input->inner.seek(input->inner.ctx, 0, SEEK_CUR);
    }
}

/* Reads and keeps a copy. */
static int64_t read_recorded(cli_input *input, void *buffer, size_t size)
{
    if (input->ahead.away) {
        forget(input);
    }
    if (!grow(input, size)) {
        return -ENOMEM;
    }
    const int64_t count = input->inner.read(input->inner.ctx, buffer, size);
    if (count > 0) {
        memcpy(input->ahead.data + input->ahead.size, buffer, (size_t)count);
        input->ahead.size += (size_t)count;
        input->ahead.used = input->ahead.size;
    }
    return count;
}

static int64_t read_input(void *ctx, void *buffer, size_t size)
{
    cli_input *const input = ctx;
    int64_t count = input->ahead.away ? 0 : take_ahead(input, buffer, size);
    if (count == 0) {
        count = input->ahead.recording
                    ? read_recorded(input, buffer, size)
                    : input->inner.read(input->inner.ctx, buffer, size);
        input->ahead.away = !input->ahead.recording;
    }
    input->offset += count > 0 ? count : 0;
    return count;
}

/* What was read ahead is not read again where the place comes back to it: a header is the
 * same each time. */
static int64_t seek_input(void *ctx, int64_t offset, int whence)
{
    cli_input *const input = ctx;
    const nyz_stream *const inner = &input->inner;
    const int64_t at = input->ahead.at;
    const int64_t size = (int64_t)input->ahead.size;
    if (whence == SEEK_CUR && !input->ahead.away) {
        const int64_t place = at + (int64_t)input->ahead.used;
        if (offset > INT64_MAX - place) {
            return -EINVAL;
        }
        offset += place;
        whence = SEEK_SET;
    }
    const int64_t place = inner->seek(inner->ctx, offset, whence);
    if (place < 0) {
        return place;
    }
    input->offset = place - input->base;
    input->ahead.away = place < at || place > at + size;
    if (!input->ahead.away) {
        input->ahead.used = (size_t)(place - at);
        const int64_t end = inner->seek(inner->ctx, at + size, SEEK_SET);
        return end < 0 ? end : place;
    }
    return place;
}

/* Moves what was read ahead to the front of its memory. */
static void compact(cli_input *input)
{
    if (input->ahead.away) {
        forget(input);
        return;
    }
    const size_t left = input->ahead.size - input->ahead.used;
    if (left > 0) {
        memmove(input->ahead.data, input->ahead.data + input->ahead.used, left);
    }
    input->ahead.at += (int64_t)input->ahead.used;
    input->ahead.used = 0;
    input->ahead.size = left;
}

/* Sees the bytes of a magic, as far as the file goes. */
static int look_ahead(cli_input *input)
{
    compact(input);
    if (!grow(input, MAGIC_SIZE)) {
        return -ENOMEM;
    }
    while (input->ahead.size < MAGIC_SIZE) {
        const int64_t count =
            input->inner.read(input->inner.ctx, input->ahead.data + input->ahead.size,
                              MAGIC_SIZE - input->ahead.size);
        if (count <= 0) {
            return (int)count;
        }
        input->ahead.size += (size_t)count;
    }
    return 0;
}

int cli_input_start(cli_input *input)
{
    input->inner = cli_guard_stream(&input->guards[0], nyz_stream_file(input->file));
    input->stream = (nyz_stream){.read = read_input, .ctx = input};
    if (input->inner.seek != NULL) {
        const int64_t place = input->inner.seek(input->inner.ctx, 0, SEEK_CUR);
        input->base = place > 0 ? place : 0;
        input->ahead.at = input->base;
        input->stream.seek = seek_input;
    }
    const int failed = look_ahead(input);
    if (failed < 0) { /* a directory, perhaps */
        (void)cli_fail_system(&input->failure, -failed, "read");
        return cli_complain_system(input->label, -failed);
    }
    input->next = cli_input_next(input);
    return CLI_EXIT_FINE;
}

cli_next cli_input_next(cli_input *input)
{
    const int failed = look_ahead(input);
    if (failed < 0) {
        (void)cli_fail_system(&input->failure, -failed, "read");
        (void)cli_complain_system(input->label, -failed);
        return CLI_NEXT_FAILED;
    }
    if (input->ahead.size == 0) {
        return CLI_NEXT_END;
    }
    return input->ahead.size >= MAGIC_SIZE &&
                   memcmp(input->ahead.data, npy_magic, MAGIC_SIZE) == 0
               ? CLI_NEXT_ARRAY
               : CLI_NEXT_OTHER;
}

nyz_status cli_input_header(cli_input *input, nyz_error *err)
{
    const int64_t start = input->offset;
    nyz_array_free(&input->header);
    compact(input);
    input->ahead.recording = 1;
    const nyz_status status =
        nyz_read_header(&input->stream, &input->opt, &input->header, err);
    input->ahead.recording = 0;
    input->ahead.used = 0; /* given back */
    input->header_at = start;
    input->header_size = input->offset - start;
    input->offset = start;
    if (status != NYZ_OK) {
        input->header.ndim = -1;
    }
    return status;
}

static nyz_status skip_by_seeking(cli_input *input, int64_t size, int64_t *found,
                                  nyz_error *err)
{
    const int64_t place = seek_input(input, 0, SEEK_CUR);
    const int64_t end = place < 0 ? place : seek_input(input, 0, SEEK_END);
    const int64_t left = end - place;
    *found = left < 0 ? 0 : left < size ? left : size;
    const int64_t there = end < 0 ? end : seek_input(input, place + *found, SEEK_SET);
    return there < 0 ? cli_fail_system(err, (int)-there, "seek") : NYZ_OK;
}

nyz_status cli_input_skip(cli_input *input, int64_t size, int64_t *found, nyz_error *err)
{
    unsigned char piece[16384];
    *found = 0;
    if (input->stream.seek != NULL) {
        return skip_by_seeking(input, size, found, err);
    }
    while (*found < size) {
        const int64_t left = size - *found;
        const size_t most = left < (int64_t)sizeof piece ? (size_t)left : sizeof piece;
        const int64_t count = read_input(input, piece, most);
        if (count <= 0) {
            return count == 0 ? NYZ_OK : cli_fail_system(err, (int)-count, "read");
        }
        *found += count;
    }
    return NYZ_OK;
}
