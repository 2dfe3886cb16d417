# SPDX-License-Identifier: MIT
"""Slices in what the tool is given, FILE[SLICE] and FILE:MEMBER[SLICE], against NumPy's."""

import io
import os
import random
import subprocess

import numpy as np
import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOL = os.path.abspath(os.environ.get("NYZ_TOOL", os.path.join(ROOT, "build", "nyz")))

pytestmark = pytest.mark.skipif(not os.path.exists(TOOL), reason="the tool is not built")

# From a path, and from standard input as a pipe.
SOURCES = [("x.npy", None), ("stored.npz:w", None), ("deflated.npz:w.npy", None), ("stored.npz", None),
           ("-", "x.npy"), ("-:w", "stored.npz"), ("-:w", "deflated.npz")]


def run(folder, *args, piped=None):
    data = (folder / piped).read_bytes() if piped else b""
    return subprocess.run([TOOL, *map(str, args)], input=data, capture_output=True, cwd=folder,
                          timeout=120)


def fails(status, *args):
    done = run(*args)
    assert done.returncode == status, (args, done.returncode, done.stderr)
    assert done.stdout == b""
    return done.stderr.decode()


def save(folder, array):
    np.save(folder / "x.npy", array)
    np.savez(folder / "stored.npz", w=array)
    np.savez_compressed(folder / "deflated.npz", w=array)


def entry(rng, n):
    """An index, or a range with parts left out, in and out of bounds, of either direction."""
    if n and rng.random() < .2:
        return str(rng.randrange(-n, n))
    bounds = [rng.choice(["", str(rng.randrange(-n - 3, n + 4))]) for _ in range(2)]
    return ":".join(bounds) + rng.choice(["", ":", ":1", ":2", ":-1", ":-2", ":3", ":-7"])


def slice_text(rng, shape):
    entries = [entry(rng, n) for n in shape]
    first, last = sorted(rng.randrange(len(shape) + 1) for _ in range(2))
    how = rng.random()
    if how < .3:
        entries[first:last] = ["..."]
    elif how < .6:
        del entries[max(last, 1):]
    return rng.choice([",", ", ", " , "]).join(entries) + rng.choice(["", "", ","])


def taken(array, text):
    """NumPy's slice, always an array, with the dtype of the file."""
    part = np.asarray(eval("array[%s]" % text, {"array": array})).astype(array.dtype)
    return np.array(part, order="C", ndmin=0)


def check(folder, array, text):
    want = taken(array, text)
    np.save(folder / "want.npy", want)
    digest, shown = (run(folder, command, "want.npy").stdout for command in ("digest", "show"))
    for source, piped in SOURCES:
        given = "%s[%s]" % (source, text)
        copied = run(folder, "cp", given, "-" if ":" in source or source[-1] != "z" else "out.npy",
                     piped=piped)
        assert (copied.returncode, copied.stderr) == (0, b""), (given, array.shape)
        got = np.load(io.BytesIO(copied.stdout) if copied.stdout else folder / "out.npy")
        assert (got.shape, got.dtype, got.tobytes()) == (want.shape, want.dtype, want.tobytes()), given
        assert run(folder, "digest", given, piped=piped).stdout.split()[0] == digest.split()[0], given
        lines = run(folder, "show", given, piped=piped).stdout
        heading = source == "stored.npz"
        assert lines == (("w[%s]:\n" % text).encode() if heading else b"") + shown, given


@pytest.mark.parametrize("seed", range(8))
def test_slices_are_numpys_on_every_container(tmp_path, seed):
    rng = random.Random(seed)
    shape = tuple(rng.choice([1, 2, 5, 7, 13, 40]) for _ in range(rng.randrange(1, 5)))
    array = np.arange(np.prod(shape)).astype(rng.choice(["<i2", ">f4", "u1", "<c8", "S3"])).reshape(shape)
    array = np.asfortranarray(array) if rng.random() < .4 else array
    save(tmp_path, array)
    for _ in range(3):
        check(tmp_path, array, slice_text(rng, shape))


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("text", ["::3", "::-3, 1", "-900000:, ::-1"])
def test_slices_of_more_than_one_piece(tmp_path, order, text):
    """Pieces are of 4 MiB; of what is shown only the edges are read."""
    array = np.arange(4500000, dtype="<i4").reshape(1500000, 3).copy(order=order)
    save(tmp_path, array)
    check(tmp_path, array, text)


