# SPDX-License-Identifier: MIT
"""Names, selections and models (nyz_model.h): a pattern means what Python's fnmatch and a shell's
braces mean, what is selected is what a model in Python selects, and what does not fit a model is what
NumPy says of shapes and casts."""

import fnmatch
import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import libnyz
from libnyz import FITTING, PARTIAL, STRICT, File, NyzError, Npz
from strategies import COMMON, FEW

# ------------------------------------------------------------------------------- patterns


def end_of_set(p, i):
    """Behind the set that begins at i, as fnmatch has it; None: it has no end."""
    j = i + 1
    j += p[j:j + 1] == "!"
    j += p[j:j + 1] == "]"
    j = p.find("]", j)
    return None if j < 0 else j + 1


RANGE = re.compile(r"\{(\d{1,18})\.\.(\d{1,18})\}", re.ASCII)


def numbers(low, high):
    padded = any(len(x) > 1 and x[0] == "0" for x in (low, high))
    width = max(len(low), len(high)) if padded else 0
    first, last = sorted((int(low), int(high)))
    return [str(n).zfill(width) for n in range(first, last + 1)]


def group(p, i):
    """The alternatives of the braces that begin at i, and where they end; None: they are none."""
    found = RANGE.match(p, i)
    if found:
        return numbers(*found.groups()), found.end()
    depth, start, parts, j = 0, i + 1, [], i
    while j < len(p):
        step = 1
        if p[j] == "[":
            step = (end_of_set(p, j) or j + 1) - j
        elif p[j] == "{" and RANGE.match(p, j):
            step = RANGE.match(p, j).end() - j
        elif p[j] == "{":
            depth += 1
        elif p[j] == "," and depth == 1 or p[j] == "}" and depth == 1:
            parts.append(p[start:j])
            start = j + 1
            if p[j] == "}":
                return (parts, j + 1) if len(parts) > 1 else None
        elif p[j] == "}":
            depth -= 1
        j += step
    return None


def expand(p, i=0):
    """All patterns without braces: what nyz never does."""
    while i < len(p):
        if p[i] == "[" and end_of_set(p, i):
            i = end_of_set(p, i)
            continue
        found = group(p, i) if p[i] == "{" else None
        if found:
            tails = expand(p[found[1]:])
            heads = [head for part in found[0] for head in expand(part)]
            return [p[:i] + head + tail for head in heads for tail in tails]
        i += 1
    return [p]


def model_matches(pattern, name):
    return pattern == name or any(fnmatch.fnmatchcase(name, p) for p in expand(pattern))


pieces = st.sampled_from(["a", "b", "1", "10", ".", "/", "*", "?", "[a-c]", "[!a]", "[]ab]", "[b-]", "[", "]", "!",
                          "{", "}", ",", "{a,b}", "{,1}", "{0..3}", "{00..11}", "{9..8}", "..", "\xe4", "\U0001f600", "-"])
patterns = st.lists(pieces, max_size=9).map("".join)
texts = st.text(st.sampled_from("ab01.[]{},*-\xe4\U0001f600"), max_size=7)


@COMMON
@given(patterns, st.lists(texts, min_size=1, max_size=8), st.data())
def test_a_pattern_means_what_fnmatch_and_braces_mean(pattern, names, data):
    expanded = expand(pattern)
    if len(expanded) > 3000:
        return
    names.append(data.draw(st.sampled_from(expanded)))
    names.append(data.draw(st.sampled_from(expanded)).replace("*", "ab").replace("?", "b"))
    for name in names:
        if "\0" not in name:
            assert libnyz.matches(pattern, name) == model_matches(pattern, name), (pattern, name)


def test_the_model_expands_as_a_shell_does():
    assert expand("a{b,c{d,e}}f") == ["abf", "acdf", "acef"]
    assert expand("{8..11}") == ["8", "9", "10", "11"] and expand("{08..10}") == ["08", "09", "10"]
    assert expand("{a}{b,") == ["{a}{b,"] and expand("{a,b{c,d}") == ["{a,bc", "{a,bd"]


# ----------------------------------------------------------------------------- selections

NAMES = ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "h.0.w", "h.1.w", "h.10.w", "head", "a*", "[a]", "a", "ab"]
RENAMES = [("fc1.*", "in.*"), ("*.weight", "*.w"), ("h.*.w", "layers.*.w"), ("*", "model.*"), ("head", "fc3"), ("a*", "b*"),
           ("f*1.*", "*-*"), ("fc*", "*"), ("head", "a"), ("*.bias", "*.w")]


def rename(renames, name):
    for source, target in renames:
        found = re.fullmatch("(.*?)".join(map(re.escape, source.split("*"))), name, re.DOTALL)
        if found:
            parts = target.split("*")
            return "".join(a + b for a, b in zip(parts, [*found.groups(), ""]))
    return name


def is_meant(pattern, name, names):
    key = pattern[:-4] if pattern.endswith(".npy") else pattern
    if pattern in names or key in names:
        return name in (pattern, key)
    return model_matches(pattern, name) or model_matches(pattern, name + ".npy")


def npz_of(arrays, compressed=False):
    out = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(out, **arrays)
    return out.getvalue()


lists = st.lists(st.sampled_from(["*", "fc*", "fc1.*", "*.bias", "h.{0..3}.*", "h.{0,10}.w", "a*", "[a]", "head", "head.npy",
                                  "*.npy", "nothing", "no*", "?", "{fc2.weight,ab}"]), max_size=3)


