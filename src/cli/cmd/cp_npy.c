/* SPDX-License-Identifier: MIT */
/* nyz cp from a .npy file, which may hold several arrays one after the other. */
#include "cmd/cp.h"

#include "io/complain.h"

/* In an archive they are arr_0, arr_1, ... */
static nyz_status copy_array(void *ctx, cli_input *input, nyz_error *err)
{
    cli_elements e;
    const nyz_status status = cli_elements_init(&e, input, -1, &input->header, err);
    return status == NYZ_OK ? cli_cp_write(ctx, &e, NULL, NULL, err) : status;
}

int cli_cp_npy(cli_cp *cp)
{
    int status = CLI_EXIT_FINE;
    do {
        status = cli_input_visit(cp->input, copy_array, cp);
    } while (status == CLI_EXIT_FINE && cli_input_more(cp->input));
    return cli_cp_end(cp, status);
}
