"""Reads a lesson's files: inside its folder only, as UTF-8, up to a stated size."""

import re
import stat
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any, cast

import msgspec

from workshop_tui.lesson.finding import Finding
from workshop_tui.text import place_of_byte

LESSON_TOML = "lesson.toml"
LARGEST_FILE = 2 * 1024 * 1024
"""Bytes. A section of an hour's reading has some 50,000."""

_LARGEST_NUMBER = 2**63
_DEEPEST = 20
"""Lists and tables in each other; a lesson has seven."""

# The standard library's reader takes time with the square of a dotted key's parts: hours for a file full of them.
_LONG_KEY = re.compile(
    r"""(?<![^\s.="'\[\]{},])(?:(?:"[^"\n]*+"|'[^'\n]*+'|[^\s.="'\[\]{},]++)[ \t]*+\.[ \t]*+){100}"""
)


class Unreadable(Exception):
    """A file that cannot be used, with the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


class Source(msgspec.Struct, frozen=True):
    """A file of a lesson."""

    name: str
    """Relative to the lesson's folder."""
    data: bytes
    """As it lies on the disk."""
    text: str
    """The same, decoded."""


def read_file(folder: Path, name: str, *, file: str = "", where: str = "", value: str = "") -> Source:
    """Read one text file of a lesson.

    Args:
        folder: The lesson's folder.
        name: Relative to it, with `/` between parts.
        file: Which file a finding names when `name` itself is at fault; `name` where empty.
        where: The key that such a finding names.
        value: The value that such a finding shows.

    Raises:
        Unreadable: It is missing, outside the folder, no plain file, too large, or not UTF-8.
    """

    def at_fault(message: str, todo: str) -> Unreadable:
        return Unreadable(Finding("error", file or name, where, value, message, todo))

    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or "\\" in name or "\0" in name:
        raise at_fault("this file is outside the lesson's folder.", "Name a file in the folder, such as 01-recap.md.")
    path = folder / parts
    try:
        resolved = path.resolve(strict=True)
        if not resolved.is_relative_to(folder.resolve()):
            raise at_fault(
                f"this is a link to {resolved}, outside the lesson's folder.", "Put the file itself into the folder."
            )
        status = resolved.stat()
        if not stat.S_ISREG(status.st_mode):
            raise at_fault("this is not a file.", "Name a text file in the folder.")
        if status.st_size > LARGEST_FILE:
            raise at_fault(f"{status.st_size} bytes; at most {LARGEST_FILE} are read.", "Split the text.")
        data = resolved.read_bytes()
    except FileNotFoundError:
        raise at_fault("there is no such file in the lesson's folder.", "Write it, or mend its name.") from None
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        reason = getattr(error, "strerror", None) or str(error)
        raise at_fault(f"it cannot be read: {reason}.", "Check the file and its permissions.") from None
    return source_of(name, data)


def source_of(name: str, data: bytes) -> Source:
    """Return a file's bytes with the text that they are; a byte order mark is no part of it.

    Raises:
        Unreadable: They are not UTF-8; names line and column.
    """
    try:
        return Source(name, data, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line, column = place_of_byte(error)
        byte = f"byte 0x{error.object[error.start]:02x}"
        where, message = f"line {line}, column {column}", "this cannot be read: the file is not UTF-8 text."
        raise Unreadable(
            Finding("error", name, where, byte, message, "Save the file as UTF-8 in your editor.")
        ) from None


def first_values(source: Source) -> dict[str, Any]:
    """Read what stands above the first table alone, in a small part of the time; the whole where that is no TOML.

    Raises:
        Unreadable: As `parse_toml`.
    """
    above, header, _ = source.text.partition("\n[")
    try:
        return parse_toml(Source(source.name, b"", above))
    except Unreadable:
        if header:  # the bracket may have stood in a text or a list
            return parse_toml(source)
        raise


def parse_toml(source: Source) -> dict[str, Any]:
    """Read TOML.

    Raises:
        Unreadable: It is none, made to keep a reader busy, or its numbers or depths are absurd.
    """
    if found := _LONG_KEY.search(source.text):
        line = source.text.count("\n", 0, found.start()) + 1
        message = "there is a key of more than 100 parts."
        todo = "Nothing that is read here has such keys: ask where the file is from."
        raise Unreadable(Finding("error", source.name, f"line {line}", "", message, todo))
    try:
        raw = tomllib.loads(source.text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = re.search(r" \(at line (\d+), column (\d+)\)$", message)
        lines = source.text.splitlines()
        number = int(found[1]) if found else max(len(lines), 1)
        reason = message[: found.start()] if found else message.removesuffix(" (at end of document)")
        value = lines[number - 1].strip()[:60] if 0 < number <= len(lines) else ""
        column = f", column {found[2]}" if found else ""
        raise Unreadable(
            Finding(
                "error",
                source.name,
                f"line {number}{column}",
                value,
                f"this is not TOML: {reason[:1].lower()}{reason[1:]}.",
                "Check quotes, brackets and commas in this line and the one before it.",
            )
        ) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise Unreadable(
            Finding("error", source.name, "", "", f"a value cannot be read: {error}.", "Mend it.")
        ) from None
    except RecursionError:
        raise Unreadable(
            Finding("error", source.name, "", "", "it is nested too deeply.", "Flatten the lists and tables.")
        ) from None
    _check_values(raw, source.name)
    return raw


def _check_values(raw: dict[str, Any], name: str) -> None:
    """Refuse numbers and depths that what comes after cannot bear.

    Raises:
        Unreadable: There are such.
    """
    level: list[Any] = [raw]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += cast("dict[str, Any]", value).values()
            elif isinstance(value, list):
                inner += cast("list[Any]", value)
            elif isinstance(value, int) and not -_LARGEST_NUMBER <= value < _LARGEST_NUMBER:
                message = "a whole number in it has more than 64 bits."
                raise Unreadable(Finding("error", name, "", "", message, "Write a smaller number."))
        if not inner:
            return
        level = inner
    message = f"its lists and tables lie more than {_DEEPEST} deep in each other."
    todo = "Nothing that is read here has such tables: ask where the file is from."
    raise Unreadable(Finding("error", name, "", "", message, todo))
