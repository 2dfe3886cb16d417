# SPDX-License-Identifier: MIT
"""tests/mutants.py, which takes an hour, can run at any time: each rule that it breaks is in its file
once."""

import os
import subprocess
import sys

from conftest import ROOT


def test_each_rule_to_break_is_in_its_file_once():
    script = os.path.join(ROOT, "tests", "mutants.py")
    done = subprocess.run([sys.executable, script, "--check-texts"], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
