#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes fixtures/: good/ and bad/, manifest.json and entry_points.tsv.  Running it again gives the
same bytes.  Two runs make them all:

    python3.11.3-or-older make_fixtures.py --old     good/old_*.npz: the zip layout of old Pythons
    python3.11.4-or-newer make_fixtures.py           everything else, and the two lists

The committed files were written by Python 3.11.2 with NumPy 1.24.2 (--old), and by Python
3.11.7 with NumPy 2.4.6, both with zlib 1.2.13 on x86-64.  What needs which:

    fixture_numpy.py archives()     the running Python's zipfile decides the layout
    fixture_numpy.py, the rest      NumPy >= 1.24: every one writes the same bytes
    fixture_hand.py, fixture_zip.py, fixture_ml_dtypes.py
                                    no particular version: made by hand
    the two lists                   NumPy >= 2 reads ('a', '<f4', 1) as the library does

--check writes nothing and compares with what is there.  `files(folder)` gives the tests all of
this as a dict."""

import argparse
import hashlib
import io
import json
import os
import sys
import zipfile
import zlib

import fixture_hand
import fixture_ml_dtypes
import fixture_numpy
import fixture_zip
from fixture_parts import MAGIC, describe

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures")


class Collection:
    """What is added: file name -> content, and file name -> its entry in the manifest."""

    def __init__(self, folder):
        self.folder = folder
        self.contents = {}
        self.entries = []
        self.written_by = None
        self.kept = False  # the running Python cannot write these: take them as they are

    def add(self, name, content, shows, items, outcome="ok", member=None, members=None, bad=None,
            marks=None, **expect):
        bad = outcome != "ok" if bad is None else bad
        file = ("bad/" if bad else "good/") + name
        assert file not in self.contents, file
        if self.kept:
            with open(os.path.join(self.folder, file), "rb") as f:
                content = f.read()
        self.contents[file] = content
        entry = {"file": file, "shows": shows, "checklist": sorted(items),
                 "written_by": self.written_by, "status": outcome}
        if name.endswith(".npy"):
            entry["in_archive"] = member or outcome
            if outcome == "ok":
                entry["arrays"] = [{"name": "", "status": "ok", **describe(content, **expect)}]
        elif outcome == "ok":
            entry["arrays"] = [self.member(n, what, (marks or {}).get(n)) for n, what in
                               (self.read(content) if members is None else members)]
        self.entries.append(entry)

    @staticmethod
    def member(name, what, descr=None):
        if isinstance(what, str):
            return {"name": name, "status": what}
        if what.startswith(MAGIC):
            return {"name": name, "status": "ok", **describe(what, descr)}
        return {"name": name, "status": "not found", "bytes": len(what),
                "sha256": hashlib.sha256(what).hexdigest(), "crc32": "%08x" % zlib.crc32(what)}

    @staticmethod
    def read(content):
        with zipfile.ZipFile(io.BytesIO(content)) as z:
            return [(i.filename, z.read(i)) for i in z.infolist()]


def collect(folder, old=True, new=True):
    """Everything, of the archives only the wanted layouts; those that the running Python does
    not write are taken from the folder."""
    all_ = Collection(folder)
    all_.written_by = "NumPy"
    fixture_numpy.numpy_files(all_.add)
    for layout, wanted, writes in (("old", old, not fixture_numpy.NEW_ZIP_LAYOUT),
                                   ("new", new, fixture_numpy.NEW_ZIP_LAYOUT)):
        all_.kept = not writes
        all_.written_by = "NumPy, %s zip layout" % layout
        if wanted:
            fixture_numpy.archives(all_.add, layout)
    all_.kept = False
    all_.written_by = "hand"
    fixture_hand.hand_files(all_.add)
    fixture_zip.zip_files(all_.add)
    all_.written_by = "hand, as NumPy with ml_dtypes"
    fixture_ml_dtypes.ml_dtypes_files(all_.add)
    return all_


def manifest(entries):
    lines = ",\n".join(json.dumps(e, ensure_ascii=True) for e in entries)
    return ("[\n" + lines + "\n]\n").encode()


def entry_points(entries):
    """The same for tests/unit/test_entry_points.c: one line per array or refusal, tabs between.  Columns:
    file; npy, open or load; status; status of a .npy as an archive's member, number of members,
    or number of the member; descr; shape; order in the file; CRC-32 of the elements in C order,
    little-endian (of the bytes, for a member without an array).  "-" where there is none."""
    def line(file, kind, status, more, a):
        shape = ",".join(map(str, a["shape"])) if "shape" in a else ""
        order = "CF"[a["fortran_order"]] if "shape" in a else "-"
        return "\t".join([file, kind, status, str(more), a.get("descr", "-"), shape or "-", order,
                          a.get("crc32", "-")])

    lines = []
    for e in entries:
        arrays = e.get("arrays", [])
        if e["file"].endswith(".npy"):
            lines.append(line(e["file"], "npy", e["status"], e["in_archive"],
                              arrays[0] if arrays else {}))
            continue
        lines.append(line(e["file"], "open", e["status"], len(arrays), {}))
        lines += [line(e["file"], "load", a["status"], i, a) for i, a in enumerate(arrays)]
    return ("\n".join(lines) + "\n").encode()


def files(folder=ROOT, old=True, new=True):
    """{name in fixtures/: bytes} of all that this generator makes."""
    all_ = collect(folder, old, new)
    return {**all_.contents, "manifest.json": manifest(all_.entries),
            "entry_points.tsv": entry_points(all_.entries)}


def old_files():
    all_ = Collection(ROOT)
    fixture_numpy.archives(all_.add, "old")
    return all_.contents


def write(folder, made):
    for name, content in made.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content)


def compare(folder, made):
    wrong = []
    for name, content in made.items():
        path = os.path.join(folder, name)
        there = open(path, "rb").read() if os.path.exists(path) else None
        if there != content:
            wrong.append(name)
    return wrong


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--old", action="store_true")
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("folder", nargs="?", default=ROOT)
    given = arguments.parse_args()
    if given.old == fixture_numpy.NEW_ZIP_LAYOUT:
        sys.exit("make_fixtures: --old needs Python 3.11.3 or older, all else 3.11.4 or newer")
    made = old_files() if given.old else files(given.folder)
    if given.check:
        wrong = compare(given.folder, made)
        print("\n".join(wrong) or "make_fixtures: %d files as they should be" % len(made))
        sys.exit(1 if wrong else 0)
    write(given.folder, made)
    print("make_fixtures: %d files" % len(made))


if __name__ == "__main__":
    main()
