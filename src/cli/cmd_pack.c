/* nyz pack: files to an archive. */
#include "cp.h"
#include "pack.h"

#include <errno.h>
#include <string.h>

/* Where the archive goes: to a file that takes OUT's place in the end, or to stdout. */
typedef struct target {
    const char *path;
    nyz_output *output; /* NULL: stdout */
    nyz_stream inner;
    nyz_npz_writer *writer;
} target;

/* ------------------------------------------- a stream that fails once the tool is to end */

static int64_t write_guarded(void *ctx, const void *buffer, size_t size)
{
    const target *const to = ctx;
    return nyz_platform_stopped() ? -EINTR : to->inner.write(to->inner.ctx, buffer, size);
}

static int64_t seek_guarded(void *ctx, int64_t offset, int whence)
{
    const target *const to = ctx;
    return to->inner.seek(to->inner.ctx, offset, whence);
}

/* -------------------------------------------------------------------------- the archive */

/* Says what failed at the target, but for a wish to end. */
static int complain(const target *to, const nyz_error *err)
{
    return nyz_platform_stopped() ? NYZ_EXIT_MACHINE
                                  : nyz_complain_error(to->path, NULL, err);
}

static nyz_status create(target *to, const nyz_args *args, nyz_error *err)
{
    const nyz_options opt = {.method = args->level != 0 || args->chunked ? NYZ_DEFLATED
                                                                         : NYZ_STORED,
                             .level = args->level,
                             .flags = NYZ_EXACT_NAME | (args->chunked ? NYZ_CHUNKED : 0u),
                             .threads = -1};
    nyz_stream stream = {.write = write_guarded, .ctx = to};
    if (strcmp(to->path, "-") == 0) {
        to->inner = nyz_cp_stdout();
    } else {
        const nyz_status status =
            nyz_output_create(to->path, NULL, &to->output, &to->inner, err);
        if (status != NYZ_OK) {
            return status;
        }
    }
    stream.seek = to->inner.seek != NULL ? seek_guarded : NULL;
    return nyz_npz_create_stream(&stream, &opt, &to->writer, err);
}

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

static int add_file(const target *to, nyz_pack_file *file, const nyz_args *args)
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
                                          : complain(to, &err);
}

static int add_files(const target *to, const nyz_args *args)
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

static int finish(target *to)
{
    nyz_error err;
    nyz_status status = nyz_npz_finish(&to->writer, &err);
    if (status == NYZ_OK && to->output != NULL) {
        status = nyz_output_finish(&to->output, &err);
    }
    return status == NYZ_OK ? NYZ_EXIT_FINE : complain(to, &err);
}

static int pack(const nyz_args *args)
{
    target to = {.path = args->files[0]};
    nyz_error err;
    int status = create(&to, args, &err) == NYZ_OK ? NYZ_EXIT_FINE : complain(&to, &err);
    if (status == NYZ_EXIT_FINE) {
        status = add_files(&to, args);
    }
    if (status == NYZ_EXIT_FINE) {
        status = finish(&to);
    }
    nyz_npz_discard(&to.writer);
    nyz_output_discard(&to.output);
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
    nyz_platform_catch_stop();
    const int status = pack(args);
    nyz_platform_obey_stop();
    return status;
}