@COMMON
@given(st.lists(st.sampled_from(NAMES), unique=True, max_size=len(NAMES)), lists, lists,
       st.lists(st.sampled_from(RENAMES), max_size=3), st.booleans(), st.integers(1, 2))
def test_what_is_selected_is_what_the_model_selects(names, include, exclude, renames, compressed, threads):
    arrays = {name: np.full(i, i, "f4") for i, name in enumerate(names)}
    chosen = [name for name in names
              if (not include or any(is_meant(p, name, names) for p in include))
              and not any(is_meant(p, name, names) for p in exclude)]
    expected = [(rename(renames, name), arrays[name]) for name in chosen]
    unmatched = [p for p in include if not any(is_meant(p, name, names) for name in names)]
    select, content = libnyz.select(include, exclude, renames), npz_of(arrays, compressed)
    for kind in (Npz, File):
        with kind(content) as file:
            try:
                loaded = file.load_selected(select, threads=threads)
            except NyzError as error:
                assert error.status == ("not found" if unmatched else "argument")
                assert unmatched or len(dict(expected)) < len(expected)
                continue
            assert not unmatched and list(loaded) == [name for name, _ in expected]
            assert all(np.array_equal(loaded[name], array) for name, array in expected)


# ---------------------------------------------------------------------------------- models

DTYPES = ["f2", "f4", "f8", ">f4", "i1", "i4", "u2", "c8", "U3", "b1"]
shapes = st.sampled_from([(), (2,), (3,), (2, 3), (3, 2), (0,)])
made = st.tuples(st.sampled_from(DTYPES), shapes)


@COMMON
@given(st.dictionaries(st.sampled_from("abcdef"), made, max_size=6),
       st.dictionaries(st.sampled_from("abcdefgh"), made, max_size=6), st.sampled_from([STRICT, PARTIAL, FITTING]),
       st.sampled_from(["same_kind", "safe", "equiv"]), st.integers(1, 3), st.booleans())
def test_what_does_not_fit_is_what_numpy_says(have, wanted, mode, casting, threads, compressed):
    arrays = {name: np.arange(int(np.prod(shape))).astype(dtype).reshape(shape)
              for name, (dtype, shape) in have.items()}
    missing = [name for name in wanted if name not in have]
    unexpected = [name for name in have if name not in wanted]
    mismatched = [name for name, (dtype, shape) in wanted.items() if name in have and not (
        arrays[name].shape == shape and can_cast(arrays[name].dtype, np.dtype(dtype), casting))]
    fails = [missing or unexpected or mismatched, mismatched, False][mode] or (
        len(missing) == len(wanted) > 0)
    with File(npz_of(arrays, compressed)) as file:
        loaded, report, error = file.load_model(wanted, None, mode, threads=threads,
                                                casting=libnyz.CASTINGS[casting])
    assert [[f[0].decode() for f in found] for found in report] == [missing, unexpected, mismatched]
    assert (error is not None) == bool(fails)
    if error:
        assert loaded == {} and error.status == (
            "not found" if missing and (mode == STRICT or len(missing) == len(wanted)) else "argument")
        return
    assert set(loaded) == set(wanted) - set(missing) - set(mismatched)
    for name, array in loaded.items():
        expected = arrays[name].astype(wanted[name][0])
        assert array.dtype == expected.dtype and array.tobytes() == expected.tobytes()


def can_cast(source, target, casting):
    """Text is never cast."""
    return source == target if "U" in (source.kind, target.kind) else np.can_cast(source, target, casting)


def test_the_message_is_the_summary():
    arrays = {"fc1.weight": np.zeros((128, 784), "f4"), "fc3.weight": np.zeros(3, "f4")}
    wanted = {"fc1.weight": ("f4", (784, 128)), "fc2.weight": ("f4", (3,)), "fc2.bias": ("f4", (3,))}
    with File(npz_of(arrays)) as file:
        loaded, report, error = file.load_model(wanted)
    assert loaded == {} and str(error) == (
        "not found: 2 missing: 'fc2.weight', 'fc2.bias'; 1 unexpected: 'fc3.weight'; 1 mismatched: "
        "'fc1.weight' is float32 (128, 784), wanted float32 (784, 128)")
    assert report[2] == [(b"fc1.weight", b"fc1.weight.npy", b"float32 (128, 784)", b"float32 (784, 128)")]


def test_a_layer_of_another_network_in_bfloat16(tmp_path):
    weights = np.arange(6, dtype="f4").reshape(2, 3)
    path = tmp_path / "x.npz"
    np.savez(path, **{"module.fc1.weight": (weights.view("<u4") >> 16).astype("<u2").view("V2"),
                      "module.fc2.weight": weights})
    chosen = libnyz.select(["*.fc1.*"], renames=[("module.*", "*")])
    with File(path) as file:
        loaded, _, error = file.load_model({"fc1.weight": ("f4", (2, 3))}, chosen, void_as=libnyz.NAMELESS["bfloat16"])
    assert error is None and np.array_equal(loaded["fc1.weight"], weights)


@FEW
@given(st.lists(made, min_size=1, max_size=4))
def test_arrays_of_a_npy_file_are_loaded_as_they_are_wanted(arrays):
    out = io.BytesIO()
    for dtype, shape in arrays:
        np.save(out, np.ones(shape, dtype))
    with File(out.getvalue()) as file:
        for i, (dtype, shape) in enumerate(arrays):
            if dtype == "U3":
                with pytest.raises(NyzError, match="wanted complex128"):
                    file.load_as(i, "c16", shape)
            else:
                assert np.array_equal(file.load_as(str(i), "c16", shape), np.ones(shape, "c16"))
