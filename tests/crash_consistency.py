#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Pulls the plug while a file is saved, and fills the disk.

    tests/crash_consistency.py [short]

A saver (tests/fault/crash_saver.c) is killed at every one of its system calls, over an old file and
where there is none.  Meanwhile a reader looks at the path, without pause, by nyz and by NumPy: it
must always find the old file or the new one, whole.  What a killed saver leaves has a name of the
documented pattern, and the next one removes it.  The calls must come in the order that makes this
true of a power cut, too: write, fsync, link or rename, fsync of the directory.  With and without a
umask: without, a new file has a temporary name while it is written, as where files need a name.

Then the disk is full at any size (a tmpfs; as root), and a file may not become that large (ulimit
-f): the status, the message, nothing left, the old file whole.

"short" kills at one call in several, and fills the disk at fewer sizes.  NYZ_LIB, NYZ_TOOL: the
library and the tool, else those in build/.  For Linux.  Ends with one line: N runs, N failed; or
NOT RUN: and why, and status 77.  What could not be run is said in a line of its own.
"""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python_check"))
import libnyz  # noqa: E402 # found by the line above

SHORT = "short" in sys.argv[1:]
TOOL = os.path.abspath(os.environ.get("NYZ_TOOL", ROOT / "build" / "nyz"))
SUFFIXES = {"npy": ".npy", "npz": ".npz", "output": ".npy"}
OLD, NEW, NEXT = (2000, 1), (20000, 2), (20000, 3)  # how many doubles, and which
ABSENT = (0, 0)
TEMPORARY = re.compile(r"\.target\.np[yz]\.nyz-[a-z2-7]{6}")
# Calls about files: between two others nothing changes for who looks at the path.
CALLS = re.compile(r"open|read|write|seek|stat|sync|chmod|close|rename|unlink|fallocate|access|fcntl|exit"
                   r"|link|flock|xattr|fstatfs|chown|truncate")

runs = failed = 0


def check(fine, *words):
    global runs, failed
    runs += 1
    if not fine:
        failed += 1
        print("FAILED:", *words, flush=True)


def not_run(why):
    print("NOT RUN:", why)
    sys.exit(77)


# ---------------------------------------------------------------------------------- looking

def seen_by_numpy(kind, path):
    if kind == "npz":
        with np.load(path) as archive:
            return [archive[name] for name in archive.files]
    with open(path, "rb") as file:
        arrays = [np.load(file) for _ in range(2 if kind == "output" else 1)]
        assert file.read() == b"", "bytes behind the last array"
        return arrays


def seen_by_nyz(kind, path):
    if kind == "npz":
        with libnyz.Npz(path) as archive:
            return [archive.load(i) for i in range(len(archive))]
    return [libnyz.load(path)]


def what(arrays, count):
    """(how many doubles, which), if they are so many arrays, all alike; else an error."""
    assert len(arrays) == count and all(len(a) == len(arrays[0]) for a in arrays)
    assert all((a == arrays[0][0]).all() for a in arrays)
    return len(arrays[0]), int(arrays[0][0])


def look(kind, path):
    """What is at the path, by both."""
    results = []
    for see in (seen_by_nyz, seen_by_numpy):
        count = 1 if kind == "npy" or (kind == "output" and see is seen_by_nyz) else 2
        try:
            results.append(what(see(kind, path), count))
        except FileNotFoundError:
            results.append(ABSENT)
        except libnyz.NyzError as error:
            if error.status != "not found":
                raise
            results.append(ABSENT)
    return results


def read_on(kind, path):
    """The reader: looks until its standard input ends; what it saw that may not be is printed."""
    looks, seen = 0, set()
    os.set_blocking(0, False)
    print("ready", flush=True)
    while not closed():
        looks += 1
        try:
            seen.update(look(kind, path))
        except Exception as error:  # whatever it is, it is no whole file
            print("BAD", type(error).__name__, error, flush=True)
    print("looks", looks)
    print("seen", *sorted(seen))


def closed():
    try:
        return os.read(0, 1) == b""
    except BlockingIOError:
        return False


class Reader:
    def __init__(self, kind, path):
        self.process = subprocess.Popen([sys.executable, __file__, "--read", kind, path],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def end(self, before):
        """How often it looked, and its complaints."""
        output = self.process.communicate()[0].splitlines()
        bad = [line for line in output if line.startswith("BAD")]
        allowed = {str(value) for value in (before, NEW, NEXT)}
        seen = re.findall(r"\(\d+, \d+\)", next(line for line in output if line.startswith("seen")))
        return int(output[-2].split()[1]), bad + sorted(set(seen) - allowed)


# ---------------------------------------------------------------------------------- killing

def saver(kind, path, content):
    return [SAVER, kind, path, *map(str, content)]


def put(kind, path, content):
    """Puts a file there, or none, at once, as the reader must always see it."""
    if content == ABSENT:
        if os.path.exists(path):
            os.unlink(path)
    else:
        subprocess.run(saver(kind, path, content), check=True)


def traced(kind, path):
    """The saver's calls about files, from the first on that names its directory: [(name, line)]."""
    log = path + ".log"
    subprocess.run(["strace", "-f", "-o", log, *saver(kind, path, NEW)], check=True)
    lines = [re.sub(r"^\d+ +", "", line) for line in Path(log).read_text().splitlines()]
    os.unlink(log)
    names = [(line.split("(", 1)[0], line) for line in lines if re.match(r"[a-z0-9_]+\(", line)]
    start = next(i for i, (name, line) in enumerate(names)
                 if os.path.dirname(path) + "/\"" in line and name != "execve")
    counts, calls = {}, []
    for i, (name, line) in enumerate(names):
        counts[name] = counts.get(name, 0) + 1
        if i >= start and CALLS.search(name):
            calls.append((name, counts[name], line))
    return calls


