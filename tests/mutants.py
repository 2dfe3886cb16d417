#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Breaks the code by hand, one small change at a time, and sees whether a test notices.

    tests/mutants.py [--jobs N] [--only WORD]
    tests/mutants.py --check-texts

Each line of MUTANTS is a file of src/, a text that is in it once, and what comes in its
place: a bound that is dropped or off by one, a sign, a check that is left out.  A copy of the
tree in build/mutants/ is built with it, and the C tests run until one of them fails, crashes or
hangs; those that know the file come first.  Of the tool, the Python tests do that know the
command.  Ends with the counts, and fails if a text is not found any more, if a mutant survives
that is not in SURVIVORS, or one of those is caught.

In here: mutants, and what runs them.  A new rule of reading, of writing to a path or of unpacking
gets a line."""

import argparse
import os
import queue
import re
import shutil
import subprocess
import sys
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build", "mutants")
SECONDS = 120  # a test that takes longer hangs

# The tests that know a file best, by the beginning of its name; then all others, the quick ones
# first.
KNOWS = {
    "pylit": "pylit header dtype npy", "text": "pylit dtype", "dtype": "dtype header npy load_as",
    "header": "header npy", "header_format": "header npy",
    "zip_directory": "zip_directory zip_end zip_names zip_member npz",
    "zip_end": "zip_end zip_directory npz", "zip_entry": "zip_directory zip_names npz",
    "zip_extra": "zip_directory zip_member", "zip_untrusted": "zip_untrusted", "zip_tail": "zip_tail zip_end", "zip_index": "zip_names zip_directory npz",
    "zip_local": "zip_member zip_directory", "zip_name": "zip_names",
    "zip_member": "zip_member npz npz_stream", "zip_extract": "read_paths npz_batch npz",
    "sort": "sort", "parallel_read": "parallel_read read_paths", "npy": "npy load_into file", "npy_write": "npy element_reader npz",
    "load": "npy load_into file", "save": "npy load_into file", "npz_read": "npz entry_points", "npz_directory": "npz entry_points",
    "npz_by_name": "npz", "arrays": "owned npz_batch file_all", "owned": "owned", "describe": "owned",
    "progress": "progress", "progress_stream": "progress",
    "npz_begin": "npz_stream", "npz_add_bytes": "npz_add_stream npz map", "npz_member_reader": "npz_stream", "zip_encode": "npz_stream npz",
    "mapping": "map", "npy_map": "map entry_points", "npy_view": "map entry_points", "npz_map": "map entry_points",
    "create_map": "map", "create_npy": "create_npy", "npy_rows": "create_npy npz_stream", "output": "create_npy output", "npy_input": "map file grown", "file_map": "map container",
    "npz_load": "read_paths npz_batch npz", "npz_member": "npz_damaged read_paths npz_batch npz",
    "npz_load_all": "npz_skip read_paths npz_batch select", "npz_slots": "read_paths npz_batch select",
    "pattern": "pattern", "pattern_match": "pattern", "rename": "pattern select", "select": "select", "npz_selected": "select",
    "file_model": "model fault_memory", "file_model_load": "model fault_memory", "file_report": "model", "file_load_as": "model", "npz_names": "npz", "npz_add_all": "npz npz_add_all",
    "npz_write": "npz map npz_add_all", "element_reader": "load_into element_reader npy read_paths",
    "load_as": "load_as", "cast": "cast cast_small load_as", "number": "load_as", "array_cast": "load_as cast",
    "cast_plan": "cast load_as", "cast_chain": "cast load_as", "cast_loops": "cast load_as",
    "cast_float": "cast_vector cast", "cast_integer": "cast_vector", "cast_small": "cast_small cast_vector",
    "cast_plain": "cast_vector", "cast_avx512": "cast_vector", "cast_vector": "cast_vector",
    "dtype_void": "load_as",
    "alloc": "base array pylit dtype", "arena": "base array pylit dtype", "owner": "base array npy",
    "atomic_file": "output fault_unusual fault_system npz", "input_file": "file fault_unusual stream", "stream_fd": "file stream",
    "stream": "stream hostile_stream zip_tail file_source", "read_ahead": "hostile_stream stream",
    "write_buffer": "write_buffer hostile_stream npz",
    "zip_writer": "npz npz_stream map zip_writer_directory", "zip_writer_directory": "zip_writer_directory npz map",
    "cli/io/part": "test_tool_slices.py", "cli/text/slice": "test_tool_slices.py",
    "cli/io/selection": "test_tool_slices.py", "cli/io/elements": "test_tool_memory.py test_tool_slices.py",
    "cli/io/cursor": "test_tool_memory.py", "cli/io/input_arrays": "test_tool_slices.py",
    "cli/cmd/unpack": "test_unpack.py", "cli/cmd/cmd_unpack": "test_unpack.py",
    "cli/os/directory": "test_unpack.py", "cli/text/fold": "unicode test_unpack.py",
    "cli/cmd/reading": "test_tool_limits.py", "cli/text/number": "test_tool_limits.py",
    "cli/io/input": "test_tool_limits.py test_tool.py",
    "cli/io/unchanged": "test_tool_changed.py", "cli/text/text": "test_tool.py", "cli/text/unicode": "unicode test_tool.py",
    "grown": "grown file_path", "cli/cmd/cmd_cp": "test_tool.py", "nearest": "nearest", "npz_missing": "nearest",
    "file_item": "container_answers file_npz", "file_answer": "container_answers file_path",
    "file_format": "container container_probe", "file_source": "file_source",
    "file_open": "container_answers file_path", "file_load": "container_load file_npz",
    "file_table": "container_load file_progress", "file_read": "container file_progress",
    "file_limits": "container_limits container", "file_load_all": "file_all select",
    "npy_container": "file_npy file_path", "npy_file": "file_npy file_path", "npy_pickle": "npy_skip file_npy",
    "npy_skip": "npy_skip", "slice": "slice grown", "slice_plan": "slice",
    "slice_bytes": "slice", "load_slice": "slice grown fault_memory", "npz_slice": "slice grown fault_memory",
    "npz_container": "file_npz entry_points", "zip_blocks": "blocks", "npz_blocks": "blocks",
    "npz_indexed": "blocks",
    "cli/cmd/pack": "test_pack.py", "cli/cmd/cmd_pack": "test_pack.py",
}
TESTS = ("base array pylit dtype header zip_directory zip_end zip_names zip_member npy "
         "entry_points npz npz_add_stream npz_damaged npz_skip npz_stream map zip_untrusted zip_tail hostile_stream "
         "name_table crc32 fast_deflate output_linux npy_skip load_into read_paths npz_batch "
         "element_reader strided_copy npz_add_all file utf8 cast cast_small cast_vector load_as "
         "stream_mem parallel threads stream output write_buffer deflate_parallel codec "
         "zip_writer_directory nearest grown sort parallel_read large_items owned progress fault_unusual "
         "fault_memory fault_system file_npy file_npz file_source file_path container container_probe "
         "container_answers container_limits container_load file_progress file_all slice blocks "
         "pattern select model create_npy").split()

# (file, text, what comes in its place)
MUTANTS = [
    # Python literals
    ("parse/pylit.c", "scan->depth >= scan->rules->brackets", "scan->depth > scan->rules->brackets"),
    ("parse/pylit.c", "    scan->depth--;\n", ""),
    ("parse/pylit.c", "lit->count == 1 && commas == 0", "lit->count == 1"),
    ("parse/pylit.c", "*commas += comma;", "*commas += 1;"),
    ("parse/pylit.c", "scan.position != size", "0"),
    ("parse/pylit.c", "if (nul != NULL)", "if (0)"),
    ("parse/pylit.c", "for (size_t i = 0; !rules->latin1", "for (size_t i = size; !rules->latin1"),
    ("parse/pylit.c", "size > INT32_MAX", "0"),
    ("parse/pylit.c", "if (nyz_pylit_scan_peek(scan, 0) == close)", "if (1)"),
    ("parse/pylit.c", "nyz_pylit_scan_peek(scan, 0) != ':'", "0"),
    ("parse/pylit_scan.c", "nyz_pylit_scan_peek(scan, size) >= 0", "1"),
    ("parse/pylit.c", '{"False", NYZ_PYLIT_FALSE}', '{"False", NYZ_PYLIT_TRUE}'),
    ("parse/pylit_scan.c", "byte == '\\f'", "byte == '\\v'"),
    ("parse/pylit_number.c", "#define DIGITS_MAX 20", "#define DIGITS_MAX 21"),
    ("parse/pylit_number.c", "(UINT64_MAX - digit) / d->base", "UINT64_MAX / d->base"),
    ("parse/pylit_number.c", "d->overflow || d->value > INT64_MAX", "d->overflow"),
    ("parse/pylit_number.c", "d->overflow || d->value > INT64_MAX", "d->value > INT64_MAX"),
    ("parse/pylit_number.c", "d->zeros > 0 && d->zeros < d->count", "0"),
    ("parse/pylit_number.c", "negative ? -(int64_t)d->value", "negative ? (int64_t)d->value"),
    ("parse/pylit_number.c", "(prefixed || d->count > 0)", "1"),
    ("parse/pylit_number.c", "!nyz_is_word(nyz_pylit_scan_peek(scan, ahead + 1))", "1"),
    ("parse/pylit_number.c", "scan->rules->long_suffix && ", ""),
    ("parse/pylit_number.c", "if (d->count == 0)", "if (0)"),
    ("parse/pylit_number.c", "if (nyz_is_word(byte))", "if (0)"),
    ("parse/pylit_number.c", "digit >= d->base", "digit > d->base"),
    ("parse/pylit_string.c", "*point > 0x10ffff", "0"),
    ("parse/pylit_string.c", "*point > 0x10ffff", "*point > 0x110000"),
    ("parse/pylit_string.c", "return count >= least;", "return 1;"),
    ("parse/pylit_string.c", "*most > 0 && lit->type != type", "0"),
    ("parse/pylit_string.c", "(scan->rules->latin1 ? 2 : 1) + 1", "1"),
    ("parse/pylit_string.c", "byte < 0 || (!triple && (byte == '\\n' || byte == '\\r'))", "byte < 0"),
    ("parse/pylit_string.c", "} else if (point != NO_POINT) {", "} else {"),
    ("parse/pylit_string.c", "*at += *at < p->end && scan->text[*at] == '\\n';", ""),
    ("parse/pylit_string.c", "scan->position += nyz_pylit_scan_peek(scan, 1) >= 0;", "scan->position++;"),
    ("parse/pylit_string.c", "!scan->rules->latin1 && (scan->text[at] & 0x80) != 0", "0"),
    ("parse/pylit_string.c", "byte == quote && (!triple || is_triple(scan, quote))", "byte == quote"),
    # dtypes
    ("dtype/dtype_scalar.c", "*itemsize > config->limits.item_bytes", "*itemsize >= config->limits.item_bytes"),
    ("dtype/dtype_scalar.c", "*itemsize > config->limits.item_bytes", "0"),
    ("dtype/dtype_parse.c", "if (lit->count < 0)", "if (0)"),
    ("dtype/dtype_parse.c", "count > b->config->limits.dims", "count > b->config->limits.dims + 1"),
    ("dtype/dtype_parse.c", "out->shape[i] > 0 ? out->shape[i] : 1", "out->shape[i]"),
    ("dtype/dtype_parse.c", "out->itemsize = empty ? 0 : bytes;", "out->itemsize = bytes;"),
    ("dtype/dtype_parse.c", "            bytes = INT64_MAX;\n", ""),
    ("dtype/dtype_parse.c", "if (is_sized_by_int(memory, shape))", "if (0)"),
    ("dtype/dtype_parse.c", "lit->count != 2 && lit->count != 3", "lit->count < 2"),
    ("dtype/dtype_parse.c", "depth > nyz_min(", "depth >= nyz_min("),
    ("dtype/dtype_parse.c", "build_field(b, child, depth + 1, field)", "build_field(b, child, depth, field)"),
    ("dtype/dtype_parse.c", "build(b, base, depth + 1, memory)", "build(b, base, depth, memory)"),
    ("dtype/dtype_parse.c", "b->fields > b->config->limits.fields", "b->fields >= b->config->limits.fields"),
    ("dtype/dtype_parse.c", "out->nfields += !is_padding(field);", "out->nfields++;"),
    ("dtype/dtype_parse.c", "field->offset = out->itemsize;", "field->offset = 0;"),
    ("dtype/dtype_parse.c", "return check_names(b, lit, out);", "return NYZ_OK;"),
    ("dtype/dtype_parse.c", "field->title == NULL && ", ""),
    ("dtype/dtype_parse.c", "if (lit->count != 2) {\n            return nyz_fail(b->err, NYZ_ERR_CORRUPT, lit->offset,\n                            \"dtype: expected (dtype", "if (lit->count < 2) {\n            return nyz_fail(b->err, NYZ_ERR_CORRUPT, lit->offset,\n                            \"dtype: expected (dtype"),
    # the header of a .npy file
    ("npy/header_parse.c", "bytes[6] > 3 ||", "bytes[6] > 4 ||"),
    ("npy/header_parse.c", " || bytes[7] != 0", ""),
    ("npy/header_parse.c", "bytes[6] == 1 ? 10 : 12", "10"),
    ("npy/header_parse.c", "found > config->limits.header_bytes", "found >= config->limits.header_bytes"),
    ("npy/header_parse.c", "place == NULL || *place != NULL", "place == NULL"),
    ("npy/header_parse.c", "if (missing != NULL)", "if (0)"),
    ("npy/header_parse.c", "if (extent->count < 0)", "if (0)"),
    ("npy/header_parse.c", "out->ndim >= nyz_min(", "out->ndim > nyz_min("),
    ("npy/header_parse.c", "array->shape[i] > 0 && nyz_mul", "nyz_mul"),
    ("npy/header_parse.c", "bytes > config->limits.array_bytes", "bytes >= config->limits.array_bytes"),
    ("npy/element_reader_blocks.c", "if (j.item_bytes > buffer_bytes(workers))", "if (0)"),
    ("npy/npy_write.c", "itemsize > NYZ_NPY_BLOCK", "0"),
    ("npy/npy_large.c", "dtype->itemsize <= NYZ_NPY_BLOCK", "dtype->itemsize <= 4"),
    ("npy/npy_large.c", "point.itemsize = 4;", "point.itemsize = 2;"),
    ("array/half.h", "(rest == tie && (half & 1) != 0)", "rest == tie"),
    ("array/half.h", "payload != 0 ? payload : 1", "payload"),
    ("array/half.h", "exponent < bias - 25", "exponent < bias - 24"),
    ("npy/header_parse.c", "!empty && bytes >", "bytes >"),
    ("npy/header_parse.c", "config->limits.brackets, 1,", "config->limits.brackets, 0,"),
    ("parse/pylit.c", " && outer != ']'", ""),
    ("dtype/dtype.c", "dtype->type != NYZ_VOID &&", ""),
    ("dtype/dtype_parse.c", " &&\n           leaf->letter == 0", ""),
    ("npy/header_parse.c", "== NYZ_SUBARRAY && fortran", "== NYZ_SUBARRAY && 0"),
    ("npy/header_parse.c", "last == '\\n' || last == ' ' || last == '}'", "last >= 0"),
    ("npy/header_parse.c", "rules = {version < 3, version < 3,", "rules = {1, version < 3,"),
    ("npy/header_parse.c", "rules = {version < 3, version < 3,", "rules = {version < 3, 1,"),
    ("npy/header_parse.c", "*fortran = lit->type == NYZ_PYLIT_TRUE;", "*fortran = 0;"),
    ("npy/header_parse.c", "array->dtype.itemsize > 0 ? array->dtype.itemsize : 1", "1"),
    # the directory of an archive
    ("zip/zip_entry.c", "*total > limits->archive_bytes", "*total >= limits->archive_bytes"),
    ("zip/zip_entry.c", "position != place->size", "0"),
    ("zip/zip_directory.c", "entry->compressed_size > next->offset", "entry->compressed_size >= next->offset"),
    ("zip/zip_directory.c", "entry->offset + least + entry->compressed_size >", "entry->offset + least >"),
    ("zip/zip_directory.c", "dir->entries[i].offset < dir->entries[i - 1].offset", "0"),
    ("zip/zip_directory.c", "(entry->flags & NYZ_ZIP_UTF8) != 0", "1"),
    ("zip/zip_directory.c", "entry->end = next->offset;", ""),
    ("zip/zip_internal.h", "NYZ_ZIP_MAX_COMMENT = 0xffff", "NYZ_ZIP_MAX_COMMENT = 0xfffe"),
    ("zip/zip_end.c", "end <= size && end >= padding", "end <= size"),
    ("zip/zip_end.c", "end <= size && end >= padding", "end >= padding"),
    ("zip/zip_end.c", "size - padding < NYZ_ZIP_MAX_PADDING", "size - padding < NYZ_ZIP_MAX_PADDING - 1"),
    ("zip/zip_end.c", "values->disk != 0 || values->directory_disk != 0", "0"),
    ("zip/zip_end.c", "values->disk_count != values->count", "0"),
    ("zip/zip_end.c", "values->offset > room - values->size", "0"),
    ("zip/zip_end.c", "values->size > room ||", ""),
    ("zip/zip_end.c", "prefix >= 0 && prefix != out->prefix", "0"),
    ("zip/zip_end.c", "values->count > (uint64_t)out->size / NYZ_ZIP_CENTRAL_SIZE", "0"),
    ("zip/zip_end.c", "out->count > limits->members", "out->count >= limits->members"),
    ("zip/zip_end.c", "out->size > most", "out->size >= most"),
    ("zip/zip_end.c", "out->prefix != 0 && (config->flags & NYZ_UNTRUSTED) != 0", "0"),
    ("zip/zip_end.c", "misfit >= 0 && is_readable(", "0 && is_readable("),
    ("zip/zip_end.c", "*misfit < 0 || !is_readable(tail, *misfit)", "*misfit < 0"),
    ("zip/zip_end.c", "values.size <= (uint64_t)(tail->start + at) ||", "values.size + values.offset <= (uint64_t)(tail->start + at) ||"),
    ("io/stream.c", "if (low > 0) {", "if (0) {"),
    ("io/stream.c", "high - low > capacity", "high - low > 4 * capacity"),
    ("zip/zip_tail.c", "nyz_min(size, tail->start - offset)", "size"),
    ("zip/zip_end.c", "tail->start > 0 ? NYZ_ZIP_RECORDS_SIZE : 0", "0"),
    ("zip/zip_end64.c", "*position >= 0 && target <= (uint64_t)*position", "*position >= 0"),
    ("zip/zip_end64.c", "nyz_load_le64(record + 4) == END64_SIZE - END64_HEAD", "1"),
    ("zip/zip_end64.c", "!ends_agree(values, &wide)", "0"),
    ("zip/zip_end64.c", "disks > 1", "0"),
    ("zip/zip_end64.c", "nyz_load_le32(bytes + 4) != 0", "0"),
    ("zip/zip_end64.c", "if (has_signature(there", "if (0 && has_signature(there"),
    ("zip/zip_end64.c", "*prefix = position - (int64_t)target;", "*prefix = 0;"),
    ("zip/zip_entry.c", "left < NYZ_ZIP_CENTRAL_SIZE", "left < 0"),
    ("zip/zip_entry.c", "whole > left", "0"),
    ("zip/zip_entry.c", "(int64_t)size > limits->name_bytes", "(int64_t)size >= limits->name_bytes"),
    ("zip/zip_entry.c", "memchr(name_of(c), 0, size) != NULL", "0"),
    ("zip/zip_entry.c", " | NYZ_ZIP_MASKED)) != 0", ")) != 0"),
    ("zip/zip_entry.c", "(flags & NYZ_ZIP_PATCHED_DATA) != 0", "0"),
    ("zip/zip_entry.c", "version > MAX_VERSION", "version > MAX_VERSION + 1"),
    ("zip/zip_extra.c", "zip64->size % 8 != 0 || ", ""),
    ("zip/zip_extra.c", "zip64->size != size", "zip64->size < size"),
    ("zip/zip_extra.c", "numbers[NYZ_ZIP_DISK] = nyz_load_le32(next);", "numbers[NYZ_ZIP_DISK] = 0;"),
    ("zip/zip_extra.c", "repeats && nyz_load_le64(next) != numbers[i]", "0"),
    ("zip/zip_entry.c", "zip64.data == NULL && numbers[i] == NYZ_ZIP_SATURATED", "0"),
    ("zip/zip_entry.c", "numbers[i] > INT64_MAX", "0"),
    ("zip/zip_entry.c", "entry->method == NYZ_STORED && entry->size != entry->compressed_size", "0"),
    ("zip/zip_entry.c", "MAX_INFLATED = 1032", "MAX_INFLATED = 1033"),
    ("zip/zip_entry.c", "INFLATED_SPARE = 64", "INFLATED_SPARE = 63"),
    ("zip/zip_entry.c", "(int64_t)offset > room - head ||", ""),
    ("zip/zip_entry.c", "entry->compressed_size > room - head - (int64_t)offset", "entry->compressed_size > room - (int64_t)offset"),
    ("zip/zip_entry.c", "numbers[NYZ_ZIP_DISK] != 0", "0"),
    ("zip/zip_entry.c", "entry->size > RATIO_FROM &&", ""),
    ("zip/zip_extra.c", "data_size > size", "data_size > size + 1"),
    ("zip/zip_extra.c", "id == ZIP64_ID && zip64->data != NULL", "0"),
    ("zip/zip_extra.c", "return all_zero(bytes, size) ?", "return 1 ?"),
    ("zip/zip_entry.c", "if (nyz_zip_extra_renames(", "if (0 && nyz_zip_extra_renames("),
    ("zip/zip_local.c", "if (nyz_zip_extra_renames(", "if (0 && nyz_zip_extra_renames("),
    ("base/name_table.c", "size == name->size + name->suffix_size &&", ""),
    ("base/name_table.c", "slot_count > FEW_SLOTS", "0"),
    ("base/name_table.c", "name->size + name->suffix_size) << 56", "name->size) << 56"),
    ("zip/zip_index.c", "*slot != 0 && (flags & NYZ_UNTRUSTED) != 0", "0"),
    ("zip/zip_untrusted.c", "if (first != 0) {", "if (0) {"),
    ("zip/zip_untrusted.c", "NYZ_TRY(check_type(w, entry));", ""),
    ("zip/zip_untrusted.c", "type != 0 && type != MODE_FILE && type != MODE_DIRECTORY", "type == 0120000u"),
    ("zip/zip_untrusted.c", "(external & DOS_SPECIAL) != 0", "0"),
    ("zip/zip_untrusted.c", "type == MODE_DIRECTORY || (external & DOS_DIRECTORY) != 0", "type == MODE_DIRECTORY"),
    ("zip/zip_untrusted.c", "named && entry->size > 0", "0"),
    ("zip/zip_untrusted.c", "nyz_load_le32(bytes) != entry->crc32", "0"),
    ("zip/zip_untrusted.c", "announced && rest == 0", "0"),
    ("zip/zip_untrusted.c", "if (rest > 0) {", "if (rest > 30) {"),
    ("zip/zip_end64.c", "disks == 0 && (flags & NYZ_UNTRUSTED) != 0", "0"),
    ("base/name_table.c", "table->slot_count == 0 ? -1 :", ""),
    # members
    ("zip/zip_local.c", "memcmp(l->header, signature, sizeof signature) != 0", "0"),
    ("zip/zip_local.c", "((flags ^ entry->flags) & FLAGS_THAT_MATTER) != 0", "0"),
    ("zip/zip_local.c", "nyz_load_le16(l->header + 8) != entry->method", "0"),
    ("zip/zip_local.c", "l->name_size != entry->raw_size", "0"),
    ("zip/zip_local.c", "entry->compressed_size > entry->end - entry->offset - head", "0"),
    ("zip/zip_local.c", "crc != l->entry->crc32 && !(l->later && crc == 0)", "0"),
    ("zip/zip_local.c", "!(l->later && crc == 0)", "1"),
    ("zip/zip_local.c", "!(value == 0 && may_be_zero)", "1"),
    ("zip/zip_local.c", "!sizes_agree(l, &zip64)", "0"),
    ("zip/zip_local.c", "saturated && wide != NULL ? 1", "saturated ? 1"),
    ("zip/zip_local.c", "memcmp(tail, dir->bytes + l->entry->raw_offset, l->name_size) != 0", "0"),
    ("zip/zip_internal.h", "found |= last | (last - ones);\n    return (found & ones << 7) == 0;", "return 1;"),
    ("zip/zip_name.c", "    *point = REPLACEMENT;\n", ""),
    ("zip/zip_name.c", "0x00b0, 0x2219", "0x00b0, 0x2218"),
    ("zip/zip_member.c", "index >= dir->count", "index > dir->count"),
    ("zip/zip_member.c", "if (room == 0)", "if (0)"),
    ("zip/zip_member.c", "if (behind > 0)", "if (0)"),
    ("zip/zip_member.c", "if (!member->done) {\n        return", "if (0) {\n        return"),
    ("zip/zip_member.c", "crc32 != entry->crc32", "0"),
    ("zip/zip_member.c", "if (got == 0 && member->failure", "if (member->failure"),
    ("zip/zip_member.c", "if (member->left > 0)", "if (0)"),
    ("zip/zip_member.c", "== NYZ_OK && missing > 0", "== NYZ_OK && 0"),
    ("zip/zip_member.c", "member->failure.sys > 0 ? -(int64_t)member->failure.sys : -1", "0"),
    ("zip/zip_extract.c", "return nyz_zip_member_check_crc(entry, join(&sums), err);", "return NYZ_OK;"),
    ("zip/zip_extract.c", "return nyz_zip_member_verify(entry, to, err);",
     "return NYZ_OK;"),
    ("zip/zip_extract.c", "nyz_crc32_combine(crc, c->crc32[i], c->size[i])", "c->crc32[i]"),
    ("zip/zip_extract.c", "if (refused) {", "if (0) {"),
    ("io/parallel_read.c", "range->size / range->item / count + 1", "range->size / range->item / count"),
    ("io/parallel_read.c", "parts[i].status != NYZ_OK", "0"),
    ("io/parallel_read.c", "        *got += parts[i].done;\n", ""),
    ("io/parallel_read.c", "count < 2 || ", ""),
    ("base/sort.c", "> 0 ? child - 1", "> 0 ? child"),
    ("base/sort.c", "return child == h->count ? child - 1 : root;", "return root;"),
    # one array
    ("npy/grown.c", "now > nyz_input_file_size(file) &&", ""),
    ("npy/grown.c", "was->fortran != is->fortran ||", ""),
    ("npy/grown.c", "i == rows ? b->shape[i] < a->shape[i]", "i == rows ? 0"),
    ("npy/grown.c", ": b->shape[i] != a->shape[i]", ": 0"),
    ("npy/npy_header.c", "source->left >= 0 && length > source->left", "0"),
    ("npy/npy_read.c", "source->left >= 0 && *bytes > source->left", "0"),
    ("npy/npy_read.c", "if (file->ndim != into->ndim)", "if (0)"),
    ("npy/npy_read.c", "file->shape[i] != into->shape[i]", "0"),
    ("npy/npy_read.c", "(into->flags & NYZ_READONLY) != 0", "0"),
    ("npy/npy_read.c", "if (nyz_dtype_has_objects(&array->dtype))", "if (0)"),
    ("npy/npy_read.c", "order != NYZ_KEEP_ORDER && order != file_order", "0"),
    ("npy/npy_read.c", "size = size <= INT64_MAX / 2 ? size * 2 : size;", ""),
    ("npy/npy_header.c", "err->offset += base;", ""),
    ("npy/npy_header.c", "(int64_t)NYZ_IO_BLOCK / 4", "INT64_MAX"),
    ("npy/npy_read.c", "nyz_byteorder_or(plan->config->byteorder, NYZ_NATIVE)", "NYZ_KEEP_BYTEORDER"),
    # archives
    ("npz/npz_member.c", "if (source->left > 0)", "if (0)"),
    ("array/owned.c", "size > config->limits.array_bytes", "0"),
    ("npz/npz_member.c", "    if (to_the_end) {", "    if (0) {"),
    ("npz/npz_member.c", "(depends_on_all_bytes(status) || e->failed)", "depends_on_all_bytes(status)"),
    ("npz/npz_member.c", "status == NYZ_OK || status == NYZ_ERR_NOT_FOUND ||", "status == NYZ_OK ||"),
    ("npz/npz_member.c", "rest = rest == NYZ_OK ?", "rest = 0 ?"),
    ("npz/npz_load.c", "entry->compressed_size <= NYZ_ZIP_MAX_INPUT - entry->size &&", ""),
    ("npz/npz_directory.c", "index >= npz->dir.count", "index > npz->dir.count"),
    ("base/config.c", "opt->limits == NULL && (o.flags & NYZ_UNTRUSTED) == untrusted", "0"),
    ("npz/npz_member.c", "return nyz_npy_has_magic(start)", "return 1"),
    ("npz/npz_load.c", "status == NYZ_OK && npz->file != NULL", "0"),
    ("npz/npz_directory.c", "nyz_zip_directory_find_with(&npz->dir, name, size, \".npy\")", "-1"),
    ("npz/npz_names.c", "size > NAME_MAX_BYTES", "size > NAME_MAX_BYTES + 1"),
    ("npz/npz_names.c", "is_letter(name[0]) && name[1] == ':'", "0"),
    ("npz/npz_names.c", "strchr(name, '\\\\') != NULL", "0"),
    ("npz/npz_names.c", "size <= 2 && memcmp(part, \"..\", size) == 0", "size == 1 && part[0] == '.'"),
    ("npz/npz_names.c", "names->count == names->capacity", "names->capacity == 0"),
    # items on their way, and memory
    # small members, read in batches
    ("zip/zip_extract.c", "return nyz_zip_member_verify(entry, *bytes, err);",
     "return NYZ_OK;"),
    ("zip/zip_extract.c", "entry->method != NYZ_STORED || ", ""),
    ("zip/zip_extract.c", "entry->offset != end ||", ""),
    ("npz/npz_load_all.c", "m->offset >= 0 && m->status == NYZ_OK &&", "m->offset >= 0 &&"),
    ("npz/npz_load_all.c", "if (status == NYZ_ERR_UNSUPPORTED &&", "if (status != NYZ_OK &&"),
    ("npz/arrays.c", "arrays->errors[index].status != NYZ_OK\n", "1\n"),
    ("npz/arrays.c", "arrays->errors != NULL && index >= 0 && index < arrays->count", "arrays->errors != NULL && index >= 0"),
    ("npy/element_reader_blocks.c", "j->statuses[i] != NYZ_OK", "0"),
    ("npy/element_reader.c", "if (fortran)", "if (0)"),
    ("array/cast_plan.c", "plan->to.byteorder == '>' ? NYZ_BIG_ENDIAN : NYZ_LITTLE_ENDIAN", "NYZ_LITTLE_ENDIAN"),
    ("array/cast_plan.c", "config->casting != NYZ_CAST_NO", "1"),
    ("array/cast_plan.c", "    NYZ_TRY(check_long(&plan->from, err));\n", ""),
    ("array/cast_plan.c", "dtype->byteorder != nyz_native_byteorder()", "0"),
    ("array/cast_plan.c", "        nyz_dtype_take_as(&plan->from, to->type);\n", ""),
    ("array/cast_plan.c", "NYZ_CACHE_LINE % size == 0 && behind % size == 0", "1"),
    ("array/cast_plan.c", "return count - left;", "return count;"),
    ("array/cast_chain.c", "to_kind == NYZ_NUMBER_COMPLEX && find_loop(from, part_of(to)) != NULL", "0"),
    ("array/cast_loops.h", "integer_size(to) <= size ?", "1 ?"),
    ("array/cast_float_x86.c", "_mm256_or_si256(bits, _mm256_andnot_si256(exact, last))", "bits"),
    ("array/cast_float_x86.c", "if (_mm256_movemask_pd(nan) != 0)", "if (0)"),
    ("array/cast_integer_x86.c", "nan_in_##FROM(from)", "0"),
    ("array/cast_small_x86.c", "if (has_no_number(codes, type))", "if (0)"),
    ("array/cast_avx512_x86.c", "_mm512_maskz_cvttpd_epi32(number,", "_mm512_maskz_cvttpd_epi32(255,"),
    ("array/number.c", "a->kind <= b->kind", "1"),
    ("array/number.c", "from->whole < to->whole", "from->whole <= to->whole"),
    ("array/array_cast.c", "nyz_array_is_contiguous(from, NYZ_C_ORDER) &&", "1 &&"),
    ("dtype/dtype_void.c", "dtype->itemsize == 2 ? NYZ_BFLOAT16 : void_as", "void_as"),
    ("dtype/dtype_byteswap.c", "if (size == 1)", "if (0)"),
    ("dtype/dtype_void.c", "out.itemsize == dtype->itemsize", "1"),
    ("dtype/dtype_void.c", "dtype->byteorder == '>' ? '>' : '<'", "'<'"),
    ("npy/load_as.c", "want->ndim >= 0 && want->ndim != file->ndim", "0"),
    ("npy/load_as.c", "return check_limit(file, config, err);", "return NYZ_OK;"),
    ("npy/load_as.c", "if (!has_shape(config->want, file))", "if (0)"),
    ("npy/load_as.c", "if (source->left < 0)", "if (0)"),
    ("npy/load_as.c", "        own.order = NYZ_C_ORDER;\n", ""),
    ("npy/element_reader.c", "        to += n * itemsize;\n", ""),
    ("npy/element_reader_blocks.c", "items + count * t->from.itemsize", "items"),
    ("npy/element_reader.c", "swapped ? swap_piece : NULL", "NULL"),
    ("base/arena.c", " || bytes > INT64_MAX - 64", ""),
    ("base/alloc.c", "count < 0 || nyz_mul(count, (int64_t)size, &bytes)) {", "count < 0) {"),
    ("base/arena.c", "    bytes = (bytes + 15) / 16 * 16;\n", ""),
    ("base/arena.c", "size - BLOCK_HEAD < bytes && nyz_add(bytes, BLOCK_HEAD, &size)", "0"),
    ("base/alloc.c", "memset(*out, 0, (size_t)size);", ""),
    ("base/alloc.c", "size > SIZE_MAX - extra", "0"),
    ("base/alloc.c", "(align - (uintptr_t)aligned % align) % align", "0"),
    # what is written, and where
    ("io/atomic_temporary_posix.c", "O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC", "O_RDWR | O_CREAT | O_CLOEXEC"),
    ("io/atomic_temporary_posix.c", "O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC", "O_RDWR | O_CREAT | O_EXCL"),
    ("io/atomic_temporary_posix.c", "r->exists ? 0600 : 0666", "0666"),
    ("io/atomic_temporary_posix.c", "r->exists ? 0600 : 0666", "0600"),
    ("io/atomic_temporary_posix.c", "if (kept > KEPT_NAME)", "if (0)"),
    ("io/atomic_temporary_posix.c", "(r->name[kept] & 0xc0) == 0x80", "0"),
    ("io/atomic_temporary_posix.c", "while (r->fd < 0 && errno == EINTR)", "while (0)"),
    ("io/atomic_temporary_posix.c", "nyz_atomic_file_lock(fd) == 0 &&\n                        compare",
     "compare"),
    ("io/atomic_temporary_posix.c", "compare(folder, name, fd) == SAME &&", ""),
    ("io/atomic_temporary_posix.c", "const int sys = r->locks ? lock_created(r) : 0;", "const int sys = 0;"),
    ("io/atomic_temporary_posix.c", "st.st_nlink > 0 ? 0 : EEXIST", "0"),
    ("io/atomic_temporary_posix.c", "compare(r->folder, r->temporary, r->fd) != OTHER", "0"),
    ("io/atomic_temporary_posix.c", "        r->locks = 0; /* and", "        /* and"),
    ("io/atomic_temporary_posix.c", "            remove_dead(r->folder, r->temporary)) {", "            0) {"),
    ("io/atomic_temporary_posix.c", "if (sys == 0 && taken) {", "if (0) {"),
    ("io/atomic_temporary_posix.c", "    r->locks = nyz_atomic_file_lock(r->fd) == 0;\n", ""),
    ("io/atomic_temporary_posix.c", "!r->exists && (st->st_mode & 0777) == mode", "0"),
    ("io/atomic_temporary_posix.c", "(!owner || !group) && fchown", "0 && fchown"),
    ("io/atomic_temporary_posix.c", "    if (!owner) {", "    if (0) {"),
    ("io/atomic_temporary_posix.c", "    if (!group) {\n", "    if (0) {\n"),
    ("io/atomic_temporary_posix.c", "            r->mode &= 0700;\n", ""),
    ("io/atomic_file_linux.c", "table[i].type == ((unsigned long)fs.f_type & 0xffffffff)", "0"),
    ("io/atomic_file_linux.c", "fstatat(AT_FDCWD, fd_path(path, *fd), st, 0) != 0 || ", ""),
    ("io/attributes_linux.c", "found ? !with_acl || copy", "found ? copy"),
    ("io/attributes_linux.c", "found ? !with_acl || copy(from, to, acl_name, value) : remove_acl(to)", "0"),
    ("io/attributes_linux.c", "size < 0 && errno != ERANGE", "size < 0"),
    ("io/attributes_linux.c", "    return fremovexattr(fd, acl_name) != 0;", "    return 0;"),
    ("io/attributes_linux.c", "return has_acl(folder, name) ? 1 : remove_acl(fd);", "return 1;"),
    ("io/attributes_linux.c", "return has_acl(folder, name) ? 1 : remove_acl(fd);", "return 0;"),
    ("io/atomic_file_posix.c", "if (replaces && r->exists && fchmod(r->fd, r->mode) != 0)", "if (0)"),
    ("io/atomic_file_posix.c", "r->sync && fsync(r->fd) != 0) {\n        r->doing", "0) {\n        r->doing"),
    ("io/atomic_file_posix.c", "(replaces || r->in_place) && r->sync && fsync", "(replaces || r->in_place) && fsync"),
    ("io/atomic_file_posix.c", "was_unnamed && r->sync && fsync(r->fd) != 0", "0"),
    ("io/atomic_file_posix.c", "!r->unnamed && !r->locks && close_file(r) != 0", "0"),
    ("io/atomic_file_posix.c", "if (r->fd >= 0 && close_file(r) != 0)", "if (0)"),
    ("io/atomic_file_posix.c", "if (sys != EEXIST) {", "if (1) {"),
    ("io/atomic_file_posix.c", "if (renameat(r->folder, r->temporary, r->folder, r->name) != 0)",
     "if (renameat(r->folder, r->temporary, r->folder, r->name) > 0)"),
    ("io/atomic_file_posix.c", "    r->temporary[0] = '\\0';\n    return 0;", "    return 0;"),
    ("io/atomic_file_posix.c", "return r->sync ? sync_folder(r, err) : NYZ_OK;", "return NYZ_OK;"),
    ("io/atomic_file_posix.c", "errno != EINVAL && errno != ENOTSUP", "0"),
    ("io/atomic_file_posix.c", "(void)unlinkat(r->folder, r->temporary, 0);", ""),
    ("io/atomic_file_posix.c", "(void)ftruncate(r->fd, 0);", ""),
    ("io/atomic_file_posix.c", "r->in_place = r->fd >= 0;", ""),
    ("io/atomic_file_posix.c", "r->exists && !r->in_place &&", "!r->in_place &&"),
    ("io/atomic_target_posix.c", "if (faccessat(r->folder, r->name, W_OK, AT_EACCESS) != 0)", "if (0)"),
    ("io/atomic_target_posix.c", "if (in_proc(r->folder))", "if (0)"),
    ("io/atomic_target_posix.c", "        *direct = 1;\n        return S_ISDIR", "        return S_ISDIR"),
    ("io/atomic_target_posix.c", "return enter(r, link);", "return EIO;"),
    ("io/atomic_target_posix.c", "links == MAX_LINKS ? ELOOP : ", ""),
    ("io/input_file_posix.c", "O_CLOEXEC | O_NONBLOCK | O_NOCTTY", "O_CLOEXEC | O_NOCTTY"),
    ("io/input_file_posix.c", "access | O_CLOEXEC | O_NONBLOCK | O_NOCTTY", "access | O_NONBLOCK | O_NOCTTY"),
    ("io/input_file_posix.c", "if (now.st_size != then->st_size)", "if (0)"),
    ("io/input_file_posix.c", "then.tv_sec != now.tv_sec ||", ""),
    ("io/input_file_posix.c", "then.tv_nsec != now.tv_nsec", "0"),
    ("io/input_file_posix.c", "|| was_set_back(file, &now)", ""),
    ("io/input_file_posix.c", "now->st_nlink == then->st_nlink &&", ""),
    ("io/input_file_posix.c", "now->st_mode == then->st_mode && ", ""),
    ("io/input_file_posix.c", "now->st_uid == then->st_uid &&", ""),
    ("io/input_file_posix.c", "stat(file->path, &named) == 0 &&", "stat(file->path, &named) != 2 &&"),
    ("io/input_file_posix.c", "named.st_dev == then->st_dev && named.st_ino == then->st_ino", "1"),
    ("base/config.c", "value > limits[i].ceiling", "0"),
    ("base/config.c", "if (value < 0) {", "if (0) {"),
    ("io/input_file_posix.c", "return S_ISFIFO(mode) || S_ISCHR(mode) || S_ISBLK(mode)\n", "return 1\n"),
    ("io/input_file_posix.c", "if (S_ISFIFO(mode)) {", "if (0) {"),
    ("io/stream_fd_posix.c", "flags == -1 || (flags & O_APPEND) == 0 || (flags & O_ACCMODE) == O_RDONLY;", "1;"),
    ("io/stream_fd_posix.c", "regular ? fd_size : NULL", "fd_size"),
    ("io/stream.c", "if (stream->reserved[i] != NULL) {", "if (0) {"),
    ("base/config.c", "if ((opt->flags & ~(uint32_t)KNOWN_FLAGS) != 0) {", "if (0) {"),
    ("base/progress.c", "if (progress->thread != &this_thread) {", "if (0) {"),
    ("io/stream_fd_posix.c", "places ? fd_read_at : NULL", "fd_read_at"),
    ("io/stream.c", "        if (n == 0) {\n            return nyz_fail(err, NYZ_ERR_IO, -1,\n                            \"the stream's write",
     "        if (0) {\n            return nyz_fail(err, NYZ_ERR_IO, -1,\n                            \"the stream's write"),
    ("io/stream.c", "offset < 0 || nyz_add(offset, size, &end)", "offset < 0"),
    ("io/stream.c", "NYZ_TRY(check_count(\"write\", n, asked, -1, err));", ""),
    ("io/write_buffer.c", "    buffer->used = 0;\n    return used", "    return used"),
    ("io/write_buffer.c", "if (buffer->used + size > ROOM)", "if (buffer->used > ROOM)"),
    ("npz/npz_write.c", "        writer->failure = *failure;\n", ""),
    ("npz/npz_write.c", "        NYZ_TRY(nyz_name_check_safe(member, err));\n", ""),
    ("npz/npz_write.c", "    NYZ_TRY(nyz_name_check(member, err));\n", ""),
    ("io/atomic_file.h", "(flags & NYZ_NO_SYNC) == 0 ?", "0 ?"),
    ("io/atomic_file.h", "(flags & NYZ_IN_PLACE) != 0", "0"),
    ("npz/npz_write.c", "        flags &= ~(uint32_t)NYZ_EXACT_NAME;\n", ""),
    ("npz/npz_write.c", "if (status == NYZ_OK && w->output != NULL)", "if (w->output != NULL)"),
    ("npz/npz_names.c", "if (!nyz_utf8_valid(name, size))", "if (0)"),
    ("npz/npz_names.c", "name[0] == '\\0' || strcmp(name, \".npy\") == 0", "name[0] == '\\0'"),
    ("npz/npz_names.c", "} else if (name[0] == '/') {", "} else if (0) {"),
    ("npz/npz_names.c", "return may_be_there ? NYZ_OK :", "return 1 ? NYZ_OK :"),
    ("npz/npz_names.c", "*find_slot(&grown, names->list[i]) = (uint32_t)i + 1;", ""),
    ("zip/zip_writer.c", "(ascii ? 0 : NYZ_ZIP_UTF8)", "0"),
    ("zip/zip_writer.c", "if (zip->left == 0 && zip->seekable)", "if (zip->left == 0)"),
    ("zip/zip_writer.c", "count(zip, piece);", "count(zip, size);"),
    ("zip/zip_writer_directory.c", "nyz_store_le32(p + 10, NYZ_ZIP_DATE)", "nyz_store_le32(p + 10, 0x21)"),
    ("zip/zip_writer_directory.c", "nyz_store_le32(p + 12, NYZ_ZIP_DATE)", "nyz_store_le32(p + 12, 0x21)"),
    ("zip/zip_writer_directory.c", "nyz_store_le32(p + 38, NYZ_ZIP_ATTRIBUTES)", "(void)0"),
    ("zip/zip_writer_directory.c", "nyz_store_le32(local->data + 14, later ? 0 : record->crc32)",
     "nyz_store_le32(local->data + 14, record->crc32)"),
    ("io/write_buffer.c", "if (nyz_add(buffer->position, size, &end))",
     "if (nyz_add(0, size, &end))"),
    ("io/stream.c", "source->start = end < 0 ? -1 : place;", "source->start = place;"),
    ("io/read_ahead.c", "if (n > 0 && (uint64_t)n <= size)", "if (n > 0)"),
    ("zip/zip_writer.c", "(zip->seekable ? 0 : NYZ_ZIP_DESCRIPTOR)", "0"),
    ("zip/zip_writer.c", "    return nyz_write_buffer_flush(&zip->out, err);", "    return NYZ_OK;"),
    ("zip/zip_writer_directory.c", "#define ZIP64_LIMIT 0x7fffffff", "#define ZIP64_LIMIT 0xffffffff"),
    ("zip/zip_writer_directory.c", "#define COUNT_LIMIT 0xffff", "#define COUNT_LIMIT 0xfffe"),
    ("zip/zip_writer_directory.c", "        ends_like_locator(directory)", "        0"),
    ("zip/zip_writer_directory.c", "large ? SATURATED : low32(r->size)", "low32(r->size)"),
    ("zip/zip_writer_directory.c", "(uint64_t)(offset + size)", "(uint64_t)offset"),
    ("npy/header_format.c", "#define ALIGNMENT 64", "#define ALIGNMENT 16"),
    ("npy/header_format.c", "shape[fortran ? ndim - 1 : 0]", "shape[0]"),
    ("npy/header_format.c", "length == 0 || point > 0xff", "length == 0"),
    ("npy/header_format.c", "    NYZ_TRY(check_names(dtype, allocator, err));\n    for (size_t room", "    for (size_t room"),
    # parts of arrays
    ("npy/slice.c", "if (request->count < 0 || ", "if ("),
    ("npy/slice.c", "(request->count > 0 && request->ranges == NULL)", "0"),
    ("npy/slice.c", "request->ranges[i].step == 0 && !is_whole(&request->ranges[i])", "0"),
    ("npy/slice.c", "request->into != NULL ? nyz_npy_check_into(request->into, err) : NYZ_OK", "NYZ_OK"),
    ("npy/slice.c", "(nyz_range){0, extent, 1} : *given", "(nyz_range){0, 0, 1} : *given"),
    ("npy/slice.c", "r.start + (count - 1) * r.step : r.start", "r.start : r.start"),
    ("npy/slice.c", "t->backward[axis] = r.step < 0;", "t->backward[axis] = 0;"),
    ("npy/slice.c", "request->count > whole->header.ndim", "0"),
    ("npy/slice.c", "if (nyz_dtype_has_objects(&whole->header.dtype))", "if (0)"),
    ("npy/slice.c", "source->left >= 0 && whole->bytes > source->left", "0"),
    ("npy/slice.c", "    any.limits.array_bytes = INT64_MAX;\n", ""),
    ("npy/slice.c", "bytes > most || count > most", "count > most"),
    ("npy/slice.c", "bytes > most || count > most", "bytes > most"),
    ("npy/slice.c", "bytes > most || count > most", "bytes >= most || count > most"),
    ("npy/slice.c", "if (t->like.ndim != into->ndim)", "if (0)"),
    ("npy/slice.c", "t->like.shape[i] != into->shape[i]", "0"),
    ("npy/slice.c", "fortran ? to->ndim - 1 - i : i", "i"),
    ("npy/slice.c", "            a->to = -a->to;\n", ""),
    ("npy/slice.c", "elements.count == 0 || t->like.dtype.itemsize == 0", "0"),
    ("npy/slice.c", "progress->total = progress->done + nyz_slice_plan_size(&plan);", "(void)0;"),
    ("npy/slice.c", "    opt.order = order_of(request->config, fortran);\n", ""),
    ("npy/slice_plan.c", "!p->elements->converts && p->naxes > 0", "p->naxes > 0"),
    ("npy/slice_plan.c", "goes_on(outer->step, a.count, a.step) &&", "1 &&"),
    ("npy/slice_plan.c", "goes_on(outer->to, a.count, a.to)", "1"),
    ("npy/slice_plan.c", "span > LARGE_PIECE ? LARGE_GAP : NYZ_SLICE_GAP", "NYZ_SLICE_GAP"),
    ("npy/slice_plan.c", "a->step - span > gap", "a->step - span >= gap"),
    ("npy/slice_plan.c", "a->step - span > gap", "0"),
    ("npy/slice_plan.c", "1 + (NYZ_SLICE_WINDOW - span) / a->step", "2 + (NYZ_SLICE_WINDOW - span) / a->step"),
    ("npy/slice_plan.c", "return items > 1 ? nyz_min(fit, items) : 1;", "return fit;"),
    ("npy/slice_plan.c", "units == 1 && !converted", "units == 1"),
    ("npy/slice_plan.c", "p->items_size == 0 || !p->packed", "p->items_size == 0"),
    ("npy/slice_plan.c", "size += rest > 0 ? nyz_slice_plan_span(p, rest) : 0;", ""),
    ("npy/slice_plan_run.c", "            nyz_dtype_byteswap(&t->from, t->byteorder, to + done, size / itemsize,\n                               itemsize);\n", ""),
    ("npy/slice_plan_run.c", "        swap_items(p, n * p->group * width);\n", ""),
    ("npy/slice_plan_run.c", "p->pack.shape[cut] = p->unpack.shape[cut] = n;", ""),
    ("npy/slice_plan.c", "if (!can_jump || p->cut == 0)", "if (p->cut == 0)"),
    ("npy/slice_plan.c", "        p->chunk /= width;\n", ""),
    ("npy/slice_plan.c", "width > 1 && p->chunk >= width", "0"),
    ("npy/slice_plan_run.c", "p->pack.from_strides[0] = nyz_slice_plan_span(p, n);", ""),
    ("npy/slice_bytes.c", "    NYZ_TRY(nyz_slice_bytes_pass(run, offset, err));\n", ""),
    ("npy/load_slice.c", "whole->bytes > config.limits.array_bytes", "0"),
    ("npy/load_slice.c", "size < 0 || size > ON_TRUST", "0"),
    ("npy/load_slice.c", "return nyz_slice_bytes_pass(&run, whole->bytes, err);", "return NYZ_OK;"),
    ("npy/load_slice.c", "return nyz_source_skip(source, whole->bytes, err);", "return NYZ_OK;"),
    ("npy/load_slice.c", "    if (size > INT64_MAX / 4) {", "    if (0) {"),
    ("npy/load_slice.c", "        status = nyz_npy_input_check_unchanged(&input, &any, err);\n", "        (void)any;\n"),
    ("npy/load_slice.c", "    NYZ_TRY(nyz_npy_refuse_empty(&source, err));\n", ""),
    ("npy/load_slice.c", "    NYZ_TRY(nyz_stream_check(stream, err));\n", ""),
    ("npy/load_slice.c", "    if (status != NYZ_OK) {\n        nyz_array_free(out);\n    }\n", ""),
    ("npz/npz_slice.c", "r->member->inflater != NULL || ", ""),
    ("npz/npz_slice.c", " || (r->request->config->flags & NYZ_VERIFY) != 0;", ";"),
    ("npz/npz_slice.c", "    NYZ_TRY(nyz_npz_check_end(&after, err));\n", ""),
    ("npz/npz_slice.c", "(config->flags & NYZ_VERIFY) != 0 || (status", "(status"),
    ("npz/npz_slice.c", " || (status == NYZ_OK && source.left == 0)", ""),
    ("npz/npz_slice.c", "        status = nyz_input_file_unchanged(npz->file, err);\n", ""),
    ("npz/npz_slice.c", "    if (status != NYZ_OK) {\n        nyz_array_free(out);\n    }\n", ""),
    # unpacking
    ("cli/cmd/unpack_name.c", "if (size == 0) {\n        return \"the name has an empty", "if (0) {\n        return \"the name has an empty"),
    ("cli/cmd/unpack_name.c", "size == 1 || (size == 2 && text[1] == '.')", "size == 1"),
    ("cli/cmd/unpack_name.c", "size == 1 || (size == 2 && text[1] == '.')", "size == 2 && text[1] == '.'"),
    ("cli/cmd/unpack_name.c", "size > COMPONENT_MAX", "size > COMPONENT_MAX + 1"),
    ("cli/cmd/unpack_name.c", "text[size - 1] == '.' || text[size - 1] == ' '", "text[size - 1] == '.'"),
    ("cli/cmd/unpack_name.c", "text[size - 1] == '.' || text[size - 1] == ' '", "text[size - 1] == ' '"),
    ("cli/cmd/unpack_name.c", "return is_device(text, size) ?", "return 0 ?"),
    ("cli/cmd/unpack_name.c", "    while (stem > 0 && text[stem - 1] == ' ') {\n        stem--;\n    }\n", ""),
    ("cli/cmd/unpack_name.c", "c < 0x20 || c == 0x7F", "c == 0x7F"),
    ("cli/cmd/unpack_name.c", "c < 0x20 || c == 0x7F", "c < 0x20"),
    ("cli/cmd/unpack_name.c", "c == '\\\\' || c == ':'", "c == ':'"),
    ("cli/cmd/unpack_name.c", "c == '\\\\' || c == ':'", "c == '\\\\'"),
    ("cli/cmd/unpack_name.c", "if (name[0] == '/')", "if (0)"),
    ("cli/cmd/unpack_name.c", "components > COMPONENTS_MAX", "0"),
    ("cli/os/directory_posix.c", "open_directory(*fd, component, O_NOFOLLOW)", "open_directory(*fd, component, 0)"),
    ("cli/os/directory_posix.c", "follow ? 0 : O_NOFOLLOW", "0"),
    ("cli/os/directory_look_posix.c", "fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW)", "fstatat(fd, name, &st, 0)"),
    ("cli/os/directory_look_posix.c", "if (!S_ISREG(st.st_mode))", "if (0)"),
    ("cli/os/directory_write_posix.c", "now.exists && now.device == w->before->device && now.file == w->before->file", "now.exists"),
    ("cli/os/directory_write_posix.c", "w->before->exists ? check_unchanged(w, err) : reserve(w, err)", "NYZ_OK"),
    ("cli/os/directory_write_posix.c", "            (void)unlinkat(w->directory, w->temporary, 0);\n", ""),
    ("cli/os/directory_write_posix.c", "w->before->exists ? 0600 : 0666", "0600"),
    ("cli/os/directory_write_posix.c", "fchmod(w->fd, w->mode) != 0 || ", ""),
    ("cli/os/directory_write_posix.c", "if (faccessat(w->directory, w->name, W_OK, AT_EACCESS) != 0)", "if (0)"),
    ("cli/os/directory_write_posix.c", "if (cli_platform_stopped())", "if (0)"),
    ("cli/cmd/unpack_plan.c", "status = check_clashes(plan);", "status = CLI_EXIT_FINE;"),
    ("cli/cmd/unpack_plan.c", "if (second->key[size] == '/')", "if (0)"),
    ("cli/cmd/unpack_plan.c", "const int left = *x == '/' ? 1 :", "const int left ="),
    ("cli/cmd/unpack_plan.c", "return status == CLI_EXIT_FINE ? check_limit(plan) : status;", "return status;"),
    ("cli/cmd/unpack_plan.c", "!given && total / LIMIT_TIMES <= stored", "0"),
    ("cli/cmd/unpack_plan.c", "cli_unpack_is_directory(item) && item->size > 0", "0"),
    ("cli/cmd/cmd_unpack.c", "item->place.exists && !plan->args->force", "0"),
    ("cli/cmd/cmd_unpack.c", "if (status != CLI_EXIT_FINE && made)", "if (0)"),
    ("cli/cmd/cmd_unpack.c", "    int status = look(plan, directory);", "    int status = CLI_EXIT_FINE;"),
    ("cli/text/fold.c", " | UTF8PROC_IGNORE", ""),
    ("cli/text/fold.c", " | UTF8PROC_CASEFOLD", ""),
    ("cli/text/fold.c", "if (is_reserved_ignorable(point))", "if (0)"),
    ("cli/text/fold.c", "put_in_order(to, to->count);", ""),
    ("cli/cmd/unpack_name.c", """strchr("<>\\"|?*", c) != NULL""", "0"),
    ("cli/cmd/unpack_name.c", " || (c == 0xC2 && next >= 0x80 && next < 0xA0)", ""),
    ("cli/text/unicode.c", "           !utf8proc_get_property((utf8proc_int32_t)point)->ignorable",
     "           1"),
    ("cli/text/text.c", "((point - 0x10000) >> 10)", "(point >> 10)"),
    # The command line's limits, and a directory to copy to
    ("cli/cmd/reading.c", "status == NYZ_ERR_ARGUMENT", "0"),
    # slices, and arrays piece by piece
    ("cli/text/slice.c", "if (*step == 0) {", "if (0) {"),
    ("cli/text/slice.c", "value > (INT64_MAX - digit) / 10 ? INT64_MAX : ", ""),
    ("cli/text/slice.c", "if (*ellipses > 1) {", "if (0) {"),
    ("cli/text/slice.c", "if (out->count == NYZ_MAX_DIMS + 1) {", "if (0) {"),
    ("cli/io/part.c", "if (first >= 0 && first < extent) {", "if (1) {"),
    ("cli/io/part.c", "if (*rest >= 0) {", "if (1) {"),
    ("cli/io/part.c", "a->dropped || a->step < 0 || ", ""),
    ("cli/io/elements.c", "nyz_status status = verify(e, err);", "nyz_status status = NYZ_OK;"),
    ("cli/io/elements.c", "nyz_status status = check_data(e, err);", "nyz_status status = NYZ_OK;"),
    ("cli/io/selection.c", "count < size ? fail_short(g, err) : NYZ_OK", "NYZ_OK"),
    ("cli/io/selection.c", "if (status == NYZ_OK && got < want) {", "if (0) {"),
    ("cli/io/input_arrays.c", "status = check_single(input, &err);", "status = NYZ_OK;"),
    ("cli/io/cursor.c", "if (closed != NYZ_OK) {", "if (0) {"),
    ("cli/text/number.c", "if (*value > (INT64_MAX - more) / factor)", "if (0)"),
    ("cli/cmd/reading.c", ".flags = args->untrusted ? NYZ_UNTRUSTED : 0u", ".flags = 0u"),
    ("cli/io/unchanged.c", "return !same_time(then->changed, now->changed) && ", "return 0 && "),
    ("cli/io/unchanged.c", "then->links == now->links &&", "1 &&"),
    ("cli/io/unchanged.c", "then->mode == now->mode &&", "1 &&"),
    ("cli/io/unchanged.c", "cli_platform_leads_to(path, then)", "1"),
    ("cli/io/input.c", "nyz_npz_open(input->label, &input->opt,", "nyz_npz_open(input->label, NULL,"),
    ("cli/io/input.c", "named_npz || is_archive_if_trusted(input)", "0"),
    ("cli/cmd/cmd_cp.c", " || cli_unpack_refuses(name, size) != NULL", ""),
    # "did you mean"
    ("base/nearest.c", "nearest->tried > NYZ_NEAREST_CANDIDATES", "0"),
    ("base/nearest.c", "nearest->most = found - 1;", "nearest->most = found;"),
    ("base/nearest.c", "nearest->size > NYZ_NEAREST_NAME", "nearest->size > NYZ_NEAREST_NAME + 1"),
    ("base/nearest.c", "size < 2 ? 0 : size < 4 ? 1 : MOST", "MOST"),
    ("base/nearest.c", "same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])", "0"),
    # one handle over every format
    ("file/file_item.c", "strlen(name) == size && ", ""),
    ("file/file_item.c", "nyz_utf8_valid(name, size)", "1"),
    ("file/file_item.c", "out->key_size > out->name_size ||", ""),
    ("file/file_item.c", "out->size < -1 || ", ""),
    ("file/file_item.c", "item->kind > NYZ_ITEM_UNREADABLE", "0"),
    ("file/file_item.c", "item->error.status > NYZ_ERR_LIMIT", "0"),
    ("file/file_item.c", "header->data != NULL || ", ""),
    ("file/file_item.c", "!nyz_array_is_contiguous(header, NYZ_KEEP_ORDER)", "0"),
    ("file/file_item.c", "item->data_size > file->size - item->data_offset", "0"),
    ("file/file_item.c", "item->data_size == bytes ? NULL :", "1 ? NULL :"),
    ("file/file_item.c", "index >= 0 && index < file->count ? index : -1", "index"),
    ("file/file_answer.c", "if (!is_failure(status))", "if (0)"),
    ("file/file_answer.c", "now > file->size &&", "0 &&"),
    ("file/file_format.c", "f->struct_size < offsetof(nyz_container, verify)", "0"),
    ("file/file_format.c", "f->version != NYZ_CONTAINER_VERSION", "0"),
    ("file/file_format.c", "if (sure > most)", "if (sure >= most)"),
    ("file/file_format.c", ">= NYZ_PROBE_SURE) {\n        return NYZ_OK", ">= NYZ_PROBE_NO) {\n        return NYZ_OK"),
    ("file/file_format.c", "file->size > NYZ_SAMPLE_LAST) {", "0) {"),
    ("file/file_source.c", "if ((int64_t)b->size > most)", "if (0)"),
    ("file/file_source.c", "*size <= INT64_MAX / 4", "1"),
    ("file/file_open.c", "if (count < 0)", "if (0)"),
    ("file/file_open.c", "count > file->config.limits.members", "0"),
    ("file/file_open.c", "return nyz_file_unchanged(file, -1, err);", "return NYZ_OK;"),
    ("file/file_limits.c", "size <= limits->array_bytes", "1"),
    ("file/file_limits.c", "return found <= most\n", "return 1\n"),
    ("file/file_limits.c", "entry->size > RATIO_FROM && ", ""),
    ("file/file_limits.c", "|| *total > limits->archive_bytes", ""),
    ("file/file_limits.c", "e->dims = dtype->ndim > e->dims ? dtype->ndim : e->dims;", ""),
    ("file/file_load.c", "NYZ_TRY(nyz_config_over(&file->config, opt, &config, err));", "config = file->config;"),
    ("file/file_load.c", "return nyz_progress_end(&config, status, err);", "return status;"),
    # names and models
    ("base/pattern.c", "i += at(r, i) == '!';", ""),
    ("base/pattern.c", "i += at(r, i) == ']';", ""),
    ("base/pattern.c", "low_digits == 0 || high_digits == 0", "low_digits == 0"),
    ("base/pattern.c", "return digits <= NYZ_PATTERN_DIGITS ? digits : 0;", "return digits;"),
    ("base/pattern.c", "range->high = a < b ? b : a;", "range->high = b;"),
    ("base/pattern.c", "return padded ? width : 0;", "return 0;"),
    ("base/pattern.c", "has_comma ? NYZ_PATTERN_CLOSE : NYZ_PATTERN_ONE", "NYZ_PATTERN_CLOSE"),
    ("base/pattern.c", "        nodes[open].kind = NYZ_PATTERN_ONE;\n", ""),
    ("base/pattern.c", "    end_braces(&r);\n", ""),
    ("base/pattern.c", "pattern->size > NYZ_PATTERN_BYTES;", "pattern->size >= NYZ_PATTERN_BYTES;"),
    ("base/pattern_match.c", "return found != negated;", "return found;"),
    ("base/pattern_match.c", "count == 1 || first != '0'", "1"),
    ("base/pattern_match.c", "count == range->width", "1"),
    ("base/pattern_match.c", "*begun = nyz_pattern_is_digit(point) ? *begun : 0;", ""),
    ("base/pattern_match.c", "(*begun >> k & 1) != 0 &&", ""),
    ("base/pattern_match.c", "next[number] = 1;\n", ""),
    ("base/rename.c", "stars != count_stars(rename->to) ||", ""),
    ("base/rename.c", "stars > MOST_STARS", "0"),
    ("base/rename.c", "return at == size;", "return 1;"),
    ("base/rename.c", "from[piece] == '\\0'", "0"),
    ("base/select.c", "    if (exact >= 0) {", "    if (0) {"),
    ("base/select.c", "count == 0 && (select->flags & NYZ_SELECT_MAYBE) == 0", "count == 0"),
    ("base/select.c", "        *old = *item; /* the last one counts */\n", ""),
    ("base/select.c", "old->is_renamed || item->is_renamed ||", ""),
    ("base/select.c", "    if (is_whole(item)) {", "    if (0) {"),
    ("npz/npz_slots.c", "count < most && nyz_npz_slot_index(s, number + count) == first + count", "count < most"),
    ("file/file_model.c", "(p->into == NULL) == (p->out == NULL)", "0"),
    ("file/file_model.c", "        status = nyz_npy_check_into(p->into, err);\n", ""),
    ("file/file_model.c", "        m->used[state->item - m->chosen.items] = 1;\n", ""),
    ("file/file_model.c", "m->used[i] || chosen->key_size < chosen->full_size", "m->used[i]"),
    ("file/file_model.c", "        m->used[i] = item.kind == NYZ_ITEM_BYTES;\n", ""),
    ("file/file_model.c", "    NYZ_TRY(nyz_file_report_check(m, report, err));\n", ""),
    ("file/file_report.c", "if (!strict && is_empty(model, report)) {", "if (0) {"),
    ("file/file_report.c", "mismatched && model->mode == NYZ_LOAD_PARTIAL", "0"),
    ("file/file_report.c", "i > 0 && l->size + next.size", "l->size + next.size"),
    ("file/file_model_load.c", "        free_outputs(model);\n", ""),
    ("file/file_model_load.c", "state->fit != NYZ_FILE_FITS", "0"),
    ("file/file_load_as.c", "    NYZ_TRY(nyz_load_as_fits(&item->header, config, err));\n", ""),
    ("file/file_load_all.c", "if (status == NYZ_ERR_NOT_FOUND) {", "if (0) {"),
    ("base/progress.c", "item->done = done;", ""),
    ("file/file_load_all.c", "file->format == &nyz_npz_container\n", "0\n"),
    ("file/file_answer.c", "return status == NYZ_ERR_NOT_FOUND\n", "return 0\n"),
    ("npz/arrays.c", "index < 0 && arrays->is_archive", "index < 0"),
    ("file/file_table.c", "array->owner == NULL || ", ""),
    ("file/file_table.c", " || array->base == NULL", ""),
    ("file/file_table.c", "return array->flags == 0 ?", "return 1 ?"),
    ("file/file_table.c", "if (!nyz_dtype_same(", "if (0 && !nyz_dtype_same("),
    ("file/file_table.c", "return nyz_array_is_contiguous(array, order)\n", "return 1\n"),
    ("file/file_table.c", "expected >= 0 && out->shape[0] != expected", "0"),
    ("file/file_read.c", "nyz_progress_stream_source(&e->wrapper, config, &e->source);", ""),
    ("npy/npy_file.c", "file->count == file->config.limits.members", "0"),
    ("npy/npy_file.c", "bytes > file->size - p->data", "0"),
    ("npy/npy_container.c", "p->data + size == p->end", "1"),
    ("npy/npy_container.c", "has_place(file, index, now)", "1"),
    ("npy/npy_file.c", "        file->last = window;\n", ""),
    ("npy/npy_pickle.c", "size > (uint64_t)((p->end < 0 ? INT64_MAX : p->end) - p->offset)", "0"),
    ("npy/npy_pickle.c", "        NYZ_TRY(fill(p, 1, err));\n        if (p->count == 0)", "        NYZ_TRY(fill(p, 1, err));\n        if (0)"),
    ("npy/npy_pickle.c", "NYZ_TRY(fill(p, 1, err))", "NYZ_TRY(fill(p, 2, err))"),
    ("npy/npy_pickle.c", "nyz_source_skip(source, p.offset - source->offset, err)", "NYZ_OK"),
    ("npy/npy_skip.c", "if (source->start >= 0)", "if (0)"),
    ("npy/npy_skip.c", "nyz_min(size - *found, (int64_t)sizeof block)", "(int64_t)sizeof block"),
    ("npy/npy_skip.c", "nyz_progress_stream_source(&wrapper, config, source);", ""),
    ("npz/npz_container.c", "out->data_size == listed->size - b->header", "1"),
    ("npz/npz_container.c", "listed->method == NYZ_STORED && ", ""),
    ("npz/npz_container.c", "offset < t->start ||", ""),
    # arrays that stay in their file
    ("io/mapping.c", "offset - mapping->start", "offset"),
    ("io/mapping.c", "sys == ENODEV || sys == ENOSYS", "0"),
    ("io/mapping.c", "if (mode == NYZ_MAP_READ) {", "if (mode != NYZ_MAP_SHARED) {"),
    ("io/mapping.c", "if (status != NYZ_ERR_MEMORY) {", "if (1) {"),
    ("io/mapping.c", "nyz_counter_up(&held->references);", ""),
    ("io/mapping_posix.c", "mode == NYZ_MAP_PRIVATE ? MAP_PRIVATE", "mode == NYZ_MAP_PRIVATE ? MAP_SHARED"),
    ("npy/npy_view.c", "nyz_dtype_needs_byteswap(&header->dtype, byteorder)", "0"),
    ("npy/npy_view.c", "is_other_order(header, fortran, config->order)", "0"),
    ("npy/npy_view.c", "at % (uint64_t)alignment == 0", "1"),
    ("npy/npy_view.c", "place->bytes == 0 || ", ""),
    ("npy/npy_view.c", "nyz_mapping_is_shared(base->ctx)", "1"),
    ("npy/npy_view.c", "(mode == NYZ_MAP_READ ? (uint32_t)NYZ_READONLY : 0)", "0"),
    ("npy/npy_view.c", "array->base = NULL;", ""),
    ("npy/npy_view.h", " && mode != NYZ_MAP_SHARED", ""),
    ("npy/npy_map.c", "nyz_input_file_size(input->file) < 0", "0"),
    ("npy/npy_map.c", "nyz_npy_check_data(source, &v->header, &count, &v->bytes, err)", "nyz_array_check(&v->header, &count, &v->bytes, err)"),
    ("npy/npy_map.c", "!nyz_npy_is_in_file(array)", "0"),
    ("npy/npy_map.c", "!nyz_array_is_contiguous(array, NYZ_KEEP_ORDER)", "0"),
    ("npy/npy_input.c", "if (input->source.offset > 0) {", "if (0) {"),
    ("npz/npz_map.c", "return (flags & NYZ_VERIFY) != 0", "return 0"),
    ("npz/npz_map.c", "NYZ_TRY(nyz_input_file_unchanged(npz->file, err));", ""),
    ("npz/npz_map.c", "matters && (config->flags & NYZ_VERIFY) != 0", "0"),
    ("npz/npz_map.c", "npz->dir.entries[index].method != NYZ_STORED", "0"),
    ("npy/npy_view.c", "file == NULL && mode != NYZ_MAP_READ", "0"),
    ("npy/npy_view.c", "file != NULL ? nyz_input_file_size(file) < 0 : !in_memory", "0"),
    ("npz/npz_member.c", "return nyz_npz_check_end(&source, err);", "return NYZ_OK;"),
    ("file/file_map.c", " && file->buffer.data == NULL", ""),
    ("file/file_map.c", "status = nyz_file_unchanged(file, index, err);", ""),
    ("file/file_map.c", "if ((config->flags & NYZ_VERIFY) != 0) {", "if (0) {"),
    ("file/file_map.c", "format->struct_size <= offsetof(nyz_container, verify)", "0"),
    ("dtype/dtype.c", "dtype->fields[i].offset % one != 0", "0"),
    ("dtype/dtype.c", "dtype->itemsize % most == 0 ? most : 1", "most"),
    ("io/atomic_file_posix.c", "(how & NYZ_OUTPUT_MAP) != 0 ? O_RDWR : O_WRONLY", "O_WRONLY"),
    ("io/atomic_file_posix.c", "const int sys = allocate(output->fd, size);", "const int sys = ftruncate(output->fd, size);"),
    ("io/atomic_file_posix.c", "if (n == 0) {", "if (0) {"),
    # .npy files and members piece by piece
    ("io/output.c", "NYZ_TRY(report_failure(content, err));\n    if (size > 0", "if (size > 0"),
    ("io/output.c", "NYZ_TRY(report_failure(content, err));\n    return content->finish", "return content->finish"),
    ("io/output.c", "content->finish != NULL ? content->finish(content->ctx, err) : NYZ_OK", "NYZ_OK"),
    ("npy/create_npy.c", "NYZ_TRY(nyz_npy_rows_count(&content->rows, size, err));", ""),
    ("npy/create_npy.c", "NYZ_TRY(nyz_npy_rows_check(&content->rows, err));", ""),
    ("npy/create_npy.c", "NYZ_TRY(check_seeks(stream, err));", ""),
    ("npy/npy_rows.c", "return rows->axis == slowest", "return 1"),
    ("npy/npy_rows.c", "if (rows->row == 0) {", "if (0) {"),
    ("npy/npy_rows.c", "rows->config.order == NYZ_F_ORDER ? 2 : 0", "0"),
    ("npy/npy_rows.c", "rows->written < rows->bytes", "0"),
    ("npy/npy_rows.c", "rows->written % rows->row != 0", "0"),
    ("npy/npy_rows.c", "if (header->size != begun->size) {", "if (0) {"),
    ("npy/npy_rows.c", "nyz_dtype_clone(&dtype, NYZ_KEEP_BYTEORDER, &rows->arena, &like->dtype, err)", "NYZ_OK"),
    ("npz/npz_member_reader.c", "r->finished ? nyz_zip_member_finish(&r->member, err) : NYZ_OK", "NYZ_OK"),
    ("npz/npz_member_reader.c", "NYZ_TRY(nyz_zip_member_check_crc(r->member.entry, r->member.crc32, err));", ""),
    ("npz/npz_member_reader.c", "r->offset <= r->summed && end >= r->summed", "r->offset == r->summed"),
    ("npz/npz_member_reader.c", "r->finished || r->size > 0", "1"),
    ("npz/npz_member_reader.c", "nyz_add(from, offset, &place) || place < 0", "nyz_add(from, offset, &place)"),
    ("zip/zip_member.c", "member->allocator = *allocator;", "member->allocator = dir->allocator; (void)allocator;"),
    ("npz/npz_member_reader.c", "if (size == 0 || (n == 0", "if ((n == 0"),
    ("npz/npz_member_reader.c", "if (r->failure.status != NYZ_OK) {\n        return nyz_error_result", "if (0) {\n        return nyz_error_result"),
    ("npz/npz_begin.c", "NYZ_TRY(nyz_npy_rows_count(&writer->rows, (int64_t)size, err));", ""),
    ("npz/npz_begin.c", "NYZ_TRY(nyz_npy_rows_check(&writer->rows, err));", ""),
    ("npz/npz_begin.c", "!nyz_zip_writer_seeks(writer->zip)", "0"),
    ("npz/npz_begin.c", "if (status == NYZ_OK && rows->axis >= 0)", "if (0)"),
    ("npz/npz_begin.c", "writer->open.plan.header.size > NYZ_ZIP_PLAIN_MAX", "0"),
    ("zip/zip_writer.c", "record->compressed_size = record->size;", ""),
    ("zip/zip_writer.c", "zip->record.compressed_size = NYZ_STORED_BLOCK_HEAD + size;", "zip->record.compressed_size = size;"),
    ("zip/zip_writer.c", "zip->first = zip->out.position + NYZ_STORED_BLOCK_HEAD;", ""),
    ("zip/zip_writer.c", "record->size - zip->plain", "record->size"),
    ("zip/zip_writer.c", "zip->record.size += size;", ""),
    ("zip/zip_writer.c", "nyz_crc32_combine(zip->change, record->crc32, record->size - zip->changed)", "record->crc32"),
    ("zip/zip_writer.c", "if (is_of_unknown_size(zip)) {\n        NYZ_TRY", "if (0) {\n        NYZ_TRY"),
    ("npz/npz_begin.c", "if (nyz_zip_writer_left(writer->zip) < 0) {\n        return -EINVAL;", "if (0) {\n        return -EINVAL;"),
    ("npz/npz_write.c", "nyz_zip_writer_left(writer->zip) < 0", "1"),
    ("npz/npz_add_bytes.c", "NYZ_TRY(nyz_stream_check(stream, err));", ""),
    ("npz/npz_add_bytes.c", "if (stream->read == NULL) {", "if (0) {"),
    ("npz/npz_add_bytes.c", "return size >= 0", "return 1"),
    ("npz/npz_add_bytes.c", "config->align > 0 ? header_bytes(content->first, content->first_size, config) : 0", "0"),
    ("zip/zip_writer.c", "zip->left -= size;", ""),
    # alignment in archives
    ("zip/zip_writer_directory.c", "padding > 0 && padding < PADDING_MIN", "0"),
    ("zip/zip_writer_directory.c", "+ head % align", ""),
    ("zip/zip_writer_directory.c", "nyz_min(record->align, ALIGN_FIELD_MAX)", "record->align"),
    ("zip/zip_writer_directory.c", "(align - beyond) % align", "align - beyond"),
    ("zip/zip_writer.c", "is_stored ? how->align : 0", "how->align"),
    ("base/config.c", "(opt->align & (opt->align - 1)) != 0", "0"),
    # members in blocks
    ("zip/zip_blocks.c", "size < NYZ_ZIP_BLOCKS_FIXED || ", ""),
    ("zip/zip_blocks.c", "memcmp(field, version, sizeof version) != 0", "0"),
    ("zip/zip_blocks.c", "b->head == 0 || ", ""),
    ("zip/zip_blocks.c", "b->head >= b->size", "0"),
    ("zip/zip_blocks.c", " || b->unit > INT32_MAX", ""),
    ("zip/zip_blocks.c", "b->count == (size - NYZ_ZIP_BLOCKS_FIXED) / NYZ_ZIP_BLOCKS_ENTRY &&", ""),
    ("zip/zip_blocks.c", "(size - NYZ_ZIP_BLOCKS_FIXED) % NYZ_ZIP_BLOCKS_ENTRY == 0", "1"),
    ("zip/zip_blocks.c", "size != stored", "0"),
    ("zip/zip_blocks.c", "size > stored * MAX_INFLATED + INFLATED_SPARE", "0"),
    ("zip/zip_blocks.c", "return stored_left == 0 && ", "return "),
    ("zip/zip_blocks.c", "crc32 == entry->crc32;", "1;"),
    ("zip/zip_blocks.c", " &&\n           nyz_crc32(0, to, size) == nyz_zip_block_crc32(&reader->blocks, number)", ""),
    ("zip/zip_blocks.c", "number + 1 < reader->blocks.count", "1"),
    ("zip/zip_extra.c", "blocks->data = *seen ? NULL : bytes;", "blocks->data = bytes;"),
    ("zip/zip_writer_directory.c", "return size <= room ? size : 0;", "return size;"),
    ("zip/zip_writer.c", "layout->head > 0 && count > 1", "count > 1"),
    ("zip/zip_writer.c", "zip->record.crc32 ^ (zip->changed > 0 ? zip->change : 0)", "zip->record.crc32"),
    ("npz/npz_slice.c", "(config->flags & (NYZ_UNTRUSTED | NYZ_VERIFY)) == 0", "1"),
    ("npz/npz_slice.c", "config.flags |= NYZ_VERIFY;", ""),
    ("npz/npz_indexed.c", "source.offset != blocks->head || ", ""),
    ("npz/npz_indexed.c", "b->kept != NULL && b->kept_number == number", "b->kept != NULL"),
    ("npz/npz_indexed.c", "end == blocks->size ? blocks->count : ", ""),
    ("npz/npz_blocks.c", "rows % blocks == 0", "1"),
    ("npz/npz_blocks.c", "rows % k == 0", "1"),
    ("npz/npz_blocks.c", "step > config->block_bytes && axis + 1 < array->ndim", "0"),
    ("npz/npz_blocks.c", "blocks > most && nyz_mul(", "0 && nyz_mul("),
    ("npz/npz_blocks.c", "if (whole.bytes == source.left)", "if (1)"),
    ("codec/deflate_parallel.c", "blocks->written += (int64_t)sizeof end;", ""),
    ("codec/deflate_parallel.c", "nyz_load_le32(entry) + (uint32_t)sizeof end", "nyz_load_le32(entry)"),
    ("codec/deflate_parallel.c", "    if (!rest) {", "    if (0) {"),
    ("codec/inflate.c", "if (!done && out_size == 0)", "if (0)"),
    ("codec/inflate.c", "return done && in_size == 0 && ", "return done && "),
]

