# SPDX-License-Identifier: MIT
"""The files that the benchmark reads: made when a workload needs them, with fixed seeds.

Four kinds of numbers: `weights`, float32 from a normal distribution, as in a network; `doubles`,
the same in float64; `tokens`, int64 from a zipf distribution, as in a text; `labels`, uint8
images of areas with one value each.  A pool of each is made once, and arrays are cut from it one
after the other.

A folder holds a00000.npy, a00001.npy, ...; an archive holds members of these names, and beside
it lies ARCHIVE.index, for the baseline: the directory's offset and size, then per member the
offset, stored size and size of its bytes, and its method.  ARCHIVE.no_crc is the same archive with
CRCs of 0, for a worker that computes none.
"""

import os
import shutil
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

    def __init__(self, root):
        self.root = root
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

    def archive(self, name, kind, sizes, deflated=False):
        arrays = {"a%05d" % i: self.cut(kind, size) for i, size in enumerate(sizes)}
        (np.savez_compressed if deflated else np.savez)(self.path(name), **arrays)
        with open(self.path(name), "rb") as file, open(
                self.path(name) + ".index", "w", encoding="ascii") as index:
            index.writelines("%d %d %d %d\n" % row if len(row) == 4 else "%d %d\n" % row
                             for row in places(file))

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
        if os.path.isdir(self.path(name)):
            shutil.rmtree(self.path(name))
        else:
            for path in (self.path(name) + ending for ending in ("", ".index", ".no_crc")):
                if os.path.exists(path):
                    os.remove(path)


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


def network_sizes(total, count=200):
    """Sizes in bytes as a network's parameters have them: most small, a few large."""
    shares = np.random.default_rng(4).lognormal(0, 1.3, count)
    return [max(1024, int(share / shares.sum() * total) // 1024 * 1024) for share in shares]
