# SPDX-License-Identifier: MIT
"""One handle over every format (nyz_file.h): what NumPy writes, by whatever call, is what it
loads, and what it says of an item is what NumPy says of the array."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import libnyz
import strategies
from libnyz import File

ARRAY, BYTES, UNREADABLE = 1, 2, 3


def check_load(file, which, array):
    """The same bytes come out when it is saved again."""
    kept = file.load(which, byteorder=libnyz.KEEP_BYTEORDER)
    assert libnyz.save_mem(kept) == npy_of(array)


def npy_of(*arrays):
    out = io.BytesIO()
    for array in arrays:
        np.save(out, array, allow_pickle=True)
    return out.getvalue()


def npz_of(arrays, compressed):
    out = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(out, **arrays)
    return out.getvalue()


@settings(max_examples=60, deadline=None)
@given(st.lists(strategies.arrays(), min_size=1, max_size=4), st.binary(max_size=5))
def test_arrays_saved_one_after_the_other(arrays, rest):
    content = npy_of(*arrays)
    with File(content + (b"" if rest.startswith(b"\x93") else rest)) as file:
        assert (file.format(), len(file)) == ("npy", len(arrays))
        assert file.trailing() == (0 if rest.startswith(b"\x93") else len(rest))
        assert file.names() == [str(i) for i in range(len(arrays))]
        for i, array in enumerate(arrays):
            item = file.item(i)
            assert (item.kind, item.shape, item.size) == (ARRAY, array.shape, array.nbytes)
            check_load(file, str(i), array)
            whole, at = npy_of(array), item.data_offset
            assert content[at:at + item.size] == whole[len(whole) - item.size:]


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.from_regex("[a-z]{1,8}", fullmatch=True), strategies.arrays(), min_size=1,
                       max_size=4), st.booleans())
def test_archives(arrays, compressed):
    content = npz_of(arrays, compressed)
    with File(content) as file:
        assert (file.format(), len(file), file.trailing()) == ("npz", len(arrays), 0)
        assert file.names() == [name + ".npy" for name in arrays]
        for i, (name, array) in enumerate(arrays.items()):
            item = file.item(name)
            assert (item.kind, item.shape, item.size) == (ARRAY, array.shape, array.nbytes)
            assert item.key == name and (item.data_offset < 0) == compressed
            check_load(file, name, array)
            check_load(file, i, array)
            assert file.bytes(i) == npy_of(array)


def test_from_a_path_with_objects_between(tmp_path):
    path = tmp_path / "x.npy"
    first, last = np.arange(5.0), np.ones((2, 3), "i4", order="F")
    objects = np.array([None, "text", {"a": [1, 2.5]}, 2 ** 100], object)
    path.write_bytes(npy_of(first, objects, last))
    with File(path) as file:
        assert len(file) == 3
        assert [file.item(i).kind for i in range(3)] == [ARRAY, UNREADABLE, ARRAY]
        assert file.item(1).error == "unsupported" and file.item(1).shape == (4,)
        check_load(file, 0, first)
        check_load(file, 2, last)
        back = np.load(io.BytesIO(file.bytes(1)), allow_pickle=True)
        assert back.tolist() == objects.tolist()
        with pytest.raises(libnyz.NyzError, match="unsupported: member '1': an array of Python"):
            file.load(1)


@pytest.mark.parametrize("protocol", range(6))
def test_the_end_of_a_pickle_is_found_in_every_protocol(protocol):
    import pickle
    header = npy_of(np.array([1], object))[:128]
    value = np.array([b"x" * 300, "ü" * 70000, 1.5, 2 ** 70, -3, 300, 70000, (1, 2, 3, 4), None,
                      True, [], {}, frozenset([1]), bytearray(b"abc"), np.arange(3)], object)
    content = header + pickle.dumps(value, protocol) + npy_of(np.arange(3))
    with File(content) as file:
        assert len(file) == 2
        assert file.load(1).tolist() == [0, 1, 2]


@pytest.mark.parametrize("source", ["npy", "npz"])
def test_into_memory_of_another_type_and_order(source):
    x = np.arange(12, dtype=">i4").reshape(3, 4)
    content = npy_of(x) if source == "npy" else npz_of({"x": x}, True)
    with File(content) as file:
        into = np.zeros((3, 4), "f8", order="F")
        file.load_into(0, into)
        assert (into == x).all()


def test_the_path_of_a_file_that_is_neither(tmp_path):
    path = tmp_path / "x.npz"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(600))
    with pytest.raises(libnyz.NyzError, match=r"not a file of a known format \(npy, npz\): an HDF5"):
        File(path)
