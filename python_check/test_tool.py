# SPDX-License-Identifier: MIT
"""The tool nyz against NumPy: ls, show, digest, cp, and how they end.  test_pack.py and
test_unpack.py have pack and unpack."""

import hashlib
import io
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import unicodedata
import zipfile

import numpy as np
import pytest

try:
    import resource
except ImportError:  # not a Unix
    resource = None

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOL = os.path.abspath(os.environ.get("NYZ_TOOL", os.path.join(ROOT, "build", "nyz")))
COMMANDS = ["ls", "show", "digest", "cp", "pack", "unpack"]
NUMPY = tuple(map(int, np.__version__.split(".")[:2]))

pytestmark = pytest.mark.skipif(not os.path.exists(TOOL), reason="the tool is not built")


def run(*args, stdin=b"", cwd=None):
    return subprocess.run([TOOL, *map(str, args)], input=stdin, capture_output=True, cwd=cwd,
                          timeout=120)


def fine(*args, **kw):
    done = run(*args, **kw)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    return done.stdout.decode()


def fails(status, *args, **kw):
    done = run(*args, **kw)
    assert done.returncode == status, (done.returncode, done.stderr)
    assert done.stderr.startswith(b"nyz: ") and done.stderr.endswith(b"\n")
    return done


def npy_bytes(*arrays):
    out = io.BytesIO()
    for array in arrays:
        np.save(out, array)
    return out.getvalue()


def numpy_text(array, **options):
    if NUMPY >= (2, 3):  # its layout knows other limits for float16 and float32
        options["legacy"] = "2.2"
    with np.printoptions(floatmode="unique", **options):
        return str(array) + "\n"


def little(dtype):
    """The same dtype, every number little-endian, the offsets unchanged."""
    if dtype.subdtype is not None:
        return np.dtype((little(dtype.subdtype[0]), dtype.shape))
    if dtype.names is not None:
        fields = [dtype.fields[name] for name in dtype.names]
        return np.dtype({"names": list(dtype.names),
                         "formats": [little(field[0]) for field in fields],
                         "offsets": [field[1] for field in fields],
                         "itemsize": dtype.itemsize})
    return dtype.newbyteorder("<")


def digest_of(array):
    """What nyz digest --values promises, for arrays without padding."""
    return hashlib.sha256(array.astype(little(array.dtype)).tobytes(order="C")).hexdigest()


def canonical(dtype):
    """NumPy's descr of the dtype with < for any byte order."""
    descr = np.lib.format.dtype_to_descr(little(dtype))
    return str(descr) if isinstance(descr, str) else repr(descr)


def without_padding(array):
    """The elements as bytes, padding as zeros, from each field by itself."""
    if array.dtype.subdtype is not None or array.dtype.names is None:
        return array.astype(little(array.dtype)).tobytes(order="C")
    out = np.zeros((array.size, array.dtype.itemsize), np.uint8)
    flat = array.reshape(-1, order="C")
    for name in array.dtype.names:
        field, offset = array.dtype.fields[name][:2]
        part = flat[name]
        inner = without_padding(part) if part.size else b""
        out[:, offset:offset + field.itemsize] = np.frombuffer(inner, np.uint8).reshape(
            array.size, field.itemsize)
    return out.tobytes()


def full_digest_of(array):
    """What nyz digest promises."""
    text = "nyz array 1\n%s\n%s\n" % (canonical(array.dtype), array.shape)
    return "n1:" + hashlib.sha256(text.encode() + without_padding(array)).hexdigest()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("tool")
    a = np.arange(6.0).reshape(2, 3)
    big = np.asfortranarray(a.astype(">f4"))
    record = np.array([(1, 2.5, "é")], "i4,>f8,U2")
    np.savez(path / "some.npz", a=a, big=big, record=record)
    np.savez_compressed(path / "small.npz", zeros=np.zeros(1000), day=np.array("2024-02-29", "M8[D]"))
    np.savez(path / "one.npz", only=a)
    np.savez(path / "objects.npz", thing=np.array([None, 1]), a=a)
    np.save(path / "a.npy", a)
    np.save(path / "object.npy", np.array([None]))
    (path / "three.npy").write_bytes(npy_bytes(a, a.T, np.array(5)))
    (path / "trailing.npy").write_bytes(npy_bytes(a) + b"junk")
    (path / "cut.npy").write_bytes(npy_bytes(a)[:-1])
    (path / "empty.npy").write_bytes(b"")
    (path / "text.npy").write_bytes(b"no array at all")
    with zipfile.ZipFile(path / "mixed.npz", "w") as archive:
        archive.writestr("read\x1bme.txt", b"it's\n")
        archive.writestr("a.npy", npy_bytes(a))
        archive.writestr("bad.npy", npy_bytes(a)[:-1])
        archive.writestr("z.npy", npy_bytes(a + 1))
    with zipfile.ZipFile(path / "raw.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../notes", b"text " * 1000)
        archive.writestr("a.npy", npy_bytes(a))
        with pytest.warns(UserWarning):
            archive.writestr("a.npy", npy_bytes(big))
    return path


# ---------------------------------------------------------------- how the tool is called

@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_goes_to_stdout(command):
    assert fine(command, "--help").startswith("nyz " + command)
    assert fine(command, "x", "--help").startswith("nyz " + command)


def options_of(command):
    """{option: what its value is called, or ""} of a command's help, without those of all commands."""
    own = fine(command, "--help").split("\nOf all commands")[0]
    return dict(re.findall(r"^  (--?[a-z-]+)(?: ([A-Z]+)(?=  ))?", own, re.MULTILINE))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_takes_the_options_of_its_help_and_no_others(command):
    values = {"N": ["8"], "BYTES": ["1"], "DIR": ["."], "": []}
    taken = options_of(command)
    assert taken
    for option, value in {o: v for c in COMMANDS for o, v in options_of(c).items()}.items():
        done = run(command, option, *values[value], "--help")
        assert done.returncode == (0 if option in taken else 2)
        assert (b"no such option" in done.stderr) == (option not in taken)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_manuals_synopsis_has_the_options_of_the_help(root, command):
    with open(os.path.join(root, "docs", "man", "nyz.1"), encoding="utf-8") as file:
        synopsis = file.read().split(".SH DESCRIPTION")[0].replace("\\-", "-")
    lines = synopsis.split(".B nyz %s\n" % command)[1].split(".br")[0]
    found = re.findall(r"(?<=[\s\[\"])--?[a-z][a-z-]*", lines)
    assert sorted(found) == sorted(options_of(command))


def test_help_and_version():
    text = fine("--help")
    assert all("nyz " + command in text for command in COMMANDS)
    assert fine("--version").split()[0] == "nyz"


@pytest.mark.parametrize("args", [
    [], ["zzz"], ["ls"], ["show"], ["digest"], ["cp"], ["cp", "x"], ["cp", "x", "y", "z"],
    ["ls", "--all", "x"], ["show", "--json", "x"], ["digest", "--all", "x"],
    ["cp", "--json", "x", "y"], ["cp", "--level", "0", "x", "y"], ["cp", "--level=10", "x", "y"],
    ["cp", "--level=", "x", "y"], ["cp", "x", "y", "--level"], ["ls", "-x", "y"],
    ["cp", "--store", "--level=3", "x", "y"], ["digest", "--json"],
])
def test_wrong_use_exits_2(args):
    done = run(*args)
    assert done.returncode == 2
    assert done.stdout == b"" and done.stderr.startswith(b"nyz: ")


@pytest.mark.parametrize("command", ["ls", "show", "digest"])
@pytest.mark.parametrize("name", ["missing.npy", ".", "empty.npy", "text.npy", "cut.npy",
                                  "some.npz:missing", "a.npy:member", "missing.npz:a"])
def test_bad_or_missing_files_exit_1(folder, command, name):
    assert fails(1, command, name, cwd=folder).stderr.startswith(b"nyz: " + name.split(":")[0].encode())


