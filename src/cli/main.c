/* SPDX-License-Identifier: MIT */
/* The tool `nyz`: the list of its commands, and the end of it all. */
#include "cmd/command.h"
#include "help.h"
#include "io/complain.h"
#include "options.h"
#include "os/platform.h"
#include "text/fail.h"
#include "text/unicode.h"

#include <errno.h>
#include <string.h>

static const cli_command *const commands[] = {
    &cli_cmd_ls,     &cli_cmd_show, &cli_cmd_digest, &cli_cmd_cp, &cli_cmd_pack,
    &cli_cmd_unpack, NULL,
};

static const cli_command *find_command(const char *name)
{
    const cli_command *const *found = commands;
    while (*found != NULL && strcmp((*found)->name, name) != 0) {
        found++;
    }
    return *found;
}

static int run_command(const cli_command *command, int argc, char **argv)
{
    cli_args args;
    const int status = cli_options_parse(command, argc, argv, &args);
    if (args.help) {
        cli_help_command(command);
        return CLI_EXIT_FINE;
    }
    if (status != CLI_EXIT_FINE) {
        return status;
    }
    if (args.count < command->min || (command->max > 0 && args.count > command->max)) {
        fputs("nyz: usage: ", stderr);
        cli_help_usage(stderr, command);
        return CLI_EXIT_USAGE;
    }
    return command->run(&args);
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        cli_help_general(stderr, commands);
        return CLI_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        cli_help_general(stdout, commands);
        return CLI_EXIT_FINE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        const int version = nyz_version();
        printf("nyz %d.%d.%d (Unicode %s)\n", version / 10000, version / 100 % 100,
               version % 100, cli_unicode_version());
        return CLI_EXIT_FINE;
    }
    const cli_command *const command = find_command(argv[1]);
    if (command == NULL) {
        cli_complain(argv[1], NULL, "no such command; see 'nyz --help'");
        return CLI_EXIT_USAGE;
    }
    return run_command(command, argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
    cli_platform_start(&argc, &argv);
    const int status = dispatch(argc, argv);
    int sys = ferror(stdout) ? errno : 0;
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        sys = errno != 0 ? errno : sys;
        char words[CLI_WORDS_SIZE];
        cli_complain("standard output", NULL,
                     sys != 0 ? cli_system_words(words, sys) : "write error");
        return CLI_EXIT_MACHINE;
    }
    return status;
}
