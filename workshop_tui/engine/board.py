"""What the instructor sees of the class, and the clock that it may follow."""

import contextlib
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from workshop_tui.engine.turns import Learner
from workshop_tui.errors import UserError
from workshop_tui.files import write_atomic
from workshop_tui.generation.protocol import Board, ClassClock, Member, SetClock, Standing
from workshop_tui.generation.record import Run

MOST_SECTIONS = 100
"""No lesson has more; a clock beyond is a mistake."""
LONGEST_TEXT = 200
"""Characters of what a learner's app says of itself."""


class _Seen(msgspec.Struct):
    """What was seen of one learner since the engine started."""

    made: int = 0
    failures: int = 0
    last_error: str = ""
    active: float = 0.0
    """When they last did something, on the monotonic clock, s."""
    standing: Standing | None = None
    leads: bool = False
    """Whether they have looked at the class, set its clock or ended it, as its staff."""


class Classroom:
    """Keeps what learners share, and the class's clock.

    Args:
        folder: Keeps the clock, so that an engine started again has it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock.json"
        self._seen: dict[str, _Seen] = {}
        self.clock: ClassClock | None = None
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            self.clock = msgspec.json.decode(self._file.read_bytes(), type=ClassClock)

    def share(self, learner: Learner, standing: Standing | None) -> None:
        """Take over where a learner is; None where they share it no more."""
        seen = self._of(learner)
        if standing is not None:
            standing = msgspec.structs.replace(
                standing, lesson=standing.lesson[:LONGEST_TEXT], section=standing.section[:LONGEST_TEXT]
            )
            if seen.standing is None or _steps(standing) != _steps(seen.standing):
                seen.active = time.monotonic()
        seen.standing = standing

    def did(self, learner: Learner) -> None:
        """Remember that a learner did something."""
        self._of(learner).active = time.monotonic()

    def leads(self, learner: Learner) -> None:
        """Remember that somebody does what is staff's; the board shows them only where they learn as well."""
        self._of(learner).leads = True

    def ended(self, learner: Learner, run: Run) -> None:
        """Count a run that has ended."""
        seen = self._of(learner)
        seen.made += 1
        seen.active = time.monotonic()
        if run.outcome == "ok":
            seen.failures, seen.last_error = 0, ""
        elif run.outcome != "cancelled":
            seen.failures, seen.last_error = seen.failures + 1, f"{run.outcome}: {run.reason}"[:LONGEST_TEXT]

    def set_clock(self, asked: SetClock) -> ClassClock:
        """Start, stop or move the clock.

        Raises:
            UserError: There is no such section.
            WorkshopError: It cannot be kept on disk.
        """
        if asked.number is not None and not 1 <= asked.number <= MOST_SECTIONS:
            raise UserError(f"section: {asked.number} is none.", f"Give one from 1 to {MOST_SECTIONS}.")
        now = time.time()
        if asked.number is not None or self.clock is None:
            clock = ClassClock(asked.number or 1, asked.running, 0.0, now)
        else:
            clock = ClassClock(self.clock.number, asked.running, self.clock.spent(now), now)
        write_atomic(self._file, msgspec.json.encode(clock), mode=0o600)
        self.clock = clock
        return clock

    def board(self, learners: Iterable[Learner], made: int, shared: int) -> Board:
        """Return the class as it stands.

        Args:
            learners: All that the engine has met; staff who only look are left out.
            made: Pictures made since it started.
            shared: Pictures answered by somebody else's.
        """
        met = sorted(filter(self._learns, learners), key=lambda each: each.peer.words.lower())
        members = tuple(self._member(learner) for learner in met)
        return Board(members, sum(member.waiting for member in members), made, shared)

    def _member(self, learner: Learner) -> Member:
        seen = self._of(learner)
        return Member(
            learner.peer.words,
            len(learner.clients) > 0,
            len(learner.line.run_ids),
            seen.made,
            seen.failures,
            seen.last_error,
            time.monotonic() - seen.active,
            seen.standing,
        )

    def _learns(self, learner: Learner) -> bool:
        seen = self._of(learner)
        return not seen.leads or bool(learner.line) or seen.made > 0 or seen.standing is not None

    def _of(self, learner: Learner) -> _Seen:
        return self._seen.setdefault(learner.key, _Seen(active=time.monotonic()))


def _steps(standing: Standing) -> tuple[str, int, int]:
    """Return what changes when a learner does something."""
    return standing.lesson, standing.number, standing.answers
