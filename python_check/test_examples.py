# SPDX-License-Identifier: MIT
"""The programs of examples/: each is run, and NumPy opens what it wrote."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
EXAMPLES = Path(os.environ.get("NYZ_BUILD", ROOT / "build")) / "examples"
MODEL = FIXTURES / "digits_mlp.npz"


def run(name, *arguments):
    """(status, lines of the output, text of the errors)"""
    done = subprocess.run([EXAMPLES / name, *map(str, arguments)], capture_output=True,
                          text=True, timeout=120, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_save_load(tmp_path):
    path = tmp_path / "x.npy"
    assert run("save_load", path) == (0, ["0 1 2", "3 4 5"], "")
    x = np.load(path)
    assert x.dtype == "f4" and x.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_write_pieces(tmp_path):
    path = tmp_path / "frames.npy"
    assert run("write_pieces", path) == (0, [], "")
    frames = np.load(path)
    assert frames.dtype == "f4" and frames.shape[1] == 64 and len(frames) > 100
    assert frames[0].max() == 100 and 1 < frames[-1].max() < frames[-2].max()
    assert run("write_pieces", path, "0.5") == (0, [], "") and len(np.load(path)) == 1
    assert run("write_pieces", tmp_path / "none" / "frames.npy")[0] == 1
    assert run("write_pieces")[0] == 2


def test_slice(tmp_path):
    path, matrix = tmp_path / "m.npy", np.arange(3000).reshape(1000, 3)
    np.save(path, matrix)
    for step in (1, 7, -1, -300):
        rows = [" ".join(map(str, row)) for row in matrix[::step]]
        assert run("slice", path, step) == (0, rows, "")
    np.save(path, np.arange(3))
    assert run("slice", path, 1) == (1, [], "%s: ndim is 1, wanted 2\n" % path)
    assert run("slice", path, 0)[0] == 2


def test_blocks(tmp_path):
    path, out, matrix = tmp_path / "m.npy", tmp_path / "m.npz", np.arange(200000).reshape(-1, 2)
    np.save(path, matrix.astype("i8"))
    assert run("blocks", "write", path, out) == (0, [], "")
    assert np.array_equal(np.load(out)["a"], matrix)
    assert run("blocks", "rows", out, 99997, 3) == (
        0, ["9 blocks", "199994 199995 199996 199997 199998 199999"], "")
    for wrong in (["rows", path, 0, 1], ["rows", tmp_path / "none", 0, 1], ["rows", out, 99999, 2],
                  ["write", out, tmp_path / "x.npz"], ["write", path, tmp_path / "none" / "x.npz"]):
        status, lines, errors = run("blocks", *wrong)
        assert status == 1 and len(errors.splitlines()) == 1 and errors.startswith(str(wrong[1]))
    assert run("blocks")[0] == 2


def test_list(tmp_path):
    path = tmp_path / "list.npz"
    assert run("list", path) == (0, ["arr_0: 0 1 2 3", "arr_1: 0 0 0 0"], "")
    with np.load(path) as archive:
        assert archive.files == ["arr_0", "arr_1"]
        assert archive["arr_0"].dtype == "f4" and archive["arr_0"].tolist() == [0, 1, 2, 3]
        assert archive["arr_1"].dtype == "f4" and archive["arr_1"].tolist() == [0, 0, 0, 0]


def test_dict(tmp_path):
    path = tmp_path / "dict.npz"
    lines = ["x: 2 dimension(s), 4 elements", "y: 1 dimension(s), 3 elements", "z: not there"]
    assert run("dict", path) == (0, lines, "")
    with np.load(path) as archive:
        assert archive["x"].dtype == "f8" and archive["x"].tolist() == [[0, 1], [2, 3]]
        assert archive["y"].dtype == "i8" and archive["y"].tolist() == [7, 8, 9]


def test_load_as(tmp_path):
    path = tmp_path / "x.npz"
    weights = np.asfortranarray(np.arange(6).reshape(2, 3))
    np.savez(path, half=weights.astype("f2"), big=weights.astype(">f8"), count=weights.astype("u1"),
             brain=(weights.astype("<f4").view("<u4") >> 16).astype("<u2").view("V2"),
             text=weights.astype("U1"))
    for name in ["half", "big", "count", "brain"]:
        assert run("load_as", path, name, "3") == (0, ["3", "12"], "")
    assert run("load_as", path, "half", "4") == (1, [], (
        "%s: member 'half.npy': is float16 (2, 3), wanted float32 (-1, 4)\n" % path))
    assert run("load_as", path, "text", "3")[2].endswith(
        "is <U1 (2, 3), wanted float32 (-1, 3): no cast under same_kind\n")


def test_reuse(tmp_path):
    path = tmp_path / "x.npz"
    weights = np.arange(6).reshape(2, 3)
    np.savez(path, **{"net.fc1.weight": weights.astype("f2"), "net.fc1.bias": np.float64([1, 2]), "net.fc2": weights})
    assert run("reuse", path, "net.fc1.", "3") == (
        0, ["encoder.weight: 6 numbers, sum 15", "encoder.bias: 2 numbers, sum 3"], "")
    status, lines, errors = run("reuse", path, "net.fc1.", "4")
    assert (status, errors) == (1, "%s: 1 mismatched: 'encoder.weight' is float16 (2, 3), wanted float32 (-1, 4)\n" % path)
    assert lines == ["mismatched: encoder.weight is float16 (2, 3), wanted float32 (-1, 4)"]
    status, lines, _ = run("reuse", path, "net.", "3")
    assert status == 1 and lines == ["missing: encoder.weight", "missing: encoder.bias", "unexpected: encoder.fc1.weight",
                                     "unexpected: encoder.fc1.bias", "unexpected: encoder.fc2"]
    assert "no member matches 'nt.*'; the archive has 3, as 'net.fc1.weight'" in run("reuse", path, "nt.", "3")[2]


def test_map(tmp_path):
    path = tmp_path / "x.npy"
    for dtype in ("f4", "f2", ">f4", "u1"):
        np.save(path, np.asfortranarray(np.arange(12, dtype=dtype).reshape(3, 4)))
        assert run("map", path, "2") == (0, ["8 9 10 11"], "")
        assert run("map", path, "3")[0] == 1
    np.save(path, np.array(["a", "b"]))
    status, lines, errors = run("map", path, "0")
    assert (status, lines) == (1, []) and "<U1 is not cast to <f4" in errors


def test_any_file(tmp_path):
    path = tmp_path / "x.npy"
    with path.open("wb") as file:
        np.save(file, np.arange(6, dtype="i4").reshape(2, 3))
        np.save(file, np.float32(2.5))
        np.save(file, np.array([None]), allow_pickle=True)
    status, lines, errors = run("any_file", path)
    assert (status, errors) == (0, "") and lines[:3] == ["npy, 3 item(s)", "0: 2 3", "1:"]
    assert lines[3].startswith("member '2': an array of Python objects is a pickle")
    assert run("any_file", path, "0") == (0, ["0: 6 elements, sum 15"], "")
    assert run("any_file", MODEL)[1][:2] == ["npz, 4 item(s)", "layer1.weight: 256 64"]
    status, _, errors = run("any_file", MODEL, "layer1.wieght")
    assert status == 1 and "did you mean 'layer1.weight'?" in errors
    assert run("any_file", tmp_path / "nothing")[0] == 1


def test_parameters():
    every = ["layer1.weight: 16384 elements", "layer1.bias: 256 elements",
             "layer2.weight: 2560 elements", "layer2.bias: 10 elements"]
    assert run("parameters", MODEL) == (0, every, "")
    assert run("parameters", MODEL, "layer2.") == (0, every[2:], "")


@pytest.mark.parametrize("name, value, words", [
    ("layer1.weight", None, "layer1.weight"),
    ("layer1.weight", np.zeros((64, 256), "f4"), "layer1.weight has another dtype or shape"),
    ("layer2.bias", np.zeros(10), "layer2.bias has another dtype or shape"),
    ("layer2.bias", np.zeros((10, 1), "f4"), "layer2.bias has another dtype or shape"),
])
def test_parameters_refuses_another_model(tmp_path, name, value, words):
    with np.load(MODEL) as archive:
        model = dict(archive)
    del model[name]
    if value is not None:
        model[name] = value
    path = tmp_path / "model.npz"
    np.savez(path, **model)
    status, lines, errors = run("parameters", path)
    assert status == 1 and lines == [] and words in errors


def test_stream(tmp_path):
    path = tmp_path / "log.bin"
    lines = [f"{kind}: {n} elements" for kind in ("file", "memory") for n in (1, 2, 3)]
    assert run("stream", path) == (0, lines, "")
    with open(path, "rb") as file:
        assert [np.load(file).tolist() for _ in range(3)] == [[10], [10, 20], [10, 20, 30]]
        assert file.read() == b""


@pytest.mark.parametrize("name", ["save_load", "list", "dict", "stream"])
def test_a_folder_that_is_not_there_is_reported(tmp_path, name):
    status, lines, errors = run(name, tmp_path / "none" / "file")
    assert status == 1 and lines == [] and "none" in errors


def test_digits_prints_its_steps_and_numpy_agrees(tmp_path):
    status, lines, errors = run("digits", FIXTURES, tmp_path)
    assert (status, errors) == (0, "")
    assert [line[0] for line in lines] == list("12345678")
    script = ROOT / "python_check" / "verify_demo.py"
    done = subprocess.run([sys.executable, script, FIXTURES, tmp_path], capture_output=True,
                          text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["digits.npz", "digits_mlp.npz", "digits_logits.npy"])
def test_digits_notices_a_file_that_is_missing(tmp_path, name):
    for path in FIXTURES.glob("digits*.np?"):
        if path.name != name:
            shutil.copy(path, tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    status, _, errors = run("digits", tmp_path, out)
    assert status == 1 and "not found" in errors


def test_digits_notices_logits_that_differ(tmp_path):
    for path in FIXTURES.glob("digits*.np?"):
        shutil.copy(path, tmp_path)
    logits = np.load(FIXTURES / "digits_logits.npy")
    logits[-1, -1] += np.float32(0.001)
    np.save(tmp_path / "digits_logits.npy", logits)
    status, lines, errors = run("digits", tmp_path, tmp_path)
    assert status == 1 and len(lines) == 5 and "differ too much" in errors


def test_the_saved_logits_are_those_of_the_saved_parameters():
    script = ROOT / "python_check" / "train_digits.py"
    done = subprocess.run([sys.executable, script], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stdout
