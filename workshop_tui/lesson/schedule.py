"""How long each section of a class is planned to take."""

import math
import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.lesson.model import Section, SectionKind

SHORTEST_BREAK = 5
"""min; a break that the lesson plans shorter keeps its own length."""


CHOICES = "own, printed, or fit and a number of minutes (labs keep their length, lectures shrink)"
"""What `parse_schedule` reads, as it is asked for."""


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a class is paced."""

    kind: Literal["own", "printed", "fit"] = "own"
    """At one's own pace; by the lesson's minutes; or shortened to a given length."""
    minutes: int = 0
    """For `fit`: the whole class, min."""

    def __str__(self) -> str:
        return f"fit {self.minutes}" if self.kind == "fit" else self.kind

    def words(self, sections: Sequence[Section]) -> str:
        """Return how a person is told of it, in a lesson of some sections."""
        whole = sum(section.minutes for section in sections)
        if self.kind == "fit" and self.minutes >= whole:
            return f"{self}: nothing to shorten, the lesson has {whole:g} minutes"
        return _WORDS[self.kind].format(self.minutes)


_WORDS = {
    "own": "own pace (times are shown, nothing is ever late)",
    "printed": "as printed",
    "fit": "shortened to {} minutes in all",
}


class Planned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A section as the clock sees it."""

    id: str
    """The section's id."""
    label: str
    """Its name for narrow lists."""
    kind: SectionKind
    """What happens in it."""
    seconds: float
    """Planned length, s."""


def parse_schedule(text: str) -> Schedule:
    """Read `own`, `printed` or `fit 150`.

    Raises:
        UserError: The text is none of them.
    """
    cleaned = text.strip().lower()
    if cleaned == "own":
        return Schedule("own")
    if cleaned == "printed":
        return Schedule("printed")
    match = re.fullmatch(r"fit\s+(\d{1,4})", cleaned, re.ASCII)
    if match and int(match[1]) > 0:
        return Schedule("fit", int(match[1]))
    raise UserError(
        f"schedule: '{text}' is not a schedule.", "Write own, printed, or fit and a number of minutes, such as: fit 150"
    )


def plan(sections: Sequence[Section], schedule: Schedule) -> tuple[Planned, ...]:
    """Return what each section is planned to take.

    `own` and `printed` use the lesson's minutes. `fit N` shortens a longer class to N minutes: labs keep theirs, breaks
    shrink to no less than `SHORTEST_BREAK`, lectures share what is left in proportion, in whole minutes. It never
    lengthens a class.

    Raises:
        UserError: `fit` with too few minutes; names the smallest number that works.
    """
    minutes = [section.minutes for section in sections]
    if schedule.kind == "fit" and schedule.minutes < sum(minutes):
        minutes = _fitted(sections, schedule.minutes)
    return tuple(
        Planned(section.id, section.label, section.kind, length * 60)
        for section, length in zip(sections, minutes, strict=True)
    )


def _fitted(sections: Sequence[Section], total: int) -> list[float]:
    labs = sum(section.minutes for section in sections if section.kind == "lab")
    breaks = {place: section.minutes for place, section in enumerate(sections) if section.kind == "break"}
    lectures = {place: section.minutes for place, section in enumerate(sections) if section.kind == "lecture"}
    shortest = {place: min(SHORTEST_BREAK, length) for place, length in breaks.items()}
    least = labs + sum(shortest.values()) + sum(min(1, length) for length in lectures.values())
    if total < least:
        raise UserError(
            f"schedule: {total} minutes are too few for this lesson; the smallest is {math.ceil(least)}.",
            f"Its labs keep their {labs:g} min, and every lecture needs a minute. Write: fit {math.ceil(least)}",
        )
    scale = (total - labs) / (sum(breaks.values()) + sum(lectures.values()))
    rests = {place: max(shortest[place], math.floor(length * scale)) for place, length in breaks.items()}
    if total - labs - sum(rests.values()) < len(lectures):
        rests = shortest
    shares = _shares(list(lectures.values()), total - labs - sum(rests.values()))
    fitted = dict(zip(lectures, shares, strict=True)) | rests
    return [fitted.get(place, section.minutes) for place, section in enumerate(sections)]


def _shares(lengths: Sequence[float], room: float) -> list[float]:
    """Share `room` minutes in proportion: whole minutes, at least 1 each; a fraction goes to the longest."""
    if not lengths:
        return []
    if room < len(lengths):
        return [length * room / sum(lengths) for length in lengths]
    exact = [length * room / sum(lengths) for length in lengths]
    shares: list[float] = [max(1, math.floor(share)) for share in exact]
    while sum(shares) > room:
        shares[shares.index(max(shares))] -= 1
    by_remainder = sorted(range(len(shares)), key=lambda place: shares[place] - exact[place])
    for place in by_remainder[: math.floor(room - sum(shares))]:
        shares[place] += 1
    shares[shares.index(max(shares))] += room - sum(shares)
    return shares
