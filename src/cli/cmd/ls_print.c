/* SPDX-License-Identifier: MIT */
/* The list of `nyz ls`, as a table and as JSON. */
#include "cmd/ls.h"

#include "io/complain.h"
#include "text/fail.h"
#include "text/unicode.h"

#include <errno.h>
#include <string.h>

/* The columns of a row; an order of its own for both printing and measuring. */
enum { NAME, DESCR, SHAPE, ORDER, BYTES, METHOD, COLUMNS };

static void put_cell(const cli_row *r, int column, cli_line *cell)
{
    cli_line_clear(cell);
    switch (column) {
    case NAME:
        cli_line_name(cell, r->name.data != NULL ? r->name.data : "", r->name.size);
        break;
    case DESCR:
        cli_line_name(cell, r->raw ? "-" : r->descr.data, r->raw ? 1 : r->descr.size);
        break;
    case SHAPE:
        cli_line_puts(cell, r->raw ? "-" : r->shape.data);
        break;
    case ORDER:
        cli_line_puts(cell, r->order);
        break;
    case BYTES:
        if (r->bytes >= 0) {
            cli_line_int(cell, r->bytes);
        } else {
            cli_line_puts(cell, "-");
        }
        break;
    default:
        cli_line_puts(cell, r->method == NYZ_DEFLATED ? "deflated" : "stored");
    }
}

/* A wider cell widens no column: the spaces in all other rows would be more than the
 * file. */
#define WIDEST 200

static void measure(const cli_table *t, int64_t width[COLUMNS], cli_line *cell)
{
    for (size_t i = 0; i < t->count; i++) {
        for (int column = 0; column < COLUMNS && !t->rows[i].unknown; column++) {
            put_cell(&t->rows[i], column, cell);
            const int64_t found = cli_width(cell->data, cell->size);
            if (found > width[column] && found <= WIDEST) {
                width[column] = found;
            }
        }
    }
}

static void put_row(const cli_row *r, const int64_t width[COLUMNS], cli_line *cell,
                    cli_line *out)
{
    cli_line_clear(out);
    for (int column = 0; column < COLUMNS; column++) {
        put_cell(r, column, cell);
        const int64_t gap = width[column] - cli_width(cell->data, cell->size);
        cli_line_fill(out, ' ', column == BYTES ? gap : 0);
        cli_line_put(out, cell->data, cell->size);
        cli_line_fill(out, ' ', column == BYTES || column == METHOD ? 0 : gap);
        cli_line_puts(out, column == METHOD ? "\n" : "  ");
    }
}

void cli_table_set_memory_error(cli_table *t)
{
    if (t->error.status == NYZ_OK) {
        (void)cli_fail_with(&t->error, ENOMEM, "out of memory");
    }
}

int cli_table_print(const char *file, const cli_table *t)
{
    cli_line cell = {0};
    cli_line out = {0};
    int64_t width[COLUMNS] = {0};
    measure(t, width, &cell);
    for (size_t i = 0; i < t->count && !out.failed && !cell.failed; i++) {
        if (t->rows[i].unknown) {
            continue;
        }
        put_row(&t->rows[i], width, &cell, &out);
        fwrite(out.data, 1, out.size, stdout);
    }
    const int failed = cell.failed || out.failed;
    cli_line_free(&out);
    cli_line_free(&cell);
    return failed ? cli_complain_memory(file) : CLI_EXIT_FINE;
}

static void put_json_number(cli_line *out, const char *key, int64_t value)
{
    cli_line_puts(out, key);
    if (value >= 0) {
        cli_line_int(out, value);
    } else {
        cli_line_puts(out, "null");
    }
}

static void put_json_row(const cli_row *r, cli_line *out)
{
    cli_line_puts(out, "{\"name\":");
    cli_line_json(out, r->name.data, r->name.size);
    if (r->raw) {
        cli_line_puts(out, ",\"raw\":true");
    } else if (!r->unknown) {
        cli_line_puts(out, ",\"descr\":");
        cli_line_json(out, r->descr.data, r->descr.size);
        cli_line_puts(out, ",\"shape\":");
        cli_line_put(out, r->shape_json.data, r->shape_json.size);
        cli_line_puts(out, ",\"order\":\"");
        cli_line_puts(out, r->order);
        cli_line_puts(out, "\"");
    }
    put_json_number(out, ",\"bytes\":", r->bytes);
    put_json_number(out, ",\"stored_bytes\":", r->stored);
    cli_line_puts(out, r->method == NYZ_DEFLATED ? ",\"method\":\"deflated\""
                                                 : ",\"method\":\"stored\"");
    if (r->error != NULL) {
        cli_line_error_json(out, r->error);
    }
    cli_line_puts(out, "}");
}

/* Prints the whole object with the comma before it, or nothing: then 0. */
static int print_json_object(const char *file, const cli_table *t, int *listed)
{
    cli_line out = {0};
    cli_line_puts(&out, *listed > 0 ? ",{\"file\":" : "{\"file\":");
    cli_line_json(&out, file, strlen(file));
    cli_line_error_json(&out, &t->error);
    cli_line_puts(&out, ",\"members\":[");
    for (size_t i = 0; i < t->count; i++) {
        cli_line_puts(&out, i > 0 ? "," : "");
        put_json_row(&t->rows[i], &out);
    }
    cli_line_puts(&out, "]}");
    const int fine = !out.failed;
    fwrite(out.data, 1, fine ? out.size : 0, stdout);
    *listed += fine;
    cli_line_free(&out);
    return fine;
}

int cli_table_print_json(const char *file, const cli_table *t, int *listed)
{
    cli_table failure = {0};
    if (print_json_object(file, t, listed)) {
        return CLI_EXIT_FINE;
    }
    cli_table_set_memory_error(&failure);
    (void)print_json_object(file, &failure, listed);
    return cli_complain_memory(file);
}
