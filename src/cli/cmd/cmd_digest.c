/* SPDX-License-Identifier: MIT */
/* nyz digest: digests of arrays, equal for equal arrays. */
#include "cmd/command.h"
#include "cmd/reading.h"
#include "io/complain.h"
#include "io/elements.h"
#include "io/hash_file.h"
#include "io/input.h"
#include "text/text.h"

#include <string.h>

/* What is told of one array, or of a member that is none. */
typedef struct fact {
    const char *name;
    size_t name_size;
    const nyz_array *array;
    int raw;
    char hash[CLI_HASH_SIZE];     /* of the elements */
    char digest[CLI_DIGEST_SIZE]; /* of dtype and shape, too */
} fact;

/* How facts are written down. */
typedef struct report {
    int json;
    int values;  /* --values */
    int several; /* files: in text FILE:NAME, in JSON an object for each */
    cli_input *input;
    nyz_error failure; /* of the file; status NYZ_OK: none */
    cli_line out;
    int count;
} report;

static void put_text(report *to, const fact *f)
{
    cli_line_puts(&to->out, to->values ? f->hash : f->digest);
    cli_line_puts(&to->out, "  ");
    if (to->several && to->input->handle != NULL) {
        cli_line_name(&to->out, to->input->label, strlen(to->input->label));
        cli_line_puts(&to->out, ":");
    }
    cli_line_name(&to->out, f->name, f->name_size);
    cli_line_puts(&to->out, "\n");
}

static void begin_json(report *to, const char *name, size_t size)
{
    cli_line_puts(&to->out, to->count > 0 ? ",{\"name\":" : "{\"name\":");
    cli_line_json(&to->out, name, size);
    to->count++;
}

static nyz_status put_json(report *to, const fact *f, nyz_error *err)
{
    cli_line descr = {0};
    if (!f->raw) {
        const nyz_status status = cli_line_descr(&descr, &f->array->dtype, err);
        if (status != NYZ_OK) {
            cli_line_free(&descr);
            return status;
        }
    }
    begin_json(to, f->name, f->name_size);
    if (f->raw) {
        cli_line_puts(&to->out, ",\"raw\":true");
    } else {
        cli_line_puts(&to->out, ",\"shape\":");
        cli_line_shape_json(&to->out, f->array);
        cli_line_puts(&to->out, ",\"descr\":");
        cli_line_json(&to->out, descr.data, descr.size);
        to->out.failed |= descr.failed;
    }
    cli_line_free(&descr);
    cli_line_puts(&to->out, ",\"sha256\":\"");
    cli_line_puts(&to->out, f->hash);
    cli_line_puts(&to->out, "\",\"digest\":\"");
    cli_line_puts(&to->out, f->digest);
    cli_line_puts(&to->out, "\"}");
    return NYZ_OK;
}

/* An array that cannot be read has its place in JSON. */
static void put_failure(report *to, const char *name, size_t size, const nyz_error *err)
{
    if (to->json) {
        begin_json(to, name, size);
        cli_line_error_json(&to->out, err);
        cli_line_puts(&to->out, "}");
    }
}

static nyz_status hash_array(const report *to, cli_elements *e, fact *f, nyz_error *err)
{
    return cli_hash_elements(e, to->json || to->values, to->json || !to->values, f->hash,
                             f->digest, err);
}

/* Reports what was hashed.  Text goes out at once, JSON only when all is well. */
static nyz_status add(report *to, const fact *f, nyz_error *err)
{
    const nyz_status status = to->json ? put_json(to, f, err) : NYZ_OK;
    if (!to->json) {
        put_text(to, f);
        fwrite(to->out.data, 1, to->out.failed ? 0 : to->out.size, stdout);
        cli_line_clear(&to->out);
    }
    if (to->out.failed) {
        *err = (nyz_error){
            .status = NYZ_ERR_MEMORY, .offset = -1, .message = "out of memory"};
        return NYZ_ERR_MEMORY;
    }
    return status;
}

