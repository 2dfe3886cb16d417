#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the seed corpora of the fuzz targets from fixtures/: FOLDER/TARGET/name.

    seeds.py FOLDER

It prints the names of the files that it makes; what stood in FOLDER before is removed.
Each seed is what the target's first comment says: mostly a file and then the bytes that choose
options.  The seeds of `write` are programs, made by chance but each time the same.
"""

import itertools
import json
import random
import shutil
import sys
from pathlib import Path

FIXTURES = Path(__file__).parents[2] / "fixtures"
MOST = {"pylit": 1024, "dtype": 1024, "npy": 2048, "npz": 4096, "write": 4096, "slice": 2048, "blocks": 256,
        "names": 1024, "cast": 512}
REPAIR_ALL = 15


def header_text(content):
    """The text of a .npy file's header, if it has one."""
    if content[:6] != b"\x93NUMPY" or len(content) < 12:
        return b""
    wide = content[6] > 1
    start = 12 if wide else 10
    return content[start : start + int.from_bytes(content[8:start], "little")]


def rules(path):
    """A byte of fuzz.h's FUZZ_UNTRUSTED, FUZZ_SMALL, or none, now one, now the other."""
    return sum(path.stem.encode()) % 3


def ranges(path):
    """Of slice.c: stop, start and step of a few axes, and how many."""
    choice = random.Random(path.stem)
    axes = choice.randrange(5)
    return bytes(choice.choice([5, 98, 101, 102, 110, 150, 201, 203]) for _ in range(3 * axes)) + bytes([axes])


def files():
    """(target, name, seed) of the files."""
    for path in sorted(FIXTURES.glob("*/*.np?")):
        content = path.read_bytes()
        if path.suffix == ".npy":
            yield "pylit", path.stem, header_text(content).rstrip() + b"\0"
            yield "npy", path.stem, content + bytes([rules(path), len(path.stem) % 15])
            yield "slice", path.stem, content + ranges(path) + bytes([rules(path), len(path.stem) % 15])
        else:
            yield "npz", path.stem, content + b"\0\0\0"
            yield "npz", path.stem + "_repaired", content + bytes(
                [rules(path), len(path.stem) % 15, REPAIR_ALL]
            )


def descrs():
    """Each descr of the manifest once."""
    found = set()
    for entry in json.loads((FIXTURES / "manifest.json").read_text(encoding="utf-8")):
        found.update(array["descr"] for array in entry.get("arrays", ()) if "descr" in array)
    for number, descr in enumerate(sorted(found)):
        yield "dtype", f"descr_{number}", descr.encode("utf-8", "surrogatepass") + b"\0\0"
        yield "pylit", f"descr_{number}", repr(descr).encode("utf-8", "surrogatepass") + b"\0"


def programs():
    choice = random.Random(1)
    texts = [b"[('a', '<f4'), ('b', '>i2', (2,))]", b"<U3", b"|S5", b"|V7", b"<M8[25s]"]
    for number in range(64):
        seed = bytearray(choice.choices(range(256), k=4))
        for _ in range(4):
            if choice.random() < 0.5:
                text = choice.choice(texts)
                seed += bytes([0x80 | len(text)]) + text
            seed += bytes(choice.choices(range(256), k=24))
        yield "write", f"program_{number}", bytes(seed)


def changes():
    choice = random.Random(2)
    for number in range(64):
        seed = bytes(choice.choices(range(256), k=4 * choice.randrange(6) + 6))
        yield "blocks", f"changes_{number}", seed


NAMES = ["fc1.weight.npy", "fc1.bias.npy", "fc2.weight.npy", "layers.0/w.npy", "layers.11/w.npy", "w", "w.npy",
         "w[0].npy", "w0.npy", "note", "fc1.bias.npy", "\u00e4.npy", "{a,b}"]
PATTERNS = ["*", "fc1.*", "*.weight", "fc?.{weight,bias}", "layers.{0..11}/*", "layers.{00..11}/?", "w[0]", "w[!1-9]",
            "{,fc{1,2}.}*", "[", "{a,", "{0..3", "*{a,b*}[]]", "\u00e4", "*npy", "{a{b,c},[{,}],d}e"]
RENAMES = [("*", "*"), ("fc*.*", "l*/*"), ("fc1.bias", "w"), ("layers.*", "*"), ("*", "x")]


def names():
    for number, pattern in enumerate(PATTERNS):
        lines = [pattern, PATTERNS[(number * 7 + 3) % len(PATTERNS)], *RENAMES[number % len(RENAMES)], *NAMES]
        yield "names", f"pattern_{number}", "\n".join(lines).encode()


def numbers():
    """Of every type, edges and others, to several types."""
    choice = random.Random(3)
    for number in range(160):
        seed = bytearray(choice.choices([0, 1, 0x3F, 0x7C, 0x7F, 0x80, 0xFF, choice.randrange(256)], k=200))
        yield "cast", f"numbers_{number}", bytes(seed) + bytes(choice.choices(range(256), k=2)) + bytes([number % 34, number % 5, number % 9])


def main(folder):
    shutil.rmtree(folder, ignore_errors=True)
    for target, name, seed in itertools.chain(files(), descrs(), programs(), changes(), names(), numbers()):
        if 2 < len(seed) <= MOST[target]:
            path = folder / target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(seed)
            print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
