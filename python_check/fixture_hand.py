# SPDX-License-Identifier: MIT
"""The .npy fixtures that no current NumPy writes, made by hand: the headers of old NumPys and
of other programs (good), and every header and length that is refused (bad).
docs/format.md 1 and 2 decide which is which."""

import struct

import numpy as np

from fixture_parts import MAGIC, header, npy

F8 = np.array([1.5, -2.0, 3.25]).astype("<f8").tobytes()
GOOD = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }"


def good_texts():
    """(name, header text, what it shows, checklist items): three <f8 each."""
    d, f, s = "'descr': '<f8'", "'fortran_order': False", "'shape': (3,)"
    return [
        ("key_order", "{%s, %s, %s, }" % (s, d, f), "keys in another order", [10]),
        ("no_comma", "{%s, %s, %s}" % (d, f, s), "no comma at the end", [11]),
        ("double_quotes", GOOD.replace("'", '"'), "double quotes", [12]),
        ("triple_quotes", GOOD.replace("'descr'", "'''descr'''").replace("'<f8'", '"""<f8"""'),
         "triple quotes", [12]),
        ("prefixes", "{u'descr': u'<f8', r'fortran_order': False, U'shape': (3,), }",
         "prefixes of strings", [13]),
        ("joined", GOOD.replace("'descr'", "'de' \"scr\""), "neighbouring strings", [13]),
        ("white_space", "\t{\n %s ,\r\n\t%s,\f%s\n}\n" % (d, f, s), "white space everywhere", [19]),
        ("comment", "{%s, # the dtype\n %s, %s, } # end" % (d, f, s), "comments", [19]),
        ("line_join", "{%s, \\\n %s, %s}" % (d, f, s), "a line joined by a backslash", [19]),
        ("brackets", "({%s, %s, %s})" % (d, f, s), "a dict in brackets", [19]),
        ("escapes", r"{'\x64\145scr': '\u003cf\U00000038', 'fortran\137order': False, 'shape': (3,)}",
         "escapes in strings", [20]),
        ("hex_extent", GOOD.replace("(3,)", "(0x3,)"), "an extent in hexadecimal", [15]),
        ("plus_extent", GOOD.replace("(3,)", "(+3,)"), "an extent with a sign", [15]),
        ("letter", GOOD.replace("<f8", "d"), "a letter for a dtype", [37]),
        ("name", GOOD.replace("<f8", "float64"), "a name for a dtype", [37]),
        ("native_mark", GOOD.replace("<f8", "f8"), "no byte order: native", [37]),
        ("equals_mark", GOOD.replace("<f8", "=f8"), "byte order '=': native", [37]),
        ("bar_mark", GOOD.replace("<f8", "|f8"), "byte order '|': native", [37]),
    ]


def good_headers(add):
    for name, text, shows, items in good_texts():
        add("header_%s.npy" % name, npy(text, F8), shows, items)
    add("numpy_1_13.npy", npy(GOOD, F8, align=16), "as NumPy before 1.14: aligned to 16", [18])
    add("numpy_1_23.npy", npy(header([("n" * 60, "<f8")], (3,)), F8),
        "as NumPy 1.14 to 1.23: no room to grow", [18])
    add("unpadded.npy", npy(GOOD, F8, align=0), "no padding", [18])
    add("no_newline_brace.npy", npy(GOOD, F8, align=0, newline=b""), "no newline at the end", [17])
    add("no_newline_blank.npy", npy(GOOD, F8, newline=b""), "blanks and no newline at the end", [17])
    for version in ((1, 0), (2, 0)):
        add("python2_long_%d.npy" % version[0],
            npy(GOOD.replace("(3,)", "(3L, 1 L)"), F8, version),
            "extents as Python 2 on Windows wrote them, version %d.0" % version[0], [14],
            shape=(3, 1))
    add("trailing.npy", npy(GOOD, F8 + b"more"), "bytes behind the array", [29],
        member="corrupt")
    add("shape_np_int64.npy", npy(header("<f8", ("x", 1)).replace("('x', 1)",
                                         "(np.int64(3), np.uint32(1))"), F8),
        "NumPy's integers in the shape, as its open_memmap writes them", [15], shape=(3, 1),
        dtype=np.dtype("<f8"))
    add("shape_array.npy", npy(GOOD.replace("(3,)", "(array(3), 1, array(1, dtype=int32))"), F8),
        "arrays without dimensions in the shape", [15], shape=(3, 1, 1), dtype=np.dtype("<f8"))
    add("bool_2.npy", npy(header("|b1", (3,)), b"\x00\x01\x02"), "a bool of 2", [35])
    dims = (1,) * 63 + (3,)
    add("shape_64d.npy", npy(header("<f8", dims), F8), "64 dimensions", [24])


