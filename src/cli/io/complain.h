/* SPDX-License-Identifier: MIT */
/* What the tool says on stderr, and the exit statuses that follow from it. */
#ifndef NYZ_CLI_IO_COMPLAIN_H
#define NYZ_CLI_IO_COMPLAIN_H

#include "nyz.h"

/* Exit statuses; of several files the worst counts. */
enum {
    CLI_EXIT_FINE = 0,
    CLI_EXIT_DATA = 1,   /* the file or its data is bad or missing */
    CLI_EXIT_USAGE = 2,  /* usage error */
    CLI_EXIT_MACHINE = 3 /* memory, disk, output */
};

/* "nyz: FILE:MEMBER: message" on stderr; file and member may be NULL.  The names are
 * escaped.  After Ctrl-C nothing is said. */
void cli_complain(const char *file, const char *member, const char *message);

/* Complains about a failure of the library's, or of the system's (an errno); returns its
 * exit status. */
int cli_complain_error(const char *file, const char *member, const nyz_error *err);
int cli_complain_system(const char *file, int sys);

/* Complains that memory has run out; returns CLI_EXIT_MACHINE. */
int cli_complain_memory(const char *file);

/* The worse of two exit statuses. */
int cli_worse(int a, int b);

#endif
