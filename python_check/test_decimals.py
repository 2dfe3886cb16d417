# SPDX-License-Identifier: MIT
"""The shortest decimals of the tool: their table of powers of ten, the proof that it is precise
enough, and the short form of tests/decimals.py."""

import os
import re
import subprocess
import sys

import pytest

import make_decimal_table as table
from conftest import ROOT


def test_the_committed_table_is_what_the_script_makes():
    with open(table.TABLE, encoding="ascii") as file:
        assert file.read() == table.text()
    with open(os.path.join(ROOT, "src", "cli", "print", "decimal.h"), encoding="utf-8") as file:
        bounds = dict(re.findall(r"#define CLI_POWER_(\w+) \(?(-?\d+)\)?\n", file.read()))
    assert {name: int(value) for name, value in bounds.items()} == {
        "LEAST": table.LEAST, "MOST": table.MOST}


def test_every_power_of_the_table_is_rounded_up_to_128_bits():
    for n in range(table.LEAST, table.MOST + 1):
        top, bottom = table.scaled(n, 127 - table.baseline_log2(n))
        power = table.power(n)
        assert power.bit_length() == 128
        assert (power - 1) * bottom < top <= power * bottom


@pytest.mark.parametrize("name", table.FORMATS)
def test_the_table_separates_whole_products_from_others(name):
    """scale() of decimal_shortest.c takes a product for whole if less than 2^60 is left of it:
    that is more than the error of whole ones, and less than is left of any other; nor does the
    error lift another one to the next whole number."""
    above, below, error = table.least_margins(name)
    assert error < 1 << 60 <= above
    assert error < below


def test_the_proof_finds_the_extremes_that_trying_all_factors_finds():
    for bottom in range(2, 60):
        for top in range(1, bottom + 3):
            for most in (1, 2, 5, 30, 100):
                rests = [j * top % bottom for j in range(1, most + 1) if j * top % bottom]
                expected = (min(rests), max(rests)) if rests else None
                assert table.extremes(top, bottom, most) == expected


def baseline_log10_of_c(q, lopsided):
    return ((q * 1292913986 - (536607788 if lopsided else 0) + (1000 << 32)) >> 32) - 1000


def test_the_logarithms_are_exact_for_every_exponent():
    with open(os.path.join(ROOT, "src", "cli", "print", "decimal_shortest.c"), encoding="utf-8") as file:
        code = file.read()
    assert "1292913986" in code and "536607788" in code and "14267572527" in code
    for q in range(-1074, 972):
        top, bottom = 2 ** max(q, 0), 2 ** max(-q, 0)
        assert baseline_log10_of_c(q, False) == table.baseline_log10(top, bottom)
        assert baseline_log10_of_c(q, True) == table.baseline_log10(3 * top, 4 * bottom)
    for n in range(table.LEAST, table.MOST + 1):
        assert ((n * 14267572527 + (2000 << 32)) >> 32) - 2000 == table.baseline_log2(n)


def test_decimals_are_the_shortest_and_those_of_numpy_and_python():
    done = subprocess.run([sys.executable, os.path.join(ROOT, "tests", "decimals.py"), "short"],
                          capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
