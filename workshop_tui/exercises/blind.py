"""Blind rating: the pictures of a sweep judged in shuffled order, without being told what each was made with.

Each rating is an observation of its own, in a field that no lesson names: `blind:25` for the value 25. It says how the
picture was seen and which run it was. The lesson's own field, one rating a sweep, is the learner's verdict and stays
theirs: where it is empty, the blind rating of the value chosen as best is proposed for it, else the highest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from workshop_tui.exercises.answers import NOT_RATED, choices, in_a_row, same_value
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.record import Run
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.exercise import Field
from workshop_tui.notebook.entries import Observation
from workshop_tui.notebook.run_table import SHORT

PREFIX = "blind:"
"""Before the value in a field's id; no id in a lesson has a colon."""

SEEN = "seen:"
"""Before the id of a typed rating's field: how the picture was seen."""

RUN = "run "
"""Before the id of the run that was rated, which ends an answer."""


@dataclass(frozen=True)
class Rating:
    """What a learner says of one picture."""

    run: Run
    stars: int | None = None
    """1 (poor) to 5 (excellent); None for 'not rated', which is an answer too."""
    how: str = ""
    """How it was seen; empty where it was not looked at."""

    @property
    def words(self) -> str:
        """`4/5`, or `not rated`."""
        return NOT_RATED if self.stars is None else f"{self.stars}/5"


@dataclass(frozen=True)
class Proposal:
    """A rating for the lesson's own field."""

    field: Field
    stars: int
    value: str
    """The sweep's value that it is taken from."""
    chosen: bool
    """Whether the learner chose that value as the best; otherwise its rating is the highest."""


def rating_field(part: Part) -> Field | None:
    """Return the field in which a part with a sweep asks for a rating; None where it asks for none.

    Of two, it is the last: before it stands the one about the bad state that a scenario starts from.
    """
    return next((field for field in reversed(part.asks) if field.kind == "rating"), None) if part.sweep else None


def shuffled(cells: Sequence[Cell], random: Random) -> list[Run]:
    """Return the sweep's finished pictures in another order; what was made out of them is left out."""
    runs = [cell.run for cell in cells if cell.run and cell.done and cell.run.picture and cell.rework is None]
    random.shuffle(runs)
    return runs


def value_of(part: Part, run: Run) -> str:
    """Return the value of the varied setting that a picture was made with."""
    assert part.sweep is not None
    return AXES[part.sweep.vary].show(run.settings)


def axis_label(part: Part) -> str:
    """Return what the varied setting is called within a sentence: `steps`."""
    assert part.sweep is not None
    return AXES[part.sweep.vary].label.lower()


def places(ratings: Sequence[Rating]) -> list[float | None]:
    """Return each picture's place, 1 for the best; equal ratings share the mean of their places, `2.5` and `2.5`.

    Returns:
        None for a picture that was not rated.
    """
    stars = [rating.stars for rating in ratings if rating.stars is not None]
    return [
        None
        if rating.stars is None
        else sum(other > rating.stars for other in stars) + (stars.count(rating.stars) + 1) / 2
        for rating in ratings
    ]


def observations_of(part: Part, ratings: Sequence[Rating]) -> list[Observation]:
    """Return what is kept of the ratings: `4/5, seen as half-blocks, 46x23 cells in xterm, run 3f2a91c0`."""
    return [
        Observation(
            part.exercise.id,
            part.id,
            f"{PREFIX}{value_of(part, rating.run)}",
            ", ".join(filter(None, (rating.words, rating.how, f"{RUN}{rating.run.run_id[:SHORT]}"))),
        )
        for rating in ratings
    ]


def rated_fields(part: Part, observations: Sequence[Observation]) -> list[Field]:
    """Return the fields that are kept beside a part's own: how typed ratings were made, and the blind ratings."""
    mine = _kept_fields(part, observations)
    seen = [ask for ask in part.asks if f"{SEEN}{ask.id}" in mine]
    return [
        *(Field(f"{SEEN}{ask.id}", f"How seen: {ask.label}", "auto") for ask in seen),
        *_blind_fields(part, observations),
    ]


def _blind_fields(part: Part, observations: Sequence[Observation]) -> list[Field]:
    """Return the fields of the blind ratings that are kept of a part, in the order of its values."""
    if part.sweep is None:
        return []
    mine = _kept_fields(part, observations)
    values = [field.removeprefix(PREFIX) for field in mine if field.startswith(PREFIX)]
    order = choices(part)
    values.sort(key=lambda value: order.index(value) if value in order else len(order))
    return [Field(f"{PREFIX}{value}", f"Blind rating of {axis_label(part)} {value}", "auto") for value in values]


def _kept_fields(part: Part, observations: Sequence[Observation]) -> list[str]:
    return [each.field for each in observations if (each.exercise, each.sweep) == (part.exercise.id, part.id)]


def stars_of(part: Part, value: str, observations: Sequence[Observation], runs: Sequence[Run]) -> int | None:
    """Return the blind rating that is kept of a value, where it is one of these runs that was rated; else None."""
    rated = _rated(part.answer(f"{PREFIX}{value}", list(observations)))
    return rated[1] if rated and rated[0] in {each.run_id[:SHORT] for each in runs} else None


def rated_runs(observations: Sequence[Observation]) -> dict[str, int]:
    """Return the blind ratings of all exercises, by the first digits of the run's id."""
    kept = (_rated(each.value) for each in observations if each.field.startswith(PREFIX))
    return dict(filter(None, kept))


def _rated(answer: str) -> tuple[str, int] | None:
    """Return which run a kept rating is of, and its stars; None where it was not rated."""
    stars, run = answer.partition("/")[0], answer.rpartition(RUN)[2]
    return (run, int(stars)) if stars.isdecimal() else None


def summary(part: Part, observations: Sequence[Observation]) -> str:
    """Return the kept ratings in a line: `10 2/5, 25 4/5, 50 not rated`; empty where there are none."""
    told: list[str] = []
    for field in _blind_fields(part, observations):
        rating = part.answer(field.id, list(observations)).partition(",")[0]
        told.append(f"{field.id.removeprefix(PREFIX)} {rating}")
    return in_a_row(part, told)


def proposal(part: Part, ratings: Sequence[Rating], answers: Mapping[str, str]) -> Proposal | None:
    """Return what the lesson's own rating could be; None where it is written already, or nothing was rated.

    Args:
        part: A part with a sweep.
        ratings: Of its pictures.
        answers: What is written in the part's fields, by field.
    """
    field = rating_field(part)
    rated = {value_of(part, each.run): each.stars for each in ratings if each.stars is not None}
    if field is None or part.sweep is None or answers.get(field.id) or not rated:
        return None
    best = next((answers.get(each.id, "") for each in part.asks if each.kind == "choice"), "")
    for value, stars in rated.items():
        if best and same_value(part.sweep.vary, value, best):
            return Proposal(field, stars, value, chosen=True)
    highest = max(rated, key=lambda value: rated[value])
    return Proposal(field, rated[highest], highest, chosen=False)
