/* SPDX-License-Identifier: MIT */
/* nyz pack: the name of a member, its bytes, and whether they are an array. */
#include "cmd/pack.h"
#include "cmd/reading.h"

#include "io/complain.h"
#include "io/unchanged.h"
#include "os/path.h"
#include "os/platform.h"
#include "text/fail.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* --------------------------------------------------------------------------------- names */

/* DIR/FILE, or FILE if there is no -d. */
static void put_path(cli_line *line, const cli_args *args, const char *file)
{
    if (args->directory != NULL && strcmp(file, "-") != 0) {
        cli_line_puts(line, args->directory);
        cli_line_puts(line, "/");
    }
    cli_line_puts(line, file);
}

/* The name that a file gives its member: with -d as it is, else without directories. */
static void put_own_name(cli_line *line, const cli_args *args, const char *file)
{
    if (args->directory == NULL) {
        cli_line_puts(line, cli_path_base(file));
        return;
    }
    while (file[0] == '.' && cli_platform_is_slash(file[1])) {
        file += 2;
    }
    for (; *file != '\0'; file++) {
        cli_line_put(line, cli_platform_is_slash(*file) && *file != ':' ? "/" : file, 1);
    }
}

/* The end of NAME, or NULL: a file that has the whole text as its name comes before
 * NAME=FILE.  Returns an exit status, having complained. */
static int find_equals(const cli_args *args, const char *given, const char **equals)
{
    cli_line whole = {0};
    int status = CLI_EXIT_FINE;
    *equals = strchr(given, '=');
    if (*equals == NULL) {
        return status;
    }
    put_path(&whole, args, given);
    const int exists = whole.failed ? 0 : cli_platform_exists(whole.data);
    if (whole.failed) {
        status = cli_complain_memory(given);
    } else if (exists < 0) {
        status = cli_complain_system(whole.data, errno);
    } else if (exists > 0) {
        *equals = NULL;
    }
    cli_line_free(&whole);
    return status;
}

/* The ending that NumPy knows, in small letters. */
static void end_in_npy(cli_line *member)
{
    if (cli_ends_in(member->data, ".npy")) {
        memcpy(member->data + member->size - 4, ".npy", 4);
    } else {
        cli_line_puts(member, ".npy");
    }
}

int cli_pack_name(cli_pack_file *file, const cli_args *args, const char *given)
{
    const char *equals;
    *file = (cli_pack_file){0};
    const int status = find_equals(args, given, &equals);
    if (status != CLI_EXIT_FINE) {
        return status;
    }
    put_path(&file->path, args, equals != NULL ? equals + 1 : given);
    if (equals != NULL) {
        cli_line_put(&file->member, given, (size_t)(equals - given));
    } else if (strcmp(given, "-") != 0) {
        put_own_name(&file->member, args, given);
    }
    if (file->path.failed || file->member.failed) {
        return cli_complain_memory(given);
    }
    if (file->member.size == 0 || file->path.size == 0) {
        cli_complain(given, NULL, "a member needs a name and a file: NAME=FILE");
        return CLI_EXIT_USAGE;
    }
    if (!args->any) {
        end_in_npy(&file->member);
    }
    return file->member.failed ? cli_complain_memory(given) : CLI_EXIT_FINE;
}

/* -------------------------------------------------------------------------------- opening */

/* The bytes of the header come from memory: they are those that were checked, whatever has been
 * written to the file since. */
static int64_t read_next(void *ctx, void *buffer, size_t size)
{
    cli_pack_file *const file = ctx;
    const size_t ahead = file->ahead.size - file->ahead.position;
    const nyz_stream from = ahead > 0 ? nyz_stream_buffer(&file->ahead) : file->below;
    const int64_t count = from.read(from.ctx, buffer, size);
    file->unread = count < 0;
    return count;
}

static int64_t read_ahead(void *ctx, void *buffer, size_t size)
{
    cli_pack_file *const file = ctx;
    const nyz_stream ahead = nyz_stream_buffer(&file->ahead);
    const int64_t count = file->below.read(file->below.ctx, buffer, size);
    return count <= 0 || ahead.write(ahead.ctx, buffer, (size_t)count) == count ? count
                                                                                : -ENOMEM;
}

