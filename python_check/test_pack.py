# SPDX-License-Identifier: MIT
"""nyz pack: archives of files, as np.savez makes them of arrays; and back from nyz unpack."""

import os
import signal
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest

from fixture_parts import Member, archive, saved
from test_archives import expected_archive

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOL = os.path.abspath(os.environ.get("NYZ_TOOL", os.path.join(ROOT, "build", "nyz")))
A = saved(np.arange(3, dtype="<i4"))
B = saved(np.array([[1.5, 2.5]], order="F"))

pytestmark = pytest.mark.skipif(not os.path.exists(TOOL), reason="the tool is not built")


def run(status, folder, *args, text=None, **kw):
    """Runs the tool in `folder`; the exit status and a part of the message are as given."""
    done = subprocess.run([TOOL, *map(str, args)], cwd=folder, capture_output=True, timeout=120, **kw)
    assert done.returncode == status, (done.returncode, done.stderr)
    assert (done.stderr == b"") == (status == 0), done.stderr
    assert text is None or text in done.stderr.decode(), done.stderr
    return done.stdout


def pack(status, folder, *args, **kw):
    assert run(status, folder, "pack", *args, **kw) == b"" or args[0] == "-"


@pytest.fixture
def here(tmp_path):
    (tmp_path / "a.npy").write_bytes(A)
    (tmp_path / "b.npy").write_bytes(B)
    (tmp_path / "note.txt").write_bytes(b"no array\n")
    (tmp_path / "net" / "deep").mkdir(parents=True)
    (tmp_path / "net" / "w.npy").write_bytes(B)
    (tmp_path / "net" / "deep" / "a.npy").write_bytes(A)
    return tmp_path


def members(path):
    """What zipfile finds: [(name, bytes)] in the order of the directory."""
    with zipfile.ZipFile(path) as file:
        return [(info.filename, file.read(info)) for info in file.infolist()]


# ---------------------------------------------------------------- what it writes

def big_arrays():
    rng = np.random.default_rng(5)
    return {"w": rng.normal(size=(300, 400)).astype("f4"), "zeros": np.zeros(300000),
            "none": np.zeros((0, 2)), "text": np.array(["é", "日本"]), "f": np.ones((3, 4), order="F"),
            "objects": np.array([None, 1])}


@pytest.mark.parametrize("save, options", [(np.savez, []), (np.savez, ["--store"]),
                                           (np.savez_compressed, ["--level", "6"])])
def test_the_archive_is_byte_for_byte_numpys(here, save, options):
    arrays = big_arrays()
    for name, array in arrays.items():
        np.save(here / name, array)
    pack(0, here, *options, "o.npz", *(name + ".npy" for name in arrays))
    assert (here / "o.npz").read_bytes() == expected_archive(save, (), arrays)


@pytest.mark.parametrize("options", [["--level=1"], ["--level", "fast"], ["--blocks"],
                                     ["--level", "9", "--blocks"]])
def test_compressed_members_are_the_files_bytes(here, options):
    np.save(here / "x.npy", np.arange(400000) % 1000)
    pack(0, here, "o.npz", *options, "x.npy", "a.npy")
    assert members(here / "o.npz") == [("x.npy", (here / "x.npy").read_bytes()), ("a.npy", A)]
    with zipfile.ZipFile(here / "o.npz") as file:
        info = file.getinfo("x.npy")
        assert info.compress_type == zipfile.ZIP_DEFLATED and info.compress_size < info.file_size / 2


def test_levels_and_chunks_are_as_told(here):
    np.save(here / "x.npy", np.arange(400000) % 1000)
    written = {}
    for options in ((), ("1",), ("9",), ("9", "--blocks"), ("fast",)):
        pack(0, here, "o.npz", *["--level"] * bool(options), *options, "x.npy")
        written[options] = (here / "o.npz").read_bytes()
    assert len(set(written.values())) == len(written)
    assert len(written["9",]) < len(written["1",]) < len(written[()])


# ---------------------------------------------------------------- names

