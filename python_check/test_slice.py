# SPDX-License-Identifier: MIT
"""A part of an array is NumPy's slice of the whole one: in every container, both memory orders, any
ranges, into any memory."""

import io
import os
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import libnyz
from strategies import COMMON, FEW

DTYPES = ["f4", ">i2", "u1", "S3", ">U2", "<c16", ">M8[us]", "V5", "?", "S0",
          [("a", "<i4"), ("b", ">f8", (2,)), ("c", "S3")]]
ENDS = [None, 0, 1, 2, 5, -1, -2, -7, 11, 40, -40, 2**63 - 1, -2**63]
STEPS = [None, 1, 2, 3, 7, -1, -2, -5, 100, -100, 2**63 - 1, -2**63]
slices = st.builds(slice, st.sampled_from(ENDS), st.sampled_from(ENDS), st.sampled_from(STEPS))


def filled(dtype, shape, fortran=False, seed=0):
    dtype = np.dtype(dtype)
    count = int(np.prod(shape, dtype=object))
    raw = np.random.default_rng(seed).integers(0, 128, count * max(dtype.itemsize, 1), "u1")
    if dtype.kind == "b":
        raw %= 2
    if dtype.itemsize == 0:
        return np.zeros(shape, dtype)
    array = np.frombuffer(raw.tobytes(), dtype).reshape(shape)
    return np.asfortranarray(array) if fortran and len(shape) > 1 else array


@st.composite
def cases(draw, dtypes=DTYPES):
    """An array, and a slice for each of its first axes."""
    shape = tuple(draw(st.lists(st.sampled_from([0, 1, 2, 3, 7, 12, 30]), max_size=4)))
    array = filled(draw(st.sampled_from(dtypes)), shape, draw(st.booleans()))
    which = draw(st.lists(st.one_of(st.just(slice(None)), slices), max_size=len(shape)))
    return array, tuple(which)


def raw(array):
    """Its items as opaque bytes, which NumPy copies with all padding."""
    return np.ascontiguousarray(array).view("V%d" % array.dtype.itemsize) if array.itemsize else array


def same(got, whole, which, fortran):
    expected = whole[which]
    assert got.dtype == whole.dtype and got.shape == expected.shape
    assert raw(got).tobytes() == raw(whole)[which].tobytes() if whole.ndim else \
        raw(got).tobytes() == raw(whole).tobytes()
    order = "F" if fortran else "C"
    assert got.size == 0 or got.flags[order + "_CONTIGUOUS"]


def as_npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def is_fortran(array):
    return array.flags.f_contiguous and not array.flags.c_contiguous


def orders(array):
    return [(libnyz.KEEP_ORDER, is_fortran(array)), (libnyz.C_ORDER, False),
            (libnyz.F_ORDER, True)]


@COMMON
@given(case=cases(), choice=st.integers(0, 2), byteorder=st.sampled_from([0, 2, 3, 4]))
def test_npy_by_path_memory_and_stream(case, choice, byteorder, tmp_path_factory):
    array, which = case
    order, fortran = orders(array)[choice]
    opt = {"order": order, "byteorder": byteorder}
    path, content = str(tmp_path_factory.getbasetemp() / "slice.npy"), as_npy(array)
    with open(path, "wb") as f:
        f.write(content)
    whole = libnyz.load(path, byteorder=byteorder)
    same(libnyz.load_slice(path, which, **opt), whole, which, fortran)
    same(libnyz.load_slice_mem(content, which, **opt), whole, which, fortran)
    for lacking in [(), ("read_at",), ("seek", "read_at", "size"), ("read", "seek", "size"),
                    ("read", "seek")]:
        for got in libnyz.read_slices(content * 2, which, lacking, **opt):
            same(got, whole, which, fortran)


