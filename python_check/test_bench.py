# SPDX-License-Identifier: MIT
"""bench/check: which commit it compares with, what it lets pass, and what it reports."""

import os
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT

sys.path.insert(0, os.path.join(ROOT, "bench"))
import bench  # pylint: disable=wrong-import-position
import count  # pylint: disable=wrong-import-position
import junit  # pylint: disable=wrong-import-position
import report  # pylint: disable=wrong-import-position
import table  # pylint: disable=wrong-import-position
import workloads  # pylint: disable=wrong-import-position

SKIPPED = 77

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bench/check is made for Linux")


def git(folder, *words):
    names = ["-c", "user.name=x", "-c", "user.email=x", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *names, *words], cwd=folder, check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.strip()


def commit(folder, text):
    """A commit with the scripts in it; its hash."""
    for path in ("bench/check", "bench/build.sh", "scripts/setup.sh"):
        os.makedirs(os.path.dirname(folder / path), exist_ok=True)
        shutil.copy(os.path.join(ROOT, path), folder / path)
    (folder / "text").write_text(text)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", text)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(name="history")
def make_history(tmp_path):
    """A folder with three commits, the first of which is named in bench/base, and their hashes."""
    folder = tmp_path / "here"
    folder.mkdir()
    git(folder, "init", "-q")
    first = commit(folder, "first")
    (folder / "bench/base").write_text(first + " # why\n")
    return folder, [first, commit(folder, "second"), commit(folder, "third")]


