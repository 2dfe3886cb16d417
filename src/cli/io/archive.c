/* SPDX-License-Identifier: MIT */
/* Opening archives: see archive.h.  One that comes from a pipe is kept in memory, or if it is large
 * in a file without a name. */
#include "io/archive.h"

#include "text/fail.h"

#include <errno.h>
#include <string.h>

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
    nyz_status status = cli_spool_fill(&input->spool, &input->stream, err);
    const nyz_buffer *const memory = &input->spool.memory;
    if (status == NYZ_OK && input->spool.file == NULL) {
        return nyz_file_open_mem(memory->data, memory->size, &input->opt, &input->handle,
                                 err);
    }
    if (status == NYZ_OK) {
        status = use_file(input, input->spool.file, err);
    }
    return status == NYZ_OK
               ? nyz_file_open_stream(&input->archive, &input->opt, &input->handle, err)
               : status;
}

nyz_status cli_archive_open(cli_input *input, nyz_error *err)
{
    return cli_archive_is_there(input) ? cli_archive_open_again(input, err)
                                       : open_kept(input, err);
}

nyz_status cli_input_archive(cli_input *input, const nyz_npz **out, nyz_error *err)
{
    nyz_status status = NYZ_OK;
    if (input->npz == NULL) {
        status =
            input->spool.memory.data != NULL
                ? nyz_npz_open_mem(input->spool.memory.data, input->spool.memory.size,
                                   &input->opt, &input->npz, err)
                : nyz_npz_open_stream(&input->archive, &input->opt, &input->npz, err);
    }
    *out = input->npz;
    return status;
}
