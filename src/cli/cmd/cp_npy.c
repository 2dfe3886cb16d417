/* SPDX-License-Identifier: MIT */
/* nyz cp from a .npy file, which may hold several arrays one after the other. */
#include "cmd/cp.h"

#include "io/complain.h"

/* Reads the next array; *more says whether another follows.  Exit status. */
static int read_array(const cli_cp *cp, nyz_array *array, int *more)
{
    const nyz_options read = cli_cp_read(cp);
    const int status = cli_input_read(cp->input, &read, array);
    *more = cli_input_more(cp->input);
    return status;
}

/* Writes `array` and all that follow, which take its place. */
static int write_arrays(const cli_cp *cp, nyz_array *array, int more,
                        const nyz_stream *to)
{
    int status = CLI_EXIT_FINE;
    while (status == CLI_EXIT_FINE) {
        nyz_error err;
        if (nyz_write(to, array, &cli_cp_write, &err) != NYZ_OK) {
            return cli_complain_error(cp->out, NULL, &err);
        }
        if (!more) {
            return CLI_EXIT_FINE;
        }
        nyz_array_free(array);
        status = read_array(cp, array, &more);
    }
    return status;
}

static int copy_to_npy(cli_cp *cp)
{
    nyz_array array;
    cli_target to;
    int more;
    int status = read_array(cp, &array, &more);
    if (status != CLI_EXIT_FINE) {
        return status;
    }
    status = cli_target_open(&to, cp->out, NULL, cp->args->in_place);
    if (status == CLI_EXIT_FINE) {
        status = write_arrays(cp, &array, more, &to.stream);
    }
    nyz_array_free(&array);
    return cli_cp_end(cp, &to, status);
}

/* arr_0, arr_1, ... */
static int add_arrays(const cli_cp *cp, nyz_npz_writer *writer)
{
    int more = 1;
    while (more) {
        nyz_error err;
        nyz_array array;
        const int status = read_array(cp, &array, &more);
        if (status != CLI_EXIT_FINE) {
            return status;
        }
        const nyz_status added = nyz_npz_add(writer, NULL, &array, NULL, &err);
        nyz_array_free(&array);
        if (added != NYZ_OK) {
            return cli_complain_error(cp->out, NULL, &err);
        }
    }
    return CLI_EXIT_FINE;
}

static int copy_to_archive(cli_cp *cp)
{
    cli_target to;
    int status = cli_cp_open_archive(cp, &to);
    if (status == CLI_EXIT_FINE) {
        status = add_arrays(cp, to.writer);
    }
    return cli_cp_end(cp, &to, status);
}

int cli_cp_npy(cli_cp *cp)
{
    return cp->to_npz ? copy_to_archive(cp) : copy_to_npy(cp);
}
