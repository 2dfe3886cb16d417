# SPDX-License-Identifier: MIT
"""Loading into memory that is there already: conversions are those of NumPy's astype with
casting="same_kind", and refused where NumPy refuses them; any order and strides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import libnyz
from strategies import COMMON

PLAIN = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
PLACES = ["C", "F", "backwards", "gaps"]


def edges(code):
    """Values at the ends of a type and between, in 2 x 3 x 8."""
    dtype = np.dtype(code)
    rng = np.random.default_rng(1)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        ends = [info.min, info.min + 1, 0, 1, info.max - 1, info.max]
        values = np.array(ends + rng.integers(info.min, info.max, 42, dtype=dtype).tolist(), dtype)
    elif dtype.kind == "b":
        values = rng.integers(0, 2, 48).astype(bool)
    else:
        ends = [0.0, -0.0, 1e-320, -1e300, 1e39, np.inf, -np.inf, 0.1]
        with np.errstate(over="ignore"):
            values = np.array(ends + rng.normal(size=40).tolist()).astype(dtype)
        if dtype.kind == "c":
            values.imag = values.real[::-1]
    return values.reshape(2, 3, 8)


def place(kind, dtype):
    if kind == "backwards":
        return np.zeros((2, 3, 8), dtype)[::-1, :, ::-1]
    if kind == "gaps":
        return np.zeros((4, 3, 24), dtype)[::2, :, ::3]
    return np.zeros((2, 3, 8), dtype, order=kind)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("endian", "<>")
@pytest.mark.parametrize("source", PLAIN)
def test_conversions_are_numpys_same_kind(source, endian, order, tmp_path):
    path = str(tmp_path / "a.npy")
    values = np.asarray(edges(source).astype(np.dtype(source).newbyteorder(endian)), order=order)
    np.save(path, values)
    for number, target in enumerate(PLAIN):
        into = place(PLACES[number % 4], np.dtype(target).newbyteorder("<>"[number % 2]))
        if np.can_cast(values.dtype, into.dtype, "same_kind"):
            libnyz.load_into(path, into)
            with np.errstate(over="ignore"):
                expected = values.astype(into.dtype, casting="same_kind")
            assert into.tobytes() == expected.tobytes(), (source, target)
        else:
            with pytest.raises(libnyz.NyzError) as failure:
                libnyz.load_into(path, into)
            assert failure.value.status == "argument"


def test_every_other_dtype_is_filled_if_it_is_the_same(tmp_path):
    path = str(tmp_path / "a.npy")
    for dtype in ["f2", "g", "S5", ">U3", "V4", "M8[ns]", ">m8[D]",
                  [("a", "<i4"), ("b", ">f8", (2,))]]:
        values = np.arange(240, dtype="u1").repeat(8)[:6 * np.dtype(dtype).itemsize]
        if np.dtype(dtype).kind == "U":
            values = np.array(["a", "bc", "def", "", "é", "日本"], dtype)
        else:
            values = np.frombuffer(values.tobytes(), dtype)
        values = values.reshape(2, 3)
        np.save(path, values)
        into = np.zeros((2, 3), dtype, order="F")
        libnyz.load_into(path, into)
        assert into.tobytes() == values.tobytes()


@pytest.mark.parametrize("endian", "<>")
@pytest.mark.parametrize("target", ["f4", ">f8", "c8", ">c16"])
def test_every_float16_becomes_numpys(target, endian, tmp_path):
    path = str(tmp_path / "a.npy")
    values = np.arange(65536, dtype="u2").view("f2").reshape(256, 256)
    np.save(path, values.astype(endian + "f2"))
    into = np.ones((256, 256), target)
    libnyz.load_into(path, into)
    with np.errstate(invalid="ignore"):
        expected = values.astype(target)
    assert np.array_equal(into, expected, equal_nan=True)
    real = into.real
    assert (np.signbit(real) == np.signbit(values)).all() and (into.imag == 0).all()


def float16_neighbours():
    """Of every two neighbouring float16 the ends, the middle, and what lies just beside it."""
    finite = np.arange(0x7c00, dtype="u2").view("f2").astype("f8")
    after = np.append(finite[1:], 65536.0)
    middle = (finite + after) / 2
    values = np.concatenate([finite, middle, np.nextafter(middle, 0), np.nextafter(middle, 1e9),
                             np.nextafter(middle.astype("f4"), np.float32(0)).astype("f8"),
                             np.nextafter(middle.astype("f4"), np.float32(1e9)).astype("f8"),
                             [1e300, 5e-324, 1e-40, np.inf, np.nan]])
    return np.concatenate([values, -values])


@pytest.mark.parametrize("source", ["f4", "f8"])
def test_float16_is_rounded_to_the_nearest_and_to_even(source, tmp_path):
    path = str(tmp_path / "a.npy")
    with np.errstate(over="ignore"):
        values = float16_neighbours().astype(source)
        expected = values.astype("f2")
    np.save(path, values)
    into = np.zeros(values.shape, "f2")
    libnyz.load_into(path, into)
    assert into.tobytes() == expected.tobytes()


@pytest.mark.parametrize("source", ["i4", "u4", "i8", "u8"])
def test_integers_become_float16_as_numpys_do(source, tmp_path):
    path = str(tmp_path / "a.npy")
    values = np.concatenate([np.arange(0, 70000), 2**np.arange(17, 31)]).astype(source)
    np.save(path, values)
    into = np.zeros(values.shape, "f2")
    libnyz.load_into(path, into)
    with np.errstate(over="ignore"):
        assert into.tobytes() == values.astype("f2").tobytes()


@pytest.mark.parametrize("source", PLAIN + ["g", "G", "S4", "M8[s]"])
def test_a_refusal_names_both_dtypes_and_the_casting_that_would_do(source, tmp_path):
    path = str(tmp_path / "a.npy")
    np.save(path, np.zeros(3, source))
    for target in PLAIN + ["g", "G", "U1"]:
        if np.can_cast(source, target, "same_kind") and target != "U1":
            continue
        with pytest.raises(libnyz.NyzError) as failure:
            libnyz.load_into(path, np.zeros(3, target))
        numbers = np.dtype(source).kind in "biufc" and target != "U1"
        assert str(failure.value) == "argument: dtype %s is not cast to %s under same_kind%s" % (
            np.dtype(source).str, np.dtype(target).str,
            "; NYZ_CAST_UNSAFE converts it" if numbers else "")


@pytest.mark.parametrize("compressed", [False, True])
def test_members_fill_it_too(compressed, tmp_path):
    path = str(tmp_path / "a.npz")
    values = np.random.default_rng(2).normal(size=(50, 60))
    (np.savez_compressed if compressed else np.savez)(path, a=values, b=values.T)
    with libnyz.Npz(path) as npz:
        for index, expected in enumerate([values, values.T]):
            into = np.zeros(expected.shape, "f4")
            npz.load_into(index, into)
            assert (into == expected.astype("f4")).all()


@pytest.mark.parametrize("threads", [2, 5, -1])
def test_threads_change_nothing(threads, tmp_path):
    path = str(tmp_path / "a.npy")
    values = np.asfortranarray(np.random.default_rng(3).normal(size=(1000, 1100)).astype(">f8"))
    np.save(path, values)
    assert (libnyz.load(path, threads=threads) == values).all()
    into = np.zeros(values.shape, "f4")
    libnyz.load_into(path, into, threads=threads)
    assert (into == values.astype("f4")).all()


@st.composite
def places(draw):
    """A shape, a type, and memory of that shape in any order of axes, some backwards."""
    shape = draw(st.lists(st.sampled_from([1, 2, 3, 15, 16, 17, 65]), max_size=4))
    code = draw(st.sampled_from(["u1", "<i2", ">f4", "<f8", ">c16", "S3", "V12"]))
    order = draw(st.permutations(range(len(shape))))
    signs = draw(st.lists(st.sampled_from([1, 1, -1]), min_size=4, max_size=4))
    into = np.zeros([shape[axis] for axis in order], code).transpose(np.argsort(order))
    return into[(*(slice(None, None, sign) for sign in signs[:len(shape)]), ...)]


@COMMON
@given(into=places(), fortran=st.booleans(), as_float=st.booleans())
def test_any_order_of_axes_is_filled(into, fortran, as_float, tmp_path_factory):
    path = str(tmp_path_factory.getbasetemp() / "any.npy")
    source = "u1" if as_float and into.dtype.kind == "f" else into.dtype
    values = np.random.default_rng(4).integers(0, 256, into.nbytes, "u1")
    values = values[:into.size * np.dtype(source).itemsize].view(source).reshape(into.shape)
    np.save(path, np.asarray(values, order="F" if fortran else "C"))
    libnyz.load_into(path, into)
    assert into.tobytes() == values.astype(into.dtype).tobytes()


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("code,shape", [("u1", (70000, 67)), (">f4", (9001, 130)),
                                        ("<f8", (60, 40, 30, 20)), ("<c16", (4001, 3, 97))])
def test_large_files_change_their_order(code, shape, threads, tmp_path):
    path = str(tmp_path / "a.npy")
    values = np.random.default_rng(5).integers(0, 256, shape, "u1").astype(code)
    np.save(path, np.asfortranarray(values))
    into = np.zeros(shape, code)
    libnyz.load_into(path, into, threads=threads)
    assert into.tobytes() == values.tobytes()
    loaded = libnyz.load(path, order=libnyz.C_ORDER, threads=threads)
    assert loaded.flags.c_contiguous and (loaded == values).all()
