#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the instructions of some operations in two builds of the library, and fails where one
takes more than 2 % (and 10,000) more than before, and more than accepted.txt lets it.
`bench/check` builds both and starts it.

    count.py NOW BEFORE FOLDER [REPORT.xml]    two programs, a folder for files; REPORT: JUnit
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from junit import write_report

LIMIT = 1.02
SLACK = 10000  # what a system call more may take where there is little to count
# Functions are bound when a program starts, not within what is counted.
ENVIRONMENT = dict(os.environ, LD_BIND_NOW="1")


def operations(program):
    """[(name, title)]"""
    text = subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [line.split("\t") for line in text.splitlines()]


def instructions(program, folder, name):
    """None where the operation fails."""
    out = os.path.join(folder, "callgrind." + name)
    done = subprocess.run(
        ["valgrind", "-q", "--tool=callgrind", "--collect-atstart=no",
         "--toggle-collect=counted", "--callgrind-out-file=" + out, program, folder, name],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
        text=True, env=ENVIRONMENT)
    if done.returncode != 0:
        print("%s %s: %s" % (program, name, done.stderr.strip()))
        return None
    with open(out, encoding="utf-8", errors="replace") as file:
        return int(re.search(r"^(?:totals|summary): (\d+)", file.read(), re.MULTILINE).group(1))


def count_all(program, folder, names):
    """{name: instructions} of one build, with its own files."""
    os.makedirs(folder, exist_ok=True)
    subprocess.run([program, folder, "make"], check=True)
    return {name: instructions(program, folder, name) for name in names}


def accepted(names, path=os.path.join(os.path.dirname(os.path.abspath(__file__)), "accepted.txt")):
    """{name: how many times the instructions of before it may take}.  A line without a reason, or
    for no operation, ends the program."""
    limits = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            match = re.fullmatch(r"(\w+) +(\d+(?:\.\d+)?) +\S.*", line.strip())
            if match and match[1] in names and match[1] not in limits:
                limits[match[1]] = float(match[2])
            elif line.strip() and not line.startswith("#"):
                sys.exit("%s: NAME TIMES REASON is wanted, each operation of count.c once: %s"
                         % (path, line.strip()))
    return limits


def verdict(now, before, limit):
    """(figure, whether it is good)"""
    if now is None or not before:
        return "failed", False
    return "%.3f" % (now / before), now <= before * limit + SLACK


def main(now, before, folder, report=None):
    known = operations(now)
    limits = accepted([name for name, _ in known])
    there = {name for name, _ in operations(before)}
    for name, title in known:
        if name not in there:
            print("%-36s not in the earlier commit" % title)
    known = [row for row in known if row[0] in there]
    names = [name for name, _ in known]
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(count_all, program, os.path.join(folder, side), names)
                for program, side in ((now, "now"), (before, "before"))]
        counts = [job.result() for job in jobs]
    results = []
    print("%-36s %14s %14s %8s" % ("instructions", "before", "now", "x"))
    for name, title in known:
        limit = max(LIMIT, limits.get(name, 0))
        text, good = verdict(counts[0][name], counts[1][name], limit)
        figures = ["-" if side[name] is None else "{:,}".format(side[name]) for side in counts]
        print("%-36s %14s %14s %8s%s" % (title, figures[1], figures[0], text,
                                         "" if good else "  FAILED: the limit is %.2f" % limit))
        results.append((title, None if good else "%s times the instructions" % text))
    if report:
        write_report(report, "instructions", results)
    return int(any(wrong for _, wrong in results))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
