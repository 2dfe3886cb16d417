# SPDX-License-Identifier: MIT
"""Limits and sizes: settable limits, offsets beyond 4 GiB (in a sparse file), many members;
and, with NYZ_SLOW=1, archives of members beyond 2 and 4 GiB."""

import ctypes as c
import io
import os
import sys
import threading
import time
import zipfile

import numpy as np
import pytest

import libnyz
from fixture_numpy import thirteen
from fixture_parts import saved

slow = pytest.mark.skipif(not os.environ.get("NYZ_SLOW"), reason="set NYZ_SLOW=1: 10 GB of zeros")


def names(limits):
    """What the refusal says of the one limit: its name and its value."""
    (name, value), = limits.items()
    return "^limit: .* limits.%s, %d$" % (name, value)


@pytest.mark.parametrize("limits,array", [
    ({"header_bytes": 100}, np.arange(3)), ({"dims": 2}, np.zeros((1, 1, 1))),
    ({"nesting": 1}, np.zeros(1, [("a", [("b", "i1")])])), ({"fields": 1}, np.zeros(1, "i1,i1")),
    ({"brackets": 2}, np.zeros(1, [("a", "i1", (2,))])), ({"item_bytes": 4}, np.zeros(1, "S5")),
    ({"array_bytes": 23}, np.zeros(3))])
def test_a_limit_refuses_what_the_default_reads(limits, array):
    content = saved(array)
    assert libnyz.load_mem(content).dtype == array.dtype
    with pytest.raises(libnyz.NyzError, match=names(limits)):
        libnyz.load_mem(content, limits=limits)


@pytest.mark.parametrize("limits", [{"members": 1}, {"directory_bytes": 60}, {"name_bytes": 3},
                                    {"archive_bytes": 100}])
def test_an_archives_limit_refuses_what_the_default_opens(limits):
    content = libnyz.savez([np.arange(2), np.arange(3)])
    with libnyz.Npz(content) as npz:
        assert len(npz) == 2
    with pytest.raises(libnyz.NyzError, match=names(limits)):
        libnyz.Npz(content, limits=limits)


def test_the_ratio_refuses_large_members_alone():
    small, large = (libnyz.savez([np.zeros(size, "u1")], method=libnyz.DEFLATED)
                    for size in (2**20 - 128, 2**20 - 127))
    with libnyz.Npz(large) as npz:
        assert len(npz) == 1
    with libnyz.Npz(small, limits={"ratio": 200}) as npz:
        assert len(npz) == 1
    with pytest.raises(libnyz.NyzError, match=names({"ratio": 200})):
        libnyz.Npz(large, limits={"ratio": 200})


def test_a_header_over_numpys_10000_is_read():
    array = np.zeros(2, [("n" * 20000, "i1")])
    with pytest.raises(ValueError):
        np.load(io.BytesIO(saved(array)))
    assert libnyz.load_mem(saved(array)).dtype == array.dtype


def test_an_array_5_gib_into_a_file(tmp_path):
    start = 5 * 2**30
    array = np.arange(10, dtype=">f4").reshape(2, 5)
    with open(tmp_path / "sparse", "w+b", buffering=0) as file:
        lib_stream = libnyz.lib.nyz_stream_fd
        lib_stream.restype = libnyz.Stream
        stream = lib_stream(file.fileno())
        file.seek(start)
        for value in (array, array.T):
            with libnyz.Wrapped(value) as wrapped:
                libnyz.call("write", c.byref(stream), wrapped, None)
        file.seek(start)
        assert file.read() == saved(array) + saved(array.T)
        file.seek(start)
        for value in (array, array.T):
            out = libnyz.Array()
            libnyz.call("read", c.byref(stream), None, c.byref(out))
            assert np.array_equal(libnyz.to_numpy(out), value)


def best_time(work, rounds=5):
    """Seconds of the quickest of some rounds: others use the machine, too."""
    times = []
    for _ in range(rounds):
        begin = time.monotonic()
        work()
        times.append(time.monotonic() - begin)
    return min(times)


