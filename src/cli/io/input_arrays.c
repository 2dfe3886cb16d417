/* SPDX-License-Identifier: MIT */
/* The arrays of a .npy file, one after the other: see input.h. */
#include "io/input.h"

#include "io/complain.h"
#include "io/unchanged.h"

#include <inttypes.h>
#include <string.h>

int cli_input_more(const cli_input *input)
{
    return !input->broken && input->next == CLI_NEXT_ARRAY && input->index < input->end;
}

const char *cli_input_number(const cli_input *input)
{
    return input->several ? input->number : NULL;
}

static int complain(cli_input *input, const nyz_error *err)
{
    input->failure = *err;
    return input->writes_to != NULL
               ? cli_complain_error(input->writes_to, NULL, err)
               : cli_complain_error(input->label, cli_input_number(input), err);
}

/* The array that comes next is the one at hand. */
static nyz_status begin(cli_input *input, nyz_error *err)
{
    snprintf(input->number, sizeof input->number, "%" PRId64, input->index);
    input->several = input->several || input->index > 0 || input->member != NULL;
    input->failure = (nyz_error){0};
    const nyz_status status = cli_input_header(input, err);
    input->broken = status != NYZ_OK;
    return status;
}

/* Behind an array: looks what follows. */
static void end(cli_input *input)
{
    input->index++;
    input->next = input->broken ? CLI_NEXT_OTHER : cli_input_next(input);
    input->broken = input->broken || input->next == CLI_NEXT_FAILED;
    input->several = input->several || input->next == CLI_NEXT_ARRAY;
}

nyz_status cli_input_look(const cli_input *input, nyz_error *err)
{
    const cli_seen seen = {&input->header, input->base + input->header_at};
    const int known =
        input->handle == NULL && input->header.ndim >= 0 && input->index > 0;
    return cli_file_unchanged(input->file, input->label, &input->opened,
                              known ? &seen : NULL, &input->opt, err);
}

int cli_input_unchanged(cli_input *input)
{
    nyz_error err;
    if (cli_input_look(input, &err) == NYZ_OK) {
        return CLI_EXIT_FINE;
    }
    input->failure = err;
    return cli_complain_error(input->label, NULL, &err);
}

/* Python objects are not read; after them the next array can be. */
static nyz_status refuse_objects(cli_input *input, nyz_error *err)
{
    nyz_array none;
    const nyz_status status = nyz_read(&input->stream, &input->opt, &none, err);
    nyz_array_free(&none);
    input->broken =
        status != NYZ_ERR_UNSUPPORTED ||
        nyz_skip_data(&input->stream, &input->header, &input->opt, NULL) != NYZ_OK;
    return status;
}

static nyz_status visit_data(cli_input *input, cli_visit *visit, void *ctx,
                             nyz_error *err)
{
    if (nyz_dtype_has_objects(&input->header.dtype)) {
        return refuse_objects(input, err);
    }
    const nyz_status status = visit(ctx, input, err);
    input->broken = status != NYZ_OK;
    return status;
}

/* A slice is one of one array. */
static nyz_status check_single(const cli_input *input, nyz_error *err)
{
    if (input->slice.text == NULL || input->member != NULL || !input->several) {
        return NYZ_OK;
    }
    *err = (nyz_error){.status = NYZ_ERR_ARGUMENT, .offset = -1};
    snprintf(err->message, sizeof err->message,
             "the file holds several arrays; name one, as FILE:0[10:20]");
    return err->status;
}

int cli_input_visit(cli_input *input, cli_visit *visit, void *ctx)
{
    nyz_error err;
    nyz_status status = begin(input, &err);
    if (status == NYZ_OK) {
        status = visit_data(input, visit, ctx, &err);
    }
    end(input);
    if (status == NYZ_OK) {
        status = check_single(input, &err);
        if (status == NYZ_OK) {
            status = cli_input_look(input, &err);
        }
        input->broken = input->broken || status != NYZ_OK;
    }
    return status == NYZ_OK ? CLI_EXIT_FINE : complain(input, &err);
}

static nyz_status pass_data(cli_input *input, nyz_error *err)
{
    int64_t found;
    const nyz_status status = cli_input_skip(input, input->header_size, &found, err);
    return status == NYZ_OK
               ? nyz_skip_data(&input->stream, &input->header, &input->opt, err)
               : status;
}

int cli_input_pass(cli_input *input, int64_t *stored)
{
    nyz_error err;
    const int64_t start = input->offset;
    nyz_status status = begin(input, &err);
    if (status == NYZ_OK) {
        status = pass_data(input, &err);
        input->broken = status != NYZ_OK;
    }
    end(input);
    *stored = input->offset - start;
    return status == NYZ_OK ? CLI_EXIT_FINE : complain(input, &err);
}

/* Counts what follows the last array, but for what was appended while it was read. */
static int warn_of_rest(cli_input *input, const char *what)
{
    nyz_error err;
    int64_t rest;
    cli_stamp now;
    char text[120];
    const nyz_status status = cli_input_skip(input, INT64_MAX / 2, &rest, &err);
    if (status != NYZ_OK) {
        return cli_complain_error(input->label, NULL, &err);
    }
    if (cli_platform_stamp(input->file, &now) == 0) {
        rest -= now.size - input->opened.size;
    }
    snprintf(text, sizeof text, "warning: %" PRId64 " byte%s after the last array%s",
             rest, rest == 1 ? "" : "s", what);
    if (rest > 0) {
        cli_complain(input->label, NULL, text);
    }
    return CLI_EXIT_FINE;
}

int cli_input_finish(cli_input *input, const char *what)
{
    if (input->next == CLI_NEXT_FAILED) {
        return CLI_EXIT_MACHINE;
    }
    if (input->broken) {
        return CLI_EXIT_FINE; /* it has complained */
    }
    const int status = cli_input_unchanged(input);
    return status == CLI_EXIT_FINE && input->handle == NULL &&
                   input->next == CLI_NEXT_OTHER && input->index < input->end
               ? warn_of_rest(input, what)
               : status;
}
