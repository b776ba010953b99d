"""Text that came from somebody else, made safe to show and to file."""

import hashlib
import re
import unicodedata

_UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Joiners hold emoji families and several scripts together; they move no cursor.
_HARMLESS_FORMAT = {"\u200c", "\u200d"}


def is_unsafe(char: str) -> bool:
    """Tell whether one character could steer a terminal instead of being shown.

    Control characters, bidirectional overrides and unassigned code points count; newline and tab too.
    """
    return unicodedata.category(char) in _UNSAFE_CATEGORIES and char not in _HARMLESS_FORMAT


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


def slug(name: str) -> str:
    """Return a file name for a person's or a lesson's name: lower case letters, digits, '-' and '_'.

    Two different names never share a slug: where letters had to be changed, six hex digits of the
    name's SHA-256 are added ("../ada" becomes "ada-<digits>", and "ada" stays "ada").

    Raises:
        ValueError: The name is empty or only white space.
    """
    stripped = name.strip()
    if not stripped:
        raise ValueError("the name is empty")
    ascii_name = unicodedata.normalize("NFKD", stripped).encode("ascii", "ignore").decode("ascii").lower()
    base = re.sub(r"[^a-z0-9_-]+", "-", ascii_name).strip("-")[:40]
    if base == stripped:
        return base
    return f"{base or 'learner'}-{hashlib.sha256(stripped.encode()).hexdigest()[:6]}"
