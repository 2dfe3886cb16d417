"""The tool on a failing machine: the short form of tests/faults.sh,
which tells what it does."""

import os
import shutil
import subprocess

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
