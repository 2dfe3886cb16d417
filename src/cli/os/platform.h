/* SPDX-License-Identifier: MIT */
/* What differs between systems (platform_*.c). */
#ifndef NYZ_CLI_OS_PLATFORM_H
#define NYZ_CLI_OS_PLATFORM_H

#include <stdint.h>
#include <stdio.h>

/* Puts stdin and stdout into binary mode, and lets a broken pipe end the tool quietly,
 * but not a limit on the size of files. May replace the arguments by UTF-8 ones. */
void cli_platform_start(int *argc, char ***argv);
/* fopen for a UTF-8 path. */
FILE *cli_platform_open(const char *path, const char *mode);
/* A new file without a name, to write and to read; NULL: errno says why there is none. */
FILE *cli_platform_temporary(void);
/* Not 0 if something is at the path; -1 if the device fails and cannot tell (errno). */
int cli_platform_exists(const char *path);
/* Not 0 if the path is a directory, or a link to one. */
int cli_platform_is_directory(const char *path);
/* Not 0 if the path is there and no regular file: a FIFO, a device. */
int cli_platform_is_special(const char *path);
/* Not 0 if both paths lead to one regular file; "-" is standard input. */
int cli_platform_is_same(const char *a, const char *b);
/* The descriptor of an open file. */
int cli_platform_descriptor(FILE *file);
/* What changes where a file is written to; all 0 of what is no regular file. */
typedef struct cli_stamp {
    int64_t size;
    int64_t written[2]; /* when, in seconds and parts of one, or the system's own units */
    int64_t changed[2]; /* when anything of the file changed (ctime) */
    uint64_t links, mode, owner, group;
    uint64_t device, file; /* which file it is */
} cli_stamp;
/* Of an open file.  Returns 0 or an errno. */
int cli_platform_stamp(FILE *file, cli_stamp *out);
/* Not 0 if the path leads to that file. */
int cli_platform_leads_to(const char *path, const cli_stamp *stamp);
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
