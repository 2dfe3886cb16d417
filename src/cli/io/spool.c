/* SPDX-License-Identifier: MIT */
/* The bytes of a pipe: see spool.h. */
#include "io/spool.h"

#include "os/platform.h"
#include "text/fail.h"

#include <errno.h>

#define PIECE 65536
#define MOST_IN_MEMORY ((size_t)4 << 20)

static nyz_status put_in_memory(cli_spool *spool, const unsigned char *bytes, size_t size,
                                nyz_error *err)
{
    const nyz_stream to = nyz_stream_buffer(&spool->memory);
    for (size_t done = 0; done < size;) {
        const int64_t more = to.write(to.ctx, bytes + done, size - done);
        if (more <= 0) {
            return cli_fail_with(err, ENOMEM, "out of memory");
        }
        done += (size_t)more;
    }
    return NYZ_OK;
}

static nyz_status put_in_file(cli_spool *spool, const unsigned char *bytes, size_t size,
                              nyz_error *err)
{
    errno = 0;
    return fwrite(bytes, 1, size, spool->file) == size
               ? NYZ_OK
               : cli_fail_system(err, errno, "write to a temporary file");
}

/* What is in memory so far becomes the file's beginning. */
static nyz_status begin_file(cli_spool *spool, nyz_error *err)
{
    errno = 0;
    spool->file = cli_platform_temporary();
    if (spool->file == NULL) {
        const nyz_status status = cli_fail_system(err, errno, "create a temporary file");
        err->sys = 0; /* it is not the file that was named */
        return status;
    }
    const nyz_status status =
        put_in_file(spool, spool->memory.data, spool->memory.size, err);
    nyz_buffer_free(&spool->memory);
    return status;
}

static nyz_status put(cli_spool *spool, const unsigned char *bytes, size_t size,
                      nyz_error *err)
{
    nyz_status status = NYZ_OK;
    if (spool->file == NULL && spool->memory.size + size > MOST_IN_MEMORY) {
        status = begin_file(spool, err);
    }
    return status != NYZ_OK      ? status
           : spool->file != NULL ? put_in_file(spool, bytes, size, err)
                                 : put_in_memory(spool, bytes, size, err);
}

nyz_status cli_spool_fill(cli_spool *spool, const nyz_stream *from, nyz_error *err)
{
    unsigned char piece[PIECE];
    char words[CLI_WORDS_SIZE];
    int64_t count = 1;
    nyz_status status = NYZ_OK;
    while (count > 0 && status == NYZ_OK) {
        count = from->read(from->ctx, piece, sizeof piece);
        if (count < 0) {
            const int sys = (int)-count;
            return cli_fail_with(err, sys, cli_system_words(words, sys));
        }
        status = put(spool, piece, (size_t)count, err);
    }
    errno = 0;
    if (status == NYZ_OK && spool->file != NULL && fflush(spool->file) != 0) {
        status = cli_fail_system(err, errno, "write to a temporary file");
    }
    return status;
}

nyz_stream cli_spool_stream(cli_spool *spool)
{
    nyz_stream stream = nyz_stream_buffer(&spool->memory);
    if (spool->file != NULL) {
        stream = nyz_stream_fd(cli_platform_descriptor(spool->file));
    }
    (void)stream.seek(stream.ctx, 0,
                      SEEK_SET); /* where it is read from, reading will tell */
    return stream;
}

void cli_spool_free(cli_spool *spool)
{
    if (spool->file != NULL) {
        (void)fclose(spool->file); /* it goes */
    }
    nyz_buffer_free(&spool->memory);
    *spool = (cli_spool){.file = NULL};
}
