/* SPDX-License-Identifier: MIT */
/* nyz pack: the name of a member, its bytes, and whether they are an array. */
#include "cmd/pack.h"
#include "cmd/reading.h"

#include "io/complain.h"
#include "io/input.h"
#include "io/unchanged.h"
#include "os/path.h"
#include "os/platform.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PIECE (1u << 20) /* bytes read at once */

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

/* -------------------------------------------------------------------------------- reading */

/* How much to read at first: all, and a byte more that shows the end. */
static size_t first_room(FILE *in)
{
    const nyz_stream stream = nyz_stream_file(in);
    const int64_t size = stream.seek != NULL ? stream.seek(stream.ctx, 0, SEEK_END) : -1;
    if (size < 0 || stream.seek(stream.ctx, 0, SEEK_SET) != 0 ||
        (uint64_t)size >= SIZE_MAX / 2) {
        return PIECE;
    }
    return (size_t)size + 1;
}

/* Reads to the end; 0 or an errno. */
static int read_all(cli_pack_file *file, FILE *in, size_t room)
{
    size_t capacity = 0;
    while (!feof(in)) {
        if (file->size == capacity) {
            capacity = capacity == 0 ? room : capacity * 2;
            unsigned char *const data =
                capacity < SIZE_MAX / 2 ? realloc(file->data, capacity) : NULL;
            if (data == NULL) {
                return ENOMEM;
            }
            file->data = data;
        }
        const size_t left = capacity - file->size;
        errno = 0;
        file->size += fread(file->data + file->size, 1, left < PIECE ? left : PIECE, in);
        if (ferror(in) || cli_platform_stopped()) {
            return errno != 0 ? errno : EIO;
        }
    }
    return 0;
}

/* Rows that were appended meanwhile are no change; of a file of any kind everything is. */
static int check_unchanged(const cli_pack_file *file, FILE *in, const cli_stamp *opened,
                           const cli_args *args)
{
    const nyz_options opt = cli_reading(args);
    nyz_buffer bytes = {.data = file->data, .size = file->size, .capacity = file->size};
    const nyz_stream stream = nyz_stream_buffer(&bytes);
    nyz_array header;
    nyz_error err;
    const cli_seen seen = {&header, 0};
    const int known =
        !args->any && nyz_read_header(&stream, &opt, &header, NULL) == NYZ_OK;
    const nyz_status status =
        cli_file_unchanged(in, file->path.data, opened, known ? &seen : NULL, &opt, &err);
    if (known) {
        nyz_array_free(&header);
    }
    return status == NYZ_OK ? CLI_EXIT_FINE
                            : cli_complain_error(file->path.data, NULL, &err);
}

static int read_open(cli_pack_file *file, FILE *in, int is_stdin, const cli_args *args)
{
    cli_stamp opened;
    int sys = cli_platform_stamp(in, &opened);
    if (sys == 0) {
        sys = read_all(file, in, is_stdin ? PIECE : first_room(in));
    }
    return sys != 0 ? cli_complain_system(file->path.data, sys)
                    : check_unchanged(file, in, &opened, args);
}

int cli_pack_read(cli_pack_file *file, const cli_args *args)
{
    const int is_stdin = strcmp(file->path.data, "-") == 0;
    errno = 0;
    FILE *const in = is_stdin ? stdin : cli_platform_open(file->path.data, "rb");
    if (in == NULL) {
        return cli_complain_system(file->path.data, errno);
    }
    const int status = read_open(file, in, is_stdin, args);
    if (!is_stdin) {
        (void)fclose(in); /* it was only read */
    }
    return status;
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

int cli_pack_check(const cli_pack_file *file, const cli_args *args)
{
    const nyz_options opt = cli_reading(args);
    nyz_buffer bytes = {.data = file->data, .size = file->size, .capacity = file->size};
    const nyz_stream stream = nyz_stream_buffer(&bytes);
    nyz_array header;
    nyz_error err;
    if (file->size < 6 || memcmp(file->data, "\x93NUMPY", 6) != 0) {
        return refuse(file, "not a .npy file; --any takes files of any kind");
    }
    if (nyz_read_header(&stream, &opt, &header, &err) != NYZ_OK) {
        return cli_complain_error(file->path.data, NULL, &err);
    }
    const int status = check_size(file, &header, (int64_t)(file->size - bytes.position));
    nyz_array_free(&header);
    return status;
}

void cli_pack_free(cli_pack_file *file)
{
    cli_line_free(&file->path);
    cli_line_free(&file->member);
    free(file->data);
    *file = (cli_pack_file){0};
}
