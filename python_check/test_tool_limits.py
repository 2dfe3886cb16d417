# SPDX-License-Identifier: MIT
"""The tool nyz with --untrusted and --limit: every command, for every way to name a file."""

import json
import os
import re
import subprocess

import numpy as np
import pytest

from fixture_parts import Member, archive, saved

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOL = os.path.abspath(os.environ.get("NYZ_TOOL", os.path.join(ROOT, "build", "nyz")))
# How each command reads FILE; it runs in a folder of its own.
READERS = {"ls": ["FILE"], "show": ["FILE"], "digest": ["FILE"], "cp": ["FILE", "out.npz"],
           "unpack": ["FILE", "-d", "out"], "pack": ["out.npz", "x=FILE"]}
# What each limit is at most, of 64-bit machines.
MOST = {"header_bytes": 256 << 20, "dims": 64, "nesting": 64, "brackets": 256, "fields": 2**31 - 1,
        "item_bytes": 2**31 - 1, "array_bytes": 2**63 - 1, "members": 2**31 - 1,
        "directory_bytes": 2**32 - 1, "name_bytes": 65535, "archive_bytes": 2**63 - 1,
        "ratio": 2**63 - 1}

pytestmark = pytest.mark.skipif(not os.path.exists(TOOL), reason="the tool is not built")


def run(status, cwd, *args, **kw):
    done = subprocess.run([TOOL, *args], cwd=cwd, capture_output=True, timeout=120, **kw)
    assert done.returncode == status, (done.returncode, done.stderr)
    return done.stderr.decode()


def read(status, cwd, command, name, *options, **kw):
    """Reads the file by the command; the message."""
    args = [arg.replace("FILE", name) for arg in READERS[command]]
    return run(status, cwd, command, *args, *options, **kw)


@pytest.fixture
def here(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((2, 3)))
    np.savez(tmp_path / "x.npz", a=np.zeros((2, 3)))
    a = saved(np.zeros((2, 3)))
    (tmp_path / "twice.npz").write_bytes(archive([Member("a.npy", a), Member("a.npy", a)]))
    (tmp_path / "behind.npz").write_bytes(b"#!/bin/sh\n" + (tmp_path / "x.npz").read_bytes())
    return tmp_path


def allows_more(name, value):
    """How a message about a limit ends."""
    return " the limit %s, %s; --limit %s=N allows more\n" % (name, value, name)


WAYS = [("x.npy", None), ("x.npz", None), ("x.npz:a", None), ("-", "x.npy"), ("-", "x.npz")]


@pytest.mark.parametrize("command", [name for name in READERS if name not in ("pack", "unpack")])
@pytest.mark.parametrize("name, stdin", WAYS)
@pytest.mark.parametrize("option", [["--limit", "dims=1"], ["--limit=dims=1"],
                                    ["--untrusted", "--limit", "dims=1", "--limit", "members=5"]])
def test_every_command_keeps_a_limit(here, command, name, stdin, option):
    data = (here / stdin).read_bytes() if stdin else b""
    assert allows_more("dims", 1) in read(1, here, command, name, *option, input=data)
    assert read(0, here, command, name, "--limit", "dims=2", input=data) == ""


@pytest.mark.parametrize("name, stdin", [("x.npy", None), ("-", "x.npy")])
def test_pack_keeps_a_limit(here, name, stdin):
    data = (here / stdin).read_bytes() if stdin else b""
    assert allows_more("dims", 1) in read(1, here, "pack", name, "--limit", "dims=1", input=data)
    assert not (here / "out.npz").exists()
    assert read(0, here, "pack", name, "--limit", "dims=2", input=data) == ""


@pytest.mark.parametrize("name, stdin", [("x.npz", None), ("x.npz:a", None), ("-", "x.npz")])
def test_unpack_keeps_a_limit(here, name, stdin):
    data = (here / stdin).read_bytes() if stdin else b""
    size = len(saved(np.zeros((2, 3))))
    message = read(1, here, "unpack", name, "--limit", "archive_bytes=%d" % (size - 1), input=data)
    assert allows_more("archive_bytes", size - 1) in message
    message = read(1, here, "unpack", name, "--limit", "array_bytes=%d" % (size - 1), input=data)
    assert allows_more("array_bytes", size - 1) in message
    assert not (here / "out").exists()
    assert read(0, here, "unpack", name, "--limit", "archive_bytes=%d" % size, input=data) == ""


def test_json_names_the_option_of_a_limit_too(here):
    done = subprocess.run([TOOL, "ls", "--json", "x.npz", "--limit", "dims=1"], cwd=here, capture_output=True)
    member, = json.loads(done.stdout)[0]["members"]
    assert member["error"]["status"] == "limit"
    assert (member["error"]["message"] + "\n").endswith(allows_more("dims", 1))


def test_a_name_that_looks_like_a_limit_or_advice_is_quoted_as_it_is(here):
    x = saved(np.zeros((2, 3)))
    for name in (" limits.dims, 1", "a; nyz_load reads it"):
        (here / "y.npz").write_bytes(archive([Member(name + ".npy", x[:-1])]))
        assert name in read(1, here, "digest", "y.npz")
        (here / "y.npz").write_bytes(archive([Member(name + ".npy", x)]))
        message = read(1, here, "digest", "y.npz", "--limit", "dims=1")
        assert name in message and message.endswith(allows_more("dims", 1))


