#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shortest decimals against all float32, NumPy's text and Python's repr.

    tests/decimals.py [short]

- Every float32, with either sign: strtof reads the decimal back as the same bits; by exact
  integers, nothing shorter reads back, and nothing as short is nearer (tests/support/decimal_exact.h says
  how that is known without trying all of them).  Infinities and NaNs have no digits.
- Every float16, 5,000,000 float32 and 5,000,000 float64 against NumPy's text.
- 100,000,000 float64 against Python's repr.

A quarter of the numbers are of few digits, integers, or neighbours of powers of two and ten; the
others are random bits. The seed is printed, and NYZ_SEED sets it. "short" takes one number in some
thousands of the first part and in 200 of the others. NYZ_BUILD: the build, else build/. Runs at low
priority, the first part on all processors; for half an hour on two. Ends with one line: N numbers,
N failed; or NOT RUN: and why, and status 77.
"""

import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
DECIMALS = Path(os.environ.get("NYZ_BUILD", ROOT / "build")) / "tests" / "decimals"
CHUNK = 500_000
NUMPY = tuple(map(int, np.__version__.split(".")[:2]))
CPUS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def check_float32(step):
    """Counts of all and of failed, in as many processes as there are processors."""
    end = 0x7F800000
    starts = [end * i // CPUS for i in range(CPUS)]
    runs = [subprocess.Popen([DECIMALS, "float32", str(first), str(last - 1), str(step)],
                             stdout=subprocess.PIPE, text=True)
            for first, last in zip(starts, starts[1:] + [end])]
    total, failed = 0, 0
    for run in runs:
        out = run.communicate()[0]
        found = re.search(r"^(\d+) numbers, (\d+) failed\n\Z", out, re.M)
        if not found or (run.returncode != 0) != (found[2] != "0"):
            sys.exit("decimals ended with %d: %s" % (run.returncode, out))
        print(out[:found.start()], end="")
        total += 2 * int(found[1])  # of either sign
        failed += int(found[2])
    return total, failed


def ours(values):
    """Our texts of an array of finite floats."""
    with tempfile.TemporaryFile() as file:
        values.tofile(file)
        file.seek(0)
        out = subprocess.run([DECIMALS, "text", str(values.itemsize)], stdin=file, check=True,
                             stdout=subprocess.PIPE).stdout
    return out


def by_numpy(values):
    legacy = {"legacy": "2.2"} if NUMPY >= (2, 3) else {}  # where exponents begin
    with np.printoptions(**legacy):
        return b"\n".join(values.astype("S32").tolist()) + b"\n"


def by_python(values):
    return ("\n".join(map(repr, values.tolist())) + "\n").encode()


def compare(values, reference):
    """The number of texts that differ."""
    found, expected = ours(values), reference(values)
    if found == expected:
        return 0
    found, expected = found.splitlines(), expected.splitlines()
    assert len(found) == len(expected) == len(values)
    wrong = [i for i, pair in enumerate(zip(found, expected)) if pair[0] != pair[1]]
    for i in wrong[:5]:
        print("%s: %s, not %s" % (float(values[i]).hex(), found[i].decode(), expected[i].decode()))
    return len(wrong)


def random_bits(rng, count, dtype):
    unsigned = dtype.replace("f", "u")
    return rng.integers(0, 1 << 8 * int(dtype[1]), count, unsigned).view(dtype)


def few_digits(rng, count, dtype):
    digits = rng.integers(1, 10 ** rng.integers(1, 17, count))
    power = 10.0 ** rng.integers(-30, 8, count)
    return (digits * power).astype(dtype)


def integers(rng, count, dtype):
    return (rng.integers(0, 1 << 62, count) >> rng.integers(0, 62, count)).astype(dtype)


def near_powers(rng, count, dtype):
    least, most = (-149, 127) if dtype == "f4" else (-1074, 1023)
    two = np.ldexp(np.ones(count), rng.integers(least, most + 1, count)).astype(dtype)
    tens = range(-44, 39) if dtype == "f4" else range(-323, 309)
    ten = rng.choice(np.array([float("1e%d" % i) for i in tens]).astype(dtype), count)
    near = np.where(rng.integers(0, 2, count) == 1, two, ten)
    unsigned = dtype.replace("f", "u")
    steps = rng.integers(-50, 51, count).astype(dtype.replace("f", "i")).view(unsigned)
    return (near.view(unsigned) + steps).view(dtype)


def samples(rng, count, dtype):
    """Chunks of finite floats, three quarters of them of random bits."""
    kinds = [random_bits] * 9 + [few_digits, integers, near_powers]
    turn = 0
    while count > 0:
        values = kinds[turn % len(kinds)](rng, min(count, CHUNK), dtype)
        values = values[np.isfinite(values)]
        turn += 1
        count -= len(values)
        yield values


def check_samples(rng, count, dtype, reference):
    failed = sum(compare(values, reference) for values in samples(rng, count, dtype))
    return count, failed


def check_float16(_rng):
    values = np.arange(1 << 16, dtype="u2").view("f2")
    values = values[np.isfinite(values)]
    return len(values), compare(values, by_numpy)


def main():
    short = sys.argv[1:] == ["short"]
    if sys.argv[1:] and not short:
        sys.exit(__doc__)
    if not DECIMALS.exists():
        print("NOT RUN: there is no %s" % DECIMALS)
        sys.exit(77)
    os.nice(10)
    seed = int(os.environ.get("NYZ_SEED", secrets.randbits(32)))
    rng = np.random.default_rng(seed)
    print("seed %d, NumPy %s, Python %s" % (seed, np.__version__, sys.version.split()[0]))
    less = 200 if short else 1
    parts = [
        ("float32, by exact integers", lambda: check_float32(9973 if short else 1)),
        ("float16, NumPy", lambda: check_float16(rng)),
        ("float32, NumPy", lambda: check_samples(rng, 5_000_000 // less, "f4", by_numpy)),
        ("float64, NumPy", lambda: check_samples(rng, 5_000_000 // less, "f8", by_numpy)),
        ("float64, repr", lambda: check_samples(rng, 100_000_000 // less, "f8", by_python)),
    ]
    total, failed = 0, 0
    for name, check in parts:
        start = time.monotonic()
        numbers, wrong = check()
        print("%s: %d numbers, %d failed, %d s" % (name, numbers, wrong, time.monotonic() - start),
              flush=True)
        total += numbers
        failed += wrong
    print("%d numbers, %d failed" % (total, failed))
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
