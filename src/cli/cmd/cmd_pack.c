/* nyz pack: files to an archive. */
#include "cmd/pack.h"
#include "io/target.h"

#include <string.h>

/* A name that the library refuses was wrong in the command line.  Its advice to set a
 * flag is for programs. */
static int complain_name(const nyz_pack_file *file, nyz_error *err)
{
    char *const advice = strstr(err->message, "; NYZ_");
    if (advice != NULL) {
        *advice = '\0';
    }
    nyz_complain(file->path.data, NULL, err->message);
    return NYZ_EXIT_USAGE;
}

static int add_file(const nyz_target *to, nyz_pack_file *file, const nyz_args *args)
{
    nyz_error err;
    int status = nyz_pack_read(file);
    if (status == NYZ_EXIT_FINE && !args->any) {
        status = nyz_pack_check(file);
    }
    if (status != NYZ_EXIT_FINE ||
        nyz_npz_add_bytes(to->writer, file->member.data, file->data, file->size, NULL,
                          &err) == NYZ_OK) {
        return status;
    }
    return err.status == NYZ_ERR_ARGUMENT ? complain_name(file, &err)
                                          : nyz_complain_error(to->path, NULL, &err);
}

static int add_files(const nyz_target *to, const nyz_args *args)
{
    int status = NYZ_EXIT_FINE;
    for (int i = 1; i < args->count && status == NYZ_EXIT_FINE; i++) {
        nyz_pack_file file;
        status = nyz_pack_name(&file, args, args->files[i]);
        if (status == NYZ_EXIT_FINE) {
            status = add_file(to, &file, args);
        }
        nyz_pack_free(&file);
    }
    return status;
}

static int pack(const nyz_args *args)
{
    const nyz_options opt = {.method = args->level != 0 || args->chunked ? NYZ_DEFLATED
                                                                         : NYZ_STORED,
                             .level = args->level,
                             .flags = NYZ_EXACT_NAME | (args->chunked ? NYZ_CHUNKED : 0u),
                             .threads = -1};
    nyz_target to;
    int status = nyz_target_open(&to, args->files[0], &opt);
    if (status == NYZ_EXIT_FINE) {
        status = add_files(&to, args);
    }
    if (status == NYZ_EXIT_FINE) {
        status = nyz_target_finish(&to);
    }
    nyz_target_close(&to);
    return status;
}

int nyz_cmd_pack(const nyz_args *args)
{
    const char *const out = args->files[0];
    if (strcmp(out, "-") != 0 && !nyz_ends_in(out, ".npz")) {
        nyz_complain(out, NULL,
                     "the first name is that of the archive, and ends in .npz");
        return NYZ_EXIT_USAGE;
    }
    return pack(args);
}