def check(folder, *words):
    return subprocess.run([folder / "bench/check", *words], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def base_of(folder):
    return check(folder, "--base").stdout.strip()


def test_the_base_is_the_commit_in_the_file(history):
    folder, commits = history
    assert base_of(folder) == commits[0]


def test_the_base_may_be_this_commit(history):
    folder, commits = history
    (folder / "bench/base").write_text(commits[2] + " # why\n")
    assert base_of(folder) == commits[2]


def test_a_tag_before_this_commit_goes_before_the_file(history):
    folder, commits = history
    git(folder, "tag", "v3", commits[2])
    assert base_of(folder) == commits[0]
    git(folder, "tag", "v2", commits[1])
    assert base_of(folder) == commits[1]


@pytest.mark.parametrize("depth,number", [(2, 1), (1, None)])
def test_a_shallow_clone_has_the_commit_before_or_none(history, tmp_path, depth, number):
    folder, commits = history
    git(tmp_path, "clone", "-q", "--depth", str(depth), "file://%s" % folder, "shallow")
    assert base_of(tmp_path / "shallow") == ("none" if number is None else commits[number])


def test_without_an_earlier_commit_it_is_skipped(history, tmp_path):
    folder, _ = history
    git(tmp_path, "clone", "-q", "--depth", "1", "file://%s" % folder, "shallow")
    shutil.rmtree(folder / ".git")
    for place in (tmp_path / "shallow", folder):
        done = check(place)
        assert done.returncode == SKIPPED and "no earlier commit is here" in done.stdout


def test_an_unknown_commit_is_a_failure(history):
    done = check(history[0], "no-such-name")
    assert done.returncode == 1 and "no such commit" in done.stdout


def test_the_named_base_is_a_commit_and_a_reason():
    with open(os.path.join(ROOT, "bench", "base"), encoding="utf-8") as file:
        name, sign, reason = file.read().split(maxsplit=2)
    assert len(name) == 40 and sign == "#" and reason


# ---------------------------------------------------------------------------- the verdict


@pytest.mark.parametrize("now,before,good", [
    (10**6, 10**6, True), (1030000, 10**6, True), (1040001, 10**6, False),
    (10500, 1000, True), (None, 10**6, False), (10**6, None, False)])
def test_more_instructions_are_a_failure(now, before, good):
    assert count.verdict(now, before, count.LIMIT)[1] is good


def accepted(tmp_path, text):
    path = tmp_path / "accepted.txt"
    path.write_text(text)
    return count.accepted({"load", "save"}, path)


def test_what_is_accepted_has_a_reason(tmp_path):
    assert accepted(tmp_path, "# why\n\nload 1.2 one more check\nsave 2 a slower way\n") == {
        "load": 1.2, "save": 2.0}


@pytest.mark.parametrize("line", ["load 1.2", "load much a check", "lode 1.2 a check",
                                  "load 1.1 a check\nload 1.2 a check"])
def test_a_wrong_line_of_what_is_accepted_is_a_failure(tmp_path, line):
    with pytest.raises(SystemExit, match="NAME TIMES REASON"):
        accepted(tmp_path, line + "\n")


# ----------------------------------------------------------------------------- the report


def tally(path):
    return subprocess.run([sys.executable, os.path.join(ROOT, "scripts", "tally.py"), "junit",
                           path], check=True, text=True, stdout=subprocess.PIPE).stdout.split()


def test_a_row_with_wrong_bytes_counts_as_failed(tmp_path):
    rows = [{"title": "load", "problems": []},
            {"title": "save", "problems": [("nyz", "WRONG: other bytes"), ("numpy", "error")]}]
    junit.write_report(tmp_path / "x.xml", "benchmark", list(report.results(rows)))
    assert tally(tmp_path / "x.xml") == ["1", "1", "0"]
    assert "nyz: WRONG: other bytes; numpy: error" in (tmp_path / "x.xml").read_text()


def timed(title, **times):
    """A row of results: each contender with its least CPU time in ms."""
    return {"title": title, "size": 1 << 20, "must": {}, "contenders": {
        name: {"peak_kib": 0, "threads": 1, "samples": [{"cpu_ns": ms * 10**6, "wall_ns": 1}]}
        for name, ms in times.items()}}


def test_a_row_is_slower_below_95_per_cent_of_the_earlier_time():
    rows = [workloads.Workload(title, "load", "x", None, 1) for title in "abc"]
    done = [timed("a", nyz=100, before=94), timed("b", nyz=100, before=96), timed("c", nyz=100)]
    assert [row.title for row in bench.slower(rows, done)] == ["a"]


def test_columns_of_contenders_that_took_no_part_are_left_out():
    with_newest = table.table([timed("load", numpy=30, newest=20, nyz=10)], [])
    assert "x newest" in with_newest and "before" not in with_newest
    assert "newest" not in table.table([timed("load", numpy=30, nyz=10, before=10)], [])


def test_each_row_has_a_cell_under_each_head():
    text = table.table([timed("load", numpy=30, newest=20, nyz=10, before=9),
                        timed("save", numpy=30, nyz=10, peer=3)], ["peer"])
    assert len({line.count("|") for line in text.splitlines()}) == 1


def test_each_library_of_a_row_has_a_line_with_its_factor():
    lines = table.peers_table([timed("slice", nyz=10, h5py=25, zarr=40), timed("load", nyz=10)])
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines.split("\n")[2:]]
    assert [(row[0], row[1], row[4]) for row in cells] == [
        ("slice", "h5py", "2.50"), ("slice", "zarr", "4.00")]


@pytest.mark.parametrize("h5py,met", [(11, True), (9, False), (None, None)])
def test_the_goal_for_other_libraries_is_about_the_fastest(h5py, met):
    times = {"nyz": 10, "zarr": 20, "h5py": h5py} if h5py else {"nyz": 10}
    row = dict(timed("slice", **times), must={"peers": 1})
    assert list(table.goals_of(row)) == [("peers 1", met)]


def test_memory_is_what_the_peak_has_beside_the_result():
    row = dict(timed("slice", nyz=10), must={"beside": 100}, result=1 << 20)
    row["contenders"]["nyz"]["peak_kib"] = 1024 + 101
    assert list(table.goals_of(row)) == [("100 KiB", False)]
    assert " 101 " in table.memory_table([row])


def test_no_two_rows_have_one_title():
    titles = [row.title for row in workloads.workloads(True)]
    assert len(set(titles)) == len(titles)


def test_the_data_of_rows_that_share_it_is_made_alike():
    makers = {}
    for row in workloads.workloads(True):
        closed = [cell.cell_contents for cell in row.make.__closure__ or ()]
        key = (row.make.__code__.co_code, row.make.__defaults__, repr(closed))
        assert makers.setdefault(row.data, key) == key, row.title
