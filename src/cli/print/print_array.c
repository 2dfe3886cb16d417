/* SPDX-License-Identifier: MIT */
/* Arrays in NumPy's layout: nested brackets, lines of 75 characters, shortened. */
#include "print/print.h"

#include "text/fail.h"
#include "text/unicode.h"

#include <errno.h>
#include <string.h>

#define WIDTH 75
#define MAX_EMPTY 1000000 /* elements without bytes that are gone through */

/* One printing. */
typedef struct job {
    const nyz_array *array;
    cli_format format;
    int shortened;
    int edges;     /* what is left out is not there */
    cli_line line; /* the line being filled */
} job;

/* The next index that is shown after `i`: a shortened axis shows three at each end. */
static int64_t next_index(const job *j, int axis, int64_t i)
{
    const int64_t extent = j->array->shape[axis];
    const int gap = j->shortened && extent > 2 * CLI_SHOW_EDGE && i == CLI_SHOW_EDGE - 1;
    return gap ? extent - CLI_SHOW_EDGE : i + 1;
}

/* Not 0 if "..." precedes index `i`. */
static int is_after_gap(const job *j, int axis, int64_t i)
{
    const int64_t extent = j->array->shape[axis];
    return j->shortened && extent > 2 * CLI_SHOW_EDGE && i == extent - CLI_SHOW_EDGE;
}

/* Where index `i` of the axis is. */
static int64_t offset_of(const job *j, int axis, int64_t i)
{
    const int64_t extent = j->array->shape[axis];
    const int64_t left_out = j->edges && extent > 2 * CLI_SHOW_EDGE && i >= CLI_SHOW_EDGE
                                 ? extent - 2 * CLI_SHOW_EDGE
                                 : 0;
    return (i - left_out) * j->array->strides[axis];
}

static void scan(job *j, int axis, const unsigned char *item)
{
    if (axis == j->array->ndim) {
        cli_format_scan(&j->format, item);
        return;
    }
    for (int64_t i = 0; i < j->array->shape[axis]; i = next_index(j, axis, i)) {
        scan(j, axis + 1, item + offset_of(j, axis, i));
    }
}

/* Widths that could not be measured would make a wrong picture of right numbers. */
static void settle(job *j)
{
    cli_format_settle(&j->format);
    j->line.failed |= j->format.failed;
}

/* Hands the line to stdout; 0 if that fails or memory has run out. */
static int flush_line(job *j)
{
    const int fine = !j->line.failed && !ferror(stdout);
    fwrite(j->line.data, 1, fine ? j->line.size : 0, stdout);
    cli_line_clear(&j->line);
    return fine;
}

/* Ends a line as Python's rstrip does. */
static int break_line(job *j)
{
    while (j->line.size > 0 && j->line.data[j->line.size - 1] == ' ') {
        j->line.size--;
    }
    cli_line_puts(&j->line, "\n");
    return flush_line(j);
}

/* Puts a word on the line, or on a new one if it is too long; *column is where the line
 * ends. */
static int put_word(job *j, int axis, const cli_line *word, int64_t *column)
{
    const int64_t indent = axis + 1;
    const int64_t size = cli_columns(word->data, word->size);
    if (*column + size > WIDTH - axis - 1 && *column > indent) {
        if (!break_line(j)) {
            return 0;
        }
        cli_line_fill(&j->line, ' ', indent);
        *column = indent;
    }
    cli_line_put(&j->line, word->data, word->size);
    j->line.failed |= word->failed;
    *column += size;
    return 1;
}

/* The last axis: words with spaces between. */
static int put_row(job *j, int axis, const unsigned char *item)
{
    const int64_t extent = j->array->shape[axis];
    int64_t column = axis + 1;
    cli_line word = {0};
    int fine = 1;
    for (int64_t i = 0; i < extent && fine; i = next_index(j, axis, i)) {
        if (is_after_gap(j, axis, i)) {
            cli_line_clear(&word);
            cli_line_puts(&word, "...");
            fine = put_word(j, axis, &word, &column);
            cli_line_puts(&j->line, " ");
            column++;
        }
        cli_line_clear(&word);
        cli_format_put(&j->format, &word, item + offset_of(j, axis, i));
        fine = fine && put_word(j, axis, &word, &column);
        cli_line_puts(&j->line, i + 1 < extent ? " " : "");
        column++;
    }
    cli_line_free(&word);
    return fine;
}

