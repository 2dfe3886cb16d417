# SPDX-License-Identifier: MIT
"""The fixtures that NumPy itself writes: .npy files, which every NumPy since 1.24 writes
alike, and archives, whose bytes depend on the Python that runs (its zipfile changed in
3.11.4)."""

import io
import sys

import numpy as np

from fixture_parts import header, saved

NEW_ZIP_LAYOUT = sys.version_info >= (3, 11, 4)

EDGES = {
    "b1": [0, 1, 1], "i1": [-128, -1, 127], "u1": [0, 1, 255],
    "i2": [-32768, 1, 32767], "u2": [0, 258, 65535],
    "i4": [-2**31, 1, 2**31 - 1], "u4": [0, 66051, 2**32 - 1],
    "i8": [-2**63, 1, 2**63 - 1], "u8": [0, 1, 2**64 - 1],
    "f2": [-0.0, 1.5, np.inf], "f4": [-0.0, 1.1, np.nan], "f8": [-0.0, 1.1, -np.inf],
    "f16": [-0.0, 1.25, 3.0], "c8": [1 + 2j, -0.5j, 3], "c16": [1 + 2j, -0.5j, 3],
    "c32": [1 + 2j, -0.5j, 3], "S5": [b"", b"ab", b"\xff\x00x"], "U3": ["", "a\u00e9", "\U0001f600bc"],
    "V3": [b"abc", b"\0\1\2", b"\xff\xfe\xfd"], "M8": [0, 1, -2**63], "m8": [0, 1, -2**63],
}
UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]


def elements(code, values):
    """An array of the dtype `code`; dates and voids go in by their bits."""
    dtype = np.dtype(code)
    if dtype.kind in "mM":
        return np.array(values, dtype.newbyteorder("<").str[0] + "i8").view("<" + dtype.str[1:])
    if dtype.kind == "V" and dtype.names is None:
        return np.frombuffer(b"".join(values), dtype)
    array = np.array(values, dtype)
    if code in ("f16", "c32"):  # x87: 10 of 16 bytes mean something, the rest is not defined
        array.view(np.uint8).reshape(-1, 16)[:, 10:] = 0
    return array


def counting(dtype, shape):
    """An array whose bytes count 1, 2, 3 ... 250 and again: padding, too, is defined."""
    dtype = np.dtype(dtype)
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    raw = (np.arange(size, dtype=np.int64) % 250 + 1).astype(np.uint8)
    return np.frombuffer(raw.tobytes(), dtype).reshape(shape) if size else np.ndarray(shape, dtype)


def scalar_files(add):
    for code, values in EDGES.items():
        little = elements(code, values)
        add("type_%s.npy" % code, saved(little), "dtype %s" % little.dtype.str, [35, 36])
        if little.dtype.str[0] == "<":
            big = little.byteswap().view(little.dtype.newbyteorder(">"))
            add("type_%s_big.npy" % code, saved(big), "dtype %s" % big.dtype.str,
                [35, 39 if code == "U3" else 60])
    for unit in UNITS:
        add("date_%s.npy" % unit, saved(elements("M8[%s]" % unit, [0, 7, -2**63])),
            "datetime64 in %s, with NaT" % unit, [40])
    add("date_25us.npy", saved(elements("m8[25us]", [-3, 0, 9])), "a unit with a number", [40])
    for code in ("S0", "U0", "V0"):
        add("type_%s.npy" % code, saved(np.ndarray((3,), code)), "items of no bytes", [38])


