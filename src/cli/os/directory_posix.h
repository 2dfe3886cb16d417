/* What folder_posix.c and folder_write_posix.c share. */
#ifndef NYZ_CLI_FOLDER_POSIX_H
#define NYZ_CLI_FOLDER_POSIX_H

#include "os/directory.h"

#include <sys/stat.h>

/* What stands in an open folder, and its mode if it exists; only a file may be there. */
nyz_status nyz_look_posix(int folder, const char *name, nyz_place *out, mode_t *mode,
                          nyz_error *err);

/* Writes the file of that name in an open folder, as nyz_folder_write. */
nyz_status nyz_write_posix(int folder, const char *name, const nyz_place *before,
                           const void *bytes, size_t size, nyz_error *err);

#endif
