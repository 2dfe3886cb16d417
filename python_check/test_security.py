# SPDX-License-Identifier: MIT
"""SECURITY.md is true: what its commands name exists, and its limits are those of nyz.h and
of the C tests."""

import os
import re

import pytest

from conftest import ROOT


def text_of(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
        return f.read()


PAGE = text_of("SECURITY.md")
PROMISES = re.findall(r"^\| ([^|]+) \| (.+) \|$", PAGE.split("## Promises")[1].split("\n## ")[0],
                      re.MULTILINE)[2:]
LIMITS = re.findall(r"^\| `(\w+)`[^|]* \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
UNITS = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def number(text):
    """What a limit of the page or of nyz.h says; a word stays one."""
    text = text.strip().replace(",", "")
    if text in ("none", "PTRDIFF_MAX"):
        return text
    if text == "2^31 - 1":
        return 2**31 - 1
    digits, _, unit = text.partition(" ")
    return int(digits) * UNITS.get(unit, 1)


def exists(*path):
    return os.path.exists(os.path.join(ROOT, *path))


def check_command(command):
    program, *arguments = command.split()
    if program == "meson":
        assert arguments[:3] == ["test", "-C", "build"] and len(arguments) > 3
        for name in arguments[3:]:
            assert any(exists("tests", part, "test_%s.c" % name) for part in ("unit", "fault")), name
    elif program == "python3":
        assert arguments[:2] == ["-m", "pytest"] and len(arguments) > 2
        for name in arguments[2:]:
            assert exists(name), name
    else:
        assert os.access(os.path.join(ROOT, program), os.X_OK), program
        script = text_of(program)
        for word in arguments:
            assert re.search(r"(^|\W)%s(\W|$)" % re.escape(word), script), word


@pytest.mark.parametrize("shown", [shown for _, shown in PROMISES])
def test_each_promise_names_commands_that_exist(shown):
    commands = re.findall(r"`((?:meson|python3|tests/\S+\.(?:sh|py)|python_check/\S+) ?[^`]*)`", shown)
    assert commands
    for command in commands:
        if " " in command or not command.endswith(".txt"):
            check_command(command)


def test_there_are_promises_and_limits():
    assert len(PROMISES) >= 15 and len(LIMITS) == 12


def test_the_limits_are_those_of_the_manual_and_of_the_c_test():
    manual = re.findall(r"^    int64_t (\w+); +/\* ([^\[]+) \[([^\]]+)\]", text_of("include", "nyz.h"),
                        re.MULTILINE)
    source = text_of("tests", "unit", "test_base.c").split("both_sets_of_limits_are_those")[1]
    tested = re.findall(r"\.(\w+) = (\w+)", source.split("assert_limits(0")[0])
    assert [name for name, _, _ in LIMITS] == [name for name, _, _ in manual]
    for column in (1, 2):
        here = {row[0]: number(row[column]) for row in LIMITS}
        assert here == {row[0]: number(row[column]) for row in manual}
        there = dict(tested[12 * (column - 1):12 * column])
        for name, value in here.items():
            words = {"none": "INT64_MAX", "PTRDIFF_MAX": "PTRDIFF_MAX"}
            assert there[name] == words.get(value, str(value)), name
