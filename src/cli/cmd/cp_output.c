/* SPDX-License-Identifier: MIT */
/* nyz cp: what both halves share: how to read, how to write, and the end of OUT. */
#include "cmd/cp.h"

#include "io/complain.h"

const nyz_options cli_cp_write = {.order = NYZ_KEEP_ORDER,
                                  .byteorder = NYZ_KEEP_BYTEORDER};

nyz_options cli_cp_read(const cli_cp *cp)
{
    nyz_options opt = cp->input->opt;
    opt.order = NYZ_KEEP_ORDER;
    opt.byteorder = NYZ_KEEP_BYTEORDER;
    return opt;
}

nyz_options cli_cp_how(const cli_cp *cp, nyz_method method)
{
    nyz_options opt = cli_cp_write;
    opt.method = cp->args->store        ? NYZ_STORED
                 : cp->args->level != 0 ? NYZ_DEFLATED
                                        : method;
    opt.level = cp->args->level;
    opt.flags = cp->args->blocks ? NYZ_BLOCKS : 0;
    opt.block_rows = cp->args->block_rows;
    opt.align = cp->args->align;
    opt.threads = -1;
    return opt;
}

int cli_cp_open_archive(const cli_cp *cp, cli_target *to)
{
    const nyz_options opt = cli_cp_how(cp, NYZ_STORED);
    return cli_target_open(to, cp->out, &opt, cp->args->in_place);
}

/* IN may be OUT, and Windows replaces no file that is open. */
int cli_cp_end(cli_cp *cp, cli_target *to, int status)
{
    if (status == CLI_EXIT_FINE) {
        status = cli_input_finish(cp->input, ", which are not copied");
    }
    cli_input_close(cp->input);
    if (status == CLI_EXIT_FINE) {
        status = cli_target_finish(to);
    }
    cli_target_close(to);
    return status;
}
