/* nyz cp: everything that IN holds, written anew. */
#include "cmd/cp.h"
#include "text/text.h"

#include <string.h>

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
    opt.flags = cp->args->chunked ? NYZ_BLOCKS : 0;
    opt.threads = -1;
    return opt;
}

int cli_cp_open_archive(const cli_cp *cp, cli_target *to)
{
    const nyz_options opt = cli_cp_how(cp, NYZ_STORED);
    return cli_target_open(to, cp->out, &opt);
}

/* IN may be OUT, and Windows replaces no file that is open. */
int cli_cp_end(cli_cp *cp, cli_target *to, int status)
{
    if (status == CLI_EXIT_FINE) {
        status = cli_input_unchanged(cp->input);
    }
    cli_input_close(cp->input);
    if (status == CLI_EXIT_FINE) {
        status = cli_target_finish(to);
    }
    cli_target_close(to);
    return status;
}

int cli_cmd_cp(const cli_args *args)
{
    cli_input input;
    const int status = cli_input_open(&input, args, args->files[0], 1);
    if (status != CLI_EXIT_FINE) {
        return status;
    }
    const int archive = input.npz != NULL;
    cli_cp cp = {.args = args, .input = &input, .out = args->files[1]};
    const int to_stdout = strcmp(cp.out, "-") == 0;
    /* one array taken out of an archive is an array, unless OUT says otherwise */
    cp.to_npz = to_stdout ? archive && input.member == NULL : cli_ends_in(cp.out, ".npz");
    const int worst = archive ? cli_cp_archive(&cp) : cli_cp_npy(&cp);
    cli_input_close(&input);
    return worst;
}
