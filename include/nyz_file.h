/* SPDX-License-Identifier: MIT */
/* nyz: any file of arrays, through one handle.  A program that takes its weights from a .npy file,
 * an archive, or whatever formats another library adds (nyz_container.h), is written once:
 *
 *     nyz_file *file;
 *     nyz_array w;
 *     if (nyz_file_open(path, NULL, &file, &err) != NYZ_OK)
 *         return complain(err.message);
 *     if (nyz_file_load(file, "fc1.weight", NULL, &w, &err) == NYZ_OK) ...
 *     nyz_file_close(&file);
 *
 * The format is recognized by the content, never by the path's ending.  What a file holds are its
 * items, counted from 0: arrays, and what is not an array.  The items of a .npz archive are its
 * members; those of a .npy file are its arrays, which several np.save to one file have written one
 * after the other, with the names "0", "1", ...
 *
 * nyz.h's conventions hold here.  A const nyz_file may be shared by threads if it was opened from
 * a path or from memory, or from a stream whose read_at may be called by several at once. */
#ifndef NYZ_FILE_PUBLIC_H
#define NYZ_FILE_PUBLIC_H

#include "nyz.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A file open for reading. */
typedef struct nyz_file nyz_file;

/* ---------------------------------------------------------------------------------- items */

typedef enum nyz_item_kind {
    NYZ_ITEM_ARRAY = 1,  /* nyz_file_load loads it */
    NYZ_ITEM_BYTES,      /* not an array: nyz_file_bytes reads it */
    NYZ_ITEM_UNREADABLE  /* an array that cannot be loaded; nyz_item.error says why */
} nyz_item_kind;

/* What a file's directory says of an item: nothing is read for it. */
typedef struct nyz_entry {
    const char *name; /* UTF-8, NUL-terminated; borrowed from the file */
    size_t name_size; /* bytes, without that NUL */
    size_t key_size;  /* how many of these are the name of the array: a .npz member "w.npy" is the
                         array "w"; elsewhere name_size */
    int64_t size;     /* bytes of all of it, uncompressed, as nyz_file_bytes gives it: an array with
                         its header, if it has one of its own; -1: not known */
    int64_t compressed_size; /* bytes that it takes in the file; -1: not known */
    int32_t method;   /* how it is compressed: NYZ_STORED is not, NYZ_DEFLATED; any other number is
                         the format's own */
    int32_t reserved32;
    int64_t reserved[4];
} nyz_entry;

/* What is known of an item without reading its elements.  Free it with nyz_item_free, before the
 * file is closed. */
typedef struct nyz_item {
    nyz_entry entry;
    int32_t kind;        /* nyz_item_kind */
    int32_t reserved32;
    nyz_array header;    /* dtype, shape, and strides in the file's memory order; data NULL.  With
                            NYZ_ITEM_UNREADABLE as far as it could be read: Python objects have one;
                            dtype.type NYZ_NONE: there is none */
    int64_t data_size;   /* bytes of the elements, or of what is not an array; -1: not known */
    int64_t data_offset; /* where in the file, memory or stream these bytes are, uncompressed, in
                            the order of header.strides; -1: not as they are */
    int64_t reserved[4];
    nyz_error error;     /* NYZ_ITEM_UNREADABLE: how loading it fails: UNSUPPORTED (Python objects),
                            CORRUPT, LIMIT; else its status is NYZ_OK */
} nyz_item;

NYZ_API void nyz_item_free(nyz_item *item);

/* ---------------------------------------------------------------------------------- files */

/* Opens a file, and reads what it needs to know its items: an archive's directory, the headers of
 * a .npy file's arrays.  open_mem borrows the bytes.  open_stream borrows the stream, and offsets
 * count from its start; it needs read_at, or read and seek.  A FIFO, or a stream that has only
 * `read`, is read to memory first, to its end (at most limits.archive_bytes; nyz_read takes arrays
 * from it one by one instead).
 * opt: limits, allocator, NYZ_UNTRUSTED; they also apply to the calls on the file, unless these
 * name other limits or another allocator.  progress is called while the source is read to memory.
 * Errors: NOT_FOUND, IO, CORRUPT (of no known format, too: the message says what it is, if that is
 * known), UNSUPPORTED, LIMIT. */
NYZ_API nyz_status nyz_file_open(const char *path, const nyz_options *opt, nyz_file **out,
                                 nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));
NYZ_API nyz_status nyz_file_open_mem(const void *bytes, size_t size, const nyz_options *opt,
                                     nyz_file **out, nyz_error *err) NYZ_NODISCARD
                                     NYZ_NONNULL((4));
NYZ_API nyz_status nyz_file_open_stream(const nyz_stream *stream, const nyz_options *opt,
                                        nyz_file **out, nyz_error *err) NYZ_NODISCARD
                                        NYZ_NONNULL((1, 3));

NYZ_API void nyz_file_close(nyz_file **file);

/* The name of the file's format: "npy", "npz", or that of another library's. */
NYZ_API const char *nyz_file_format(const nyz_file *file) NYZ_NONNULL((1));

