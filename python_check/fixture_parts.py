# SPDX-License-Identifier: MIT
"""The bricks of the fixtures: .npy headers and zip archives built byte by byte, where every
field can be made to lie; and the description of an array that the manifest keeps.

Nothing here depends on how the running Python's zipfile lays an archive out."""

import ast
import hashlib
import io
import struct
import warnings
import zlib

import numpy as np

MAGIC = b"\x93NUMPY"
FORMAT = getattr(np.lib, "_format_impl", np.lib.format)


# ------------------------------------------------------------------------------- .npy files

def npy(text, data=b"", version=(1, 0), align=64, newline=b"\n", length=None):
    """A .npy file around a header text; align 0: no padding.  length: what HEADER_LEN says,
    if it lies."""
    if isinstance(text, str):
        text = text.encode("utf-8" if version[0] == 3 else "latin-1")
    wide = version[0] != 1
    preamble = 12 if wide else 10
    if align:
        text += b" " * (align - (preamble + len(text) + len(newline)) % align)
    text += newline
    size = len(text) if length is None else length
    return (MAGIC + bytes(version) + struct.pack("<I" if wide else "<H", size) + text + data)


def header(descr, shape, fortran=False):
    """The text NumPy writes, without padding; descr: a str is quoted, otherwise its repr."""
    return "{'descr': %r, 'fortran_order': %r, 'shape': %r, }" % (descr, fortran, shape)


def saved(array, version=None):
    """What np.save writes."""
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.lib.format.write_array(out, array, version=version)
    return out.getvalue()


# ------------------------------------------------------------------ what an array looks like

