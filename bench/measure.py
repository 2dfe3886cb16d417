# SPDX-License-Identifier: MIT
"""Running the rows: the servers of this benchmark, and their turns at one workload."""

import os
import re
import shutil
import sys
import tempfile

import numpy as np

import worker
from contender import Contender, Failure, Server
from data import MIB
from digest import digest_all
from worker_peers import LIBRARIES

HERE = os.path.dirname(os.path.abspath(__file__))


def say(text):
    print(text, file=sys.stderr, flush=True)


# ------------------------------------------------------------------------------ contenders

WANTED = ("numpy", "baseline", "nyz", "own", "with", "without")  # know all operations of their rows
# The servers that leave a check out.
WITHOUT = {"crc": "nyz-no-crc", "limits": "nyz-unlimited"}


def newest_numpy(python):
    """NumPy as PyPI has it, where it is another one than that of this Python."""
    server = Server([python, os.path.join(HERE, "worker.py")])
    if "NumPy %s," % np.__version__ in server.say("codecs"):
        server.stop()
        return {}
    return {"newest": server}


def start_peers(python):
    """The libraries of worker_peers.py that are installed for that Python."""
    servers = {}
    for name in LIBRARIES:
        server = Server([python, os.path.join(HERE, "worker_peers.py"), name])
        try:
            server.say("codecs")
            servers[name] = server
        except Failure:
            say("%s is not installed: it takes no part" % name)
    return servers


def start_servers(build, newest=None, before=None, peers=None):
    return {
        **(newest_numpy(newest) if newest else {}),
        **(start_peers(peers) if peers else {}),
        **({"before": Server([before, "nyz"])} if before else {}),
        "numpy": Server([sys.executable, os.path.join(HERE, "worker.py")]),
        "baseline": Server([os.path.join(build, "worker"), "baseline"]),
        "nyz": Server([os.path.join(build, "worker"), "nyz"]),
        "nyz-unlimited": Server([os.path.join(build, "worker"), "nyz-unlimited"]),
        "nyz-no-crc": Server([os.path.join(build, "worker-no-crc"), "nyz"]),
        "nyz-zlib": Server([os.path.join(build, "worker-zlib"), "nyz"]),
    }


def contenders_of(workload, servers, peers):
    if workload.check:
        ending = ".no_crc" if workload.check == "crc" else ""
        return [Contender("with", servers["nyz"]),
                Contender("without", servers[WITHOUT[workload.check]], ending=ending)]
    nyz, ending = servers[workload.library], workload.ending
    own = [Contender("own", nyz, 1, workload.own, workload.own_ending)] if workload.own else []
    numpy = [Contender(name, servers[name], 1, workload.numpy, ending)
             for name in ("numpy", "newest") if name in servers and workload.numpy != "-"]
    libraries = [Contender(name, servers[name]) for name in workload.peers if name in servers]
    return [*numpy, Contender("baseline", servers["baseline"], 1, workload.baseline, ending),
            Contender("nyz-2", nyz, 2, ending=ending), *pair_of(workload, servers), *own,
            *libraries, *peers]


def pair_of(workload, servers):
    """This library and, where there is one, that of an earlier commit: each runs directly before
    or after the other."""
    both = workload.library == "nyz" and "before" in servers
    return [Contender(name, servers[workload.library if name == "nyz" else name],
                      ending=workload.ending) for name in ["nyz"] + ["before"] * both]


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
        is_baseline = contender.name == "baseline"
        try:
            again = work.again or contender.name in work.peers
            operation = ("again:" if again else "") + (contender.operation or work.operation)
            result = contender.run(operation, pretouch, self.source + contender.ending,
                                   self.target, work.count)
            if result and work.target:
                result["bytes"] = os.path.getsize(self.target)
                if check and not is_baseline:
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
        wanted = digest_all(worker.load(job, None))
        if self.target.endswith(".npz"):
            found = worker.read_all(worker.Job(self.target, "-", job.count), None)
        else:
            found = {0: np.load(self.target)}
        if digest_all(found) != wanted or len(found) != job.count:
            self.problem(name, "WRONG: other bytes are read back than were written")

    def first(self):
        """Without pretouch: the memory, whether the bytes are right, and who takes part."""
        for contender in self.contenders:
            before = len(self.problems)
            result = self.once(contender, 0, check=True)
            if result is None and contender.name in WANTED and len(self.problems) == before:
                self.problem(contender.name, "it does not know the operation")
            if result is not None:
                self.results[contender.name] = dict(result, threads=contender.threads,
                                                    samples=[])
        self.contenders = [c for c in self.contenders if c.name in self.results]
        for name, result in self.results.items():
            self.compare(name, result)

    def compare(self, name, result):
        """The same bytes as the first run of the first contender, which is NumPy as a rule."""
        if name == "baseline" and not (self.workload.baseline_reads_same and result["digest"]):
            return
        first = next(name for name in self.results if name != "baseline")
        if result["digest"] != self.results[first]["digest"]:
            self.problem(name, "WRONG: it read other bytes than " + first)

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
        must = {"one": work.must[0], "two": work.must[1], "baseline": work.must_baseline,
                "memory": work.must_memory, "file": work.must_file, "own": work.must_own,
                "peers": work.must_peers, "beside": work.must_beside}
        return {"title": work.title, "check": work.check, "operation": work.operation,
                "size": work.size, "count": work.count, "must": must, "library": work.library,
                "own_words": work.own_words, "result": work.result, "load": load,
                "contenders": self.results, "problems": self.problems}


def run_workload(workload, data, contenders, rounds):
    if not data.exists(workload.data + workload.ending):
        say("  making %s" % workload.data)
        workload.make(data)
    if workload.check == "crc":
        data.without_crc(workload.data)
    os.sync()
    run = Run(workload, data, contenders)
    run.first()
    for number in range(rounds if workload.rounds is None else min(rounds, workload.rounds)):
        run.round(number)
    return run.row(os.getloadavg()[0])


def data_folder(build, room):
    """A folder for the data, with so many bytes of room."""
    base = os.environ.get("NYZ_BENCH_DIR") or os.path.join(build, "data")
    os.makedirs(base, exist_ok=True)
    if shutil.disk_usage(base).free < room:
        sys.exit("%s: %d GiB are wanted; NYZ_BENCH_DIR may name another folder"
                 % (base, room >> 30))
    return tempfile.TemporaryDirectory(prefix="nyz-bench-", dir=base)


def run_all(rows, data, contenders, rounds):
    """contenders(workload): those that take part."""
    results = []
    for i, workload in enumerate(rows):
        say("%d/%d %s" % (i + 1, len(rows), workload.title))
        results.append(run_workload(workload, data, contenders(workload), rounds))
        if all(later.data != workload.data for later in rows[i + 1:]):
            data.remove(workload.data)
    return results