def shape_files(add):
    a = np.arange(24, dtype="<f4")
    cube = a.reshape(2, 3, 4)
    files = [
        ("0d", np.array(2.5), "no dimensions"),
        ("1d", np.arange(5.0), "one dimension"),
        ("2d_c", a.reshape(4, 6), "C order"),
        ("2d_f", np.asfortranarray(a.reshape(4, 6)), "Fortran order"),
        ("3d_c", cube, "three dimensions"),
        ("3d_f", np.asfortranarray(cube), "three dimensions in Fortran order"),
        ("3d_f_big", np.asfortranarray(cube.astype(">f4")), "Fortran order, big-endian"),
        ("permuted", cube.transpose(1, 0, 2), "neither order: written in C order"),
        ("strided", a[::-3], "a strided view: written in C order"),
        ("broadcast", np.broadcast_to(a[:3], (2, 3)), "a broadcast view: written out"),
        ("1xn", np.asfortranarray(a.reshape(1, 24)), "(1, N) is never Fortran order"),
        ("nx1", np.asfortranarray(a.reshape(24, 1)), "(N, 1) is never Fortran order"),
        ("empty", np.zeros((0,), "<i4"), "no elements"),
        ("0x3", np.zeros((0, 3), "<i4"), "no elements, two dimensions"),
        ("3x0_f", np.zeros((3, 0), "<i4", order="F"), "no elements, made in Fortran order"),
        ("32d", np.arange(4, dtype="<i2").reshape((1,) * 30 + (2, 2)), "32 dimensions"),
    ]
    for name, array, shows in files:
        add("shape_%s.npy" % name, saved(array), shows, [1, 51])
    stream = saved(np.arange(3)) + saved(np.array("a")) + saved(np.zeros((2, 0)))
    add("three.npy", stream, "three arrays, one after the other", [29, 30], member="corrupt")


def struct_files(add):
    aligned = np.dtype({"names": ["a", "b", "c"], "formats": ["i1", "<i4", "i1"]}, align=True)
    lead = np.dtype({"names": ["a"], "formats": ["<i4"], "offsets": [4], "itemsize": 12})
    tuples = [
        ("plain", [("x", "<f4"), ("id", "<i8")], "two fields", [42]),
        ("mixed", [("x", "<f4"), ("y", ">f4"), ("s", "S3"), ("u", ">U2")], "both orders", [42]),
        ("aligned", aligned, "padding inside and at the end", [43, 44, 58]),
        ("lead", lead, "padding before and behind", [43, 44]),
        ("pad_only", np.dtype({"names": [], "formats": [], "itemsize": 8}), "padding only", [44]),
        ("none", np.dtype([]), "no fields, no bytes", [44]),
        ("nested", [("p", [("x", "<i2"), ("q", [("z", ">c8")])]), ("n", "u1")], "structs in structs",
         [42]),
        ("subarray", [("m", "<f4", (2, 3)), ("one", "<i2", (1,)), ("no", "<i2", (0,))],
         "sub-arrays as fields", [42]),
        ("subsub", [("c", (np.dtype(("<f8", (2,))), (3,))), ("d", ("<i2", (2,)), (2,))],
         "sub-arrays of sub-arrays", [42]),
        ("titles", [(("Title", "t"), "<i4"), (("Breite", "w"), ">f8", (2,))], "titles", [45]),
        ("empty_name", [("x", "<i4"), ("y", "<i2")], "a real field named ''", [46]),
        ("dates", [(u, "%s8[%s]" % ("mM"[i % 2], u)) for i, u in enumerate(UNITS)],
         "every unit of dates", [40]),
        ("zero_items", [("a", "S0"), ("b", "<i2"), ("c", "V0"), ("d", "U0")], "items of no bytes",
         [38]),
        ("odd_names", [("it's", "u1"), ('say "hi"', "u1"), ("both'\"", "u1"), ("back\\slash", "u1"),
                       ("line\nend", "u1"), ("tab\t\r\x01\x7f", "u1"), ("\xa0\xad\u200b", "u1")],
         "names that need quoting", [20, 56]),
        ("latin1", [("\xe9t\xe9", "<i4"), ("\xfc", "<f4")], "Latin-1 names: version 1.0", [55]),
        ("cjk", [("\u6e29\u5ea6", "<f4"), ("\U0001f321", "<i2")], "other names: version 3.0", [3, 55]),
    ]
    for name, dtype, shows, items in tuples:
        dtype = np.dtype(dtype)
        if name == "empty_name":
            dtype.names = ("", "y")
        add("struct_%s.npy" % name, saved(counting(dtype, (2, 2))), shows, items)
    add("struct_f.npy", saved(np.asfortranarray(counting(aligned, (2, 3)))),
        "structs in Fortran order", [42])


