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
BUSY_PERCENT, FEWEST = 50, 5
"""A GPU that works less in a run of so many readings waits for something, such as weights that are moved."""


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


def _held_by(heat: bool) -> Callable[[Run], bool]:
    """Return what tells whether heat, or something else, held a run's clocks down."""

    def shows(run: Run) -> bool:
        use = _gpu(run)
        reasons = use.throttled or {} if use else {}
        return any(share >= HELD and ("heat" in reason) is heat for reason, share in reasons.items())

    return shows


def _shared(run: Run) -> bool:
    use = _gpu(run)
    return use is not None and (use.others_mib or 0) > OTHERS_MIB


def _full(run: Run) -> bool:
    use = _gpu(run)
    return bool(use and use.memory_total_mib and (use.board_peak_mib or 0) >= FULL * use.memory_total_mib)


def _waits(run: Run) -> bool:
    use = _gpu(run)
    if run.outcome != "ok" or use is None or use.readings < FEWEST or use.utilization_percent is None:
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
        lambda pictures: f"another program held memory of the GPU beside {pictures}: see who (3, then d), and end it.",
    ),
    Sign(
        "memory",
        _full,
        lambda pictures: f"the GPU's memory was full to {FULL:.0%} with {pictures}: a larger one may fail.",
    ),
    Sign(
        "slow",
        _held_by(heat=True),
        lambda pictures: f"the GPU was too hot and slowed {pictures} down: their seconds do not count. Let it cool.",
    ),
    Sign(
        "slow",
        _held_by(heat=False),
        lambda pictures: f"the GPU's clocks were held down with {pictures}, mostly by its power limit.",
    ),
    Sign(
        "slow",
        _waits,
        lambda pictures: f"the GPU worked less than half of the time with {pictures}: it waits, as for moved weights.",
    ),
)
"""What is looked for, the worst first."""
