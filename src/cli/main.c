/* SPDX-License-Identifier: MIT */
/* The tool `nyz`: dispatch, help, and the end of it all. */
#include "cmd/command.h"
#include "io/complain.h"
#include "options.h"
#include "os/platform.h"
#include "text/fail.h"
#include "text/unicode.h"

#include <errno.h>
#include <string.h>

static const char general_help[] =
    "nyz: list, show, copy, pack and unpack NumPy's .npy and .npz files\n"
    "\n"
    "  nyz ls FILE...       list arrays: name, dtype, shape, order, bytes, method\n"
    "  nyz show FILE...     print values as NumPy does\n"
    "  nyz digest FILE...   digest of each array: dtype, shape and values\n"
    "  nyz cp IN OUT        rewrite a file, compressed or not\n"
    "  nyz pack OUT FILE... make an archive of .npy files\n"
    "  nyz unpack FILE      write each member of an archive to a file\n"
    "  nyz CMD --help       more about a command\n"
    "  nyz --version\n"
    "\n"
    "FILE may be FILE:MEMBER for one array of an archive, or FILE:N for the N-th array,\n"
    "from 0, of a .npy file that holds several (but not of pack), and - for standard\n"
    "input.  All commands take --untrusted and --limit NAME=VALUE, for files\n"
    "that are not trusted.\n"
    "Exit status: 0 fine, 1 the file or its data is bad or missing, 2 wrong use,\n"
    "3 the machine failed (memory, disk, output).\n";

static const char ls_help[] =
    "nyz ls [OPTION]... FILE[:MEMBER]...\n"
    "\n"
    "Lists the arrays of .npy and .npz files, one a line: name, dtype, shape,\n"
    "memory order (C or F), bytes, and stored or deflated.  Members that are not\n"
    "arrays have dtype -.  FILE - is standard input.\n"
    "\n"
    "  --json   one JSON array, an object for each file:\n"
    "           [{\"file\":\"x.npz\",\"members\":[{\"name\":\"a\",\"descr\":\"<f8\",\n"
    "           \"shape\":[2,3],\"order\":\"C\",\"bytes\":48,\"stored_bytes\":176,\n"
    "           \"method\":\"stored\"}]}]\n"
    "           (a member that is not an array has \"raw\":true, no descr, shape, "
    "order;\n"
    "           a file or member that cannot be read has\n"
    "           \"error\":{\"status\":\"corrupt\",\"message\":\"...\"})\n";

static const char show_help[] =
    "nyz show [OPTION]... FILE[:MEMBER]...\n"
    "\n"
    "Prints the values of arrays in NumPy's layout, every number with the fewest\n"
    "digits that read back as the same number.  Without :MEMBER, all members of an\n"
    "archive, or arrays of a .npy file, each under a line NAME:, or FILE:NAME: where\n"
    "several FILEs are shown.  FILE - is standard input.\n"
    "\n"
    "  --all    print everything; otherwise arrays of over 1,000 elements are "
    "shortened\n";

static const char digest_help[] =
    "nyz digest [OPTION]... FILE[:MEMBER]...\n"
    "\n"
    "Prints one line for each array, 'DIGEST  NAME': n1: and the SHA-256 of its dtype,\n"
    "shape and elements, so that equal arrays have equal digests whatever their memory\n"
    "order, byte order and container, and a reshape or cast shows.  A member that is\n"
    "not an array has sha256: and the SHA-256 of its bytes.  FILE - is standard input.\n"
    "\n"
    "  --values  only the SHA-256 of the elements in C order, multi-byte numbers\n"
    "            little-endian; shape and dtype do not count\n"
    "  --json    one JSON object, for one FILE:\n"
    "            {\"members\":[{\"name\":\"a\",\"shape\":[2,3],\"descr\":\"<f8\",\n"
    "            \"sha256\":\"...\",\"digest\":\"n1:...\"}]}, on one line; sha256 is "
    "that\n"
    "            of --values; nothing if an array cannot be read\n";

static const char cp_help[] =
    "nyz cp [OPTION]... IN[:MEMBER] OUT\n"
    "\n"
    "Reads all arrays of IN and writes them to OUT: an archive if OUT ends in\n"
    ".npz, else a .npy file; to - (standard output) what IN is; into a directory what\n"
    "IN is, under its name.  OUT is replaced only when all is written; it may be IN.\n"
    "What NumPy wrote keeps its bytes.\n"
    "\n"
    "  --store     do not compress the members of an archive\n"
    "  --level N   compress all members, 1 (fastest) to 9 (smallest), or fast: several\n"
    "              times faster, for arrays of numbers.  Without either option each\n"
    "              member is stored or deflated as in IN\n"
    "  --chunked   compress in chunks of 1 MiB, on all cores: about 0.1 % larger, and\n"
    "              not the bytes that NumPy would write\n"
    "  --in-place  write into an OUT that cannot be replaced, as a mounted file: a\n"
    "              crash leaves a part of it, a failure an empty file\n";

