/* SPDX-License-Identifier: MIT */
/* nyz: a format of files that hold arrays, for nyz_file.h.
 *
 * A format is a table of functions, nyz_container.  nyz has one for .npy and one for .npz; another
 * library adds its own by handing its tables to nyz_file_open_with, which returns the handle that
 * nyz_file_open returns.  There is no list of formats to register in: a program that opens files
 * of three formats names three tables, and two libraries that do so know nothing of each other.
 *
 *     static const nyz_container my_format = {
 *         .version = NYZ_CONTAINER_VERSION, .struct_size = sizeof(nyz_container),
 *         .name = "mine", .noun = "file",
 *         .probe = my_probe, .open = my_open, .close = my_close,
 *         .count = my_count, .entry = my_entry, .info = my_info};
 *
 *     static const nyz_container *const formats[] = {&my_format};
 *     status = nyz_file_open_with(path, formats, 1, opt, &file, err);
 *
 * What a table has to do is small.  A format whose arrays are in the file as they are says in
 * `info` where (nyz_item.data_offset), and needs no more: the handle reads them, by several
 * threads, in any order, byte order and cast that the caller asks for.  A format that compresses
 * has `read`.  Only one that knows a better way to memory than the handle's needs `load`.
 *
 * What a table answers is checked before it is used or returned: counts, indices, names, dtypes,
 * shapes, sizes, places and reserved words against each other and the file, and what `load`,
 * `load_into` and `bytes` give against `info`.  An answer that cannot be true is
 * NYZ_ERR_ARGUMENT, with the format's name in the message: the program's fault, not the file's.
 * The table checks what is in the file; what a pointer points to cannot be checked.
 *
 * Limits: the handle applies limits.members, name_bytes and, as far as `entry` gives the sizes,
 * ratio and archive_bytes when it opens the file; and dims, nesting, fields, item_bytes and
 * array_bytes to each array, which is NYZ_ITEM_UNREADABLE where it exceeds one.  The table applies
 * header_bytes, brackets and directory_bytes, which are about text that it alone sees, and what
 * concerns the memory that it takes itself.  What else NYZ_UNTRUSTED refuses in an archive, such
 * as names that occur twice, is the table's to refuse.
 *
 * Threads: `count` to `bytes` get a const state, and may be called by several threads at once for
 * one state.  `probe`, `open` and `close` are called by the thread that opens or closes the file;
 * different files may be opened by different threads at once.
 *
 * Errors: a function that fails returns a status other than NYZ_OK and fills *err, which is never
 * NULL here: one line for the person who has the file, as nyz_error says, without the path and the
 * item's name; where `message` is left empty the handle says which format failed.
 *
 * Versions: NYZ_CONTAINER_VERSION changes only if old tables would no longer work.  Functions are
 * added at the end of the struct, and struct_size says which a table has: this library passes over
 * those that it does not know, and takes those that a table is too short for as NULL.  Writing
 * (`create`, `add`, `finish`) will come so. */
#ifndef NYZ_CONTAINER_H
#define NYZ_CONTAINER_H

#include "nyz.h"
#include "nyz_file.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NYZ_CONTAINER_VERSION 1u

/* ------------------------------------------------------------------- recognizing a format */

/* What `probe` and `open` see of a file, all of it borrowed for the call.  The tables are asked up
 * to three times: with the first bytes alone; unless one is sure then, with the last bytes too, as
 * for formats whose directory is at the end; and if none says yes, with more of them, in which the
 * end record of a zip archive is found whatever comment follows it.  First and last bytes overlap
 * in a short file, and are all of it in one of up to NYZ_SAMPLE_FIRST bytes. */
#define NYZ_SAMPLE_FIRST 4096
#define NYZ_SAMPLE_LAST 16384
#define NYZ_SAMPLE_MORE (65535 + 22)

