# SPDX-License-Identifier: MIT
"""docs/checklist.md and docs/differences.md are true: every claim is there once, and every test,
fixture, script and phrase of docs/limitations.md that they name exists."""

import glob
import os
import re

import pytest

from conftest import ROOT

CLAIMS = 152


def text_of(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
        return f.read()


ROWS = re.findall(r"^\| (\d+) \| (.+) \| (.+) \|$", text_of("docs", "checklist.md"), re.MULTILINE)


def test_every_claim_is_there_once():
    assert [int(number) for number, _, _ in ROWS] == list(range(1, CLAIMS + 1))


def has_test(path, name):
    source = text_of(*path.split("/"))
    if path.endswith(".py"):
        return re.search(r"^def %s\(" % re.escape(name), source, re.MULTILINE)
    return re.search(r"\w*test\w*\(\s*%s\b" % re.escape(name), source)


def check_name(name):
    if "::" in name:
        assert has_test(*name.split("::")), name
    elif name.startswith(("good/", "bad/")):
        assert glob.glob(os.path.join(ROOT, "fixtures", name)), name
    else:
        assert os.path.exists(os.path.join(ROOT, name)), name


@pytest.mark.parametrize("number,shown", [(n, s) for n, _, s in ROWS], ids=[r[0] for r in ROWS])
def test_what_a_row_names_exists(number, shown):
    del number
    named = re.findall(r"`([^`]+)`", shown)
    phrases = re.findall(r'limitations: "([^"]+)"', shown)
    assert named or phrases
    for name in named:
        check_name(name)
    limitations = text_of("docs", "limitations.md")
    for phrase in phrases:
        assert phrase in limitations, phrase


def test_entry_points_are_the_tests_that_the_page_says():
    path = "tests/unit/test_entry_points.c"
    for name in ("path", "memory", "streams", "archives"):
        by = "by" if name == "path" else "from"
        assert has_test(path, "every_npy_loads_alike_%s_%s" % (by, name))
    assert has_test(path, "every_npz_opens_alike_by_every_entry_point")
    assert has_test(path, "every_member_loads_alike_by_every_entry_point")


DIFFERENCES = [row for row in re.findall(r"^\| (.+?) \| .* \| ([^|]*) \|$",
                                         text_of("docs", "differences.md"), re.MULTILINE)
               if row[1].startswith("`")]


def test_the_table_of_differences_is_there():
    rows = re.findall(r"^\| [^|*]", text_of("docs", "differences.md"), re.MULTILINE)
    assert len(DIFFERENCES) == len(rows) >= 58


@pytest.mark.parametrize("shown", [shown for _, shown in DIFFERENCES],
                         ids=[what for what, _ in DIFFERENCES])
def test_what_a_difference_names_exists(shown):
    for name in re.findall(r"`([^`]+)`", shown):
        module, colons, test = name.partition("::")
        paths = ["tests/unit/%s.c" % module, "tests/fault/%s.c" % module, "python_check/%s.py" % module]
        found = [path for path in paths if os.path.exists(os.path.join(ROOT, path))]
        check_name("::".join([found[0], test]) if colons and found else name)