def header_files(add):
    plain = np.arange(3, dtype="<u2")
    for version in ((2, 0), (3, 0)):
        add("version_%d.npy" % version[0], saved(plain, version), "version %d.0, asked for" % version[0],
            [2 if version[0] == 2 else 3, 57])
    exact = [n for n in range(1, 200) if _slack(n) == 64][0]
    add("pad_64.npy", saved(np.zeros(1, [("n" * exact, "u1")])), "64 spaces of padding", [53])
    longest = 65536 - 10 - len(header([("", "|u1")], (1,))) - 20 - 2
    for name, size, total in (("v1_longest", longest, 65536), ("v2_shortest", longest + 1, 65600)):
        array = np.full(1, 7, [("n" * size, "u1")])
        assert saved(array).index(b"\n") + 1 == total
        add(name + ".npy", saved(array), "a header of %d bytes in all" % total, [2, 54])
    for digits in (1, 5, 10, 18):
        shape = (10 ** (digits - 1), 0)
        add("growth_%02d.npy" % digits, saved(np.ndarray(shape, "<f4")),
            "room to grow: an extent of %d digits" % digits, [52])


def _slack(n):
    content = saved(np.zeros(1, [("n" * n, "u1")]))
    text = content[10:content.index(b"\n")]
    return len(text) - len(text.rstrip(b" ")) - 20


def thirteen():
    """The arrays that every archive of the set holds, positional ones last."""
    a = np.arange(12, dtype="<f8").reshape(3, 4)
    named = {
        "zero_d": np.array(3.5), "empty": np.zeros((0, 3), "<f4"), "fortran": np.asfortranarray(a),
        "struct": counting([("x", "<f4"), ("s", "S3"), ("m", "<i2", (2,))], (3,)),
        "text": np.array(["na\u00efve", "\u65e5\u672c"]), "bytes": np.array([b"abc", b"d"]),
        "dates": elements("M8[ns]", [0, 1, -2**63]), "big": a.astype(">i4"),
        "\u00fcml\u00e4ut": np.arange(3, dtype="<i2"), "dir/slash": np.array([True, False]),
        "x.npy": np.arange(2, dtype="<u8"),
    }
    return [a[::2], np.array([1 + 2j])], named


def archives(add, layout):
    positional, named = thirteen()
    for name, save, items in (("stored", np.savez, [64, 86]),
                              ("deflated", np.savez_compressed, [64, 87])):
        out = io.BytesIO()
        save(out, *positional, **named)
        add("%s_%s.npz" % (layout, name), out.getvalue(), "thirteen arrays, %s, %s layout of "
            "Python's zipfile" % (name, layout), items)
    out = io.BytesIO()
    np.savez(out)
    add("%s_empty.npz" % layout, out.getvalue(), "no arrays", [65, 86])
    for name, save in (("stored", np.savez), ("deflated", np.savez_compressed)):
        out = Unseekable()
        save(out, *positional, **named)
        add("%s_descriptors_%s.npz" % (layout, name), bytes(out.content),
            "written to a pipe: data descriptors", [74])
    out = io.BytesIO()
    np.savez_compressed(out, item=np.array(["ab" * 65536 + "c"]))
    add("%s_long_item.npz" % layout, out.getvalue(), "an item larger than the library's buffer", [32])


class Unseekable(io.RawIOBase):
    """A file that can only be written to, as a pipe."""

    def __init__(self):
        self.content = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.content += data
        return len(data)


def numpy_files(add):
    """What every NumPy since 1.24 writes alike."""
    for group in (scalar_files, shape_files, struct_files, header_files):
        group(add)