# Texts of nearly 1 MiB, each of which makes another part of the parser work: (descr, the rest).
MIB = 2**20 - 200
SLOW_HEADERS = {
    "one name": ("[('%s', 'u1')]" % ("n" * MIB), ""),
    "escapes": (r"[('%s', 'u1')]" % (r"\x41" * (MIB // 4)), ""),
    "pieces of a name": ("[(%s, 'u1')]" % ("'a' " * (MIB // 4)), ""),
    "many fields": ("[%s]" % ", ".join("('%x', 'u1')" % i for i in range(60_000)), ""),
    "equal beginnings": ("[%s]" % ", ".join("('%s%04x', 'u1')" % ("n" * 480, i)
                                            for i in range(2000)), ""),
    "brackets": ("'<f8'", ", 'x': " + "[" * MIB),
    "digits": ("'<f8'", ", 'x': " + "9" * MIB),
    "zeros": ("'<f8'", ", 'x': " + "0" * MIB),
    "extents": ("'<f8'", ", 'x': (%s)" % ("1," * (MIB // 2))),
    "blanks": ("'<f8'", " " * MIB),
    "a comment": ("'<f8'", " #" + "c" * MIB + "\n"),
    "comments": ("'<f8'", " #\n" * (MIB // 3)),
    "keys": ("'<f8'", "".join(", '%06x': 0" % i for i in range(80_000))),
    "a dtype of commas": ("'%s'" % ("u1," * (MIB // 3)), ""),
    "sub-arrays": ("%s'u1'%s" % ("(" * 30, ", (1,))" * 30), " " * (MIB - 1000)),
}


@pytest.mark.parametrize("name", SLOW_HEADERS)
def test_no_header_of_1_mib_takes_50_ms(name):
    descr, rest = SLOW_HEADERS[name]
    text = "{'descr': %s, 'fortran_order': False, 'shape': (0,)%s}\n" % (descr, rest)
    content = b"\x93NUMPY\2\0" + len(text).to_bytes(4, "little") + text.encode()
    assert len(text) < 2**20

    def load():
        out = libnyz.Array()
        libnyz.lib.nyz_load_mem(content, c.c_size_t(len(content)), None, c.byref(out), None)
        libnyz.lib.nyz_array_free(c.byref(out))

    assert best_time(load) < 0.05


def test_many_fields_in_nested_sub_arrays_take_no_second():
    descr, size = "[%s('v', '>i2')]" % "".join("('%x', 'S0'), " % i for i in range(60_000)), 2
    for _ in range(4):
        descr, size = "[('a', %s, (12,)), ('b', 'u1')]" % descr, 12 * size + 1
    text = "{'descr': %s, 'fortran_order': False, 'shape': (12,)}\n" % descr
    content = b"\x93NUMPY\2\0" + len(text).to_bytes(4, "little") + text.encode() + bytes(12 * size)

    def load():
        out = libnyz.Array()
        libnyz.lib.nyz_load_mem(content, c.c_size_t(len(content)), None, c.byref(out), None)
        assert libnyz.lib.nyz_array_count(c.byref(out)) == 12
        libnyz.lib.nyz_array_free(c.byref(out))

    assert best_time(load, 3) < 1


def test_65538_members_are_listed_and_read_in_2_seconds():
    count, array = 65_538, np.arange(3)
    writer = libnyz.Writer()
    with libnyz.Wrapped(array) as wrapped:
        for _ in range(count):
            libnyz.call("npz_add", writer.handle, None, wrapped, None)
    content = writer.finish()

    def read_all():
        out, elements = libnyz.Array(), 0
        with libnyz.Npz(content) as npz:
            assert len(npz) == count and npz.find("arr_%d" % (count - 1)) == count - 1
            for i in range(count):
                libnyz.call("npz_load_at", npz.handle, c.c_int64(i), None, c.byref(out))
                elements += libnyz.lib.nyz_array_count(c.byref(out))
                libnyz.lib.nyz_array_free(c.byref(out))
        assert elements == count * array.size

    assert best_time(read_all, 3) < 2


def test_long_names_with_one_beginning_take_no_second():
    writer = libnyz.Writer()
    for i in range(300):
        writer.add_bytes("n" * 65_000 + "%d.npy" % i, b"")
    content = writer.finish()

    def open_and_find():
        with libnyz.Npz(content) as npz:
            assert [npz.find("n" * 65_000 + "%d" % i) for i in (0, 150, 299)] == [0, 150, 299]

    assert best_time(open_and_find, 3) < 1


def test_ten_thousand_members_are_found_in_a_second():
    writer = libnyz.Writer()
    for i in range(10_000):
        writer.add_bytes("member %d.npy" % i, b"")
    with libnyz.Npz(writer.finish()) as npz:
        begin = time.monotonic()
        assert [npz.find("member %d" % i) for i in range(10_000)] == list(range(10_000))
        assert time.monotonic() - begin < 1


def test_two_threads_write_and_read_archives():
    positional, named = thirteen()
    expected = libnyz.savez(positional, named, method=libnyz.DEFLATED)
    results = []

    def work():
        for _ in range(20):
            content = libnyz.savez(positional, named, method=libnyz.DEFLATED)
            with libnyz.Npz(content) as npz:
                results.append(content == expected and npz.load("zero_d")[()] == 3.5)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 40 and all(results)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_disk_is_an_error():
    array = np.zeros(100_000)
    with pytest.raises(libnyz.NyzError, match="^io: "):
        libnyz.save(array, "/dev/full")
    with pytest.raises(libnyz.NyzError, match="^io: "):
        libnyz.savez([array], path="/dev/full")


def test_a_failed_archive_leaves_the_old_one(tmp_path):
    path = tmp_path / "a.npz"
    path.write_bytes(b"old")
    writer = libnyz.Writer(path)
    writer.add("a", np.arange(3))
    writer.discard()
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["a.npz"]


# ------------------------------------------------------------------- beyond 2 GiB and 4 GiB

class Sparse:
    """A file of mostly zeros: keeps the pieces that are not."""

    def __init__(self):
        self.pieces, self.at, self.size = {}, 0, 0

    def write(self, data):
        data = bytes(data)
        if data.count(0) != len(data):
            for i in range(0, len(data), 64):
                if data[i:i + 64].strip(b"\0"):
                    self.put(self.at + i, data[i:i + 64])
        self.at += len(data)
        self.size = max(self.size, self.at)
        return len(data)

    def put(self, at, data):
        for i, byte in enumerate(data):
            self.pieces[at + i] = byte

    def seek(self, offset, whence=0):
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def tell(self):
        return self.at

    def flush(self):
        pass

    def content(self):
        return self.size, {at: byte for at, byte in self.pieces.items() if byte}


def our_sparse(arrays, method):
    sparse = Sparse()
    write_type = c.CFUNCTYPE(c.c_int64, c.c_void_p, c.c_void_p, c.c_size_t)
    seek_type = c.CFUNCTYPE(c.c_int64, c.c_void_p, c.c_int64, c.c_int)
    write = write_type(lambda _, data, size: sparse.write(c.string_at(data, size)))
    seek = seek_type(lambda _, offset, whence: sparse.seek(offset, whence))
    stream = libnyz.Stream(None, c.cast(write, c.c_void_p), c.cast(seek, c.c_void_p), None, None)
    writer = libnyz.Writer()
    writer.discard()
    libnyz.call("npz_create_stream", c.byref(stream), libnyz.options(method=method),
                c.byref(writer.handle))
    for array in arrays:
        writer.add(None, array)
    writer.finish()
    return sparse.content()


def python_sparse(arrays, method):
    sparse = Sparse()
    with zipfile.ZipFile(sparse, "w", method) as z:
        for i, array in enumerate(arrays):
            with z.open("arr_%d.npy" % i, "w", force_zip64=True) as member:
                member.write(header_of(array))
                for start in range(0, array.size, 1 << 26):
                    member.write(array[start:start + (1 << 26)].tobytes())
    return sparse.content()


def header_of(array):
    return libnyz.header(libnyz.descr_of(array.dtype), array.shape)


@slow
@pytest.mark.skipif(sys.version_info < (3, 11, 4), reason="the old zip layout")
@pytest.mark.parametrize("size,method", [(2300, 0), (4400, 0), (2300, 8)])
def test_members_beyond_2_and_4_gib_are_zipfiles_bytes(size, method):
    zeros = np.broadcast_to(np.zeros(1, "u1"), (size * 10**6,))
    arrays = [zeros, np.arange(3)]
    assert our_sparse(arrays, method) == python_sparse(arrays, method)
