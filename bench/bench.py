#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures nyz against NumPy, the baseline and any peer, and prints one table.  `bench/run` builds
what is needed and starts it; README.md says how it measures."""

import argparse
import json
import os
import re
import signal
import sys

from contender import peer
from data import Data
from junit import write_report
from measure import contenders_of, data_folder, pair_of, run_all, start_servers
from report import environment, report, results
from table import ratios
from workloads import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
SLOWER = 0.95  # the earlier commit's least CPU time over this one's
ROOM = 5 << 30  # bytes of data that may be there at once


def arguments(argv):
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__.split(". ")[0])
    parser.add_argument("--only", metavar="PATTERN", default="",
                        help="rows whose title matches this regular expression")
    parser.add_argument("--list", action="store_true", help="print the titles and end")
    parser.add_argument("--rounds", type=int, metavar="N", help="default 9; with --quick 3")
    parser.add_argument("--quick", action="store_true",
                        help="small data and few rounds, to see that it works")
    parser.add_argument("--peer", action="append", default=[], metavar="[NAME=]COMMAND",
                        help="one more contender, which speaks the protocol of README.md")
    parser.add_argument("--against", metavar="COMMIT",
                        help="an earlier commit, whose library takes turns with this one; a row "
                        "that is slower twice ends the run with status 1")
    parser.add_argument("--json", metavar="FILE", help="every measurement, for programs")
    parser.add_argument("--build", default=os.path.join(HERE, "../build/bench"),
                        help=argparse.SUPPRESS)
    parser.add_argument("--newest", help=argparse.SUPPRESS)
    parser.add_argument("--peers", help=argparse.SUPPRESS)
    parser.add_argument("--before", help=argparse.SUPPRESS)
    parser.add_argument("--load", type=float, default=0.0, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    args.rounds = args.rounds or (3 if args.quick else 9)
    return args


def slower(rows, done):
    """The rows in which the earlier commit took less time, by more than the noise."""
    ratio = {row["title"]: ratios(row)["before"] for row in done}
    return [row for row in rows if (ratio[row.title] or 1) < SLOWER]


def main(argv):
    args = arguments(argv)
    rows = [row for row in workloads(args.quick)
            if re.search(args.only, row.title, re.IGNORECASE)]
    if args.list or not rows:
        print("\n".join(row.title for row in rows) or "no row has such a title")
        return 0 if rows else 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    servers = start_servers(args.build, args.newest, args.before, args.peers)
    peers = [peer(text, number) for number, text in enumerate(args.peer, 1)]
    try:
        with data_folder(args.build, 0 if args.quick else ROOM) as folder:
            env = environment(args, servers)
            data = Data(folder, os.path.join(args.build, "worker"))
            done = run_all(rows, data, lambda row: contenders_of(row, servers, peers),
                           args.rounds)
            found = slower([row for row in rows if not row.check and row.result is None], done)
            slow = slower(found, run_all(found, data, lambda row: pair_of(row, servers),
                                         args.rounds))
    finally:
        for server in [*servers.values(), *(p.server for p in peers)]:
            server.stop()
    names = [p.name for p in peers]
    report(env, done, names, [row.title for row in slow])
    if os.environ.get("NYZ_BENCH_REPORT"):
        write_report(os.environ["NYZ_BENCH_REPORT"], "benchmark", list(results(done)))
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"environment": env, "rows": done}, file, indent=1)
    wrong = any(name not in names for row in done for name, _ in row["problems"])
    return int(wrong or bool(slow) and not args.quick)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
