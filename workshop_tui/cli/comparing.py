"""What `workshop-tui profile compare` says."""

import textwrap
from collections.abc import Iterator, Sequence
from string import ascii_uppercase
from typing import Any

from workshop_tui.generation.repeats import FEWEST
from workshop_tui.profile.compare import Cell, Comparison, Fact, Same
from workshop_tui.profile.hand_in import Profile
from workshop_tui.profile.summary import WIDTH
from workshop_tui.text import counted, plain, plain_start

_LONGEST = 200
"""Characters of one value."""


def comparison_lines(found: Comparison, profiles: Sequence[Profile], places: Sequence[str]) -> Iterator[str]:
    """Return a comparison as people read it, 80 columns wide.

    Args:
        found: What `compare_profiles` returned.
        profiles: What was compared.
        places: Whence they were read.
    """
    for letter, profile, place in zip(ascii_uppercase, profiles, places, strict=False):
        yield f"{letter}  {_cut(profile.learner)}: {_made_with(profile)}"
        yield f"   {plain(place)}"
    if found.mixed:
        yield from _wrapped("Practice figures stand beside real ones: they say nothing about each other.")
    yield ""
    alike = [fact for fact in found.facts if not fact.differs and fact.values[0]]
    for fact in found.facts:
        if fact.differs:
            yield from _fact(fact)
    if alike:
        yield from _wrapped("The same: " + "; ".join(f"{fact.label} {_cut(fact.values[0])}" for fact in alike))
    yield ""
    if found.choices:
        yield "Found best:"
        for fact in found.choices:
            yield from _fact(fact)
        yield ""
    if not found.measured:
        yield from _wrapped("No settings were measured in more than one of them, prompt and seed included.")
    for same in found.measured:
        yield from _same(same)
    for letter, count in zip(ascii_uppercase, found.alone, strict=False):
        if count:
            yield f"{counted(count, 'more setting')} only in {letter}."
    if any(verdict == "too few runs" for same in found.measured for verdict in same.verdicts):
        yield from _wrapped(f"Which is faster is said from {FEWEST} runs each on: --repeats {FEWEST}.")


def comparison_json(found: Comparison, profiles: Sequence[Profile], places: Sequence[str]) -> dict[str, Any]:
    """Return a comparison for programs."""
    return {
        "hand_ins": [
            {"path": place, "learner": profile.learner, "practice": profile.practice}
            for profile, place in zip(profiles, places, strict=True)
        ],
        "facts": {fact.label: fact.values for fact in found.facts},
        "choices": {fact.label: fact.values for fact in found.choices},
        "measured": found.measured,
        "alone": found.alone,
    }


def _made_with(profile: Profile) -> str:
    if not profile.models:
        return "no pictures"
    return "practice, made with the built-in model" if profile.practice else "made with a real FLUX.1"


def _fact(fact: Fact) -> Iterator[str]:
    yield _cut(fact.label)
    for letter, value in zip(ascii_uppercase, fact.values, strict=False):
        yield from _wrapped(_cut(value) or "-", f"  {letter}  ")


def _same(same: Same) -> Iterator[str]:
    settings = same.settings
    yield from _wrapped(f"{_cut(settings.words)}, seed {settings.seed}: {_cut(settings.prompt)}", then="  ")
    first = same.cells[0].seconds
    several = len({cell.model for cell in same.cells if cell.seconds}) > 1
    for place, (letter, cell) in enumerate(zip(ascii_uppercase, same.cells, strict=False)):
        told = _cell(cell) + (f", made with {_cut(cell.model)}" if several and cell.model else "")
        verdict = same.verdicts[place - 1] if place else "too few runs"
        if verdict != "too few runs" and first and cell.seconds:
            ratio = f" (median x {cell.seconds.median / first.median:.2f})" if first.median else ""
            told += f": {verdict}{f' than A{ratio}' if verdict in ('faster', 'slower') else ''}"
        yield from _wrapped(told, f"  {letter}  ")


def _cell(cell: Cell) -> str:
    said: list[str] = []
    if s := cell.seconds:
        spread = f", {s.low:.2f} to {s.high:.2f} in {s.n} runs" if s.n > 1 else ", one run"
        said.append(f"{s.median:.2f} s{spread}")
        if cell.peak_memory_mib is not None:
            said.append(f"peak {cell.peak_memory_mib:,.0f} MiB")
    said += [f"{count} {_cut(outcome)}" for outcome, count in cell.outcomes.items() if outcome != "ok"]
    return ", ".join(said) or "-"


def _cut(text: str) -> str:
    return plain_start(text, _LONGEST)


def _wrapped(text: str, first: str = "", then: str | None = None) -> list[str]:
    """Return a text in lines of 80 columns."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first) if then is None else then
    )
