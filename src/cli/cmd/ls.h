/* SPDX-License-Identifier: MIT */
/* What `nyz ls` has found, and printing it. */
#ifndef NYZ_CLI_CMD_LS_H
#define NYZ_CLI_CMD_LS_H

#include "text/text.h"

/* One line of the list. */
typedef struct cli_row {
    cli_line name, descr, shape, shape_json;
    char order[2]; /* C, F or - */
    int raw;       /* no array */
    int64_t bytes; /* of the elements, or of a raw member; -1: Python objects */
    int64_t stored;
    nyz_method method;
    nyz_error *error; /* owned; NULL: none; else only JSON has what is not known */
    int unknown;      /* an archive's member whose header cannot be read */
} cli_row;

typedef struct cli_table {
    cli_row *rows;
    size_t count, capacity;
    nyz_error error; /* of the file; status NYZ_OK: none */
} cli_table;

/* Not all of the file's rows are there: memory has run out.  An earlier error stays. */
void cli_table_set_memory_error(cli_table *table);

/* Columns, or an element of a JSON array, of which *listed are printed.  Without the memory for
 * the rows the element has the error alone, or is left out.  Return an exit status, having
 * complained about `file`. */
int cli_table_print(const char *file, const cli_table *table);
int cli_table_print_json(const char *file, const cli_table *table, int *listed);

#endif
