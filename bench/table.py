# SPDX-License-Identifier: MIT
"""The benchmark's tables, in Markdown."""

from worker_peers import LIBRARIES


def least(result, key):
    """The least time of a contender in ms; None where it did not run."""
    if not result or not result.get("samples"):
        return None
    return min(sample[key] for sample in result["samples"]) / 1e6


def over(a, b):
    return None if a is None or not b else a / b


def figure(value, unit=""):
    if value is None:
        return "-"
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return "%.*f%s" % (digits, value, unit)


def met(value, goal, at_most=False):
    """None where there is no goal or no value."""
    if goal is None or value is None:
        return None
    return value <= goal if at_most else value >= goal


def peers_of(row):
    """The libraries that took part."""
    return [name for name in row["contenders"] if name in LIBRARIES]


def ratios(row):
    """What the goals are about, of one row of the results."""
    runs = row["contenders"]
    peers = [least(runs[name], "cpu_ns") for name in peers_of(row)]
    one = least(runs.get("nyz"), "cpu_ns")
    two = least(runs.get("nyz-2"), "wall_ns")
    return {
        "one": over(least(runs.get("numpy"), "cpu_ns"), one),
        "two": over(least(runs.get("numpy"), "wall_ns"), two),
        "newest": over(least(runs.get("newest"), "cpu_ns"), one),
        "newest_two": over(least(runs.get("newest"), "wall_ns"), two),
        "before": over(least(runs.get("before"), "cpu_ns"), one),
        "baseline": over(one, least(runs.get("baseline"), "cpu_ns")),
        "own": over(least(runs.get("own"), "cpu_ns"), one),
        "peers": over(min(filter(None, peers), default=None), one),
        "beside": beside(row, "nyz"),
        "memory": memory(row, "nyz"),
        "file": over(*(runs.get(name, {}).get("bytes") for name in ("nyz", "numpy"))),
    }


def memory(row, name):
    """The peak over the data; None where there is too little data to tell."""
    peak = row["contenders"].get(name, {}).get("peak_kib")
    return None if peak is None or row["size"] < 1 << 20 else peak * 1024 / row["size"]


def beside(row, name):
    """KiB of the peak beside the result."""
    peak = row["contenders"].get(name, {}).get("peak_kib")
    return None if peak is None or row.get("result") is None else peak - row["result"] // 1024


def goals_of(row):
    """Each goal of a row: (text, whether it is met, or None)."""
    ratio = ratios(row)
    goals = (("one", "%g", False), ("two", "2T %g", False), ("baseline", "baseline %g", True),
             ("memory", "memory %g", True), ("file", "file %g", True), ("own", "%%g x %s" % row.get("own_words"), False),
             ("peers", "peers %g", False), ("beside", "%d KiB", True))
    for key, text, at_most in goals:
        goal = row["must"].get(key)
        if goal is not None:
            found = " (%s)" % figure(ratio[key]) if key == "own" else ""
            yield text % goal + found, met(ratio[key], goal, at_most)


HEAD = ("workload", "NumPy ms", "baseline ms", "nyz ms", "x NumPy", "x baseline", "2T ms", "x NumPy",
        "memory: NumPy", "memory: nyz", "file", "must (NO: not met; ?: not measured)")
# Columns that only some runs have: the contender, and each column's head and value.
SOME = {
    "newest": (("newest NumPy ms", lambda row: figure(least(row["contenders"].get("newest"), "cpu_ns"))),
               ("x newest", lambda row: figure(ratios(row)["newest"])),
               ("2T x newest", lambda row: figure(ratios(row)["newest_two"]))),
    "before": (("before ms", lambda row: figure(least(row["contenders"].get("before"), "cpu_ns"))),
               ("before / nyz", lambda row: figure(ratios(row)["before"]))),
}


def some_columns(rows):
    """Of SOME, those whose contender took part."""
    return [column for name, columns in SOME.items() for column in columns
            if any(name in row["contenders"] for row in rows)]


def cells(row, peers):
    runs, ratio = row["contenders"], ratios(row)
    marks = {True: "", False: " NO", None: " ?"}
    text = [row["title"]]
    text += [figure(least(runs.get(name), "cpu_ns")) for name in ("numpy", "baseline", "nyz")]
    text += [figure(ratio["one"]), figure(ratio["baseline"])]
    text += [figure(least(runs.get("nyz-2"), "wall_ns")), figure(ratio["two"])]
    text += [figure(memory(row, "numpy")), figure(ratio["memory"])]
    text += ["-" if ratio["file"] is None else "%.1f %%" % (100 * ratio["file"])]
    text += [", ".join(goal + marks[good] for goal, good in goals_of(row)) or "-"]
    for peer in peers:
        time = least(runs.get(peer), "cpu_ns")
        times = over(least(runs.get("numpy"), "cpu_ns"), time)
        text += [figure(time), figure(times), figure(memory(row, peer))]
    return text


def table(rows, peers):
    some = some_columns(rows)
    head = list(HEAD) + [text for text, _ in some]
    head += [text % peer for peer in peers for text in ("%s ms", "%s x NumPy", "memory: %s")]
    lines = [cells(row, peers) for row in rows]
    for line, row in zip(lines, rows):
        line[len(HEAD):len(HEAD)] = [text(row) for _, text in some]
    return markdown([head] + lines, (0, len(HEAD) - 1))


def checks_table(rows):
    """What each check costs: the times with it and without it."""
    lines = [["the cost of a check", "with, ms", "without, ms", "with / without"]]
    for row in rows:
        times = [least(row["contenders"].get(name), "cpu_ns") for name in ("with", "without")]
        lines.append([row["title"], *map(figure, times), figure(over(*times))])
    return markdown(lines, (0,))


def peers_table(rows):
    """Other libraries: a line for each of those that took part in a row."""
    lines = [["workload", "library", "library ms", "nyz ms", "x library", "2T ms",
              "2T x library"]]
    for row in rows:
        runs = row["contenders"]
        for name in peers_of(row):
            one, two = least(runs.get("nyz"), "cpu_ns"), least(runs.get("nyz-2"), "wall_ns")
            lines.append([row["title"], name, figure(least(runs[name], "cpu_ns")), figure(one),
                          figure(over(least(runs[name], "cpu_ns"), one)), figure(two),
                          figure(over(least(runs[name], "wall_ns"), two))])
    return markdown(lines, (0, 1))


def memory_table(rows):
    """The peak beside the result, in KiB."""
    names = ("numpy", "baseline", "nyz", "nyz-2")
    lines = [["the peak beside the result, KiB", "result", "NumPy", "baseline", "nyz", "nyz, 2T",
              "must"]]
    for row in rows:
        goals = ", ".join(goal + {True: "", False: " NO", None: " ?"}[good]
                          for goal, good in goals_of(row))
        lines.append([row["title"], "{:,}".format(row["result"] // 1024),
                      *("-" if beside(row, name) is None else "{:,}".format(beside(row, name))
                        for name in names), goals or "-"])
    return markdown(lines, (0, 6))


def markdown(lines, left):
    """The columns `left` stand at the left."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, ["-" * width if i in left else "-" * (width - 1) + ":"
                     for i, width in enumerate(widths)])
    return "\n".join("| " + " | ".join(
        cell.ljust(width) if i in left else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(line, widths))) + " |" for line in lines)
