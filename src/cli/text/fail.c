/* SPDX-License-Identifier: MIT */
/* Filling in an nyz_error: see fail.h. */
#include "text/fail.h"

#include <errno.h>

const char *cli_system_words(char out[CLI_WORDS_SIZE], int sys)
{
    const char *const words = nyz_system_text(sys);
    if (words != NULL) {
        return words;
    }
    snprintf(out, CLI_WORDS_SIZE, "system error %d", sys);
    return out;
}

nyz_status cli_fail_with(nyz_error *err, int sys, const char *message)
{
    *err = (nyz_error){
        .status = sys == ENOMEM ? NYZ_ERR_MEMORY : NYZ_ERR_IO, .sys = sys, .offset = -1};
    snprintf(err->message, sizeof err->message, "%s", message);
    return err->status;
}

nyz_status cli_fail_system(nyz_error *err, int sys, const char *what)
{
    char text[200];
    char words[CLI_WORDS_SIZE];
    snprintf(text, sizeof text, "cannot %.60s: %s", what, cli_system_words(words, sys));
    return cli_fail_with(err, sys, text);
}
