#!/usr/bin/env python3
"""Measures nyz against NumPy, the floor and any peer, and prints one table.  `bench/run` builds
what is needed and starts it; README.md says how it measures."""

import argparse
import json
import os
import platform
import re
import shutil
import signal
import sys
import tempfile

import numpy as np

import worker
from contender import Contender, Failure, Server, peer
from data import MIB, Data
from table import judged, table
from workloads import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
BUSY = 1.5  # load average from which times mean little
ROOM = 3 << 30  # bytes of data that may be there at once


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
    parser.add_argument("--json", metavar="FILE", help="every measurement, for programs")
    parser.add_argument("--build", default=os.path.join(HERE, "../build/bench"),
                        help=argparse.SUPPRESS)
    parser.add_argument("--load", type=float, default=0.0, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    args.rounds = args.rounds or (3 if args.quick else 9)
    return args


def say(text):
    print(text, file=sys.stderr, flush=True)


# ------------------------------------------------------------------------------ contenders


def start_servers(build):
    return {
        "numpy": Server([sys.executable, os.path.join(HERE, "worker.py")]),
        "floor": Server([os.path.join(build, "worker"), "floor"]),
        "nyz": Server([os.path.join(build, "worker"), "nyz"]),
        "nyz-zlib": Server([os.path.join(build, "worker-zlib"), "nyz"]),
    }


def contenders_of(workload, servers, peers):
    nyz = servers[workload.library]
    own = [Contender("own", nyz, 1, workload.own)] if workload.own else []
    return [Contender("numpy", servers["numpy"], 1, workload.numpy),
            Contender("floor", servers["floor"], 1, workload.floor),
            Contender("nyz", nyz), Contender("nyz-2", nyz, 2)] + own + peers


# ----------------------------------------------------------------------------------- runs


def available_memory():
    with open("/proc/meminfo", encoding="ascii") as file:
        return int(re.search(r"MemAvailable: *(\d+) kB", file.read()).group(1)) * 1024


class Run:
    """One workload: its contenders take turns."""

    def __init__(self, workload, data, contenders):
        self.workload = workload
        self.contenders = contenders
        self.source = data.path(workload.data)
        self.target = data.path("out") + workload.target if workload.target else "-"
        self.pretouch = min(max(2 * workload.size, 64 * MIB), available_memory() // 3)
        self.results = {}
        self.problems = []

    def once(self, contender, pretouch, check=False):
        work = self.workload
        is_floor = contender.name == "floor"
        try:
            result = contender.run(contender.operation or work.operation, pretouch, self.source,
                                   self.target, work.count)
            if result and work.target:
                result["bytes"] = os.path.getsize(self.target)
                if check and not is_floor:
                    self.check_written(contender.name)
            return result
        except (Failure, OSError) as failure:
            self.problem(contender.name, failure)
            return None
        finally:
            if os.path.exists(self.target):
                os.remove(self.target)

    def problem(self, name, text):
        self.problems.append((name, str(text)))
        say("  %s: %s" % self.problems[-1])

    def check_written(self, name):
        """Reads with NumPy what was written, and compares it with what should be there."""
        job = worker.Job(self.source, self.target, self.workload.count)
        wanted = worker.digest_all(worker.load(job, None))
        if self.target.endswith(".npz"):
            found = worker.read_all(worker.Job(self.target, "-", job.count), None)
        else:
            found = {0: np.load(self.target)}
        if worker.digest_all(found) != wanted or len(found) != job.count:
            self.problem(name, "WRONG: other bytes are read back than were written")

    def first(self):
        """Without pretouch: the memory, whether the bytes are right, and who takes part."""
        for contender in self.contenders:
            result = self.once(contender, 0, check=True)
            if result is not None:
                self.results[contender.name] = dict(result, threads=contender.threads,
                                                    samples=[])
        self.contenders = [c for c in self.contenders if c.name in self.results]
        for name, result in self.results.items():
            self.compare(name, result)

    def compare(self, name, result):
        """The same bytes as NumPy's first run."""
        if name == "floor" and not (self.workload.floor_reads_same and result["digest"]):
            return
        wanted = self.results.get("numpy", result)["digest"]
        if result["digest"] != wanted:
            self.problem(name, "WRONG: it read other bytes than NumPy")

    def round(self, number):
        turn = number % len(self.contenders)
        for contender in self.contenders[turn:] + self.contenders[:turn]:
            result = self.once(contender, self.pretouch)
            if result is not None:
                self.compare(contender.name, result)
                self.results[contender.name]["samples"].append(
                    {key: result[key] for key in ("wall_ns", "cpu_ns")})

    def row(self, load):
        work = self.workload
        must = {"one": work.must[0], "two": work.must[1], "floor": work.must_floor,
                "memory": work.must_memory, "own": work.must_own}
        return {"title": work.title, "operation": work.operation, "size": work.size,
                "count": work.count, "must": must, "library": work.library, "load": load,
                "contenders": self.results, "problems": self.problems}


def run_workload(workload, data, contenders, rounds):
    if not data.exists(workload.data):
        say("  making %s" % workload.data)
        workload.make(data)
    os.sync()
    run = Run(workload, data, contenders)
    run.first()
    for number in range(rounds if workload.rounds is None else min(rounds, workload.rounds)):
        run.round(number)
    return run.row(os.getloadavg()[0])


def run_all(rows, data, servers, peers, rounds):
    results = []
    for i, workload in enumerate(rows):
        say("%d/%d %s" % (i + 1, len(rows), workload.title))
        results.append(run_workload(workload, data, contenders_of(workload, servers, peers),
                                    rounds))
        if all(later.data != workload.data for later in rows[i + 1:]):
            data.remove(workload.data)
    return results


# --------------------------------------------------------------------------------- report


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
        "floor": servers["floor"].say("codecs"),
        "rounds": args.rounds, "quick": args.quick, "load_before": args.load,
    }


def report(env, rows, peers):
    print()
    for key in ("machine", "numpy", "floor"):
        print("%-8s %s" % (key + ":", env[key]))
    print("%-8s least CPU time (2T: least wall time) of %d rounds%s" % (
        "times:", env["rounds"], ", SMALL DATA: not to be quoted" if env["quick"] else ""))
    print()
    print(table(rows, peers))
    goals = [good for row in rows for _, good in judged(row)]
    print("\n%d goals met, %d not, %d not measured" % (
        goals.count(True), goals.count(False), goals.count(None)))
    load = max([env["load_before"]] + [row["load"] for row in rows])
    if load > BUSY:
        print("WARNING: the load average was %.1f: others used the machine, and the times, "
              "those of two threads most, mean little" % load)
    for row in rows:
        for problem in row["problems"]:
            print("FAILED: %s: %s: %s" % (row["title"], *problem))


def data_folder(args):
    base = os.environ.get("NYZ_BENCH_DIR") or os.path.join(args.build, "data")
    os.makedirs(base, exist_ok=True)
    if not args.quick and shutil.disk_usage(base).free < ROOM:
        sys.exit("%s: %d GiB are wanted; NYZ_BENCH_DIR may name another folder"
                 % (base, ROOM >> 30))
    return tempfile.TemporaryDirectory(prefix="nyz-bench-", dir=base)


def main(argv):
    args = arguments(argv)
    rows = [row for row in workloads(args.quick)
            if re.search(args.only, row.title, re.IGNORECASE)]
    if args.list or not rows:
        print("\n".join(row.title for row in rows) or "no row has such a title")
        return 0 if rows else 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    servers = start_servers(args.build)
    peers = [peer(text, number) for number, text in enumerate(args.peer, 1)]
    try:
        with data_folder(args) as folder:
            env = environment(args, servers)
            results = run_all(rows, Data(folder), servers, peers, args.rounds)
    finally:
        for server in [*servers.values(), *(p.server for p in peers)]:
            server.stop()
    names = [p.name for p in peers]
    report(env, results, names)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"environment": env, "rows": results}, file, indent=1)
    return int(any(name not in names for row in results for name, _ in row["problems"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
