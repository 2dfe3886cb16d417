#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files over 2 and 4 GiB, byte for byte: a long run, by hand (some minutes, 15 GB of disk).

    python3 python_check/large_files.py build/nyz [folder]

NumPy writes each archive, `nyz cp` reads it whole and rewrites it, and the two files are
compared.  The sizes lie on both sides of the limits of the zip format: 2 GiB, where Python
begins to write zip64 fields in the directory, and 4 GiB, where 32 bits end.  Needs the zip
layout of Python 3.11.4 or later.
"""
import filecmp
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


def main():
    tool = sys.argv[1]
    failed = 0
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as folder:
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
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
