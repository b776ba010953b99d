"""What the program saw by itself in a learner's runs, and which of a lesson's problems that belongs to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workshop_tui.exercises.registry import unplanned
from workshop_tui.generation.record import Run
from workshop_tui.generation.usage import GpuUse
from workshop_tui.lesson.exercise import Problem
from workshop_tui.lesson.model import Lesson
from workshop_tui.text import counted

FULL = 0.95
"""Share of a board's memory in use from which the next larger picture is likely to fail."""
HELD = 0.2
"""Share of a run with the clocks held down that is worth a word; a busy board touches its power limit now and then."""
OTHERS_MIB = 2048
"""More than CUDA itself takes beside the worker's allocator: somebody else is on the card."""
BUSY_PERCENT, SHORTEST = 50, 5.0
"""A GPU that works less in a run of so many seconds waits for something, such as weights that are moved. In a shorter
one the idle time before it is still in the readings."""
CHOSEN = ("clocks set by the operator", "display clock setting", "kept in step with another GPU")
"""Reasons that somebody wanted: they hold each picture alike."""


@dataclass(frozen=True)
class Sign:
    """One thing that can be seen in a run."""

    word: str
    """What a problem's id or title says that has to do with it."""
    shows: Callable[[Run], bool]
    words: Callable[[str], str]
    """One sentence on so many pictures, `2 pictures`."""
    failed: bool = False
    """Whether a picture is missing or bad for it."""


@dataclass(frozen=True)
class Seen:
    """Runs that show one sign."""

    problem: Problem
    """What the checklist has on it."""
    sign: Sign
    runs: tuple[Run, ...]
    """Oldest first, never empty."""

    @property
    def words(self) -> str:
        """One sentence: `2 pictures ran out of memory.`."""
        return self.sign.words(counted(len(self.runs), "picture"))


def seen(lesson: Lesson, runs: Sequence[Run]) -> list[Seen]:
    """Return what was seen, in the order of the lesson's problems; nothing where a lesson has no problem for it.

    Args:
        lesson: Whose problems.
        runs: Oldest first.
    """
    problems, tried = lesson.data.problems, unplanned(lesson, runs)
    found: list[Seen] = []
    for sign in SIGNS:
        problem = next((each for each in problems if sign.word in f"{each.id} {each.title}".lower()), None)
        showing = tuple(run for run in tried if sign.shows(run))
        if problem and showing:
            found.append(Seen(problem, sign, showing))
    return sorted(found, key=lambda each: problems.index(each.problem))


def _gpu(run: Run) -> GpuUse | None:
    return run.usage.gpu if run.usage else None


def _held(run: Run) -> set[str]:
    """Return what held a run's clocks down, but for what somebody wanted."""
    use = _gpu(run)
    reasons = use.throttled or {} if use else {}
    return {reason for reason, share in reasons.items() if share >= HELD and reason not in CHOSEN}


def _hot(run: Run) -> bool:
    return any("heat" in reason for reason in _held(run))


def _at_power_limit(run: Run) -> bool:
    return not _hot(run) and "power limit" in _held(run)


def _held_otherwise(run: Run) -> bool:
    return not _hot(run) and bool(_held(run) - {"power limit"})


def _shared(run: Run) -> bool:
    use = _gpu(run)
    return use is not None and (use.others_mib or 0) > OTHERS_MIB


def _full(run: Run) -> bool:
    use = _gpu(run)
    return bool(use and use.memory_total_mib and (use.board_peak_mib or 0) >= FULL * use.memory_total_mib)


def _waits(run: Run) -> bool:
    use = _gpu(run)
    if run.outcome != "ok" or use is None or run.seconds.making < SHORTEST or use.utilization_percent is None:
        return False
    return use.utilization_percent < BUSY_PERCENT


SIGNS = (
    Sign(
        "memory",
        lambda run: run.outcome == "out-of-memory" or run.shortage is not None,
        lambda pictures: f"{pictures} ran out of memory.",
        failed=True,
    ),
    Sign(
        "quality",
        lambda run: run.outcome == "bad-picture",
        lambda pictures: f"{pictures} came out black, in one colour, or with values that are no numbers.",
        failed=True,
    ),
    Sign(
        "memory",
        _shared,
        lambda pictures: f"another program held memory of the GPU beside {pictures}: end it; the Monitor says who.",
    ),
    Sign(
        "memory",
        _full,
        lambda pictures: f"the GPU's memory was full to {FULL:.0%} with {pictures}: a larger one may fail.",
    ),
    Sign(
        "slow",
        _hot,
        lambda pictures: f"the GPU was too hot and slowed {pictures} down: their seconds do not count. Let it cool.",
    ),
    Sign(
        "slow",
        _at_power_limit,
        lambda pictures: f"the GPU worked at its power limit with {pictures}: it clocks no higher.",
    ),
    Sign(
        "slow",
        _held_otherwise,
        lambda pictures: f"the GPU's clocks were held down with {pictures}: `runs show` says by what.",
    ),
    Sign(
        "slow",
        _waits,
        lambda pictures: f"the GPU worked less than half of the time with {pictures}: it waits, as for moved weights.",
    ),
)
"""What is looked for, the worst first."""
