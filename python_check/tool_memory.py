#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tool on an array of 6 GiB in 16 MiB of memory: a long run, by hand (some minutes, 25 GB of disk).

    python3 python_check/tool_memory.py build/nyz [folder [MiB]]

Each command gets the address space that the tool has when it waits for its input, and 16 MiB more
(with threads, what their stacks and heaps reserve, too); what it had in memory at most is printed.  The array is sparse; its digest is the same from every
container and for every copy.  test_tool_memory.py does the same with 256 MiB.  For Linux.
"""
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

MIB = 1 << 20
ALLOWED = 16 * MIB
COLUMNS = 1024
THREAD = 140 * MIB  # of address space: a stack and a heap of the C library

# What is run, in this order: files that are made are read by later ones.  "<" is a pipe.
COMMANDS = """
show big.npy
show big.npy[-2:,::300]
show < big.npy
ls < big.npy
digest big.npy
digest < big.npy
digest big.npy[::-1]
digest big.npy[::2,1:]
digest fortran.npy
show fortran.npy
cp big.npy copy.npy
cp fortran.npy copy.npy
cp big.npy[::2] copy.npy
cp big.npy copy.npz
cp < big.npy copy.npy
pack stored.npz big.npy
pack copy.npz x=- < big.npy
show stored.npz
show stored.npz:big[5:,-1]
digest stored.npz
cp stored.npz copy.npz
cp stored.npz copy.npy
unpack --force stored.npz -d folder
ls < stored.npz
show < stored.npz
cp --level 1 stored.npz deflated.npz
cp --level fast stored.npz copy.npz
show deflated.npz
show deflated.npz:big[::2,5]
digest deflated.npz
digest deflated.npz:big[1:]
cp deflated.npz copy.npy
cp --store deflated.npz copy.npz
cp deflated.npz:big[:,:512] copy.npy
unpack --force --max-bytes 1T deflated.npz -d folder
pack --level 1 copy.npz big.npy
pack --any copy.npz big.npy
""".strip().splitlines()


def sparse(path, size, fortran=False):
    """Zeros, but for a few numbers."""
    shape = (size // 4 // COLUMNS, COLUMNS)
    array = np.lib.format.open_memmap(path, mode="w+", dtype="<f4", shape=shape, fortran_order=fortran)
    for i in range(5):
        array[shape[0] * i // 5, 100 * i] = i + 1
    array.flush()


def status_of(pid, key):
    """A number of /proc/PID/status, in bytes; 0 if the process has ended."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii") as file:
            lines = dict(line.split(":", 1) for line in file)
        return int(lines[key].split()[0]) * 1024
    except (OSError, KeyError):
        return 0


def base(tool):
    """The address space of the tool while it waits for its input."""
    with subprocess.Popen([tool, "ls", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        time.sleep(0.2)
        peak = status_of(process.pid, "VmPeak")
        process.stdin.close()
    return peak


def run(tool, folder, command, limit):
    """Returns status, output, messages, and the memory at most, as far as it was seen."""
    limit += THREAD * os.cpu_count() if "--level fast" in command else 0
    words, _, piped = command.partition(" < ")
    args, given = shlex.split(words), None
    if piped:
        name, _, rest = piped.partition(" ")
        args += (["-"] if "x=-" not in args else []) + shlex.split(rest)
        given = subprocess.Popen(["cat", str(folder / name)], stdout=subprocess.PIPE)
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as messages, \
         subprocess.Popen([tool, *args], cwd=folder, stdout=output, stderr=messages,
                          stdin=given.stdout if given else subprocess.DEVNULL,
                          env={**os.environ, "TMPDIR": str(folder)},
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit))) as process:
        seen = 0
        while process.poll() is None:
            seen = max(seen, status_of(process.pid, "VmHWM"))
            time.sleep(0.002)
        output.seek(0)
        messages.seek(0)
        out, said = output.read(), messages.read()
    if given:
        given.stdout.close()
        given.wait()
    return process.returncode, out, said, seen


def digest(tool, path):
    """Of the only array in a file."""
    return subprocess.run([tool, "digest", str(path)], capture_output=True, check=True).stdout.split()[0]


def check(tool, folder, command, limit, whole):
    """None, or what is wrong; and the memory.  whole: the digest of the array."""
    status, out, messages, seen = run(tool, folder, command, limit)
    wrong = None
    if status != 0 or messages:
        wrong = "exit status %d, %r" % (status, messages)
    elif command.startswith("digest") and "[" not in command and out.split()[0] != whole:
        wrong = "another digest: %r" % out
    elif command.startswith(("cp", "pack")) and "[" not in command:
        made = [word for word in command.split() if word.endswith((".npy", ".npz"))]
        copy = made[0] if command.startswith("pack") else made[-1]
        wrong = None if digest(tool, folder / copy) == whole else "another array"
    elif command.startswith("unpack") and digest(tool, folder / "folder" / "big.npy") != whole:
        wrong = "another array"
    return wrong, seen


def prepare(tool, folder, size):
    """Makes the arrays; returns the digest of both."""
    sparse(folder / "big.npy", size)
    sparse(folder / "fortran.npy", size, fortran=True)
    return digest(tool, folder / "big.npy")


def main():
    tool = os.path.abspath(sys.argv[1])
    size = int(sys.argv[3]) * MIB if len(sys.argv) > 3 else 6 << 30
    failed, most = 0, 0
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as name:
        folder = Path(name)
        limit = base(tool) + ALLOWED
        whole = prepare(tool, folder, size)
        for command in COMMANDS:
            start = time.time()
            wrong, seen = check(tool, folder, command, limit, whole)
            failed += wrong is not None
            most = max(most, seen)
            print("%6.1f MiB %6.1f s  %s%s" % (seen / MIB, time.time() - start, command,
                                               "" if wrong is None else ": FAILED: " + wrong), flush=True)
    print("%d MiB: %d passed, %d failed, %.1f MiB at most" % (size // MIB, len(COMMANDS) - failed, failed,
                                                              most / MIB))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
