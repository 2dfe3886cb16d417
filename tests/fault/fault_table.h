/* SPDX-License-Identifier: MIT */
/* Every public function, with the act that calls it and the ways that are worth it:
 * test_fault_memory.c and test_fault_system.c run this table, by fault_run.h.
 * python_check/test_exports.py compares it with nyz.h. */
#ifndef NYZ_TESTS_FAULT_TABLE_H
#define NYZ_TESTS_FAULT_TABLE_H

#include "fault/fault_archives.h"
#include "fault/fault_arrays.h"
#include "fault/fault_files.h"
#include "fault/fault_maps.h"

typedef struct row {
    const char *function;
    operation *operation;
    unsigned ways; /* bits of ways[] */
    result result;
    int quiet; /* it takes no memory, and asks the system for nothing */
} row;

static const row rows[] = {
    {"nyz_version", look, KINDS, NOTHING, 1},
    {"nyz_status_text", look, ONE, NOTHING, 1},
    {"nyz_system_text", look, ONE, NOTHING, 1},
    {"nyz_dtype_of", look, ONE, NOTHING, 1},
    {"nyz_dtype_parse", parse_dtype, 1 << RECORDS, NOTHING, 0},
    {"nyz_dtype_format", look, KINDS, NOTHING, 1},
    {"nyz_dtype_equal", look, KINDS, NOTHING, 1},
    {"nyz_dtype_has_objects", look, ONE, NOTHING, 1},
    {"nyz_array_describe", look, KINDS, NOTHING, 1},
    {"nyz_name_is_safe", look, ONE, NOTHING, 1},
    {"nyz_dtype_free", parse_dtype, 1 << RECORDS, NOTHING, 0},
    {"nyz_array_count", look, ONE, NOTHING, 1},
    {"nyz_array_is_contiguous", look, KINDS, NOTHING, 1},
    {"nyz_array_wrap", look, ONE, NOTHING, 1},
    {"nyz_array_slice", look, ONE, NOTHING, 1},
    {"nyz_array_index", look, ONE, NOTHING, 1},
    {"nyz_array_transpose", look, ONE, NOTHING, 1},
    {"nyz_array_field", look, KINDS, NOTHING, 1},
    {"nyz_array_copy", copy, KINDS, NOTHING, 0},
    {"nyz_array_wrap_const", look, ONE, NOTHING, 1},
    {"nyz_array_new", new_array, KINDS, NOTHING, 0},
    {"nyz_array_adopt", adopt, KINDS, NOTHING, 0},
    {"nyz_array_retain", copy, KINDS, NOTHING, 0},
    {"nyz_array_free", copy, ONE, NOTHING, 0},
    {"nyz_load", load, KINDS | 1 << 9, NOTHING, 0},
    {"nyz_load_mem", load_mem, KINDS, NOTHING, 0},
    {"nyz_load_into", load_into, KINDS, NOTHING, 0},
    {"nyz_load_header", load_header, KINDS, NOTHING, 0},
    {"nyz_save", save, KINDS, NPY, 0},
    {"nyz_save_mem", save_mem, KINDS, NOTHING, 0},
    {"nyz_stream_file", read_file, ONE, NOTHING, 0},
    {"nyz_stream_fd", read_fd, ONE, NOTHING, 0},
    {"nyz_stream_buffer", write_array, ONE, NOTHING, 0},
    {"nyz_buffer_free", save_mem, ONE, NOTHING, 0},
    {"nyz_output_create", discard_output, ONE, OLD, 0},
    {"nyz_output_finish", finish_output, KINDS, NPY, 0},
    {"nyz_output_discard", discard_output, ONE, OLD, 0},
    {"nyz_read", read_fd, KINDS, NOTHING, 0},
    {"nyz_read_into", read_fd_into, KINDS, NOTHING, 0},
    {"nyz_read_header", read_header, KINDS, NOTHING, 0},
    {"nyz_skip_data", skip_data, KINDS, NOTHING, 0},
    {"nyz_write", write_array, KINDS, NOTHING, 0},
    {"nyz_write_header", write_header, KINDS, NOTHING, 0},
    {"nyz_npz_open", open_path, METHODS, NOTHING, 0},
    {"nyz_npz_open_mem", open_memory, ONE, NOTHING, 0},
    {"nyz_npz_open_stream", open_stream, METHODS, NOTHING, 0},
    {"nyz_npz_count", open_path, ONE, NOTHING, 0},
    {"nyz_npz_member_at", open_path, ONE, NOTHING, 0},
    {"nyz_npz_find", open_path, ONE, NOTHING, 0},
    {"nyz_npz_load", member_load, ALL, NOTHING, 0},
    {"nyz_npz_load_at", member_load_at, METHODS, NOTHING, 0},
    {"nyz_npz_load_all", member_load_all, ALL, NOTHING, 0},
    {"nyz_arrays_count", member_load_all, ONE, NOTHING, 0},
    {"nyz_arrays_get", member_load_all, ONE, NOTHING, 0},
    {"nyz_arrays_get_at", member_load_all, ONE, NOTHING, 0},
    {"nyz_arrays_error", member_load_all, ONE, NOTHING, 0},
    {"nyz_arrays_free", member_load_all, ONE, NOTHING, 0},
    {"nyz_npz_load_into_at", member_load_into, SMALL, NOTHING, 0},
    {"nyz_npz_load_header_at", member_load_header, METHODS, NOTHING, 0},
    {"nyz_npz_bytes_at", member_bytes, METHODS, NOTHING, 0},
    {"nyz_npz_member", member_names, ONE, NOTHING, 0},
    {"nyz_npz_locate", member_names, ONE, NOTHING, 0},
    {"nyz_npz_locate_at", member_names, ONE, NOTHING, 0},
    {"nyz_npz_load_into", member_names, SMALL, NOTHING, 0},
    {"nyz_npz_load_header", member_names, ONE, NOTHING, 0},
    {"nyz_npz_bytes", member_names, ONE, NOTHING, 0},
    {"nyz_npz_close", open_memory, ONE, NOTHING, 0},
    {"nyz_file_open", file_open, METHODS, NOTHING, 0},
    {"nyz_file_open_mem", file_open_mem, ONE, NOTHING, 0},
    {"nyz_file_open_stream", file_open_stream, METHODS, NOTHING, 0},
    {"nyz_file_open_with", file_open_with, ONE, NOTHING, 0},
    {"nyz_file_open_mem_with", file_open_with_mem, ONE, NOTHING, 0},
    {"nyz_file_open_stream_with", file_open_with_stream, ONE, NOTHING, 0},
    {"nyz_file_close", file_open, ONE, NOTHING, 0},
    {"nyz_file_format", file_open, ONE, NOTHING, 0},
    {"nyz_file_count", file_open, ONE, NOTHING, 0},
    {"nyz_file_trailing", file_open, ONE, NOTHING, 0},
    {"nyz_file_name", file_open, ONE, NOTHING, 0},
    {"nyz_file_find", file_open, ONE, NOTHING, 0},
    {"nyz_file_entry", file_open, ONE, NOTHING, 0},
    {"nyz_file_entry_at", file_open, ONE, NOTHING, 0},
    {"nyz_file_info", file_info, METHODS, NOTHING, 0},
    {"nyz_file_info_at", file_info_at, METHODS, NOTHING, 0},
    {"nyz_item_free", file_info, ONE, NOTHING, 0},
    {"nyz_file_load", file_load, ALL, NOTHING, 0},
    {"nyz_file_load_at", file_load_at, METHODS, NOTHING, 0},
    {"nyz_file_load_into", file_load_into, SMALL, NOTHING, 0},
    {"nyz_file_load_into_at", file_load_into_at, METHODS, NOTHING, 0},
    {"nyz_file_bytes", file_bytes, METHODS, NOTHING, 0},
    {"nyz_file_bytes_at", file_bytes_at, METHODS, NOTHING, 0},
    {"nyz_file_load_all", file_load_all, METHODS, NOTHING, 0},
    {"nyz_map", map_path, KINDS, NOTHING, 0},
    {"nyz_map_mem", map_mem, KINDS, NOTHING, 0},
    {"nyz_npz_map", map_member, METHODS, NOTHING, 0},
    {"nyz_npz_map_at", map_member_at, METHODS, NOTHING, 0},
    {"nyz_file_map", map_item, METHODS, NOTHING, 0},
    {"nyz_file_map_at", map_item_at, METHODS, NOTHING, 0},
    {"nyz_create_map", create_map, KINDS, NPY, 0},
    {"nyz_map_flush", create_map, ONE, NPY, 0},
    {"nyz_npz_create", discard_archive, ONE, OLD, 0},
    {"nyz_npz_create_stream", archive_to_stream, SMALL, NOTHING, 0},
    {"nyz_npz_add", finish_archive, ALL, NPZ, 0},
    {"nyz_npz_add_all", archive_of_all, SMALL, NPZ, 0},
    {"nyz_npz_save", save_archive, SMALL, NPZ, 0},
    {"nyz_npz_add_bytes", archive_of_bytes, 1 << 0 | 1 << 5, NPZ, 0},
    {"nyz_npz_finish", finish_archive, ONE, NPZ, 0},
    {"nyz_npz_discard", discard_archive, ONE, OLD, 0},
};

enum { FUNCTIONS = sizeof rows / sizeof rows[0] };

#endif
