#!/usr/bin/env python3
"""Writes src/cli/text/fold_runs.c, fold_singles.c and fold_pairs.c: which names may be one file, as
Unicode has it.  Run it with the Python whose unicodedata is the newest."""

import os
import textwrap
import unicodedata

CLI = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src", "cli")
HANGUL = range(0xAC00, 0xD7A4)  # by arithmetic, in fold.c
IGNORABLE = [(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5),
             (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
             (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
             (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)]


def nfd(text):
    return unicodedata.normalize("NFD", text)


def fold(text):
    """Full case folding and canonical decomposition, again and again until nothing changes."""
    while True:
        more = nfd(nfd(text).casefold())
        if more == text:
            return text
        text = more


def entries():
    """Code point -> what it folds to, for all that change and are not ASCII."""
    points = [p for p in range(0x80, 0x110000) if not 0xD800 <= p < 0xE000 and p not in HANGUL]
    found = {p: fold(chr(p)) for p in points}
    return {p: to for p, to in found.items() if to != chr(p)}


def ranges(points):
    out = []
    for p in points:
        if out and out[-1][1] == p - 1:
            out[-1][1] = p
        else:
            out.append([p, p])
    return out


def runs(table):
    """[first, last, step, difference] of code points that fold to one each; those that fold to
    two may stand between them, for pairs are looked up first."""
    out = []
    for p, to in sorted(table.items()):
        if len(to) > 1:
            continue
        last = out[-1] if out else None
        step = last and (last[2] or (1 if p - last[1] == 1 else 2))
        steps = range(last[1] + step, p, step) if last else ()
        if last and last[3] == ord(to) - p and (p - last[1]) % step == 0 and all(
                len(table.get(q, "")) > 1 for q in steps):
            last[1:3] = [p, step]
        else:
            out.append([p, p, 0, ord(to) - p])
    return [[first, last, step or 1, to] for first, last, step, to in out]


def pairs(multiple, table):
    """[point, a, b] where a and b fold on: the longest front that one point folds to."""
    whole = {to: p for p, to in sorted(table.items(), reverse=True)}
    out = []
    for p, to in multiple:
        front = ord(to[0]) if len(to) == 2 else whole.get(to[:-1])
        if front is None:  # a base with two marks behind
            out.append([p, ord(to[0]), whole[to[1:]]])
        else:
            out.append([p, front, ord(to[-1])])
    return out


def rows(table):
    text = ", ".join("{" + ",".join(map(str, row)) + "}" for row in table)
    return textwrap.fill(text, 90, initial_indent="    ", subsequent_indent="    ")


def write(name, comment, parts):
    with open(os.path.join(CLI, name), "w", encoding="ascii") as file:
        file.write("/* %s\n * Made by python_check/make_fold_tables.py from Unicode %s. */\n"
                   '#include "fold.h"\n\n/* clang-format off */\n'
                   % (comment, unicodedata.unidata_version))
        for kind, variable, table in parts:
            file.write("\nconst nyz_fold_%s nyz_fold_%s[] = {\n%s};\n"
                       "const size_t nyz_fold_%s_count = %d;\n"
                       % (kind, variable, rows(table), variable, len(table)))


def main():
    table = entries()
    multiple = [(p, to) for p, to in sorted(table.items()) if len(to) > 1]
    marks = ranges(p for p in range(0x110000) if unicodedata.combining(chr(p)))
    found = runs(table)
    write("fold_runs.c", "Runs of characters that fold alike, marks, and what is not seen.",
          [("run", "runs", [run for run in found if run[0] != run[1]]),
           ("range", "marks", marks), ("range", "ignorable", IGNORABLE)])
    write("fold_singles.c", "Characters that fold to one other, without a rule.",
          [("single", "singles", [[p, p + to] for p, last, _, to in found if p == last])])
    write("fold_pairs.c", "Characters that fold to two others, which may fold on.",
          [("pair", "pairs", pairs(multiple, table))])


if __name__ == "__main__":
    main()