def good_dtypes(add):
    def one(name, text, data, shows, items, version=(1, 0), **expect):
        add("descr_%s.npy" % name, npy(header(text, (3,)), data, version), shows, items, **expect)

    six = bytes(range(1, 7))
    twelve = bytes(range(1, 13))
    one("S_mark", "<S2", six, "'S' with a byte order", [37])
    one("b1_mark", ">b1", b"\0\1\1", "a bool with a byte order", [37])
    one("V_mark", "<V2", six, "how bfloat16 is saved: opaque", [50], descr="<V2")
    one("V_mark_1", "<V1", b"abc", "how 8-bit floats are saved: opaque", [50], descr="<V1")
    one("U_bar", "|U1", twelve, "'U' with '|': native", [37])
    for letter, size in (("f", 12), ("c", 24)):
        for mark in "<>":
            part = np.dtype([("x", "V12")] if letter == "f" else [("x", "V12"), ("y", "V12")])
            raw = bytes(range(size * 3))
            add("type_%s%d%s.npy" % (letter, size, "_big" * (mark == ">")),
                npy(header("%s%s%d" % (mark, letter, size), (3,)), raw),
                "the long double of 32-bit machines", [35], descr="%s%s%d" % (mark, letter, size),
                dtype=part, turned=mark == ">" and 12)
    day = struct.pack("<3q", 1, -1, -2**63)
    for name, unit, canon in (("half_day", "D/2", "12h"), ("ns", "us/1000", "ns"),
                              ("generic", "generic", None), ("one", "1s", "s"), ("zero", "0s", "0s"),
                              ("week", "W/7", "D"), ("many", "2147483647s", "2147483647s")):
        one("date_" + name, "<M8[%s]" % unit, day, "unit [%s]" % unit, [40],
            descr="<M8[%s]" % canon if canon else "<M8")
    one("date_micro_sign", "<m8[\u03bcs]", day, "the micro sign for us", [40], version=(3, 0),
        descr="<m8[us]")
    raw = bytes(range(1, 73))
    one("shape_int", [("a", "<f4", 2)], raw[:24], "a number for a field's shape", [48])
    one("shape_one", [("a", "<f4", 1)], raw[:12], "1 for a field's shape is (1,)", [48],
        descr="[('a', '<f4', (1,))]")
    one("shape_list", [("a", "<f4", [2, 1])], raw[:24], "a list for a field's shape", [48])
    one("shape_none", [("a", "<f4", ())], raw[:12], "() for a field's shape is none", [48],
        descr="[('a', '<f4')]")
    one("field_list", [["a", "<f4"], ["b", "<i2"]], raw[:18], "lists for fields", [48])
    one("title_none", [((None, "a"), "<f4")], raw[:12], "None for a title", [45])
    one("gaps", [("", "<V2"), ("a", "<i2"), ("", "|V1", (2,)), ("b", "u1")], raw[:21],
        "gaps with a byte order and with a shape", [43, 44],
        descr="[('', '|V2'), ('a', '<i2'), ('', '|V2'), ('b', '|u1')]")
    one("two_gaps", [("a", "u1"), ("", "V2"), ("", "V1"), ("b", "u1")], raw[:15],
        "two gaps in a row", [43])
    one("top_subarray", ("<f8", (2,)), raw[:48], "a sub-array as the whole dtype", [49])
    one("top_struct", ([("a", "<i2")], (2, 2)), raw[:24], "structs in a sub-array as the whole dtype",
        [49])


