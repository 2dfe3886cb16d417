# SPDX-License-Identifier: MIT
"""Files that another program writes to while the tool reads them: after the tool has opened the
file and read the header of an array, or the first bytes of an archive (change_file.c)."""

import os
import shlex
import shutil
import subprocess
import sys

import numpy as np
import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
TOOL = os.path.abspath(os.environ.get("NYZ_TOOL", os.path.join(ROOT, "build", "nyz")))
CHANGED = b": the file changed while it was read: "
ROWS = 1 << 15

pytestmark = [
    pytest.mark.skipif(not os.path.exists(TOOL), reason="the tool is not built"),
    pytest.mark.skipif(not sys.platform.startswith("linux") or shutil.which("cc") is None,
                       reason="no LD_PRELOAD, or no compiler")]


def header(shape, descr="<i8", fortran=False):
    """128 bytes, with room for what a recorder writes over them."""
    shape = "(%d,)" % shape if isinstance(shape, int) else repr(shape)
    text = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (descr, fortran, shape)
    return b"\x93NUMPY\1\0v\0" + text.encode().ljust(117) + b"\n"


def write_at(path, offset, data):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)


def append(path, head):
    write_at(path, os.path.getsize(path), bytes(8 * ROWS))
    write_at(path, 0, head)


# What another program does.

def records(path):
    append(path, header(2 * ROWS))


def records_rows_before_their_header(path):
    append(path, header(ROWS))


def records_in_fortran_order(path):
    append(path, header((2, ROWS), fortran=True))


def touches(path):
    os.utime(path, (1, 1))


def rewrites(path):
    write_at(path, 4096 + ROWS, b"other values")
    os.utime(path, (1, 1))  # whatever the clock's ticks


def rewrites_and_sets_the_time_back(path):
    found = os.stat(path)
    write_at(path, 4096 + ROWS, b"other values")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def keeps_by_mode(path):
    os.chmod(path, 0o600)


def keeps_by_link(path):
    os.link(path, str(path) + ".link")


def keeps_by_rename(path):
    os.rename(path, str(path) + ".moved")


def keeps_by_replacing(path):
    other = str(path) + ".other"
    with open(other, "wb") as file:
        file.write(b"another file")
    os.replace(other, path)


def shortens(path):
    os.truncate(path, os.path.getsize(path) - 8)


def lengthens_with_another_dtype(path):
    append(path, header(2 * ROWS, ">i8"))


