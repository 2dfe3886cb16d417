# SPDX-License-Identifier: MIT
"""Conversions between types of numbers (nyz_cast.h): what casting allows is what np.can_cast says,
and the results are those of NumPy's astype, bit for bit.  Those of ml_dtypes: test_cast_ml_dtypes.py."""

import os
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import libnyz
from strategies import COMMON

NUMBERS = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "g", "c8", "c16", "G"]
FLOATS = {"f2": "u2", "f4": "u4", "f8": "u8"}
BITS_SEED = 7
MANY = int(os.environ.get("NYZ_CAST_PATTERNS", "1000000"))


def astype(values, dtype):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return values.astype(dtype)


@pytest.mark.parametrize("casting", ["no", "equiv", "safe", "same_kind", "unsafe"])
@pytest.mark.parametrize("source", NUMBERS)
def test_what_is_cast_is_what_numpy_casts(source, casting):
    for target in NUMBERS:
        for order in "<>":
            to = np.dtype(target).newbyteorder(order)
            foreign = "g" in (source, target) or "G" in (source, target)
            if foreign and order == ">" and source != target:
                continue  # refused as a long double of another machine
            assert libnyz.can_cast(source, to, casting) == np.can_cast(source, to, casting), to


@pytest.mark.parametrize("dtype", ["S3", "U2", "V4", "M8[s]", "m8[D]", [("a", "<i4")]])
def test_what_is_no_number_is_cast_to_itself_alone(dtype):
    for target in NUMBERS + ["S4", "U3", "V5", "M8[ms]", "m8[s]", [("a", "<f4")]]:
        for casting in libnyz.CASTINGS:
            assert not libnyz.can_cast(dtype, target, casting)
            assert not libnyz.can_cast(target, dtype, casting)
    assert all(libnyz.can_cast(dtype, dtype, casting) for casting in libnyz.CASTINGS)
    with pytest.raises(libnyz.NyzError, match="is not cast to"):
        libnyz.cast(np.zeros(2, dtype), "f4", casting=libnyz.CASTINGS["unsafe"])


def test_another_byte_order_is_not_under_no():
    for casting in libnyz.CASTINGS:
        assert libnyz.can_cast("<i4", ">i4", casting) == (casting != "no")
        assert libnyz.can_cast(">U2", "<U2", casting) == (casting != "no")


def test_a_casting_that_there_is_not_is_refused():
    for casting in (-1, 5):
        with pytest.raises(libnyz.NyzError, match="casting %d: no such casting" % casting):
            libnyz.cast(np.zeros(1, "i4"), "i4", casting=casting)