static nyz_status hash_item(report *to, int64_t index, const nyz_item *item,
                            cli_elements *e, fact *f, nyz_error *err)
{
    f->raw = item->kind == NYZ_ITEM_BYTES;
    if (f->raw) {
        const nyz_status hashed = cli_hash_bytes(to->input, index, f->hash, err);
        snprintf(f->digest, sizeof f->digest, "sha256:%s", f->hash);
        return hashed;
    }
    f->array = &e->taken;
    const nyz_status status = cli_elements_init(e, to->input, index, &item->header, err);
    return status == NYZ_OK ? hash_array(to, e, f, err) : status;
}

static nyz_status hash_member(report *to, int64_t index, fact *f, nyz_error *err)
{
    nyz_item item;
    cli_elements elements;
    nyz_status status = cli_input_item(to->input, index, &item, err);
    if (status == NYZ_OK) {
        status = hash_item(to, index, &item, &elements, f, err);
    }
    if (status == NYZ_OK) {
        status = cli_input_look(to->input, err);
    }
    if (status == NYZ_OK) {
        status = add(to, f, err);
    }
    nyz_item_free(&item);
    return status;
}

static int add_member(report *to, int64_t index)
{
    const nyz_entry member = cli_input_member(to->input, index);
    nyz_error err;
    cli_line name = {0};
    cli_line_put(&name, member.name, member.key_size);
    cli_input_put_slice(&name, to->input);
    to->out.failed |= name.failed;
    fact f = {.hash = "", .name = name.failed ? "" : name.data, .name_size = name.size};
    const nyz_status status = hash_member(to, index, &f, &err);
    if (status != NYZ_OK) {
        put_failure(to, f.name, f.name_size, &err);
    }
    cli_line_free(&name);
    return status == NYZ_OK ? CLI_EXIT_FINE
                            : cli_complain_error(to->input->label, member.name, &err);
}

static int add_members(report *to)
{
    int worst = CLI_EXIT_FINE;
    for (int64_t i = to->input->first;
         i < to->input->end && !ferror(stdout) && !to->out.failed; i++) {
        worst = cli_worse(worst, add_member(to, i));
    }
    return worst;
}

/* The name of an array of a .npy file: that of the file, and of several :N. */
static void put_name(cli_line *line, const report *to)
{
    const char *const number = cli_input_number(to->input);
    const char *name = to->input->label;
    size_t size = strlen(name);
    if (to->json) {
        cli_input_base(to->input, &name, &size);
    }
    cli_line_put(line, name, size);
    cli_line_puts(line, number != NULL ? ":" : "");
    cli_line_puts(line, number != NULL ? number : "");
    cli_input_put_slice(line, to->input);
}

/* Reports the array of a .npy file under its name. */
static int add_read(report *to, fact *f, const cli_line *name)
{
    nyz_error err;
    f->name = name->failed ? "" : name->data;
    f->name_size = name->size;
    if (add(to, f, &err) == NYZ_OK) {
        return CLI_EXIT_FINE;
    }
    put_failure(to, f->name, f->name_size, &err);
    return cli_complain_error(to->input->label, cli_input_number(to->input), &err);
}

/* What is found out of the array of a .npy file. */
typedef struct visiting {
    report *to;
    fact f;
    cli_elements elements;
} visiting;

static nyz_status visit(void *ctx, cli_input *input, nyz_error *err)
{
    visiting *const v = ctx;
    v->f.array = &v->elements.taken;
    const nyz_status status =
        cli_elements_init(&v->elements, input, -1, &input->header, err);
    return status == NYZ_OK ? hash_array(v->to, &v->elements, &v->f, err) : status;
}

/* The next array of a .npy file.  One whose header cannot be read is the file's failure.
 */
static int add_array(report *to, cli_input *input)
{
    visiting v = {.to = to};
    cli_line name = {0};
    int status = cli_input_visit(input, visit, &v);
    put_name(&name, to);
    to->out.failed |= name.failed;
    if (status == CLI_EXIT_FINE) {
        status = add_read(to, &v.f, &name);
    } else if (input->header.ndim < 0) {
        to->failure = input->failure;
    } else {
        put_failure(to, name.failed ? "" : name.data, name.size, &input->failure);
    }
    cli_line_free(&name);
    return status;
}

static int add_npy(report *to, cli_input *input)
{
    int worst = CLI_EXIT_FINE;
    while (cli_input_more(input) && !ferror(stdout) && !to->out.failed) {
        worst = cli_worse(worst, add_array(to, input));
    }
    return worst;
}

