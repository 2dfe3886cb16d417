/* SPDX-License-Identifier: MIT */
/* The command line: options anywhere, `--` ends them, `--level=9` or `--level 9`. */
#include "options.h"

#include "cmd/reading.h"
#include "io/complain.h"

#include <string.h>

static const cli_option help_option = {.where = offsetof(cli_args, help)};

/* Not 0 if `text` is the option, alone or with =VALUE. */
static int is_the_option(const char *text, const cli_option *option)
{
    const size_t size = strlen(option->name);
    return strncmp(text, option->name, size) == 0 &&
           (text[size] == '\0' ||
            (option->value != NULL && text[size] == '=' && text[1] == '-'));
}

static const cli_option *find_in(const cli_option *table, const char *text)
{
    for (; table->name != NULL; table++) {
        if (is_the_option(text, table)) {
            return table;
        }
    }
    return NULL;
}

/* The option of the command, or of all commands; or NULL. */
static const cli_option *find(const cli_command *command, const char *text)
{
    if (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0) {
        return &help_option;
    }
    const cli_option *const own = find_in(command->options, text);
    return own != NULL ? own : find_in(cli_reading_options, text);
}

static int set_value(const cli_option *option, const char *value, cli_args *out)
{
    if (option->set != NULL) {
        return option->set(value, out);
    }
    memcpy((char *)out + option->where, &value, sizeof value);
    return CLI_EXIT_FINE;
}

/* Takes the option argv[*i], and its value. */
static int take_option(const cli_command *command, int argc, char **argv, int *i,
                       cli_args *out)
{
    static const int yes = 1;
    const char *const text = argv[*i];
    const cli_option *const option = find(command, text);
    if (option == NULL) {
        return cli_command_misused(command->name, "no such option", text);
    }
    if (option->value == NULL) {
        memcpy((char *)out + option->where, &yes, sizeof yes);
        return CLI_EXIT_FINE;
    }
    const char *const equals = strchr(text, '=');
    if (equals != NULL) {
        return set_value(option, equals + 1, out);
    }
    if (*i + 1 == argc) {
        return cli_command_misused(command->name, "a value is missing after", text);
    }
    *i += 1;
    return set_value(option, argv[*i], out);
}

/* "-" and "-:MEMBER" and "-[SLICE]" are standard input. */
static int is_option(const char *argument)
{
    return argument[0] == '-' && argument[1] != '\0' && argument[1] != ':' &&
           argument[1] != '[';
}

int cli_options_parse(const cli_command *command, int argc, char **argv, cli_args *out)
{
    *out = (cli_args){.command = command->name, .files = argv};
    int options = 1;
    for (int i = 0; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0) {
            options = 0;
        } else if (options && is_option(argv[i])) {
            const int status = take_option(command, argc, argv, &i, out);
            if (status != CLI_EXIT_FINE) {
                return status;
            }
        } else {
            argv[out->count] = argv[i];
            out->count++;
        }
    }
    return command->check != NULL ? command->check(out) : CLI_EXIT_FINE;
}