def test_goes_on_after_a_bad_file_and_exits_with_the_worst(folder):
    done = fails(1, "ls", "missing.npy", "a.npy", cwd=folder)
    assert b"(2, 3)" in done.stdout
    done = fails(1, "digest", "a.npy", "missing.npy", "a.npy", cwd=folder)
    assert len(done.stdout.splitlines()) == 2


def test_options_stand_anywhere_and_two_dashes_end_them(folder, tmp_path):
    assert fine("ls", "a.npy", "--json", cwd=folder) == fine("ls", "--json", "a.npy", cwd=folder)
    np.save(tmp_path / "--json.npy", np.arange(2))
    assert "(2,)" in fine("ls", "--", "--json.npy", cwd=tmp_path)


def test_a_file_with_a_colon_comes_before_a_member(folder, tmp_path):
    np.savez(tmp_path / "x", a=np.arange(3))
    os.rename(tmp_path / "x.npz", tmp_path / "x")
    np.save(tmp_path / "y.npy", np.arange(4))
    os.rename(tmp_path / "y.npy", tmp_path / "x:a")
    assert fine("show", "x:a", cwd=tmp_path) == "[0 1 2 3]\n"
    assert fine("show", "x:a.npy", cwd=tmp_path) == "[0 1 2]\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("args", [["ls", "a.npy"], ["ls", "--json", "a.npy"], ["show", "a.npy"],
                                  ["digest", "some.npz"], ["digest", "--json", "some.npz"],
                                  ["cp", "a.npy", "-"], ["cp", "some.npz", "-"], ["--help"]])
def test_a_full_disk_exits_3(folder, args):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([TOOL, *args], stdout=full, stderr=subprocess.PIPE, cwd=folder)
    assert done.returncode == 3
    assert b"no space left" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("name", ["a.npy", "three.npy"])
def test_a_full_device_exits_3(folder, name):
    assert b"/dev/full: " in fails(3, "cp", folder / name, "/dev/full").stderr


@pytest.mark.skipif(resource is None, reason="no limits of processes")
@pytest.mark.parametrize("name", ["x.npy", "x.npz"])
def test_a_file_size_limit_exits_3_and_leaves_nothing(tmp_path, name):
    out = tmp_path / "out"
    out.mkdir()
    np.save(tmp_path / "big.npy", np.zeros(10000))
    done = subprocess.run([TOOL, "cp", tmp_path / "big.npy", out / name], capture_output=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                                                (4096, 4096)))
    assert done.returncode == 3 and b"cannot write" in done.stderr
    assert os.listdir(out) == []


