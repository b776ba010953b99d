"""Splits a lesson's Markdown into its own words and the marked blocks between them.

A block opens with `:::note TITLE` or `:::instructor [TITLE]` and closes with `:::`, each on a line of its own that
begins at the margin. A note's last paragraph begins with `Source:`. Below a heading, a single line `:::try NAME` says
which setting it is about; the line itself is no part of the words. Inside a fenced code block nothing is a block.
"""

import re

import msgspec

from workshop_tui.lesson.code_lines import code_lines
from workshop_tui.lesson.finding import Finding, Severity
from workshop_tui.lesson.model import Block, Instructor, Note, Try, Words

KINDS = ("note", "instructor", "try")

_HEADING = re.compile(r" {0,3}#{1,6}\s")
_SOURCE = re.compile(r"^Source:[ \t]*", re.MULTILINE)


class BlockProblem(msgspec.Struct, frozen=True):
    """A block that cannot be read, or a line that looks like one and is none."""

    line: int
    """From 1."""
    value: str
    """The line as it stands."""
    message: str
    """What is wrong with it."""
    todo: str
    """What to do about it."""


class Split(msgspec.Struct, frozen=True):
    """A Markdown file taken apart."""

    blocks: tuple[Block, ...]
    """In the order of the file; empty stretches are left out."""
    problems: tuple[BlockProblem, ...] = ()
    """Where there are any, the blocks are not to be relied on."""
    doubts: tuple[BlockProblem, ...] = ()
    """Lines that are read as words, and may not be meant so."""

    def findings(self, file: str) -> list[Finding]:
        """Return what the linter says of them: problems are errors, doubts warnings."""
        told: dict[Severity, tuple[BlockProblem, ...]] = {"error": self.problems, "warning": self.doubts}
        return [
            Finding(severity, file, f"line {each.line}", each.value.strip()[:60], each.message, each.todo)
            for severity, problems in told.items()
            for each in problems
        ]


def split_blocks(text: str) -> Split:
    """Take a section's Markdown apart.

    Args:
        text: The whole file; any line ends.
    """
    blocks: list[Block] = []
    problems: list[BlockProblem] = []
    doubts: list[BlockProblem] = []
    gathered: list[str] = []
    tries: list[Try] = []
    first = 1
    kind = title = opening = ""
    code = 0  # the line of an open block of code
    lines = text.replace("\r\n", "\n").split("\n")
    last = len(lines) - (not lines[-1])
    for number, (line, read_as) in enumerate(zip(lines, code_lines(lines), strict=True), start=1):
        if read_as == "fence":
            code = 0 if code else number
        elif read_as == "words" and line.startswith(":::"):
            word, _, rest = line[3:].strip().partition(" ")
            if word == "try":
                heading, problem = _heading(kind, gathered, rest)
                if problem:
                    problems.append(BlockProblem(number, line, *problem))
                tries.append(Try(tuple(rest.replace(",", " ").split()), heading, number))
                continue
            if word and kind:
                problems.append(
                    BlockProblem(
                        number, line, f"a block opens inside the one of line {first}.", "Close that one with ::: first."
                    )
                )
            elif word and word not in KINDS:
                problems.append(BlockProblem(number, line, *_unknown_kind(word)))
            elif not word and not kind:
                problems.append(BlockProblem(number, line, "nothing is open here to close.", "Remove this line."))
            blocks.extend(_finished(kind, title, gathered, first, tries))
            kind, title, opening = (word, rest.strip(), line) if word else ("", "", "")
            first = number if word else number + 1
            gathered, tries = [], []
            continue
        elif read_as == "words" and line.lstrip().startswith(":::") and not _is_indented_code(line, gathered):
            message = "this is read as words: a block begins and ends at the margin."
            doubts.append(BlockProblem(number, line, message, "Remove the blanks before it."))
        gathered.append(line)
    if code:
        message = f"this block of code is not closed by the file's end (line {last})."
        problems.append(BlockProblem(code, lines[code - 1], message, "Add a line like this one below its code."))
    elif kind:
        message = f"this block is not closed by the file's end (line {last})."
        problems.append(BlockProblem(first, opening, message, "Add a line :::"))
    blocks.extend(_finished(kind, title, gathered, first, tries))
    return Split(tuple(blocks), tuple(problems), tuple(doubts))


def _is_indented_code(line: str, above: list[str]) -> bool:
    """Tell whether a line is code by its four blanks, for which there is a blank line above."""
    return line.expandtabs(4).startswith(" " * 4) and not (above and above[-1].strip())


def _heading(kind: str, gathered: list[str], names: str) -> tuple[int, tuple[str, str] | None]:
    """Return the line of the heading that a `:::try` is about, and what is wrong where something is."""
    if kind:
        return 0, (f"this stands inside a block, :::{kind}.", "Put it below a heading of the lesson's own words.")
    if not names.strip():
        return 0, ("it does not say what can be tried.", "Name a setting, such as :::try steps.")
    last = next((place for place in range(len(gathered) - 1, -1, -1) if gathered[place].strip()), None)
    if last is None or not _HEADING.match(gathered[last]):
        return 0, ("there is no heading above this line.", "Put it right below the heading that it is about.")
    return last, None


def _unknown_kind(word: str) -> tuple[str, str]:
    import difflib

    near = difflib.get_close_matches(word.lower(), KINDS, n=1)
    todo = f"Did you mean :::{near[0]}?" if near else f"Known: {', '.join(':::' + kind for kind in KINDS)}."
    return f"'{word}' is not a kind of block.", todo


def _finished(kind: str, title: str, lines: list[str], first: int, tries: list[Try]) -> list[Block]:
    if kind == "note":
        body = "\n".join(lines).strip("\n")
        found = list(_SOURCE.finditer(body))
        if not found:
            return [Note(title, body.strip(), "", first)]
        source = " ".join(body[found[-1].end() :].split())
        return [Note(title, body[: found[-1].start()].strip(), source, first)]
    if kind == "instructor":
        return [Instructor(title, "\n".join(lines).strip(), first)]
    if kind:
        return []
    blank = 0
    while blank < len(lines) and not lines[blank].strip():
        blank += 1
    text = "\n".join(lines[blank:]).rstrip()
    marks = tuple(Try(mark.names, mark.heading - blank, mark.line) for mark in tries)
    return [Words(text, first + blank, marks)] if text else []
