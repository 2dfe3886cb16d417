"""The README is true: its C compiles, and its sessions with the tool go as printed."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("NYZ_BUILD", ROOT / "build"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```c\n(.*?)^```", README, re.M | re.S)
SESSION = re.findall(r"^    \$ (nyz .*)\n((?:    [^$\n].*\n)*)", README, re.M)
WARNINGS = ["-std=c11", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]


def compile_c(folder, text, *options):
    """Compiles what the README shows; the tour leaves the include of nyz.h to its reader."""
    path = folder / "readme.c"
    path.write_text(text if "<nyz.h>" in text else "#include <nyz.h>\n" + text, encoding="utf-8")
    subprocess.run(["cc", *WARNINGS, "-I", ROOT / "include", path, *options], check=True,
                   cwd=folder)


def test_there_is_something_to_check():
    assert len(PROGRAMS) >= 5 and len(SESSION) >= 5


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_the_c_compiles(tmp_path, number):
    compile_c(tmp_path, PROGRAMS[number], "-c", "-o", "readme.o")


def test_the_first_program_doubles_an_array(tmp_path):
    library = os.environ.get("NYZ_LIB", str(BUILD / "libnyz.so"))
    compile_c(tmp_path, PROGRAMS[0], "-o", "program", library)
    np.save(tmp_path / "in.npy", np.arange(6.0).reshape(2, 3).T)
    subprocess.run([tmp_path / "program"], check=True, cwd=tmp_path,
                   env={**os.environ, "LD_LIBRARY_PATH": os.path.dirname(library)})
    doubled = np.load(tmp_path / "out.npy")
    assert doubled.tolist() == [[0, 6], [2, 8], [4, 10]] and doubled.flags.f_contiguous


def test_the_tool_answers_as_printed(tmp_path):
    tool = os.environ.get("NYZ_TOOL", str(BUILD / "nyz"))
    (tmp_path / "fixtures").mkdir()
    shutil.copy(ROOT / "fixtures" / "digits_mlp.npz", tmp_path / "fixtures")
    for command, answer in SESSION:
        done = subprocess.run([tool, *shlex.split(command)[1:]], capture_output=True, text=True,
                              cwd=tmp_path, check=True)
        assert done.stdout == re.sub("^    ", "", answer, flags=re.M), command
