#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the tests of one suite for ./check: prints PASSED FAILED SKIPPED.

    tally.py meson FOLDER    of `meson test`: the newest testlog*.json in FOLDER.  A program
                             that uses cmocka counts with each of its tests, any other one as
                             one test
    tally.py junit FILE      of pytest --junitxml
    tally.py script LOG      of tests/other_machines.sh and tests/tools.sh: what the last line says
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def summed(pattern, text):
    return sum(int(number) for number in re.findall(pattern, text))


def one_program(result, text):
    """(passed, failed, skipped) of one test of meson's."""
    ran = summed(r"\[=+\] .*?(\d+) test\(s\) run\.", text)
    passed = summed(r"\[  PASSED  \] (\d+) test", text)
    skipped = summed(r"\[  SKIPPED \] (\d+) test", text)
    if result == "SKIP":
        return 0, 0, 1
    if result not in ("OK", "EXPECTEDFAIL"):
        return passed, max(ran - passed - skipped, 1), skipped
    if ran == 0:
        return 1, 0, 0
    return passed, ran - passed - skipped, skipped


def meson(folder):
    logs = sorted(Path(folder).glob("testlog*.json"), key=lambda path: path.stat().st_mtime)
    counts = []
    for line in logs[-1].read_text(encoding="utf-8").splitlines():
        test = json.loads(line)
        text = (test.get("stdout") or "") + "\n" + (test.get("stderr") or "")
        counts.append(one_program(test["result"], text))
    return [sum(column) for column in zip(*counts)] if counts else [0, 0, 0]


def junit(path):
    total, failed, skipped = 0, 0, 0
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        total += int(suite.get("tests"))
        failed += int(suite.get("failures")) + int(suite.get("errors"))
        skipped += int(suite.get("skipped"))
    return total - failed - skipped, failed, skipped


def script(log):
    lines = Path(log).read_text(encoding="utf-8", errors="replace").splitlines()
    counts = re.search(r"(\d+) passed, (\d+) failed$", lines[-1] if lines else "")
    return [int(counts[1]), int(counts[2]), 0] if counts else [0, 0, 0]


if __name__ == "__main__":
    print(*{"meson": meson, "junit": junit, "script": script}[sys.argv[1]](sys.argv[2]))