# Mutants that no test can notice, and why: (file, text) of each.
SURVIVORS = {
    ("zip/zip_blocks.c", "size < NYZ_ZIP_BLOCKS_FIXED || "):
        "what is read beyond a field that is too short counts for nothing, since the number of "
        "entries does not fit; AddressSanitizer sees it",
    ("zip/zip_entry.c", "left < NYZ_ZIP_CENTRAL_SIZE"):
        "a few bytes behind the directory are read, which only a sanitizer sees; then `whole` "
        "is larger than `left`",
    ("io/atomic_target_posix.c", "links == MAX_LINKS ? ELOOP : "):
        "the stat before refuses links that go in circles: only those that begin to meanwhile "
        "get here",
    ("io/input_file_posix.c", "O_CLOEXEC | O_NONBLOCK | O_NOCTTY"):
        "a FIFO is waited for in either way; a modem, which may hang, is not at hand",
}


def source_of(mutant):
    with open(os.path.join(ROOT, "src", mutant[0]), encoding="utf-8") as file:
        return file.read()


def unused_tests():
    """The tests of tests/meson.build that no mutant would meet: none, but for these two."""
    with open(os.path.join(ROOT, "tests", "meson.build"), encoding="utf-8") as file:
        lists = re.findall(r"^ *tests \+?= ([^\]\n]*(?:\n  [^\]\n]*)*)", file.read(), re.MULTILINE)
    names = {name for text in lists for name in re.findall(r"'(\w+)'", text)}
    assert "npz" in names and "file" in names
    return sorted(names - set(TESTS) - {"abi", "win32"})


