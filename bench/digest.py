# SPDX-License-Identifier: MIT
"""The sums by which contenders are compared, as in worker.c."""

import sys

import numpy as np

BLOCK = 4096  # words


def digest_of(thing):
    """As digest_of in worker.c."""
    if isinstance(thing, np.ndarray):
        data = np.ascontiguousarray(thing).reshape(-1).view(np.uint8)
    else:
        data = np.frombuffer(thing, np.uint8)
    words = data[:data.size // 8 * 8].view(np.uint64)
    blocks = words.size // BLOCK
    sums = words[:blocks * BLOCK].reshape(-1, BLOCK).sum(axis=1, dtype=np.uint64)
    digest = int((sums * np.arange(1, blocks + 1, dtype=np.uint64)).sum(dtype=np.uint64))
    rest = int(words[blocks * BLOCK:].sum(dtype=np.uint64))
    rest += int.from_bytes(data[words.size * 8:].tobytes(), sys.byteorder)
    return digest + (blocks + 1) * rest + data.size


def digest_all(things):
    return sum((i + 1) * digest_of(thing) for i, thing in things.items()) % 2**64
