#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Archives that nyz writes, read by other libraries: of npm, Go, Rust and Maven.  By hand, as it
needs their package managers (npm, go, cargo, mvn and java); what they fetch goes to build/readers/.

    NYZ_LIB=$PWD/build/libnyz.so python_check/readers.py [npm|go|rust|maven]...

The size and the CRC-32 of every member are compared with the bytes that were written.  A row of
ARCHIVES names the archive of NumPy's own of the same kind: a reader that fails on that one may fail
on ours; else it may only if KNOWN says why.  Prints a table for tests/RUNS.md, and ends with one
line, N passed, N failed.  The programs are in python_check/readers/; Debian's readers are in
test_validators.py."""

import io
import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np

import libnyz
from fixture_numpy import Unseekable, counting

ROOT = Path(__file__).resolve().parent.parent
SOURCES = Path(__file__).resolve().parent / "readers"
BUILD = ROOT / "build" / "readers"
TOOL = os.environ.get("NYZ_TOOL", ROOT / "build" / "nyz")


# -------------------------------------------------------------------------------- the archives

def members():
    """Both orders, more and less than a block, nothing, a struct, a name in Cyrillic."""
    random = np.random.default_rng(1)
    return {
        "weights": random.normal(size=(700, 300)).astype("f4"),
        "fortran": np.asfortranarray(random.normal(size=(100, 70))),
        "tokens": random.integers(0, 32000, 300_000, "i8"),
        "labels": random.integers(0, 10, 1_000_000).astype("u1"),
        "\u0432\u0435\u0441": np.arange(10, dtype=">i2"),
        "struct": counting(np.dtype([("a", "<i4"), ("b", "<f8", (2,))]), (50,)),
        "empty": np.zeros((0, 3), "f4"),
        "scalar": np.array(7.0),
    }


def numpys(save, pipe=False):
    def make(path):
        out = Unseekable() if pipe else io.BytesIO()
        save(out, **members())
        path.write_bytes(bytes(out.content) if pipe else out.getvalue())
    return make


def ours(seekable=True, **opt):
    return lambda path: path.write_bytes(libnyz.savez([], members(), seekable=seekable, **opt))


def of_unknown_rows(**opt):
    def make(path):
        writer = libnyz.Writer(path, **opt)
        for name, array in members().items():
            writer.add_pieces(name, array, [100, 10000], unknown=array.ndim > 0)
        writer.finish()
    return make


def copied(*options):
    def make(path):
        source = path.with_suffix(".source.npz")
        np.savez(source, **members())
        subprocess.run([TOOL, "cp", *options, source, path], check=True)
    return make


# Name, NumPy's of the same kind (None: it is), how it is made.
ARCHIVES = [
    ("numpy", None, numpys(np.savez)),
    ("numpy_deflated", None, numpys(np.savez_compressed)),
    ("numpy_pipe", None, numpys(np.savez, pipe=True)),
    ("numpy_deflated_pipe", None, numpys(np.savez_compressed, pipe=True)),
    ("stored", "numpy", ours()),
    ("deflated", "numpy_deflated", ours(method=libnyz.DEFLATED)),
    ("fast", "numpy_deflated", ours(method=libnyz.DEFLATED, level=libnyz.FAST, threads=2)),
    ("blocks", "numpy_deflated", ours(method=libnyz.DEFLATED, flags=libnyz.BLOCKS)),
    ("blocks_small", "numpy_deflated", ours(method=libnyz.DEFLATED, level=1, block_bytes=4000)),
    ("blocks_even", "numpy_deflated", ours(level=libnyz.FAST, block_rows=8)),
    ("blocks_pipe", "numpy_deflated_pipe", ours(seekable=False, level=libnyz.FAST, block_bytes=4000)),
    ("stored_pipe", "numpy_pipe", ours(seekable=False)),
    ("deflated_pipe", "numpy_deflated_pipe", ours(seekable=False, method=libnyz.DEFLATED)),
    ("fast_pipe", "numpy_deflated_pipe",
     ours(seekable=False, method=libnyz.DEFLATED, level=libnyz.FAST)),
    ("align_64", "numpy", copied("--align", "64")),
    ("align_4096", "numpy", copied("--align", "4096")),
    ("align_64_pipe", "numpy_pipe", ours(seekable=False, align=64)),
    ("unknown_rows", "numpy", of_unknown_rows()),
    ("unknown_rows_deflated", "numpy_deflated", of_unknown_rows(method=libnyz.DEFLATED)),
    ("unknown_rows_blocks", "numpy_deflated", of_unknown_rows(level=libnyz.FAST, block_bytes=4000)),
    ("unknown_rows_align_64", "numpy", of_unknown_rows(align=64)),
]

# Reader, archive: why it fails there and not on NumPy's.
WINDOW = "it takes central headers of at most a thousandth of the file, or 1 KiB"
KNOWN = {
    ("node-stream-zip", "blocks_small"): WINDOW,
    ("node-stream-zip", "blocks_even"): WINDOW,
    ("node-stream-zip", "blocks_pipe"): WINDOW,
    ("node-stream-zip", "unknown_rows_blocks"): WINDOW,
    ("unzipper", "align_4096"): "it takes at most 1,000 bytes of local extra",
}


# --------------------------------------------------------------------------------- the readers

def run(*command, cwd):
    return subprocess.run(list(map(str, command)), cwd=cwd, check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def folder(name, *files):
    """build/readers/NAME with copies of these files."""
    (BUILD / name).mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copyfile(SOURCES / file, BUILD / name / file)
    return BUILD / name


def npm():
    at = folder("npm", "package.json", "read.js")
    run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", cwd=at)
    return ["node", at / "read.js"]


def go():
    at = folder("go", "go.mod", "read.go")
    run("go", "build", "-o", "read", ".", cwd=at)
    return [at / "read"]


def rust():
    at = folder("rust", "Cargo.toml", "read.rs")
    run("cargo", "build", "--quiet", "--release", cwd=at)
    return [at / "target" / "release" / "read"]


def maven():
    at = folder("maven", "pom.xml", "Read.java")
    run("mvn", "--quiet", "dependency:copy-dependencies", "-DoutputDirectory=jars", cwd=at)
    run("javac", "-cp", "jars/*", "Read.java", cwd=at)
    return ["java", "-cp", "%s/jars/*:%s" % (at, at), "Read"]


ECOSYSTEMS = {"npm": npm, "go": go, "rust": rust, "maven": maven}


def read_all(command, paths):
    """{(reader, archive): {member: (size, crc)}, or the reason why not}"""
    found = {}
    for line in run(*command, *paths, cwd=BUILD).splitlines():
        reader, path, member, *rest = line.split("\t")
        key = reader, Path(path).stem
        if member == "!":
            found[key] = rest[0]
        elif isinstance(found.setdefault(key, {}), dict):
            found[key][member] = int(rest[0]), int(rest[1], 16)
    return found


# ----------------------------------------------------------------------------------- comparing

def expected(path):
    with zipfile.ZipFile(path) as z:
        contents = {name: z.read(name) for name in z.namelist()}
    assert list(contents) == [name + ".npy" for name in members()]
    return {name: (len(content), zlib.crc32(content)) for name, content in contents.items()}


def verdict(reader, name, control, found, truth):
    """What the table says of it, and whether that is as it should be."""
    got, known = found.get((reader, name)), KNOWN.get((reader, name))
    if got == truth[name]:
        return "yes" if known is None else "YES, which is to be struck off KNOWN", known is None
    if not isinstance(got, str):
        got = "other bytes: %s" % sorted(set(truth[name].items()) ^ set((got or {}).items()))[:2]
    if control is None:
        return "no: " + got, True
    if found.get((reader, control)) != truth[control]:
        return "as on NumPy's", True
    return ("no: " + known, True) if known is not None else ("NO: " + got, False)


def main(chosen):
    made = {}
    (BUILD / "archives").mkdir(parents=True, exist_ok=True)
    for name, _, make in ARCHIVES:
        made[name] = BUILD / "archives" / (name + ".npz")
        make(made[name])
    truth = {name: expected(path) for name, path in made.items()}
    passed = failed = 0
    for ecosystem in chosen or ECOSYSTEMS:
        found = read_all(ECOSYSTEMS[ecosystem](), list(made.values()))
        for reader in dict.fromkeys(reader for reader, _ in found):
            said = []
            for name, control, _ in ARCHIVES:
                text, good = verdict(reader, name, control, found, truth)
                passed, failed = passed + good, failed + (not good)
                said += [] if text == "yes" else ["%s: %s" % (name, text)]
            print("| %s | %s | %s |" % (ecosystem, reader, "; ".join(said) or "all"), flush=True)
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0 or passed == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
