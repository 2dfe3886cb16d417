# SPDX-License-Identifier: MIT
"""Conversions from and to the types of ml_dtypes (bfloat16, the 8-bit floats, ...): the results are
those of its astype, bit for bit.  What needs no ml_dtypes: tests/unit/test_cast_small.c, and the end of
this file."""

import os
import warnings

import numpy as np
import pytest

import fixture_ml_dtypes
import libnyz
from conftest import FIXTURES
from test_casting import MANY, NUMBERS, bytes_of, in_range, patterns, refusal

EIGHT_BITS = [name for name in libnyz.NAMELESS if name.startswith("float8")]
NARROW = [name for name in libnyz.NAMELESS if name.startswith(("float6", "float4", "int", "uint"))]
UNSAFE = libnyz.CASTINGS["unsafe"]


@pytest.fixture(name="ml", scope="module")
def ml_dtypes():
    return pytest.importorskip("ml_dtypes")


def every_code(name):
    """All values of a type as their codes; those with fewer than 8 bits in the low ones."""
    if name == "bfloat16":
        return np.arange(65536, dtype="u2")
    bits = 8 if name.startswith("float8") else int(name.lstrip("uintfloat").partition("_")[0])
    return np.arange(2**bits, dtype="u1")


def astype(values, dtype):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return values.astype(dtype)


def codes_of(array):
    return array.view("u%d" % array.dtype.itemsize)


@pytest.mark.parametrize("name", list(libnyz.NAMELESS))
def test_every_code_becomes_the_float32_of_ml_dtypes(ml, name):
    codes = every_code(name)
    expected = astype(codes.view(getattr(ml, name)), "f4")
    assert libnyz.cast(codes.view(getattr(ml, name)), "f4").tobytes() == expected.tobytes()
    opaque = codes.view("V%d" % codes.itemsize)
    assert libnyz.cast(opaque, "f4", void_as=libnyz.NAMELESS[name]).tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", list(libnyz.NAMELESS))
def test_every_code_becomes_each_other_type_as_by_ml_dtypes(ml, name):
    values = every_code(name).view(getattr(ml, name))
    floats = astype(values, "f4")
    for target in NUMBERS:
        with np.errstate(invalid="ignore"):
            fits = np.isin(floats.view("u4"), in_range(floats, target).view("u4"))
        some = values[fits]
        if target == "f2":  # whose NaNs ml_dtypes makes quiet, and NumPy not
            some = some[~np.isnan(floats[fits])]
        found = libnyz.cast(some, target, casting=UNSAFE)
        assert bytes_of(found) == bytes_of(astype(some, target)), target


def enriched(ml, name):
    """float32 patterns at random, and around all values of the type and the middles between."""
    codes = every_code(name).view(getattr(ml, name))
    values = astype(codes, "f8")
    values = np.unique(values[np.isfinite(values)])
    middles = (values[1:] + values[:-1]) / 2
    edges = np.concatenate([values, middles, values * 2, values * 1.5, [448, 464, 480, 61440, 3.4e38]])
    with np.errstate(over="ignore"):
        edges = edges.astype("f4")
    around = [edges] + [np.nextafter(edges, np.float32(to)) for to in (-np.inf, np.inf)]
    return np.concatenate([patterns("f4", MANY), *around, -edges])


@pytest.mark.parametrize("name", ["bfloat16", *EIGHT_BITS])
def test_float32_patterns_become_the_codes_of_ml_dtypes(ml, name):
    values = enriched(ml, name)
    found = codes_of(libnyz.cast(values, name))
    expected = codes_of(astype(values, getattr(ml, name)))
    differ = np.nonzero(found != expected)[0]
    assert differ.size == 0, [(values.view("u4")[i], found[i], expected[i]) for i in differ[:5]]


@pytest.mark.parametrize("name", ["bfloat16", *EIGHT_BITS])
@pytest.mark.parametrize("source", ["f2", "f8", "g", "c8", "c16", "?", "i1", "u2", "i4", "u8", "i8"])
def test_other_numbers_become_the_codes_of_ml_dtypes(ml, name, source):
    if np.dtype(source).kind in "iub":
        rng = np.random.default_rng(6)
        values = (rng.integers(-2**63, 2**63 - 1, 20000) >> rng.integers(0, 63, 20000)).astype(source)
    elif source == "f2":
        values = np.arange(65536, dtype="u2").view("f2")
    else:
        values = astype(enriched(ml, name)[-5000:].astype("f8") * (1 + 2.0**-30), source)
    found = libnyz.cast(values, name, casting=UNSAFE)
    assert codes_of(found).tobytes() == codes_of(astype(values, getattr(ml, name))).tobytes()


def test_they_become_each_other_by_way_of_float32(ml):
    for source in ["bfloat16", *EIGHT_BITS]:
        values = every_code(source).view(getattr(ml, source))
        for target in ["bfloat16", *EIGHT_BITS]:
            if source == target:
                continue
            expected = codes_of(astype(astype(values, "f4"), getattr(ml, target)))
            assert codes_of(libnyz.cast(values, target)).tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", ["bfloat16", *EIGHT_BITS])
