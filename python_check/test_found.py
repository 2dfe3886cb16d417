# SPDX-License-Identifier: MIT
"""Files found in the world that are damaged, or something else than their names say: fixtures/found/,
which is kept as it was found.  EXPECT.tsv has a row for each file and command: the exit status, and
what standard output and standard error hold (nothing where it is empty), FILE for the path."""

import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOUND = os.path.join(ROOT, "fixtures", "found")
TOOL = os.path.abspath(os.environ.get("NYZ_TOOL", os.path.join(ROOT, "build", "nyz")))

with open(os.path.join(FOUND, "EXPECT.tsv"), encoding="utf-8") as table:
    ROWS = [line.rstrip("\n").split("\t") for line in table][1:]


def test_each_file_has_a_row_and_each_row_a_file():
    assert {row[0] for row in ROWS} == set(os.listdir(FOUND)) - {"EXPECT.tsv"}


@pytest.mark.skipif(not os.path.exists(TOOL), reason="the tool is not built")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2].replace(" ", "") + "-" + row[0])
def test_what_was_found_ends_as_its_row_says(tmp_path, row):
    name, _, command, status, *outputs = row
    path = os.path.join(FOUND, name)
    out = {"cp": [tmp_path / "out.npy"], "unpack": ["-d", tmp_path / "out"]}.get(command, [])
    done = subprocess.run([TOOL, *command.split(), path, *map(str, out)], capture_output=True, timeout=60)
    assert done.returncode == int(status), done.stderr
    for found, wanted in zip((done.stdout, done.stderr), outputs):
        found = found.decode().replace(path, "FILE")
        if wanted == "":
            assert found == ""
        elif wanted.startswith(("FILE", "nyz: ")):
            assert found.startswith(wanted.replace("\\n", "\n"))
        else:
            assert wanted.replace("\\n", "\n") in found
    if status != "0":
        assert os.listdir(tmp_path) == []
    elif command == "cp" and not outputs[1]:
        with open(path, "rb") as was:
            assert (tmp_path / "out.npy").read_bytes() == was.read()
