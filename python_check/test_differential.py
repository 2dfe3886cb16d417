"""NumPy and we on some hundreds of generated files; differential.py makes as many as one wants."""

import os

import differential
from conftest import ROOT


def test_generated_files_valid_and_damaged():
    kinds, findings = differential.run(600, 0)
    assert findings == []
    assert len(kinds) == 4 and min(kinds.values()) > 50


def test_differences_that_are_let_pass_stand_in_the_readme():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        readme = file.read()
    for row, _ in differential.KNOWN:
        assert row in readme
