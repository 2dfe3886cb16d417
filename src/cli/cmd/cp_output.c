/* SPDX-License-Identifier: MIT */
/* nyz cp: what both halves share: how to write, and the end of OUT. */
#include "cmd/cp.h"

#include "io/complain.h"
#include "nyz_npz_stream.h"
#include "text/fail.h"

static const nyz_options as_in = {.order = NYZ_KEEP_ORDER,
                                  .byteorder = NYZ_KEEP_BYTEORDER};

nyz_options cli_cp_how(const cli_cp *cp, nyz_method method)
{
    nyz_options opt = as_in;
    opt.method = cp->args->store        ? NYZ_STORED
                 : cp->args->level != 0 ? NYZ_DEFLATED
                                        : method;
    opt.level = cp->args->level;
    opt.flags = cp->args->blocks ? NYZ_BLOCKS : 0;
    opt.block_rows = cp->args->block_rows;
    opt.align = cp->args->align;
    opt.threads = -1;
    return opt;
}

nyz_status cli_cp_open(cli_cp *cp, nyz_error *err)
{
    const nyz_options archive = cli_cp_how(cp, NYZ_STORED);
    if (cp->opened) {
        return NYZ_OK;
    }
    cp->input->writes_to = cp->out;
    cp->opened = 1; /* or in part: it is to be closed */
    const nyz_status status = cli_target_begin(
        &cp->to, cp->out, cp->to_npz ? &archive : NULL, cp->args->in_place, err);
    if (status == NYZ_OK) {
        cp->input->writes_to = NULL;
    }
    return status;
}

/* ------------------------------------------------------------------------------- writing */

/* Where an array's elements go. */
typedef struct writing {
    cli_cp *cp;
    nyz_stream stream;
} writing;

static nyz_status fail_write(const writing *w, int64_t result, nyz_error *err)
{
    w->cp->input->writes_to = w->cp->out;
    return cli_fail_system(err, result < 0 ? (int)-result : 0, "write");
}

static nyz_status put_piece(void *ctx, const nyz_array *piece, nyz_error *err)
{
    const writing *const w = ctx;
    const unsigned char *bytes = piece->data;
    int64_t left = nyz_array_count(piece) * piece->dtype.itemsize;
    while (left > 0) {
        const int64_t count = w->stream.write(w->stream.ctx, bytes, (size_t)left);
        if (count <= 0) {
            return fail_write(w, count, err);
        }
        bytes += count;
        left -= count;
    }
    return NYZ_OK;
}

static nyz_status begin_array(writing *w, const nyz_array *like, const char *name,
                              const nyz_options *how, nyz_error *err)
{
    nyz_status status = cli_cp_open(w->cp, err);
    if (status != NYZ_OK) {
        return status;
    }
    if (w->cp->to_npz) {
        status = nyz_npz_begin(w->cp->to.writer, name, like, how, &w->stream, err);
    } else {
        w->stream = w->cp->to.stream;
        status = nyz_write_header(&w->stream, like, &as_in, err);
    }
    if (status != NYZ_OK) {
        w->cp->input->writes_to = w->cp->out;
    }
    return status;
}

/* An archive's writer knows better why it failed. */
static nyz_status end_array(const writing *w, nyz_status status, nyz_error *err)
{
    const int failed_there = w->cp->input->writes_to != NULL;
    if (!w->cp->to_npz || (status != NYZ_OK && !failed_there)) {
        return status;
    }
    status = nyz_npz_end(w->cp->to.writer, err);
    if (status != NYZ_OK) {
        w->cp->input->writes_to = w->cp->out;
    }
    return status;
}

nyz_status cli_cp_write(cli_cp *cp, cli_elements *e, const char *name,
                        const nyz_options *how, nyz_error *err)
{
    writing w = {.cp = cp};
    nyz_status status = begin_array(&w, &e->taken, name, how, err);
    if (status == NYZ_OK) {
        status = cli_elements_each(e, NYZ_KEEP_ORDER, put_piece, &w, err);
        status = end_array(&w, status, err);
    }
    return status;
}

/* ----------------------------------------------------------------------------------- end */

int cli_cp_complain(const cli_cp *cp, const char *member, const nyz_error *err)
{
    return cp->input->writes_to != NULL
               ? cli_complain_error(cp->input->writes_to, cp->to_npz ? member : NULL, err)
               : cli_complain_error(cp->input->label, member, err);
}

/* IN may be OUT, and Windows replaces no file that is open. */
int cli_cp_end(cli_cp *cp, int status)
{
    if (status == CLI_EXIT_FINE) {
        status = cli_input_finish(cp->input, ", which are not copied");
    }
    cli_input_close(cp->input);
    if (!cp->opened) {
        return status;
    }
    if (status == CLI_EXIT_FINE) {
        status = cli_target_finish(&cp->to);
    }
    cli_target_close(&cp->to);
    return status;
}
