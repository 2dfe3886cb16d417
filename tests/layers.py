#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the sources against the table of layers: who may use whom.

    tests/layers.py BUILD        # BUILD: a build folder, for the symbols of its objects
    tests/layers.py --table      # the tables as CONTRIBUTING.md prints them

Checks the includes of each file, the undefined symbols of each object, that no files use each other
in a circle, that a private name begins with that of its file or folder (in the tool: with cli_), that
X_internal.h stays in its folder, that file names are unique, who includes the headers of other libraries,
and that the tool uses no private name of the library.  Prints each breach, and ends with status 1
where there is one."""

import collections
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# (folder, the folders that it may use, what it knows).  A row names only rows above it.
LIBRARY = [
    ("base", "", "errors, options, memory, numbers, UTF-8, threads"),
    ("io", "base", "files, streams, saving atomically, buffers"),
    ("codec", "base io", "CRC-32, deflate"),
    ("zip", "base io codec", "zip archives; no arrays"),
    ("parse", "base", "Python literals; no files"),
    ("dtype", "base parse", "dtypes and their text"),
    ("array", "base dtype", "shapes, strides, copies, casts; no files"),
    ("npy", "base io parse dtype array", "the .npy format"),
    ("npz", "base io zip parse dtype array npy", "the .npz format"),
    ("file", "base io parse dtype array npy npz", "one handle over the formats"),
]
# The same of the tool, below src/cli/, which uses the library's public header alone.
TOOL = [
    ("text", "", "lines of text, escapes, Unicode, slices, errors as values"),
    ("os", "text", "what differs between systems"),
    ("io", "text os", "files and arrays in and out, piece by piece; messages, exit statuses"),
    ("print", "text", "values as NumPy prints them"),
    ("cmd", "text os io print", "the commands, each with its options and help"),
    (".", "text os io print cmd", "the list of commands, parsing options, printing help"),
]
# Headers of other libraries and of systems, and the files that may include them.
OTHERS = {
    "zlib.h": r"src/codec/", "libdeflate.h": r"src/codec/", "minizip/.*": r"$none",
    "utf8proc.h": r"src/cli/text/", "nettle/.*": r"src/cli/os/", "pthread.h": r".*_posix\.c$",
    "windows.h": r".*win32\.[ch]$", "(immintrin|emmintrin|wmmintrin).h": r".*_x86\.[ch]$",
    "arm_neon.h": r".*_neon\.c$", "malloc.h": r"$none", "stdatomic.h": r"src/base/",
}
# Private names begin with nyz_ and the name of their file or folder; but for these, by file.
NAMES = {
    "error": "nyz_fail nyz_quote", "alloc": "nyz_release nyz_default_allocator",
    "stream_fd": "nyz_stdio", "stream": "nyz_source nyz_sink",
    "inflate_whole": "nyz_has_inflate_whole", "fast_deflate": "nyz_fast",
    "array": "nyz_byteorder_or", "header_parse": "nyz_header", "header_format": "nyz_header",
    "pylit_number": "nyz_pylit_scan", "pylit_string": "nyz_pylit_scan",
    "element_reader_blocks": "nyz_element_reader",
    "npz_names": "nyz_name", "npz_write": "nyz_pending",
}


def sources(top, ends=(".c", ".h")):
    for folder, _, files in os.walk(os.path.join(ROOT, top)):
        for name in sorted(files):
            if name.endswith(ends):
                yield os.path.relpath(os.path.join(folder, name), ROOT)


def text_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def stem_of(path):
    name = os.path.splitext(os.path.basename(path))[0]
    return re.sub(r"_(posix|win32|linux|none|x86|neon)$", "", name)


def public_names():
    return {name for path in sources("include") for name in re.findall(r"\bnyz_\w+", text_of(path))}


class Part:
    """The library or the tool: a folder of layers."""

    def __init__(self, top, rows):
        self.top = top
        self.uses = {folder: set(uses.split()) | {folder} for folder, uses, _ in rows}
        for number, (folder, uses, _) in enumerate(rows):
            above = {row[0] for row in rows[:number]}
            assert set(uses.split()) <= above, "%s uses a row that is not above it" % folder

    def files(self, ends=(".c", ".h")):
        for path in sources(self.top, ends):
            if self.top == "src/cli" or not path.startswith("src/cli/"):
                yield path

    def layer_of(self, path):
        folder = os.path.relpath(os.path.dirname(path), self.top)  # "." for the top itself
        return folder if folder in self.uses else None

    def may_use(self, path, other):
        return self.layer_of(other) in self.uses.get(self.layer_of(path), ())


def check_includes(part):
    for path in part.files():
        if part.layer_of(path) is None:
            yield "%s: its folder is not in the table" % path
            continue
        for name in re.findall(r'^#\s*include "([^"]+)"', text_of(path), re.MULTILINE):
            other = os.path.join(part.top, name)
            if os.path.exists(os.path.join(ROOT, "include", name)):
                continue
            if not os.path.exists(os.path.join(ROOT, other)):
                yield "%s: includes %s, which is not in %s/" % (path, name, part.top)
            elif not part.may_use(path, other):
                yield "%s: may not include %s" % (path, name)
            elif name.endswith("_internal.h") and os.path.dirname(other) != os.path.dirname(path):
                yield "%s: includes %s of another folder" % (path, name)


def check_other_headers():
    for path in sources("src"):
        for name in re.findall(r"^#\s*include <([^>]+)>", text_of(path), re.MULTILINE):
            for pattern, where in OTHERS.items():
                if re.fullmatch(pattern, name) and not re.match(where, path):
                    yield "%s: may not include <%s>" % (path, name)


def check_unique(part):
    seen = collections.defaultdict(list)
    for path in part.files():
        seen[os.path.basename(path)].append(path)
    for paths in seen.values():
        if len(paths) > 1:
            yield "one name, two files: %s" % " ".join(paths)


def objects(part, build):
    """{source: (names that it defines, names that it needs)}"""
    found = {}
    for path in part.files((".c",)):
        name = path.replace("/", "_") + ".o"
        paths = [p for folder in ("libnyz.a.p", "libnyz.so*.p", "libnyz-loops.a.p", "nyz.p")
                 for p in glob.glob(os.path.join(build, folder, name))]
        if paths:
            found[path] = symbols(paths[0])
    return found


def symbols(path):
    """The global names that it defines and needs, without those that compilers make (a.b)."""
    lines = subprocess.run([os.environ.get("NM", "nm"), "-g", path], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.splitlines()
    words = [line.split() for line in lines if "." not in line.split()[-1]]
    return ({w[-1] for w in words if w[-2] != "U"}, {w[-1] for w in words if w[-2] == "U"})


def check_symbols(part, known):
    owner = {name: path for path, (defined, _) in known.items() for name in defined}
    graph = {}
    for path, (_, needed) in known.items():
        others = {owner[name]: name for name in needed if name in owner and owner[name] != path}
        graph[path] = set(others)
        for other, name in others.items():
            if not part.may_use(path, other):
                yield "%s: may not use %s of %s" % (path, name, other)
    yield from circles(graph)


def circles(graph):
    """Takes away the files that use no other, and those that no other uses, until only circles are
    left."""
    left = {path: set(others) for path, others in graph.items()}
    while left:
        used = set().union(*left.values())
        ends = {path for path, others in left.items() if not others or path not in used}
        if not ends:
            yield "files use each other in a circle: %s" % " ".join(sorted(left))
            return
        left = {path: others - ends for path, others in left.items() if path not in ends}


def check_names(known):
    public = public_names()
    for path, (defined, _) in known.items():
        stem, folder = stem_of(path), os.path.basename(os.path.dirname(path))
        allowed = ["nyz_" + stem, "nyz_%s_" % folder] + NAMES.get(stem, "").split()
        for name in sorted(defined - public):
            if name.startswith("nyz_") and not name.startswith(tuple(allowed)):
                yield "%s: %s does not begin with nyz_%s" % (path, name, stem)


def check_tool_names(known):
    public = public_names()
    for path, (defined, needed) in known.items():
        for name in sorted(defined - {"main"}):
            if not name.startswith("cli_"):
                yield "%s: %s does not begin with cli_" % (path, name)
        for name in sorted(needed - public):
            if name.startswith("nyz_"):
                yield "%s: uses %s, which no public header has" % (path, name)


def table(top, rows):
    lines = ["| folder | uses | knows |", "|---|---|---|"]
    for folder, uses, knows in rows:
        path = os.path.normpath(os.path.join(top, folder))
        lines.append("| `%s/` | %s | %s |" % (path, uses or "-", knows))
    return "\n".join(lines)


def tables():
    return [table("src", LIBRARY), table("src/cli", TOOL)]


def check_tables():
    for each in tables():
        if each not in text_of("CONTRIBUTING.md"):
            yield "CONTRIBUTING.md does not print this table (tests/layers.py --table):\n" + each


def breaches(build):
    yield from check_tables()
    yield from check_other_headers()
    for part in (Part("src", LIBRARY), Part("src/cli", TOOL)):
        known = objects(part, build)
        is_tool = part.top == "src/cli"
        assert is_tool or len(known) > 50, "%s: no objects of the library" % build
        yield from check_includes(part)
        yield from check_unique(part)
        yield from check_tool_names(known) if is_tool else check_names(known)
        yield from check_symbols(part, known)


def main(build):
    found = list(breaches(build))
    print("\n".join(found) or "no breach")
    return 1 if found else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--table"]:
        print("\n\n".join(tables()))
    elif len(sys.argv) == 2:
        sys.exit(main(sys.argv[1]))
    else:
        sys.exit(__doc__)
