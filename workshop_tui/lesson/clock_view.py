"""What the class clock shows: spent and planned, ends, ahead or behind, as numbers and as words."""

import datetime
from typing import Literal

import msgspec

from workshop_tui.lesson.clock import ClockState, Instant
from workshop_tui.lesson.schedule import Planned

ON_TIME = 60.0
"""s; less than this ahead or behind counts as on time."""

Standing = Literal["done", "passed", "current", "coming", "skipped"]


class SectionView(msgspec.Struct, frozen=True):
    """One section of the class, now."""

    id: str
    """The section's id."""
    label: str
    """Its name for narrow lists."""
    kind: str
    """`lecture`, `lab` or `break`."""
    planned: float
    """s"""
    spent: float
    """s"""
    standing: Standing
    """`passed` is a section that the class went by without stopping; `skipped` a break that is left out."""


class ClockView(msgspec.Struct, frozen=True):
    """The clock, now; no number in it but `ahead` is ever negative."""

    sections: tuple[SectionView, ...]
    """In class order."""
    current: SectionView
    """The section that the class is in."""
    begun: bool
    """Whether the class has begun."""
    running: bool
    """False while paused and before the class began."""
    remaining: float
    """Of the section, s."""
    over: float
    """Of the section beyond its plan, s."""
    class_spent: float
    """In all sections, s."""
    class_remaining: float
    """What the rest of the class is planned to take, s."""
    section_ends: datetime.datetime
    """If the clock runs from now on."""
    class_ends: datetime.datetime
    """If the clock runs from now on and every section keeps to its plan."""
    ahead: float
    """Seconds won over the plan, early finishes less overruns; negative when behind."""
    words: str
    """`on time`, `4 min ahead`, `3 min behind`; `own pace` where there is no plan to be behind."""
    timer: str
    """`12:40 of 40:00`, or `+02:10 over`."""


def view(state: ClockState, now: Instant) -> ClockView:
    """Return what the clock shows at a moment."""
    here = state.place(state.current)
    sections = tuple(_section(state, place, section, here, now) for place, section in enumerate(state.plan))
    current = sections[here]
    left = [max(0.0, section.planned - section.spent) for section in sections]
    remaining = left[here]
    over = max(0.0, current.spent - current.planned)
    class_spent = sum(section.spent for section in sections)
    to_come = zip(left[here + 1 :], sections[here + 1 :], strict=True)
    class_remaining = remaining + sum(seconds for seconds, section in to_come if section.standing != "skipped")
    ahead = sum(section.planned for section in sections) - class_spent - class_remaining - state.missed
    return ClockView(
        sections=sections,
        current=current,
        begun=bool(state.began),
        running=state.running,
        remaining=remaining,
        over=over,
        class_spent=class_spent,
        class_remaining=class_remaining,
        section_ends=now.wall + datetime.timedelta(seconds=remaining),
        class_ends=now.wall + datetime.timedelta(seconds=class_remaining),
        ahead=ahead,
        words=_words(state.schedule.kind, ahead),
        timer=_timer(state.schedule.kind, current),
    )


def spent_seconds(state: ClockState, now: Instant) -> dict[str, float]:
    """Return the seconds really spent in each section that the class was in, the running stretch included."""
    spent = dict(state.spent)
    if state.running_since is not None:
        spent[state.current] = spent.get(state.current, 0.0) + max(0.0, now.mono - state.running_since)
    return spent


def minutes_text(seconds: float) -> str:
    """Return `12:40` for 760 s; fractions of a second are dropped."""
    whole = max(0, int(seconds))
    return f"{whole // 60:02d}:{whole % 60:02d}"


def _section(state: ClockState, place: int, section: Planned, here: int, now: Instant) -> SectionView:
    spent = spent_seconds(state, now).get(section.id, 0.0)
    standing: Standing
    if place == here:
        standing = "current"
    elif section.id in state.skipped:
        standing = "skipped"
    elif place > here:
        standing = "coming"
    else:
        standing = "done" if spent > 0 else "passed"
    return SectionView(section.id, section.label, section.kind, section.seconds, spent, standing)


def _words(kind: str, ahead: float) -> str:
    if kind == "own":
        return "own pace"
    if abs(ahead) < ON_TIME:
        return "on time"
    return f"{int(abs(ahead) // 60)} min {'ahead' if ahead > 0 else 'behind'}"


def _timer(kind: str, section: SectionView) -> str:
    over = section.spent - section.planned
    if kind != "own" and over >= 1:
        return f"+{minutes_text(over)} over"
    return f"{minutes_text(section.spent)} of {minutes_text(section.planned)}"