def test_cp_of_a_slice_keeps_memory_order_and_byte_order(tmp_path):
    save(tmp_path, np.asfortranarray(np.arange(60, dtype=">i2").reshape(5, 12)))
    for source in ("x.npy[1:4]", "stored.npz:w[1:4]", "deflated.npz:w[1:4]"):
        assert run(tmp_path, "cp", source, "out.npy").returncode == 0
        got = np.load(tmp_path / "out.npy")
        assert got.flags.f_contiguous and not got.flags.c_contiguous and got.dtype == ">i2"


def test_cp_puts_a_slice_into_an_archive_and_a_directory(tmp_path):
    save(tmp_path, np.arange(10))
    assert run(tmp_path, "cp", "deflated.npz:w[2:4]", "out.npz").returncode == 0
    assert np.load(tmp_path / "out.npz")["w"].tolist() == [2, 3]
    assert run(tmp_path, "cp", "x.npy[2:4]", "out.npz").returncode == 0
    assert np.load(tmp_path / "out.npz")["arr_0"].tolist() == [2, 3]
    (tmp_path / "to").mkdir()
    assert run(tmp_path, "cp", "x.npy[2:4]", "to").returncode == 0
    assert np.load(tmp_path / "to" / "x.npy").tolist() == [2, 3]


def test_a_file_and_a_member_of_the_whole_name_come_first(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(3))
    with open(tmp_path / "x.npy[1]", "wb") as file:
        np.save(file, np.arange(4))
    assert run(tmp_path, "show", "x.npy[1]").stdout == b"[0 1 2 3]\n"
    assert run(tmp_path, "show", "./x.npy[2]").stdout == b"2\n"
    np.savez(tmp_path / "m.npz", **{"w": np.arange(5), "w[0]": np.arange(6), "x:y": np.arange(7)})
    assert run(tmp_path, "show", "m.npz:w[0]").stdout == b"[0 1 2 3 4 5]\n"
    assert run(tmp_path, "show", "m.npz:w[0][1]").stdout == b"1\n"
    assert run(tmp_path, "show", "m.npz:w[1]").stdout == b"1\n"
    assert run(tmp_path, "show", "m.npz:x:y[2:4]").stdout == b"[2 3]\n"


def test_names_in_what_is_printed_have_the_slice(tmp_path):
    save(tmp_path, np.arange(10))
    shown = run(tmp_path, "show", "x.npy[::5]", "stored.npz:w[ -1 ]").stdout
    assert shown == b"x.npy[::5]:\n[0 5]\nstored.npz:w[ -1 ]:\n9\n"
    digests = run(tmp_path, "digest", "x.npy[::5]", "stored.npz:w[0:1]").stdout.splitlines()
    assert [line.split(b"  ")[1] for line in digests] == [b"x.npy[::5]", b"stored.npz:w[0:1]"]


@pytest.mark.parametrize("text,says", [
    ("", "character 1 is its end, expected a number, ':' or '...'"),
    ("0:x", "character 3 is 'x', expected ','"),
    ("1 2", "character 3 is '2', expected ':' or ','"),
    ("::0", "character 3 is '0', expected a step other than 0"),
    ("..., ...", "character 6 is '.', expected only one '...'"),
    ("-:3", "character 2 is ':', expected a number"),
    (",", "character 1 is ',', expected a number"),
    ("a\u00e4:", "character 1 is 'a', expected a number"),
    ("\u00e4\u00e4:", "character 1 is '\u00e4', expected a number"),
    ("1,\u00e4", "character 3 is '\u00e4', expected a number"),
    ("1.5", "character 2 is '.', expected ':' or ','"),
    ("None", "character 1 is 'N', expected a number"),
    (",".join(["0"] * 66), "expected at most 64 axes")])
