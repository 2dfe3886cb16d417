/* SPDX-License-Identifier: MIT */
/* The library's messages, in the tool's terms: see reword.h.  Only the end of a message is
 * changed, or what names a limit: names from a file, which are quoted before it, are not. */
#include "text/reword.h"

#include <string.h>

/* What the library's messages end with, and what the tool's do. */
static const struct {
    const char *library;
    const char *tool;
} advice[] = {
    {"; NYZ_ANY_NAME allows it", ""},
    {"; NYZ_IN_PLACE would write into the old file",
     "; --in-place would write into the old file"},
    {"; nyz_file_bytes reads it", "; 'nyz unpack' writes it to a file"},
    {"; nyz_npz_bytes reads it", "; 'nyz unpack' writes it to a file"},
    {"; nyz_load reads it", ""},
    {"; nyz_npz_open opens it", ""},
};

/* The last "limits." of a message; NULL: none. */
static const char *find_limit(const char *message)
{
    const char *last = NULL;
    for (const char *at = strstr(message, " limits."); at != NULL;
         at = strstr(at + 1, " limits.")) {
        last = at;
    }
    return last;
}

/* "exceeds limits.dims, 32" becomes "exceeds the limit dims, 32; --limit dims=N allows
 * more". */
static const char *reword_limit(char out[CLI_REWORD_SIZE], const char *message)
{
    const char *const limit = find_limit(message);
    if (limit == NULL) {
        return message;
    }
    const char *const name = limit + strlen(" limits.");
    const int size = (int)strspn(name, "abcdefghijklmnopqrstuvwxyz_");
    snprintf(out, CLI_REWORD_SIZE, "%.*s the limit %s; --limit %.*s=N allows more",
             (int)(limit - message), message, name, size, name);
    return out;
}

const char *cli_reword(char out[CLI_REWORD_SIZE], const nyz_error *err)
{
    const size_t size = strlen(err->message);
    for (size_t i = 0; i < sizeof advice / sizeof *advice; i++) {
        const size_t end = strlen(advice[i].library);
        if (size >= end && strcmp(err->message + size - end, advice[i].library) == 0) {
            snprintf(out, CLI_REWORD_SIZE, "%.*s%s", (int)(size - end), err->message,
                     advice[i].tool);
            return out;
        }
    }
    return err->status == NYZ_ERR_LIMIT ? reword_limit(out, err->message) : err->message;
}
