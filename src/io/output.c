/* SPDX-License-Identifier: MIT */
/* The public call that begins a new file, of whatever the caller writes.  nyz_output_finish and
 * nyz_output_discard depend on the system: atomic_file_posix.c, atomic_file_win32.c. */
#include <string.h>

#include "base/config.h"
#include "base/error.h"
#include "io/atomic_file.h"

nyz_status nyz_output_create(const char *path, const nyz_options *opt, nyz_output **out,
                             nyz_stream *stream, nyz_error *err)
{
    nyz_config config;
    *out = NULL;
    memset(stream, 0, sizeof *stream);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    return nyz_atomic_file_begin(path, nyz_atomic_file_how(config.flags),
                                 &config.allocator, out, stream, err);
}
