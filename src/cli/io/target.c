/* SPDX-License-Identifier: MIT */
/* Standard output, or a file that takes OUT's place: see target.h. */
#include "io/target.h"

#include "io/complain.h"
#include "os/platform.h"

#include <string.h>

/* Without seeking unless the file is regular and can be patched. */
static nyz_stream to_stdout(void)
{
    nyz_stream stream = nyz_stream_file(stdout);
    if (!cli_platform_can_patch(stdout)) {
        stream.seek = NULL;
    }
    return stream;
}

static nyz_status begin(cli_target *target, const nyz_options *opt, int in_place,
                        nyz_error *err)
{
    nyz_stream inner;
    const nyz_options how = {.flags = in_place ? NYZ_IN_PLACE : 0u};
    if (strcmp(target->path, "-") == 0) {
        target->stream = to_stdout();
    } else {
        if (!cli_platform_is_special(target->path)) { /* a FIFO waits for its reader */
            cli_platform_catch_stop();
        }
        const nyz_status status =
            nyz_output_create(target->path, &how, &target->output, &inner, err);
        if (status != NYZ_OK) {
            return status;
        }
        target->stream = cli_guard_stream(&target->guard, inner);
    }
    return opt != NULL ? nyz_npz_create_stream(&target->stream, opt, &target->writer, err)
                       : NYZ_OK;
}

int cli_target_check(int in_place, const char *in, const char *out)
{
    if (!in_place || !cli_platform_is_same(in, out)) {
        return CLI_EXIT_FINE;
    }
    cli_complain(out, NULL, "--in-place cannot write to a file that is also read");
    return CLI_EXIT_USAGE;
}

nyz_status cli_target_begin(cli_target *target, const char *path, const nyz_options *opt,
                            int in_place, nyz_error *err)
{
    *target = (cli_target){.path = path};
    return begin(target, opt, in_place, err);
}

int cli_target_open(cli_target *target, const char *path, const nyz_options *opt,
                    int in_place)
{
    nyz_error err;
    return cli_target_begin(target, path, opt, in_place, &err) == NYZ_OK
               ? CLI_EXIT_FINE
               : cli_complain_error(target->path, NULL, &err);
}

int cli_target_finish(cli_target *target)
{
    nyz_error err;
    nyz_status status = NYZ_OK;
    if (target->writer != NULL) {
        status = nyz_npz_finish(&target->writer, &err);
    }
    if (cli_platform_stopped()) {
        return CLI_EXIT_MACHINE;
    }
    if (status == NYZ_OK && target->output != NULL) {
        status = nyz_output_finish(&target->output, &err);
    }
    return status == NYZ_OK ? CLI_EXIT_FINE
                            : cli_complain_error(target->path, NULL, &err);
}

void cli_target_close(cli_target *target)
{
    nyz_npz_discard(&target->writer);
    nyz_output_discard(&target->output);
    cli_platform_obey_stop();
}
