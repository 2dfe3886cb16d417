# SPDX-License-Identifier: MIT
"""Archives: NumPy writes, the library reads; the library writes, NumPy reads; and both write
the same bytes."""

import calendar
import io
import os
import shutil
import struct
import subprocess
import sys
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import libnyz
from fixture_numpy import Unseekable, thirteen
from fixture_parts import saved
from strategies import COMMON, arrays


def as_new_python_writes(content):
    """What zipfile before 3.11.4 wrote, in the layout since then (docs/format.md 5): other
    versions, and the sizes of local headers in their zip64 field alone."""
    out = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as z:
        at, infos = z.start_dir, z.infolist()
    for info in infos:
        name, extra, comment = struct.unpack_from("<3H", out, at + 28)
        out[at + 4:at + 8] = b"\x2d\3\x2d\0"
        at += 46 + name + extra + comment
        local = info.header_offset
        out[local + 4:local + 6] = b"\x2d\0"
        out[local + 18:local + 26] = b"\xff" * 8
        name, extra = struct.unpack_from("<2H", out, local + 26)
        if extra == 0:  # to a pipe, it left the field out: not to be compared
            return None
    return bytes(out)


def expected_archive(save, positional, named, file=None):
    out = io.BytesIO() if file is None else file
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        save(out, *positional, **named)
    content = out.getvalue() if file is None else bytes(file.content)
    return content if sys.version_info >= (3, 11, 4) else as_new_python_writes(content)


METHODS = [(np.savez, libnyz.STORED), (np.savez_compressed, libnyz.DEFLATED)]
both_methods = pytest.mark.parametrize("save,method", METHODS, ids=["stored", "deflated"])


@both_methods
def test_thirteen_arrays_are_np_savezs_bytes(save, method, fixtures):
    positional, named = thirteen()
    ours = libnyz.savez(positional, named, method=method)
    with open("%s/good/new_%s.npz" % (fixtures, "deflated" if method else "stored"), "rb") as f:
        assert ours == f.read()
    assert ours == expected_archive(save, positional, named)


@both_methods
def test_a_stream_without_seek_is_np_savezs_bytes(save, method, fixtures):
    positional, named = thirteen()
    ours = libnyz.savez(positional, named, seekable=False, method=method)
    name = "%s/good/new_descriptors_%s.npz"
    with open(name % (fixtures, "deflated" if method else "stored"), "rb") as f:
        assert ours == f.read()
    if sys.version_info >= (3, 11, 4):
        assert ours == expected_archive(save, positional, named, Unseekable())


def test_an_empty_archive_is_np_savezs_bytes(tmp_path):
    libnyz.savez(path=tmp_path / "empty.npz")
    assert (tmp_path / "empty.npz").read_bytes() == expected_archive(np.savez, [], {})
    assert len(np.load(tmp_path / "empty.npz").files) == 0


keys = st.text(st.sampled_from("abcXYZ_09 .-\xe9\u6e29\U0001f600"), min_size=1, max_size=8).map(
    lambda k: k.replace(".", "_") + "k")


@settings(COMMON, max_examples=60)
@given(st.lists(arrays(), max_size=3), st.dictionaries(keys, arrays(), max_size=4),
       st.sampled_from(METHODS))
def test_any_archive_is_np_savezs_bytes(positional, named, save_method):
    save, method = save_method
    ours = libnyz.savez(positional, named, method=method)
    assert ours == expected_archive(save, positional, named)
    with np.load(io.BytesIO(ours), max_header_size=1 << 30) as loaded:
        for key, array in named.items():
            assert loaded[key].dtype == array.dtype and loaded[key].shape == array.shape


@settings(COMMON, max_examples=60)
@given(st.dictionaries(keys, arrays(contiguous=True), max_size=4), st.sampled_from(METHODS))
def test_what_numpy_archives_we_load(named, save_method):
    out = io.BytesIO()
    save_method[0](out, **named)
    with libnyz.Npz(out.getvalue()) as npz:
        assert npz.names() == [key + ".npy" for key in named]
        for key, array in named.items():
            kept = npz.load(key, byteorder=libnyz.KEEP_BYTEORDER)
            assert libnyz.save_mem(kept) == saved(array)


def test_large_members_deflate_to_numpys_bytes():
    rng = np.random.default_rng(1)
    named = {"random": rng.random(200_000), "walk": rng.integers(-3, 4, 500_000).cumsum(),
             "zeros": np.zeros((1000, 1000), "<f4"),
             "fortran": np.asfortranarray(rng.integers(0, 9, (500, 700)))}
    ours = libnyz.savez([], named, method=libnyz.DEFLATED)
    assert ours == expected_archive(np.savez_compressed, [], named)


