# SPDX-License-Identifier: MIT
"""nyz unpack: what it writes, and that no archive makes it write anything else."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import unicodedata
import zipfile

import numpy as np
import pytest

from fixture_parts import Member, archive, saved

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOL = os.path.abspath(os.environ.get("NYZ_TOOL", os.path.join(ROOT, "build", "nyz")))
A = saved(np.arange(3, dtype="<i4"))
B = saved(np.arange(5.0))

pytestmark = [pytest.mark.skipif(not os.path.exists(TOOL), reason="the tool is not built"),
              pytest.mark.skipif(sys.platform == "win32", reason="POSIX: links, modes, FIFOs")]


def unpack(status, folder, *args, text=None, **kw):
    """Runs it in `folder`; the exit status and a part of the message are as given."""
    done = subprocess.run([TOOL, "unpack", *map(str, args)], cwd=folder, capture_output=True,
                          timeout=120, **kw)
    assert done.returncode == status, (done.returncode, done.stderr)
    assert done.stdout == b""
    assert (done.stderr == b"") == (status == 0), done.stderr
    assert all(line.startswith(b"nyz: ") for line in done.stderr.splitlines())
    assert text is None or text in done.stderr.decode(), done.stderr
    return done.stderr.decode()


def snapshot(folder, but=None):
    """All that is below a directory: kind, mode, content, and when it was changed."""
    found = {}
    for path, names, files in os.walk(folder):
        if but is not None and but.samefile(path):
            names.clear()
            continue
        for name in names + files:
            place = os.path.join(path, name)
            info = os.lstat(place)
            content = None
            if stat.S_ISLNK(info.st_mode):
                content = os.readlink(place)
            elif stat.S_ISREG(info.st_mode):
                with open(place, "rb") as file:
                    content = file.read()
            kept = None if stat.S_ISDIR(info.st_mode) else (info.st_mtime_ns, info.st_ino)
            found[os.path.relpath(place, folder)] = (info.st_mode, content, kept)
    return found


@pytest.fixture
def here(tmp_path):
    """A folder with files around it, of which nothing may change but what is below here/out."""
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept").write_bytes(b"kept")
    place = tmp_path / "here"
    place.mkdir()
    before = snapshot(tmp_path, place)
    yield place
    assert snapshot(tmp_path, place) == before


def put(folder, *names, name="x.npz", content=A, **lies):
    """An archive of members with these names, however strange."""
    (folder / name).write_bytes(archive([Member(n, content, **lies) for n in names]))
    return name


def content(folder):
    """What was unpacked: name -> bytes."""
    return {name: what[1] for name, what in snapshot(folder).items() if what[1] is not None}


# ---------------------------------------------------------------- what it writes

@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_each_member_becomes_a_file_that_numpy_loads(here, save):
    arrays = {"a": np.arange(6.0).reshape(2, 3), "net/bias": np.arange(4, dtype=">i2"),
              "größe": np.array("text"), "none": np.zeros((0, 3))}
    save(here / "x.npz", **arrays)
    unpack(0, here, "x.npz", "-d", "out")
    assert sorted(content(here / "out")) == sorted(name + ".npy" for name in arrays)
    for name, array in arrays.items():
        got = np.load(here / "out" / (name + ".npy"))
        assert got.dtype == array.dtype and got.shape == array.shape and (got == array).all()


def test_the_bytes_are_those_of_zipfile_for_any_member(here):
    with zipfile.ZipFile(here / "x.npz", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("notes.txt", b"text " * 10000)
        file.writestr("empty", b"")
        file.writestr("a.npy", A)
        file.writestr("folder/", b"")
        file.writestr("folder/in/b.npy", B)
    unpack(0, here, "x.npz", "-d", "out")
    assert content(here / "out") == {"notes.txt": b"text " * 10000, "empty": b"", "a.npy": A,
                                     "folder/in/b.npy": B}


def test_the_folder_is_that_of_the_archives_name_here(here):
    (here / "far").mkdir()
    put(here / "far", "a.npy")
    unpack(0, here, "far/x.npz")
    assert content(here / "x") == {"a.npy": A}
    assert sorted(os.listdir(here / "far")) == ["x.npz"]


@pytest.mark.parametrize("name", ["x", "x.zip", ".npz", "..npz", "...npz", "nul.npz"])
def test_an_archive_without_a_name_for_a_folder_needs_one(here, name):
    put(here, "a.npy", name=name)
    unpack(2, here, name, text="-d DIR")
    assert os.listdir(here) == [name]
    unpack(0, here, name, "-d", ".")
    assert (here / "a.npy").read_bytes() == A


def test_standard_input_needs_a_folder(here):
    put(here, "a.npy")
    data = (here / "x.npz").read_bytes()
    unpack(2, here, "-", text="-d DIR", input=data)
    unpack(0, here, "-", "-d", "out", input=data)
    assert content(here / "out") == {"a.npy": A}


def test_members_are_chosen_by_name(here):
    put(here, "a.npy", "b.npy", "c.txt", "../bad.npy")
    unpack(0, here, "x.npz", "a", "c.txt", "a.npy", "-d", "out")
    assert sorted(content(here / "out")) == ["a.npy", "c.txt"]
    unpack(0, here, "x.npz:b", "-d", "out")
    assert sorted(content(here / "out")) == ["a.npy", "b.npy", "c.txt"]
    unpack(1, here, "x.npz", "b", "z", "-d", "new", text="x.npz: no member 'z' (the archive has 4 members)")
    assert not (here / "new").exists()


@pytest.mark.parametrize("args", [["x.npz", "-d"], ["x.npz", "-d", ""], ["x.npz:a", "a"], [],
                                  ["x.npz", "--max-bytes", "0"], ["x.npz", "--max-bytes=1X"],
                                  ["x.npz", "--max-bytes="], ["x.npz", "--max-bytes", "1KK"],
                                  ["x.npz", "--json"]])
def test_wrong_use_exits_2(here, args):
    put(here, "a.npy")
    unpack(2, here, *args)
    assert os.listdir(here) == ["x.npz"]


def test_what_is_no_archive_exits_1(here):
    np.save(here / "x.npy", np.arange(3))
    unpack(1, here, "x.npy", "-d", "out", text="takes an archive")
    unpack(1, here, "missing.npz", "-d", "out")
    assert os.listdir(here) == ["x.npy"]


def test_a_folder_whose_parent_is_missing_exits_1(here):
    put(here, "a.npy")
    unpack(1, here, "x.npz", "-d", "no/out", text="no such file or directory")


# ---------------------------------------------------------------- names

LONG = "n" * 252
BAD_NAMES = [
    "", "/", "/root.npy", "//a", "..", "../up.npy", "a/../b.npy", "a/..", ".", "./a", "a/./b", "a//b",
    "a/", "a//", "C:\\x.npy", "C:x", "a\\b", "..\\up", "a:b", "a\x01", "a\nb", "\x1b[31m", "tab\t",
    "a\x7fb", "a\x80b", "a\x9fb", *("a%cb" % c for c in range(1, 32)), LONG + ".npy", "ok/" + LONG + ".npy", "a.", "a ", "a./b", "a /b", "...", " ",
    "a<b", "a>b", 'a"b', "a|b", "a?b", "a*b", "?", "*.npy", "what?/b.npy", "a/b?", "a. ", "a .", "b.npy.",
    "b.npy ", "CON", "con", "Con.npy", "PRN.tar.gz", "aux", "nul", "NUL.npy", "NUL .npy", "a/nul/b.npy",
    "com1", "COM9.npy", "lpt1.x", "LPT9", "com¹", "COM².npy", "lpt³.x", "conin$", "CONOUT$.npy",
    "/".join("a" * 33), "/".join(["n" * 200] * 6),
]
GOOD_NAMES = [
    "a.npy", ".hidden", "..a", "a..b", "...a", "with blank.npy", " a", "n" * 255,
    "com", "com0", "com10.npy", "lpt", "COMET", "console", "nulls.npy", "aux1", "conin", "a.nul",
    "lpt¼.npy", "日本/語.npy", "/".join("a" * 32), "%s%n.npy", "-d", "\u200b", "~", "\xa0", "Â",
    "a'b;c&d`e$f(g)[h]{i}!#@^+=,.npy", "a？b", "a＊b",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_no_file_comes_of_an_unsafe_name(here, name):
    put(here, "good.npy", name)
    message = unpack(1, here, "x.npz", "-d", "out", text="the name")
    assert message.count("\n") == 1  # nothing in the name breaks the line
    assert all(c == "\n" or c.isprintable() for c in message)
    assert os.listdir(here) == ["x.npz"]  # all names were checked before the first file


@pytest.mark.parametrize("name, text", [
    ("", "is empty"), ("/a", "begins with a slash"), ("a//b", "an empty component"), ("a/../b", "'..'"),
    ("./a", "'.'"),
    ("a\\b", "a backslash or a colon"), ("a?b", "one of < > \" | ? *"), ("a\x85b", "a control character"),
    ("a\x7fb", "a control character"), ("a.", "ends in a dot"),
    ("nul", "a device of Windows"), ("a/", "of a directory, but the member has data"), ("n" * 256, "over 255 bytes"),
    ("/".join(["n" * 200] * 6), "over 1,024 bytes"), ("/".join("a" * 33), "over 32 components")])
def test_the_message_says_what_is_wrong_with_a_name(here, name, text):
    put(here, name)
    unpack(1, here, "x.npz", "-d", "out", text=text)


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_a_safe_name_is_taken(here, name):
    put(here, name)
    unpack(0, here, "-d", "out", "x.npz")
    assert content(here / "out") == {name: A}


def test_a_name_with_a_nul_is_refused(here):
    put(here, b"a\0b.npy")
    unpack(1, here, "x.npz", "-d", "out")
    assert os.listdir(here) == ["x.npz"]


def test_names_that_cannot_be_decoded_are_one_file(here):
    put(here, b"\xff.npy", b"\xfe.npy", flags=0x800)
    unpack(1, here, "x.npz", "-d", "out", text="twice")
    assert os.listdir(here) == ["x.npz"]


# ---------------------------------------------------------------- links, nothing overwritten

@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("target", ["../../secret", "../../missing", "../../folder", "loop"])
def test_a_planted_link_is_not_written_through(here, force, target):
    put(here, "a.npy", "loop")
    (here / "out").mkdir()
    (here / "out" / "loop").symlink_to(target)
    before = snapshot(here)
    unpack(1, here, "x.npz", "-d", "out", *force, text="x.npz:loop: what exists there is not a regular file")
    assert snapshot(here) == before


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("target", ["../../folder", "../../missing", ".", "../../secret"])
def test_a_planted_link_to_a_folder_is_not_followed(here, force, target):
    put(here, "a.npy", "sub/kept", "sub/deep/b.npy")
    (here / "out").mkdir()
    (here / "out" / "sub").symlink_to(target)
    before = snapshot(here)
    unpack(1, here, "x.npz", "-d", "out", *force, text="a link or a file is in the place")
    assert snapshot(here) == before


def test_a_link_deeper_below_is_not_followed(here):
    put(here, "a/b/c/kept")
    (here / "out" / "a" / "b").mkdir(parents=True)
    (here / "out" / "a" / "b" / "c").symlink_to("../../../../folder")
    unpack(1, here, "x.npz", "-d", "out", "--force", text="a link or a file is in the place")


def test_a_folder_of_the_archive_does_not_follow_a_link(here):
    put(here, "sub/", content=b"")
    (here / "out").mkdir()
    (here / "out" / "sub").symlink_to("../../missing")
    unpack(1, here, "x.npz", "-d", "out", text="a link or a file is in the place")


def test_the_folder_that_is_named_may_be_a_link_the_default_may_not(here):
    put(here, "a.npy")
    (here / "real").mkdir()
    (here / "x").symlink_to("real")
    unpack(1, here, "x.npz", text="a link or a file is in the place")
    assert os.listdir(here / "real") == []
    unpack(0, here, "x.npz", "-d", "x")
    assert content(here / "real") == {"a.npy": A}


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("plant", [os.mkfifo, os.mkdir], ids=["fifo", "folder"])
def test_what_is_no_file_is_not_replaced(here, force, plant):
    put(here, "a.npy", "x.npy")
    (here / "out").mkdir()
    plant(here / "out" / "x.npy")
    before = snapshot(here)
    unpack(1, here, "x.npz", "-d", "out", *force, text="is not a regular file and is not replaced")
    assert snapshot(here) == before


def test_a_file_where_a_folder_has_to_be(here):
    put(here, "a.npy", "sub/b.npy")
    (here / "out").mkdir()
    (here / "out" / "sub").write_bytes(b"old")
    before = snapshot(here)
    unpack(1, here, "x.npz", "-d", "out", "--force", text="a link or a file is in the place")
    assert snapshot(here) == before


def test_an_existing_file_is_kept_and_nothing_is_written(here):
    put(here, "a.npy", "b.npy")
    (here / "out").mkdir()
    (here / "out" / "b.npy").write_bytes(b"old")
    before = snapshot(here)
    unpack(1, here, "x.npz", "-d", "out", text="x.npz:b.npy: the file exists already; --force")
    assert snapshot(here) == before


def test_force_replaces_a_file_at_once_and_keeps_its_mode(here):
    put(here, "a.npy")
    old = here / "out" / "a.npy"
    old.parent.mkdir()
    old.write_bytes(b"old")
    old.chmod(0o640)
    os.link(old, here / "linked")
    with open(old, "rb") as reader:
        unpack(0, here, "x.npz", "-d", "out", "--force")
        assert reader.read() == b"old"  # another file has come in its place
    assert content(here / "out") == {"a.npy": A}
    assert (here / "linked").read_bytes() == b"old"
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


@pytest.fixture(scope="session")
def slow(tmp_path_factory):
    """An archive whose first member takes long to write."""
    big = bytes(200 << 20)
    path = tmp_path_factory.mktemp("slow") / "x.npz"
    path.write_bytes(archive([Member("big", big, data=big), Member("sub/a.npy", A)]))
    return path


def unpack_and_meanwhile(here, slow, change, *force, **kw):
    """Stops the tool while it writes the first member, to change something; status and message."""
    with subprocess.Popen([TOOL, "unpack", slow, "-d", "out", *force], cwd=here,
                          stderr=subprocess.PIPE, **kw) as tool:
        while not any(name.startswith(".nyz-") for name in os.listdir(here / "out")):
            assert tool.poll() is None
            time.sleep(0.001)
        tool.send_signal(signal.SIGSTOP)
        change(tool)
        assert "big" not in os.listdir(here / "out")  # it was in time
        tool.send_signal(signal.SIGCONT)
        message = tool.stderr.read().decode()
        return tool.wait(), message


def test_a_file_that_comes_meanwhile_is_not_overwritten(here, slow):
    place = here / "out" / "sub" / "a.npy"
    place.parent.mkdir(parents=True)
    status, message = unpack_and_meanwhile(here, slow, lambda _: place.write_bytes(b"new"))
    assert status == 1 and "sub/a.npy: cannot create the file" in message
    assert sorted(os.listdir(here / "out")) == ["big", "sub"]
    assert content(place.parent) == {"a.npy": b"new"}


def test_a_link_that_comes_meanwhile_is_not_followed(here, slow):
    (here / "out").mkdir()
    status, message = unpack_and_meanwhile(
        here, slow, lambda _: (here / "out" / "sub").symlink_to("../../folder"))
    assert status == 1 and "sub/a.npy: a link or a file is in the place" in message


@pytest.mark.parametrize("link", [False, True])
def test_force_does_not_replace_a_file_that_came_meanwhile(here, slow, link):
    place = here / "out" / "sub" / "a.npy"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"old")

    def change(_):
        place.rename(place.with_name("old"))
        if link:
            place.symlink_to("old")
        else:
            place.write_bytes(b"new")
    status, message = unpack_and_meanwhile(here, slow, change, "--force")
    assert status == 1 and ("is not a regular file" if link else "changed meanwhile") in message
    assert content(place.parent) == {"a.npy": "old" if link else b"new", "old": b"old"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_temporary_and_no_half_file(here, slow, number):
    (here / "out").mkdir()
    status = unpack_and_meanwhile(here, slow, lambda tool: tool.send_signal(number),
                                  preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    assert status == (-number, "")
    assert os.listdir(here / "out") == []


def test_a_signal_that_is_ignored_stays_so(here, slow):
    (here / "out").mkdir()
    status = unpack_and_meanwhile(here, slow, lambda tool: tool.send_signal(signal.SIGHUP),
                                  preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    assert status == (0, "") and sorted(os.listdir(here / "out")) == ["big", "sub"]


traced = pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace")


def unpack_with(here, fault):
    """Unpacks x.npz to `out` with strace's fault; the exit status."""
    shutil.rmtree(here / "out", ignore_errors=True)
    return subprocess.run(["strace", "-f", "-qqq", "-o", "/dev/null", "-e", "inject=" + fault, TOOL,
                           "unpack", "x.npz", "-d", "out"], cwd=here, timeout=120).returncode


