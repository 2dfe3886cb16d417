/* nyz cp: everything that IN holds, written anew. */
#include "cp.h"
#include "text.h"

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

nyz_stream nyz_cp_stdout(void)
{
    nyz_stream stream = nyz_stream_file(stdout);
    if (!nyz_platform_can_patch(stdout)) {
        stream.seek = NULL;
    }
    return stream;
}

nyz_status nyz_cp_create(const nyz_cp *cp, nyz_npz_writer **out, nyz_error *err)
{
    const nyz_options opt = nyz_cp_how(cp, NYZ_STORED);
    if (cp->to_stdout) {
        const nyz_stream stream = nyz_cp_stdout();
        return nyz_npz_create_stream(&stream, &opt, out, err);
    }
    return nyz_npz_create(cp->out, &opt, out, err);
}

int nyz_cmd_cp(const nyz_args *args)
{
    nyz_input input;
    const int status = nyz_input_open(&input, args->files[0]);
    if (status != NYZ_EXIT_FINE) {
        return status;
    }
    const int archive = input.npz != NULL;
    nyz_cp cp = {.args = args, .input = &input, .out = args->files[1]};
    cp.to_stdout = strcmp(cp.out, "-") == 0;
    /* one array taken out of an archive is an array, unless OUT says otherwise */
    cp.to_npz =
        cp.to_stdout ? archive && input.member == NULL : nyz_ends_in(cp.out, ".npz");
    const int worst = archive ? nyz_cp_archive(&cp) : nyz_cp_npy(&cp);
    nyz_input_close(&input);
    return worst;
}
