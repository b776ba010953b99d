"""Text that came from somebody else, made safe to show and to file."""

import re
import unicodedata
from collections.abc import Iterable

_UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Joiners hold emoji families and several scripts together; they move no cursor.
_HARMLESS_FORMAT = {"\u200c", "\u200d"}
# Emoji of a newer Unicode than this Python's tables count as unassigned there; they are letters like the others.
_EMOJI = ("\U0001f000", "\U0001faff")
# Folders that are no learner's, and names that end as the digits of a changed name do.
_TAKEN = re.compile(r"presets|.*-[0-9a-f]{6}")


def is_unsafe(char: str) -> bool:
    """Tell whether one character could steer a terminal instead of being shown.

    Control characters, bidirectional overrides and unassigned code points count; newline and tab too.
    """
    if unicodedata.category(char) not in _UNSAFE_CATEGORIES:
        return False
    return char not in _HARMLESS_FORMAT and not _EMOJI[0] <= char <= _EMOJI[1]


def plain(text: str, *, keep_newlines: bool = False) -> str:
    r"""Return `text` with every character that could steer a terminal shown as `\xNN` instead.

    Args:
        text: Anything read from a file, a socket or another learner's hand-in.
        keep_newlines: Leave line breaks and tabs as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = "\n\t" if keep_newlines else ""
    return "".join(
        char if char in kept or not is_unsafe(char) else char.encode("unicode_escape").decode("ascii") for char in text
    )


def plain_start(text: str, longest: int) -> str:
    """Return `plain` text, with three dots after so many characters: a stranger's may be as long as its file."""
    safe = plain(text)
    return safe if len(safe) <= longest else f"{safe[:longest]}..."


def listed(names: Iterable[str], most: int = 12, longest: int = 40) -> str:
    """Return names in a row, each cut after so many characters, and how many more there are than so many."""
    told = [plain_start(name, longest) for name in names]
    more = f" and {len(told) - most} more" if len(told) > most else ""
    return f"{', '.join(told[:most])}{more}" or "none"


def place_of_byte(error: UnicodeDecodeError) -> tuple[int, int]:
    """Return the line and the column, both from 1, of the first byte that is no UTF-8."""
    before = error.object[: error.start].decode()
    return before.count("\n") + 1, len(before) - before.rfind("\n")


BYTE_ORDER_MARK = "\ufeff"
"""What some editors write before a text."""


def counted(count: int, noun: str) -> str:
    """Return `1 picture`, `3 pictures`."""
    return f"{count} {noun}{'s' * (count != 1)}"


def slug(name: str) -> str:
    """Return a file name for a person's or a lesson's name: lower case letters, digits, '-' and '_'.

    Two different names never share a slug: where letters had to be changed, six hex digits of the
    name's SHA-256 are added ("../ada" becomes "ada-<digits>", and "ada" stays "ada"). A name that looks like the
    result of such a change gets digits of its own.

    Raises:
        ValueError: The name is empty or only white space.
    """
    stripped = name.strip()
    if not stripped:
        raise ValueError("the name is empty")
    ascii_name = unicodedata.normalize("NFKD", stripped).encode("ascii", "ignore").decode("ascii").lower()
    base = re.sub(r"[^a-z0-9_-]+", "-", ascii_name).strip("-")[:40]
    if base == stripped and not _TAKEN.fullmatch(base):
        return base
    import hashlib  # most names are their own slug

    return f"{base or 'learner'}-{hashlib.sha256(stripped.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"
