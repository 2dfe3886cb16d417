/* SPDX-License-Identifier: MIT */
/* Opening archives: see archive.h.  One that comes from a pipe is kept in memory, or if it is large
 * in a file without a name. */
#include "io/archive.h"

#include "text/fail.h"

#include <errno.h>
#include <string.h>

#define PIECE 65536
#define MOST_IN_MEMORY ((size_t)4 << 20)

/* ----------------------------------------------------------------------------- from a pipe */

static nyz_status put_in_memory(cli_input *input, const unsigned char *bytes, size_t size,
                                nyz_error *err)
{
    const nyz_stream to = nyz_stream_buffer(&input->memory);
    for (size_t done = 0; done < size;) {
        const int64_t more = to.write(to.ctx, bytes + done, size - done);
        if (more <= 0) {
            return cli_fail_with(err, ENOMEM, "out of memory");
        }
        done += (size_t)more;
    }
    return NYZ_OK;
}

static nyz_status put_in_file(cli_input *input, const unsigned char *bytes, size_t size,
                              nyz_error *err)
{
    errno = 0;
    if (fwrite(bytes, 1, size, input->spool) == size && fflush(input->spool) == 0) {
        return NYZ_OK;
    }
    return cli_fail_system(err, errno, "write standard input to a temporary file");
}

/* What is in memory so far becomes the file's beginning. */
static nyz_status begin_file(cli_input *input, nyz_error *err)
{
    errno = 0;
    input->spool = cli_platform_temporary();
    if (input->spool == NULL) {
        return cli_fail_system(err, errno, "create a temporary file for standard input");
    }
    const nyz_status status =
        put_in_file(input, input->memory.data, input->memory.size, err);
    nyz_buffer_free(&input->memory);
    return status;
}

static nyz_status put(cli_input *input, const unsigned char *bytes, size_t size,
                      nyz_error *err)
{
    nyz_status status = NYZ_OK;
    if (input->spool == NULL && input->memory.size + size > MOST_IN_MEMORY) {
        status = begin_file(input, err);
    }
    return status != NYZ_OK       ? status
           : input->spool != NULL ? put_in_file(input, bytes, size, err)
                                  : put_in_memory(input, bytes, size, err);
}

static nyz_status keep_all(cli_input *input, nyz_error *err)
{
    unsigned char piece[PIECE];
    int64_t count = 1;
    nyz_status status = NYZ_OK;
    while (count > 0 && status == NYZ_OK) {
        count = input->stream.read(input, piece, sizeof piece);
        if (count < 0) {
            char words[CLI_WORDS_SIZE];
            const int sys = (int)-count;
            return cli_fail_with(err, sys, cli_system_words(words, sys));
        }
        status = put(input, piece, (size_t)count, err);
    }
    return status;
}

/* --------------------------------------------------------------------------------- opening */

int cli_archive_is_there(const cli_input *input)
{
    return strcmp(input->label, "-") != 0 && !cli_platform_is_special(input->label);
}

/* The file itself, or what was kept of a pipe. */
static nyz_status use_file(cli_input *input, FILE *file, nyz_error *err)
{
    errno = 0;
    input->archive =
        cli_guard_stream(&input->guards[1], nyz_stream_fd(cli_platform_descriptor(file)));
    return input->archive.seek == NULL && input->archive.read_at == NULL
               ? cli_fail_system(err, errno, "examine the file")
               : NYZ_OK;
}

nyz_status cli_archive_open_again(cli_input *input, nyz_error *err)
{
    const nyz_status status = use_file(input, input->file, err);
    return status != NYZ_OK ? status
           : input->guarded
               ? nyz_file_open_stream(&input->archive, &input->opt, &input->handle, err)
               : nyz_file_open(input->label, &input->opt, &input->handle, err);
}

static nyz_status open_kept(cli_input *input, nyz_error *err)
{
    if (input->spool == NULL) {
        return nyz_file_open_mem(input->memory.data, input->memory.size, &input->opt,
                                 &input->handle, err);
    }
    const nyz_status status = use_file(input, input->spool, err);
    return status == NYZ_OK
               ? nyz_file_open_stream(&input->archive, &input->opt, &input->handle, err)
               : status;
}

nyz_status cli_archive_open(cli_input *input, nyz_error *err)
{
    if (cli_archive_is_there(input)) {
        return cli_archive_open_again(input, err);
    }
    const nyz_status status = keep_all(input, err);
    return status == NYZ_OK ? open_kept(input, err) : status;
}

nyz_status cli_input_archive(cli_input *input, const nyz_npz **out, nyz_error *err)
{
    nyz_status status = NYZ_OK;
    if (input->npz == NULL) {
        status =
            input->memory.data != NULL
                ? nyz_npz_open_mem(input->memory.data, input->memory.size, &input->opt,
                                   &input->npz, err)
                : nyz_npz_open_stream(&input->archive, &input->opt, &input->npz, err);
    }
    *out = input->npz;
    return status;
}