/* The JSON of one file: of several, each is an element of a list and has its name.
 * *printed counts them.  0 if memory has run out. */
static int print_json(const report *to, const char *file, int *printed)
{
    cli_line out = {0};
    cli_line_puts(&out, *printed > 0 ? ",{" : "{");
    if (to->several) {
        cli_line_puts(&out, "\"file\":");
        cli_line_json(&out, file, strlen(file));
        cli_line_error_json(&out, &to->failure);
        cli_line_puts(&out, ",");
    }
    cli_line_puts(&out, "\"members\":[");
    cli_line_put(&out, to->out.data, to->out.size);
    cli_line_puts(&out, to->several ? "]}" : "]}\n");
    const int fine = !out.failed && !to->out.failed;
    fwrite(out.data, 1, fine ? out.size : 0, stdout);
    *printed += fine;
    cli_line_free(&out);
    return fine;
}

static int digest_open(report *to, cli_input *input)
{
    int status = input->handle != NULL ? add_members(to) : add_npy(to, input);
    const int finished = cli_input_finish(input, "");
    if (finished != CLI_EXIT_FINE && to->failure.status == NYZ_OK) {
        to->failure = input->failure;
    }
    return cli_worse(status, finished);
}

/* JSON of the only file is printed if all of it could be read, else nothing. */
static int digest_file(const cli_args *args, const char *name, int *printed)
{
    cli_input input;
    report to = {.json = args->json, .values = args->values, .input = &input};
    to.several = args->count > 1;
    int status = cli_input_open(&input, cli_reading(args), name, 0);
    const char *const label = status == CLI_EXIT_FINE ? input.label : name;
    if (status == CLI_EXIT_FINE) {
        status = digest_open(&to, &input);
    } else {
        to.failure = input.failure;
    }
    int failed = to.out.failed;
    if (to.json && (to.several || status == CLI_EXIT_FINE)) {
        failed |= !print_json(&to, label, printed);
    }
    if (failed && status != CLI_EXIT_MACHINE) {
        status = cli_complain_memory(label);
    }
    cli_line_free(&to.out);
    cli_input_close(&input);
    return status;
}

static int run(const cli_args *args)
{
    const int list = args->json && args->count > 1;
    int worst = CLI_EXIT_FINE;
    int printed = 0;
    fputs(list ? "[" : "", stdout);
    for (int i = 0; i < args->count && !ferror(stdout); i++) {
        worst = cli_worse(worst, digest_file(args, args->files[i], &printed));
    }
    fputs(list ? "]\n" : "", stdout);
    return worst;
}

static const char text[] =
    "Prints one line for each array, 'DIGEST  NAME': n1: and the SHA-256 of its dtype,\n"
    "shape and elements, so that equal arrays have equal digests whatever their memory\n"
    "order, byte order and container, and a reshape or cast shows.  A member that is\n"
    "not an array has sha256: and the SHA-256 of its bytes.  FILE - is standard input.\n"
    "SLICE is NumPy's, as in a.npz:w[10:20, ::2].";

static const cli_option options[] = {
    {.name = "--values",
     .where = offsetof(cli_args, values),
     .help = "only the SHA-256 of the elements in C order, multi-byte numbers\n"
             "little-endian; shape and dtype do not count"},
    {.name = "--json",
     .where = offsetof(cli_args, json),
     .help = "one JSON object, on one line:\n"
             "{\"members\":[{\"name\":\"a\",\"shape\":[2,3],\"descr\":\"<f8\",\n"
             "\"sha256\":\"...\",\"digest\":\"n1:...\"}]}; sha256 is that of\n"
             "--values; nothing if an array cannot be read.  For several FILEs\n"
             "one JSON array, an object for each, which begins with \"file\"\n"
             "and has \"error\" where a file or member cannot be read, as in ls"},
    {.name = NULL},
};

const cli_command cli_cmd_digest = {
    .name = "digest",
    .brief = "FILE...",
    .summary = "digest of each array: dtype, shape and values",
    .operands = "FILE[:MEMBER][SLICE]...",
    .text = text,
    .options = options,
    .min = 1,
    .run = run,
};
