/* SPDX-License-Identifier: MIT */
/* --limit NAME=VALUE: the limits of nyz_limits by their names, and numbers with K, M, G
 * or T. */
#include "cmd/command.h"
#include "io/complain.h"
#include "text/number.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/* What the library itself cannot exceed: `most` of each. */
static const struct known {
    const char *name;
    size_t offset; /* in nyz_limits */
    int64_t most;
} known[] = {
    {"header_bytes", offsetof(nyz_limits, header_bytes), INT64_C(256) << 20},
    {"dims", offsetof(nyz_limits, dims), NYZ_MAX_DIMS},
    {"nesting", offsetof(nyz_limits, nesting), 64},
    {"brackets", offsetof(nyz_limits, brackets), 256},
    {"fields", offsetof(nyz_limits, fields), INT32_MAX},
    {"item_bytes", offsetof(nyz_limits, item_bytes), INT32_MAX},
    {"array_bytes", offsetof(nyz_limits, array_bytes), PTRDIFF_MAX},
    {"members", offsetof(nyz_limits, members), INT32_MAX},
    {"directory_bytes", offsetof(nyz_limits, directory_bytes), UINT32_MAX},
    {"name_bytes", offsetof(nyz_limits, name_bytes), 65535},
    {"archive_bytes", offsetof(nyz_limits, archive_bytes), INT64_MAX},
    {"ratio", offsetof(nyz_limits, ratio), INT64_MAX},
};

enum { KNOWN = sizeof known / sizeof known[0] };

static const struct known *find(const char *name, size_t size)
{
    for (size_t i = 0; i < KNOWN; i++) {
        if (strlen(known[i].name) == size && memcmp(known[i].name, name, size) == 0) {
            return &known[i];
        }
    }
    return NULL;
}

static int complain_name(const cli_args *args, const char *name, size_t size)
{
    char text[400];
    size_t used =
        (size_t)snprintf(text, sizeof text, "no limit is called '%.*s': there are",
                         (int)(size < 60 ? size : 60), name);
    for (size_t i = 0; i < KNOWN; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s %s",
                                 i == 0          ? ""
                                 : i + 1 < KNOWN ? ","
                                                 : " and",
                                 known[i].name);
    }
    cli_complain(args->command, NULL, text);
    return CLI_EXIT_USAGE;
}

static int complain_value(const cli_args *args, const struct known *limit,
                          const char *value)
{
    char text[300];
    snprintf(text, sizeof text,
             "--limit %s takes 1 to %" PRId64 ", perhaps with K, M, G or T, not '%.60s'",
             limit->name, limit->most, value);
    cli_complain(args->command, NULL, text);
    return CLI_EXIT_USAGE;
}

int cli_args_limit(const char *value, cli_args *args)
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
    const struct known *const limit = find(value, (size_t)(equals - value));
    if (limit == NULL) {
        return complain_name(args, value, (size_t)(equals - value));
    }
    int64_t number;
    if (cli_number_parse(equals + 1, &number) <= 0 || number == 0 ||
        number > limit->most) {
        return complain_value(args, limit, equals + 1);
    }
    memcpy((char *)&args->limits + limit->offset, &number, sizeof number);
    return CLI_EXIT_FINE;
}

nyz_options cli_args_reading(const cli_args *args)
{
    return (nyz_options){.limits = &args->limits,
                         .flags = args->untrusted ? NYZ_UNTRUSTED : 0u};
}
