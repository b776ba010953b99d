"""What the built-in model has learned to paint, in words. Imports nothing heavy: the app reads it too."""

import re
from functools import cache

from workshop_tui.models.painting import tables, wording

_PLAIN_WORDS = """
portrait of a an the on in with and wearing old young glasses cloak cloth walls table picture landscape view still life
street city village room interior apple apples pear pears lemon lemons two three
"""

PHRASES: dict[str, tuple[str, ...]] = {
    "subject": (
        *(f"portrait of {wording.with_article(words[0])}" for words in wording.ROLE_WORDS.values()),
        "a landscape with mountains and a lake",
        "a landscape with a castle",
        "the sea with a lighthouse",
        "still life with apples and a vase",
        "still life with a skull and a candle",
        "a street with a church and people",
        "a room with a bed",
        "a room with a fireplace",
    ),
    "style": tuple(words[0] for words in wording.STYLE_AFTER.values()),
    "background": tuple(words[0] for words in wording.BACKGROUND_WORDS.values()),
    "light": tuple(words[0] for words in wording.LIGHT_WORDS.values()),
    "time": tuple(words[-1] for words in wording.TIME_WORDS.values()),
    "weather": tuple(words[0] for words in wording.WEATHER_WORDS.values()),
    "hat": tuple(dict.fromkeys(f"wearing {wording.with_article(words[0])}" for words in wording.HAT_WORDS.values())),
}
"""What a prompt can be put together from, by what it says."""


@cache
def known_words() -> frozenset[str]:
    """Return each word, in small letters, that captions of its training use."""
    told = [phrase for table in wording.WORDINGS for phrases in table.values() for phrase in phrases]
    return frozenset(word for text in (*told, *tables.RGB, *tables.STILL_COLORS, _PLAIN_WORDS) for word in _words(text))


def unknown_words(prompt: str) -> list[str]:
    """Return the words of a prompt that the model has never read, in order, each once."""
    return [word for word in dict.fromkeys(_words(prompt)) if word not in known_words()]


def say_unknown(words: list[str]) -> str:
    """Say which of a prompt's words the model looks past, in a sentence for people."""
    more = f" and {len(words) - 6} more" if len(words) > 6 else ""
    shown = (word if len(word) <= 20 else f"{word[:19]}…" for word in words[:6])
    return f"small-flux has not learned and looks past: {', '.join(shown)}{more}."


def put_in(phrase: str, prompt: str) -> str:
    """Return a prompt that says a phrase, in the place of another of its kind where there is one."""
    kind = next(each for each in PHRASES.values() if phrase in each)
    if _said(phrase, prompt):
        return prompt
    for other in sorted(kind, key=len, reverse=True):
        if found := _said(other, prompt):
            return prompt[: found.start()] + phrase + prompt[found.end() :]
    before = prompt.strip().rstrip(",")
    if kind is PHRASES["subject"] or not before:
        return f"{phrase}, {before}" if before else phrase
    return f"{before}, {phrase}"


def complete(prompt: str) -> str | None:
    """Return a prompt whose last words are written to the end; None where there is nothing to complete."""
    for place in (match.end() for match in re.finditer(r"(^|[,\s])(?=\S)", prompt)):
        begun = prompt[place:].casefold()
        for phrases in PHRASES.values():
            for phrase in phrases:
                if len(begun) >= 2 and phrase.casefold().startswith(begun) and len(phrase) > len(begun):
                    return prompt + phrase[len(begun) :]
    return None


def _said(phrase: str, prompt: str) -> re.Match[str] | None:
    """Return where a prompt says a phrase, in whole words and letters of any size."""
    return re.search(rf"\b{re.escape(phrase)}\b", prompt, re.IGNORECASE)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\s,.;:!?()\"'{}]+", text.casefold())
