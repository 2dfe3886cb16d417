# SPDX-License-Identifier: MIT
"""What the shared library exports: the functions of its headers, all of them, and nothing else."""

import glob
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
    names = set()
    for path in glob.glob(os.path.join(libnyz.ROOT, "include", "*.h")):
        with open(path, encoding="utf-8") as f:
            names |= set(re.findall(r"^NYZ_API [^(]*?\b(nyz_\w+)\(", f.read(), re.MULTILINE))
    return names


def test_exactly_the_public_functions_are_exported():
    linkers_own = {"_init", "_fini", "__bss_start", "_edata", "_end"}
    assert exported() - linkers_own == declared()


# Prints, ends the program or leaves the call, runs something, waits for signals, depends on the
# locale or the environment.
NEVER_CALLED = """abort _exit _Exit exit quick_exit longjmp siglongjmp raise kill signal sigaction
    printf vprintf fprintf vfprintf dprintf puts fputs putchar fputc putc perror stdout stderr syslog
    system popen fork execve posix_spawn dlopen dlsym setlocale localeconv getenv secure_getenv
    strtod strtold strtof atof mremap gets strcpy strcat sprintf vsprintf alloca
    """.split()


def test_the_library_neither_prints_nor_ends_the_program_nor_runs_anything():
    if shutil.which("nm") is None:
        pytest.skip("nm is not installed")
    output = subprocess.run(["nm", "-D", "--undefined-only", libnyz.PATH], capture_output=True,
                            text=True, check=True).stdout
    called = {re.sub(r"@.*", "", line.split()[-1]) for line in output.splitlines()}
    called = {re.sub(r"^__(\w+)_chk$", r"\1", name) for name in called}
    assert {"write", "malloc", "deflate"} <= called
    assert called & set(NEVER_CALLED) == set()


def test_the_static_library_needs_nothing_of_ours_from_elsewhere():
    path = os.path.join(os.environ.get("NYZ_BUILD", ""), "libnyz.a")
    if shutil.which("nm") is None or not os.path.exists(path):
        pytest.skip("no nm, or no static library")
    output = subprocess.run(["nm", "-g", path], capture_output=True, text=True, check=True).stdout
    symbols = [line.split()[-2:] for line in output.splitlines() if " nyz_" in line]
    assert len(symbols) > 100
    defined = {name for kind, name in symbols if kind != "U"}
    assert {name for kind, name in symbols if kind == "U"} - defined == set()


def test_only_one_file_maps():
    path = os.path.join(os.environ.get("NYZ_BUILD", ""), "libnyz.a")
    if shutil.which("nm") is None or not os.path.exists(path):
        pytest.skip("no nm, or no static library")
    output = subprocess.run(["nm", "-A", path], capture_output=True, text=True, check=True).stdout
    users = {line.split(":")[-2] for line in output.splitlines()
             if re.search(r" U (mmap|mmap64|munmap)$", line)}
    assert len(users) == 1 and "mapping_posix" in users.pop()


def test_the_header_declares_what_was_looked_for():
    assert len(declared()) >= 40 and "nyz_load" in declared()


def test_every_public_function_is_run_with_failing_memory_and_system():
    source = ""
    for name in ("table", "fixture", "arrays", "archives", "files", "maps", "slices", "casts", "models"):
        path = os.path.join(libnyz.ROOT, "tests", "fault", "fault_%s.h" % name)
        with open(path, encoding="utf-8") as f:
            source += f.read()
    rows = set(re.findall(r'^    \{"(nyz_\w+)", ', source, re.MULTILINE))
    assert rows == declared()
    assert {name for name in rows if not re.search(r"\b%s\(" % name, source)} == set()