def numbers_of(code):
    """Edges of all types and values between, 0 among them."""
    dtype, rng = np.dtype(code), np.random.default_rng(3)
    if dtype.kind == "b":
        return rng.integers(0, 2, 300).astype(bool)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        bits = rng.integers(0, dtype.itemsize * 8, 2000)
        values = rng.integers(info.min, info.max, 2000, dtype=dtype, endpoint=True) >> bits.astype(dtype)
        ends = [info.min, info.max, 0, 1]
        ends += [x for k in range(64) for x in (2**k - 1, 2**k, 2**k + 1) if x <= info.max]
        return np.concatenate([values, np.array(ends, dtype)])
    parts = "f" if dtype.kind == "f" else "c"
    values = np.concatenate([
        rng.normal(size=2000) * 2.0 ** rng.integers(-40, 70, 2000), 2.0 ** np.arange(-160, 160),
        [0.0, -0.0, np.inf, -np.inf, np.nan, 0.5, 1.5, -0.5, -1.5, 1e300, -1e300, 65519.99, 65520.0]])
    values = values.astype("g")
    values = np.concatenate([values, values + np.longdouble(2) ** -50, np.nextafter(values, 0)])
    values = astype(values, "f%d" % (dtype.itemsize // (1 if parts == "f" else 2)) if code != "f2" else code)
    if parts == "f":
        return values
    out = np.zeros(values.size, dtype)
    out.real, out.imag = values, values[::-1]
    return out


def in_range(values, target):
    """Of floats those that the integers of the target hold once they are cut."""
    real = values.real
    if np.dtype(target).kind not in "iu" or values.dtype.kind not in "fc":
        return values
    info = np.iinfo(target)
    with np.errstate(invalid="ignore"):
        cut = np.trunc(real.astype("g"))
        return values[(cut >= np.longdouble(info.min)) & (cut <= np.longdouble(info.max))]


def bytes_of(array):
    """Without what pads long doubles, and with one NaN of them: NumPy leaves the padding to chance."""
    if array.dtype.char in "gG":
        array = array.view("g").copy()
        array[np.isnan(array)] = np.nan
        size = array.dtype.itemsize
        return array.view("u1").reshape(-1, size)[:, :10 if np.finfo("g").nmant == 63 else size].tobytes()
    return array.tobytes()


@pytest.mark.parametrize("source", NUMBERS)
def test_every_pair_gives_what_astype_gives(source):
    everything = numbers_of(source)
    for target in NUMBERS:
        values = in_range(everything, target)
        assert values.size > 100
        expected = astype(values, target)
        found = libnyz.cast(values, target, casting=libnyz.CASTINGS["unsafe"])
        assert bytes_of(found) == bytes_of(expected), target


@pytest.mark.parametrize("source", ["f2", "f4", "f8", "g", "c8", "c16", "G"])
@pytest.mark.parametrize("target", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
def test_floats_beyond_an_integer_become_its_end_and_nan_0(source, target):
    values, info = numbers_of(source), np.iinfo(target)
    found = libnyz.cast(values, target, casting=libnyz.CASTINGS["unsafe"])
    for value, result in zip(values.real.astype("g"), found):
        if np.isnan(value):
            assert result == 0
        elif np.isinf(value):
            assert result == (info.max if value > 0 else info.min)
        else:
            assert result == max(info.min, min(info.max, int(value)))


@pytest.mark.parametrize("target", NUMBERS)
def test_every_float16_becomes_what_astype_makes_of_it(target):
    values = np.arange(65536, dtype="u2").view("f2")
    values = in_range(values, target)
    found = libnyz.cast(values, target, casting=libnyz.CASTINGS["unsafe"])
    assert bytes_of(found) == bytes_of(astype(values, target))


def patterns(code, count=MANY):
    """Bit patterns of a float: at random, and those at and beside the edges of narrower ones."""
    bits, size = FLOATS[code], int(code[1]) * 8
    rng = np.random.default_rng(BITS_SEED)
    values = rng.integers(0, 2**size, count, dtype=np.dtype(bits))
    keep = {32: 13, 64: 42}[size]
    edges = values[:count // 2] & ~np.array(2**keep - 1, bits)  # exact in float16's digits
    edges += np.array([0, 1, 2**(keep - 1) - 1, 2**(keep - 1), 2**(keep - 1) + 1], bits)[
        rng.integers(0, 5, edges.size)]
    # with the exponents of a float16
    low, high, digits = {32: (100, 145, 23), 64: (995, 1043, 52)}[size]
    near = rng.integers(low, high, edges.size).astype(bits) << np.array(digits, bits)
    mask = np.array((2**(size - 1 - digits) - 1) << digits, bits)
    near |= edges & ~mask
    return np.concatenate([values, edges, near]).view(code)


@pytest.mark.parametrize("source,target", [("f4", "f2"), ("f4", "f8"), ("f8", "f2"), ("f8", "f4")])
def test_bit_patterns_become_what_astype_makes_of_them(source, target):
    values = patterns(source)
    found = libnyz.cast(values, target)
    assert found.tobytes() == astype(values, target).tobytes()


@pytest.mark.parametrize("source", NUMBERS)
def test_files_are_cast_as_arrays_are(source, tmp_path):
    path = str(tmp_path / "a.npy")
    values = numbers_of(source)[:240].reshape(12, 20)
    np.save(path, np.asfortranarray(values))
    for target in NUMBERS:
        expected = libnyz.cast(values, target, casting=libnyz.CASTINGS["unsafe"])
        into = np.zeros((24, 20), target)[::-2]
        libnyz.load_into(path, into, casting=libnyz.CASTINGS["unsafe"])
        loaded = libnyz.load_as(path, target, (12, -1), casting=libnyz.CASTINGS["unsafe"])
        assert into.tobytes() == expected.tobytes() == loaded.tobytes()
        assert loaded.flags.c_contiguous and loaded.dtype == np.dtype(target)


@COMMON
@given(data=st.data())
def test_any_view_is_cast_in_any_order(data):
    shape = data.draw(st.lists(st.sampled_from([0, 1, 2, 3, 17, 40]), max_size=4))
    source = data.draw(st.sampled_from(["u1", ">i2", ">f4", "<f8", ">c16", "f2"]))
    target = data.draw(st.sampled_from(["i1", ">u2", "<f4", ">f8", "c8", ">f2", "?"]))
    order = data.draw(st.sampled_from([libnyz.KEEP_ORDER, libnyz.C_ORDER, libnyz.F_ORDER]))
    values = np.arange(int(np.prod(shape)), dtype="u1").astype(source).reshape(shape)
    values = values.transpose(data.draw(st.permutations(range(len(shape)))))
    signs = data.draw(st.lists(st.sampled_from([1, -1]), min_size=4, max_size=4))
    values = values[(*(slice(None, None, sign) for sign in signs[:len(shape)]), ...)]
    found = libnyz.cast(values, target, order=order, casting=libnyz.CASTINGS["unsafe"])
    assert found.dtype == np.dtype(target) and found.shape == values.shape
    if np.dtype(target).kind in "iu":
        assert np.array_equal(found, astype(astype(values, "i8"), target)) or values.dtype.kind in "fc"
    else:
        assert np.array_equal(found, astype(values, target))
    wanted = {libnyz.C_ORDER: found.flags.c_contiguous, libnyz.F_ORDER: found.flags.f_contiguous}
    assert wanted.get(order, True)


# --------------------------------------------------------------------------------- load_as

def refusal(function, *arguments, **options):
    with pytest.raises(libnyz.NyzError) as failure:
        function(*arguments, **options)
    return str(failure.value)


def test_load_as_takes_any_dimension_where_that_is_asked(tmp_path):
    path = str(tmp_path / "a.npy")
    values = np.arange(6, dtype=">i4").reshape(2, 3)
    np.save(path, values)
    for shape in [(2, 3), (-1, 3), (2, -1), (-1, -1), None]:
        loaded = libnyz.load_as(path, "f8", shape)
        assert loaded.dtype == "f8" and np.array_equal(loaded, values)
        loaded = libnyz.load_as(path, None, shape)
        assert loaded.dtype == "i4" and loaded.dtype.isnative and np.array_equal(loaded, values)
    assert libnyz.load_as(path, ">f4").dtype == np.dtype(">f4")


def test_a_refusal_says_what_is_there_and_what_was_wanted(tmp_path):
    path, npz = str(tmp_path / "a.npy"), str(tmp_path / "a.npz")
    np.save(path, np.zeros((784, 128), "f4"))
    np.savez_compressed(npz, **{"fc1.weight": np.zeros((784, 128), "f4"), "s": np.array(["a" * 8] * 3)})
    is_shape = "is float32 (784, 128), wanted "
    assert refusal(libnyz.load_as, path, "f4", (128, 784)).endswith(is_shape + "float32 (128, 784)")
    assert refusal(libnyz.load_as, path, "f4", (-1,)).endswith(is_shape + "float32 (-1,)")
    assert refusal(libnyz.load_as, path, "i4", (784, 128)).endswith(
        is_shape + "int32 (784, 128): no cast under same_kind")
    assert refusal(libnyz.load_as, path, "i4").endswith(
        is_shape + "int32 (...): no cast under same_kind")
    with libnyz.Npz(npz) as archive:
        assert refusal(archive.load_as, "fc1.weight", "f4", (128, 784)) == (
            "argument: member 'fc1.weight.npy': is float32 (784, 128), wanted float32 (128, 784)")
        assert refusal(archive.load_as, "s", "f4", (3,)).endswith(
            "is <U8 (3,), wanted float32 (3,): no cast under same_kind")
        assert archive.load_as(0, "f8", (784, -1)).dtype == "f8"
        assert refusal(archive.load_as, "t", "f4").startswith("not found")


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("count", [5, 5000, 400000])
def test_members_are_loaded_as_what_is_wanted(count, compressed, tmp_path):
    path = str(tmp_path / "a.npz")
    values = np.random.default_rng(5).integers(-9, 9, (count, 3)).astype("f2")
    (np.savez_compressed if compressed else np.savez)(path, a=values.T, b=values)
    with libnyz.Npz(path) as archive:
        for threads in (1, 2):
            loaded = archive.load_as("a", "f4", (3, -1), threads=threads)
            assert loaded.flags.c_contiguous and np.array_equal(loaded, values.T)
        assert np.array_equal(archive.load_as(1, "f2"), values)
        assert archive.load_as(1, "f2", order=libnyz.F_ORDER).flags.f_contiguous


def test_damage_is_found_though_the_array_is_there(tmp_path):
    path = str(tmp_path / "a.npz")
    np.savez(path, a=np.arange(1000, dtype="u1"))
    content = bytearray(open(path, "rb").read())
    content[500] ^= 1
    with libnyz.Npz(bytes(content)) as archive:
        assert refusal(archive.load_as, "a", "f4").startswith("corrupt")


def test_the_limit_holds_for_the_result_too(tmp_path):
    path = str(tmp_path / "a.npy")
    np.save(path, np.zeros(100, "u1"))
    assert libnyz.load_as(path, "c16", limits={"array_bytes": 1600}).size == 100
    assert refusal(libnyz.load_as, path, "c16", limits={"array_bytes": 1599}).startswith("limit")


def test_other_containers_fill_with_the_casting_too(tmp_path):
    path = str(tmp_path / "a.npz")
    np.savez(path, a=np.array([1.5, -7.5, 300]))
    with libnyz.File(path, casting=libnyz.CASTINGS["unsafe"]) as file:
        into = np.zeros(3, "u1")
        file.load_into("a", into)
        assert into.tolist() == [1, 0, 255]


def test_a_long_double_of_another_machine_is_not_converted(tmp_path):
    path = str(tmp_path / "a.npy")
    other = "<f12" if np.dtype("g").itemsize == 16 else "<f16"
    with open(path, "wb") as file:
        file.write(libnyz.header(other, (2,)) + bytes(32))
    assert "unsupported: %s is not the long double of this machine" % other in refusal(
        libnyz.load_as, path, "f8")
