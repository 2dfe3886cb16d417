#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files over 2 and 4 GiB, byte for byte: a long run, by hand (some minutes, 15 GB of disk).

    python3 python_check/large_files.py build/nyz [folder]

NumPy writes each archive, `nyz cp` reads it whole and rewrites it, and the two files are
compared.  The sizes lie on both sides of the limits of the zip format: 2 GiB, where Python
begins to write zip64 fields in the directory, and 4 GiB, where 32 bits end.  Needs the zip
layout of Python 3.11.4 or later.  Parts of a sparse file of 6 GiB are read with 256 MiB of memory,
by the library beside the tool.
"""
import filecmp
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

GIB = 1 << 30
# (name, bytes of the large member, deflated)
CASES = [
    ("stored_2g3", int(2.3 * GIB), False),
    ("stored_4g4", int(4.4 * GIB), False),
    ("deflated_2g3", int(2.3 * GIB), True),
    ("deflated_4g4", int(4.4 * GIB), True),
    ("npy_5g", 5 * GIB, None),
]


def large(size):
    """Bytes with a pattern that differs all along, so that no misplaced piece goes unseen."""
    block = np.arange(1 << 20, dtype="<u8")
    out = np.empty(size // 8, "<u8")
    for i in range(0, len(out), len(block)):
        piece = out[i:i + len(block)]
        piece[:] = block[:len(piece)] // 512 + i
    return out


def write(path, name, size, deflated):
    array, small = large(size), np.arange(3, dtype="<i4")
    if deflated is None:
        np.save(path, array)
    elif deflated:
        np.savez_compressed(path, first=small, large=array, last=small)
    else:
        np.savez(path, first=small, large=array, last=small)


# A sparse file of 6 GiB: rows of 4 KiB, with a number in every 100,000th one.
ROWS, COLUMNS, MARKED = 3 * GIB // 2048, 1024, 100000


def sparse(path):
    np.lib.format.open_memmap(path, mode="w+", dtype="<f4", shape=(ROWS, COLUMNS)).flush()
    out = np.load(path, mmap_mode="r+")
    out[::MARKED, 700] = np.arange(1, len(out[::MARKED]) + 1)
    out.flush()


def check_slices(path):
    """Parts of it, in a process with 256 MiB of memory to allocate."""
    os.environ.setdefault("NYZ_LIB", os.path.join(os.path.dirname(os.path.abspath(sys.argv[1])), "libnyz.so"))
    import libnyz
    used = int(open("/proc/self/statm", encoding="ascii").read().split()[0]) * 4096
    resource.setrlimit(resource.RLIMIT_AS, (used + GIB // 4, used + GIB // 4))
    wanted = np.arange(1, (ROWS - 1) // MARKED + 2)
    rows = libnyz.load_slice(path, (slice(None, None, MARKED),))
    assert (rows[:, 700] == wanted).all() and rows.sum() == wanted.sum()
    column = libnyz.load_slice(path, (slice(None, None, -1), slice(700, 701)))[::-1, 0]
    assert len(column) == ROWS and (column[::MARKED] == wanted).all() and column.sum() == wanted.sum()
    last = libnyz.load_slice(path, (slice(-5, None), slice(None, None, 3)))
    assert last.shape == (5, 342) and not last.any()
    try:
        libnyz.load(path)
    except libnyz.NyzError as failure:
        assert failure.status == "memory", failure.status
    else:
        raise AssertionError("all of it was loaded")


def slices_of_a_sparse_file(folder):
    path = str(Path(folder, "sparse.npy"))
    sparse(path)
    child = os.fork()
    if child == 0:
        try:
            check_slices(path)
        except BaseException as failure:  # to no one else's handlers
            print(repr(failure), flush=True)
            os._exit(1)
        os._exit(0)
    passed = os.waitpid(child, 0)[1] == 0
    os.unlink(path)
    print(f"slices of 6 GiB: {'equal' if passed else 'DIFFERENT'}", flush=True)
    return passed


def main():
    tool = sys.argv[1]
    failed = 0
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as folder:
        failed += not slices_of_a_sparse_file(folder)
        for name, size, deflated in CASES:
            end = ".npy" if deflated is None else ".npz"
            ours, theirs = Path(folder, "ours" + end), Path(folder, "theirs" + end)
            write(theirs, name, size, deflated)
            run = subprocess.run([tool, "cp", str(theirs), str(ours)], capture_output=True, text=True)
            same = run.returncode == 0 and filecmp.cmp(ours, theirs, shallow=False)
            failed += not same
            print(f"{name}: {'identical' if same else 'DIFFERENT ' + run.stderr.strip()}", flush=True)
            ours.unlink(missing_ok=True)
            theirs.unlink()
    print(f"{len(CASES) + 1 - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