typedef struct nyz_sample {
    const unsigned char *first;
    size_t first_size; /* the first NYZ_SAMPLE_FIRST bytes, or all */
    const unsigned char *last;
    size_t last_size;  /* the last NYZ_SAMPLE_LAST or NYZ_SAMPLE_MORE bytes, or all; 0: not read */
    int64_t size;      /* of the file */
    const char *path;  /* for files beside it; NULL: memory or a stream */
    int64_t reserved[4];
} nyz_sample;

/* How sure `probe` is; any number between is fine, and the highest one opens the file.  Of equal
 * ones the first table's counts, in the order of nyz_file_open_with; nyz's own are the last. */
enum {
    NYZ_PROBE_NO = 0,
    NYZ_PROBE_POSSIBLE = 25, /* nothing speaks against it */
    NYZ_PROBE_FAMILY = 50,   /* of the kind, which others share: a zip archive is this for .npz */
    NYZ_PROBE_LIKELY = 75,   /* more than that: a zip archive that has a member data.pkl */
    NYZ_PROBE_SURE = 100     /* bytes that no other format begins with; no more are read */
};

/* ------------------------------------------------------------------------------ the table */

enum {
    NYZ_CONTAINER_NUMBERED = 1 /* the names of the items are their numbers alone: messages leave it
                                  out where there is one item */
};