def _swap(dtype, raw):
    """raw, (count, itemsize) bytes, in place: every big-endian number made little-endian."""
    if dtype.fields is not None:
        for name in dtype.names:
            part, offset = dtype.fields[name][:2]
            _swap(part, raw[:, offset:offset + part.itemsize])
        return
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        for i in range(int(np.prod(shape, dtype=np.int64))):
            _swap(base, raw[:, i * base.itemsize:(i + 1) * base.itemsize])
        return
    if dtype.byteorder != ">":
        return
    unit = {"c": dtype.itemsize // 2, "U": 4}.get(dtype.kind, dtype.itemsize)
    for start in range(0, dtype.itemsize, unit or 1):
        raw[:, start:start + unit] = raw[:, start:start + unit][:, ::-1].copy()


def little_endian(dtype, shape, fortran, data):
    """The elements in C order, every number little-endian, padding as stored."""
    count = int(np.prod(shape, dtype=np.int64))
    size = dtype.itemsize
    assert len(data) >= count * size
    if count == 0 or size == 0:
        return b""
    items = np.frombuffer(data[:count * size], dtype="V%d" % size)
    order = "F" if fortran else "C"
    items = items.reshape([n for n in shape if n != 1], order=order)  # NumPy 1 has 32 axes
    raw = np.frombuffer(bytearray(items.tobytes("C")), np.uint8).reshape(count, size)
    _swap(dtype, raw)
    return raw.tobytes()


def canonical(dtype):
    """NumPy's text of a dtype: a scalar without quotes."""
    descr = np.lib.format.dtype_to_descr(dtype)
    return descr if isinstance(descr, str) else repr(descr)


def read_header(content):
    """(dtype, shape, fortran, data offset) as NumPy reads them."""
    file = io.BytesIO(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            shape, fortran, dtype = np.lib.format.read_array_header_1_0(file, 1 << 30)
        elif version == (2, 0):
            shape, fortran, dtype = np.lib.format.read_array_header_2_0(file, 1 << 30)
        else:
            shape, fortran, dtype = FORMAT._read_array_header(file, version, 1 << 30)
    return dtype, shape, fortran, file.tell()


def describe(content, descr=None, dtype=None, shape=None, turned=0):
    """What the manifest says of the array in a .npy file: by NumPy's reading of its header,
    unless told otherwise (descr: the text, where NumPy writes another or has no such dtype;
    dtype: one of the same size for those, whose bytes are reversed in groups of
    `turned`)."""
    if dtype is None:
        dtype, shape_, fortran, offset = read_header(content)
        shape = shape_ if shape is None else shape
    else:
        wide = content[6] != 1
        offset = 12 + struct.unpack_from("<I", content, 8)[0] if wide else \
            10 + struct.unpack_from("<H", content, 8)[0]
        text = content[12 if wide else 10:offset].decode("latin-1")
        if shape is None:
            shape = ast.literal_eval(text)["shape"]
        fortran = "'fortran_order': True" in text
    if dtype.subdtype is not None:
        shape, dtype = tuple(shape) + dtype.shape, dtype.base
    elements = little_endian(dtype, shape, fortran, content[offset:])
    if turned:
        groups = [elements[i:i + turned][::-1] for i in range(0, len(elements), turned)]
        elements = b"".join(groups)
    return {"descr": descr or canonical(dtype), "shape": list(shape),
            "fortran_order": bool(fortran), "sha256": hashlib.sha256(elements).hexdigest(),
            "crc32": "%08x" % zlib.crc32(elements)}


# ----------------------------------------------------------------------------- zip archives

def deflated(content, level=6, strategy=zlib.Z_DEFAULT_STRATEGY):
    z = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
    return z.compress(content) + z.flush()


def zip64_extra(*numbers):
    return struct.pack("<HH%dQ" % len(numbers), 1, 8 * len(numbers), *numbers)


class Member:
    """One member: honest unless told otherwise.  `local` and `central` override the fields
    of its two headers (version, flags, method, time, date, crc, csize, usize, name, extra,
    and in the central one made, disk, internal, external, offset, comment)."""

    def __init__(self, name, content, method=0, data=None, flags=None, local=None,
                 central=None, after=b"", at=None):
        if isinstance(name, str):
            utf8 = not name.isascii()
            name = name.encode()
            flags = (0x800 if utf8 else 0) if flags is None else flags
        self.data = data if data is not None else \
            deflated(content) if method == 8 else content
        common = {"version": 20, "flags": flags or 0, "method": method, "time": 0,
                  "date": 0x21, "crc": zlib.crc32(content), "csize": len(self.data),
                  "usize": len(content), "name": name, "extra": b""}
        self.local = {**common, **(local or {})}
        self.central = {**common, "made": 0x314, "disk": 0, "internal": 0,
                        "external": 0o600 << 16, "comment": b"", **(central or {})}
        self.after = after
        self.at = at

    def local_bytes(self):
        f = self.local
        return struct.pack("<4s5H3I2H", b"PK\3\4", f["version"], f["flags"], f["method"],
                           f["time"], f["date"], f["crc"], f["csize"], f["usize"],
                           len(f["name"]), len(f["extra"])) + \
            f["name"] + f["extra"] + self.data + self.after

    def central_bytes(self, offset):
        f = {"offset": offset, **self.central}
        return struct.pack("<4s6H3I5H2I", b"PK\1\2", f["made"], f["version"], f["flags"],
                           f["method"], f["time"], f["date"], f["crc"], f["csize"],
                           f["usize"], len(f["name"]), len(f["extra"]), len(f["comment"]),
                           f["disk"], f["internal"], f["external"], f["offset"]) + \
            f["name"] + f["extra"] + f["comment"]


def archive(members, prefix=b"", base=None, between=b"", comment=b"", end=None, zip64=None,
            locator=None, suffix=b""):
    """A zip archive.  base: what offsets count from (0: the start of the file).  `end`
    overrides fields of the end record (disk, cd_disk, here, total, size, offset,
    comment_size); `zip64` (a dict, maybe empty) adds the zip64 end records, and overrides
    fields of the record; `locator` overrides the place that the locator gives."""
    out = bytearray(prefix)
    base = 0 if base is None else base
    central = b""
    for m in members:
        start = len(out) if m.at is None else m.at
        if m.at is None:
            out += m.local_bytes()
        central += m.central_bytes(start - base)
    out += between
    size, offset, count = len(central), len(out) - base, len(members)
    out += central
    if zip64 is not None:
        where = len(out) - base
        f = {"size": 44, "made": 45, "version": 45, "disk": 0, "cd_disk": 0, "here": count,
             "total": count, "cd_size": size, "cd_offset": offset, **zip64}
        out += struct.pack("<4sQ2H2I4Q", b"PK\6\6", f["size"], f["made"], f["version"],
                           f["disk"], f["cd_disk"], f["here"], f["total"], f["cd_size"],
                           f["cd_offset"])
        out += struct.pack("<4sIQI", b"PK\6\7", 0, where if locator is None else locator, 1)
    e = {"disk": 0, "cd_disk": 0, "here": count, "total": count, "size": size,
         "offset": offset, "comment_size": len(comment), **(end or {})}
    out += struct.pack("<4s4H2IH", b"PK\5\6", e["disk"], e["cd_disk"], e["here"], e["total"],
                       e["size"], e["offset"], e["comment_size"])
    return bytes(out + comment + suffix)
