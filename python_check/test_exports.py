"""What the shared library exports: the functions of nyz.h, all of them, and nothing else."""

import os
import re
import shutil
import subprocess

import pytest

import libnyz


def exported():
    if shutil.which("nm") is None:
        pytest.skip("nm is not installed")
    output = subprocess.run(["nm", "-D", "--defined-only", libnyz.PATH], capture_output=True,
                            text=True, check=True).stdout
    return {line.split()[-1].split("@")[0] for line in output.splitlines()}


def declared():
    path = os.path.join(libnyz.ROOT, "include", "nyz.h")
    with open(path, encoding="utf-8") as f:
        return set(re.findall(r"^NYZ_API [^(]*?\b(nyz_\w+)\(", f.read(), re.MULTILINE))


def test_exactly_the_public_functions_are_exported():
    linkers_own = {"_init", "_fini", "__bss_start", "_edata", "_end"}
    assert exported() - linkers_own == declared()


def test_the_static_library_needs_nothing_of_ours_from_elsewhere():
    path = os.path.join(os.environ.get("NYZ_BUILD", ""), "libnyz.a")
    if shutil.which("nm") is None or not os.path.exists(path):
        pytest.skip("no nm, or no static library")
    output = subprocess.run(["nm", "-g", path], capture_output=True, text=True, check=True).stdout
    symbols = [line.split()[-2:] for line in output.splitlines() if " nyz_" in line]
    assert len(symbols) > 100
    defined = {name for kind, name in symbols if kind != "U"}
    assert {name for kind, name in symbols if kind == "U"} - defined == set()


def test_the_header_declares_what_was_looked_for():
    assert len(declared()) >= 40 and "nyz_load" in declared()


def test_every_public_function_is_run_with_failing_memory_and_system():
    path = os.path.join(libnyz.ROOT, "tests", "fault_acts.h")
    with open(path, encoding="utf-8") as f:
        source = f.read()
    rows = set(re.findall(r'^    \{"(nyz_\w+)", ', source, re.MULTILINE))
    assert rows == declared()
    with open(os.path.join(os.path.dirname(path), "fault_scene.h"), encoding="utf-8") as f:
        source += f.read()
    assert {name for name in rows if not re.search(r"\b%s\(" % name, source)} == set()