@pytest.mark.parametrize("args, names", [
    (["a.npy", "net/w.npy"], ["a.npy", "w.npy"]),
    (["x=a.npy", "y.npy=b.npy", "p/q=net/w.npy"], ["x.npy", "y.npy", "p/q.npy"]),
    (["größe=a.npy"], ["größe.npy"]),
    (["-d", "net", "w.npy", "deep/a.npy"], ["w.npy", "deep/a.npy"]),
    (["-d", "net", "./w.npy", "x=./deep/a.npy"], ["w.npy", "x.npy"]),
    (["--any", "note.txt", "x=a.npy"], ["note.txt", "x"]),
    (["--any", "-d", ".", "net/deep/a.npy"], ["net/deep/a.npy"]),
])
def test_members_are_called_as_their_files_or_as_told(here, args, names):
    pack(0, here, "o.npz", *args)
    assert [name for name, _ in members(here / "o.npz")] == names


def test_an_array_under_another_name_becomes_a_npy_member(here):
    (here / "plain").write_bytes(A)
    pack(0, here, "o.npz", "plain")
    assert members(here / "o.npz") == [("plain.npy", A)]


@pytest.mark.parametrize("folder", [[], ["-d", "."]])
def test_a_file_with_an_equals_sign_comes_before_a_name(here, folder):
    (here / "x=a.npy").write_bytes(B)
    pack(0, here, "o.npz", *folder, "x=a.npy")
    assert members(here / "o.npz") == [("x=a.npy", B)]
    pack(0, here, "o.npz", *folder, "y=x=a.npy")
    assert members(here / "o.npz") == [("y.npy", B)]


@pytest.mark.parametrize("args, text", [
    (["a.npy", "a.npy"], "'a.npy'"), (["a.npy", "net/deep/a.npy"], "'a.npy'"),
    (["x=a.npy", "x.npy=b.npy"], "'x.npy'"), (["../x=a.npy"], "../x.npy"), (["/x=a.npy"], "/x.npy"),
    (["-d", "net", "../a.npy"], "../a.npy"), (["c\\d=a.npy"], "d.npy"),
    (["=a.npy"], "NAME=FILE"), (["x="], "NAME=FILE"), (["-"], "NAME=FILE"), ([""], "NAME=FILE"),
])
def test_names_that_cannot_be_members_are_wrong_use(here, args, text):
    before = sorted(os.listdir(here))
    done = subprocess.run([TOOL, "pack", "o.npz", *args], cwd=here, capture_output=True)
    assert done.returncode == 2 and text in done.stderr.decode()
    assert b"NYZ_" not in done.stderr  # advice for programs
    assert sorted(os.listdir(here)) == before


# ---------------------------------------------------------------- what it takes

@pytest.mark.parametrize("data, text", [
    (b"no array\n", "not a .npy file; --any"), (b"", "not a .npy file; --any"), (A[:5], "not a .npy file; --any"),
    (A[:-1], "1 bytes are missing"), (A[:40], "header"), (A + b"x", "1 bytes follow the array"),
    (A + B, "follow the array"), (A[:6] + b"\7" + A[7:], "version"),
    (A.replace(b"descr", b"DESCR"), "DESCR"),
])
def test_what_is_not_one_whole_array_is_refused_and_any_takes_it(here, data, text):
    (here / "x.npy").write_bytes(data)
    (here / "o.npz").write_bytes(b"old")
    before = sorted(os.listdir(here))
    pack(1, here, "o.npz", "a.npy", "x.npy", text=text)
    assert (here / "o.npz").read_bytes() == b"old" and sorted(os.listdir(here)) == before
    pack(0, here, "--any", "o.npz", "a.npy", "x.npy")
    assert members(here / "o.npz") == [("a.npy", A), ("x.npy", data)]


def test_a_member_from_standard_input(here):
    big = saved(np.arange(500000))
    pack(0, here, "o.npz", "a.npy", "x=-", input=big)
    assert members(here / "o.npz") == [("a.npy", A), ("x.npy", big)]
    pack(0, here, "o.npz", "-d", "net", "x=-", "w.npy", input=A)
    assert members(here / "o.npz") == [("x.npy", A), ("w.npy", B)]


def test_to_standard_output(here):
    pack(0, here, "o.npz", "a.npy", "b.npy")
    out = run(0, here, "pack", "-", "a.npy", "b.npy")
    (here / "piped.npz").write_bytes(out)
    assert members(here / "piped.npz") == members(here / "o.npz")
    with open(here / "file.npz", "wb") as file:
        subprocess.run([TOOL, "pack", "-", "a.npy", "b.npy"], stdout=file, check=True, cwd=here)
    assert (here / "file.npz").read_bytes() == (here / "o.npz").read_bytes()


