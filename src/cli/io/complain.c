/* SPDX-License-Identifier: MIT */
/* Messages on stderr: see complain.h. */
#include "io/complain.h"

#include "os/platform.h"
#include "text/fail.h"
#include "text/reword.h"
#include "text/text.h"

#include <errno.h>
#include <string.h>

/* The library names the member by itself, for programs that show its message alone. */
static const char *without_member(const char *message, const char *member)
{
    const size_t size = strlen(member);
    return strncmp(message, "member '", 8) == 0 &&
                   strncmp(message + 8, member, size) == 0 &&
                   strncmp(message + 8 + size, "': ", 3) == 0
               ? message + 8 + size + 3
               : message;
}

void cli_complain(const char *file, const char *member, const char *message)
{
    cli_line line = {0};
    if (cli_platform_stopped()) {
        return; /* what fails now does so because the user wants it to end */
    }
    cli_line_puts(&line, "nyz: ");
    if (file != NULL) {
        cli_line_name(&line, file, strlen(file));
        cli_line_puts(&line, member != NULL ? ":" : ": ");
    }
    if (member != NULL) {
        cli_line_name(&line, member, strlen(member));
        cli_line_puts(&line, ": ");
        message = without_member(message, member);
    }
    cli_line_name(&line, message, strlen(message));
    cli_line_puts(&line, "\n");
    fflush(stdout); /* so that both come in their order where they share a terminal */
    fputs(line.failed ? "nyz: out of memory\n" : line.data, stderr);
    cli_line_free(&line);
}

/* Not 0 for an errno that speaks of the file that was named; any other of a failing
 * machine. */
static int is_of_file(int sys)
{
    return sys == ENOENT || sys == ENOTDIR || sys == EISDIR || sys == EACCES ||
           sys == EPERM || sys == ENAMETOOLONG || sys == ELOOP || sys == ENXIO ||
           sys == EEXIST;
}

int cli_complain_error(const char *file, const char *member, const nyz_error *err)
{
    char text[CLI_REWORD_SIZE];
    cli_complain(file, member, cli_reword(text, err));
    return err->status == NYZ_ERR_MEMORY ||
                   (err->status == NYZ_ERR_IO && !is_of_file(err->sys))
               ? CLI_EXIT_MACHINE
               : CLI_EXIT_DATA;
}

int cli_complain_system(const char *file, int sys)
{
    nyz_error err = {.status = sys == ENOMEM ? NYZ_ERR_MEMORY : NYZ_ERR_IO, .sys = sys};
    char words[CLI_WORDS_SIZE];
    snprintf(err.message, sizeof err.message, "%s", cli_system_words(words, sys));
    return cli_complain_error(file, NULL, &err);
}

int cli_complain_memory(const char *file)
{
    cli_complain(file, NULL, "out of memory");
    return CLI_EXIT_MACHINE;
}

int cli_worse(int a, int b)
{
    return a > b ? a : b;
}