@pytest.mark.parametrize("members", [65535, 65536])
def test_many_members_are_zipfiles_bytes(members):
    """zip64 end records begin beyond 65,535 members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for i in range(members):
            with z.open("%x" % i, "w", force_zip64=True):
                pass
    writer = libnyz.Writer()
    for i in range(members):
        writer.add_bytes("%x" % i, b"")
    ours = writer.finish()
    expected = out.getvalue()
    assert ours == (expected if sys.version_info >= (3, 11, 4) else as_new_python_writes(expected))
    with libnyz.Npz(ours) as npz:
        assert len(npz) == members and npz.find("%x" % (members - 1)) == members - 1


def test_a_name_that_looks_like_a_zip64_locator_can_be_read():
    """The one archive that zipfile does not write as we do: it could not read it."""
    name = "PK\6\7is no locator!!!"
    writer = libnyz.Writer()
    writer.add_bytes(name, b"x")
    with zipfile.ZipFile(io.BytesIO(writer.finish())) as z:
        assert z.namelist() == [name] and z.testzip() is None


@pytest.mark.parametrize("name", ["", "/a", "../a", "a/../b", "a\\b", "C:a"])
def test_names_that_are_no_safe_file_names_need_a_flag(name):
    array = np.arange(2)
    writer = libnyz.Writer()
    with pytest.raises(libnyz.NyzError, match="argument"):
        writer.add(name, array)
    writer.discard()
    named = {name: array}
    assert libnyz.savez([], named, flags=libnyz.ANY_NAME) == expected_archive(np.savez, [], named)


def test_names_beyond_the_format_are_refused():
    writer = libnyz.Writer()
    with pytest.raises(libnyz.NyzError, match="argument"):
        writer.add("n" * 65532, np.arange(2))
    writer.discard()
    named = {"n" * 65531: np.arange(2)}
    assert libnyz.savez([], named) == expected_archive(np.savez, [], named)


def test_a_key_twice_is_refused():
    writer = libnyz.Writer()
    writer.add("a", np.arange(2))
    with pytest.raises(libnyz.NyzError, match="argument"):
        writer.add("a", np.arange(3))
    with pytest.raises(libnyz.NyzError, match="argument"):
        writer.finish()


def test_without_memory_an_archive_is_an_error(tmp_path):
    """Whichever malloc of the process fails, nothing crashes, leaks or is left."""
    here = os.path.dirname(os.path.abspath(__file__))
    program = tmp_path / "malloc_budget"
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    built = subprocess.run(
        [compiler, "-o", program, "-I", os.path.join(libnyz.ROOT, "include"),
         os.path.join(here, "malloc_budget.c"), libnyz.PATH,
         "-Wl,-rpath," + os.path.dirname(os.path.abspath(libnyz.PATH))],
        capture_output=True, text=True, check=False)
    if "__libc_malloc" in built.stderr:
        pytest.skip("the C library is not glibc")
    assert built.returncode == 0, built.stderr
    (tmp_path / "out").mkdir()
    result = subprocess.run([program, tmp_path / "out"], capture_output=True, text=True,
                            check=False)
    assert result.returncode == 0, result
    assert int(result.stdout) > 50


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("threads", [1, 3])
def test_numpys_members_of_objects_are_skipped_if_asked_for(save, threads):
    numbers = np.arange(6.0).reshape(2, 3)
    out = io.BytesIO()
    save(out, w=numbers, none=np.array(None), flag=np.array(True),
         ragged=np.array([[1], [2, 3]], object), mixed=np.zeros(2, [("i", "<i4"), ("o", "O")]))
    with libnyz.Npz(out.getvalue()) as npz:
        w, none, flag, ragged, mixed = npz.load_all(flags=libnyz.SKIP_UNSUPPORTED, threads=threads)
        with pytest.raises(libnyz.NyzError, match="unsupported: member 'none.npy': "):
            npz.load_all(threads=threads)
        assert npz.load("flag").item() is True
        for skipped, name in ((none, "none"), (ragged, "ragged"), (mixed, "mixed")):
            assert skipped.status == "unsupported"
            with pytest.raises(libnyz.NyzError) as alone:
                npz.load(name)
            assert str(skipped) == str(alone.value) and "Python objects" in str(skipped)
    assert w.tolist() == numbers.tolist() and flag.item() is True


def test_a_damaged_member_of_objects_is_not_skipped():
    out = io.BytesIO()
    np.savez(out, a=np.arange(3), o=np.array(["text", None], object))
    content = bytearray(out.getvalue())
    content[content.index(b"text")] ^= 1
    with libnyz.Npz(bytes(content)) as npz:
        for flags in (0, libnyz.SKIP_UNSUPPORTED):
            with pytest.raises(libnyz.NyzError, match="corrupt: member 'o.npy': the CRC-32"):
                npz.load_all(flags=flags)
        with pytest.raises(libnyz.NyzError, match="corrupt: member 'o.npy': the CRC-32"):
            npz.load("o")


def test_the_time_of_a_member_is_that_of_its_date_in_every_year():
    days = [(year, month, day) for year in range(1980, 2108)
            for month, day in ((1, 1), (2, 28), (2, 29), (3, 1), (12, 31))
            if (month, day) != (2, 29) or calendar.isleap(year)]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for i, day in enumerate(days):
            archive.writestr(zipfile.ZipInfo("%d" % i, (*day, 23, 59, 58)), b"")
    npz = libnyz.Npz(file.getvalue())
    assert [npz.member(i).mtime for i in range(len(days))] == [
        calendar.timegm((*day, 23, 59, 58)) for day in days]
