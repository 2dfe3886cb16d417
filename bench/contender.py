# SPDX-License-Identifier: MIT
"""The other side of the protocol (README.md): a server process for each contender."""

import os
import select
import shlex
import signal
import subprocess

TIMEOUT = 600  # seconds for one answer


class Failure(Exception):
    """A contender answered with an error, wrongly or not at all."""


class Server:
    def __init__(self, command):
        self.command = command
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
            start_new_session=True)

    def say(self, line):
        """One line there, one line back.  A server that has ended is started again."""
        if self.process is None:
            self.start()
        try:
            self.process.stdin.write(line.encode() + b"\n")
        except BrokenPipeError:
            self.stop()
            raise Failure("its process has ended") from None
        answer = b""
        while not answer.endswith(b"\n"):
            if not select.select([self.process.stdout], [], [], TIMEOUT)[0]:
                self.stop()
                raise Failure("no answer within %d seconds" % TIMEOUT)
            piece = os.read(self.process.stdout.fileno(), 4096)
            if not piece:
                self.stop()
                raise Failure("its process has ended")
            answer += piece
        return answer.decode(errors="replace").rstrip("\n")

    def stop(self):
        """Ends the server, and a child that it may be waiting for."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None


class Contender:
    """A column of the table: a server, a number of threads to ask it for, its operation where it
    is not the row's, and what its data has at the end of its name."""

    def __init__(self, name, server, threads=1, operation=None, ending=""):
        self.name = name
        self.server = server
        self.threads = threads
        self.operation = operation
        self.ending = ending

    def run(self, operation, pretouch, source, target, count):
        """None where the contender does not know the operation; else what one run took."""
        fields = (operation, self.threads, pretouch, source, target, count)
        answer = self.server.say("\t".join(map(str, fields))).split("\t")
        if answer[0] == "unsupported":
            return None
        if answer[0] != "ok" or len(answer) != 5:
            raise Failure(" ".join(answer))
        try:
            wall, cpu, peak, digest = map(int, answer[1:])
        except ValueError:
            raise Failure(" ".join(answer)) from None
        return {"wall_ns": wall, "cpu_ns": cpu, "peak_kib": peak, "digest": digest}


def peer(text, number):
    """Of --peer: NAME=COMMAND or COMMAND."""
    name, sign, command = text.partition("=")
    if not sign or not name.replace("-", "").replace(".", "").isalnum():
        name, command = "peer%d" % number, text
    return Contender(name, Server(shlex.split(command)))
