# SPDX-License-Identifier: MIT
"""The committed fixtures: that the generator still makes them, that NumPy reads the good ones
as the manifest says, and that the library does, by name and by number."""

import hashlib
import json
import os
import sys
import warnings

import numpy as np
import pytest

import libnyz
import make_fixtures
from conftest import FIXTURES
from fixture_parts import little_endian

with open(os.path.join(FIXTURES, "manifest.json"), encoding="utf-8") as f:
    MANIFEST = json.load(f)
GOOD = [e for e in MANIFEST if e["file"].startswith("good/")]
NPY = [e for e in MANIFEST if e["file"].endswith(".npy")]
NPZ = [e for e in MANIFEST if e["file"].endswith(".npz")]
NUMPY = tuple(map(int, np.__version__.split(".")[:2]))
MODERN = NUMPY >= (2, 0) and sys.version_info >= (3, 11, 4)


def each(entries):
    return pytest.mark.parametrize("entry", entries, ids=[e["file"] for e in entries])


def path_of(entry):
    return os.path.join(FIXTURES, entry["file"])


def content_of(entry):
    with open(path_of(entry), "rb") as file:
        return file.read()


def digest(array):
    """SHA-256 of the elements as the manifest counts them."""
    order = array.flags.f_contiguous and not array.flags.c_contiguous
    raw = array.tobytes("A")
    return hashlib.sha256(little_endian(array.dtype, array.shape, order, raw)).hexdigest()


def assert_is(array, expected):
    assert list(array.shape) == expected["shape"]
    assert digest(array) == expected["sha256"]


# -------------------------------------------------------------------------- the files alone

def test_every_file_is_in_the_manifest():
    there = {os.path.join(folder, name) for folder in ("good", "bad")
             for name in os.listdir(os.path.join(FIXTURES, folder))}
    assert there == {e["file"] for e in MANIFEST}


def test_the_generator_makes_these_bytes():
    made = make_fixtures.collect(FIXTURES).contents
    wrong = [name for name in make_fixtures.compare(FIXTURES, made)]
    assert wrong == []


@pytest.mark.skipif(not MODERN, reason="the lists are made by NumPy 2 and a new Python")
def test_the_generator_makes_these_lists():
    made = make_fixtures.files(FIXTURES)
    lists = {name: made[name] for name in ("manifest.json", "entry_points.tsv")}
    assert make_fixtures.compare(FIXTURES, lists) == []


def test_the_fixtures_stay_small():
    assert sum(os.path.getsize(path_of(e)) for e in MANIFEST) < 3_000_000


def test_every_checklist_item_with_a_file_has_one():
    items = {i for e in MANIFEST for i in e["checklist"]}
    without = {30, 31, 33, 52, 59, 61, 62, 63, 67, 76, 85, 88, 89, 90, 91, 92, 93, 94, 57}
    assert set(range(1, 95)) - items <= without


# ------------------------------------------------------------- what NumPy says of the files

READ_BY_US_ONLY = set("""
type_f12.npy type_f12_big.npy type_c24.npy type_c24_big.npy descr_top_subarray.npy
descr_top_struct.npy names_not_utf8.npz comment_signature.npz prefix.npz prefix_shift.npz
objects.npz mixed_objects.npz
mldtype_float8_e5m2.npy mldtype_float8_e5m2_big.npy mldtype_complex32.npy
mldtype_complex32_big.npy mldtype_bcomplex32.npy mldtype_struct.npy
shape_np_int64.npy shape_array.npy
""".split())
READ_BY_NUMPY_ONLY = set("""
header_twice.npy header_named_escape.npy header_brackets.npy descr_empty_dict.npy
descr_letter.npy descr_name.npy descr_name_int.npy descr_a8.npy descr_comma.npy
descr_nesting.npy crlf.npy
crc_local.npz usize_local.npz csize_local.npz usize_more.npz csize_more.npz csize_less.npz
method_differs.npz flags_differ.npz trailing_member.npz flag_13.npz method_12.npz ratio.npz
size_huge.npz overlap_inside.npz name_nul.npz extra_short.npz zip64_missing.npz
zip64_negative.npz disk.npz count_0.npz count_1.npz count_5.npz counts_differ.npz end_disk.npz
end_cd_disk.npz comment_less.npz comment_more.npz suffix.npz zip64_count.npz zip64_disk.npz
zip64_record.npz zip64_locator.npz zip64_locator_huge.npz zip64_disagree.npz npy.npz
""".split())


def numpy_reads(path):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = np.load(path, max_header_size=1 << 30)
            if isinstance(loaded, np.lib.npyio.NpzFile):
                for name in loaded.files:
                    loaded[name]
                loaded.close()
    except Exception:  # every kind of refusal: NumPy has at least eight
        return False
    return True


@pytest.mark.skipif(not MODERN or NUMPY < (2, 3), reason="older NumPys and Pythons differ")
def test_numpy_and_we_differ_only_where_we_say_so():
    differ = {True: set(), False: set()}  # who reads it: NumPy?
    for entry in MANIFEST:
        if entry["file"] == "bad/descr_unit_0.npy":  # NumPy dies of it: SIGFPE
            continue
        reads = numpy_reads(path_of(entry))
        if reads != (entry in GOOD):
            differ[reads].add(os.path.basename(entry["file"]))
    assert differ == {True: READ_BY_NUMPY_ONLY, False: READ_BY_US_ONLY}


# ------------------------------------------------------------------- what we say of the files

def loadable(expected):
    """Not f12, c24: no NumPy dtype of this machine stands for them; nor over 32 axes."""
    descr = expected.get("descr", "")
    return descr[1:] not in ("f12", "c24") and \
        (MODERN or len(expected.get("shape", [])) <= 32)


