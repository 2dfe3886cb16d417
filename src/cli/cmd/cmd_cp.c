/* nyz cp: everything that IN holds, written anew. */
#include "cmd/cp.h"
#include "text/text.h"

#include <string.h>

const nyz_options nyz_cp_load = {.order = NYZ_KEEP_ORDER,
                                 .byteorder = NYZ_KEEP_BYTEORDER};

nyz_options nyz_cp_how(const nyz_cp *cp, nyz_method method)
{
    nyz_options opt = nyz_cp_load;
    opt.method = cp->args->store        ? NYZ_STORED
                 : cp->args->level != 0 ? NYZ_DEFLATED
                                        : method;
    opt.level = cp->args->level;
    opt.flags = cp->args->chunked ? NYZ_CHUNKED : 0;
    opt.threads = -1;
    return opt;
}

int nyz_cp_open_archive(const nyz_cp *cp, nyz_target *to)
{
    const nyz_options opt = nyz_cp_how(cp, NYZ_STORED);
    return nyz_target_open(to, cp->out, &opt);
}

/* IN may be OUT, and Windows replaces no file that is open. */
int nyz_cp_end(nyz_cp *cp, nyz_target *to, int status)
{
    if (status == NYZ_EXIT_FINE) {
        status = nyz_input_unchanged(cp->input);
    }
    nyz_input_close(cp->input);
    if (status == NYZ_EXIT_FINE) {
        status = nyz_target_finish(to);
    }
    nyz_target_close(to);
    return status;
}

int nyz_cmd_cp(const nyz_args *args)
{
    nyz_input input;
    const int status = nyz_input_open(&input, args->files[0], 1);
    if (status != NYZ_EXIT_FINE) {
        return status;
    }
    const int archive = input.npz != NULL;
    nyz_cp cp = {.args = args, .input = &input, .out = args->files[1]};
    const int to_stdout = strcmp(cp.out, "-") == 0;
    /* one array taken out of an archive is an array, unless OUT says otherwise */
    cp.to_npz = to_stdout ? archive && input.member == NULL : nyz_ends_in(cp.out, ".npz");
    const int worst = archive ? nyz_cp_archive(&cp) : nyz_cp_npy(&cp);
    nyz_input_close(&input);
    return worst;
}
