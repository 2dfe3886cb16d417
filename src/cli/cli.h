/* The tool `nyz`: what its files share.  It is built on <nyz.h> alone. */
#ifndef NYZ_CLI_H
#define NYZ_CLI_H

#include "nyz.h"

/* Exit statuses; of several files the worst counts. */
enum {
    NYZ_EXIT_FINE = 0,
    NYZ_EXIT_DATA = 1,   /* the file or its data is bad or missing */
    NYZ_EXIT_USAGE = 2,  /* wrong use */
    NYZ_EXIT_MACHINE = 3 /* memory, disk, output */
};

/* A parsed command line. */
typedef struct nyz_args {
    const char *command;
    int all;            /* show --all */
    int json;           /* --json */
    int store;          /* cp, pack --store */
    int level;          /* cp, pack --level; NYZ_FAST: fast; 0: not given */
    int chunked;        /* cp, pack --chunked */
    int force;          /* unpack --force */
    int case_sensitive; /* unpack --case-sensitive */
    const char *folder; /* pack, unpack -d; NULL: not given */
    int64_t limit;      /* unpack --limit; 0: not given */
    int any;            /* pack --any */
    int help;
    int count; /* FILE... */
    char **files;
} nyz_args;

/* The options that a command takes: sums of these. */
enum {
    NYZ_TAKES_ALL = 1,
    NYZ_TAKES_JSON = 2,
    NYZ_TAKES_STORE = 4,
    NYZ_TAKES_LEVEL = 8,   /* and --chunked */
    NYZ_TAKES_FOLDER = 16, /* -d */
    NYZ_TAKES_UNPACK = 32, /* --force, --case-sensitive, --limit */
    NYZ_TAKES_ANY = 64
};

/* Parses argv[0 ... argc), which follows the command; files are moved to its front.
 * Returns an exit status, having said what is wrong. */
int nyz_args_parse(const char *command, unsigned takes, int argc, char **argv,
                   nyz_args *out);

/* The commands.  Each returns an exit status. */
int nyz_cmd_ls(const nyz_args *args);
int nyz_cmd_show(const nyz_args *args);
int nyz_cmd_digest(const nyz_args *args);
int nyz_cmd_cp(const nyz_args *args);
int nyz_cmd_pack(const nyz_args *args);
int nyz_cmd_unpack(const nyz_args *args);

/* "nyz: FILE:MEMBER: message" on stderr; file and member may be NULL.  The names are
 * escaped.  After Ctrl-C nothing is said. */
void nyz_complain(const char *file, const char *member, const char *message);

/* Complains about a failure of the library's, or of the system's (an errno); returns its
 * exit status. */
int nyz_complain_error(const char *file, const char *member, const nyz_error *err);
int nyz_complain_system(const char *file, int sys);

/* Fills *err with an errno, or 0, and a message: as it is, or "cannot WHAT: " and the
 * system's words.  Both return the status. */
nyz_status nyz_fail_with(nyz_error *err, int sys, const char *message);
nyz_status nyz_fail_system(nyz_error *err, int sys, const char *what);

/* Complains that memory has run out; returns NYZ_EXIT_MACHINE. */
int nyz_complain_memory(const char *file);

/* The worse of two exit statuses. */
int nyz_worse(int a, int b);

/* What differs between systems (platform_*.c). */

/* Puts stdin and stdout into binary mode, and lets a broken pipe end the tool quietly,
 * but not a limit on the size of files. May replace the arguments by UTF-8 ones. */
void nyz_platform_start(int *argc, char ***argv);
/* fopen for a UTF-8 path. */
FILE *nyz_platform_open(const char *path, const char *mode);
/* Not 0 if something is at the path; -1 if the device fails and cannot tell (errno). */
int nyz_platform_exists(const char *path);
/* Not 0 if the path is there and no regular file: a FIFO, a device. */
int nyz_platform_is_special(const char *path);
/* The descriptor of an open file. */
int nyz_platform_descriptor(FILE *file);
/* What changes where a file is written to; all 0 of what is no regular file. */
typedef struct nyz_stamp {
    int64_t size, time, fraction;
} nyz_stamp;
/* Of an open file.  Returns 0 or an errno. */
int nyz_platform_stamp(FILE *file, nyz_stamp *out);
/* Not 0 if what is written to `file` can be mended by seeking back. */
int nyz_platform_can_patch(FILE *file);
/* Not 0 if the character stands between the components of a path. */
int nyz_platform_is_slash(char c);

/* While there is a file that must not stay: catch_stop, then, ever again (guard.h),
 * stopped, which is not 0 once the user wants the tool to end (Ctrl-C); the file is
 * removed; obey_stop, which does not return then.  A second Ctrl-C ends the tool at once.
 */
void nyz_platform_catch_stop(void);
int nyz_platform_stopped(void);
void nyz_platform_obey_stop(void);

#endif
