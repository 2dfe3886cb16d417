# SPDX-License-Identifier: MIT
"""The tool in little memory, whatever the size of an array: the commands of tool_memory.py, with
256 MiB."""

import hashlib
import io
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOL = os.path.abspath(os.environ.get("NYZ_TOOL", os.path.join(ROOT, "build", "nyz")))


def is_instrumented():
    """AddressSanitizer's address space is not the tool's."""
    with open(TOOL, "rb") as file:
        return b"__asan_init" in file.read()


pytestmark = [pytest.mark.skipif(not os.path.exists(TOOL), reason="the tool is not built"),
              pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no /proc"),
              pytest.mark.skipif(os.path.exists(TOOL) and is_instrumented(), reason="an instrumented tool")]

if sys.platform.startswith("linux"):
    import tool_memory


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("memory")
    return folder, tool_memory.base(TOOL) + tool_memory.ALLOWED, tool_memory.prepare(TOOL, folder, 256 << 20)


def test_an_array_of_256_mib_is_read_in_16(made):
    folder, limit, whole = made
    found = {}
    for command in tool_memory.COMMANDS:
        wrong, seen = tool_memory.check(TOOL, folder, command, limit, whole)
        if wrong is not None or seen > 20 << 20:
            found[command] = wrong or seen
    assert found == {}


def damaged(folder, order, save):
    """An archive of one array of 6 MB with a wrong byte in the middle of its data."""
    array = np.arange(1500000, dtype="<i4").reshape(1500, 1000).copy(order=order)
    save(folder / "bad.npz", a=array)
    data = bytearray((folder / "bad.npz").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "bad.npz").write_bytes(data)


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_large_damaged_member_leaves_nothing(tmp_path, order, save):
    damaged(tmp_path, order, save)
    for command in ("digest bad.npz", "digest --values bad.npz:a", "cp bad.npz out.npz", "cp bad.npz out.npy",
                    "cp bad.npz:a out.npz", "unpack bad.npz -d out"):
        status, out, messages, _ = tool_memory.run(TOOL, tmp_path, command, 1 << 40)
        assert status == 1 and out == b"" and b"bad.npz:a" in messages, command
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["bad.npz"]


def test_a_large_member_without_an_array_is_copied_and_its_damage_found(tmp_path):
    bytes_of_it = np.arange(1500000, dtype="<i4").tobytes()
    with zipfile.ZipFile(tmp_path / "raw.npz", "w") as archive:
        archive.writestr("a.bin", bytes_of_it)
    for command in ("cp raw.npz out.npz", "cp --level 1 raw.npz out.npz", "unpack --force raw.npz -d out"):
        assert tool_memory.run(TOOL, tmp_path, command, 1 << 40)[:3] == (0, b"", b""), command
    assert (tmp_path / "out" / "a.bin").read_bytes() == bytes_of_it
    with zipfile.ZipFile(tmp_path / "out.npz") as archive:
        assert archive.read("a.bin") == bytes_of_it
    status, out, _, _ = tool_memory.run(TOOL, tmp_path, "digest raw.npz", 1 << 40)
    assert out.split()[0] == b"sha256:" + hashlib.sha256(bytes_of_it).hexdigest().encode()
    assert tool_memory.run(TOOL, tmp_path, "show raw.npz:a.bin", 1 << 40)[1].endswith(b"...\n")
    data = bytearray((tmp_path / "raw.npz").read_bytes())
    data[1000000] ^= 1
    (tmp_path / "raw.npz").write_bytes(data)
    for command in ("cp raw.npz new.npz", "digest raw.npz", "unpack raw.npz -d new"):
        status, out, messages, _ = tool_memory.run(TOOL, tmp_path, command, 1 << 40)
        assert status == 1 and out == b"" and b"raw.npz:a.bin" in messages, command
    assert not (tmp_path / "new.npz").exists() and not (tmp_path / "new" / "a.bin").exists()


def test_a_large_archive_from_a_pipe_needs_room_for_a_temporary_file(tmp_path, monkeypatch):
    np.savez(tmp_path / "big.npz", a=np.zeros(1000000))
    folder = tmp_path / "other"
    folder.mkdir()
    given = (tmp_path / "big.npz").read_bytes()
    for where, status in ((folder, 0), (tmp_path / "nowhere", 3)):
        monkeypatch.setenv("TMPDIR", str(where))
        done = subprocess.run([TOOL, "ls", "-"], input=given, capture_output=True)
        assert done.returncode == status, done.stderr
        assert status == 0 or b"cannot create a temporary file" in done.stderr
    assert list(folder.iterdir()) == []


def test_many_members_take_a_kib_each(made, tmp_path):
    count, one = 20000, io.BytesIO()
    np.save(one, np.arange(9.0))
    with zipfile.ZipFile(tmp_path / "many.npz", "w") as archive:
        for i in range(count):
            archive.writestr("block.%d.weight.npy" % i, one.getvalue())
    limit = made[1] + 1024 * count
    for command in ("ls many.npz", "ls --json many.npz", "show many.npz", "digest many.npz", "cp many.npz out.npz",
                    "ls < many.npz"):
        status, _, messages, _ = tool_memory.run(TOOL, tmp_path, command, limit)
        assert (status, messages) == (0, b""), command


def test_the_limit_is_one(made):
    """All elements at once do not fit into it."""
    folder, limit, _ = made
    status, _, messages, _ = tool_memory.run(TOOL, folder, "show --all big.npy", limit)
    assert status == 3 and b"out of memory" in messages
