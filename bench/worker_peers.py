#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Other libraries as contenders of the benchmark, under the protocol of README.md, each by its
ordinary calls: `worker_peers.py LIBRARY`.  A library's own file is made of the archive or the
directory before the clock starts, once, and stays beside it: SOURCE.h5, SOURCE.zarr, ...

A new library is a function with its operations in LIBRARIES, and its package in build.sh."""

import importlib.metadata
import os
import sys

import numpy as np

import worker

CHUNK = 256 << 10  # bytes of a chunk, which is whole rows, as the library's blocks are


def arrays_of(job):
    """{name: array} of what the job reads."""
    if worker.is_archive(job):
        with np.load(job.source) as archive:
            return {name: archive[name] for name in archive.files}
    return {name: np.load(path) for name, path in zip(job.names, job.paths)}


def made(ending, make):
    """For `prepare`: the library's file, which a process of its own makes if it is not there."""

    def prepare(job):
        path = job.source + ending
        if not os.path.exists(path):
            child = os.fork()
            if child == 0:
                make(arrays_of(job), path, worker.is_archive(job))
                os._exit(0)
            if os.waitpid(child, 0)[1] != 0:
                raise OSError("%s: it cannot be made" % path)
            os.sync()
        return path

    return prepare


def chunk_of(array):
    return (max(1, CHUNK // array[:1].nbytes), *array.shape[1:])


# What is read of a matrix of n rows; the same as in worker.py.
PARTS = {
    "slice_rows": lambda n: slice(n // 3, n // 3 + n // 100),
    "member_rows": lambda n: slice(n // 3, n // 3 + n // 100),
    "slice_every": lambda n: slice(None, None, 100),
    "slice_columns": lambda n: (slice(None), slice(500, 510)),
    "slice_block": lambda n: (slice(1000, 2000), slice(100, 200)),
    "read_all": lambda n: slice(None),
}


def hdf5():
    """Contiguous, or for what is an archive deflated in chunks."""
    import h5py

    def make(arrays, path, deflated):
        with h5py.File(path, "w") as file:
            for name, array in arrays.items():
                how = {"compression": "gzip", "compression_opts": 6, "chunks": chunk_of(array)}
                file.create_dataset(name, data=array, **(how if deflated else {}))

    def reading(which):
        def read(job, path):
            with h5py.File(path, "r") as file:
                return {i: file[name][which(len(file[name]))] for i, name in enumerate(job.names)}
        return read

    prepare = made(".h5", make)
    return {name: (prepare, reading(which)) for name, which in PARTS.items()}


def zarr_():
    """In chunks, and for what is an archive each of them deflated."""
    import zarr
    from zarr.codecs import GzipCodec

    def make(arrays, path, deflated):
        for name, array in arrays.items():
            zarr.create_array(
                store=os.path.join(path, name), data=array, chunks=chunk_of(array),
                compressors=[GzipCodec(level=6)] if deflated else None)

    def reading(which):
        def read(job, path):
            parts = {}
            for i, name in enumerate(job.names):
                array = zarr.open_array(os.path.join(path, name), mode="r")
                parts[i] = array[which(array.shape[0])]
            return parts
        return read

    prepare = made(".zarr", make)
    return {name: (prepare, reading(which)) for name, which in PARTS.items()}


def safetensors():
    from safetensors import safe_open
    from safetensors.numpy import load, save_file

    prepare = made(".safetensors", lambda arrays, path, _: save_file(arrays, path))

    def read_bytes(job):
        with open(prepare(job), "rb") as file:
            return file.read()

    def map_one(job, path):
        i = job.count // 2
        with safe_open(path, "np") as file:
            array = file.get_tensor(job.names[i])
        worker.touch(array)
        return {i: array}

    def view_all(job, data):
        arrays = load(data)
        return {i: arrays[name] for i, name in enumerate(job.names)}

    return {"map_one": (prepare, map_one), "read_one": (prepare, map_one),
            "view_all": (read_bytes, view_all)}


def spdl():
    import spdl.io

    def view_all(job, data):
        arrays = spdl.io.load_npz(data)
        return {i: arrays[name] for i, name in enumerate(job.names)}

    return {"view_all": (worker.file_bytes, view_all)}


def ml_dtypes():
    """Its types become NumPy's when it is imported."""
    import ml_dtypes  # pylint: disable=unused-import,redefined-outer-name

    return {"cast": worker.OPERATIONS["cast"]}


# The operations of each, and its package.
LIBRARIES = {"h5py": (hdf5, "h5py"), "zarr": (zarr_, "zarr"),
             "safetensors": (safetensors, "safetensors"), "spdl": (spdl, "spdl-io"),
             "ml_dtypes": (ml_dtypes, "ml_dtypes")}


def main(library):
    operations, package = LIBRARIES[library]
    try:
        known = operations()
    except ImportError as error:
        sys.exit("%s: %s" % (library, error))
    worker.warm_up()
    worker.serve(known, "%s %s, NumPy %s" % (
        library, importlib.metadata.version(package), np.__version__))


if __name__ == "__main__":
    main(sys.argv[1])
