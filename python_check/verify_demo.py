#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The last step of ./demo: NumPy opens what C wrote.  Usage: verify_demo.py FIXTURES OUT"""

import sys
from pathlib import Path

import numpy as np

from train_digits import features, forward


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b)


def verify(fixtures, out):
    """Yields (what, whether it is so)."""
    with np.load(fixtures / "digits.npz") as data:
        images, labels = data["test_images"], data["test_labels"]
    with np.load(fixtures / "digits_mlp.npz") as archive:
        trained = dict(archive)

    yield "x.npy", same(np.load(out / "x.npy"), images)
    with np.load(out / "list.npz") as archive:
        yield "list.npz", (archive.files == ["arr_0", "arr_1"]
                           and same(archive["arr_0"], images)
                           and same(archive["arr_1"], labels))
    with np.load(out / "dict.npz") as archive:
        yield "dict.npz", (archive.files == ["x", "y"] and same(archive["x"], images)
                           and same(archive["y"], labels))
    with np.load(out / "mlp.npz") as archive:
        yield "mlp.npz", (archive.files == list(trained)
                          and all(same(archive[name], trained[name]) for name in trained))
    with np.load(out / "parity.npz") as archive:
        parity = dict(archive)
    answers = forward(parity, features(images)).argmax(axis=1)
    yield "parity.npz", (all(same(parity[name], trained[name])
                             for name in trained if name.startswith("layer1."))
                         and parity["layer2.weight"].shape == (2, 256)
                         and np.mean(answers == labels % 2) >= 0.95)


def main():
    fixtures, out = map(Path, sys.argv[1:3])
    results = dict(verify(fixtures, out))
    wrong = [name for name, right in results.items() if not right]
    if wrong:
        print(f"NumPy {np.__version__} reads something else in {', '.join(wrong)}",
              file=sys.stderr)
        return 1
    print(f"9  NumPy {np.__version__} opens what C wrote ({', '.join(results)}): equal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
