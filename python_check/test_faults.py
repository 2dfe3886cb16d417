# SPDX-License-Identifier: MIT
"""The tool and the library on a failing machine: the short forms of tests/faults.sh and
tests/crash_consistency.py, which tell what they do."""

import os
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode == 77:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_every_command_bears_a_failing_machine():
    run("bash", os.path.join(ROOT, "tests", "faults.sh"), "short")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="strace is Linux's")
def test_the_plug_may_be_pulled_and_the_disk_be_full():
    run(sys.executable, os.path.join(ROOT, "tests", "crash_consistency.py"), "short")
