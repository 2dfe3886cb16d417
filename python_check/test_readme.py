# SPDX-License-Identifier: MIT
"""README.md and docs/tour.md are true: their C compiles, and their sessions with the tool go as
printed; and the README is short."""

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
TOUR = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
PAGES = (README, TOUR)
PROGRAMS = [text for page in PAGES for text in re.findall(r"^```c\n(.*?)^```", page, re.M | re.S)]
SESSIONS = [re.findall(r"^    \$ (nyz .*)\n((?:    [^$\n].*\n)*)", page, re.M) for page in PAGES]
WARNINGS = ["-std=c11", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]


def compile_c(folder, text, *options):
    """Compiles what a page shows; the tour leaves the include of nyz.h to its reader."""
    path = folder / "readme.c"
    path.write_text(text if "<nyz.h>" in text else "#include <nyz.h>\n" + text, encoding="utf-8")
    subprocess.run(["cc", *WARNINGS, "-I", ROOT / "include", path, *options], check=True,
                   cwd=folder)


def test_there_is_something_to_check():
    assert len(PROGRAMS) >= 5 and [len(session) >= least for session, least in
                                   zip(SESSIONS, (2, 9))] == [True, True]


def test_the_readme_has_at_most_160_lines():
    assert len(README.splitlines()) <= 160


def test_the_readme_shows_two_commands_first():
    before_c = README.split("```c")[0]
    assert re.findall(r"^    (\./\w+) ", before_c, re.M) == ["./demo", "./check"]
    assert len(re.findall(r"^    ", before_c, re.M)) == 2


def test_links_lead_to_files_and_headings():
    for folder, page in ((ROOT, README), (ROOT / "docs", TOUR)):
        links = re.findall(r"\]\(([^):#]*)(#[^)]*)?\)", page)
        assert len(links) >= 3
        for path, anchor in links:
            target = folder / path
            assert target.exists(), path
            if anchor:
                headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.M)
                slugs = [re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings]
                assert anchor[1:] in slugs, path + anchor


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


@pytest.mark.parametrize("session", SESSIONS, ids=["readme", "tour"])
def test_the_tool_answers_as_printed(tmp_path, session):
    tool = os.environ.get("NYZ_TOOL", str(BUILD / "nyz"))
    (tmp_path / "fixtures").mkdir()
    shutil.copy(ROOT / "fixtures" / "digits_mlp.npz", tmp_path / "fixtures")
    for command, answer in session:
        done = subprocess.run([tool, *shlex.split(command)[1:]], capture_output=True, text=True,
                              cwd=tmp_path, check=True)
        assert done.stdout == re.sub("^    ", "", answer, flags=re.M), command