@COMMON
@given(case=cases(["f4", ">i2", ">U2"]), deflated=st.booleans(), verify=st.booleans())
def test_members(case, deflated, verify, tmp_path_factory):
    array, which = case
    path = str(tmp_path_factory.getbasetemp() / "slice.npz")
    (np.savez_compressed if deflated else np.savez)(path, first=np.arange(3), a=array)
    with open(path, "rb") as f:
        content = f.read()
    for source in (path, content):
        with libnyz.Npz(source) as npz:
            whole = npz.load("a")
            opt = {"flags": libnyz.VERIFY} if verify else {}
            same(npz.load_slice("a", which, **opt), whole, which, is_fortran(array))
            same(npz.load_slice(1, which), whole, which, is_fortran(array))


@COMMON
@given(case=cases(["u1", ">i2", "f4"]), target=st.sampled_from(["<f4", ">f8", "c16", "same"]),
       axes=st.permutations(range(4)), gaps=st.booleans(), member=st.booleans())
def test_into_any_memory_converted_on_the_way(case, target, axes, gaps, member, tmp_path_factory):
    array, which = case
    path = str(tmp_path_factory.getbasetemp() / "into.npz")
    expected = array[(*which, ...)]
    dtype = np.dtype(array.dtype if target == "same" else target)
    dtype = dtype if np.can_cast(array.dtype, dtype, "same_kind") else array.dtype
    order = [axis for axis in axes if axis < array.ndim]
    shape = [expected.shape[axis] * (2 if gaps else 1) for axis in order]
    into = np.zeros(shape, dtype).transpose(np.argsort(order))
    into = into[(slice(None, None, -2 if gaps else 1),) * array.ndim + (...,)]
    if member:
        np.savez_compressed(path, a=array)
        with libnyz.Npz(path) as npz:
            npz.load_slice_into(0, which, into)
            npz.load_slice_into("a", which, into)
    else:
        with open(path, "wb") as f:
            f.write(as_npy(array))
        libnyz.load_slice_into(path, which, into)
    assert into.tobytes() == expected.astype(dtype).tobytes()


LARGE = [("<f4", (3000, 700)), (">i2", (70, 90, 300)), ("u1", (5, 600000)), ("<c16", (40000, 3)),
         ("S300000", (7,)), ([("a", "<i4"), ("b", ">f8", (2,))], (300, 400))]


@FEW
@given(kind=st.sampled_from(LARGE), fortran=st.booleans(), choice=st.integers(0, 2), data=st.data())
def test_arrays_of_many_windows(kind, fortran, choice, data, tmp_path_factory):
    array = filled(kind[0], kind[1], fortran)
    steps = st.sampled_from([None, 1, 2, 3, 50, 700, 20000, -1, -3, -400])
    ends = st.one_of(st.none(), st.integers(-3100, 3100))
    which = tuple(data.draw(st.lists(st.builds(slice, ends, ends, steps), max_size=array.ndim)))
    path = str(tmp_path_factory.getbasetemp() / "large.npy")
    np.save(path, array)
    order, is_f = orders(array)[choice]
    same(libnyz.load_slice(path, which, order=order), libnyz.load(path), which, is_f)
    if choice == 0 and array.dtype.kind in "fu":
        into = np.zeros(array[which].shape, ">f8")
        libnyz.load_slice_into(path, which, into)
        assert into.tobytes() == array[which].astype(">f8").tobytes()


@pytest.mark.parametrize("size", [10, 1000])
@pytest.mark.parametrize("fortran", [False, True])
def test_a_fifo_is_read_to_the_end_of_its_array(size, fortran, tmp_path):
    path = str(tmp_path / "fifo")
    array = filled(">f8", (size, 400), fortran)
    os.mkfifo(path)
    for which in [(slice(None, None, -1), slice(3, None)), (slice(2, 5),), ()]:
        def write():
            with open(path, "wb") as f:
                f.write(as_npy(array))
        thread = threading.Thread(target=write)
        thread.start()
        got = libnyz.load_slice(path, which)
        thread.join()
        assert got.tobytes() == array[which].astype("<f8").tobytes()
        assert got.flags.f_contiguous if fortran else got.flags.c_contiguous