@traced
def test_a_kill_leaves_no_half_file_under_the_name(here):
    put(here, "a.npy")
    kills = 0
    for call in ("openat", "write", "close", "linkat", "renameat", "unlinkat"):
        for when in range(1, 30):
            if unpack_with(here, "%s:signal=KILL:when=%d" % (call, when)) == 0:
                break
            kills += 1
            left = content(here / "out") if (here / "out").exists() else {}
            assert left.get("a.npy", A) == A, (call, when)
    assert kills > 5


@traced
@pytest.mark.parametrize("call", ["linkat:error=EPERM", "linkat:error=EACCES",
                                  "linkat:error=EOPNOTSUPP"])
def test_a_file_system_needs_no_links(here, call):
    put(here, "a.npy", "sub/b.npy")
    assert unpack_with(here, call) == 0
    assert content(here / "out") == {"a.npy": A, "sub/b.npy": A}


# ---------------------------------------------------------------- files and folders alone

def test_links_devices_and_modes_of_the_archive_are_not_made(here):
    kinds = {"link": 0o120777, "fifo": 0o10666, "device": 0o20666, "block": 0o60666,
             "setuid": 0o104777, "none": 0o100000}
    (here / "x.npz").write_bytes(archive([
        Member(name, b"/etc/passwd", central={"made": 0x0314, "external": mode << 16})
        for name, mode in kinds.items()]))
    unpack(0, here, "x.npz", "-d", "out", preexec_fn=lambda: os.umask(0o027))
    for name in kinds:
        info = os.lstat(here / "out" / name)
        assert stat.S_ISREG(info.st_mode) and stat.S_IMODE(info.st_mode) == 0o640
        assert (here / "out" / name).read_bytes() == b"/etc/passwd"
    assert stat.S_IMODE(os.lstat(here / "out").st_mode) == 0o750