/* From where the file is to its end. */
static nyz_status measure(cli_pack_file *file, nyz_error *err)
{
    const nyz_stream *const s = &file->below;
    const int64_t start = s->seek(s->ctx, 0, SEEK_CUR);
    const int64_t end = start < 0 ? start : s->seek(s->ctx, 0, SEEK_END);
    const int64_t back = end < 0 ? end : s->seek(s->ctx, start, SEEK_SET);
    file->size = end - start;
    return back < 0 ? cli_fail_system(err, (int)-back, "seek") : NYZ_OK;
}

/* The end of a pipe shows how much it is. */
static nyz_status find_size(cli_pack_file *file, nyz_error *err)
{
    nyz_status status = NYZ_OK;
    file->below = cli_guard_stream(&file->guard, nyz_stream_file(file->in));
    if (file->below.seek == NULL) {
        status = cli_spool_fill(&file->spool, &file->below, err);
        file->below = cli_guard_stream(&file->guard, cli_spool_stream(&file->spool));
    }
    return status == NYZ_OK ? measure(file, err) : status;
}

/* ------------------------------------------------------------------------------- checking */

static int refuse(const cli_pack_file *file, const char *message)
{
    cli_complain(file->path.data, NULL, message);
    return CLI_EXIT_DATA;
}

/* `left` bytes follow the header.  Only Python knows how many bytes its objects take. */
static int check_size(const cli_pack_file *file, const nyz_array *header, int64_t left)
{
    char text[120];
    const int64_t need = nyz_array_count(header) * header->dtype.itemsize;
    if (left == need || nyz_dtype_has_objects(&header->dtype)) {
        return CLI_EXIT_FINE;
    }
    if (left < need) {
        snprintf(text, sizeof text,
                 "the array is cut short: %" PRId64 " bytes are missing", need - left);
    } else {
        snprintf(text, sizeof text,
                 "%" PRId64 " bytes follow the array; a member holds one array",
                 left - need);
    }
    return refuse(file, text);
}

static int check(cli_pack_file *file, const cli_args *args)
{
    const nyz_options opt = cli_reading(args);
    const nyz_stream stream = {.read = read_ahead, .ctx = file};
    nyz_error err;
    const nyz_status status = nyz_read_header(&stream, &opt, &file->header, &err);
    if (file->ahead.size < 6 || memcmp(file->ahead.data, "\x93NUMPY", 6) != 0) {
        return err.status == NYZ_ERR_IO || err.status == NYZ_ERR_MEMORY
                   ? cli_complain_error(file->path.data, NULL, &err)
                   : refuse(file, "not a .npy file; --any takes files of any kind");
    }
    if (status != NYZ_OK) {
        return cli_complain_error(file->path.data, NULL, &err);
    }
    const int64_t left = file->size - (int64_t)file->ahead.size;
    file->ahead.position = 0;
    return check_size(file, &file->header, left);
}

int cli_pack_open(cli_pack_file *file, const cli_args *args)
{
    nyz_error err;
    errno = 0;
    file->in = strcmp(file->path.data, "-") == 0
                   ? stdin
                   : cli_platform_open(file->path.data, "rb");
    if (file->in == NULL) {
        return cli_complain_system(file->path.data, errno);
    }
    const int sys = cli_platform_stamp(file->in, &file->opened);
    if (sys != 0) {
        return cli_complain_system(file->path.data, sys);
    }
    if (find_size(file, &err) != NYZ_OK) {
        return cli_complain_error(file->path.data, NULL, &err);
    }
    file->stream = (nyz_stream){.read = read_next, .ctx = file};
    return args->any ? CLI_EXIT_FINE : check(file, args);
}

/* Rows that were appended meanwhile are no change; of a file of any kind everything is. */
int cli_pack_look(const cli_pack_file *file, const cli_args *args)
{
    const nyz_options opt = cli_reading(args);
    const cli_seen seen = {&file->header, 0};
    const int known = file->header.dtype.type != NYZ_NONE;
    nyz_error err;
    return cli_file_unchanged(file->in, file->path.data, &file->opened,
                              known ? &seen : NULL, &opt, &err) == NYZ_OK
               ? CLI_EXIT_FINE
               : cli_complain_error(file->path.data, NULL, &err);
}

void cli_pack_close(cli_pack_file *file)
{
    cli_line_free(&file->path);
    cli_line_free(&file->member);
    cli_spool_free(&file->spool);
    nyz_buffer_free(&file->ahead);
    nyz_array_free(&file->header);
    if (file->in != NULL && file->in != stdin) {
        (void)fclose(file->in); /* it was only read */
    }
    file->in = NULL;
}
