# SPDX-License-Identifier: MIT
"""tests/words.tsv lists words that nyz does not use, and what it says instead: `pattern` is a regular
expression, `where` is identifier or prose.  Sources, tests, scripts, pages and file names are read.

Prose is comments, strings and pages, without what is in backticks on a page or looks like a name:
with an underscore, a digit, a dot or a slash within.  Identifiers are all the rest; whole parts of
them are compared: `lanes.h` and `both_lanes` have the part `lanes`, and `planes` has not."""

import functools
import io
import re
import tokenize
from pathlib import Path

import pytest

IDENTIFIERS_TOO = True

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ["src", "include", "tests", "python_check", "bench", "scripts", "docs", "examples", ".ci"]
PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "meson.build",
         "meson_options.txt", "check", "demo"]
C, TEXT, PYTHON = (".c", ".h", ".hpp"), (".md", ".1", ".txt", ".tsv"), (".py",)
SCRIPTS = (".sh", ".build", ".supp", "")
SELF = ["tests/words.tsv", "python_check/test_words.py"]
SNIPPETS = ["tests/mutants.py"]  # its strings are pieces of sources

NAME = re.compile(r"[\w./:-]*\w[_/.:-]+\w[\w./:-]*|\w*\d\w*|\w+\(")
PYTHON_PROSE = [tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1)]
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
C_PIECE = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def read_words():
    rows = [line.split("\t") for line in
            (ROOT / "tests" / "words.tsv").read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["# pattern", "where", "replacement"]
    assert all(len(row) == 3 and row[1] in ("identifier", "prose") and row[2] for row in rows[1:])
    return rows[1:]


WORDS = read_words()


@functools.lru_cache(maxsize=None)
def patterns(where):
    """[(compiled, replacement)]; a space in one for prose may also be a line end of a comment."""
    if where == "identifier":
        return [(re.compile(p, re.I), instead) for p, w, instead in WORDS if w == where]
    return [(re.compile(r"\b(%s)\b" % p.replace(" ", r"[\s*#]+"), re.I), instead)
            for p, w, instead in WORDS if w == where]


@functools.lru_cache(maxsize=None)
def files():
    """Paths of all that is read, from the root."""
    found = [ROOT / page for page in PAGES]
    for folder in FOLDERS:
        found += [p for p in (ROOT / folder).rglob("*") if p.is_file()]
    names = {p.relative_to(ROOT).as_posix(): p for p in found}
    return {name: p for name, p in sorted(names.items())
            if name not in SELF and p.suffix in C + TEXT + PYTHON + SCRIPTS
            and not re.search(r"(^|/)(__pycache__|found|corpus|build)/", name)}


def split(text, spans):
    """(what is in the spans, what is not): the text twice, with the other's characters blanked."""
    inside, outside, at = [], [], 0
    for start, end in spans:
        inside += [blank(text[at:start]), text[start:end]]
        outside += [text[at:start], blank(text[start:end])]
        at = end
    return "".join(inside + [blank(text[at:])]), "".join(outside + [text[at:]])


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def python_spans(text, prose):
    starts = [0]
    for line in re.findall(r".*\n|.+$", text):
        starts.append(starts[-1] + len(line))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in prose:
            yield (starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1])


@functools.lru_cache(maxsize=None)
def prose_and_names(name, text):
    """The file's prose, and by lines its code with what looks like a name in the prose."""
    suffix = Path(name).suffix
    if suffix in C:
        prose, code = split(text, [m.span() for m in C_PIECE.finditer(text)])
    elif suffix in PYTHON:
        kinds = [tokenize.COMMENT] if name in SNIPPETS else PYTHON_PROSE
        prose, code = split(text, list(python_spans(text, kinds)))
    elif suffix == ".md":
        code, prose = split(text, [m.span() for m in re.finditer(r"`[^`\n]+`", text)])
    elif suffix in TEXT:
        prose, code = text, blank(text)
    else:
        prose, code = split(text, [m.span() for m in re.finditer(r"(?m)(^|\s)#.*$", text)])
    names = code.split("\n")
    for i, line in enumerate(prose.split("\n")):
        names[i] += " " + " ".join(NAME.findall(line))
    return NAME.sub(lambda m: " . ", prose), names


def parts_of(text):
    """crew_posix.c nyz_powerCord: crew, posix, c, nyz, power, Cord, and neighbours joined."""
    for word in re.findall(r"\w+", text):
        parts = PART.findall(word)
        yield from parts
        yield from ("_".join(pair) for pair in zip(parts, parts[1:]))


def findings_in_prose(name, text):
    prose, _ = prose_and_names(name, text)
    for pattern, instead in patterns("prose"):
        for match in pattern.finditer(prose):
            line = prose.count("\n", 0, match.start()) + 1
            yield "%s:%d: %r, say: %s" % (name, line, match[0], instead)


def findings_in_names(name, text):
    _, names = prose_and_names(name, text)
    for i, line in enumerate([name] + names):
        parts = set(parts_of(line))
        for pattern, instead in patterns("identifier"):
            for part in sorted(parts):
                if pattern.fullmatch(part):
                    yield "%s:%d: %r, say: %s" % (name, i, part, instead)


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def test_prose_has_none_of_the_words():
    assert [f for name, p in files().items() for f in findings_in_prose(name, read(p))] == []


@pytest.mark.skipif(not IDENTIFIERS_TOO, reason="identifiers have not been renamed")
def test_identifiers_and_file_names_have_none_of_the_words():
    assert [f for name, p in files().items() for f in findings_in_names(name, read(p))] == []


def test_the_glossary_has_at_most_25_words():
    rows = re.findall(r"^\| (?!word )\w.* \|$", read(ROOT / "docs" / "glossary.md"), re.MULTILINE)
    assert 10 <= len(rows) <= 25


def test_every_folder_is_read():
    seen = {name.split("/")[0] for name in files()}
    assert seen >= set(FOLDERS + PAGES) - {"scripts"} and len(files()) > 250


@pytest.mark.parametrize("name, text, prose, names", [
    ("a.c", "int planes; /* a door is */", 1, 0),
    ("a.c", "int open_door; /* understands */", 0, 1),
    ("a.c", 'fail("the crew of nyz_crew_start");', 1, 1),
    ("a.c", "x = '\"'; /* stands for, stands */", 1, 0),
    ("a.py", "lane = 'which lane'  # seldom\n", 2, 1),
    ("a.sh", "latch=1 # it tells\n", 1, 1),
    ("a.md", "See `power_cord.py`, the power cord, `test_doors.c`.", 1, 2),
    ("a.md", "They turned it\nround.", 1, 0),
    ("judges.h", "", 0, 1),
])
def test_words_are_found_where_they_are(name, text, prose, names):
    assert len(list(findings_in_prose(name, text))) == prose
    assert len(list(findings_in_names(name, text))) == names


SENTENCES = ["A crew.", "It gathers.", "A latch.", "Blame it.", "Every door.", "Fast lanes.",
             "It is judged.", "A power cord.", "Mend it.", "Write it anew.", "It seldom is.",
             "They are turned all round.", "It stands there.", "It tells more."]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_word_is_found_in_a_sentence(sentence):
    assert len(list(findings_in_prose("a.md", sentence))) == 1


def test_each_row_for_prose_has_a_sentence():
    for pattern, _ in patterns("prose"):
        assert any(pattern.search(sentence) for sentence in SENTENCES), pattern