# ---------------------------------------------------------------- no two for one file

CLASHES = [
    ("a.npy", "a.npy", "twice"),
    ("a", "a/b.npy", "'a' is a file"),
    ("a/b.npy", "a", "'a' is a file"),
    ("a/b", "a/b/c/d", "'a/b' is a file"),
    ("a", "A/b.npy", "'a' is a file"),
    ("a", "a/", "'a' is a file"),
    ("a.npy", "A.npy", "--case-sensitive"),
    ("Net/Bias", "net/bias", "--case-sensitive"),
    ("é.npy", "e\u0301.npy", "--case-sensitive"),
    ("É.npy", "e\u0301.npy", "--case-sensitive"),
    ("\u1ebf", "e\u0301\u0302", "--case-sensitive"),  # the order of marks does not count
    ("straße", "STRASSE", "--case-sensitive"),
    ("ﬁn", "FIN", "--case-sensitive"),
    ("σ", "ς", "--case-sensitive"),
    ("ﬃ", "ffi", "--case-sensitive"),
    ("\u212a", "k", "--case-sensitive"),
    ("가", "\u1100\u1161", "--case-sensitive"),
    ("각", "\u1100\u1161\u11a8", "--case-sensitive"),
    ("神", "\ufa19", "--case-sensitive"),
    ("a\u200db", "ab", "--case-sensitive"),
    ("\u00ad", "\u200b", "--case-sensitive"),
    ("a\ufff0b", "ab\U000e0080", "--case-sensitive"),  # reserved for such characters
]


