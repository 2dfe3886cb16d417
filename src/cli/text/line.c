/* SPDX-License-Identifier: MIT */
/* A growing line of text, and the simple things that are put on it. */
#include "text/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for `more` bytes and the NUL; 0 if there is none. */
static int grow(cli_line *line, size_t more)
{
    if (line->failed) {
        return 0;
    }
    if (more >= SIZE_MAX / 2 - line->size) {
        line->failed = 1;
        return 0;
    }
    const size_t need = line->size + more + 1;
    if (need <= line->capacity) {
        return 1;
    }
    const size_t capacity = need < 128 ? 256 : need * 2;
    char *const data = realloc(line->data, capacity);
    if (data == NULL) {
        line->failed = 1;
        return 0;
    }
    line->data = data;
    line->capacity = capacity;
    return 1;
}

void cli_line_put(cli_line *line, const char *bytes, size_t size)
{
    if (size > 0 && grow(line, size)) {
        memcpy(line->data + line->size, bytes, size);
        line->size += size;
        line->data[line->size] = '\0';
    }
}

void cli_line_puts(cli_line *line, const char *string)
{
    cli_line_put(line, string, strlen(string));
}

void cli_line_fill(cli_line *line, char c, int64_t count)
{
    if (count > 0 && grow(line, (size_t)count)) {
        memset(line->data + line->size, c, (size_t)count);
        line->size += (size_t)count;
        line->data[line->size] = '\0';
    }
}

void cli_line_int(cli_line *line, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    cli_line_puts(line, text);
}

void cli_line_trim(cli_line *line)
{
    char *const data = line->data != NULL ? realloc(line->data, line->size + 1) : NULL;
    if (data != NULL) {
        line->data = data;
        line->capacity = line->size + 1;
    }
}

void cli_line_clear(cli_line *line)
{
    line->size = 0;
    if (line->data != NULL) {
        line->data[0] = '\0';
    }
}

void cli_line_free(cli_line *line)
{
    free(line->data);
    *line = (cli_line){0};
}

void cli_line_shape(cli_line *line, const nyz_array *array)
{
    cli_line_puts(line, "(");
    for (int i = 0; i < array->ndim; i++) {
        cli_line_puts(line, i > 0 ? ", " : "");
        cli_line_int(line, array->shape[i]);
    }
    cli_line_puts(line, array->ndim == 1 ? ",)" : ")");
}

void cli_line_shape_json(cli_line *line, const nyz_array *array)
{
    cli_line_puts(line, "[");
    for (int i = 0; i < array->ndim; i++) {
        cli_line_puts(line, i > 0 ? "," : "");
        cli_line_int(line, array->shape[i]);
    }
    cli_line_puts(line, "]");
}

nyz_status cli_line_descr(cli_line *line, const nyz_dtype *dtype, nyz_error *err)
{
    size_t length;
    const nyz_status status = nyz_dtype_format(dtype, NULL, 0, &length, err);
    if (status != NYZ_OK) {
        return status;
    }
    char *const text = malloc(length + 1);
    if (text == NULL) {
        line->failed = 1;
        return NYZ_OK;
    }
    const nyz_status again = nyz_dtype_format(dtype, text, length + 1, &length, err);
    if (again == NYZ_OK) {
        cli_line_put(line, text, length);
    }
    free(text);
    return again;
}
