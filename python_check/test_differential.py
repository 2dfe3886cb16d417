# SPDX-License-Identifier: MIT
"""NumPy and we on some hundreds of generated files; differential.py makes as many as one wants."""

import io
import os
import zipfile
import zlib

import numpy as np
import pytest

import differential
import libnyz
from conftest import ROOT
from fixture_parts import saved


def test_generated_files_valid_and_damaged():
    kinds, findings = differential.run(600, 0)
    assert findings == []
    assert len(kinds) == 4 and min(kinds.values()) > 50


def test_differences_that_are_let_pass_are_rows_of_the_table():
    with open(os.path.join(ROOT, "docs", "differences.md"), encoding="utf-8") as file:
        table = file.read()
    for row, _ in differential.KNOWN:
        assert row in table


def fixed_code(symbol):
    """Of a literal or length, as bits; docs: RFC 1951, 3.2.6."""
    for first, last, code, size in ((0, 143, 48, 8), (144, 255, 400, 9), (256, 279, 0, 7),
                                    (280, 287, 192, 8)):
        if first <= symbol <= last:
            return format(code + symbol - first, "0%db" % size)
    raise ValueError(symbol)


def deflated_with_length(content, symbol):
    """One block of the fixed code: literals, then once a length, of the byte before."""
    bits = "1" + "10" + "".join(map(fixed_code, content)) + fixed_code(symbol) + "00000"
    bits += fixed_code(256)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8][::-1], 2) for i in range(0, len(bits), 8))


def with_deflated(content, stream):
    """An archive of one member that says that `stream` stands for `content`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", content)
    old = out.getvalue()
    start, end = 30 + len("a.npy"), old.index(b"PK\1\2")
    new = bytearray(old[:start] + stream + old[end:])
    shift = start + len(stream) - end
    for at in (18, end + shift + 20):
        new[at:at + 4] = len(stream).to_bytes(4, "little")
    new[-6:-2] = (end + shift).to_bytes(4, "little")
    return bytes(new)


@pytest.mark.parametrize("symbol", [286, 287])
def test_reserved_lengths_need_sizes_and_crc_that_fit(symbol):
    content = saved(np.full(386, 1, "u1"))
    stream = deflated_with_length(content[:-258], symbol)
    with pytest.raises(zlib.error, match="invalid literal/length code"):
        zlib.decompress(stream, -15)
    results = [differential.our_npz(with_deflated(content, stream))["a.npy"],
               differential.our_npz(with_deflated(content[:-1] + b"x", stream))["a.npy"]]
    assert isinstance(results[0], libnyz.NyzError) or (results[0] == 1).all()
    assert isinstance(results[1], libnyz.NyzError)
    valid = with_deflated(content, deflated_with_length(content[:-258], 285))
    assert (differential.our_npz(valid)["a.npy"] == 1).all()
