/* The stream of an input: a C file, with some bytes of it read ahead and given back, so
 * that what follows can be seen.  Opening: input.c. */
#include "io/input.h"

#include "cli.h"

#include <errno.h>
#include <string.h>

static const unsigned char npy_magic[CLI_INPUT_AHEAD] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

static int64_t take_ahead(cli_input *input, unsigned char *buffer, size_t size)
{
    const size_t left = input->ahead_size - input->ahead_used;
    const size_t count = size < left ? size : left;
    memcpy(buffer, input->ahead + input->ahead_used, count);
    input->ahead_used += count;
    return (int64_t)count;
}

static int64_t read_input(void *ctx, void *buffer, size_t size)
{
    cli_input *const input = ctx;
    int64_t count = take_ahead(input, buffer, size);
    if (count == 0) {
        count = input->inner.read(input->inner.ctx, buffer, size);
    }
    input->offset += count > 0 ? count : 0;
    return count;
}

static int64_t seek_input(void *ctx, int64_t offset, int whence)
{
    cli_input *const input = ctx;
    const int64_t left = (int64_t)(input->ahead_size - input->ahead_used);
    if (whence == SEEK_CUR && offset < INT64_MIN + left) {
        return -EINVAL;
    }
    const int64_t place = input->inner.seek(
        input->inner.ctx, whence == SEEK_CUR ? offset - left : offset, whence);
    if (place >= 0) {
        input->ahead_used = input->ahead_size;
    }
    return place;
}

/* Fills `ahead` as far as the file goes. */
static int look_ahead(cli_input *input)
{
    const size_t left = input->ahead_size - input->ahead_used;
    memmove(input->ahead, input->ahead + input->ahead_used, left);
    input->ahead_used = 0;
    input->ahead_size = left;
    while (input->ahead_size < CLI_INPUT_AHEAD) {
        const int64_t count =
            input->inner.read(input->inner.ctx, input->ahead + input->ahead_size,
                              CLI_INPUT_AHEAD - input->ahead_size);
        if (count <= 0) {
            return (int)count;
        }
        input->ahead_size += (size_t)count;
    }
    return 0;
}

int cli_input_start(cli_input *input)
{
    input->inner = cli_guard_stream(&input->guards[0], nyz_stream_file(input->file));
    input->stream = (nyz_stream){.read = read_input, .ctx = input};
    if (input->inner.seek != NULL) {
        input->stream.seek = seek_input;
    }
    const int failed = look_ahead(input);
    return failed < 0 ? cli_complain_system(input->label, -failed) : CLI_EXIT_FINE;
}

cli_next cli_input_next(cli_input *input)
{
    const int failed = look_ahead(input);
    if (failed < 0) {
        (void)cli_complain_system(input->label, -failed);
        return CLI_NEXT_FAILED;
    }
    if (input->ahead_size == 0) {
        return CLI_NEXT_END;
    }
    return input->ahead_size == CLI_INPUT_AHEAD &&
                   memcmp(input->ahead, npy_magic, CLI_INPUT_AHEAD) == 0
               ? CLI_NEXT_ARRAY
               : CLI_NEXT_OTHER;
}

static int complain_short(const cli_input *input)
{
    cli_complain(input->label, NULL, "the file ends within the data of its array");
    return CLI_EXIT_DATA;
}

/* Passes over bytes by seeking. */
static int skip_by_seeking(cli_input *input, int64_t size)
{
    const int64_t place = seek_input(input, 0, SEEK_CUR);
    const int64_t end = place < 0 ? place : seek_input(input, 0, SEEK_END);
    if (end >= 0 && end - place < size) {
        return complain_short(input);
    }
    const int64_t there = end < 0 ? end : seek_input(input, place + size, SEEK_SET);
    input->offset += size;
    return there < 0 ? cli_complain_system(input->label, (int)-there) : CLI_EXIT_FINE;
}

int cli_input_skip(cli_input *input, int64_t size)
{
    if (input->stream.seek != NULL) {
        return skip_by_seeking(input, size);
    }
    unsigned char piece[16384];
    while (size > 0) {
        const size_t most = size < (int64_t)sizeof piece ? (size_t)size : sizeof piece;
        const int64_t count = read_input(input, piece, most);
        if (count <= 0) {
            return count == 0 ? complain_short(input)
                              : cli_complain_system(input->label, (int)-count);
        }
        size -= count;
    }
    return CLI_EXIT_FINE;
}
