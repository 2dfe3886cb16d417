# SPDX-License-Identifier: MIT
"""The tool in little memory, whatever the size of an array: the commands of tool_memory.py, with
256 MiB."""

import os
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOL = os.path.abspath(os.environ.get("NYZ_TOOL", os.path.join(ROOT, "build", "nyz")))


def is_instrumented():
    """AddressSanitizer's address space is not the tool's."""
    with open(TOOL, "rb") as file:
        return b"__asan_init" in file.read()


pytestmark = [pytest.mark.skipif(not os.path.exists(TOOL), reason="the tool is not built"),
              pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no /proc"),
              pytest.mark.skipif(os.path.exists(TOOL) and is_instrumented(), reason="an instrumented tool")]

if sys.platform.startswith("linux"):
    import tool_memory


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("memory")
    return folder, tool_memory.base(TOOL) + tool_memory.ALLOWED, tool_memory.prepare(TOOL, folder, 256 << 20)


def test_an_array_of_256_mib_is_read_in_16(made):
    folder, limit, whole = made
    found = {}
    for command in tool_memory.COMMANDS:
        wrong, seen = tool_memory.check(TOOL, folder, command, limit, whole)
        if wrong is not None or seen > 20 << 20:
            found[command] = wrong or seen
    assert found == {}


def test_the_limit_is_one(made):
    """All elements at once do not fit into it."""
    folder, limit, _ = made
    status, _, messages, _ = tool_memory.run(TOOL, folder, "show --all big.npy", limit)
    assert status == 3 and b"out of memory" in messages