def check_texts(mutants):
    wrong = ["tests/meson.build: %s is not in TESTS" % name for name in unused_tests()]
    for mutant in mutants:
        count = source_of(mutant).count(mutant[1])
        if count != 1:
            wrong.append("%s: is in it %d times: %s" % (mutant[0], count, mutant[1]))
    if wrong:
        sys.exit("\n".join(wrong))


def tests_for(name):
    file = name if name.startswith("cli/") else os.path.basename(name)
    longest = max((key for key in KNOWS if file.startswith(key)), key=len, default="")
    first = KNOWS.get(longest, "").split()
    return first + [test for test in TESTS if test not in first and not name.startswith("cli/")]


class Tree:
    """A copy of the project, built."""

    def __init__(self, number):
        self.folder = os.path.join(BUILD, str(number))
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(ROOT, self.folder, ignore=shutil.ignore_patterns(
            "build*", ".git", "__pycache__", ".hypothesis"))
        self.build = os.path.join(self.folder, "build")
        self.run("meson", "setup", self.build, self.folder, "--buildtype=plain", "-Dc_args=-O1",
                 "-Dtests=enabled", "-Dexamples=false", check=True)
        self.run("ninja", "-C", self.build, check=True)

    def run(self, *command, check=False):
        environment = dict(os.environ, NYZ_FIXTURES=os.path.join(self.folder, "fixtures"),
                           NYZ_BUILD=self.build, NYZ_TOOL=os.path.join(self.build, "nyz"),
                           NYZ_LIB=os.path.join(self.build, "libnyz.so"))
        done = subprocess.run(command, cwd=self.folder, env=environment, timeout=SECONDS * 10,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(done.stdout.decode(errors="replace"))
        return done

    def fails(self, test):
        if test.endswith(".py"):
            self.run("ninja", "-C", self.build, check=True)
            return self.run("timeout", str(SECONDS), sys.executable, "-m", "pytest", "-x", "-q",
                            "-p", "no:cacheprovider",
                            os.path.join("python_check", test)).returncode != 0
        program = os.path.join(self.build, "tests", "test_" + test)
        self.run("ninja", "-C", self.build, "tests/test_" + test, check=True)
        return self.run("timeout", str(SECONDS), program).returncode != 0

    def first_failure(self, mutant):
        """The test that catches this mutant; None: it survives."""
        name, text, replacement = mutant
        path = os.path.join(self.folder, "src", name)
        original = source_of(mutant)
        with open(path, "w", encoding="utf-8") as file:
            file.write(original.replace(text, replacement))
        try:
            for test in tests_for(name):
                if self.fails(test):
                    return test
            return None
        finally:
            with open(path, "w", encoding="utf-8") as file:
                file.write(original)


def work(number, waiting, results):
    tree = Tree(number)
    while True:
        try:
            mutant = waiting.get_nowait()
        except queue.Empty:
            return
        caught = tree.first_failure(mutant)
        results[mutant] = caught
        print("%-10s %s: %s -> %s" % (caught or "SURVIVES", mutant[0], mutant[1].strip(),
                                      mutant[2].strip() or "nothing"), flush=True)


def verdict(results):
    """Prints the counts; 1 where they are not those that are known."""
    survivors = [m for m, caught in results.items() if caught is None]
    unknown = [m for m in survivors if m[:2] not in SURVIVORS]
    wrong = [m for m in results if m[:2] in SURVIVORS and m not in survivors]
    for mutant in unknown:
        print("survives, and SURVIVORS does not say why:", *mutant[:2])
    for mutant in wrong:
        print("caught, although SURVIVORS has it:", *mutant[:2])
    print("mutants: %d caught, %d survived (%d with a reason)" % (
        len(results) - len(survivors), len(survivors), len(survivors) - len(unknown)))
    return 1 if unknown or wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", default="", help="those with this word in file or text")
    parser.add_argument("--check-texts", action="store_true",
                        help="only see that each text is in its file once")
    chosen = parser.parse_args()
    mutants = [m for m in MUTANTS if chosen.only in m[0] + m[1]]
    check_texts(MUTANTS)
    if chosen.check_texts:
        return 0
    waiting, results = queue.Queue(), {}
    for mutant in mutants:
        waiting.put(mutant)
    threads = [threading.Thread(target=work, args=(i, waiting, results))
               for i in range(min(chosen.jobs, len(mutants)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(results) < len(mutants):
        sys.exit("%d mutants were not run" % (len(mutants) - len(results)))
    return verdict(results)


if __name__ == "__main__":
    sys.exit(main())
