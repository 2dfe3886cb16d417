/* SPDX-License-Identifier: MIT */
/* Preloaded into the tool by test_tool_changed.py: runs the command in NYZ_CHANGE after the
 * first fread that gives at least NYZ_CHANGE_AT bytes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t fread(void *buffer, size_t size, size_t count, FILE *file)
{
    size_t (*real)(void *, size_t, size_t, FILE *);
    void *const symbol = dlsym(RTLD_NEXT, "fread");
    memcpy(&real, &symbol, sizeof real);
    const size_t got = real(buffer, size, count, file);
    char *const command = getenv("NYZ_CHANGE");
    const char *const at = getenv("NYZ_CHANGE_AT");
    if (command != NULL && at != NULL && size * got >= strtoul(at, NULL, 10)) {
        char text[4096];
        snprintf(text, sizeof text, "%s", command);
        unsetenv("NYZ_CHANGE");
        unsetenv("LD_PRELOAD");
        if (system(text) != 0) {
            abort();
        }
    }
    return got;
}