def check_order(kind, calls):
    """Data is written and synced; then it gets its name; then the directory is synced."""
    def places(pattern):
        return [i for i, (_, _, line) in enumerate(calls) if re.match(pattern, line)]
    opened = next((line for flag in ("O_CREAT", "O_TMPFILE") for _, _, line in calls
                   if flag in line), None)
    if opened is None:
        check(False, kind, "creates no file of its own")
        return
    fd = opened.rsplit("= ", 1)[1]
    folder = re.search(r"openat\((\d+), ", opened).group(1)
    writes, syncs = places(r"p?write(64)?\(%s," % fd), places(r"fsync\(%s\) += 0" % fd)
    renames = places(r'renameat2?\(|linkat\(.*"target[^"]*", AT_SYMLINK_FOLLOW\) += 0')
    last = places(r"fsync\(%s\) += 0" % folder)
    unnamed = "O_TMPFILE" in opened  # it is synced again, with its name
    check(writes and len(syncs) == 1 + unnamed and len(renames) == len(last) == 1 and
          writes[-1] < syncs[0] < renames[0] < last[0] and (not unnamed or renames[0] < syncs[1]),
          kind, "not in order:", [line for _, _, line in calls])


def kill_at(kind, path, before, name, number):
    """Kills the saver at one call; the path has old or new then, and the next save works."""
    folder = os.path.dirname(path)
    words = (kind, "over", before, "killed at %s %d:" % (name, number))
    put(kind, path, before)
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + name, "-e",
                           "inject=%s:signal=SIGKILL:when=%d" % (name, number),
                           *saver(kind, path, NEW)], capture_output=True, check=False)
    check(done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), *words, "it lives", done)
    try:
        found = look(kind, path)
    except Exception as error:  # whatever it is, it is no whole file
        found = error
    check(found in ([before] * 2, [NEW] * 2), *words, found)
    others = [other for other in os.listdir(folder) if other != os.path.basename(path)]
    check(all(TEMPORARY.fullmatch(other) for other in others) and len(others) <= 1, *words, others)
    put(kind, path, NEXT)
    found = look(kind, path)
    check(found == [NEXT] * 2, *words, "then saved again:", found)
    left = [other for other in os.listdir(folder) if other != os.path.basename(path)]
    check(not left, *words, "then saved again, which leaves", left)
    return len(others)


def pull_the_plug(folder, kind, before):
    path = os.path.join(folder, "target" + SUFFIXES[kind])
    put(kind, path, before)
    calls = traced(kind, path)
    check_order(kind, calls)
    put(kind, path, before)
    reader = Reader(kind, path)
    left = 0
    chosen = calls[::4] if SHORT else calls
    for name, number, _ in chosen:
        left += kill_at(kind, path, before, name, number)
    looks, bad = reader.end(before)
    check(not bad and looks > 0, kind, "over", before, "the reader saw", bad[:5])
    print("%s over %s: killed at %d calls, %d temporary files, %d looks" % (
        kind, "nothing" if before == ABSENT else "an old file",
        len(chosen), left, looks), flush=True)
    put(kind, path, ABSENT)


