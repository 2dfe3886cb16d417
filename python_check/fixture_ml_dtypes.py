# SPDX-License-Identifier: MIT
"""The fixtures that NumPy writes of ml_dtypes' types (bfloat16, the 8-bit floats, integers of 1
to 4 bits, ...), built without ml_dtypes: their descr and their bytes.  Where ml_dtypes is
installed, test_ml_dtypes.py compares them with what np.save and np.savez write of `arrays`."""

import numpy as np

from fixture_parts import Member, archive, header, npy, zip64_extra

ITEMS = {  # of each type: its descr, and the bytes of the items
    "bfloat16": ("<V2", b"\x80\x3f\x20\xc0\x80\x7f"), "complex32": ("<W4", bytes(range(12))),
    "bcomplex32": ("<W4", bytes(range(12, 24))), "float8_e5m2": ("<f1", b"\x3c\x40\x42"),
}
ITEMS.update((name, ("<V1", b"\x01\x00\x01")) for name in ("int1", "uint1", "int2", "uint2"))
ITEMS.update((name, ("<V1", b"\x01\x07\x02")) for name in (
    "float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn", "int4", "uint4"))
ITEMS.update((name, ("<V1", b"\x38\x7f\x80")) for name in (
    "float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fn", "float8_e4m3fnuz",
    "float8_e5m2fnuz", "float8_e8m0fnu"))
BIG = ["bfloat16", "complex32", "float8_e5m2", "float8_e4m3fn"]

STRUCT = [("w", "<V2"), ("", "|V2"), ("s", "<f1", (2,)), ("", "|V2"), ("z", "<W4"), ("n", ">i2")]
LAYOUT = {"names": ["w", "s", "z", "n"], "offsets": [0, 4, 8, 12]}


def as_saved(descr, shape, data):
    """The bytes of np.save: with room for the first extent to grow to 21 digits."""
    return npy(header(descr, shape) + " " * (21 - len(repr(shape[0]))), data)


def arrays(ml_dtypes):
    """{name of a fixture: the array that it is of}."""
    made = {}
    for name, (_, data) in ITEMS.items():
        dtype = np.dtype(getattr(ml_dtypes, name))
        made["mldtype_%s.npy" % name] = np.frombuffer(data, dtype)
        if name in BIG:
            made["mldtype_%s_big.npy" % name] = np.frombuffer(data, dtype.newbyteorder(">"))
    parts = [ml_dtypes.bfloat16, (ml_dtypes.float8_e5m2, (2,)), ml_dtypes.complex32, ">i2"]
    made["mldtype_struct.npy"] = np.frombuffer(bytes(range(1, 29)), {**LAYOUT, "formats": parts})
    return made


def ml_dtypes_files(add):
    def one(name, descr, shape, data, shows, dtype):
        add("mldtype_%s.npy" % name, as_saved(descr, shape, data), shows, [50],
            descr=descr if isinstance(descr, str) else repr(descr), dtype=np.dtype(dtype))

    for name, (descr, data) in ITEMS.items():
        same = "V" + descr[2:]
        one(name, descr, (3,), data, "how %s is saved" % name, same)
        if name in BIG:
            one(name + "_big", ">" + descr[1:], (3,), data, "how big-endian %s is saved" % name, same)
    one("struct", STRUCT, (2,), bytes(range(1, 29)), "a struct of ml_dtypes' types",
        {**LAYOUT, "formats": ["V2", ("V1", (2,)), "V4", ">i2"]})
    weights = npy(header("<V2", (2, 3)) + " " * 20, b"\x80\x3f" * 6)
    size = len(weights)
    add("bfloat16_weights.npz", archive([Member(
        "w.npy", weights, local={"version": 45, "csize": 2**32 - 1, "usize": 2**32 - 1,
                                 "extra": zip64_extra(size, size)},
        central={"version": 45, "made": 0x32d})]), "np.savez of a bfloat16 array", [50],
        marks={"w.npy": "<V2"})