def test_a_missing_file_or_directory_has_the_same_words_everywhere(folder, tmp_path):
    for args in (["ls", "missing.npy"], ["show", "missing.npz:a"], ["digest", "no/a.npy"],
                 ["cp", "missing.npy", tmp_path / "x.npy"], ["cp", "a.npy", "no/x.npy"],
                 ["cp", "a.npy", "no/"], ["cp", "some.npz", tmp_path / "no" / "x.npz"],
                 ["pack", tmp_path / "x.npz", "missing.npy"], ["pack", "no/x.npz", "a.npy"],
                 ["unpack", "missing.npz"], ["unpack", "some.npz", "-d", "no/x"]):
        message = fails(1, *args, cwd=folder).stderr
        assert message.endswith(b": no such file or directory\n"), message
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="no symbolic links")
@pytest.mark.parametrize("command", [["ls"], ["pack", "x.npz"], ["unpack"]])
def test_failures_of_the_system_have_the_librarys_words(tmp_path, command):
    os.symlink("loop", tmp_path / "loop")
    assert fails(1, *command, "loop", cwd=tmp_path).stderr.endswith(b": too many symbolic links\n")


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="no /proc")
@pytest.mark.parametrize("command", ["ls", "show", "digest"])
def test_a_read_error_of_the_system_exits_3(command):
    assert b"input/output error" in fails(3, command, "/proc/self/mem").stderr


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="no SIGPIPE")
def test_a_closed_pipe_ends_it_quietly(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(200000))
    with subprocess.Popen([TOOL, "show", "--all", tmp_path / "x.npy"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as tool:
        tool.stdout.read(100)
        tool.stdout.close()
        assert tool.stderr.read() == b""
        assert tool.wait() == -signal.SIGPIPE


@pytest.mark.parametrize("name", ["a.npy", "three.npy", "some.npz", "small.npz"])
@pytest.mark.parametrize("command", ["ls", "show", "digest"])
def test_a_dash_is_stdin_from_pipe_and_file(folder, command, name):
    want = fine(command, name, cwd=folder).replace(name, "-")
    got = fine(command, "-", stdin=(folder / name).read_bytes())
    assert " ".join(got.split()) == " ".join(want.split())
    with open(folder / name, "rb") as file:
        done = subprocess.run([TOOL, command, "-"], stdin=file, capture_output=True)
    assert done.stdout.decode() == got


def test_a_member_of_stdin(folder):
    assert fine("show", "-:a", stdin=(folder / "some.npz").read_bytes()).startswith("[[0. 1. 2.]")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs")
@pytest.mark.parametrize("name", ["three.npy", "some.npz"])
def test_a_fifo_is_read(folder, tmp_path, name):
    os.mkfifo(tmp_path / "fifo")
    code = "import sys; open(sys.argv[2], 'wb').write(open(sys.argv[1], 'rb').read())"
    with subprocess.Popen([sys.executable, "-c", code, folder / name, tmp_path / "fifo"]):
        want = fine("show", folder / name).replace(str(folder / name), str(tmp_path / "fifo"))
        assert fine("show", tmp_path / "fifo") == want


# ---------------------------------------------------------------- ls

def test_ls_is_a_table(folder):
    assert fine("ls", "some.npz", cwd=folder) == (
        "a       <f8                                            (2, 3)  C  48  stored\n"
        "big     >f4                                            (2, 3)  F  24  stored\n"
        "record  [('f0', '<i4'), ('f1', '>f8'), ('f2', '<U2')]  (1,)    C  20  stored\n")
    assert fine("ls", "some.npz:big.npy", cwd=folder) == "big  >f4  (2, 3)  F  24  stored\n"


def test_ls_lists_all_arrays_of_a_file(folder):
    assert fine("ls", "three.npy", cwd=folder) == (
        "three.npy:0  <f8  (2, 3)  C  48  stored\n"
        "three.npy:1  <f8  (3, 2)  F  48  stored\n"
        "three.npy:2  <i8  ()      C   8  stored\n")


def test_ls_heads_several_files(folder):
    assert fine("ls", "a.npy", "one.npz", cwd=folder) == (
        "a.npy:\na.npy  <f8  (2, 3)  C  48  stored\n"
        "\none.npz:\nonly  <f8  (2, 3)  C  48  stored\n")


def test_ls_shows_raw_bytes_objects_and_escapes(folder):
    lines = fine("ls", "mixed.npz", cwd=folder).splitlines()
    assert lines[0].split() == ["read\\x1bme.txt", "-", "-", "-", "5", "stored"]
    assert fine("ls", "object.npy", cwd=folder).split()[:5] == ["object.npy", "|O", "(1,)", "C", "-"]
    assert "|O" in fine("ls", "objects.npz", cwd=folder)


def test_ls_shows_stored_and_deflated(folder):
    rows = [line.split() for line in fine("ls", "small.npz", cwd=folder).splitlines()]
    assert rows == [["zeros", "<f8", "(1000,)", "C", "8000", "deflated"],
                    ["day", "<M8[D]", "()", "C", "8", "deflated"]]


def test_ls_json_has_the_same_facts(folder):
    found = json.loads(fine("ls", "--json", "some.npz", "three.npy", "mixed.npz", cwd=folder))
    assert [entry["file"] for entry in found] == ["some.npz", "three.npy", "mixed.npz"]
    stored = zipfile.ZipFile(folder / "some.npz").getinfo("big.npy").compress_size
    assert found[0]["members"][1] == {
        "name": "big", "descr": ">f4", "shape": [2, 3], "order": "F", "bytes": 24,
        "stored_bytes": stored, "method": "stored"}
    assert [member["name"] for member in found[1]["members"]] == ["three:0", "three:1", "three:2"]
    assert found[2]["members"][0] == {"name": "read\x1bme.txt", "raw": True, "bytes": 5,
                                      "stored_bytes": 5, "method": "stored"}


def test_ls_widens_no_column_by_the_longest_name(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        for name in ["n" * 60_000, "n" * 200, *map(str, range(1000))]:
            archive.writestr(name, b"")
    rows = fine("ls", tmp_path / "x.npz").splitlines()
    assert rows[0] == "n" * 60_000 + "  -  -  -  0  stored"
    assert {len(row) for row in rows[1:]} == {200 + len("  -  -  -  0  stored")}


def test_ls_aligns_columns_by_display_width(tmp_path):
    names = ["世界", "e\u0301te\u0301", "ﾃｽﾄ", "\U0001f600", "Ａ", "abcdef"]
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    rows = fine("ls", tmp_path / "x.npz").splitlines()
    blanks = [2, 3, 3, 4, 4, 0]  # to the width of abcdef
    assert rows == [name + " " * blank + "  -  -  -  0  stored" for name, blank in zip(names, blanks)]


# Bidirectional controls, zero width, fillers, variation selectors, tags, private use, unassigned.
UNSEEN = ("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
          "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180e\u3164"
          "\uffa0\ufe00\ufe0f\U000e0100\u00a0\u2028\u2029\u3000\x7f\x85\ufff9\U0001d173"
          "\U000e0001\U000e0041\ue000\U000f0000\U0010fffd\u0378\uffff\U0001ffff\U000e0080")


@pytest.mark.parametrize("c", UNSEEN, ids=lambda c: "U+%04X" % ord(c))
def test_what_is_not_visible_in_a_name_is_escaped(tmp_path, c):
    name = "a%sb" % c
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr(name, b"")
    escape = json.dumps(c).strip('"')
    for command in ("ls", "digest"):
        text = fine(command, "--json", tmp_path / "x.npz")
        assert '"a%sb"' % escape in text and c not in text
    shown = ("\\x%02x" if ord(c) < 0x100 else "\\u%04x" if ord(c) < 0x10000 else "\\U%08x") % ord(c)
    assert fine("ls", tmp_path / "x.npz").startswith("a%sb  " % shown)


def test_json_has_every_character_and_shows_none_that_is_not_printable(tmp_path):
    points = [p for p in range(1, 0x110000) if not 0xD800 <= p < 0xE000 and chr(p) not in "/\\"]
    names = ["".join(map(chr, points[i:i + 16000])) for i in range(0, len(points), 16000)]
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    text = fine("ls", "--json", tmp_path / "x.npz")
    assert [member["name"] for member in json.loads(text)[0]["members"]] == names
    # what Python's Unicode has not assigned may be newer than Python
    assert all(c.isprintable() or c == "\n" or unicodedata.category(c) == "Cn" for c in set(text))


def test_ls_json_has_each_failure(folder, tmp_path):
    names = ["missing.npy", "text.npy", "empty.npy", "cut.npy", "mixed.npz", "a.npy"]
    done = fails(1, "ls", "--json", *names, cwd=folder)
    found = {entry["file"]: entry for entry in json.loads(done.stdout)}
    assert list(found) == names and "error" not in found["a.npy"] and "error" not in found["mixed.npz"]
    assert found["missing.npy"] == {"file": "missing.npy", "members": [], "error": {
        "status": "not found", "message": "no such file or directory"}}
    assert found["text.npy"]["members"] == [] and found["text.npy"]["error"] == {
        "status": "corrupt",
        "message": "not a .npy file: expected \\x93NUMPY at its start, found 'no arr'"}
    assert found["empty.npy"]["error"] == {"status": "corrupt", "message": "the file is empty"}
    assert found["cut.npy"]["members"] == [{
        "name": "cut", "descr": "<f8", "shape": [2, 3], "order": "C", "bytes": 48, "stored_bytes": 175,
        "method": "stored", "error": {"status": "corrupt",
                                      "message": "data: expected 48 bytes (6 items of 8), found 47"}}]
    (tmp_path / "x.npy").write_bytes(npy_bytes(np.arange(3)) + b"\x93NUMPY\1\0\2\0{}")
    done = fails(1, "ls", "--json", tmp_path / "x.npy")
    assert [member["name"] for member in json.loads(done.stdout)[0]["members"]] == ["x:0"]
    assert json.loads(done.stdout)[0]["error"]["status"] == "corrupt"


def test_ls_json_of_a_member_that_cannot_be_read_has_what_is_known(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("bad.npy", b"\x93NUMPY\1\0\2\0{}")
        archive.writestr("good.npy", npy_bytes(np.arange(3)))
    members = json.loads(fails(1, "ls", "--json", tmp_path / "x.npz").stdout)[0]["members"]
    assert [member["name"] for member in members] == ["bad", "good"] and "error" not in members[1]
    assert set(members[0]) == {"name", "bytes", "stored_bytes", "method", "error"}
    assert members[0]["error"]["status"] == "corrupt" and members[0]["bytes"] == 12
    assert fails(1, "ls", tmp_path / "x.npz").stdout.decode().split()[0] == "good"


@pytest.mark.parametrize("command", ["ls", "show", "digest", "cp"])
def test_bytes_after_the_last_array_are_counted(folder, tmp_path, command):
    out = [tmp_path / "x.npy"] if command == "cp" else []
    done = run(command, "trailing.npy", *out, cwd=folder)
    assert done.returncode == 0 and done.stderr.decode() == (
        "nyz: trailing.npy: warning: 4 bytes after the last array%s\n"
        % (", which are not copied" if out else ""))
    with open(folder / "trailing.npy", "rb") as file:
        piped = run(command, "-", *out, stdin=file.read())
    assert b"nyz: -: warning: 4 bytes after the last array" in piped.stderr
    (tmp_path / "one.npy").write_bytes(npy_bytes(np.arange(3)) + b"\n")
    assert b": warning: 1 byte after" in run(command, tmp_path / "one.npy", *out).stderr


# ---------------------------------------------------------------- FILE:N

def numbered(folder, *arrays):
    (folder / "x.npy").write_bytes(npy_bytes(*arrays))
    return str(folder / "x.npy")


@pytest.mark.parametrize("objects", [None, "a", 2**80, 1.5, [{"a": (1, b"\x93NUMPY\1\0", "." * 300)}, "é"] * 400])
@pytest.mark.parametrize("protocol", range(6))
def test_an_array_after_python_objects_is_found(tmp_path, objects, protocol):
    a = np.arange(3)
    box = np.array([None, 7], object)
    box[0] = objects
    head = npy_bytes(box)[:128]
    data = npy_bytes(a) + head + pickle.dumps(box, protocol) + npy_bytes(a + 1)
    (tmp_path / "x.npy").write_bytes(data)
    for name, text in ((str(tmp_path / "x.npy"), None), ("-", data)):
        listed = fine("ls", name, stdin=text or b"").splitlines()
        assert [line.split()[:2] for line in listed] == [
            [name + ":0", "<i8"], [name + ":1", "|O"], [name + ":2", "<i8"]]
        done = fails(1, "show", name, stdin=text or b"")
        assert done.stdout.decode() == "%s:0:\n[0 1 2]\n%s:2:\n[1 2 3]\n" % (name, name)
        assert done.stderr.decode().startswith("nyz: %s:1: an array of Python objects" % name)
        assert done.stderr.count(b"\n") == 1
        assert fine("show", name + ":2", stdin=text or b"") == "[1 2 3]\n"
        assert fails(1, "digest", name, stdin=text or b"").stdout.count(b"\n") == 2


def test_a_pickle_that_is_cut_or_damaged_ends_the_list(tmp_path):
    data = npy_bytes(np.arange(3), np.array([None, 7], object))
    for end in range(8 * 3 + 128 + 128, len(data)):
        (tmp_path / "x.npy").write_bytes(data[:end])
        done = fails(1, "ls", tmp_path / "x.npy")
        assert done.stderr.endswith(b":1: the pickle of its Python objects is damaged or cut short\n")
        assert done.stdout.count(b"\n") == 2
    (tmp_path / "x.npy").write_bytes(data[:280] + b"\xff" + data[281:])
    assert b"is damaged" in fails(1, "ls", tmp_path / "x.npy").stderr


@pytest.mark.parametrize("command", ["ls", "show", "digest", "cp"])
def test_one_of_several_arrays_has_a_number_from_0(tmp_path, command):
    arrays = [np.arange(3), np.array([1.5, 2.5]), np.array(["ab", "c"])]
    name = numbered(tmp_path, *arrays)
    np.save(tmp_path / "one.npy", arrays[1])
    one = str(tmp_path / "one.npy")
    for n, array in enumerate(arrays):
        for given, stdin in ((name, b""), ("-", npy_bytes(*arrays))):
            if command == "cp":
                assert run("cp", "%s:%d" % (given, n), "-", stdin=stdin).stdout == npy_bytes(array)
                continue
            out = fine(command, "%s:%d" % (given, n), stdin=stdin)
            if command == "show":
                assert out == numpy_text(array)
            else:
                whole = fine(command, given, stdin=stdin)
                assert out.split() == whole.splitlines()[n].split()
                assert "%s:%d" % (given, n) in out
    out = [tmp_path / "out.npy"] if command == "cp" else []
    assert fine(command, one + ":0", *out).replace(one + ":0", one) == fine(command, one, *out)
    for n in ("3", "99999999999999999999"):
        message = fails(1, command, name + ":" + n, *out).stderr.decode()
        assert message.startswith("nyz: %s: no array " % name) or "has no members" in message
    assert ": the file holds 3, from 0\n" in fails(1, command, name + ":3", *out).stderr.decode()
    for n in ("x", "", "-1", "1x"):
        assert b"a .npy file has no members; FILE:0 is its first array" in fails(
            1, command, name + ":" + n, *out).stderr


def test_cp_of_one_of_several_arrays_into_a_directory_keeps_the_file(tmp_path):
    name = numbered(tmp_path, np.arange(3), np.arange(4))
    fine("cp", name + ":1", tmp_path)
    assert (tmp_path / "x_1.npy").read_bytes() == npy_bytes(np.arange(4))
    assert (tmp_path / "x.npy").read_bytes() == npy_bytes(np.arange(3), np.arange(4))


@pytest.mark.parametrize("command", ["ls", "show", "digest"])
def test_a_cut_array_after_others_is_named_and_the_others_are_read(tmp_path, command):
    data = npy_bytes(np.arange(3), np.arange(100.0))
    (tmp_path / "x.npy").write_bytes(data[:-376])
    done = fails(1, command, "x.npy", cwd=tmp_path)
    assert done.stderr == (b"nyz: x.npy:1: data: expected 800 bytes (100 items of 8), found 424\n")
    assert b"x.npy:0" in done.stdout


def test_show_says_whose_array_it_prints(folder, tmp_path):
    a = "[[0. 1. 2.]\n [3. 4. 5.]]\n"
    assert fine("show", "a.npy", cwd=folder) == a
    assert fine("show", "a.npy", "one.npz", "one.npz:only", cwd=folder) == (
        "a.npy:\n" + a + "one.npz:only:\n" + a + "one.npz:only:\n" + a)
    shown = fine("show", "three.npy", cwd=folder)
    assert [line for line in shown.splitlines() if line.endswith(":")] == [
        "three.npy:0:", "three.npy:1:", "three.npy:2:"]
    assert fine("show", "three.npy:2", cwd=folder) == "5\n"
    assert fine("show", "three.npy:2", "a.npy", cwd=folder) == "three.npy:2:\n5\na.npy:\n" + a


# ---------------------------------------------------------------- show

def floats(rng, shape, dtype):
    size = int(np.prod(shape))
    kind = rng.integers(0, 8)
    if kind == 0:
        x = rng.normal(size=size)
    elif kind == 1:
        x = rng.integers(-1000, 1000, size)
    elif kind == 2:
        x = rng.normal(size=size) * 10.0 ** rng.integers(-8, 9, size)
    elif kind == 3:
        x = np.round(rng.normal(size=size) * 100, 2)
    elif kind == 4:
        x = 2.0 ** rng.integers(-60, 60, size)
    elif kind == 5:
        x = rng.choice([0.0, -0.0, 1.5, np.nan, np.inf, -np.inf, 1e-3, 1e8, 1e7], size)
    elif kind == 6 and np.dtype(dtype).itemsize <= 8:
        return rng.integers(0, 256, size * np.dtype(dtype).itemsize, "u1").view(dtype).reshape(shape)
    else:
        x = rng.uniform(size=size) * 10.0 ** rng.integers(-300, 300, size)
    with np.errstate(all="ignore"):
        return np.asarray(x).astype(dtype).reshape(shape)


def integers(rng, shape, dtype):
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    x = rng.integers(0, 256, size, "u1").view(dtype).reshape(shape)
    return x // np.array(rng.choice([1, 7, 100]), dtype)


def complexes(rng, shape, dtype):
    x = np.zeros(shape, dtype)
    x.real = floats(rng, shape, x.real.dtype)
    x.imag = floats(rng, shape, x.real.dtype)
    return x


def texts(rng, shape, dtype):
    choice = ["abc", "", "café", "it's", "\u200b\ue000\U0001f600", "a\"'\t\x7f\xa0", "日本"]
    return rng.choice(choice, shape).astype(dtype)


def strings(rng, shape, dtype):
    return rng.choice([b"abc", b"", b"it's", b"\x00\xff\n\\", b"\"q'"], shape).astype(dtype)


def dates(rng, shape, dtype):
    x = rng.integers(-2**62, 2**62, shape) // 10 ** int(rng.integers(0, 19))
    return np.asarray(np.where(rng.random(shape) < 0.1, -2**63, x), "i8").view(dtype)


def bools(rng, shape, dtype):
    return rng.integers(0, 2, shape).astype(dtype)


def voids(rng, shape, dtype):
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    return rng.integers(0, 256, size, "u1").view(dtype).reshape(shape)


MAKERS = {name: make for names, make in [
    ("f2 f4 f8 g >f2 >f4 >f8", floats), ("F D G >c8 >c16", complexes),
    ("i1 i2 i4 i8 u1 u2 u4 u8 >i4 >u8", integers), ("U1 U7 >U7", texts), ("S1 S7", strings),
    ("M8[Y] M8[M] M8[W] M8[D] M8[h] M8[m] M8[s] M8[ms] M8[us] M8[ns] M8[ps] M8[fs] M8[as] "
     "M8[25us] M8[3D] m8[s] m8[7h] >M8[s]", dates), ("?", bools), ("V3", voids),
] for name in names.split()}

SHAPES = [(), (0,), (1,), (5,), (30,), (999,), (1001,), (3, 4), (0, 3), (4, 30), (50, 40),
          (7, 8, 20), (2, 1, 3, 2), (1, 1), (9, 2, 9, 9)]


def struct(rng, shape, depth=0):
    fields = []
    values = []
    for i in range(rng.integers(1, 4)):
        inner = [(), (), (2,), (3, 1)][rng.integers(0, 4)]
        if depth < 2 and rng.random() < 0.2:
            value = struct(rng, shape + inner, depth + 1)
        else:
            name = rng.choice(sorted(MAKERS))
            value = MAKERS[name](rng, shape + inner, name)
        values.append(value)
        fields.append(("f%d" % i, value.dtype, inner))
    out = np.zeros(shape, fields)
    for i, value in enumerate(values):
        out["f%d" % i] = value
    return out


def check_show(folder, arrays, options=(), **numpy_options):
    """Shows many arrays with few calls of the tool, and compares them one by one."""
    path = folder / "shown.npz"
    np.savez(path, *arrays)
    text = fine("show", *options, path)
    with np.load(path) as loaded:
        for i, array in enumerate(arrays):
            mark = "arr_%d:\n" % i
            assert text.startswith(mark), text[:200]
            end = text.find("arr_%d:\n" % (i + 1))
            got, text = text[len(mark):end if end >= 0 else None], text[end:]
            want = numpy_text(loaded["arr_%d" % i], **numpy_options)
            assert got == want, (array.dtype, array.shape)


def agreed(array):
    """Leaves out what the manual names as different."""
    if array.ndim > 0:
        return True
    if array.dtype.kind == "U":
        return False
    return NUMPY < (2, 0) or (array.dtype.kind != "S" and array.dtype.names is None)


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_show_is_numpys_layout(tmp_path, name):
    rng = np.random.default_rng(sorted(MAKERS).index(name))
    arrays = [MAKERS[name](rng, shape, name) for shape in SHAPES for _ in range(4)]
    check_show(tmp_path, [array for array in arrays if agreed(array)])


@pytest.mark.parametrize("seed", range(8))
def test_show_structs_is_numpys_layout(tmp_path, seed):
    rng = np.random.default_rng(seed)
    arrays = [struct(rng, shape) for shape in SHAPES if np.prod(shape) <= 1001 for _ in range(3)]
    check_show(tmp_path, [array for array in arrays if agreed(array)])


@pytest.mark.parametrize("name", ["f8", "f4", "i4", "M8[s]", "U7", "G"])
def test_show_all_is_numpys_layout(tmp_path, name):
    rng = np.random.default_rng(7)
    check_show(tmp_path, [MAKERS[name](rng, shape, name) for shape in [(1500,), (40, 50), (5,)]],
               options=["--all"], threshold=sys.maxsize)


def test_show_fortran_order_and_powers_of_two(tmp_path):
    powers = [2.0 ** np.arange(-1074, 1024), 2.0 ** np.arange(-149, 128, dtype="f4"),
              2.0 ** np.arange(-24, 16, dtype="f2"), np.longdouble(2) ** np.arange(-400, 400)]
    check_show(tmp_path, [np.asfortranarray(np.arange(24).reshape(4, 6)), *powers,
                          *[-power for power in powers]], options=["--all"],
               threshold=sys.maxsize)


@pytest.mark.parametrize("value", [0.0, -0.0, 1.0, 1e15, 1e16, 1e-4, 1e-5, 123456789.0, np.nan,
                                   np.inf, -np.inf, 5e-324, 1.7976931348623157e308, 1 / 3])
@pytest.mark.parametrize("dtype", ["f4", "f8", "g", "F", "D", "G"])
def test_show_scalars(tmp_path, value, dtype):
    with np.errstate(all="ignore"):
        array = np.array(value, dtype)
    np.save(tmp_path / "x.npy", array)
    assert fine("show", tmp_path / "x.npy") == numpy_text(array)


def test_show_text_scalar_escapes_control_characters(tmp_path):
    np.save(tmp_path / "x.npy", np.array("é\x1b[31m\n"))
    assert fine("show", tmp_path / "x.npy") == "é\\x1b[31m\\n\n"


def test_show_empty_structs_and_voids(tmp_path):
    arrays = [np.zeros(2, np.dtype([])), np.zeros((2, 0)),
              np.zeros(2, np.dtype([("a", "f8", (0,))]))]
    check_show(tmp_path, arrays)


def test_show_raw_bytes_and_goes_on_after_a_bad_member(folder):
    done = fails(1, "show", "mixed.npz", cwd=folder)
    assert done.stdout.decode() == ("read\\x1bme.txt:\nb\"it's\\n\"\n"
                                    "a:\n[[0. 1. 2.]\n [3. 4. 5.]]\n"
                                    "z:\n[[1. 2. 3.]\n [4. 5. 6.]]\n")
    assert b"mixed.npz:bad.npy: " in done.stderr
    assert fine("show", "raw.npz:../notes", cwd=folder) == "b'%s'...\n" % ("text " * 200)
    assert fine("show", "--all", "raw.npz:../notes", cwd=folder) == "b'%s'\n" % ("text " * 1000)


NOTHING = "('a', '|S0', (1000000,))"


@pytest.mark.parametrize("descr,shape,size", [
    ("'|V0'", "(1152921504606846976,)", 0),
    ("[('b', [%s], (1000000,))]" % NOTHING, "()", 0),
    ("[('b', [%s], (1000000,)), ('c', 'u1')]" % NOTHING, "()", 1),
    ("[('b', [%s, ('c', 'u1')], (10,))]" % NOTHING, "()", 10),
    ("[%s, %s]" % (NOTHING, NOTHING.replace("a", "b")), "()", 0),
    ("[%s, ('c', 'u1')]" % NOTHING, "(2,)", 2),
    ("[('a', '<f8', (1000001, 0))]", "()", 0)])
def test_show_refuses_billions_of_nothing(tmp_path, descr, shape, size):
    header = b"{'descr': %s, 'fortran_order': False, 'shape': %s, }\n" % (descr.encode(),
                                                                         shape.encode())
    (tmp_path / "x.npy").write_bytes(b"\x93NUMPY\x01\0" + len(header).to_bytes(2, "little")
                                     + header + bytes(size))
    assert b"empty elements" in fails(1, "show", tmp_path / "x.npy").stderr


def test_show_goes_through_a_million_of_nothing(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((), [("a", "f8", (1000000, 0))]))
    assert fine("show", tmp_path / "x.npy").startswith("([[], [], [], [],")


# ---------------------------------------------------------------- digest

def test_digest_is_of_little_endian_elements_in_c_order(tmp_path):
    rng = np.random.default_rng(1)
    arrays = [MAKERS[name](rng, shape, name) for name in MAKERS for shape in [(), (0,), (3, 5)]]
    arrays += [struct(rng, (3, 2)) for _ in range(10)]
    arrays += [np.asfortranarray(array) for array in arrays]
    np.savez(tmp_path / "x.npz", *arrays)
    lines = fine("digest", "--values", tmp_path / "x.npz").splitlines()
    assert lines == ["%s  arr_%d" % (digest_of(array), i) for i, array in enumerate(arrays)]
    lines = fine("digest", tmp_path / "x.npz").splitlines()
    assert lines == ["%s  arr_%d" % (full_digest_of(array), i) for i, array in enumerate(arrays)]


def test_digest_differs_by_shape_and_dtype(tmp_path):
    a = np.arange(6, dtype="i4")
    arrays = [a, a.reshape(2, 3), a.reshape(3, 2), a.reshape(1, 6), a.view("f4"), a.view("u4"),
              a.view("S4"), a.view("V4"), a.view("i2"), a.view([("x", "<i4")]), a.view([("y", "<i4")]),
              a.view("i8"), a.view("M8[s]"), a.view("M8[ms]")]
    np.savez(tmp_path / "x.npz", *arrays)
    lines = fine("digest", tmp_path / "x.npz").splitlines()
    assert lines == ["%s  arr_%d" % (full_digest_of(array), i) for i, array in enumerate(arrays)]
    assert len({line.split()[0] for line in lines}) == len(arrays)
    assert len({line.split()[0] for line in fine(
        "digest", "--values", tmp_path / "x.npz").splitlines()}) == 1


def test_digest_counts_padding_as_zeros(tmp_path):
    inner = np.dtype({"names": ["p", "q"], "formats": ["u1", ">u4"], "offsets": [1, 4], "itemsize": 10})
    dtype = np.dtype({"names": ["a", "b", "c"], "formats": ["u1", inner, (inner, (2,))],
                      "offsets": [0, 3, 16], "itemsize": 40})
    arrays = []
    for fill in (0, 255):
        array = np.full(5 * 40, fill, np.uint8).view(dtype)
        for n, row in enumerate(array):
            row["a"] = n
            for part in (row["b"], row["c"][0], row["c"][1]):
                part["p"], part["q"] = n + 1, 1 << n * 7
        np.save(tmp_path / ("%d.npy" % fill), array)
        arrays.append(array)
    shown = [fine("digest", tmp_path / name).split()[0] for name in ("0.npy", "255.npy")]
    assert shown[0] == shown[1] == full_digest_of(arrays[0])
    shown = [fine("digest", "--values", tmp_path / name).split()[0] for name in ("0.npy", "255.npy")]
    assert shown[0] != shown[1]


def test_digest_of_a_member_without_array_is_that_of_its_bytes(folder):
    assert fine("digest", "raw.npz:../notes", cwd=folder) == "sha256:%s  ../notes\n" % hashlib.sha256(
        b"text " * 1000).hexdigest()


@pytest.mark.parametrize("shape", [(3000, 1000), (3, 500, 1000), (1, 2000000), (2000000, 1)])
def test_digest_of_large_arrays_ignores_order_byte_order_and_container(tmp_path, shape):
    array = np.random.default_rng(2).normal(size=shape)
    np.save(tmp_path / "c.npy", array)
    np.save(tmp_path / "f.npy", np.asfortranarray(array))
    np.save(tmp_path / "b.npy", array.astype(">f8"))
    np.savez(tmp_path / "z.npz", np.asfortranarray(array.astype(">f8")))
    out = fine("digest", "c.npy", "f.npy", "b.npy", "z.npz", cwd=tmp_path)
    want = full_digest_of(array)
    assert out == "".join("%s  %s\n" % (want, name)
                          for name in ["c.npy", "f.npy", "b.npy", "z.npz:arr_0"])


def test_digest_names(folder):
    full = np.arange(6.0).reshape(2, 3)
    a = full_digest_of(full)
    assert fine("digest", "one.npz", cwd=folder) == "%s  only\n" % a
    assert fine("digest", "./a.npy", cwd=folder) == "%s  ./a.npy\n" % a
    assert fine("digest", "a.npy", "one.npz", "three.npy:2", cwd=folder) == (
        "%s  a.npy\n%s  one.npz:only\n%s  three.npy:2\n" % (a, a, full_digest_of(np.array(5))))
    assert fine("digest", "three.npy", cwd=folder) == "".join(
        "%s  three.npy:%d\n" % (full_digest_of(array), n)
        for n, array in enumerate([full, full.T, np.array(5)]))


def test_digest_json_is_one_compact_object(folder):
    full = np.arange(6.0).reshape(2, 3)
    a = digest_of(full)
    notes = hashlib.sha256(b"text " * 1000).hexdigest()
    assert fine("digest", "--json", "raw.npz", cwd=folder) == (
        '{"members":[{"name":"../notes","raw":true,"sha256":"%s","digest":"sha256:%s"},'
        '{"name":"a","shape":[2,3],"descr":"<f8","sha256":"%s","digest":"%s"},'
        '{"name":"a","shape":[2,3],"descr":">f4","sha256":"%s","digest":"%s"}]}\n'
        % (notes, notes, a, full_digest_of(full), digest_of(np.arange(6, dtype="f4")),
           full_digest_of(full.astype(">f4"))))
    assert json.loads(fine("digest", "--json", folder / "a.npy"))["members"][0]["name"] == "a"


def test_json_writes_strings_as_pythons_but_what_is_not_visible(tmp_path):
    names = ["\"\\/", "".join(map(chr, range(1, 32))), "\x7f\x80\u2028\ufffe", "日本\U0001f600"]
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    want = {"members": [{"name": name, "raw": True, "sha256": hashlib.sha256(b"").hexdigest(),
                         "digest": "sha256:" + hashlib.sha256(b"").hexdigest()}
                        for name in names]}
    text = json.dumps(want, ensure_ascii=False, separators=(",", ":")) + "\n"
    assert fine("digest", "--json", tmp_path / "x.npz") == text.replace(
        "\x7f\x80\u2028\ufffe", "\\u007f\\u0080\\u2028\\ufffe")
    listed = fine("ls", "--json", tmp_path / "x.npz")
    assert [member["name"] for member in json.loads(listed)[0]["members"]] == names
    assert not any(c < " " or "\x7f" <= c < "\xa0" for c in listed[:-1])


def test_digest_json_of_several_files_is_an_array_with_the_object_of_each(folder):
    names = ["raw.npz", "a.npy", "some.npz:a"]
    found = json.loads(fine("digest", "--json", *names, cwd=folder))
    assert [list(each) for each in found] == [["file", "members"]] * 3
    for name, each in zip(names, found):
        assert each["file"] == name.split(":")[0]
        assert each["members"] == json.loads(fine("digest", "--json", name, cwd=folder))["members"]


def test_digest_json_of_several_files_has_each_failure(folder, tmp_path):
    names = ["mixed.npz", "a.npy", "cut.npy", "missing.npy", "some.npz:missing", "text.npy", "empty.npy"]
    done = fails(1, "digest", "--json", *names, cwd=folder)
    found = {each["file"]: each for each in json.loads(done.stdout)}
    assert list(found) == names and done.stdout.count(b"\n") == 1
    assert "error" not in found["a.npy"] and len(found["a.npy"]["members"]) == 1
    assert [("error" in member, "digest" in member) for member in found["mixed.npz"]["members"]].count(
        (True, False)) == 1
    bad = [member for member in found["mixed.npz"]["members"] if "error" in member]
    assert bad[0]["name"] == "bad" and bad[0]["error"]["status"] == "corrupt"
    assert found["cut.npy"]["members"][0]["error"]["status"] == "corrupt"
    listed = {each["file"]: each for each in json.loads(
        run("ls", "--json", *names, cwd=folder).stdout)}
    for name in names[3:]:
        assert found[name]["members"] == [] and found[name]["error"] == listed[name]["error"]


def test_digest_json_prints_nothing_if_an_array_cannot_be_read(folder):
    for name in ["mixed.npz", "objects.npz", "cut.npy"]:
        assert fails(1, "digest", "--json", name, cwd=folder).stdout == b""


# ---------------------------------------------------------------- cp

def numpy_like_archive():
    """Whether this Python's zipfile writes the layout that NumPy writes since Python 3.11.4."""
    out = io.BytesIO()
    np.savez(out, np.arange(1))
    return out.getvalue()[4] == 45


@pytest.mark.parametrize("name", ["some.npz", "small.npz", "objects.npz"])
def test_cp_gives_numpys_bytes(folder, tmp_path, name):
    fine("cp", folder / name, tmp_path / "x.npz")
    if numpy_like_archive():
        assert (tmp_path / "x.npz").read_bytes() == (folder / name).read_bytes()
    fine("cp", tmp_path / "x.npz", tmp_path / "y.npz")
    assert (tmp_path / "x.npz").read_bytes() == (tmp_path / "y.npz").read_bytes()


@pytest.mark.parametrize("name", ["a.npy", "three.npy"])
def test_cp_of_npy_files_gives_the_same_bytes(folder, tmp_path, name):
    fine("cp", folder / name, tmp_path / "x.npy")
    assert (tmp_path / "x.npy").read_bytes() == (folder / name).read_bytes()
    fine("cp", tmp_path / "x.npy", tmp_path / "x.npy")
    assert (tmp_path / "x.npy").read_bytes() == (folder / name).read_bytes()
    assert os.listdir(tmp_path) == ["x.npy"]
    assert run("cp", "-", "-", stdin=(folder / name).read_bytes()).stdout == (
        folder / name).read_bytes()


@pytest.mark.parametrize("options", [["--store"], ["--level", "9"], ["--level=1"], ["--level=fast"],
                                     ["--level", "1", "--blocks"], ["--blocks"], []])
@pytest.mark.parametrize("name", ["some.npz", "small.npz", "raw.npz"])
def test_cp_keeps_digests(folder, tmp_path, name, options):
    fine("cp", *options, folder / name, tmp_path / "x.npz")
    assert fine("digest", tmp_path / "x.npz") == fine("digest", folder / name)
    before = [(info.filename, info.compress_type) for info in zipfile.ZipFile(folder / name).infolist()]
    after = [(info.filename, info.compress_type) for info in zipfile.ZipFile(tmp_path / "x.npz").infolist()]
    assert [info[0] for info in after] == [info[0] for info in before]
    forced = {"--store": 0, "--level": 8, "--level=1": 8, "--level=fast": 8}.get(options[0] if options else "")
    assert all(now[1] == (was[1] if forced is None else forced) for now, was in zip(after, before))


def test_cp_blocks_makes_other_bytes_of_the_same_arrays(tmp_path):
    np.savez_compressed(tmp_path / "in.npz", a=np.random.default_rng(1).zipf(1.3, 500000) % 50000)
    fine("cp", tmp_path / "in.npz", tmp_path / "plain.npz")
    fine("cp", "--blocks", tmp_path / "in.npz", tmp_path / "blocks.npz")
    sizes = [os.path.getsize(tmp_path / name) for name in ("plain.npz", "blocks.npz")]
    assert sizes[0] < sizes[1] < sizes[0] * 1.006
    assert fine("digest", tmp_path / "blocks.npz") == fine("digest", tmp_path / "in.npz")
    assert b"--store cannot be combined with '--blocks'" in fails(
        2, "cp", "--store", "--blocks", tmp_path / "in.npz", tmp_path / "x.npz").stderr


def data_offsets(path):
    """Where the array of each stored member begins in the file, by NumPy's and Python's readers."""
    out = {}
    with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
        for info in archive.infolist():
            file.seek(info.header_offset)
            header = file.read(30)
            sizes = [int.from_bytes(header[at:at + 2], "little") for at in (26, 28)]
            start = info.header_offset + 30 + sum(sizes)
            file.seek(start)
            np.lib.format.read_magic(file)
            np.lib.format.read_array_header_1_0(file)
            out[info.filename] = file.tell()
    return out


@pytest.mark.parametrize("command", ["cp", "pack"])
def test_align_puts_the_data_of_stored_arrays_at_multiples(tmp_path, command):
    arrays = {"x" * n: np.arange(n, dtype="f8") for n in range(1, 90)}
    np.savez(tmp_path / "in.npz", **arrays)
    fine("unpack", "-d", tmp_path / "files", tmp_path / "in.npz")
    files = ["%s=%s" % (name, tmp_path / "files" / (name + ".npy")) for name in arrays]
    out = tmp_path / "out.npz"
    for align in (8, 64, 4096):
        if command == "cp":
            fine("cp", "--align", str(align), tmp_path / "in.npz", out)
        else:
            fine("pack", "--align=%d" % align, out, *files)
        assert {offset % align for offset in data_offsets(out).values()} == {0}
        assert fine("digest", out) == fine("digest", tmp_path / "in.npz")
    assert len({offset % 64 for offset in data_offsets(tmp_path / "in.npz").values()}) > 8
    for wrong in ("0", "7", "12", "65536", "x", ""):
        assert b"--align takes a power of two" in fails(
            2, "cp", "--align", wrong, tmp_path / "in.npz", out).stderr


def test_in_place_writes_into_out_and_never_into_what_is_read(tmp_path):
    np.save(tmp_path / "in.npy", np.arange(3))
    (tmp_path / "out.npz").write_bytes(b"old")
    os.link(tmp_path / "out.npz", tmp_path / "link.npz")
    fine("cp", "--in-place", tmp_path / "in.npy", tmp_path / "out.npz")
    assert list(np.load(tmp_path / "link.npz")["arr_0"]) == [0, 1, 2]
    fine("pack", "--in-place", tmp_path / "out.npz", tmp_path / "in.npy")
    assert list(np.load(tmp_path / "link.npz")["in"]) == [0, 1, 2]
    both = b"--in-place cannot write to a file that is also read"
    assert both in fails(2, "cp", "--in-place", tmp_path / "out.npz", tmp_path / "link.npz").stderr
    assert both in fails(2, "pack", "--any", "--in-place", tmp_path / "out.npz", tmp_path / "in.npy",
                         "x=%s" % (tmp_path / "link.npz")).stderr
    with open(tmp_path / "link.npz", "rb") as file:
        done = subprocess.run([TOOL, "cp", "--in-place", "-", tmp_path / "out.npz"], stdin=file,
                              capture_output=True)
    assert done.returncode == 2 and both in done.stderr
    assert list(np.load(tmp_path / "link.npz")["in"]) == [0, 1, 2]


def test_a_mounted_out_is_told_of_in_place(tmp_path):
    np.save(tmp_path / "in.npy", np.arange(3))
    (tmp_path / "out.npy").write_bytes(b"old")
    script = 'mount --bind "$1/out.npy" "$1/out.npy" && { "$0" cp "$1/in.npy" "$1/out.npy"; echo $?;' \
             '"$0" cp --in-place "$1/in.npy" "$1/out.npy"; }'
    done = subprocess.run(["unshare", "-m", "sh", "-c", script, TOOL, tmp_path], capture_output=True)
    if b"unshare" in done.stderr or b"mount:" in done.stderr:
        pytest.skip("mounting is not allowed here")
    assert done.returncode == 0 and done.stdout == b"3\n"
    assert done.stderr == (b"nyz: %s: cannot put the new file in the old one's place: device or "
                           b"resource busy; --in-place would write into the old file\n"
                           % os.fsencode(tmp_path / "out.npy"))
    assert list(np.load(tmp_path / "out.npy")) == [0, 1, 2]
    assert sorted(os.listdir(tmp_path)) == ["in.npy", "out.npy"]


def test_cp_archive_through_pipes_and_onto_itself(folder, tmp_path):
    data = (folder / "some.npz").read_bytes()
    piped = run("cp", "-", "-", stdin=data)
    assert piped.returncode == 0
    with np.load(io.BytesIO(piped.stdout)) as loaded:
        assert loaded.files == ["a", "big", "record"]
        assert loaded["big"].dtype == ">f4" and loaded["big"].flags.f_contiguous
    (tmp_path / "x.npz").write_bytes(data)
    fine("cp", tmp_path / "x.npz", tmp_path / "x.npz")
    assert fine("digest", tmp_path / "x.npz") == fine("digest", folder / "some.npz")


def test_cp_appends_to_a_redirected_file(folder, tmp_path):
    with open(tmp_path / "x", "ab") as out:
        subprocess.run([TOOL, "cp", folder / "some.npz", "-"], stdout=out, check=True)
    assert zipfile.ZipFile(tmp_path / "x").testzip() is None


def test_cp_between_kinds(folder, tmp_path):
    fine("cp", folder / "three.npy", tmp_path / "x.npz")
    with np.load(tmp_path / "x.npz") as loaded:
        assert loaded.files == ["arr_0", "arr_1", "arr_2"]
        assert loaded["arr_1"].shape == (3, 2) and loaded["arr_2"] == 5
    fine("cp", folder / "one.npz", tmp_path / "x.npy")
    assert (tmp_path / "x.npy").read_bytes() == (folder / "a.npy").read_bytes()
    fine("cp", str(folder / "some.npz") + ":big", tmp_path / "y.npy")
    assert np.load(tmp_path / "y.npy").dtype == ">f4"
    assert b"takes one array" in fails(1, "cp", folder / "some.npz", tmp_path / "z.npy").stderr
    assert not (tmp_path / "z.npy").exists()


def test_cp_warns_of_bytes_that_are_no_array(folder, tmp_path):
    done = run("cp", folder / "trailing.npy", tmp_path / "x.npy")
    assert done.returncode == 0 and b"not copied" in done.stderr
    assert (tmp_path / "x.npy").read_bytes() == (folder / "a.npy").read_bytes()


@pytest.mark.parametrize("name", ["mixed.npz", "cut.npy", "missing.npy", "empty.npy", "text.npy"])
def test_cp_of_bad_files_leaves_the_old_one(folder, tmp_path, name):
    for out in ["x.npz", "x.npy"]:
        (tmp_path / out).write_bytes(b"old")
        fails(1, "cp", folder / name, tmp_path / out)
        assert (tmp_path / out).read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["x.npy", "x.npz"]


def test_cp_of_a_cut_second_array_leaves_the_old_file(tmp_path):
    (tmp_path / "in.npy").write_bytes(npy_bytes(np.arange(3), np.arange(4))[:-1])
    (tmp_path / "out.npy").write_bytes(b"old")
    fails(1, "cp", tmp_path / "in.npy", tmp_path / "out.npy")
    assert (tmp_path / "out.npy").read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["in.npy", "out.npy"]


@pytest.mark.parametrize("out", ["dir", "dir/", "dir/.", "link"])
@pytest.mark.parametrize("name, copy", [
    ("a.npy", "a.npy"), ("three.npy", "three.npy"), ("some.npz", "some.npz"), ("zipped", "zipped"),
    ("some.npz:big", "big.npy"), ("some.npz:big.npy", "big.npy"), ("deep.npz:net/fc1.weight", "fc1.weight.npy"),
    ("upper.NPY", "upper.NPY")])
def test_cp_into_a_directory_keeps_name_and_kind(folder, tmp_path, out, name, copy):
    shutil.copy(folder / "some.npz", tmp_path / "zipped")
    shutil.copy(folder / "a.npy", tmp_path / "upper.NPY")
    for file in ("a.npy", "three.npy", "some.npz"):
        shutil.copy(folder / file, tmp_path)
    np.savez(tmp_path / "deep.npz", **{"net/fc1.weight": np.arange(3)})
    (tmp_path / "dir").mkdir()
    (tmp_path / "link").symlink_to("dir")
    assert fine("cp", name, out, cwd=tmp_path) == ""
    assert os.listdir(tmp_path / "dir") == [copy]
    whole = "whole.npz" if name in ("some.npz", "zipped") else "whole.npy"
    fine("cp", name, whole, cwd=tmp_path)
    assert (tmp_path / "dir" / copy).read_bytes() == (tmp_path / whole).read_bytes()
    fine("cp", name, out, cwd=tmp_path)  # replaces it


def test_cp_into_a_directory_needs_a_name(folder, tmp_path):
    fails(2, "cp", "-", tmp_path, stdin=(folder / "a.npy").read_bytes())
    for member in ("..", "a/..", "a\\b", "nul", "a?"):
        with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
            archive.writestr(member + ".npy", npy_bytes(np.arange(3)))
        (tmp_path / "dir").mkdir(exist_ok=True)
        message = fails(2, "cp", "x.npz:" + member, "dir", cwd=tmp_path).stderr
        assert b"is a directory" in message and b"name the file" in message
        assert os.listdir(tmp_path / "dir") == []


def test_cp_of_a_member_without_array_says_how_to_get_its_bytes(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("notes.txt", b"text")
    for out in ("x.npy", "-", "."):
        message = fails(1, "cp", "x.npz:notes.txt", out, cwd=tmp_path).stderr.decode()
        assert message == ("nyz: x.npz:notes.txt: the member holds no array; 'nyz unpack x.npz notes.txt "
                           "-d DIR' writes its bytes to a file\n")
    fine("unpack", "x.npz", "notes.txt", "-d", "new", cwd=tmp_path)
    assert (tmp_path / "new" / "notes.txt").read_bytes() == b"text"
    message = fails(1, "cp", "x.npz", "x.npy", cwd=tmp_path).stderr.decode()
    assert "no member holds an array; nyz unpack" in message
    zipfile.ZipFile(tmp_path / "none.npz", "w").close()
    assert b"the archive is empty" in fails(1, "cp", "none.npz", "x.npy", cwd=tmp_path).stderr


def test_endings_may_be_in_capitals(folder, tmp_path):
    fine("cp", folder / "a.npy", tmp_path / "x.NPZ")
    fine("cp", folder / "a.npy", tmp_path / "y.Npz")
    assert zipfile.ZipFile(tmp_path / "x.NPZ").namelist() == ["arr_0.npy"]
    assert (tmp_path / "x.NPZ").read_bytes() == (tmp_path / "y.Npz").read_bytes()
    fine("unpack", "x.NPZ", cwd=tmp_path)
    assert os.listdir(tmp_path / "x") == ["arr_0.npy"]
    shutil.copy(folder / "a.npy", tmp_path / "B.NPY")
    fine("pack", "Z.NPZ", "B.NPY", "C.NPY=B.NPY", cwd=tmp_path)
    assert zipfile.ZipFile(tmp_path / "Z.NPZ").namelist() == ["B.npy", "C.npy"]
    assert json.loads(fine("ls", "--json", "B.NPY", cwd=tmp_path))[0]["members"][0]["name"] == "B"


@pytest.mark.parametrize("command", ["ls", "show", "digest", "cp", "unpack"])
@pytest.mark.parametrize("name, meant", [("fc1.wieght", "fc1.weight"), ("FC1.Weight", "fc1.weight"),
                                         ("fc1.wieght.npy", "fc1.weight"), ("note.txt", "notes.txt"),
                                         ("bais", "bias"), ("embedding", None), ("", None)])
def test_a_missing_member_is_named_and_the_nearest_suggested(tmp_path, command, name, meant):
    np.savez(tmp_path / "x.npz", **{"fc1.weight": np.arange(3), "bias": np.arange(2)})
    with zipfile.ZipFile(tmp_path / "x.npz", "a") as archive:
        archive.writestr("notes.txt", b"")
    out = {"cp": ["out.npy"], "unpack": ["-d", "out"]}.get(command, [])
    text = "; did you mean '%s'?" % meant if meant else " (the archive has 3 members)"
    want = "nyz: x.npz: no member '%s'%s\n" % (name, text)
    assert fails(1, command, "x.npz:" + name, *out, cwd=tmp_path).stderr.decode() == want
    if command == "unpack":
        assert fails(1, "unpack", "x.npz", name, *out, cwd=tmp_path).stderr.decode() == want


def test_cp_to_a_missing_folder_exits_1(folder, tmp_path):
    for name in ["a.npy", "three.npy", "some.npz"]:
        fails(1, "cp", folder / name, tmp_path / "no" / ("x" + name[-4:]))


@pytest.mark.parametrize("name,descr", [("mldtype_float8_e5m2", "|V1"), ("mldtype_bfloat16", "|V2")])
def test_opaque_bytes_have_one_dtype_in_a_digest(name, descr):
    path = os.path.join(ROOT, "fixtures", "good", name + ".npy")
    with open(path, "rb") as file:
        content = file.read()
    end = 10 + int.from_bytes(content[8:10], "little")
    shape = content[10:end].split(b"'shape': ")[1].split(b", }")[0].decode()
    text = "nyz array 1\n%s\n%s\n" % (descr, shape)
    wanted = hashlib.sha256(text.encode() + content[end:]).hexdigest()
    done = subprocess.run([TOOL, "digest", path], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == "n1:" + wanted


@pytest.mark.parametrize("name", ["descr_O8", "descr_object", "descr_object_field"])
def test_objects_without_a_pickle_are_refused_by_every_command_that_reads(name):
    path = os.path.join(ROOT, "fixtures", "bad", name + ".npy")
    for command in ("digest", "show"):
        done = subprocess.run([TOOL, command, path], capture_output=True, text=True, check=False)
        assert done.returncode == 1 and "Python objects" in done.stderr


@pytest.mark.parametrize("before,comment", [(0, 20000), (30, 16000), (30, 20000), (5000, 65535)])
def test_an_archive_is_read_after_other_bytes_and_before_any_comment(tmp_path, before, comment):
    path = tmp_path / "self_extracting.npz"
    np.savez(path, a=np.arange(3), b=np.float32(1.5))
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"#" * comment
    path.write_bytes(b"#!/bin/sh\n".ljust(before, b"#")[:before] + path.read_bytes())
    assert fine("ls", path).splitlines()[0].split()[:2] == ["a", "<i8"]
    assert fine("show", "%s:a" % path).split() == ["[0", "1", "2]"]
