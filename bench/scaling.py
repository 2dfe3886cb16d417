#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures how the time grows with the size of an array and with the members of an archive, and
writes one line of CSV for each point.  `bench/scaling` builds what is needed and starts it."""

import argparse
import os
import signal
import sys

from contender import Contender
from data import Data
from measure import available_memory, data_folder, run_all, say, start_servers
from report import environment
from table import least
from workloads import Workload, in_words

ROOM = 10 << 30  # bytes of data that may be there at once
TINY = 64  # bytes of a member
CAPACITY_FOR = 5  # arrays in memory: it, what is touched beforehand, and its two files in the cache
WARM = 1 << 26  # bytes up to which the first call in a process is left out; 4,096 members
HEAD = "axis,operation,contender,n,cpu_ns"


def rounds_for(size, count=1):
    """More where little is measured."""
    return 15 if size <= 1 << 20 and count <= 1 << 10 else 5 if size <= 1 << 28 else 3


def one_array(size):
    """[(name, workload)]"""
    folder, archive = "one_%d" % size, "one_%d.npz" % size
    common = {"rounds": rounds_for(size), "again": size <= WARM}
    rows = [(name, Workload("%s, %s" % (name, in_words(size)), operation, folder,
                            lambda d: d.folder(folder, "weights", [size]), size, target=target,
                            **common))
            for name, operation, target in (("load .npy", "load", ""),
                                            ("save .npy", "save", ".npy"))]
    name = "read stored .npz"
    return rows + [(name, Workload("%s, %s" % (name, in_words(size)), "read_all", archive,
                                   lambda d: d.archive(archive, "weights", [size]), size,
                                   **common))]


def tiny_members(count):
    """[(name, workload)]"""
    folder, archive, sizes = "tiny_%d" % count, "tiny_%d.npz" % count, [TINY] * count
    common = {"size": sum(sizes), "count": count, "rounds": rounds_for(sum(sizes), count),
              "again": count <= 1 << 12}
    rows = [(name, Workload("%s, %d members" % (name, count), operation, archive,
                            lambda d: d.archive(archive, "weights", sizes), **common))
            for name, operation in (("open and list", "list_names"), ("read all", "read_all"))]
    return rows + [("write", Workload("write, %d members" % count, "write_stored", folder,
                                      lambda d: d.folder(folder, "weights", sizes),
                                      target=".npz", **common))]


# How the CSV calls what grows, and the rows and numbers of it.
AXES = {"bytes": (one_array, [4**i for i in range(5, 17)]),
        "members": (tiny_members, [4**i for i in range(9)])}


def measure(axis, data, contenders, rounds, quick):
    """For each number: (number, [(name, row of results)])"""
    rows_of, numbers = AXES[axis]
    for n in numbers[:6] if quick else numbers:
        named = rows_of(n)
        if axis == "bytes" and CAPACITY_FOR * n > available_memory():
            say("LEFT OUT: %s: %d times as much memory is wanted" % (in_words(n), CAPACITY_FOR))
            continue
        rows = run_all([workload for _, workload in named], data, lambda _: contenders, rounds)
        yield n, [(name, row) for (name, _), row in zip(named, rows)]


def points(axis, n, named):
    """Rows of the CSV."""
    for name, row in named:
        for contender in ("nyz", "numpy"):
            time = least(row["contenders"].get(contender), "cpu_ns")
            if time is not None:
                yield "%s,%s,%s,%d,%d" % (axis, name, contender, n, round(time * 1e6))


def head(env, loads):
    yield "# Least CPU time of one call, not the first of its process: bench/scaling, README.md."
    yield "# %s" % env["machine"]
    yield "# %s" % env["numpy"]
    yield "# load average: %.1f before, at most %.1f meanwhile" % (env["load_before"], max(loads))
    yield HEAD


def write(path, lines):
    """After every number, so that a run which is interrupted leaves what it has."""
    with open(path, "w", encoding="ascii") as file:
        file.writelines(line + "\n" for line in lines)


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.split(". ", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--build", required=True)
    parser.add_argument("--load", type=float, default=0.0)
    parser.add_argument("csv")
    args = parser.parse_args(argv)
    args.rounds = 3 if args.quick else 15
    return args


def main(argv):
    args = arguments(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    servers = start_servers(os.path.abspath(args.build))
    contenders = [Contender(name, servers[name]) for name in ("numpy", "nyz")]
    lines, rows = [], []
    try:
        with data_folder(args.build, 0 if args.quick else ROOM) as folder:
            env = environment(args, servers)
            for axis in AXES:
                for n, named in measure(axis, Data(os.path.abspath(folder)), contenders,
                                        args.rounds, args.quick):
                    lines += points(axis, n, named)
                    rows += [row for _, row in named]
                    write(args.csv, [*head(env, [row["load"] for row in rows]), *lines])
    finally:
        for server in servers.values():
            server.stop()
    return int(any(row["problems"] for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
