/* SPDX-License-Identifier: MIT */
/* FILE[:MEMBER][SLICE] taken apart.  A file, and then a member, that has the whole text as its name
 * comes first: see input.h. */
#include "io/address.h"

#include "io/complain.h"
#include "os/platform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* What is at a path: 1, 0, or -1 if the device cannot tell. */
static int exists(const char *path)
{
    return is_stdin(path) ? 1 : cli_platform_exists(path);
}

/* FILE:MEMBER: the first colon after the name of a file counts. */
static int find_file(cli_input *input)
{
    for (char *colon = strchr(input->path, ':'); colon != NULL;
         colon = strchr(colon + 1, ':')) {
        *colon = '\0';
        const int found = exists(input->path);
        if (found != 0) {
            input->label = input->path;
            input->member = colon + 1;
            return found;
        }
        *colon = ':';
    }
    return 0;
}

int cli_address_cut_slice(cli_input *input, char *text, int must)
{
    char message[300];
    char *const bracket = text + (cli_slice_find(text) - text);
    char *const end = bracket + strlen(bracket) - 1;
    if (cli_slice_parse(bracket + 1, (size_t)(end - bracket - 1), &input->slice, message,
                        sizeof message)) {
        *bracket = '\0';
        *end = '\0';
        return CLI_EXIT_FINE;
    }
    if (!must) {
        return CLI_EXIT_FINE;
    }
    input->failure = (nyz_error){.status = NYZ_ERR_ARGUMENT, .offset = -1};
    snprintf(input->failure.message, sizeof input->failure.message, "%s", message);
    *bracket = '\0';
    cli_complain(input->label, input->member, message);
    return CLI_EXIT_USAGE;
}

/* FILE[SLICE].  Of what does not exist only what reads as a slice is taken for one. */
static int find_slice(cli_input *input, int *status)
{
    const char *const found = cli_slice_find(input->path);
    if (found == NULL || found == input->path) {
        return 0;
    }
    char *const bracket = input->path + (found - input->path);
    *bracket = '\0';
    const int there = exists(input->path);
    *bracket = '[';
    if (there >= 0) {
        input->label = input->path;
        *status = cli_address_cut_slice(input, input->path, there);
    }
    return there;
}

int cli_address_split(cli_input *input, const char *name, int *status)
{
    *status = CLI_EXIT_FINE;
    input->label = name;
    const int plain = strchr(name, ':') == NULL && cli_slice_find(name) == NULL;
    int found = is_stdin(name) || plain ? 1 : cli_platform_exists(name);
    if (found != 0) {
        return found < 0 ? errno : 0;
    }
    const size_t size = strlen(name) + 1;
    input->path = malloc(size);
    if (input->path == NULL) {
        return ENOMEM;
    }
    memcpy(input->path, name, size);
    found = find_file(input);
    if (found == 0) {
        found = find_slice(input, status);
    }
    return found < 0 ? errno : 0;
}