HEADERS = [  # name, text, status, what it shows, items
    ("missing_descr", "{'fortran_order': False, 'shape': (3,), }", "corrupt", "no 'descr'", [7]),
    ("missing_order", "{'descr': '<f8', 'shape': (3,), }", "corrupt", "no 'fortran_order'", [7]),
    ("missing_shape", "{'descr': '<f8', 'fortran_order': False, }", "corrupt", "no 'shape'", [7]),
    ("extra_key", GOOD[:-1] + "'x': 1, }", "corrupt", "a key too many", [8]),
    ("twice", GOOD[:-1] + "'shape': (1,), }", "corrupt", "a key twice", [9]),
    ("bytes_key", GOOD.replace("'descr'", "b'descr'"), "corrupt", "a key that is bytes", [27]),
    ("order_0", GOOD.replace("False", "0"), "corrupt", "fortran_order 0", [16]),
    ("order_1", GOOD.replace("False", "1"), "corrupt", "fortran_order 1", [16]),
    ("order_none", GOOD.replace("False", "None"), "corrupt", "fortran_order None", [16]),
    ("order_text", GOOD.replace("False", "'False'"), "corrupt", "fortran_order a text", [16]),
    ("order_lower", GOOD.replace("False", "false"), "corrupt", "fortran_order false", [16]),
    ("nothing", "", "corrupt", "an empty header", [21]),
    ("blanks", "   ", "corrupt", "only blanks", [21]),
    ("list", "['descr', '<f8']", "corrupt", "no dict", [21]),
    ("cut", GOOD[:40], "corrupt", "a dict that does not end", [21]),
    ("cut_text", "{'descr': '<f8", "corrupt", "a text that does not end", [21]),
    ("two_dicts", GOOD + GOOD, "corrupt", "two dicts", [21]),
    ("junk", GOOD + " x", "corrupt", "a word behind the dict", [21]),
    ("semicolon", GOOD + ";", "corrupt", "a semicolon", [21]),
    ("nul", GOOD + "\0", "corrupt", "a NUL", [21]),
    ("vertical_tab", GOOD.replace(" 'shape'", "\v'shape'"), "corrupt", "a vertical tab", [19]),
    ("f_string", GOOD.replace("'<f8'", "f'<f8'"), "corrupt", "an f-string", [13]),
    ("call", "dict(descr='<f8', fortran_order=False, shape=(3,))", "corrupt", "a call", [21]),
    ("sum", GOOD.replace("(3,)", "(1+2,)"), "corrupt", "arithmetic", [15]),
    ("named_escape", GOOD.replace("<f8", r"\N{LESS-THAN SIGN}f8"), "unsupported", r"\N{...}", [20]),
    ("bad_escape", GOOD.replace("'<f8'", r"'\x3'"), "corrupt", "half an escape", [20]),
    ("python2_lower", GOOD.replace("3,", "3l,"), "corrupt", "an 'l' behind a number", [15]),
    ("shape_06", GOOD.replace("3,", "03,"), "corrupt", "a leading zero", [15]),
    ("shape_float", GOOD.replace("3,", "3.0,"), "corrupt", "an extent with a point", [15]),
    ("shape_str", GOOD.replace("(3,)", "'3'"), "corrupt", "a text for a shape", [15]),
    ("shape_strs", GOOD.replace("3,", "'3',"), "corrupt", "a text for an extent", [15]),
    ("shape_list", GOOD.replace("(3,)", "[3]"), "corrupt", "a list for a shape", [15]),
    ("shape_int", GOOD.replace("(3,)", "3"), "corrupt", "a number for a shape", [15]),
    ("shape_paren", GOOD.replace("(3,)", "(3)"), "corrupt", "(3) is no tuple", [15]),
    ("shape_none", GOOD.replace("(3,)", "None"), "corrupt", "None for a shape", [15]),
    ("shape_bare", GOOD.replace("(3,)", "3, 1"), "corrupt", "a tuple without brackets", [15]),
    ("shape_true", GOOD.replace("3,", "True,"), "corrupt", "True for an extent", [15]),
    ("shape_np_float", GOOD.replace("3,", "np.float64(3.0),"), "corrupt", "a float of NumPy's", [15]),
    ("shape_np_bare", GOOD.replace("(3,)", "np.int64(3)"), "corrupt",
     "an integer of NumPy's for a shape", [15]),
    ("shape_grown", GOOD.replace("(3,), }", "(1234567890     "), "corrupt",
     "digits of the shape written over the brackets that end it", [21]),
    ("shape_nested", GOOD.replace("(3,)", "((3,),)"), "corrupt", "a tuple in the shape", [15]),
    ("shape_negative", GOOD.replace("3,", "-1,"), "corrupt", "a negative extent", [22]),
    ("shape_negatives", GOOD.replace("3,", "-1, -3,"), "corrupt", "two negative extents", [22]),
    ("shape_2_63", GOOD.replace("3,", "9223372036854775808,"), "corrupt", "an extent of 2^63", [23]),
    ("shape_2_64", GOOD.replace("3,", "0, 18446744073709551619,"), "corrupt", "an extent of 2^64 + 3",
     [23]),
    ("shape_product", GOOD.replace("3,", "4294967296, 4294967296,"), "corrupt",
     "2^32 * 2^32 elements", [23]),
    ("shape_bytes", GOOD.replace("3,", "2305843009213693952,"), "corrupt",
     "2^61 elements of 8 bytes", [23]),
    ("shape_zero_huge", GOOD.replace("3,", "0, 4611686018427387904, 4611686018427387904,"),
     "corrupt", "0 beside 2^62 * 2^62", [23]),
    ("shape_65d", GOOD.replace("3,", "1, " * 64 + "3"), "limit", "65 dimensions", [24]),
    ("brackets", GOOD.replace("(3,)", "(" * 70 + "3," + ")" * 70), "limit", "70 brackets", [21]),
]
DESCRS = [  # name, Python's text of the descr, status, what it shows, items
    ("bytes", "b'<f8'", "corrupt", "bytes", [27]), ("dict", "{'names': []}", "corrupt", "a dict", [27]),
    ("empty_dict", "{}", "corrupt", "an empty dict", [27]), ("none", "None", "corrupt", "None", [27]),
    ("number", "8", "corrupt", "a number", [27]), ("tuple_0", "()", "corrupt", "()", [27]),
    ("tuple_1", "('<f8',)", "corrupt", "a tuple of one", [27]),
    ("empty", "''", "corrupt", "an empty text", [41]), ("mark", "'<'", "corrupt", "a mark alone", [41]),
    ("digit", "'8'", "corrupt", "a number alone", [41]), ("blank_before", "' <f8'", "corrupt",
                                                         "a blank before", [41]),
    ("blank_behind", "'<f8 '", "corrupt", "a blank behind", [41]),
    ("f1", "'|f1'", "corrupt", "f1 without a byte order", [41]), ("f3", "'<f3'", "corrupt", "f3", [41]),
    ("i16", "'<i16'", "corrupt", "i16", [41]), ("F8", "'<F8'", "corrupt", "F8", [41]),
    ("T", "'T'", "corrupt", "T", [41]), ("T16", "'<T16'", "corrupt", "T16", [41]),
    ("letter", "'c'", "unsupported", "a letter that is not read", [41]),
    ("a8", "'a8'", "corrupt", "a8", [41]), ("O8", "'O8'", "unsupported", "O8", [34]),
    ("name", "'datetime64[ns]'", "unsupported", "a name that is not read", [41]),
    ("name_int", "'int'", "unsupported", "a name whose size depends on the machine", [41]),
    ("comma", "'<i4,<f4'", "unsupported", "a comma list", [41]),
    ("unit_B", "'<M8[B]'", "corrupt", "no such unit", [41]),
    ("unit_open", "'<M8[s'", "corrupt", "a unit that does not end", [41]),
    ("unit_0", "'<m8[D/0]'", "corrupt", "a divisor of 0", [41]),
    ("unit_13", "'<m8[s/13]'", "corrupt", "a divisor that does not divide", [41]),
    ("unit_big", "'<m8[2147483648s]'", "corrupt", "a unit's number over 2^31 - 1", [41]),
    ("M4", "'<M4'", "corrupt", "a date of 4 bytes", [41]),
    ("S_2_31", "'|S2147483648'", "limit", "an item of 2^31 bytes", [23]),
    ("S_2_32", "'|S4294967296'", "limit", "an item of 2^32 bytes, which NumPy takes for 0", [23]),
    ("U_2_29", "'<U536870912'", "limit", "an item of 2^29 code points", [23]),
    ("S_minus", "'|S-1'", "corrupt", "a negative size", [41]),
    ("metadata", "[('id', '|V16'), ('t', ('|O', {'vlen': dtype('float64')})), ('x', '<f8')]",
     "unsupported", "dtype metadata, as of h5py", [41]),
    ("metadata_enum", "[('a', ('<i4', {'enum': {'RED': 0}}))]", "unsupported",
     "dtype metadata that is a literal", [41]),
    ("object", "'|O'", "unsupported", "Python objects", [34]),
    ("object_field", "[('a', '<i4'), ('o', '|O')]", "unsupported", "a field of Python objects", [34]),
    ("object_deep", "[('a', [('o', ('|O', (2,)))])]", "unsupported", "objects in a sub-array", [34]),
    ("same_names", "[('a', '<i4'), ('a', '<f4')]", "corrupt", "two fields of one name", [47]),
    ("title_name", "[(('b', 'a'), '<i4'), ('b', '<f4')]", "corrupt", "a title that is a name", [47]),
    ("same_empty", "[('', '<i4'), ('', '<f4')]", "corrupt", "two fields named ''", [47]),
    ("field_1", "[('a',)]", "corrupt", "a field of one part", [48]),
    ("field_4", "[('a', '<i4', (2,), 1)]", "corrupt", "a field of four parts", [48]),
    ("field_text", "['a', '<i4']", "corrupt", "texts for fields", [48]),
    ("field_name", "[(1, '<i4')]", "corrupt", "a number for a name", [47]),
    ("name_bytes", "[(b'a', '<i4')]", "corrupt", "bytes for a name", [47]),
    ("field_negative", "[('a', '<i4', (-1,))]", "corrupt", "a negative sub-array", [48]),
    ("field_shape", "[('a', '<i4', 'x')]", "corrupt", "a text for a sub-array's shape", [48]),
    ("field_huge", "[('a', '<i4', (1073741824, 1073741824))]", "limit", "a field of 2^62 bytes", [23]),
    ("nesting", "[('a', " * 33 + "'<i4'" + ")]" * 33, "limit", "brackets or dtypes too deep", [42]),
]


