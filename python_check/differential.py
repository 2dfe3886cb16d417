#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""NumPy and we on the same generated files, valid ones and damaged ones.

    NYZ_LIB=build/libnyz.so python_check/differential.py [COUNT [SEED]]

COUNT files, 100,000 unless told.  Half are valid: .npy of every kind of dtype, shape, memory and
byte order, and .npz as np.savez and np.savez_compressed write them.  What we write of the same
arrays must be the same bytes, and both must read from it what was saved.  The others are such
files with damage: cut, bytes changed, put in or left out, fields and tokens replaced.  What NumPy
refuses we must not read, but for the rows of docs/differences.md that say so (KNOWN); and what
both read must be equal.  A crash ends the run.  A file of which this is not true is written to
build/differential/, and the run fails.

test_differential.py runs some hundreds of both kinds."""

import collections
import io
import os
import random
import re
import string
import sys
import time
import warnings
import zipfile

import numpy as np

import libnyz
from fixture_numpy import NEW_ZIP_LAYOUT, UNITS, counting
from fixture_parts import FORMAT, saved

FOLDER = os.path.join(libnyz.ROOT, "build", "differential")
NUMBERS = ["b1", "i1", "u1", "i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8", "f16", "c8",
           "c16", "c32"]
LETTERS = string.ascii_letters + string.digits + "_ '\"\\\n\x7f\xe9\xff\u0416\u6e29\U0001f600"


class Finding(Exception):
    """We and NumPy differ where docs/differences.md does not say so."""


# --------------------------------------------------------------------------------- valid files

def a_scalar(rng):
    mark, kind = rng.choice("<>"), rng.randrange(6)
    if kind <= 2:
        return np.dtype(mark + rng.choice(NUMBERS))
    if kind == 3:
        return np.dtype("%s%s8[%d%s]" % (mark, rng.choice("mM"), rng.randint(1, 30),
                                         rng.choice(UNITS)))
    if kind == 4:
        return np.dtype(mark + rng.choice("mM") + "8")
    return np.dtype("%s%s%d" % (mark, rng.choice("SUV"), rng.randint(1, 9)))


def a_struct(rng, depth):
    names = sorted({"".join(rng.choices(LETTERS, k=rng.randint(1, 6)))
                    for _ in range(rng.randint(0, 4))})
    parts = {"names": names, "formats": [], "offsets": [], "titles": [], "itemsize": 0}
    end = 0
    for i, _ in enumerate(names):
        part = a_dtype(rng, depth + 1)
        if rng.random() < 0.4:
            part = np.dtype((part, rng.choice([(1,), (2,), (2, 3), (0,)])))
        parts["formats"].append(part)
        parts["offsets"].append(end + rng.choice([0, 0, 0, 1, 5]))
        parts["titles"].append("Title %d" % i if rng.random() < 0.2 else None)
        end = parts["offsets"][-1] + part.itemsize
    parts["itemsize"] = end + rng.choice([0, 0, 3])
    if not any(parts["titles"]):
        del parts["titles"]
    return np.dtype(parts)


def a_dtype(rng, depth=0):
    return a_struct(rng, depth) if depth < 3 and rng.random() < 0.25 else a_scalar(rng)


def an_array(rng):
    dtype = a_dtype(rng)
    shape = tuple(rng.choice([0, 1, 1, 2, 3, 3, 7]) for _ in range(rng.randrange(5)))
    layout = rng.randrange(4)
    if layout == 1:
        return counting(dtype, shape[::-1]).T
    if dtype.names is None and shape and layout == 2:
        return counting(dtype, shape[:-1] + (2 * shape[-1],))[..., ::2]
    if dtype.names is None and shape and layout == 3:
        return counting(dtype, shape)[::-1].swapaxes(0, -1)
    return counting(dtype, shape)


def numpys_npz(arrays, compressed):
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (np.savez_compressed if compressed else np.savez)(out, **arrays)
    return out.getvalue()


def some_arrays(rng):
    return {"%s%d" % (rng.choice(["w", "layer.", "\u0416", "a b"]), i): an_array(rng)
            for i in range(rng.randrange(4))}


def same(a, b):
    """Equal in everything but the padding of structs, which NumPy does not always keep."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype.names is not None:
        return all(same(np.asarray(a[name]), np.asarray(b[name])) for name in a.dtype.names)
    return a.tobytes() == b.tobytes()


def require(condition, what):
    if not condition:
        raise Finding(what)


def check_valid_npy(array, content):
    require(libnyz.save_mem(array) == content, "we write other bytes than np.save")
    kept = libnyz.load_mem(content, byteorder=libnyz.KEEP_BYTEORDER)
    require(same(kept, array), "we read another array than was saved")
    require(libnyz.save_mem(kept) == content, "what we have read is not written alike")
    require(same(numpy_npy(content), array), "NumPy reads another array than we have written")


