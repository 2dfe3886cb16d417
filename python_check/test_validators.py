# SPDX-License-Identifier: MIT
"""Independent validators of the archives that the library writes: unzip, 7z, bsdtar, zipinfo, zip,
jar, busybox, Python's zipfile and minizip's reader.  Each has to accept every one, without a warning
(busybox those without a stored member, of which it cannot read the layout that Python has since
3.11.4).  Those of other package managers: readers.py."""

import os
import shutil
import subprocess
import zipfile

import numpy as np
import pytest

import libnyz
from fixture_numpy import thirteen

HERE = os.path.dirname(os.path.abspath(__file__))


def thirteen_arrays(**opt):
    positional, named = thirteen()
    return libnyz.savez(positional, named, **opt)


def long_names():
    named = {"n" * size: np.arange(2) for size in (1, 200, 250)}
    return libnyz.savez([], named)


def raw_members():
    writer = libnyz.Writer(method=libnyz.DEFLATED)
    writer.add_bytes("readme.txt", b"a text\n" * 500)
    writer.add_bytes("empty.txt", b"")
    writer.add_bytes("stored.bin", bytes(range(256)), method=libnyz.STORED)
    return writer.finish()


def unknown_rows(**opt):
    writer = libnyz.Writer(**opt)
    positional, named = thirteen()
    for i, array in enumerate([*positional, *named.values()]):
        writer.add_pieces("a%d" % i, array, [1, 100], unknown=array.ndim > 0 and array.size > 0)
    return writer.finish()


def many(count):
    writer = libnyz.Writer()
    for i in range(count):
        writer.add_bytes("%05d" % i, b"x")
    return writer.finish()


ARCHIVES = {
    "stored": lambda: thirteen_arrays(),
    "deflated": lambda: thirteen_arrays(method=libnyz.DEFLATED),
    "fastest": lambda: thirteen_arrays(method=libnyz.DEFLATED, level=1),
    "fast": lambda: thirteen_arrays(method=libnyz.DEFLATED, level=libnyz.FAST, threads=2),
    "fast_pipe": lambda: thirteen_arrays(seekable=False, method=libnyz.DEFLATED, level=libnyz.FAST),
    "fast_large": lambda: libnyz.savez([np.zeros((2000, 1000)), np.arange(10**6) % 977,
                                        np.random.default_rng(1).normal(size=10**6).astype("f4")],
                                       method=libnyz.DEFLATED, level=libnyz.FAST, threads=3),
    "chunked_large": lambda: libnyz.savez([np.zeros((2000, 1000)), np.arange(10**6) % 977],
                                          method=libnyz.DEFLATED, flags=libnyz.BLOCKS, threads=3),
    "smallest": lambda: thirteen_arrays(method=libnyz.DEFLATED, level=9),
    "pipe_stored": lambda: thirteen_arrays(seekable=False),
    "pipe_deflated": lambda: thirteen_arrays(seekable=False, method=libnyz.DEFLATED),
    "aligned": lambda: thirteen_arrays(align=64),
    "aligned_4096": lambda: thirteen_arrays(align=4096),
    "aligned_pipe": lambda: thirteen_arrays(align=64, seekable=False),
    "unknown_rows": lambda: unknown_rows(align=64),
    "unknown_rows_deflated": lambda: unknown_rows(method=libnyz.DEFLATED),
    "long_names": long_names,
    "raw": raw_members,
    "large": lambda: libnyz.savez([np.zeros((2000, 1000)), np.arange(10**6) % 977],
                                  method=libnyz.DEFLATED),
    "members_65536": lambda: many(65536),
}


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Path of each archive, made once."""
    folder = tmp_path_factory.mktemp("written")
    made = {}
    for name, make in ARCHIVES.items():
        made[name] = folder / (name + ".npz")
        made[name].write_bytes(make())
    return made


def run(*command):
    tool = shutil.which(command[0])
    if tool is None:
        pytest.skip("%s is not installed" % command[0])
    result = subprocess.run([tool, *map(str, command[1:])], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, env={**os.environ, "LC_ALL": "C.UTF-8"},
                            check=False)
    output = result.stdout.decode(errors="replace")
    assert result.returncode == 0, output[-2000:]
    return output


every = pytest.mark.parametrize("name", ARCHIVES)


@every
def test_unzip_accepts(written, name):
    output = run("unzip", "-tqq", written[name])
    assert "warning" not in output and "error" not in output


@every
def test_zipinfo_accepts(written, name):
    output = run("zipinfo", "-l", written[name])
    assert "warning" not in output and "error" not in output


@every
def test_7z_accepts(written, name):
    output = run("7z", "t", written[name])
    assert "Everything is Ok" in output and "Warning" not in output


@every
def test_bsdtar_accepts(written, name):
    with zipfile.ZipFile(written[name]) as z:
        expected = len(z.namelist())
    assert len(run("bsdtar", "-tf", written[name]).splitlines()) == expected
    run("bsdtar", "-xOf", written[name])


@every
def test_zip_accepts(written, name):
    assert run("zip", "-qT", written[name]).split() in ([], ["test", "of", str(written[name]), "OK"])


@every
def test_jar_accepts(written, name, tmp_path):
    if shutil.which("jar") is None or name == "members_65536":
        pytest.skip("jar is not installed, or would make 65,536 files")
    subprocess.run(["jar", "xf", written[name]], cwd=tmp_path, check=True)
    with zipfile.ZipFile(written[name]) as z:
        for member in z.namelist():
            assert (tmp_path / member).read_bytes() == z.read(member)


@pytest.mark.parametrize("name", ["deflated", "fastest", "fast", "fast_pipe", "fast_large",
                                  "chunked_large", "smallest", "pipe_deflated", "large",
                                  "unknown_rows_deflated"])
def test_busybox_accepts(written, name):
    run("busybox", "unzip", "-t", written[name])


@every
def test_zipfile_accepts(written, name):
    with zipfile.ZipFile(written[name]) as z:
        assert z.testzip() is None


@every
def test_our_own_reader_accepts(written, name):
    with libnyz.Npz(written[name], flags=libnyz.UNTRUSTED,
                    limits={"members": 100_000, "ratio": 2000}) as npz:
        for i in range(min(len(npz), 20)):
            npz.bytes(i)


@pytest.fixture(scope="session")
def minizip(tmp_path_factory):
    compiler = shutil.which("cc")
    program = tmp_path_factory.mktemp("minizip") / "minizip_reads"
    if compiler is None:
        pytest.skip("no C compiler")
    built = subprocess.run([compiler, "-o", program, os.path.join(HERE, "minizip_reads.c"),
                            "-lminizip", "-lz"], capture_output=True, check=False)
    if built.returncode != 0:
        pytest.skip("minizip's header or library is not there")
    return program


# minizip 1.1 does not read zip64.
@pytest.mark.parametrize("name", [name for name in ARCHIVES if name != "members_65536"])
def test_minizip_accepts(written, minizip, name):
    with zipfile.ZipFile(written[name]) as z:
        expected = len(z.namelist())
    assert int(run(minizip, written[name])) == expected


def test_validators_of_the_empty_archive(tmp_path):
    """unzip calls it a warning, minizip 1.1 does not open it: Python, 7z and bsdtar decide."""
    path = tmp_path / "empty.npz"
    path.write_bytes(libnyz.savez())
    with zipfile.ZipFile(path) as z:
        assert z.testzip() is None and z.namelist() == []
    run("7z", "t", path)
    assert run("bsdtar", "-tf", path) == ""
