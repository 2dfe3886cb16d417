# SPDX-License-Identifier: MIT
"""The files that the benchmark reads: made when a workload needs them, with fixed seeds.

Four kinds of numbers: `weights`, float32 from a normal distribution, as in a network; `doubles`,
the same in float64; `tokens`, int64 from a zipf distribution, as in a text; `labels`, uint8
images of areas with one value each.  A pool of each is made once, and arrays are cut from it one
after the other.

A folder holds a00000.npy, a00001.npy, ...; an archive holds members of these names, and beside
it lies ARCHIVE.index, for the baseline: the directory's offset and size, then per member the
offset, stored size and size of its bytes, and its method.  ARCHIVE.blocks, of a single member that
is deflated in blocks: how many, then of each the offset, stored size, and what it begins at and how
many bytes it is when inflated.  ARCHIVE.no_crc is the same archive with CRCs of 0, for a worker
that computes none.  Archives that NumPy does not write are written by the library's worker.  What a peer
needs is made by the peer, beside it.
"""

import glob
import io
import os
import shutil
import struct
import subprocess
import zipfile

import numpy as np

MIB = 1 << 20
POOL = 64 * MIB
HEADER = 128  # of every .npy file here


def make_weights(size):
    return np.random.default_rng(1).standard_normal(size // 4, np.float32)


def make_doubles(size):
    return np.random.default_rng(5).standard_normal(size // 8)


def make_tokens(size):
    """Ids of a vocabulary of 50,000, the most frequent ones first, as tokenizers have them."""
    rng = np.random.default_rng(2)
    count, ids = size // 8, np.empty(0, np.int64)
    while ids.size < count:
        more = rng.zipf(1.2, count)
        ids = np.concatenate([ids, more[more < 50000]])
    return ids[:count]


def make_labels(size, width=1024, bounds=64):
    """Rows of areas whose bounds wander a little from row to row; new areas every 512 rows."""
    rng = np.random.default_rng(3)
    rows = size // width
    image = np.arange(rows) // 512
    begin = rng.integers(0, width, (image[-1] + 1, bounds))
    steps = rng.choice([-1, 0, 1], (rows, bounds), p=[0.3, 0.4, 0.3])
    at = np.clip(begin[image] + np.cumsum(steps, axis=0) % 64, 0, width - 1)
    marks = np.zeros((rows, width), np.uint8)
    for bound in range(bounds):
        marks[np.arange(rows), at[:, bound]] += 1
    classes = rng.integers(0, 8, (image[-1] + 1, bounds + 1)).astype(np.uint8)
    area = np.cumsum(marks, axis=1, dtype=np.uint8)
    return classes[image[:, None], area].reshape(-1)


KINDS = {"weights": make_weights, "doubles": make_doubles, "tokens": make_tokens,
         "labels": make_labels}


class Data:
    """Makes and removes files in `root`."""

    def __init__(self, root, worker=None):
        self.root = root
        self.worker = worker
        self.pools = {}
        self.next = 0

    def cut(self, kind, size):
        """A one-dimensional array of `size` bytes; another piece of the pool each time."""
        if kind not in self.pools:
            self.pools[kind] = KINDS[kind](POOL)
        pool = self.pools[kind]
        first = self.next % pool.size
        count = size // pool.itemsize
        self.next += count
        pieces = -(-(first + count) // pool.size)
        return np.tile(pool, pieces)[first:first + count] if pieces > 1 else \
            pool[first:first + count]

    def path(self, name):
        return os.path.join(self.root, name)

    def exists(self, name):
        return os.path.exists(self.path(name))

    def folder(self, name, kind, sizes, dtype=None, fortran=None, shape=None):
        """`fortran`: the shape of arrays in Fortran order; `shape`: of arrays in C order."""
        os.mkdir(self.path(name))
        for i, size in enumerate(sizes):
            array = self.cut(kind, size)
            if dtype is not None:
                array = array.astype(dtype)
            if fortran is not None:
                array = array.reshape(fortran, order="F")
            if shape is not None:
                array = array.reshape(shape)
            path = os.path.join(self.path(name), "a%05d.npy" % i)
            np.save(path, array)
            assert os.path.getsize(path) == HEADER + size

    def archive(self, name, kind, sizes, deflated=False, shape=-1):
        arrays = {"a%05d" % i: self.cut(kind, size).reshape(shape)
                  for i, size in enumerate(sizes)}
        (np.savez_compressed if deflated else np.savez)(self.path(name), **arrays)
        self.index(name)

    def index(self, name):
        with open(self.path(name), "rb") as file, open(
                self.path(name) + ".index", "w", encoding="ascii") as index:
            index.writelines("%d %d %d %d\n" % row if len(row) == 4 else "%d %d\n" % row
                             for row in places(file))

    def written(self, name, operation, source, count=1):
        """The arrays of a folder as an archive that the library writes."""
        request = "%s\t1\t0\t%s\t%s\t%d\n" % (
            operation, self.path(source), self.path(name), count)
        answer = subprocess.run([self.worker, "nyz"], input=request, check=True, text=True,
                                stdout=subprocess.PIPE).stdout
        assert answer.startswith("ok"), answer
        self.index(name)
        with open(self.path(name), "rb") as file:
            lines = list(blocks(file)) if count == 1 else []
        if lines:
            with open(self.path(name) + ".blocks", "w", encoding="ascii") as out:
                out.write("%d\n" % len(lines) + "".join("%d %d %d %d\n" % row for row in lines))

    def aligned(self, name, kind, sizes):
        self.folder("source", kind, sizes)
        self.written(name, "write_aligned", "source", len(sizes))
        self.remove("source")

    def forms(self, name, kind, size, shape):
        """A matrix, deflated: NAME at level 6 in blocks, NAME.fast at the library's fast level, and
        NAME.plain in one stream, as NumPy does."""
        self.folder("source", kind, [size], shape=shape)
        for ending, operation in (("", "write_chunked"), (".fast", "write_fast"),
                                  (".plain", "write_deflated")):
            self.written(name + ending, operation, "source")
        self.remove("source")

    def numbers(self, name, kind, count):
        """A folder with one array of numbers of a type, by NumPy's or ml_dtypes' name; the latter
        are saved as NumPy does: the upper halves of float32, and any byte."""
        weights = self.cut("weights", count * 4)
        if kind == "bfloat16":
            array = weights.view("<u2")[1::2].copy().view("V2")
        elif kind.startswith("float8"):
            array = weights.view("u1")[1::4].copy().view("V1")
        elif kind.startswith("float"):
            array = weights.astype(kind)
        else:
            array = np.abs(weights * 20).astype(kind)
        os.mkdir(self.path(name))
        np.save(os.path.join(self.path(name), "a00000.npy"), array)

    def sparse(self, name, shape):
        """A folder with a float32 array of zeros that takes no room on the disk."""
        os.mkdir(self.path(name))
        path = os.path.join(self.path(name), "a00000.npy")
        with open(path, "wb") as file:
            header = {"descr": "<f4", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            file.truncate(HEADER + 4 * shape[0] * shape[1])

    def sparse_archive(self, name, shape):
        """The same as a stored member."""
        self.sparse("source", shape)
        zeros, left = bytes(64 * MIB), 4 * shape[0] * shape[1]
        with open(os.path.join(self.path("source"), "a00000.npy"), "rb") as file:
            header = file.read(HEADER)
        with Sparse(self.path(name), "wb") as file, zipfile.ZipFile(file, "w") as archive, \
                archive.open("a00000.npy", "w", force_zip64=True) as member:
            member.write(header)
            while left:
                left -= member.write(memoryview(zeros)[:left])
        self.index(name)
        self.remove("source")

    def without_crc(self, name):
        """The same archive once more, as NAME.no_crc: all CRCs are 0."""
        with open(self.path(name), "rb") as file:
            data = bytearray(file.read())
        with zipfile.ZipFile(self.path(name)) as archive:
            at, members = archive.start_dir, archive.infolist()
        for info in members:
            assert data[at:at + 4] == b"PK\x01\x02" and info.flag_bits & 8 == 0
            begin = info.header_offset + 14
            data[at + 16:at + 20] = data[begin:begin + 4] = bytes(4)
            at += 46 + sum(int.from_bytes(data[i:i + 2], "little")
                           for i in (at + 28, at + 30, at + 32))
        with open(self.path(name) + ".no_crc", "wb") as file:
            file.write(data)

    def remove(self, name):
        """With all that was made beside it."""
        for path in [self.path(name), *glob.glob(self.path(name) + ".*")]:
            if path.startswith(self.path(name) + ".npz"):
                continue
            if os.path.isdir(path):
                shutil.rmtree(path)
            else:
                os.remove(path)


class Sparse(io.FileIO):
    """A file in which large pieces of zeros are holes."""

    def write(self, data):
        if len(data) < MIB or any(memoryview(data)[:MIB]):
            return super().write(data)
        self.seek(len(data), os.SEEK_CUR)
        return len(data)


def places(file):
    """The rows of an archive's index."""
    with zipfile.ZipFile(file) as archive:
        file.seek(0, os.SEEK_END)
        yield archive.start_dir, file.tell() - archive.start_dir
        for info in archive.infolist():
            file.seek(info.header_offset + 26)
            lengths = file.read(4)
            begin = info.header_offset + 30 + int.from_bytes(lengths[:2], "little") \
                + int.from_bytes(lengths[2:], "little")
            yield begin, info.compress_size, info.file_size, info.compress_type


def blocks(file):
    """Those of the only member, by the index in its central header (docs/format.md, 5.7): offset,
    stored size, start and size of each."""
    index = list(places(file))
    with zipfile.ZipFile(file) as archive:
        extra = archive.infolist()[0].extra
    (offset, stored, size, _), at = index[1], 0
    while at < len(extra):
        mark, length = struct.unpack_from("<HH", extra, at)
        if mark == 0x594E:
            _, first, unit = struct.unpack_from("<III", extra, at + 4)
            lengths = struct.unpack_from("<%dI" % ((length - 12) // 4), extra, at + 16)[::2]
            starts = [0, *range(first, size, unit)]
            assert sum(lengths) == stored and len(lengths) == len(starts)
            for length, start, end in zip(lengths, starts, [*starts[1:], size]):
                yield offset, length, start, end - start
                offset += length
            return
        at += 4 + length


def network_sizes(total, count=200):
    """Sizes in bytes as a network's parameters have them: most small, a few large."""
    shares = np.random.default_rng(4).lognormal(0, 1.3, count)
    return [max(1024, int(share / shares.sum() * total) // 1024 * 1024) for share in shares]
