/* SPDX-License-Identifier: MIT */
/* Printing help: see help.h. */
#include "help.h"

#include "cmd/reading.h"

#include <string.h>

enum { LEAST_WIDTH = 7 }; /* of the column of options */

static const char general_end[] =
    "\n"
    "FILE may be FILE:MEMBER for one array of an archive, or FILE:N for the N-th array,\n"
    "from 0, of a .npy file that holds several (but not of pack), and - for standard\n"
    "input.  All commands take --untrusted and --limit NAME=VALUE, for files\n"
    "that are not trusted.\n"
    "Exit status: 0 fine, 1 the file or its data is bad or missing, 2 usage error,\n"
    "3 system error (memory, disk, output).\n";

void cli_help_general(FILE *to, const cli_command *const *commands)
{
    fputs("nyz: list, show, copy, pack and unpack NumPy's .npy and .npz files\n\n", to);
    for (; *commands != NULL; commands++) {
        const int used =
            fprintf(to, "  nyz %s %s", (*commands)->name, (*commands)->brief);
        fprintf(to, "%*s%s\n", 23 - used, "", (*commands)->summary);
    }
    fputs("  nyz CMD --help       more about a command\n"
          "  nyz --version\n",
          to);
    fputs(general_end, to);
}

void cli_help_usage(FILE *to, const cli_command *command)
{
    fprintf(to, "nyz %s [OPTION]... %s\n", command->name, command->operands);
}

/* The length of "--level N". */
static int width_of(const cli_option *option)
{
    const size_t value = option->value != NULL ? 1 + strlen(option->value) : 0;
    return (int)(strlen(option->name) + value);
}

/* One option, its help beginning in column 2 + width + 2. */
static void print_option(const cli_option *option, int width)
{
    printf("  %s%s%s%*s", option->name, option->value != NULL ? " " : "",
           option->value != NULL ? option->value : "", width - width_of(option) + 2, "");
    for (const char *c = option->help; *c != '\0'; c++) {
        putchar(*c);
        if (*c == '\n') {
            printf("%*s", width + 4, "");
        }
    }
    putchar('\n');
}

static void print_options(const cli_option *table)
{
    int width = LEAST_WIDTH;
    for (const cli_option *option = table; option->name != NULL; option++) {
        width = width_of(option) > width ? width_of(option) : width;
    }
    for (; table->name != NULL; table++) {
        print_option(table, width);
    }
}

static void print_limits(void)
{
    fputs("\n  NAME, what it limits, and its default [with --untrusted]:\n", stdout);
    for (const cli_reading_limit *limit = cli_reading_limits; limit->name != NULL;
         limit++) {
        printf("    %-16s %-31s %s\n", limit->name, limit->what, limit->defaults);
    }
}

void cli_help_command(const cli_command *command)
{
    cli_help_usage(stdout, command);
    printf("\n%s\n\n", command->text);
    print_options(command->options);
    fputs("\nOf all commands, for files that are not trusted:\n\n", stdout);
    print_options(cli_reading_options);
    print_limits();
}
