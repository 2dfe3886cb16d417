/* SPDX-License-Identifier: MIT */
/* What cp and pack write to: standard output, or a file that takes OUT's place when it is
 * whole.  Until then Ctrl-C removes it, and OUT is what it was. */
#ifndef NYZ_CLI_IO_TARGET_H
#define NYZ_CLI_IO_TARGET_H

#include "io/guard.h"

/* Not to be moved while it is open. */
typedef struct cli_target {
    const char *path;       /* OUT as given */
    nyz_output *output;     /* NULL: standard output */
    nyz_stream stream;      /* to write to, where there is no archive */
    nyz_npz_writer *writer; /* NULL: no archive */
    cli_guard guard;
} cli_target;

/* Begins at OUT.  opt: of an archive; NULL: there is none.  Close it in any case.  The second one
 * returns an exit status, having complained. */
nyz_status cli_target_begin(cli_target *target, const char *path, const nyz_options *opt,
                            int in_place, nyz_error *err);
int cli_target_open(cli_target *target, const char *path, const nyz_options *opt,
                    int in_place);

/* What is written in place cannot be read meanwhile.  Returns an exit status, having
 * complained if that is asked for. */
int cli_target_check(int in_place, const char *in, const char *out);

/* Puts what was written in OUT's place; Ctrl-C that comes while this waits for the disk
 * no longer prevents it.  Returns an exit status, having complained. */
int cli_target_finish(cli_target *target);

/* Removes what was not finished.  Does not return after Ctrl-C. */
void cli_target_close(cli_target *target);

#endif