@pytest.mark.parametrize("first, second, text", CLASHES)
@pytest.mark.parametrize("turned", [False, True])
def test_two_members_for_one_file_are_refused_before_the_first_is_written(here, first, second, text,
                                                                          turned):
    names = ["before", "a.b", "a-", first, second, "zz"]
    members = [Member(n, b"" if n[-1] == "/" else A) for n in (names[::-1] if turned else names)]
    (here / "x.npz").write_bytes(archive(members))
    unpack(1, here, "x.npz", "-d", "out", text=text)
    unpack(1, here, "x.npz", "-d", "out", "--force", text=text)
    assert os.listdir(here) == ["x.npz"]


@pytest.mark.parametrize("names", [
    ["a", "a.b", "a b", "ab", "a-/b"], ["α", "β", "α\u0301"], ["日", "本", "日本", "本日"], ["é", "e", "è"],
    ["a/x", "a/y", "a/"], ["a/", "a/"], ["A/x", "a/y"], ["ß", "s"], ["가", "각", "\u1100"], ["i", "ı"],
])
def test_names_that_are_different_files_everywhere_are_taken(here, names):
    (here / "x.npz").write_bytes(archive([Member(n, b"" if n[-1] == "/" else A) for n in names]))
    unpack(0, here, "x.npz", "-d", "out")
    assert set(content(here / "out")) == {n for n in names if n[-1] != "/"}


