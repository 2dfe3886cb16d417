/* SPDX-License-Identifier: MIT */
/* What the files behind nyz_file.h share: the handle, where its bytes come from (file_source.c),
 * which format they are of (file_format.c), the checks of what a format's table answers
 * (file_answer.c, file_item.c, file_limits.c), and loading (file_read.c, file_table.c). */
#ifndef NYZ_FILE_HANDLE_H
#define NYZ_FILE_HANDLE_H

#include "nyz_container.h"
#include "nyz_file.h"
#include "nyz_model.h"

#include "base/config.h"
#include "base/select.h"
#include "io/input_file.h"
#include "io/stream_mem.h"

struct nyz_file {
    nyz_config config;
    nyz_options options;          /* the config, for the table */
    nyz_input_file *input;        /* NULL: memory or the caller's stream */
    nyz_stream_mem_reader memory; /* the caller's bytes, or those of `buffer` */
    nyz_buffer buffer;            /* all of a source that cannot seek */
    nyz_stream seeking;           /* the caller's stream, if it has no read_at */
    nyz_stream stream;            /* has read_at */
    int64_t size;                 /* of the stream */
    const nyz_container *format;
    int own; /* the format is one of nyz's, whose arrays need no check */
    void *state;
    int64_t count;
};

/* ----------------------------------------------------------------------- file_source.c */

/* Where the bytes of a file are: one of the three. */
typedef struct nyz_file_origin {
    const char *path;
    const nyz_stream *stream;
    const void *bytes;
    size_t size;
} nyz_file_origin;

/* Fills in stream and size.  Errors: NOT_FOUND, IO, ARGUMENT, LIMIT, MEMORY; what has been opened
 * is the handle's to close. */
nyz_status nyz_file_source(nyz_file *file, const nyz_file_origin *origin, nyz_error *err);

/* ----------------------------------------------------------------------- file_format.c */

/* The formats to choose from: the caller's, then nyz's own. */
typedef struct nyz_file_formats {
    const nyz_container *const *list;
    int64_t count;
} nyz_file_formats;

/* Chooses the format, and opens the file by its table: fills in format and state.
 * Errors: ARGUMENT (a bad table), and those of nyz_file_open. */
nyz_status nyz_file_choose(nyz_file *file, const nyz_file_formats *formats,
                           const char *path, nyz_error *err);

/* ----------------------------------------------------------------------- file_answer.c */

/* An error for a table's function to fill in. */
void nyz_file_begin(nyz_error *failure);

/* What a table's function has returned: passes its failure on to err.  what: "open". */
nyz_status nyz_file_answer(const nyz_container *format, const char *what,
                           nyz_status status, nyz_error *failure, nyz_error *err);

/* The same of a function of another library's that reads item `index`. */
nyz_status nyz_file_answer_item(const nyz_container *format, const char *what,
                                int64_t index, nyz_status status, nyz_error *failure,
                                nyz_error *err);

/* The table has answered what cannot be true.  Returns NYZ_ERR_ARGUMENT. */
nyz_status nyz_file_refuse(const nyz_container *format, const char *what, int64_t index,
                           const char *why, nyz_error *err);

/* Makes a message of a table's fit to be shown: ended, and without control characters. */
void nyz_file_clean(nyz_error *failure);

/* After a call on item `index` (-1: on the file): that the file is what it was when it was opened,
 * or has only been appended to.  Errors: CORRUPT, IO. */
nyz_status nyz_file_unchanged(const nyz_file *file, int64_t index, nyz_error *err);

/* ------------------------------------------------------------------------- file_item.c */

/* What the directory says of an item that there is, checked; 0: it cannot be. */
int nyz_file_list(const nyz_file *file, int64_t index, nyz_entry *out);

/* Puts the name of an item before the message of a failure.  Returns `status`. */
nyz_status nyz_file_add_context(const nyz_file *file, int64_t index, nyz_status status,
                                nyz_error *err);

nyz_status nyz_file_check_index(const nyz_file *file, int64_t index, nyz_error *err);

/* Fails with NOT_FOUND, and a name that is near. */
nyz_status nyz_file_missing(const nyz_file *file, const char *name, nyz_error *err);

/* nyz_file_info_at with these limits, and without looking whether the file has changed; the index
 * has been checked. */
nyz_status nyz_file_look(const nyz_file *file, int64_t index, const nyz_limits *limits,
                         nyz_item *out, nyz_error *err);

/* ----------------------------------------------------------------------- file_limits.c */

/* The limits on names, on the ratio, and on the bytes of all items: *total is those of the items
 * before this one, to which its own are added.  Errors: LIMIT. */
nyz_status nyz_file_limit_entry(const nyz_entry *entry, const nyz_limits *limits,
                                int64_t *total, nyz_error *err);

/* Those on one array, and on a number of bytes.  Errors: LIMIT. */
nyz_status nyz_file_limit_array(const nyz_item *item, const nyz_limits *limits,
                                nyz_error *err);
nyz_status nyz_file_limit_bytes(int64_t size, const nyz_limits *limits, nyz_error *err);

/* ------------------------------------------------------------------------- file_load.c */

/* The options of a call: those of the caller, but for a stream that seeks one thread, in *own. */
const nyz_options *nyz_file_options(const nyz_file *file, const nyz_options *opt,
                                    nyz_options *own);

/* --------------------------------------------------------------------- file_load_all.c */

/* The items that are selected; their names are borrowed from the file.  Errors: as
 * nyz_file_load_selected. */
nyz_status nyz_file_select(const nyz_file *file, const nyz_select *select,
                           const nyz_allocator *allocator, nyz_selection *out,
                           nyz_error *err);

/* --------------------------------------------------------- file_read.c and file_table.c */

/* Loads an item of another library's format, which has been looked at, into a new array or one
 * that is there.  config has the progress of the call. */
typedef nyz_status nyz_file_reader(const nyz_file *file, int64_t index,
                                   const nyz_item *item, const nyz_config *config,
                                   nyz_array *array, nyz_error *err);

/* That an item is an array which can be loaded. */
nyz_status nyz_file_check_array(const nyz_item *item, nyz_error *err);

/* The array that an item's header announces, without data; it owns its dtype, which may be in *out
 * after a failure, too. */
nyz_status nyz_file_own_header(const nyz_item *item, const nyz_config *config,
                               nyz_array *out, nyz_error *err);

/* By `read`, or from where the bytes are in the file. */
nyz_file_reader nyz_file_read_array;
nyz_file_reader nyz_file_read_into;
nyz_file_reader nyz_file_read_bytes;

/* By load_into or read_into, whatever the table has. */
nyz_file_reader nyz_file_load_item_into;

/* By the table's load, load_into and bytes, which it has. */
nyz_file_reader nyz_file_table_load;
nyz_file_reader nyz_file_table_into;
nyz_file_reader nyz_file_table_bytes;

#endif