static const char pack_help[] =
    "nyz pack [OPTION]... OUT.npz [NAME=]FILE...\n"
    "\n"
    "Makes an archive of .npy files, byte for byte, in this order.  The name of a\n"
    "member is NAME, or that of its file without directories.  FILE - is standard\n"
    "input, OUT - is standard output.  OUT is replaced only when everything is written;\n"
    "it may be a FILE.\n"
    "\n"
    "  -d DIR      FILEs are below DIR, and members get their whole names: what\n"
    "              nyz unpack -d DIR wrote becomes the same archive again\n"
    "  --any       accept files of any kind, under exactly their names\n"
    "  --store     do not compress; this is the default\n"
    "  --level N   compress, 1 (fastest) to 9 (smallest), or fast: several times\n"
    "              faster, for arrays of numbers\n"
    "  --chunked   compress in chunks of 1 MiB, on all cores: about 0.1 % larger, and\n"
    "              not the bytes that NumPy would write\n"
    "  --in-place  write into an OUT that cannot be replaced, as a mounted file: a\n"
    "              crash leaves a part of it, a failure an empty file\n";

static const char unpack_help[] =
    "nyz unpack [OPTION]... FILE[:MEMBER] [MEMBER]...\n"
    "\n"
    "Writes each member of an archive, or those named, to a file below DIR, byte for\n"
    "byte.  Nothing is written if a name leads out of DIR or cannot be a file name on\n"
    "some systems (see the manual), if two members have the same file, or if a file\n"
    "exists already.  Links below DIR are not followed.\n"
    "\n"
    "  -d DIR             the folder, made if need be; else one here, of FILE's name\n"
    "                     without .npz; -d . unpacks to where you are, as unzip does\n"
    "  --force            replace files that are there, each at once and whole\n"
    "  --case-sensitive   take names that differ only in case or form of Unicode, for\n"
    "                     a DIR that separates them\n"
    "  --max-bytes BYTES  most that the members may take, as 500M or 20G; else 4G, or\n"
    "                     four times what they take in the archive if that is more\n";

/* Follows the help of each command. */
static const char reading_help[] =
    "\n"
    "Of all commands, for files that are not trusted:\n"
    "\n"
    "  --untrusted         lower limits; duplicate names, and bytes before the first\n"
    "                      member of an archive, are refused\n"
    "  --limit NAME=VALUE  sets one limit, as array_bytes=2G (K, M, G, T: of 1,024);\n"
    "                      may be given several times\n"
    "\n"
    "  NAME, what it limits, and its default [with --untrusted]:\n"
    "    header_bytes     text of a .npy header           1M [64K]\n"
    "    dims             dimensions of an array          64 [32]\n"
    "    nesting          dtypes within dtypes            32 [8]\n"
    "    brackets         brackets within brackets        64 [16]\n"
    "    fields           fields of a dtype               65,536 [4,096]\n"
    "    item_bytes       one element                     2^31 - 1 [1M]\n"
    "    array_bytes      one array                       none [1G]\n"
    "    members          members of an archive           1,000,000 [10,000]\n"
    "    directory_bytes  directory of an archive         256M [4M]\n"
    "    name_bytes       name of a member                65,535 [1,024]\n"
    "    archive_bytes    all members, inflated           none [4G]\n"
    "    ratio            inflated : deflated, over 1 MiB none [200]\n";

static const struct command {
    const char *name;
    unsigned takes;
    int min, max; /* files; max 0: any number */
    int (*run)(const cli_args *args);
    const char *help;
} commands[] = {
    {"ls", CLI_TAKES_JSON, 1, 0, cli_cmd_ls, ls_help},
    {"show", CLI_TAKES_ALL, 1, 0, cli_cmd_show, show_help},
    {"digest", CLI_TAKES_JSON | CLI_TAKES_VALUES, 1, 0, cli_cmd_digest, digest_help},
    {"cp", CLI_TAKES_STORE | CLI_TAKES_LEVEL, 2, 2, cli_cmd_cp, cp_help},
    {"pack", CLI_TAKES_STORE | CLI_TAKES_LEVEL | CLI_TAKES_DIRECTORY | CLI_TAKES_ANY, 2,
     0, cli_cmd_pack, pack_help},
    {"unpack", CLI_TAKES_DIRECTORY | CLI_TAKES_UNPACK, 1, 0, cli_cmd_unpack, unpack_help},
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static int run_command(const struct command *command, int argc, char **argv)
{
    cli_args args;
    const int status = cli_args_parse(command->name, command->takes, argc, argv, &args);
    if (args.help) {
        fputs(command->help, stdout);
        fputs(reading_help, stdout);
        return CLI_EXIT_FINE;
    }
    if (status != CLI_EXIT_FINE) {
        return status;
    }
    if (args.count < command->min || (command->max > 0 && args.count > command->max)) {
        fprintf(stderr, "nyz: usage: %.*s\n", (int)strcspn(command->help, "\n"),
                command->help);
        return CLI_EXIT_USAGE;
    }
    return command->run(&args);
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        fputs(general_help, stderr);
        return CLI_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        fputs(general_help, stdout);
        return CLI_EXIT_FINE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        const int version = nyz_version();
        printf("nyz %d.%d.%d (Unicode %s)\n", version / 10000, version / 100 % 100,
               version % 100, cli_unicode_version());
        return CLI_EXIT_FINE;
    }
    const struct command *const command = find_command(argv[1]);
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