def test_case_sensitive_takes_what_differs_in_case_and_form(here):
    names = {"w", "W", "é", "e\u0301"}
    put(here, *names)
    unpack(0, here, "x.npz", "-d", "out", "--case-sensitive")
    assert set(content(here / "out")) == names
    put(here, "a", "a", name="y.npz")
    unpack(1, here, "y.npz", "-d", "new", "--case-sensitive", text="twice")
    put(here, "a", "a/b", name="z.npz")
    unpack(1, here, "z.npz", "-d", "new", "--case-sensitive", text="'a' is a file")


def tools_unicode():
    """The version of Unicode that the tool was linked with."""
    if not os.path.exists(TOOL):
        return ()
    text = subprocess.run([TOOL, "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout
    return tuple(map(int, text.split("Unicode ")[1].rstrip(")\n").split(".")))


# Later versions of Unicode change neither the folding nor the decomposition of a character.
known = pytest.mark.skipif(
    tools_unicode() < tuple(map(int, unicodedata.unidata_version.split("."))),
    reason="Python's Unicode is newer than the tool's")


def fold(text):
    """Full case folding and canonical decomposition, again and again until nothing changes."""
    while True:
        more = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
        if more == text:
            return text
        text = more


def folding():
    """What each character folds to that changes; but those of ASCII, Hangul syllables, and what
    becomes < or > with a mark, which no file is named after."""
    points = [p for p in range(0x80, 0x110000)
              if not 0xD800 <= p < 0xE000 and not 0xAC00 <= p < 0xD7A4]
    found = {p: fold(chr(p)) for p in points}
    return {p: to for p, to in found.items() if to != chr(p) and not set(to) & set("<>")}


@known
def test_every_character_clashes_with_what_unicode_folds_it_to(here):
    table = folding()
    members = []
    for point, to in table.items():
        members += [Member("%x/%s" % (point, name), b"") for name in (chr(point), to)]
    (here / "x.npz").write_bytes(archive(members))
    message = unpack(1, here, "x.npz", "-d", "out")
    assert message.count("is the same file as") == message.count("\n") == len(table) > 3000


@known
def test_no_character_clashes_with_another_that_unicode_separates(here):
    table = folding()
    names = [chr(p) for p in range(0x80, 0x30000)
             if p not in table and not 0xAC00 <= p < 0xD7A4 and
             unicodedata.category(chr(p)) not in ("Cc", "Cn", "Cs", "Co", "Cf", "Zl", "Zp") and
             not 0xFE00 <= p < 0xFE10]
    hidden = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    with zipfile.ZipFile(here / "x.npz", "w") as file:
        for name in [*(set(names) - set(hidden)), "a/", "a"]:
            file.writestr(name, b"")
    message = unpack(1, here, "x.npz", "-d", "out")  # for "a" alone, so that nothing is written
    assert message.count("\n") == 1 and "'a' is a file" in message


def test_the_last_of_two_is_taken_by_name(here):
    (here / "x.npz").write_bytes(archive([Member("a.npy", A), Member("a.npy", B)]))
    unpack(0, here, "x.npz", "a", "-d", "out")
    assert content(here / "out") == {"a.npy": B}


# ---------------------------------------------------------------- limits, CRCs, full disks

def test_the_limit_counts_all_members_and_is_named(here):
    put(here, "a.npy", "b.npy")
    size = 2 * len(A)
    unpack(1, here, "x.npz", "-d", "out", "--max-bytes", size - 1,
           text="%d bytes, over the limit of %d; --max-bytes" % (size, size - 1))
    assert os.listdir(here) == ["x.npz"]
    unpack(0, here, "x.npz", "-d", "out", "--max-bytes", size)
    unpack(0, here, "x.npz", "-d", "one", "a", "--max-bytes=%d" % len(A))
    unpack(0, here, "x.npz", "-d", "more", "--max-bytes=1K")


def test_a_bomb_is_refused_by_default(here):
    lie = {"usize": 2**32 - 2, "csize": 5 << 20}
    member = Member("a.npy", A, 8, data=bytes(5 << 20), local=lie, central=lie)
    (here / "x.npz").write_bytes(archive([member, Member("b.npy", A)]))
    unpack(1, here, "x.npz", "-d", "out", text="over the limit of 4294967296; --max-bytes")
    assert os.listdir(here) == ["x.npz"]


def test_a_large_archive_that_is_no_bomb_is_not_refused_by_default(here):
    """Over 4 GiB, but less than four times the archive, which is mostly a hole."""
    lie = {"usize": 2**32 - 2, "csize": 1100 << 20}
    big = Member("big", b"", 8, data=b"", local=lie, central=lie, at=0)
    second = len(big.local_bytes()) + lie["csize"]
    small = Member("a.npy", A, at=second)
    end = second + len(small.local_bytes())
    with open(here / "x.npz", "wb") as file:
        file.write(big.local_bytes())
        file.seek(second)
        file.write(small.local_bytes() + archive([big, small], end={"offset": end}))
    (here / "out").mkdir()
    (here / "out" / "big").write_bytes(b"old")  # so that its data, which is none, is not read
    unpack(1, here, "x.npz", "-d", "out", text="big: the file exists already")
    unpack(1, here, "x.npz", "-d", "out", "--max-bytes", "4G", text="over the limit of 4294967296")


@pytest.mark.parametrize("method", [0, 8])
def test_no_file_comes_of_a_wrong_crc_and_the_others_do(here, method):
    wrong = {"crc": 1}
    (here / "x.npz").write_bytes(archive([
        Member("a.npy", A), Member("bad.npy", A, method, local=wrong, central=wrong),
        Member("c.npy", B)]))
    unpack(1, here, "x.npz", "-d", "out", text="x.npz:bad.npy: ")
    assert content(here / "out") == {"a.npy": A, "c.npy": B}
    unpack(1, here, "x.npz", "bad", "-d", "new")
    assert not (here / "new").exists()  # it was made for nothing


def test_a_wrong_crc_leaves_the_old_file(here):
    wrong = {"crc": 1}
    put(here, "a.npy", local=wrong, central=wrong)
    (here / "out").mkdir()
    (here / "out" / "a.npy").write_bytes(b"old")
    before = snapshot(here)
    unpack(1, here, "x.npz", "-d", "out", "--force")
    assert snapshot(here) == before


@pytest.fixture
def small_disk(here):
    place = here / "disk"
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place]).returncode != 0:
        pytest.skip("cannot mount: no root")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("force", [False, True])