def test_what_was_cast_is_saved_as_ml_dtypes_saves_it(ml, name, tmp_path):
    values = np.array([1, -2, 0.5, 4], "f4")
    array, saved = libnyz.Array(), libnyz.Buffer()
    dtype = libnyz.dtype_for(name)
    with libnyz.Wrapped(values) as wrapped:
        libnyz.call("array_cast", wrapped, libnyz.c.byref(dtype), None, libnyz.c.byref(array))
    libnyz.call("save_mem", libnyz.c.byref(array), None, libnyz.c.byref(saved))
    libnyz.lib.nyz_array_free(libnyz.c.byref(array))
    np.save(tmp_path / "a.npy", astype(values, getattr(ml, name)))
    assert libnyz.take(saved) == (tmp_path / "a.npy").read_bytes()


# ------------------------------------------------------------------------ without ml_dtypes

def fixture(name):
    return os.path.join(FIXTURES, "good", "mldtype_%s.npy" % name)


def test_a_file_is_read_as_what_the_caller_says():
    as_bfloat16 = {"void_as": libnyz.NAMELESS["bfloat16"]}
    expected = [1.0, -2.5, np.inf]
    for name in ("bfloat16", "bfloat16_big"):
        data = fixture_ml_dtypes.ITEMS["bfloat16"][1]
        values = libnyz.load_as(fixture(name), "f4", (3,), **as_bfloat16)
        swapped = np.frombuffer(data, ">u2").astype("u4") << 16
        assert values.tolist() == expected or name.endswith("big") and \
            values.tobytes() == swapped.view("f4").tobytes()
        into = np.zeros(3, "f8")
        libnyz.load_into(fixture(name), into, **as_bfloat16)
        assert into.tolist() == values.tolist()
    into = np.zeros(3, "f4")
    for name in ("float8_e4m3fn", "float8_e4m3fn_big"):
        libnyz.load_into(fixture(name), into, void_as=libnyz.NAMELESS["float8_e4m3fn"])
        assert into[0] == 1 and np.isnan(into[1]) and into[2] == 0
    libnyz.load_into(fixture("bfloat16"), into, void_as=libnyz.NAMELESS["float8_e4m3fn"])
    assert into.tolist() == expected


def test_the_wanted_type_says_what_the_bytes_are():
    loaded = libnyz.load_as(fixture("bfloat16"), "bfloat16", (3,))
    assert loaded.tobytes() == fixture_ml_dtypes.ITEMS["bfloat16"][1]
    assert libnyz.load_as(fixture("int4"), "int4").tobytes() == fixture_ml_dtypes.ITEMS["int4"][1]


def test_float8_e5m2_is_read_without_being_told():
    assert libnyz.load_as(fixture("float8_e5m2"), "f4").tolist() == [1.0, 2.0, 3.0]
    assert libnyz.load_as(fixture("float8_e5m2"), "f4", void_as=libnyz.NAMELESS["bfloat16"])[0] == 1.0


def test_bytes_of_which_nothing_is_said_are_refused_with_advice():
    for name in ("bfloat16", "float8_e4m3fn", "int4"):
        message = refusal(libnyz.load_as, fixture(name), "f4", (3,))
        assert message.endswith("wanted float32 (3,); opt->void_as says what these bytes are")
    message = refusal(libnyz.load_into, fixture("bfloat16"), np.zeros(3, "f4"))
    assert message.endswith("under same_kind; opt->void_as says what these bytes are")
    assert "bfloat16 (3,), wanted int32 (3,): no cast under same_kind" in refusal(
        libnyz.load_as, fixture("bfloat16"), "i4", (3,), void_as=libnyz.NAMELESS["bfloat16"])


def test_an_archive_keeps_what_was_said_when_it_was_opened():
    path = os.path.join(FIXTURES, "good", "bfloat16_weights.npz")
    with libnyz.Npz(path, void_as=libnyz.NAMELESS["bfloat16"]) as archive:
        assert (archive.load_as("w", "f4", (2, 3)) == 1).all()
        assert (archive.load_as("w", "f8", (2, 3), threads=2) == 1).all()


@pytest.mark.parametrize("number", [1, 15, 19, 39, 52, 60, -1])
def test_void_as_is_a_type_of_ml_dtypes(number):
    assert "void_as %d: expected" % number in refusal(
        libnyz.load_as, fixture("bfloat16"), "f4", void_as=number)


def test_they_are_floats_and_safe_in_float32_alone():
    for name in libnyz.NAMELESS:
        whole = name.lstrip("u").startswith("int")
        for target in ["f4", "f8", "c8", "c16"]:
            assert libnyz.can_cast(name, target, "safe")
        assert libnyz.can_cast(name, "f2", "safe") == whole
        assert libnyz.can_cast(name, "i1", "safe") == whole
        assert libnyz.can_cast(name, "f2", "same_kind")
        assert libnyz.can_cast(name, "i4", "same_kind") == whole
        assert not libnyz.can_cast("f4", name, "safe") and not libnyz.can_cast("u1", name, "safe")
        assert libnyz.can_cast("f4", name, "same_kind") == (name not in NARROW)
        assert libnyz.can_cast("i8", name, "unsafe") == (name not in NARROW)
        assert libnyz.can_cast(name, name, "no")