def check_valid_npz(arrays, compressed, content):
    method = libnyz.DEFLATED if compressed else libnyz.STORED
    written = libnyz.savez(named=arrays, method=method)
    require(written == content or not NEW_ZIP_LAYOUT, "we write other bytes than np.savez")
    for file in (written, content):
        for results in (numpy_npz(file), our_npz(file)):
            require(set(results) == {name + ".npy" for name in arrays}, "other members")
            require(all(same(results[name + ".npy"], array) for name, array in arrays.items()),
                    "an array from the archive differs")


# -------------------------------------------------------------------------------- both readers

def numpy_npy(content):
    """The array, or the exception."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return FORMAT.read_array(io.BytesIO(content))
    except Exception as error:  # every kind of refusal: NumPy has at least eight
        return error


def ours(read, *arguments):
    """What we read, or the exception; it is another one where NumPy has no dtype for it."""
    try:
        return read(*arguments, byteorder=libnyz.KEEP_BYTEORDER)
    except libnyz.NyzError as error:
        return error
    except TypeError as error:
        if re.search("f12|c24", str(error)):
            return error
        raise


def our_npy(content):
    return ours(libnyz.load_mem, content)


def numpy_npz(content):
    """{name of a member: array or exception}, or the archive's exception."""
    results = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                try:
                    results[info.filename] = numpy_npy(archive.read(info))
                except Exception as error:
                    results[info.filename] = error
        return results
    except Exception as error:
        return error


def our_npz(content):
    results = {}
    try:
        with libnyz.Npz(content) as npz:
            for i, name in enumerate(npz.names()):
                results[name] = ours(npz.load, i)
        return results
    except libnyz.NyzError as error:
        return error


# ------------------------------------------------------------------------------- damaged files

TOKENS = [b"True", b"False", b"None", b"'descr'", b"'shape'", b"(", b")", b"[", b"]", b",", b"-1",
          b"0", b"1", b"3L", b"9999999999", b"4611686018427387904", b"'<f4'", b"'|O'", b"'<f12'",
          b"'<f1'", b"'>W4'", b"np.int64(2)", b"array(3)", b"'<V2'", b"'|S0'", b"'<U2'", b"'>i8'", b"'M8[ns]'", b"\n", b"\r", b"\t", b"\0", b"\xff", b"\\",
          b"('<f4', (2,))", b"{", b"}", b"#", b"'''", b"b''", b"1.5", b"0x2", b" "]
RECORDS = [(b"PK\1\2", 46), (b"PK\3\4", 30), (b"PK\5\6", 22)]


def cut(rng, content):
    return content[:rng.randrange(len(content))]


def change_bytes(rng, content):
    changed = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        at = rng.randrange(len(changed))
        changed[at] = rng.choice([changed[at] ^ 1 << rng.randrange(8), rng.randrange(256), 0, 255])
    return bytes(changed)


def insert_or_delete(rng, content):
    at, count = rng.randrange(len(content)), rng.choice([1, 1, 2, 8])
    if rng.random() < 0.5:
        return content[:at] + content[at + count:]
    return content[:at] + rng.randbytes(count) + content[at:]


def change_token(rng, content):
    """In a .npy header, which keeps its length."""
    end = 10 + int.from_bytes(content[8:10], "little")
    text, spots = content[10:end], [m.span() for m in re.finditer(rb"\w+|[^\w ]", content[10:end])]
    if not spots:
        return change_bytes(rng, content)
    start, stop = rng.choice(spots)
    text = text[:start] + rng.choice(TOKENS) + text[stop if rng.random() < 0.7 else start:]
    body = text.rstrip(b" \n")
    text = body.ljust(max(end - 11, len(body))) + b"\n"
    return content[:8] + len(text).to_bytes(2, "little") + text + content[end:]


def change_field(rng, content):
    """In one of an archive's records."""
    signature, size = rng.choice(RECORDS)
    spots = [m.start() for m in re.finditer(re.escape(signature), content)]
    if not spots:
        return change_bytes(rng, content)
    width = rng.choice([1, 2, 4])
    at = rng.choice(spots) + rng.randrange(4, size - width + 1)
    old = int.from_bytes(content[at:at + width], "little")
    most = 256 ** width
    new = rng.choice([0, 1, most - 1, old + 1, old - 1, old ^ 8, rng.randrange(most)]) % most
    return content[:at] + new.to_bytes(width, "little") + content[at + width:]