def test_a_full_disk_exits_3_and_leaves_no_half_file(here, small_disk, force):
    big = saved(np.zeros(20000))
    (here / "x.npz").write_bytes(archive([Member("a.npy", A), Member("big.npy", big),
                                          Member("c.npy", A)]))
    if force:
        (small_disk / "big.npy").write_bytes(b"old")
    unpack(3, here, "x.npz", "-d", "disk", *["--force"] * force, text="no space left")
    assert content(small_disk) == {"a.npy": A, **({"big.npy": b"old"} if force else {})}


@pytest.mark.parametrize("force", [False, True])
def test_a_file_size_limit_exits_3_and_leaves_no_half_file(here, force):
    import resource
    put(here, "big.npy", content=saved(np.zeros(20000)))
    (here / "out").mkdir()
    if force:
        (here / "out" / "big.npy").write_bytes(b"old")
    unpack(3, here, "x.npz", "-d", "out", *["--force"] * force, text="cannot write",
           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
    assert content(here / "out") == ({"big.npy": b"old"} if force else {})


def as_nobody():
    """Root may write everywhere."""
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)


@pytest.fixture
def open_to_all(here):
    """So that nobody can get here, whoever makes the folders above."""
    opened = []
    for parent in [here, *here.parents]:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if os.stat(parent).st_uid == os.geteuid() and not mode & 0o001:
            opened.append((parent, mode))
            parent.chmod(mode | 0o055)
    tool = shutil.copy(TOOL, here / "nyz")
    yield tool
    for parent, mode in opened:
        parent.chmod(mode)


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_read_only_folder_exits_1(here, open_to_all, force):
    put(here, "a.npy", "sub/b.npy")
    (here / "out").mkdir()
    (here / "out").chmod(0o555)
    done = subprocess.run([open_to_all, "unpack", "x.npz", "-d", "out", *force], cwd=here,
                          capture_output=True, preexec_fn=as_nobody)
    assert done.returncode == 1 and b"permission denied" in done.stderr
    assert os.listdir(here / "out") == []
    (here / "out").chmod(0o755)


def test_a_read_only_file_is_not_replaced_although_a_rename_could(here, open_to_all):
    put(here, "a.npy")
    (here / "out").mkdir()
    (here / "out").chmod(0o777)
    (here / "out" / "a.npy").write_bytes(b"old")
    (here / "out" / "a.npy").chmod(0o444)
    done = subprocess.run([open_to_all, "unpack", "x.npz", "-d", "out", "--force"], cwd=here,
                          capture_output=True, preexec_fn=as_nobody)
    assert done.returncode == 1 and b"permission denied" in done.stderr
    assert content(here / "out") == {"a.npy": b"old"}


# ---------------------------------------------------------------- messages

def test_control_characters_of_names_are_escaped_in_messages(here):
    put(here, "\x1b]0;owned\x07\u202e.npy")
    message = unpack(1, here, "x.npz", "-d", "out")
    assert "\\x1b]0;owned\\x07\\u202e.npy" in message
    assert "\x1b" not in message and "\u202e" not in message
    put(here, "a", "a", "\u202ea", "\u202eA")
    assert "\u202e" not in unpack(1, here, "x.npz", "-d", "out")
