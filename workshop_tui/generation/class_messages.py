"""The messages of a class that shares an engine: places in its line, who is where, and the class clock."""

import msgspec

from workshop_tui.generation.message import Message


class Place(msgspec.Struct, frozen=True):
    """Where a learner stands in the line of a shared engine."""

    ahead: int = 0
    """Pictures of others that are made before this learner's next one."""
    seconds: float | None = None
    """Until that one begins, from measured times; None while nothing was measured."""
    learners: int = 0
    """With pictures in line, this one among them: they take turns."""


class Standing(msgspec.Struct, frozen=True):
    """Where a learner is in the class, as far as they share it."""

    lesson: str
    number: int
    """Of the section, from 1."""
    section: str
    """Its title."""
    minutes_behind: float | None
    """Against the schedule; below 0 they are ahead; None at their own pace, where nothing is ever late."""
    answers: int
    """Observations, ratings, notes and ticks so far."""


class Share(Message, frozen=True, tag="share"):
    """Client: let the instructor see where I am; None takes that back."""

    standing: Standing | None = None


class Member(msgspec.Struct, frozen=True):
    """One learner of a shared engine, as the instructor sees them."""

    learner: str
    connected: bool
    waiting: int
    """Pictures in line."""
    made: int
    """Runs that have ended since the engine started."""
    failures: int
    """Of the newest runs, how many in a row have not become a picture; cancelled ones do not count."""
    last_error: str
    """Why the newest of those has not; empty where none failed."""
    quiet: float
    """Seconds since they were last seen to do something."""
    standing: Standing | None = None
    """None where they share nothing."""


class AskBoard(Message, frozen=True, tag="ask-board"):
    """Client: show me the class; only for whoever runs the engine, and its instructors."""


class Board(Message, frozen=True, tag="board"):
    """Engine: the class as it stands."""

    members: tuple[Member, ...]
    waiting: int
    """Pictures of all in line."""
    made: int
    """Pictures made since the engine started."""
    shared: int
    """Pictures answered by another learner's equal one."""


class ClassClock(Message, frozen=True, tag="class-clock"):
    """Engine: the instructor's clock has changed."""

    number: int
    """Of the section that the class is in, from 1."""
    running: bool
    seconds: float
    """Spent in the section at `at`, s."""
    at: float
    """Unix time, s."""

    def spent(self, now: float) -> float:
        """Return the seconds spent in the section at a Unix time."""
        return self.seconds + (max(0.0, now - self.at) if self.running else 0.0)

    def words(self, now: float) -> str:
        """Return where the class is at a Unix time: `section 3, running, 2 min of it gone`."""
        state = "running" if self.running else "paused"
        return f"section {self.number}, {state}, {self.spent(now) / 60:.0f} min of it gone"


class SetClock(Message, frozen=True, tag="set-clock"):
    """Client: set the class's clock; only for whoever runs the engine, and its instructors."""

    running: bool
    number: int | None = None
    """The section to go to, from its beginning; None stays."""
