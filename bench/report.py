# SPDX-License-Identifier: MIT
"""What the benchmark says about the machine and at its end."""

import os
import platform
import re

from table import checks_table, goals_of, memory_table, peers_of, peers_table, table
from worker_peers import LIBRARIES

BUSY = 1.5  # load average from which times mean little


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return re.search(r"model name\s*: (.*)", file.read()).group(1)
    except (OSError, AttributeError):
        return platform.machine()


def huge_pages():
    try:
        with open("/sys/kernel/mm/transparent_hugepage/enabled", encoding="ascii") as file:
            return re.search(r"\[(\w+)\]", file.read()).group(1)
    except (OSError, AttributeError):
        return "unknown"


def environment(args, servers):
    return {
        "machine": "%s, %d cores, Linux %s, huge pages: %s" % (
            processor(), os.cpu_count(), platform.release(), huge_pages()),
        "numpy": servers["numpy"].say("codecs"),
        **({"newest": servers["newest"].say("codecs")} if "newest" in servers else {}),
        "baseline": servers["baseline"].say("codecs"),
        "peers": ", ".join(servers[name].say("codecs").split(",")[0] for name in LIBRARIES
                           if name in servers),
        "rounds": args.rounds, "quick": args.quick, "load_before": args.load,
    }


def tables(rows, peers):
    compared = [row for row in rows if not row["check"] and row["result"] is None]
    memory = [row for row in rows if row["result"] is not None]
    checks = [row for row in rows if row["check"]]
    if compared:
        yield table(compared, peers)
    if any(map(peers_of, compared)):
        yield peers_table(compared)
    if memory:
        yield memory_table(memory)
    if checks:
        yield checks_table(checks)


def results(rows):
    """Of a test that asks for right bytes, not for speed: [(title, what is wrong, or None)]"""
    for row in rows:
        wrong = ["%s: %s" % problem for problem in row["problems"]]
        yield row["title"], "; ".join(wrong) or None


def report(env, rows, peers, slower):
    print()
    for key in ("machine", "numpy", "newest", "baseline", "peers"):
        if env.get(key):
            print("%-9s %s" % (key + ":", env[key]))
    print("%-9s least CPU time (2T: least wall time) of %d rounds%s" % (
        "times:", env["rounds"], ", SMALL DATA: not to be quoted" if env["quick"] else ""))
    for text in tables(rows, peers):
        print("\n" + text)
    goals = [good for row in rows for _, good in goals_of(row)]
    print("\n%d goals met, %d not, %d not measured" % (
        goals.count(True), goals.count(False), goals.count(None)))
    load = max([env["load_before"]] + [row["load"] for row in rows])
    if load > BUSY:
        print("WARNING: the load average was %.1f: others used the machine, and the times, "
              "those of two threads most, mean little" % load)
    for title in slower:
        print("SLOWER than before, twice: " + title)
    for row in rows:
        for problem in row["problems"]:
            print("FAILED: %s: %s: %s" % (row["title"], *problem))