@each([e for e in NPY if e["status"] == "ok" and loadable(e["arrays"][0])])
def test_good_npy(entry):
    expected = entry["arrays"][0]
    kept = libnyz.load(path_of(entry), byteorder=libnyz.KEEP_BYTEORDER)
    assert_is(kept, expected)
    assert_is(libnyz.load(path_of(entry)), expected)
    assert_is(libnyz.load(path_of(entry), byteorder=libnyz.BIG_ENDIAN), expected)
    assert_is(libnyz.load(path_of(entry), order=libnyz.C_ORDER), expected)
    assert_is(libnyz.load(path_of(entry), order=libnyz.F_ORDER), expected)
    dtype, shape, _ = libnyz.peek(path_of(entry))
    assert (dtype, shape) == (kept.dtype, kept.shape)


@each([e for e in GOOD if e["written_by"] == "NumPy"])
def test_saving_what_numpy_wrote_gives_the_same_bytes(entry):
    if entry["file"] in ("good/three.npy", "good/version_2.npy", "good/version_3.npy"):
        return  # three arrays; a version that was asked for
    array = libnyz.load(path_of(entry), byteorder=libnyz.KEEP_BYTEORDER)
    assert libnyz.save_mem(array) == content_of(entry)
    assert libnyz.resave(content_of(entry), byteorder=libnyz.KEEP_BYTEORDER) == content_of(entry)


@each([e for e in NPY if e["status"] != "ok"])
def test_bad_npy(entry):
    with pytest.raises(libnyz.NyzError) as refusal:
        libnyz.load(path_of(entry))
    assert refusal.value.status == entry["status"], str(refusal.value)


@each(NPZ)
def test_npz(entry):
    if entry["status"] != "ok":
        with pytest.raises(libnyz.NyzError) as refusal:
            libnyz.Npz(path_of(entry))
        assert refusal.value.status == entry["status"], str(refusal.value)
        return
    with libnyz.Npz(path_of(entry)) as npz:
        assert npz.names() == [a["name"] for a in entry["arrays"]]
        for index, expected in enumerate(entry["arrays"]):
            check_member(npz, index, expected)


def check_member(npz, index, expected):
    if expected["status"] == "ok":
        assert_is(npz.load(index), expected)
        return
    with pytest.raises(libnyz.NyzError) as refusal:
        npz.load(index)
    assert refusal.value.status == expected["status"], str(refusal.value)
    if expected["status"] == "not found":
        assert hashlib.sha256(npz.bytes(index)).hexdigest() == expected["sha256"]


@each([e for e in NPZ if e["file"].startswith(("good/new_", "good/old_"))])
def test_look_up_by_name_and_by_key(entry):
    names = [a["name"] for a in entry["arrays"]]
    with libnyz.Npz(path_of(entry)) as npz:
        for index, name in enumerate(names):
            assert npz.find(name) == index
            key = name[:-4]
            assert npz.find(key) == (names.index(key) if key in names else index)
        assert npz.find("missing") == -1


def test_the_last_of_two_members_of_one_name_counts():
    path = os.path.join(FIXTURES, "good", "duplicates.npz")
    with libnyz.Npz(path) as npz:
        assert npz.find("a") == 1
        assert npz.load("a").shape == (1, 2)
    with pytest.raises(libnyz.NyzError, match="corrupt"):
        libnyz.Npz(path, flags=libnyz.UNTRUSTED)


@pytest.mark.parametrize("name", ["prefix.npz", "prefix_shift.npz"])
def test_untrusted_refuses_bytes_before_the_archive(name):
    with pytest.raises(libnyz.NyzError, match="corrupt"):
        libnyz.Npz(os.path.join(FIXTURES, "good", name), flags=libnyz.UNTRUSTED)


REFUSED_IF_UNTRUSTED = {
    "attributes_directory.npz": "marked as a directory",
    "attributes_symlink.npz": "marked as a link",
    "comment_record.npz": "before the archive",
    "duplicates.npz": "two members are named 'a.npy'",
    "gaps.npz": "member 'a.npy': 3 bytes after it belong to no member",
    "hidden_member.npz": "member 'b.npy': 184 bytes after it belong to no member",
    "names_65535.npz": "limits.name_bytes",
    "prefix.npz": "before the first member",
    "prefix_shift.npz": "before the archive",
    "two_archives.npz": "before the archive",
    "zip64_no_disks.npz": "counts no disk",
}


def test_untrusted_refuses_these_archives_and_no_others():
    refused = {}
    for entry in NPZ:
        if entry["status"] != "ok" or entry not in GOOD:
            continue
        try:
            with libnyz.Npz(path_of(entry), flags=libnyz.UNTRUSTED):
                pass
        except libnyz.NyzError as refusal:
            refused[os.path.basename(entry["file"])] = str(refusal)
    assert refused.keys() == REFUSED_IF_UNTRUSTED.keys()
    for name, words in REFUSED_IF_UNTRUSTED.items():
        assert words in refused[name]


@pytest.mark.parametrize("name", ["name_differs.npz", "crc_local.npz", "usize_local.npz"])
def test_untrusted_compares_local_headers_on_opening(name):
    with pytest.raises(libnyz.NyzError, match="member 'a.npy': local header"):
        libnyz.Npz(os.path.join(FIXTURES, "bad", name), flags=libnyz.UNTRUSTED)


@pytest.mark.parametrize("name", ["no_directory.npz", "cut_deflated.npz", "cut_30.npz"])
def test_an_archive_without_a_directory_is_named_so(name):
    with pytest.raises(libnyz.NyzError, match="the archive has no directory"):
        libnyz.Npz(os.path.join(FIXTURES, "bad", name))
