# SPDX-License-Identifier: MIT
"""Arrays of ml_dtypes' types (bfloat16, the 8-bit floats, ...), which NumPy saves without their
names: what the library and the tool write of them again.  Where ml_dtypes is installed, also that
the fixtures are what NumPy writes."""

import os
import subprocess

import numpy as np
import pytest

import fixture_ml_dtypes
import libnyz
from conftest import FIXTURES, ROOT
from fixture_numpy import NEW_ZIP_LAYOUT

TOOL = os.environ.get("NYZ_TOOL", os.path.join(ROOT, "build", "nyz"))
FILES = sorted(name for name in os.listdir(os.path.join(FIXTURES, "good"))
               if name.startswith("mldtype_"))
WEIGHTS = "bfloat16_weights.npz"


def path_of(name):
    return os.path.join(FIXTURES, "good", name)


def bytes_of(path):
    with open(path, "rb") as file:
        return file.read()


@pytest.mark.parametrize("name", FILES)
def test_what_was_loaded_is_saved_as_it_was(name):
    content = bytes_of(path_of(name))
    assert libnyz.resave(content, byteorder=libnyz.KEEP_BYTEORDER) == content


@pytest.mark.parametrize("name", FILES + [WEIGHTS])
def test_cp_gives_the_same_bytes(tmp_path, name):
    subprocess.run([TOOL, "cp", path_of(name), tmp_path / name], check=True)
    assert bytes_of(tmp_path / name) == bytes_of(path_of(name))


def test_bfloat16_is_loaded_into_memory_of_two_bytes():
    into = np.zeros(3, "V2")
    libnyz.load_into(path_of("mldtype_bfloat16.npy"), into)
    assert into.tobytes() == fixture_ml_dtypes.ITEMS["bfloat16"][1]


def test_every_type_that_ml_dtypes_has_is_a_fixture():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    types = {name for name, value in vars(ml_dtypes).items()
             if isinstance(value, type) and issubclass(value, np.generic)}
    assert types <= set(fixture_ml_dtypes.ITEMS)


def test_the_fixtures_are_what_numpy_saves(tmp_path):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    arrays = fixture_ml_dtypes.arrays(ml_dtypes)
    assert sorted(arrays) == FILES
    for name, array in arrays.items():
        np.save(tmp_path / name, array)
        assert bytes_of(tmp_path / name) == bytes_of(path_of(name)), name
    weights = np.ones((2, 3), ml_dtypes.bfloat16)
    np.savez(tmp_path / WEIGHTS, w=weights)
    assert bytes_of(tmp_path / WEIGHTS) == bytes_of(path_of(WEIGHTS)) or not NEW_ZIP_LAYOUT
