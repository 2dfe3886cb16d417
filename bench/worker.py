#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""NumPy as a contender of the benchmark: the operations of worker_nyz.c with the ordinary calls
of NumPy, under the protocol of README.md.  A new operation is a function with @operation.
"""

import gc
import io
import mmap
import os
import resource
import sys
import tempfile
import time
import zipfile

import numpy as np

from digest import digest_all, digest_of

OPERATIONS = {}
AGAIN = "again:"


class Job:
    def __init__(self, source, target, count):
        self.source = source
        self.target = target
        self.count = count
        self.names = ["a%05d" % i for i in range(count)]
        self.paths = ["%s/%s.npy" % (source, name) for name in self.names]
        self.arrays = None


def operation(prepare=None):
    """Registers a function that gets the job and what `prepare` made before the clock started.
    It returns what was read, {index: array or bytes}, or None."""

    def register(function):
        OPERATIONS[function.__name__] = prepare, function
        return function

    return register


# ----------------------------------------------------------------------------------- .npy


@operation()
def load(job, _):
    return {i: np.load(path) for i, path in enumerate(job.paths)}


@operation()
def load_native(job, _):
    arrays = {}
    for i, path in enumerate(job.paths):
        array = np.load(path)
        arrays[i] = array.astype(array.dtype.newbyteorder("="))
    return arrays


def touched(job):
    """Arrays in C order, whatever the order of the files."""
    outs = []
    for path in job.paths:
        like = np.load(path, mmap_mode="r")
        outs.append(np.full(like.shape, 0, like.dtype))
    return outs


@operation(touched)
def load_into(job, outs):
    for out, path in zip(outs, job.paths):
        out[...] = np.load(path)
    return dict(enumerate(outs))


@operation()
def load_as_f4(job, _):
    return {i: np.load(path).astype("f4") for i, path in enumerate(job.paths)}


def is_archive(job):
    return ".npz" in os.path.basename(job.source)


def slices(job, which):
    """Parts of matrices, by maps or of loaded members: the number of rows says which."""
    parts = {}
    archive = np.load(job.source) if is_archive(job) else None
    for i, path in enumerate(job.paths):
        matrix = archive[job.names[i]] if archive else np.load(path, mmap_mode="r")
        parts[i] = np.array(matrix[which(len(matrix))], order="C")
    return parts


@operation()
def slice_rows(job, _):
    return slices(job, lambda n: slice(n // 3, n // 3 + n // 100))


@operation()
def slice_reversed(job, _):
    return slices(job, lambda n: slice(n // 3 + n // 100, n // 3, -1))


@operation()
def slice_every(job, _):
    return slices(job, lambda n: slice(None, None, 100))


@operation()
def slice_columns(job, _):
    return slices(job, lambda n: (slice(None), slice(500, 510)))


OPERATIONS["member_rows"] = OPERATIONS["slice_rows"]
OPERATIONS["member_columns"] = OPERATIONS["slice_columns"]


@operation()
def slice_block(job, _):
    return slices(job, lambda _: (slice(1000, 2000), slice(100, 200)))


def touch(array):
    """Reads a byte of each page."""
    array.reshape(-1).view(np.uint8)[::4096].max()


@operation()
def map_open(job, _):
    np.load(job.paths[0], mmap_mode="r")


@operation()
def map_rows(job, _):
    matrix = np.load(job.paths[0], mmap_mode="r")
    n = len(matrix)
    part = matrix[n // 3:n // 3 + n // 100]
    touch(part)
    return {0: part}


@operation()
def map_one(job, _):
    """Archives cannot be mapped: the member is loaded."""
    i = job.count // 2
    with np.load(job.source) as archive:
        array = archive[job.names[i]]
    touch(array)
    return {i: array}


def loaded(job):
    return {name: np.load(path) for name, path in zip(job.names, job.paths)}


@operation(loaded)
def save(job, arrays):
    np.save(job.target, arrays["a00000"])


@operation(loaded)
def create_map(job, arrays):
    array = arrays["a00000"]
    new = np.lib.format.open_memmap(job.target, "w+", array.dtype, array.shape)
    new[...] = array


def cast_input(job):
    """The array that the directory FROM-TO has, and touched memory for the result."""
    names = os.path.basename(job.source).split("-")
    array = np.load(job.paths[0]).view(names[0])
    return array, np.full(array.shape, 0, names[1])


@operation(cast_input)
def cast(_, arrays):
    """As astype, into memory that is there."""
    array, out = arrays
    np.copyto(out, array, casting="unsafe")
    return {0: out}


# ---------------------------------------------------------------------------- archives


@operation()
def list_names(job, _):
    with np.load(job.source) as archive:
        return {i: name.encode() for i, name in enumerate(archive.files)}


@operation()
def read_one(job, _):
    i = job.count // 2
    with np.load(job.source) as archive:
        return {i: archive[job.names[i]]}


@operation()
def read_by_name(job, _):
    with np.load(job.source) as archive:
        order = [i * 7919 % job.count for i in range(job.count)]
        return {i: archive[job.names[i]] for i in order}


@operation()
def read_all(job, _):
    with np.load(job.source) as archive:
        return {i: archive[name] for i, name in enumerate(archive.files)}


def file_bytes(job):
    with open(job.source, "rb") as file:
        return file.read()


@operation(file_bytes)
def view_all(_, data):
    with np.load(io.BytesIO(data)) as archive:
        return {i: archive[name] for i, name in enumerate(archive.files)}


@operation()
def stream_all(job, _):
    with zipfile.ZipFile(job.source) as archive:
        for name in job.names:
            with archive.open(name + ".npy") as member:
                while member.read(1 << 20):
                    pass


@operation(loaded)
def write_stored(job, arrays):
    np.savez(job.target, **arrays)


@operation(loaded)
def write_deflated(job, arrays):
    np.savez_compressed(job.target, **arrays)


# --------------------------------------------------------------------------- measuring


def pretouch(size):
    """Takes memory and gives it back, so that the host of a virtual machine has provided it."""
    if size == 0:
        return
    with mmap.mmap(-1, size) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        view = np.frombuffer(memory, np.uint8)
        view[::4096] = 1
        del view


def forget_peak():
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    except OSError:
        pass


def run_once(run, job, arrays):
    """As run_once in worker.c."""
    things = run(job, arrays)
    if job.target != "-":
        os.remove(job.target)
    return things


def measure(prepare, run, job, pretouch_size, again):
    arrays = prepare(job) if prepare else None
    pretouch(pretouch_size)
    held = run_once(run, job, arrays) if again else None
    forget_peak()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu, wall = time.process_time_ns(), time.monotonic_ns()
    things = run(job, arrays)
    wall, cpu = time.monotonic_ns() - wall, time.process_time_ns() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    del held
    digest = digest_all(things) if things is not None else 0
    return "ok\t%d\t%d\t%d\t%d" % (wall, cpu, peak, digest)


def answer(line, operations):
    name, threads, pretouch_size, source, target, count = line.rstrip("\n").split("\t")
    again, name = name.startswith(AGAIN), name.removeprefix(AGAIN)
    if name not in operations or int(threads) > 1:
        return "unsupported"
    try:
        return measure(*operations[name], Job(source, target, int(count)), int(pretouch_size),
                       again)
    except Exception as error:  # pylint: disable=broad-except
        return "error\t%s: %s" % (type(error).__name__, str(error).replace("\n", " "))


def warm_up():
    """Lets the modules that NumPy imports late be imported before any clock starts."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.npz")
        for write in (np.savez, np.savez_compressed):
            write(path, x=np.arange(3.0))
            with np.load(path) as archive:
                digest_of(archive["x"])
        np.save(path + ".npy", np.arange(3.0))
        np.load(path + ".npy")


def serve(operations, codecs):
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        if line == "codecs\n":
            print(codecs, flush=True)
            continue
        child = os.fork()
        if child == 0:
            os.write(1, (answer(line, operations) + "\n").encode())
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if status != 0:
            print("error\tthe process ended with status %d" % status, flush=True)


def main():
    warm_up()
    serve(OPERATIONS, "NumPy %s, Python %s" % (np.__version__, sys.version.split()[0]))


if __name__ == "__main__":
    main()