def change_data(rng, content):
    """One bit of a member's last bytes, which only the CRC guards."""
    spots = [m.start() for m in re.finditer(b"PK\1\2|PK\3\4", content)][1:]
    if not spots:
        return change_bytes(rng, content)
    changed = bytearray(content)
    changed[max(rng.choice(spots) - rng.randint(1, 16), 0)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def change_archive(rng, content):
    return (change_data if rng.random() < 0.25 else change_field)(rng, content)


def damage(rng, content, fields):
    """A file that may be damaged; some stay valid by chance."""
    for _ in range(rng.choice([1, 1, 1, 2])):
        if content:
            content = rng.choice([cut, change_bytes, insert_or_delete, fields, fields])(rng, content)
    return content


# What kills NumPy (docs/differences.md: '<M8[D/0]'), and what makes it take gigabytes.
DEADLY = re.compile(rb"/0|\d{9}")

# Rows of docs/differences.md that say "refused" of NumPy and "read" of us, and how the file (a
# pattern of bytes), or else NumPy's exception (one of text), shows that it is such a one.
KNOWN = [
    ("a newline and spaces before the first `{`",
     re.compile(rb"NUMPY[\x01-\x03]\0.{2,4}[\s\f]+\{", re.S)),
    ("or at the end of the header", re.compile(rb"\}\s*[\r\n][ \t\f]+")),
    ("a pair as the whole dtype", re.compile(rb"'descr': *\(")),
    ("a sub-array of zero-size items", re.compile(rb"'[|<>=]?[SUV]0?', *[(\d\[]")),
    ("`<f1` and `<W4`", re.compile(rb"'[<>](f1|W4)'")),
    ("`np.int64(2)` or `array(2)` as an extent",
     re.compile(rb"'shape': *\([^)]*(np\.u?(int|long)|array\()")),
    ("`<f12` or `<c24`", re.compile(rb"'[<>=]?(f12|c24)'")),
    ("names marked UTF-8 that are not UTF-8", re.compile("UnicodeDecodeError")),
    ("lengths 286 and 287 in a deflate stream", re.compile("invalid literal/length code")),
]


LET_PASS = collections.Counter()  # how many differences were of each of these rows


def is_known(content, theirs):
    seen = repr(theirs) if isinstance(theirs, Exception) else ""
    for row, sign in KNOWN:
        if sign.search(seen if isinstance(sign.pattern, str) else content):
            LET_PASS[row] += 1
            return True
    return False


def compare(numpys, array, content):
    """One array of both readers."""
    if isinstance(array, Exception):
        return
    if isinstance(numpys, Exception):
        require(is_known(content, numpys), "NumPy refuses what we read: %r" % numpys)
    else:
        require(same(numpys, array) or is_known(content, numpys), "NumPy and we read different arrays")


def check_damaged_npy(content):
    array = our_npy(content)
    if not DEADLY.search(content[:4096]):
        compare(numpy_npy(content), array, content)


def check_damaged_npz(content):
    results = our_npz(content)
    if isinstance(results, Exception) or DEADLY.search(content):
        return
    numpys = numpy_npz(content)
    for name, array in results.items():
        theirs = numpys if isinstance(numpys, Exception) else numpys.get(name, KeyError(name))
        compare(theirs, array, content)


# ------------------------------------------------------------------------------------- the run

def one(rng):
    """Checks one file; returns its kind."""
    valid, content = rng.random() < 0.5, b""
    try:
        if rng.random() < 0.6:
            array = an_array(rng)
            content = saved(array)
            if valid:
                check_valid_npy(array, content)
                return "valid .npy"
            content = damage(rng, content, change_token)
            check_damaged_npy(content)
            return "damaged .npy"
        arrays, compressed = some_arrays(rng), rng.random() < 0.5
        content = numpys_npz(arrays, compressed)
        if valid:
            check_valid_npz(arrays, compressed, content)
            return "valid .npz"
        content = damage(rng, content, change_archive)
        check_damaged_npz(content)
        return "damaged .npz"
    except Finding as finding:
        finding.content = content
        raise


def run(count, seed):
    """Checks `count` files, each with a seed of its own; returns {kind: how many}, findings."""
    kinds, findings = {}, []
    for i in range(count):
        try:
            kind = one(random.Random("%d %d" % (seed, i)))
            kinds[kind] = kinds.get(kind, 0) + 1
        except Finding as finding:
            findings.append((i, str(finding), finding.content))
    return kinds, findings


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    begin = time.monotonic()
    kinds, findings = run(count, seed)
    for i, what, content in findings:
        os.makedirs(FOLDER, exist_ok=True)
        path = os.path.join(FOLDER, "%d_%d" % (seed, i))
        with open(path, "wb") as file:
            file.write(content)
        print("%s: %s" % (path, what))
    print("%d files, %d findings, %.0f s; NumPy %s, Python %s: %s" % (
        count, len(findings), time.monotonic() - begin, np.__version__, sys.version.split()[0],
        ", ".join("%d %s" % (n, kind) for kind, n in sorted(kinds.items()))))
    for row, n in LET_PASS.most_common():
        print("let pass, %d times: %s" % (n, row))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