/* The number of items. */
NYZ_API int64_t nyz_file_count(const nyz_file *file) NYZ_NONNULL((1));

/* How many bytes are after the last item that belong to nothing: of a .npy file whatever is not
 * an array there.  Elsewhere 0. */
NYZ_API int64_t nyz_file_trailing(const nyz_file *file) NYZ_NONNULL((1));

/* The name of item `index`, borrowed from the file; NULL: there is no such item. */
NYZ_API const char *nyz_file_name(const nyz_file *file, int64_t index) NYZ_NONNULL((1));

/* The item with this name (of a member of a .npz, with or without ".npy"); -1: there is none.
 * Where a name occurs twice, the last one counts, as for NumPy. */
NYZ_API int64_t nyz_file_find(const nyz_file *file, const char *name) NYZ_NONNULL((1, 2));

/* What the directory says of an item.  Errors: NOT_FOUND (no such item: the message suggests a
 * name that is near). */
NYZ_API nyz_status nyz_file_entry(const nyz_file *file, const char *name, nyz_entry *out,
                                  nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 2, 3));
NYZ_API nyz_status nyz_file_entry_at(const nyz_file *file, int64_t index, nyz_entry *out,
                                     nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* What is known of an item; its header is read if it has one, but not its elements, unless the
 * header cannot be used: all of a .npz member is then read, which may be damaged.  An item that is
 * damaged is no failure: it is NYZ_ITEM_UNREADABLE.
 * Errors: NOT_FOUND (no such item), IO, LIMIT. */
NYZ_API nyz_status nyz_file_info(const nyz_file *file, const char *name, nyz_item *out,
                                 nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 2, 3));
NYZ_API nyz_status nyz_file_info_at(const nyz_file *file, int64_t index, nyz_item *out,
                                    nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* Loads an array; out owns it and no longer needs the file.  What the format has to check, such as
 * a member's CRC, is checked before.  Memory as for nyz_load and nyz_npz_load.
 * opt: order, byteorder, limits, allocator, threads, progress; NULL: as the file was opened.
 * Errors: NOT_FOUND (no such item; or it is not an array), IO, CORRUPT (also: Python objects whose
 * pickle is damaged; a path whose file has changed since it was opened, but for rows that were
 * appended), UNSUPPORTED, LIMIT. */
NYZ_API nyz_status nyz_file_load(const nyz_file *file, const char *name, const nyz_options *opt,
                                 nyz_array *out, nyz_error *err) NYZ_NODISCARD
                                 NYZ_NONNULL((1, 2, 4));
NYZ_API nyz_status nyz_file_load_at(const nyz_file *file, int64_t index, const nyz_options *opt,
                                    nyz_array *out, nyz_error *err) NYZ_NODISCARD
                                    NYZ_NONNULL((1, 4));

/* The same into memory that you have, as nyz_load_into: in the item's shape, cast on the way.
 * Errors: as nyz_file_load, and ARGUMENT as nyz_load_into. */
NYZ_API nyz_status nyz_file_load_into(const nyz_file *file, const char *name,
                                      const nyz_options *opt, const nyz_array *into,
                                      nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 2, 4));
NYZ_API nyz_status nyz_file_load_into_at(const nyz_file *file, int64_t index,
                                         const nyz_options *opt, const nyz_array *into,
                                         nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 4));

/* All bytes of an item as the file has them, uncompressed, as a 1-D array of NYZ_UINT8: what is not
 * an array, or a .npz member or an array of a .npy file with its header, Python objects too.
 * Errors: NOT_FOUND, IO, CORRUPT, UNSUPPORTED (an array of a format that keeps its headers
 * elsewhere), LIMIT. */
NYZ_API nyz_status nyz_file_bytes(const nyz_file *file, const char *name, const nyz_options *opt,
                                  nyz_array *out, nyz_error *err) NYZ_NODISCARD
                                  NYZ_NONNULL((1, 2, 4));
NYZ_API nyz_status nyz_file_bytes_at(const nyz_file *file, int64_t index, const nyz_options *opt,
                                     nyz_array *out, nyz_error *err) NYZ_NODISCARD
                                     NYZ_NONNULL((1, 4));

/* Loads all items that are arrays, in their order: nyz_arrays_get and the other calls on the list
 * (nyz.h) take their names or indices.  What is not an array is empty there.  Members of a .npz are
 * loaded as nyz_npz_load_all does, shared by threads; of other files one after the other.
 * opt: as nyz_file_load; NYZ_SKIP_UNSUPPORTED leaves items empty whose loading is UNSUPPORTED, and
 * nyz_arrays_error says why.
 * Errors: as nyz_file_load, of the first item that fails; the message names it.  nyz_model.h loads
 * some of them. */
NYZ_API nyz_status nyz_file_load_all(const nyz_file *file, const nyz_options *opt,
                                     nyz_arrays **out, nyz_error *err) NYZ_NODISCARD
                                     NYZ_NONNULL((1, 3));

#ifdef __cplusplus
}
#endif

#endif /* NYZ_FILE_PUBLIC_H */
