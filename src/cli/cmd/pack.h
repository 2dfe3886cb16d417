/* nyz pack: the files that become members. */
#ifndef NYZ_CLI_PACK_H
#define NYZ_CLI_PACK_H

#include "cli.h"
#include "text/text.h"

/* One file that is to be a member. */
typedef struct nyz_pack_file {
    nyz_line path;   /* "-": standard input */
    nyz_line member; /* the name */
    unsigned char *data;
    size_t size;
} nyz_pack_file;

/* All of them return an exit status, having complained. */

/* FILE or NAME=FILE, as the command line has it, to path and member. */
int nyz_pack_name(nyz_pack_file *file, const nyz_args *args, const char *given);
/* Reads the whole file. */
int nyz_pack_read(nyz_pack_file *file);
/* Sees that it is one array, whole, and nothing else. */
int nyz_pack_check(const nyz_pack_file *file);

void nyz_pack_free(nyz_pack_file *file);

#endif
