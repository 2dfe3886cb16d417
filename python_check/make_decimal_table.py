#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes src/cli/print/decimal_table.c: powers of ten to 128 bits, for the shortest decimals of floats.

The functions below the table prove that 128 bits suffice; test_decimals.py calls them."""

import os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLE = os.path.join(ROOT, "src", "cli", "print", "decimal_table.c")
LEAST, MOST = -292, 324  # CLI_POWER_LEAST and CLI_POWER_MOST of decimal.h
# (bits of the significand, least and greatest exponent of its last bit)
FORMATS = {"float16": (11, -24, 5), "float32": (24, -149, 104), "float64": (53, -1074, 971)}


def scaled(n, bits):
    """10^n * 2^bits as a fraction of integers."""
    top = 10 ** max(n, 0) << max(bits, 0)
    bottom = 10 ** max(-n, 0) << max(-bits, 0)
    return top, bottom


def baseline_log2(n):
    """floor(log2(10^n))."""
    return (10 ** n).bit_length() - 1 if n >= 0 else -(10 ** -n - 1).bit_length()


def baseline_log10(top, bottom):
    """floor(log10(top / bottom))."""
    k = len(str(top)) - len(str(bottom))
    return k if top * 10 ** max(-k, 0) >= bottom * 10 ** max(k, 0) else k - 1


def power(n):
    """10^n as an integer of 128 bits, rounded up; its unit is 2^(baseline_log2(n) - 127)."""
    top, bottom = scaled(n, 127 - baseline_log2(n))
    return -(-top // bottom)


def rows():
    for n in range(LEAST, MOST + 1):
        yield "{0x%016X, 0x%016X}," % divmod(power(n), 1 << 64)


def text():
    """The whole file."""
    each = list(rows())
    lines = ["    " + " ".join(each[i:i + 2]) for i in range(0, len(each), 2)]
    return ("/* SPDX-License-Identifier: MIT */\n"
            "/* Powers of ten, from 10^%d to 10^%d, of 128 bits, the first set; rounded up.\n *"
            " Made by python_check/make_decimal_table.py. */\n"
            '#include "print/decimal.h"\n\n/* clang-format off */\n\n'
            "const cli_power cli_powers[CLI_POWER_MOST - CLI_POWER_LEAST + 1] = {\n%s\n};\n"
            % (LEAST, MOST, "\n".join(lines)))


# ---- proof


def extremes(top, bottom, most):
    """The least and the greatest remainder that is not zero of j * top / bottom, 0 < j <= most.

    Records of both kinds, each the sum of a record below and one above, as in the Euclidean
    algorithm.  None if there are only zeros."""
    low, low_at = top % bottom, 1
    gap, gap_at = bottom, 0  # bottom less the remainder
    if low == 0:
        return None
    while low_at + gap_at <= most and low != gap:
        if low > gap:
            times = min((low - 1) // gap, (most - low_at) // gap_at)
            low, low_at = low - times * gap, low_at + times * gap_at
        else:
            times = min((gap - 1) // low, (most - gap_at) // low_at)
            gap, gap_at = gap - times * low, gap_at + times * low_at
    return low, bottom - gap


def products(bits, least, most):
    """(fraction, greatest factor, shift) of each product that decimal_shortest.c forms for a
    format: four times the number, and the ends of its interval, over a power of ten."""
    for q in range(least, most + 1):
        width = (2 ** max(q, 0), 2 ** max(-q, 0))
        n = -baseline_log10(*width)
        top, bottom = scaled(n, q + 1)  # times 2c - 1, 2c or 2c + 1
        shift = q + baseline_log2(n) + 1
        yield top, bottom, range(1, 2 ** (bits + 1) + 2), 2, shift, n
        if q > least:
            n = -baseline_log10(3 * width[0], 4 * width[1])
            top, bottom = scaled(n, q - 2)
            c = 2 ** (bits - 1)
            shift = q + baseline_log2(n) + 1
            for x in (4 * c - 1, 4 * c, 4 * c + 2):
                yield top, bottom, range(x, x + 1), 1, shift, n


def least_margins(name):
    """The least margin, as a fraction of the unit, of what is not whole above and below a whole
    number; and the greatest error of a product with the table.  In units of 2^-128."""
    above, below, error = 1 << 128, 1 << 128, 0
    for top, bottom, factors, step, shift, n in products(*FORMATS[name]):
        assert LEAST <= n <= MOST and 1 <= shift <= 4
        last = factors[-1]
        assert (last * step << shift) < 1 << 60
        error = max(error, last * step << shift)
        if len(factors) == 1:
            rest = last * top % bottom
            found = (rest, rest) if rest else None
        else:
            found = extremes(top, bottom, last)
        if found:
            above = min(above, (found[0] << 128) // bottom)
            below = min(below, ((bottom - found[1]) << 128) // bottom)
    return above, below, error


def main():
    with open(TABLE, "w", encoding="ascii", newline="\n") as file:
        file.write(text())


if __name__ == "__main__":
    main()
