#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws what scaling.py has measured: plot.py CSV PNG.  Needs matplotlib."""

import csv
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # pylint: disable=wrong-import-position

TITLES = {"bytes": "One array", "members": "Archives of members of 64 bytes"}
LABELS = {"bytes": "bytes of the array", "members": "members"}
NAMES = {"nyz": "nyz", "numpy": "NumPy"}
COLOURS = ("tab:blue", "tab:red", "tab:green")
MARKERS = ("o", "s", "^")
UNITS = ((30, "GiB"), (20, "MiB"), (10, "KiB"))


def curves(path):
    """{axis: {(operation, contender): [(n, seconds)]}}, and the machine"""
    found = {axis: {} for axis in TITLES}
    with open(path, encoding="ascii") as file:
        lines = file.read().splitlines()
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        curve = found[row["axis"]].setdefault((row["operation"], row["contender"]), [])
        curve.append((int(row["n"]), int(row["cpu_ns"]) / 1e9))
    return found, [line[2:] for line in lines if line.startswith("#")]


def in_words(axis, n):
    for bits, unit in UNITS if axis == "bytes" else ():
        if n >= 1 << bits:
            return "%d %s" % (n >> bits, unit)
    return "{:,}".format(n)


def guides(axes, numbers, low, high):
    """Grey lines of what grows as n does."""
    first, last = numbers[0], numbers[-1]
    for power in range(-14, 4):
        axes.plot([first, last], [10.0**power, 10.0**power * last / first], color="0.88",
                  linewidth=0.8, zorder=0)
    axes.set_ylim(low / 2, high * 2)


def draw(axes, axis, found):
    operations = list(dict.fromkeys(operation for operation, _ in found))
    for (operation, contender), curve in found.items():
        i, ours = operations.index(operation), contender == "nyz"
        axes.plot(*zip(*curve), color=COLOURS[i], marker=MARKERS[i], markersize=5,
                  linestyle="-" if ours else "--", markerfacecolor=COLOURS[i] if ours else "white",
                  label="%s: %s" % (NAMES[contender], operation))
    numbers = sorted({n for curve in found.values() for n, _ in curve})
    times = [time for curve in found.values() for _, time in curve]
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    guides(axes, numbers, min(times), max(times))
    axes.set_xticks(numbers[::2], [in_words(axis, n) for n in numbers[::2]])
    axes.set_xlabel(LABELS[axis])
    axes.set_ylabel("CPU time, seconds")
    axes.set_title(TITLES[axis])
    axes.legend(loc="upper left", fontsize=9)


def main(source, target):
    found, head = curves(source)
    figure, panels = plt.subplots(1, 2, figsize=(13, 6))
    for axes, axis in zip(panels, found):
        draw(axes, axis, found[axis])
    figure.text(0.5, 0.01, "%s; %s. Grey: proportional to n." % (head[1], head[2]), ha="center",
                fontsize=8, color="0.35")
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    figure.savefig(target, dpi=100, metadata={"Software": None})
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
