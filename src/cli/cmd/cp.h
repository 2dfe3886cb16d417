/* nyz cp, its two halves: by what IN is. */
#ifndef NYZ_CLI_CP_H
#define NYZ_CLI_CP_H

#include "cli.h"
#include "io/input.h"
#include "io/target.h"

/* One copying. */
typedef struct nyz_cp {
    const nyz_args *args;
    nyz_input *input;
    const char *out; /* OUT as given */
    int to_npz;
} nyz_cp;

/* Both close the input before they replace OUT, which may be the same file.
 * They return an exit status, having complained. */
int nyz_cp_archive(nyz_cp *cp);
int nyz_cp_npy(nyz_cp *cp);

/* Loads and saves everything as it is. */
extern const nyz_options nyz_cp_load;

/* How members are stored: as --store or --level say, else as `method` has it. */
nyz_options nyz_cp_how(const nyz_cp *cp, nyz_method method);
/* Begins an archive at OUT. */
int nyz_cp_open_archive(const nyz_cp *cp, nyz_target *to);
/* Puts OUT in its place if all went well and IN is what it was, closes everything, and
 * returns the status. */
int nyz_cp_end(nyz_cp *cp, nyz_target *to, int status);

#endif
