/* SPDX-License-Identifier: MIT */
/* The tool `nyz`: what its files share.  It is built on <nyz.h> alone. */
#ifndef NYZ_CLI_CLI_H
#define NYZ_CLI_CLI_H

#include "nyz.h"

/* Exit statuses; of several files the worst counts. */
enum {
    CLI_EXIT_FINE = 0,
    CLI_EXIT_DATA = 1,   /* the file or its data is bad or missing */
    CLI_EXIT_USAGE = 2,  /* usage error */
    CLI_EXIT_MACHINE = 3 /* memory, disk, output */
};

/* A parsed command line. */
typedef struct cli_args {
    const char *command;
    int all;            /* show --all */
    int json;           /* --json */
    int store;          /* cp, pack --store */
    int level;          /* cp, pack --level; NYZ_LEVEL_FAST: fast; 0: not given */
    int chunked;        /* cp, pack --chunked */
    int in_place;       /* cp, pack --in-place */
    int force;          /* unpack --force */
    int case_sensitive; /* unpack --case-sensitive */
    const char *folder; /* pack, unpack -d; NULL: not given */
    int64_t max_bytes;  /* unpack --max-bytes; 0: not given */
    int any;            /* pack --any */
    int values;         /* digest --values */
    int untrusted;      /* --untrusted */
    nyz_limits limits;  /* --limit NAME=VALUE; 0: not given */
    int help;
    int count; /* FILE... */
    char **files;
} cli_args;

/* The options that a command takes: sums of these; all take --help, --untrusted, --limit.
 */
enum {
    CLI_TAKES_ALL = 1,
    CLI_TAKES_JSON = 2,
    CLI_TAKES_STORE = 4,
    CLI_TAKES_LEVEL = 8,      /* and --chunked, --in-place */
    CLI_TAKES_DIRECTORY = 16, /* -d */
    CLI_TAKES_UNPACK = 32,    /* --force, --case-sensitive, --max-bytes */
    CLI_TAKES_ANY = 64,
    CLI_TAKES_VALUES = 128
};

/* Parses argv[0 ... argc), which follows the command; files are moved to its front.
 * Returns an exit status, having said what is wrong. */
int cli_args_parse(const char *command, unsigned takes, int argc, char **argv,
                   cli_args *out);

/* How every call reads that takes its file from the command line: the limits and flags of
 * --limit and --untrusted, which all commands take.  It borrows from args. */
nyz_options cli_args_reading(const cli_args *args);

/* Of options.c and limits.c alone.  Takes the value of --limit; an exit status. */
int cli_args_limit(const char *value, cli_args *args);
/* A number, perhaps with K, M, G or T (of 1,024 each) behind it.  1, or 0 if it is none,
 * or -1 if it is over INT64_MAX. */
int cli_args_number(const char *text, int64_t *out);

/* The commands.  Each returns an exit status. */
int cli_cmd_ls(const cli_args *args);
int cli_cmd_show(const cli_args *args);
int cli_cmd_digest(const cli_args *args);
int cli_cmd_cp(const cli_args *args);
int cli_cmd_pack(const cli_args *args);
int cli_cmd_unpack(const cli_args *args);

/* "nyz: FILE:MEMBER: message" on stderr; file and member may be NULL.  The names are
 * escaped.  After Ctrl-C nothing is said. */
void cli_complain(const char *file, const char *member, const char *message);

/* Complains about a failure of the library's, or of the system's (an errno); returns its
 * exit status. */
int cli_complain_error(const char *file, const char *member, const nyz_error *err);
int cli_complain_system(const char *file, int sys);

/* The library's words for an errno, or its number, which is put into `out`. */
#define CLI_WORDS_SIZE 32
const char *cli_system_words(char out[CLI_WORDS_SIZE], int sys);

/* Fills *err with an errno, or 0, and a message: as it is, or "cannot WHAT: " and the
 * system's words.  Both return the status. */
nyz_status cli_fail_with(nyz_error *err, int sys, const char *message);
nyz_status cli_fail_system(nyz_error *err, int sys, const char *what);

/* Complains that memory has run out; returns CLI_EXIT_MACHINE. */
int cli_complain_memory(const char *file);

/* The worse of two exit statuses. */
int cli_worse(int a, int b);

/* What differs between systems (platform_*.c). */

/* Puts stdin and stdout into binary mode, and lets a broken pipe end the tool quietly,
 * but not a limit on the size of files. May replace the arguments by UTF-8 ones. */
void cli_platform_start(int *argc, char ***argv);
/* fopen for a UTF-8 path. */
FILE *cli_platform_open(const char *path, const char *mode);
/* Not 0 if something is at the path; -1 if the device fails and cannot tell (errno). */
int cli_platform_exists(const char *path);
/* Not 0 if the path is a directory, or a link to one. */
int cli_platform_is_folder(const char *path);
/* Not 0 if the path is there and no regular file: a FIFO, a device. */
int cli_platform_is_special(const char *path);
/* Not 0 if both paths lead to one regular file; "-" is standard input. */
int cli_platform_is_same(const char *a, const char *b);
/* The descriptor of an open file. */
int cli_platform_descriptor(FILE *file);
/* What changes where a file is written to; all 0 of what is no regular file. */
typedef struct cli_stamp {
    int64_t size, time, fraction;
} cli_stamp;
/* Of an open file.  Returns 0 or an errno. */
int cli_platform_stamp(FILE *file, cli_stamp *out);
/* Not 0 if what is written to `file` can be patched by seeking back. */
int cli_platform_can_patch(FILE *file);
/* Not 0 if the character separates the components of a path. */
int cli_platform_is_slash(char c);

/* While there is a file that must not stay: catch_stop, then, ever again (guard.h),
 * stopped, which is not 0 once the user wants the tool to end (Ctrl-C); the file is
 * removed; obey_stop, which does not return then.  A second Ctrl-C ends the tool. */
void cli_platform_catch_stop(void);
int cli_platform_stopped(void);
void cli_platform_obey_stop(void);

#endif
