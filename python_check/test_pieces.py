# SPDX-License-Identifier: MIT
"""Arrays written piece by piece: the files are np.save's and np.savez's, also where the number of
rows is known at the end alone."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import libnyz
from fixture_numpy import counting
from fixture_parts import saved
from strategies import COMMON, arrays
from test_archives import expected_archive

sizes = st.lists(st.integers(0, 40), max_size=8)


def has_rows(array):
    """Not 0 if the bytes tell how many rows there are."""
    fortran = array.flags.f_contiguous and not array.flags.c_contiguous
    others = array.shape[:-1] if fortran else array.shape[1:]
    return array.ndim > 0 and array.itemsize * int(np.prod(others)) > 0


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("pieces") / "a.npy"


@COMMON
@given(arrays(contiguous=True), sizes)
def test_a_file_in_pieces_is_np_saves(path, array, pieces):
    libnyz.save_pieces(array, path, pieces)
    assert path.read_bytes() == saved(array)


@COMMON
@given(arrays(contiguous=True), sizes)
def test_a_file_of_an_unknown_number_of_rows_is_np_saves(path, array, pieces):
    assume(has_rows(array))
    libnyz.save_pieces(array, path, pieces, unknown=True)
    assert path.read_bytes() == saved(array)


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 12345])
def test_every_number_of_rows_has_np_saves_header(path, rows):
    for dtype in ["<f4", ">i2", "<U3", [("a", "<i4"), ("b", "<f8", (2,))]]:
        array = counting(np.dtype(dtype), (rows, 3))
        libnyz.save_pieces(array, path, [1000] * 7, unknown=True)
        assert path.read_bytes() == saved(array)


def archive(names, columns, pieces, unknown, **opt):
    writer = libnyz.Writer(**opt)
    for name, array in zip(names, columns):
        writer.add_pieces(name, array, pieces, unknown and has_rows(array))
    return writer.finish()


@COMMON
@given(st.lists(arrays(contiguous=True), max_size=3), sizes, st.booleans())
def test_an_archive_in_pieces_is_np_savezs(columns, pieces, unknown):
    names = ["a", "b", "c"][:len(columns)]
    expected = expected_archive(np.savez, [], dict(zip(names, columns)))
    assert archive(names, columns, pieces, unknown) == expected


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 12345])
def test_every_number_of_rows_in_an_archive_is_np_savezs(rows):
    columns = [counting(np.dtype(d), (rows, 30)) for d in ["<f4", ">i2", "<U3"]]
    columns += [np.asfortranarray(counting(np.dtype("<f8"), (7, max(2, rows))))]
    names = ["a", "b", "c", "d"]
    expected = expected_archive(np.savez, [], dict(zip(names, columns)))
    assert archive(names, columns, [1000] * 70, True) == expected


@settings(COMMON, max_examples=60)
@given(st.lists(arrays(contiguous=True), max_size=3), sizes)
def test_deflated_members_of_unknown_rows_are_read_by_numpy(columns, pieces):
    content = archive(["a", "b", "c"], columns, pieces, True, method=libnyz.DEFLATED)
    with zipfile.ZipFile(io.BytesIO(content)) as z:
        assert {info.compress_type for info in z.infolist()} <= {zipfile.ZIP_DEFLATED}
        assert [z.read(name) for name in z.namelist()] == [saved(array) for array in columns]
    with np.load(io.BytesIO(content), max_header_size=1 << 30) as loaded:
        for name, array in zip(loaded.files, columns):
            assert loaded[name].shape == array.shape


def test_a_file_that_is_too_short_does_not_appear(tmp_path):
    c, output = libnyz.c, libnyz.c.c_void_p()
    with libnyz.Wrapped(np.zeros((10, 10))) as wrapped:
        libnyz.call("output_create_npy", bytes(tmp_path / "a.npy"), wrapped, None, c.byref(output))
    libnyz.call("output_write", output, b"x" * 400, c.c_size_t(400))
    with pytest.raises(libnyz.NyzError, match="wrote 400 of 800 bytes of the array's data"):
        libnyz.call("output_finish", c.byref(output))
    assert list(tmp_path.iterdir()) == []