typedef struct nyz_container {
    uint32_t version;     /* NYZ_CONTAINER_VERSION */
    uint32_t struct_size; /* sizeof(nyz_container) */
    const char *name;     /* of the format: a-z, 0-9 and '-', at most 31 */
    const char *noun;     /* what messages call such a file: "file", "archive", "checkpoint" */
    uint32_t flags;       /* NYZ_CONTAINER_NUMBERED, or 0 */
    uint32_t reserved;    /* 0 */

    /* How sure it is that the file is of this format (NYZ_PROBE_...).  It looks at the sample
     * alone, and takes a damaged file of the format for its own: `open` says what is wrong. */
    int (*probe)(const nyz_sample *sample);

    /* Opens the file.  `stream` has read_at, which may be all that it has (where the caller's
     * stream has none, one thread at a time calls it); it may be copied, and is there until
     * `close`.  The sample saves reading its bytes again.  `opt` is never NULL here: its allocator
     * and limits are set, none of the limits is 0, and both are there until `close`; its progress
     * is not to be called.  Memory comes from that allocator; nothing is allocated for what the
     * file has not been seen to hold.
     * *state is passed to the other functions; it may stay NULL if none needs it.
     * Errors: any but ARGUMENT; then nothing is held, and `close` is not called. */
    nyz_status (*open)(const nyz_stream *stream, const nyz_sample *sample, const nyz_options *opt,
                       void **state, nyz_error *err);

    /* Frees the state. */
    void (*close)(void *state);

    /* The number of items, the same each time; at most limits.members. */
    int64_t (*count)(const void *state);

    /* Fills in what the directory says of item 0 <= index < count: *out is zeroed, but for size
     * and compressed_size, -1, and key_size, SIZE_MAX, which stands for name_size.  The name is
     * owned by the state, UTF-8, NUL-terminated, without another NUL.  Nothing is read, and it
     * cannot fail. */
    void (*entry)(const void *state, int64_t index, nyz_entry *out);

    /* Fills in the rest of *out, which is zeroed, but for data_size and data_offset, -1.  The
     * header's dtype may point into the state, or be owned by header.owner; what is in
     * header.owner when `info` returns is the handle's to free, also after a failure.  The
     * header's strides are those of a contiguous array in either order.  With a data_offset `read`
     * may be NULL; that the item's bytes are within the file is checked by the handle.
     * An item that cannot be read for what the file has is NYZ_ITEM_UNREADABLE, with `error`.
     * Errors: IO, MEMORY, LIMIT. */
    nyz_status (*info)(const void *state, int64_t index, nyz_item *out, nyz_error *err);

    /* From here on each may be NULL. */

    /* The item of this name; -1: there is none.  NULL: the handle compares the names, in a time
     * that grows with their number, and the last of equal ones counts. */
    int64_t (*find)(const void *state, const char *name);

    /* Writes the `size` bytes (data_size) of an item to `to`, as its info describes them: the
     * elements in the order of header.strides and in the dtype's byte order, or all of what is not
     * an array.
     * All or nothing: what fails a check is not NYZ_OK.  For nyz_options.progress it is one step,
     * however large: a format with large items that compresses may want `load`.  NULL: each item
     * with bytes has a data_offset.
     * Errors: IO, CORRUPT, UNSUPPORTED, LIMIT. */
    nyz_status (*read)(const void *state, int64_t index, void *to, size_t size, nyz_error *err);

    /* As nyz_file_load_at and nyz_file_load_into_at, of an item that `info` calls an array and that
     * is within the limits.  `opt` is never NULL here: it is what the caller asked for, checked,
     * with allocator and limits as for `open`, until the call ends.  Its progress, unless NULL, is
     * to be called as nyz.h says; where it returns not 0, return NYZ_ERR_CANCELLED.
     * An array from `load` has info's shape and dtype, that in the byte order asked for (native by
     * default), is contiguous in the order asked for (NYZ_KEEP_ORDER: that of header.strides),
     * owns its memory (from nyz_array_new, nyz_array_adopt or the like), and has no flags.  Its
     * data is best aligned to 64 bytes, as what nyz loads; that is not checked.
     * `into` of load_into has info's shape, and a dtype that info's is or can be cast to.
     * NULL: the handle takes `read`, or the bytes at data_offset. */
    nyz_status (*load)(const void *state, int64_t index, const nyz_options *opt, nyz_array *out,
                       nyz_error *err);
    nyz_status (*load_into)(const void *state, int64_t index, const nyz_options *opt,
                            const nyz_array *into, nyz_error *err);

    /* As nyz_file_bytes_at, of any item; opt as for `load`.  The array owns its memory, and has as
     * many bytes as `info` (of NYZ_ITEM_BYTES) or `entry` says.  NULL: what is not an array is
     * read as by `load`. */
    nyz_status (*bytes)(const void *state, int64_t index, const nyz_options *opt, nyz_array *out,
                        nyz_error *err);

    /* As nyz_file_trailing.  NULL: 0. */
    int64_t (*trailing)(const void *state);

    /* Called if the file is longer than it was when it was opened: not 0 if it has only been
     * appended to, in a way that the format allows, so that item `index` (-1: all of them) is still
     * what it was.  `now` reads the file as it is now, which has `size` bytes.  NULL: never. */
    int (*is_intact)(const void *state, int64_t index, const nyz_stream *now, int64_t size);

    /* Compares the checksum of an item that `info` calls an array: for NYZ_VERIFY with
     * nyz_file_map, which needs no more of a format than data_offset.  NULL: it has none.
     * Errors: IO, CORRUPT. */
    nyz_status (*verify)(const void *state, int64_t index, nyz_error *err);
} nyz_container;

/* -------------------------------------------------------------------------------- opening */

/* As nyz_file_open, nyz_file_open_mem and nyz_file_open_stream, with `count` formats more than
 * these know.  The tables are borrowed until the file is closed; constants are best.
 * Errors: as those, and ARGUMENT (a table without a function that it has to have, or of another
 * version). */
NYZ_API nyz_status nyz_file_open_with(const char *path, const nyz_container *const *formats,
                                      int64_t count, const nyz_options *opt, nyz_file **out,
                                      nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 5));
NYZ_API nyz_status nyz_file_open_mem_with(const void *bytes, size_t size,
                                          const nyz_container *const *formats, int64_t count,
                                          const nyz_options *opt, nyz_file **out, nyz_error *err)
                                          NYZ_NODISCARD NYZ_NONNULL((6));
NYZ_API nyz_status nyz_file_open_stream_with(const nyz_stream *stream,
                                             const nyz_container *const *formats, int64_t count,
                                             const nyz_options *opt, nyz_file **out,
                                             nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 5));

#ifdef __cplusplus
}
#endif

#endif /* NYZ_CONTAINER_H */