def lengthens_with_another_axis(path):
    append(path, header((ROWS // 2, 4)))


def lengthens_with_another_order(path):
    append(path, header((ROWS, 2), fortran=True))


def lengthens_with_fewer_rows(path):
    append(path, header(ROWS - 1))


def lengthens_without_an_array(path):
    append(path, b"\0" * 128)


def appends_a_byte(path):
    with open(path, "ab") as file:
        file.write(b"\0")


CHANGES = {name: f for name, f in globals().items()
           if name.startswith(("touches", "rewrites", "shortens", "lengthens", "appends"))}
SHAPES = {"lengthens_with_another_axis": (ROWS // 2, 2), "lengthens_with_another_order": (ROWS, 1),
          "records_in_fortran_order": (2, ROWS // 2)}
COMMANDS = {"ls": ["ls", "FILE"], "ls --json": ["ls", "--json", "FILE"], "show": ["show", "--all", "FILE"],
            "digest": ["digest", "FILE"], "digest --json": ["digest", "--json", "FILE"],
            "cp": ["cp", "FILE", "out"], "pack": ["pack", "out.npz", "FILE"]}


@pytest.fixture(scope="module")
def preload(tmp_path_factory):
    library = tmp_path_factory.mktemp("preload") / "change_file.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, os.path.join(HERE, "change_file.c"), "-ldl"],
                   check=True)
    return library


def put(folder, change):
    path = folder / "x.npy"
    shape = SHAPES.get(change.__name__, ROWS)
    path.write_bytes(header(shape, fortran=change is records_in_fortran_order)
                     + np.arange(ROWS, dtype="<i8").tobytes())
    return path


def run(preload, command, path, change):
    args = [str(path) if arg == "FILE" else arg for arg in (COMMANDS[command] if isinstance(command, str) else command)]
    code = "import sys; sys.path.insert(0, %r); import test_tool_changed as t; t.%s(%r)" % (
        HERE, change.__name__, str(path))
    env = dict(os.environ, LD_PRELOAD=str(preload), NYZ_CHANGE_AT="100" if path.suffix == ".npy" else "1",
               NYZ_CHANGE="%s -c %s" % (shlex.quote(sys.executable), shlex.quote(code)))
    return subprocess.run([TOOL, *args], capture_output=True, env=env, cwd=path.parent, timeout=120)


@pytest.mark.parametrize("change", [c for n, c in CHANGES.items() if not n.startswith("appends")],
                         ids=lambda change: change.__name__)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_notices_a_file_that_changed(preload, tmp_path, command, change):
    path = put(tmp_path, change)
    done = run(preload, command, path, change)
    assert done.returncode == 1 and done.stderr.startswith(b"nyz: "), done.stderr
    if change is not shortens:  # then the data may be missing already
        assert CHANGED in done.stderr and done.stderr.count(b"\n") == 1
    if command not in ("ls", "ls --json"):  # what was in the header is listed all the same
        assert done.stdout == b""
    if command == "ls --json":
        assert b'"error":{"status":"corrupt"' in done.stdout
    assert sorted(os.listdir(tmp_path)) == ["x.npy"]


@pytest.mark.parametrize("change", [c for n, c in globals().items() if n.startswith("keeps")],
                         ids=lambda change: change.__name__)
@pytest.mark.parametrize("command", COMMANDS)
def test_another_mode_or_name_is_no_change(preload, tmp_path, command, change):
    done = run(preload, command, put(tmp_path, change), change)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("change", [records, records_rows_before_their_header, records_in_fortran_order],
                         ids=lambda change: change.__name__)
@pytest.mark.parametrize("command", [c for c in COMMANDS if c != "pack"])
def test_rows_that_are_appended_are_no_change(preload, tmp_path, command, change):
    path = put(tmp_path, change)
    want = subprocess.run([TOOL, *[str(path) if a == "FILE" else a for a in COMMANDS[command]]],
                          capture_output=True, cwd=tmp_path, timeout=120)
    assert want.returncode == 0
    before = (tmp_path / "out").read_bytes() if command == "cp" else b""
    path = put(tmp_path, change)
    done = run(preload, command, path, change)
    assert (done.returncode, done.stdout) == (0, want.stdout), done.stderr
    assert CHANGED not in done.stderr
    if command == "cp":
        assert (tmp_path / "out").read_bytes() == before


def test_pack_takes_no_half_of_what_is_appended_meanwhile(preload, tmp_path):
    """Its member is the file, byte for byte: header and data have to fit."""
    path = put(tmp_path, records)
    done = run(preload, "pack", path, records)
    assert done.returncode in (0, 1) and CHANGED not in done.stderr
    if done.returncode == 0:
        with np.load(tmp_path / "out.npz") as loaded:
            assert len(loaded["x"]) in (ROWS, 2 * ROWS)
    else:
        assert os.listdir(tmp_path) == ["x.npy"]


@pytest.mark.parametrize("change", [touches, appends_a_byte], ids=lambda change: change.__name__)
@pytest.mark.parametrize("command", ["ls", "show", "digest", "cp", ["pack", "--any", "out.npz", "FILE"]],
                         ids=str)
def test_an_archive_may_not_grow_either(preload, tmp_path, command, change):
    path = tmp_path / "x.npz"
    np.savez(path, a=np.arange(3), b=np.arange(1000))
    args = COMMANDS[command] if isinstance(command, str) else command
    args = ["out.npz" if arg == "out" else arg for arg in args]
    done = run(preload, args, path, change)
    assert done.returncode == 1 and CHANGED in done.stderr, done.stderr
    assert os.listdir(tmp_path) == ["x.npz"]


@pytest.mark.parametrize("command", ["ls", "show", "digest", "cp"])
def test_one_array_of_several_may_be_followed_by_more(preload, tmp_path, command):
    path = tmp_path / "x.npy"
    path.write_bytes(header(3) + bytes(24) + header(ROWS) + bytes(8 * ROWS))
    done = run(preload, command, path, appends_a_byte)
    assert done.returncode == 0 and CHANGED not in done.stderr, done.stderr
