#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what gcovr found not covered with tests/uncovered.txt.

    uncovered.py COVERAGE.json [--accept]

A place is a file and the text of a line, so that it stays the same when lines move; several equal
lines of a file are one place.  The list has, for each file, lines "    REASON | TEXT"."""

import json
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIST = os.path.join(ROOT, "tests", "uncovered.txt")
HEAD = """# Lines of the library that the tests do not reach, or not with every outcome, by file:
# REASON | LINE.  tests/coverage.sh compares.
#
# guard    holds by what comes before it; kept, so that a change there cannot do harm
# library  only where zlib or the C library do what they are not known to do
# machine  only on other machines (tests/other_machines.sh), or without libdeflate
# large    only with gigabytes in memory, or more than there are
"""


def uncovered(report):
    """{(file, text of the line)}, branches covered, branches."""
    places, covered, total = set(), 0, 0
    for file in report["files"]:
        with open(os.path.join(ROOT, file["file"]), encoding="utf-8") as source:
            text = source.read().split("\n")
        for line in file["lines"]:
            if line.get("gcovr/noncode"):
                continue
            branches = [branch["count"] > 0 for branch in line["branches"]]
            covered, total = covered + sum(branches), total + len(branches)
            if line["count"] == 0 or not all(branches):
                places.add((file["file"], text[line["line_number"] - 1].strip()))
    return places, covered, total


def read_list():
    reasons, name = {}, None
    if os.path.exists(LIST):
        with open(LIST, encoding="utf-8") as file:
            for line in file.read().split("\n"):
                if line.startswith("    "):
                    reason, text = line.strip().split(" | ", 1)
                    reasons[name, text] = reason
                elif line and not line.startswith("#"):
                    name = line
    return reasons


def write_list(places, reasons):
    with open(LIST, "w", encoding="utf-8") as file:
        file.write(HEAD)
        for name in sorted({place[0] for place in places}):
            file.write("\n%s\n" % name)
            for place in sorted(place for place in places if place[0] == name):
                file.write("    %s | %s\n" % (reasons.get(place, "?"), place[1]))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        places, covered, total = uncovered(json.load(file))
    reasons = read_list()
    if "--accept" in sys.argv:
        write_list(places, reasons)
    wrong = 0 if "--accept" in sys.argv else 1
    for sign, found in (("not covered", places - set(reasons)),
                        ("covered now", set(reasons) - places)):
        for name, text in sorted(found):
            print("%s: %s: %s" % (name, sign, text))
    for place, reason in sorted(reasons.items()):
        if reason == "?":
            print("%s: no reason given: %s" % place)
    print("branches: %d of %d covered, %.1f %%; places not covered: %d" % (
        covered, total, 100 * covered / max(total, 1), len(places)))
    return wrong if set(reasons) != places or "?" in reasons.values() else 0


if __name__ == "__main__":
    sys.exit(main())
