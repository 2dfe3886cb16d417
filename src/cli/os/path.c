/* SPDX-License-Identifier: MIT */
/* Paths as texts: see path.h. */
#include "os/path.h"

#include "os/platform.h"

const char *cli_path_base(const char *path)
{
    const char *base = path;
    for (const char *c = path; *c != '\0'; c++) {
        if (cli_platform_is_slash(*c)) {
            base = c + 1;
        }
    }
    return base;
}
