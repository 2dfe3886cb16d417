/* SPDX-License-Identifier: MIT */
/* --limit NAME=VALUE: the limits of nyz_limits by their names, and numbers with K, M, G
 * or T. */
#include "cmd/reading.h"

#include "io/complain.h"
#include "text/number.h"

#include <string.h>

const cli_reading_limit cli_reading_limits[] = {
    {"header_bytes", offsetof(nyz_limits, header_bytes), "text of a .npy header",
     "1M [64K]"},
    {"dims", offsetof(nyz_limits, dims), "dimensions of an array", "64 [32]"},
    {"nesting", offsetof(nyz_limits, nesting), "dtypes within dtypes", "32 [8]"},
    {"brackets", offsetof(nyz_limits, brackets), "brackets within brackets", "64 [16]"},
    {"fields", offsetof(nyz_limits, fields), "fields of a dtype", "65,536 [4,096]"},
    {"item_bytes", offsetof(nyz_limits, item_bytes), "one element", "2^31 - 1 [1M]"},
    {"array_bytes", offsetof(nyz_limits, array_bytes), "one array", "none [1G]"},
    {"members", offsetof(nyz_limits, members), "members of an archive",
     "1,000,000 [10,000]"},
    {"directory_bytes", offsetof(nyz_limits, directory_bytes), "directory of an archive",
     "256M [4M]"},
    {"name_bytes", offsetof(nyz_limits, name_bytes), "name of a member",
     "65,535 [1,024]"},
    {"archive_bytes", offsetof(nyz_limits, archive_bytes), "all members, inflated",
     "none [4G]"},
    {"ratio", offsetof(nyz_limits, ratio), "inflated : deflated, over 1 MiB",
     "none [200]"},
    {.name = NULL},
};

static const cli_reading_limit *find(const char *name, size_t size)
{
    const cli_reading_limit *limit = cli_reading_limits;
    while (limit->name != NULL &&
           (strlen(limit->name) != size || memcmp(limit->name, name, size) != 0)) {
        limit++;
    }
    return limit->name != NULL ? limit : NULL;
}

static int complain_name(const cli_args *args, const char *name, size_t size)
{
    char text[400];
    size_t used =
        (size_t)snprintf(text, sizeof text, "'%.*s' is not a limit; the limits are",
                         (int)(size < 60 ? size : 60), name);
    for (const cli_reading_limit *limit = cli_reading_limits; limit->name != NULL;
         limit++) {
        const char *const between = limit == cli_reading_limits ? ""
                                    : limit[1].name != NULL     ? ","
                                                                : " and";
        used += (size_t)snprintf(text + used, sizeof text - used, "%s %s", between,
                                 limit->name);
    }
    cli_complain(args->command, NULL, text);
    return CLI_EXIT_USAGE;
}

/* given: NAME=VALUE */
static int complain_value(const cli_args *args, const char *given, int over)
{
    char text[300];
    snprintf(text, sizeof text, "--limit %.80s: %s", given,
             over ? "the value is over 2^63 - 1"
                  : "expected a number, 1 or more, perhaps with K, M, G or T");
    cli_complain(args->command, NULL, text);
    return CLI_EXIT_USAGE;
}

/* The library knows the ceilings, and reports one that is passed before it reads. */
static int check_ceilings(const cli_args *args)
{
    nyz_buffer nothing = {0};
    const nyz_stream stream = nyz_stream_buffer(&nothing);
    const nyz_options opt = {.limits = &args->limits};
    nyz_array header;
    nyz_error err;
    const nyz_status status = nyz_read_header(&stream, &opt, &header, &err);
    nyz_array_free(&header);
    if (status == NYZ_ERR_ARGUMENT) {
        cli_complain(args->command, NULL, err.message);
        return CLI_EXIT_USAGE;
    }
    return CLI_EXIT_FINE;
}

static int set_limit(const char *value, cli_args *args)
{
    const char *const equals = strchr(value, '=');
    if (equals == NULL) {
        char text[200];
        snprintf(text, sizeof text,
                 "--limit takes NAME=VALUE, as array_bytes=2G, not '%.60s'%s", value,
                 strcmp(args->command, "unpack") == 0
                     ? "; --max-bytes BYTES limits what is written"
                     : "");
        cli_complain(args->command, NULL, text);
        return CLI_EXIT_USAGE;
    }
    const cli_reading_limit *const limit = find(value, (size_t)(equals - value));
    if (limit == NULL) {
        return complain_name(args, value, (size_t)(equals - value));
    }
    int64_t number;
    const int parsed = cli_number_parse(equals + 1, &number);
    if (parsed <= 0 || number == 0) {
        return complain_value(args, value, parsed < 0);
    }
    memcpy((char *)&args->limits + limit->where, &number, sizeof number);
    return check_ceilings(args);
}

const cli_option cli_reading_options[] = {
    {.name = "--untrusted",
     .where = offsetof(cli_args, untrusted),
     .help = "lower limits; duplicate names, and bytes before the first\n"
             "member of an archive, are refused"},
    {.name = "--limit",
     .value = "NAME=VALUE",
     .set = set_limit,
     .help = "sets one limit, as array_bytes=2G (K, M, G, T: of 1,024);\n"
             "may be given several times"},
    {.name = NULL},
};

nyz_options cli_reading(const cli_args *args)
{
    return (nyz_options){.limits = &args->limits,
                         .flags = args->untrusted ? NYZ_UNTRUSTED : 0u};
}