def test_what_is_no_slice_is_wrong_use_and_said_where(tmp_path, text, says):
    save(tmp_path, np.arange(10))
    for source in ("x.npy", "x.npy:0", "stored.npz:w", "deflated.npz:w"):
        message = fails(2, tmp_path, "show", "%s[%s]" % (source, text))
        assert "is not a slice: " in message and says in message and "[10:20, ::2]" in message, message


def test_a_slice_that_does_not_fit_the_array_says_what_it_has(tmp_path):
    save(tmp_path, np.zeros((3, 5)))
    for source in ("x.npy", "x.npy:0", "stored.npz:w", "deflated.npz:w"):
        for command in (["show"], ["digest"]):
            message = fails(1, tmp_path, *command, source + "[3]")
            assert "index 3 is beyond axis 0 of (3, 5)" in message
            assert "index -6 is beyond axis 1 of (3, 5)" in fails(1, tmp_path, *command, source + "[..., -6]")
            message = fails(1, tmp_path, *command, source + "[0, 0, :]")
            assert "the slice has 3 axes, the array 2 axes: (3, 5)" in message
        (tmp_path / "out.npy").write_bytes(b"old")
        assert "index 3 is" in fails(1, tmp_path, "cp", source + "[3]", "out.npy")
        assert (tmp_path / "out.npy").read_bytes() == b"old"
    big = 10 ** 30
    assert "beyond axis 0" in fails(1, tmp_path, "show", "x.npy[%d]" % big)
    assert run(tmp_path, "show", "x.npy[-%d:%d:%d, 0]" % (big, big, big)).stdout == b"[0.]\n"


def test_a_slice_is_one_of_one_array(tmp_path):
    np.savez(tmp_path / "two.npz", a=np.arange(3), b=np.arange(3))
    with open(tmp_path / "two.npy", "wb") as file:
        np.save(file, np.arange(3))
        np.save(file, np.arange(3, 6))
    for command in ("show", "digest"):
        assert "2 members; name one" in fails(1, tmp_path, command, "two.npz[0]")
        assert "several arrays; name one" in fails(1, tmp_path, command, "two.npy[0]")
    assert "several arrays" in fails(1, tmp_path, "cp", "two.npy[0]", "out.npy")
    assert not (tmp_path / "out.npy").exists()
    assert run(tmp_path, "show", "two.npy:1[1:]").stdout == b"[4 5]\n"
    assert run(tmp_path, "show", "two.npz:b[1:]").stdout == b"[1 2]\n"


def test_what_is_missing_is_named_without_the_slice(tmp_path):
    save(tmp_path, np.arange(3))
    assert fails(1, tmp_path, "show", "no.npy[1:2]").startswith("nyz: no.npy: ")
    assert "'v'" in fails(1, tmp_path, "show", "stored.npz:v[0]")
    assert "'v[x]'" in fails(1, tmp_path, "show", "stored.npz:v[x]")


def test_bytes_have_no_slices_and_ls_and_unpack_take_none(tmp_path):
    import zipfile
    with zipfile.ZipFile(tmp_path / "raw.npz", "w") as archive:
        archive.writestr("notes.txt", "text")
    save(tmp_path, np.arange(3))
    for command in (["show"], ["digest"]):
        assert "no array to take a slice of" in fails(1, tmp_path, *command, "raw.npz:notes.txt[0]")
    assert "no array to take a slice of" in fails(1, tmp_path, "cp", "raw.npz:notes.txt[0]", "out.npz")
    for command in ("ls", "unpack"):
        assert "takes no slices" in fails(2, tmp_path, command, "stored.npz:w[0]")


def test_a_slice_of_what_is_cut_or_damaged_fails(tmp_path):
    save(tmp_path, np.arange(100))
    whole = (tmp_path / "x.npy").read_bytes()
    (tmp_path / "cut.npy").write_bytes(whole[:-8])
    for command in (["show"], ["digest"]):
        assert "expected 800 bytes (100 items of 8), found 792" in fails(
            1, tmp_path, *command, "cut.npy[0]")
    for source in ("cut.npy", "cut.npy[::2]", "cut.npy[::-1]"):  # of a pipe, too
        done = run(tmp_path, "digest", source.replace("cut.npy", "-"), piped="cut.npy")
        assert done.returncode == 1 and b"found 792" in done.stderr and done.stdout == b""
