# SPDX-License-Identifier: MIT
"""One array in a file: NumPy writes, the library reads; the library writes, NumPy reads; and
both write the same bytes."""

import io
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import libnyz
from fixture_numpy import counting
from fixture_parts import saved
from strategies import COMMON, FEW, arrays


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes("A") == b.tobytes("A") and \
        a.flags.f_contiguous == b.flags.f_contiguous


def numpy_loads(content):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.load(io.BytesIO(content), max_header_size=1 << 30)


def contiguous_copy(array):
    return array.copy("A") if array.flags.forc else array.copy("C")


@COMMON
@given(arrays())
def test_our_bytes_are_those_of_np_save(array):
    assert libnyz.save_mem(array) == saved(array)


@COMMON
@given(arrays(contiguous=True))
def test_what_numpy_saves_we_load(array):
    content = saved(array)
    kept = libnyz.load_mem(content, byteorder=libnyz.KEEP_BYTEORDER)
    assert kept.dtype == array.dtype and kept.dtype.fields == array.dtype.fields
    assert libnyz.save_mem(kept) == content


@COMMON
@given(arrays())
def test_what_we_save_numpy_loads(array):
    loaded = numpy_loads(libnyz.save_mem(array))
    assert loaded.dtype == array.dtype and loaded.shape == array.shape
    assert saved(loaded) == saved(array) or array.dtype.names is not None  # padding is lost


@COMMON
@given(arrays(contiguous=True), st.sampled_from([libnyz.NATIVE, libnyz.LITTLE_ENDIAN,
                                                 libnyz.BIG_ENDIAN]))
def test_byte_orders_on_loading_are_numpys_newbyteorder(array, byteorder):
    loaded = libnyz.load_mem(saved(array), byteorder=byteorder)
    mark = {libnyz.NATIVE: "=", libnyz.LITTLE_ENDIAN: "<", libnyz.BIG_ENDIAN: ">"}[byteorder]
    assert loaded.dtype == array.dtype.newbyteorder(mark)
    assert saved(loaded) == libnyz.save_mem(array, byteorder=byteorder)


@COMMON
@given(arrays(), st.sampled_from([libnyz.C_ORDER, libnyz.F_ORDER]))
def test_orders_on_saving_are_numpys(array, order):
    copied = array.copy("C" if order == libnyz.C_ORDER else "F")
    if array.dtype.names is None:
        assert libnyz.save_mem(array, order=order) == saved(copied)


@COMMON
@given(arrays(), st.sampled_from([1, 2, 3]))
def test_versions_that_are_asked_for(array, version):
    try:
        expected = saved(array, (version, 0))
    except ValueError:
        with pytest.raises(libnyz.NyzError, match="argument"):
            libnyz.save_mem(array, npy_version=version)
        return
    assert libnyz.save_mem(array, npy_version=version) == expected


@FEW
@given(arrays())
def test_files_are_saved_and_loaded_by_path(tmp_path_factory, array):
    path = tmp_path_factory.getbasetemp() / "array.npy"
    libnyz.save(array, path)
    assert path.read_bytes() == saved(array)
    loaded = libnyz.load(path, byteorder=libnyz.KEEP_BYTEORDER)
    assert libnyz.save_mem(loaded) == saved(contiguous_copy(array)) or array.dtype.names


@COMMON
@given(st.integers(0, 17), st.booleans(), st.sampled_from(["<f4", "|V0", "<U0"]), st.integers(0, 1))
def test_room_to_grow_is_numpys(digits, fortran, descr, more):
    extent = 10 ** digits
    shape = (3,) * more + (extent, 0) if fortran else (extent, 0) + (3,) * more
    out = io.BytesIO()
    fields = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(out, fields)
    assert libnyz.header(descr, shape, order=libnyz.C_ORDER) == out.getvalue()


@FEW
@given(st.integers(1, 64))
def test_every_length_of_padding_is_numpys(length):
    array = np.zeros(2, [("n" * length, "u1")])
    assert libnyz.save_mem(array) == saved(array)


@pytest.mark.parametrize("total", [65470, 65535, 65536, 65537, 65600, 70000])
def test_version_2_begins_where_numpys_does(total):
    array = np.zeros(2, [("n" * (total - 100), "u1")])
    assert libnyz.save_mem(array) == saved(array)
    array = np.zeros(2, [("n" * (total - 151), "u1")])
    assert libnyz.save_mem(array) == saved(array)


def test_a_sub_array_in_a_field_without_name_is_kept():
    """NumPy takes it for a gap and loses it; we do not."""
    array = counting([("x", "<i2"), ("", "<i2", (2,))], (3,))
    array.dtype.names = ("x", "")
    loaded = libnyz.load_mem(saved(array))
    assert loaded.dtype.names == ("x", "") and loaded.tobytes() == array.tobytes()


def test_fields_that_overlap_are_refused():
    overlap = np.dtype({"names": ["a", "b"], "formats": ["<i4", "<i2"], "offsets": [0, 2]})
    with pytest.raises(ValueError):
        saved(np.zeros(1, overlap))
    # Its text does not exist; so the tree is made by moving a field of another.
    array = np.zeros(1, [("a", "<i4"), ("b", "<i2")])
    with libnyz.Wrapped(array) as wrapped:
        wrapped._obj.dtype.fields[1].offset = 2
        with pytest.raises(libnyz.NyzError, match="unsupported"):
            out = libnyz.Buffer()
            libnyz.call("save_mem", wrapped, None, libnyz.c.byref(out))


def test_an_array_larger_than_the_buffers():
    array = counting("<f8", (700, 311))
    for view in (array, array.T, array[::2], array[:, ::-1], array.T[::3]):
        assert libnyz.save_mem(view) == saved(view)
        assert same(libnyz.load_mem(saved(view)), np.load(io.BytesIO(saved(view))))


def test_a_memory_map_of_our_file(tmp_path):
    for name, array in (("c", counting("<f4", (5, 7))), ("f", counting("<f4", (7, 5)).T)):
        libnyz.save(array, tmp_path / name)
        assert np.array_equal(np.lib.format.open_memmap(tmp_path / name, "r"), array)
        np.lib.format.open_memmap(tmp_path / "numpy", "w+", array.dtype, array.shape,
                                  name == "f")[...] = array
        assert (tmp_path / "numpy").read_bytes() == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("shape", [
    (np.int64(2), np.int64(3)), (2, np.array(3)), (np.uint8(2), np.array(3, "u2")),
    (np.longlong(2), np.intc(3))], ids=repr)
@pytest.mark.parametrize("fortran", [False, True])
def test_open_memmap_of_a_shape_of_numpys_integers(tmp_path, shape, fortran):
    path = tmp_path / "a.npy"
    memory = np.lib.format.open_memmap(path, "w+", "<f4", shape, fortran)
    memory[...] = np.arange(6).reshape(2, 3)
    memory.flush()
    loaded = libnyz.load(path)
    assert loaded.shape == (2, 3) and loaded.flags.f_contiguous == fortran
    assert loaded.tolist() == [[0, 1, 2], [3, 4, 5]]