# ------------------------------------------------------------------------------- a full disk

def check_refused(folder, path, kind, before, done, words):
    """A save that failed: status 3, one line with these words, nothing left, the old file."""
    found = look(kind, path)
    check(done.returncode == 3 and found == [before] * 2 and
          os.listdir(folder) == ([os.path.basename(path)] if before != ABSENT else []) and
          done.stderr.count("\n") == 1 and words in done.stderr, kind, done, found,
          os.listdir(folder))


def commands(kind, path, source):
    """The ways to write NEW of this kind: the saver's, and the tool's."""
    yield saver(kind, path, NEW)
    yield [TOOL, "cp", source, path]


def fill_tmpfs(kind, mount):
    """A disk of less and less room, in steps of a page, until it is enough."""
    path = os.path.join(mount, "target" + SUFFIXES[kind])
    source = os.path.join(os.path.dirname(mount), "source" + SUFFIXES[kind])
    put(kind, source, NEW)
    needed = os.path.getsize(source) // 4096 + 1
    for before in (OLD, ABSENT):
        for command in commands(kind, path, source):
            fine = 0
            for pages in [*range(12, needed + 23, 32 if SHORT else 1), needed + 23]:
                subprocess.run(["mount", "-o", "remount,size=64m", mount], check=True)
                put(kind, path, before)
                subprocess.run(["mount", "-o", "remount,size=%dk" % (pages * 4), mount], check=True)
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode == 0:
                    check(look(kind, path) == [NEW] * 2, kind, "on", pages, "pages: not whole")
                    fine += 1
                else:
                    check_refused(mount, path, kind, before, done, "no space left")
            check(fine > 0, kind, "on", needed + 24, "pages: never enough")
            subprocess.run(["mount", "-o", "remount,size=64m", mount], check=True)
    put(kind, path, ABSENT)


def fill_disk(folder):
    mount = os.path.join(folder, "disk")
    os.mkdir(mount)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", mount],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print("no full disk here (a tmpfs takes root):", done.stderr.strip())
        return
    try:
        for kind in SUFFIXES:
            fill_tmpfs(kind, mount)
    finally:
        subprocess.run(["umount", mount], check=True)


def limit(size):
    """As `ulimit -f`, by a program that does not want the signal."""
    def prepare():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return prepare


def limit_files(folder):
    for kind, suffix in SUFFIXES.items():
        inner = tempfile.mkdtemp(dir=folder)
        path, source = os.path.join(inner, "target" + suffix), os.path.join(folder, "source" + suffix)
        put(kind, source, NEW)
        size = os.path.getsize(source)
        for before in (OLD, ABSENT):
            for command in commands(kind, path, source):
                for most in [1, size // 2] if SHORT else [1, 100, 65536, size // 2, size - 1]:
                    put(kind, path, before)
                    done = subprocess.run(command, capture_output=True, text=True, check=False,
                                          preexec_fn=limit(most))
                    check_refused(inner, path, kind, before, done, "file too large")


# -------------------------------------------------------------------------------------- all

def build_saver(folder):
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        not_run("there is no C compiler")
    path = os.path.join(folder, "crash_saver")
    subprocess.run([compiler, "-O1", "-I", ROOT / "include", "-o", path,
                    ROOT / "tests" / "fault" / "crash_saver.c", libnyz.PATH,
                    "-Wl,-rpath," + os.path.dirname(os.path.abspath(libnyz.PATH))], check=True)
    return path


def main():
    global SAVER
    if shutil.which("strace") is None:
        not_run("strace is not installed")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode:
        not_run("strace may not trace here")
    with tempfile.TemporaryDirectory() as folder:
        SAVER = build_saver(folder)
        for mask in (0o022, 0):
            os.umask(mask)
            for kind in SUFFIXES if mask else ["npy"]:
                for before in (OLD, ABSENT):
                    inner = tempfile.mkdtemp(dir=folder)
                    pull_the_plug(inner, kind, before)
        os.umask(0o022)
        fill_disk(folder)
        limit_files(folder)
    print("%d runs, %d failed" % (runs, failed))
    return failed > 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read_on(*sys.argv[2:])
    else:
        sys.exit(main())