# Messages that the tool does not meet: it passes no such arrays.
FOR_PROGRAMS = {"; nyz_array_wrap borrows", "; nyz_array_copy makes an array that owns its data",
                "; nyz_map maps .npy files so", "; load it, or map it with NYZ_KEEP_BYTEORDER",
                "; load it, or map it with NYZ_KEEP_ORDER", "; NYZ_CAST_UNSAFE converts it"}


def test_the_tool_rewords_every_message_that_advises_a_function_or_a_flag(root):
    with open(os.path.join(root, "src", "cli", "text", "reword.c"), encoding="utf-8") as file:
        known = file.read()
    found = set()
    for folder, _, names in os.walk(os.path.join(root, "src")):
        for name in (name for name in names if name.endswith(".c") and "cli" not in folder.split(os.sep)):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
            for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', re.sub(r'"\s*"', "", text)):
                found |= set(re.findall(r"; [^;]*\b(?:nyz|NYZ)_.*", literal))
    assert {"; nyz_load reads it", "; NYZ_ANY_NAME allows it"} <= found
    assert [advice for advice in found - FOR_PROGRAMS if '{"%s",' % advice not in known] == []


@pytest.mark.parametrize("command", [name for name in READERS if name != "pack"])
@pytest.mark.parametrize("stdin", [False, True])
def test_untrusted_refuses_duplicate_names(here, command, stdin):
    name = "-" if stdin else "twice.npz"
    data = (here / "twice.npz").read_bytes() if stdin else b""
    for where in (name, name + ":a"):
        message = read(1, here, command, where, "--untrusted", input=data)
        assert "two members are named 'a.npy'" in message
    read(0, here, command, name + ":a", input=data)


@pytest.mark.parametrize("command", [name for name in READERS if name != "pack"])
def test_untrusted_says_why_an_archive_behind_other_bytes_is_refused(here, command):
    assert "10 bytes before the archive" in read(1, here, command, "behind.npz", "--untrusted")
    assert read(0, here, command, "behind.npz") == ""


@pytest.mark.parametrize("command", [name for name in READERS if name != "unpack"])
def test_untrusted_lowers_the_limits_and_limit_sets_one(here, command):
    np.save(here / "x.npy", np.zeros((1,) * 32))
    np.save(here / "y.npy", np.zeros(1, "V1048577"))
    read(0, here, command, "x.npy", "--untrusted")
    assert allows_more("item_bytes", 1048576) in read(1, here, command, "y.npy", "--untrusted")
    read(0, here, command, "y.npy", "--untrusted", "--limit", "item_bytes=2M")
    read(0, here, command, "y.npy", "--limit", "item_bytes=2M", "--untrusted")
    read(0, here, command, "y.npy")


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("name", MOST)
def test_a_limit_takes_numbers_in_its_range(here, command, name):
    most = MOST[name]
    for value in ("1", "01", str(most), "1K"):
        if not (value == "1K" and most < 1024):
            assert "--limit" not in run(1, here, command, *(["o.npz"] if command == "pack" else []),
                                        "missing", *(["o"] if command == "cp" else []), "--limit",
                                        "%s=%s" % (name, value))
    if most < 2 ** 63 - 1:
        message = run(2, here, command, "x", "y", "--limit", "%s=%d" % (name, most + 1))
        assert message == "nyz: %s: limit %s is %d; the maximum is %d\n" % (command, name, most + 1, most)
    for value in ("9223372036854775808", "99999999999999999999", "8388608T"):
        message = run(2, here, command, "x", "y", "--limit", "%s=%s" % (name, value))
        assert message == "nyz: %s: --limit %s=%s: the value is over 2^63 - 1\n" % (command, name, value)
    for value in ("0", "-1", "", "K", "1k", "1KK", "1.5", "0x1", " 1", "1=1"):
        message = run(2, here, command, "x", "y", "--limit", "%s=%s" % (name, value))
        assert message.startswith("nyz: %s: --limit %s=%s: expected a number" % (command, name, value))


@pytest.mark.parametrize("command", READERS)
def test_an_unknown_limit_is_answered_with_their_names(here, command):
    for name in ("dim", "", "DIMS", "dimss", "reserved", "n" * 1000):
        message = run(2, here, command, "x", "y", "--limit", name + "=1")
        assert "'%s' is not a limit; the limits are" % name[:60] in message
        assert all(known in message for known in MOST)
    assert "NAME=VALUE" in run(2, here, command, "x", "y", "--limit", "dims")
    assert "a value is missing" in run(2, here, command, "x", "y", "--limit")


def test_unpacks_own_limit_is_named_where_a_number_alone_is_given(here):
    assert "--max-bytes" in run(2, here, "unpack", "x.npz", "--limit", "20G")


@pytest.mark.parametrize("command", READERS)
def test_help_and_manual_name_every_limit(root, command):
    text = subprocess.run([TOOL, command, "--help"], capture_output=True, check=True).stdout.decode()
    with open(os.path.join(root, "docs", "man", "nyz.1"), encoding="utf-8") as file:
        manual = file.read()
    with open(os.path.join(root, "include", "nyz.h"), encoding="utf-8") as file:
        header = file.read().split("typedef struct nyz_limits {")[1].split("} nyz_limits;")[0]
    names = [line.split("int64_t ")[1].split(";")[0] for line in header.splitlines()
             if "int64_t " in line and "reserved" not in line]
    assert sorted(names) == sorted(MOST)
    for name in names:
        assert "    %s " % name in text and ".B %s\n" % name in manual
    assert "--untrusted" in text and "--limit NAME=VALUE" in text
