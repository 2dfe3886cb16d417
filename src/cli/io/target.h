/* What cp and pack write to: standard output, or a file that takes OUT's place when it is
 * whole.  Until then Ctrl-C removes it, and OUT is what it was. */
#ifndef NYZ_CLI_TARGET_H
#define NYZ_CLI_TARGET_H

#include "io/guard.h"

/* Not to be moved while it is open. */
typedef struct nyz_target {
    const char *path;       /* OUT as given */
    nyz_output *output;     /* NULL: standard output */
    nyz_stream stream;      /* to write to, where there is no archive */
    nyz_npz_writer *writer; /* NULL: no archive */
    nyz_guard guard;
} nyz_target;

/* Begins at OUT.  opt: of an archive; NULL: there is none.  Returns an exit status,
 * having complained.  Close it in any case. */
int nyz_target_open(nyz_target *target, const char *path, const nyz_options *opt);

/* Puts what was written in OUT's place; Ctrl-C that comes while this waits for the disk
 * no longer prevents it.  Returns an exit status, having complained. */
int nyz_target_finish(nyz_target *target);

/* Removes what was not finished.  Does not return after Ctrl-C. */
void nyz_target_close(nyz_target *target);

#endif