/* The line ends between the parts of an axis: one more for every axis within. */
static int put_gap(job *j, int axis)
{
    const int fine = flush_line(j);
    cli_line_fill(&j->line, '\n', j->array->ndim - axis - 1);
    cli_line_fill(&j->line, ' ', axis + 1);
    return fine;
}

/* Brackets around the parts from `axis` on. */
static int put_axis(job *j, int axis, const unsigned char *item)
{
    int fine = 1;
    cli_line_puts(&j->line, "[");
    if (axis == j->array->ndim - 1) {
        fine = put_row(j, axis, item);
    }
    for (int64_t i = 0; axis < j->array->ndim - 1 && i < j->array->shape[axis] && fine;
         i = next_index(j, axis, i)) {
        fine = i == 0 || put_gap(j, axis);
        if (is_after_gap(j, axis, i)) {
            cli_line_puts(&j->line, "...");
            fine = put_gap(j, axis);
        }
        fine = fine && put_axis(j, axis + 1, item + offset_of(j, axis, i));
    }
    cli_line_puts(&j->line, "]");
    return fine;
}

static int put_all(job *j)
{
    const unsigned char *const item = j->array->data;
    if (nyz_array_count(j->array) == 0) {
        cli_line_puts(&j->line, "[]");
    } else if (j->array->ndim > 0) {
        scan(j, 0, item);
        settle(j);
        if (!put_axis(j, 0, item)) {
            return 0;
        }
    } else if (!cli_item_scalar(&j->line, &j->array->dtype, item)) {
        scan(j, 0, item);
        settle(j);
        cli_format_put(&j->format, &j->line, item);
    }
    cli_line_puts(&j->line, "\n");
    return flush_line(j);
}

static nyz_status fail(nyz_error *err, nyz_status status, int sys, const char *message)
{
    *err = (nyz_error){.status = status, .sys = sys, .offset = -1};
    snprintf(err->message, sizeof err->message, "%s", message);
    return status;
}

/* Elements without bytes cost a file nothing: there may be more of them than anybody
 * wants to see.  As many as the array has bytes are no more work than those. */
static int is_too_empty(const nyz_array *array, int shortened)
{
    const int64_t bytes = nyz_array_count(array) * array->dtype.itemsize;
    const int64_t most = bytes > MAX_EMPTY ? bytes : MAX_EMPTY;
    int64_t items = 1;
    for (int i = 0; i < array->ndim; i++) {
        const int64_t extent = array->shape[i];
        items *= shortened && extent > 2 * CLI_SHOW_EDGE ? 2 * CLI_SHOW_EDGE : extent;
    }
    return items > 0 && cli_count_empty(&array->dtype) > most / items;
}

int cli_print_shortens(const nyz_array *array, int all)
{
    return !all && nyz_array_count(array) > CLI_SHOW_THRESHOLD;
}

nyz_status cli_print_array(const nyz_array *array, int all, int edges, nyz_error *err)
{
    const int64_t size = nyz_array_count(array);
    const int64_t threshold = all ? INT64_MAX : CLI_SHOW_THRESHOLD;
    if (array->dtype.itemsize == 0 && size > MAX_EMPTY) {
        return fail(err, NYZ_ERR_UNSUPPORTED, 0, "too many empty elements to show");
    }
    job j = {.array = array, .shortened = cli_print_shortens(array, all), .edges = edges};
    if (is_too_empty(array, j.shortened)) {
        return fail(err, NYZ_ERR_UNSUPPORTED, 0,
                    "a field has too many empty elements to show");
    }
    nyz_status status =
        cli_format_init(&j.format, &array->dtype, array->ndim == 0, threshold);
    if (status != NYZ_OK) {
        fail(err, status, 0, "out of memory");
    } else if (!put_all(&j)) {
        const int memory = j.line.failed || !ferror(stdout);
        const int sys = errno;
        char words[CLI_WORDS_SIZE];
        status = memory ? fail(err, NYZ_ERR_MEMORY, 0, "out of memory")
                        : fail(err, NYZ_ERR_IO, sys, cli_system_words(words, sys));
    }
    cli_format_free(&j.format);
    cli_line_free(&j.line);
    return status;
}