def test_out_may_be_one_of_the_files(here):
    pack(0, here, "o.npz", "a.npy")
    old = (here / "o.npz").read_bytes()
    pack(0, here, "--any", "o.npz", "o.npz", "b.npy")
    assert members(here / "o.npz") == [("o.npz", old), ("b.npy", B)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs")
def test_a_fifo_is_read_to_its_end(here):
    os.mkfifo(here / "fifo")
    code = "import sys; open('fifo', 'wb').write(open('a.npy', 'rb').read())"
    with subprocess.Popen([sys.executable, "-c", code], cwd=here):
        pack(0, here, "o.npz", "x=fifo")
    assert members(here / "o.npz") == [("x.npy", A)]


# ---------------------------------------------------------------- how it ends

@pytest.mark.parametrize("args", [["o.npz"], [], ["a.npy", "b.npy"], ["b", "a.npy"],
                                  ["--force", "o.npz", "a.npy"], ["o.npz", "a.npy", "-d"],
                                  ["--store", "--level", "3", "o.npz", "a.npy"]])
def test_wrong_use_exits_2_and_overwrites_no_file(here, args):
    before = sorted(os.listdir(here))
    pack(2, here, *args)
    assert sorted(os.listdir(here)) == before and (here / "a.npy").read_bytes() == A


@pytest.mark.parametrize("name", ["missing.npy", "net", "a.npy/x.npy"])
def test_a_file_that_cannot_be_read_exits_1(here, name):
    before = sorted(os.listdir(here))
    pack(1, here, "o.npz", "a.npy", "x=" + name, text=name + ": ")
    assert sorted(os.listdir(here)) == before


def test_a_missing_folder_exits_1(here):
    pack(1, here, "no/o.npz", "a.npy", text="no/o.npz: ")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_disk_exits_3(here):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([TOOL, "pack", "-", "a.npy"], stdout=full, stderr=subprocess.PIPE, cwd=here)
    assert done.returncode == 3 and b"no space left" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of processes")
def test_a_file_size_limit_exits_3_and_leaves_the_old_file(here):
    import resource
    np.save(here / "big.npy", np.zeros(100000))
    (here / "o.npz").write_bytes(b"old")
    before = sorted(os.listdir(here))
    pack(3, here, "o.npz", "big.npy", text="o.npz: ",
         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
    assert (here / "o.npz").read_bytes() == b"old" and sorted(os.listdir(here)) == before


# What is to be stopped, and what it is given on standard input, which does not end: each way that
# cp and pack have to write OUT, while it is read, deflated or written.
STOPPED = {
    "pack_reading": (["pack", "o.npz", "x=-"], b""),
    "pack_deflating": (["pack", "--level", "9", "o.npz", "dice.npy"], None),
    "pack_storing": (["pack", "o.npz", "big.npy"], None),
    "npy_to_npy": (["cp", "big.npy", "o.npy"], None),
    "arrays_to_npy": (["cp", "-", "o.npy"], A + B),
    "npy_to_archive": (["cp", "big.npy", "o.npz"], None),
    "arrays_to_archive": (["cp", "-", "o.npz"], A),
    "archive_to_npy": (["cp", "big.npz", "o.npy"], None),
    "member_to_npy": (["cp", "big.npz:big", "o.npy"], None),
    "archive_to_archive": (["cp", "big.npz", "o.npz"], None),
    "deflating": (["cp", "--level", "9", "dice.npy", "o.npz"], None),
    "blocks": (["cp", "--level", "9", "--blocks", "big.npz", "o.npz"], None),
    "onto_itself": (["cp", "--level", "9", "o.npz", "o.npz"], None),
}


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Files that take a while."""
    folder = tmp_path_factory.mktemp("large")
    np.save(folder / "big.npy", np.arange(25 << 20))  # 200 MiB
    np.save(folder / "dice.npy", np.random.default_rng(1).integers(0, 9, 3000000))
    pack(0, folder, "big.npz", "big.npy")
    pack(0, folder, "dice.npz", "dice.npy")
    return folder


def wait(tool):
    try:
        return tool.wait(timeout=20)
    finally:
        tool.kill()


def writes(tool, here, before):
    """Whether the tool has made a file: one with a name, or, on Linux, one without."""
    if set(os.listdir(here)) != before:
        return True
    try:
        fds = "/proc/%d/fd" % tool.pid
        files = [os.readlink(os.path.join(fds, fd)) for fd in os.listdir(fds)]
    except OSError:  # no /proc, or it has just closed one
        return False
    return any(file.startswith(os.path.join(os.path.realpath(here), "#")) for file in files)


def stop(here, command, given, number):
    """Sends the tool a signal as soon as it has made a file; its status."""
    before = set(os.listdir(here))
    with subprocess.Popen([TOOL, *command], cwd=here, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                          preexec_fn=lambda: signal.signal(number, signal.SIG_DFL)) as tool:
        if given is not None:
            tool.stdin.write(given)
            tool.stdin.flush()
        while not writes(tool, here, before):
            assert tool.poll() is None
            time.sleep(0.0005)
        if given is not None:
            time.sleep(0.1)  # so that it waits for its standard input
        tool.send_signal(number)
        status = wait(tool)  # though its standard input is open
        assert tool.stderr.read() == b""
    return status


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("name", STOPPED)
def test_a_signal_leaves_the_old_file_and_no_temporary(here, large, name, number):
    command, given = STOPPED[name]
    out = here / next(word for word in command if word in ("o.npz", "o.npy"))
    for file in large.iterdir():
        (here / file.name).symlink_to(file)
    old = (large / "dice.npz").read_bytes() if name == "onto_itself" else b"old"
    for _ in range(5):  # a small machine may be too quick
        out.write_bytes(old)
        before = sorted(os.listdir(here))
        status = stop(here, command, given, number)
        assert sorted(os.listdir(here)) == before
        assert status == -number or (status == 0 and given is None)
        if out.read_bytes() == old:
            assert status == -number
            return
    assert not "in time"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs")
@pytest.mark.parametrize("command", [["pack", "o.npz", "a.npy"], ["cp", "a.npy", "o.npz"],
                                     ["cp", "a.npy", "o.npy"]])
def test_a_signal_ends_the_wait_for_a_reader(here, command):
    os.mkfifo(here / next(word for word in command if word.startswith("o.")))
    with subprocess.Popen([TOOL, *command], cwd=here, stderr=subprocess.PIPE) as tool:
        time.sleep(0.1)
        tool.send_signal(signal.SIGTERM)
        assert wait(tool) == -signal.SIGTERM and tool.stderr.read() == b""


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
def test_a_signal_that_comes_twice_leaves_no_temporary(here, large):
    # timeout(1) sends its signal to the process and then to the group
    (here / "dice.npz").symlink_to(large / "dice.npz")
    for _ in range(5):
        before = set(os.listdir(here))
        with subprocess.Popen([TOOL, "cp", "--level", "9", "dice.npz", "o.npz"], cwd=here,
                              stderr=subprocess.PIPE) as tool:
            while tool.poll() is None and not writes(tool, here, before):
                time.sleep(0.0005)
            time.sleep(0.05)  # so that it deflates, and is slow to notice
            for _ in range(2):
                tool.send_signal(signal.SIGTERM)
                time.sleep(0.002)
            wait(tool)
        assert not [name for name in os.listdir(here) if ".nyz-" in name]


# ---------------------------------------------------------------- there and back

@pytest.mark.parametrize("save, options", [(np.savez, []), (np.savez_compressed, ["--level", "6"])])
def test_what_unpack_wrote_becomes_the_same_archive(here, save, options):
    arrays = {"a": np.arange(3), "net/w": np.ones((2, 3), ">f4"), "x y": np.array("text"),
              "%": np.zeros(0), "-d": np.arange(2), "k=v": np.arange(4)}
    (here / "x.npz").write_bytes(expected_archive(save, (), arrays))
    run(0, here, "unpack", "x.npz", "-d", "out")
    pack(0, here, "y.npz", "-d", "out", *options, "--", *(name + ".npy" for name in arrays))
    assert (here / "y.npz").read_bytes() == (here / "x.npz").read_bytes()


def test_any_brings_back_members_of_every_kind(here):
    want = [("note.txt", b"no array\n"), ("empty", b""), ("x.npy", b"no array"), ("plain", A),
            ("a/b/c.npy", B), ("A.NPY", B)]
    (here / "x.npz").write_bytes(archive([Member(name, data) for name, data in want]))
    run(0, here, "unpack", "x.npz", "-d", "out")
    pack(0, here, "y.npz", "--any", "-d", "out", *(name for name, _ in want))
    assert members(here / "y.npz") == want