def bad_headers(add):
    for name, text, status, shows, items in HEADERS:
        add("header_%s.npy" % name, npy(text, F8), shows, items, outcome=status)
    for name, descr, status, shows, items in DESCRS:
        add("descr_%s.npy" % name, npy(GOOD.replace("'<f8'", descr), F8), "descr: " + shows, items,
            outcome=status)
    add("python2_long_3.npy", npy(GOOD.replace("3,", "3L,"), F8, (3, 0)), "3L in version 3.0", [14],
        outcome="corrupt")
    add("not_utf8.npy", npy(GOOD.encode().replace(b"shape", b"sh\xffpe"), F8, (3, 0)),
        "no UTF-8 in version 3.0", [3], outcome="corrupt")
    add("crlf.npy", npy(GOOD).replace(b"\n", b"\r\n") + F8,
        "line ends changed by a transfer: the header ends in a carriage return", [17],
        outcome="corrupt")
    add("length_off.npy", npy(GOOD, F8, align=0, newline=b"", length=len(GOOD) - 1),
        "HEADER_LEN one too small", [6, 17], outcome="corrupt")


def bad_preambles(add):
    whole = npy(GOOD, F8)
    for major, minor in ((1, 1), (0, 0), (0, 1), (2, 2), (4, 0), (255, 255)):
        add("version_%d_%d.npy" % (major, minor), MAGIC + bytes((major, minor)) + whole[8:],
            "version %d.%d" % (major, minor), [4], outcome="unsupported")
    add("magic.npy", b"\x92" + whole[1:], "a wrong magic", [5], outcome="corrupt",
        member="not found")
    add("magic_case.npy", b"\x93numpy" + whole[6:], "the magic in small letters", [5],
        outcome="corrupt", member="not found")
    add("text.npy", b"1.5, -2.0, 3.25\n", "a text file", [5], outcome="corrupt", member="not found")
    for size in (3, 6, 7, 8, 9, 10, 60, len(whole) - len(F8), len(whole) - 1):
        add("cut_%03d.npy" % size, whole[:size], "cut after %d bytes" % size,
            [5 if size < 8 else 6 if size < 128 else 28], outcome="corrupt",
            member="not found" if size < 6 else "corrupt")
    add("cut_struct.npy", npy(header([("a", "<i4"), ("b", "<i2")], (2,)), bytes(11)),
        "a byte of an item missing", [28], outcome="corrupt")
    add("header_4g.npy", npy(GOOD, F8, (2, 0), length=2**32 - 1), "HEADER_LEN 4 GiB - 1", [26],
        outcome="limit")
    add("header_1m.npy", npy(GOOD, F8, (2, 0), length=2**20 + 1), "HEADER_LEN over 1 MiB", [25, 26],
        outcome="limit")
    add("header_long.npy", npy(GOOD, F8, (2, 0), length=2**20), "HEADER_LEN 1 MiB, the file short",
        [6, 26], outcome="corrupt")
    add("data_4e.npy", npy(header("|u1", (2**62,)), b"abc"), "2^62 bytes announced, 3 there", [28],
        outcome="corrupt")


def hand_files(add):
    """All of them; good ones are those without an outcome."""
    for group in (good_headers, good_dtypes, bad_headers, bad_preambles):
        group(add)
