/* SPDX-License-Identifier: MIT */
/* The command line: options anywhere, `--` ends them, `--level=9` or `--level 9`. */
#include "options.h"

#include "io/complain.h"
#include "text/number.h"

#include <string.h>

/* Says what is wrong and where help is. */
static int wrong(const char *command, const char *what, const char *option)
{
    char text[300];
    snprintf(text, sizeof text, "%.80s '%.80s'; see 'nyz %.20s --help'", what, option,
             command);
    cli_complain(command, NULL, text);
    return CLI_EXIT_USAGE;
}

static int set_level(const char *value, cli_args *out)
{
    if (strcmp(value, "fast") == 0) {
        out->level = NYZ_LEVEL_FAST;
        return CLI_EXIT_FINE;
    }
    if (value[0] < '1' || value[0] > '9' || value[1] != '\0') {
        return wrong(out->command, "--level takes 1 to 9 (smallest) or fast, not", value);
    }
    out->level = value[0] - '0';
    return CLI_EXIT_FINE;
}

static int set_max_bytes(const char *value, cli_args *out)
{
    if (cli_number_parse(value, &out->max_bytes) <= 0 || out->max_bytes == 0) {
        return wrong(out->command, "--max-bytes takes bytes, as 500M or 20G, not", value);
    }
    return CLI_EXIT_FINE;
}

static int set_folder(const char *value, cli_args *out)
{
    out->folder = value;
    return CLI_EXIT_FINE;
}

/* The flag that an option without a value sets, or NULL. */
static int *flag_of(const char *option, unsigned takes, cli_args *out)
{
    if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
        return &out->help;
    }
    if (strcmp(option, "--untrusted") == 0) {
        return &out->untrusted;
    }
    if (strcmp(option, "--all") == 0 && (takes & CLI_TAKES_ALL) != 0) {
        return &out->all;
    }
    if (strcmp(option, "--json") == 0 && (takes & CLI_TAKES_JSON) != 0) {
        return &out->json;
    }
    if (strcmp(option, "--store") == 0 && (takes & CLI_TAKES_STORE) != 0) {
        return &out->store;
    }
    if (strcmp(option, "--chunked") == 0 && (takes & CLI_TAKES_LEVEL) != 0) {
        return &out->chunked;
    }
    if (strcmp(option, "--in-place") == 0 && (takes & CLI_TAKES_LEVEL) != 0) {
        return &out->in_place;
    }
    if (strcmp(option, "--values") == 0 && (takes & CLI_TAKES_VALUES) != 0) {
        return &out->values;
    }
    if (strcmp(option, "--any") == 0 && (takes & CLI_TAKES_ANY) != 0) {
        return &out->any;
    }
    if (strcmp(option, "--force") == 0 && (takes & CLI_TAKES_UNPACK) != 0) {
        return &out->force;
    }
    if (strcmp(option, "--case-sensitive") == 0 && (takes & CLI_TAKES_UNPACK) != 0) {
        return &out->case_sensitive;
    }
    return NULL;
}

/* The options that take a value. */
static const struct valued {
    const char *name;
    unsigned takes; /* 0: of all commands */
    int (*set)(const char *value, cli_args *out);
} valued[] = {
    {"--limit", 0, cli_args_limit},
    {"--level", CLI_TAKES_LEVEL, set_level},
    {"--max-bytes", CLI_TAKES_UNPACK, set_max_bytes},
    {"-d", CLI_TAKES_DIRECTORY, set_folder},
};

/* The one that `option` is, alone or with =VALUE; or NULL. */
static const struct valued *find_valued(const char *option, unsigned takes)
{
    for (size_t i = 0; i < sizeof valued / sizeof *valued; i++) {
        const size_t size = strlen(valued[i].name);
        if ((valued[i].takes == 0 || (takes & valued[i].takes) != 0) &&
            strncmp(option, valued[i].name, size) == 0 &&
            (option[size] == '\0' || (option[size] == '=' && option[1] == '-'))) {
            return &valued[i];
        }
    }
    return NULL;
}

/* Takes the option argv[*i], and its value. */
static int take_option(int argc, char **argv, int *i, unsigned takes, cli_args *out)
{
    const char *const option = argv[*i];
    int *const flag = flag_of(option, takes, out);
    if (flag != NULL) {
        *flag = 1;
        return CLI_EXIT_FINE;
    }
    const struct valued *const found = find_valued(option, takes);
    if (found == NULL) {
        return wrong(out->command, "no such option", option);
    }
    const char *const equals = strchr(option, '=');
    if (equals != NULL) {
        return found->set(equals + 1, out);
    }
    if (*i + 1 == argc) {
        return wrong(out->command, "a value is missing after", option);
    }
    *i += 1;
    return found->set(argv[*i], out);
}

/* "-" and "-:MEMBER" are standard input. */
static int is_option(const char *argument)
{
    return argument[0] == '-' && argument[1] != '\0' && argument[1] != ':';
}

int cli_args_parse(const char *command, unsigned takes, int argc, char **argv,
                   cli_args *out)
{
    *out = (cli_args){.command = command, .files = argv};
    int options = 1;
    for (int i = 0; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0) {
            options = 0;
        } else if (options && is_option(argv[i])) {
            const int status = take_option(argc, argv, &i, takes, out);
            if (status != CLI_EXIT_FINE) {
                return status;
            }
        } else {
            argv[out->count] = argv[i];
            out->count++;
        }
    }
    if (out->store && (out->level != 0 || out->chunked)) {
        return wrong(command, "--store goes without",
                     out->chunked ? "--chunked" : "--level");
    }
    return CLI_EXIT_FINE;
}
