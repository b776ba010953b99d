"""Whose turn it is: learners with pictures in line take turns, so that a long sweep starves nobody."""

import contextlib
import logging
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import msgspec

from workshop_tui.engine.limits import MOST_NAMES, MOST_UNREAD
from workshop_tui.engine.peer import Peer
from workshop_tui.engine.shares import key_of
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import write_atomic
from workshop_tui.generation.clients import Clients
from workshop_tui.generation.line import Line
from workshop_tui.generation.pace import NEWEST, predict
from workshop_tui.generation.protocol import Item, Place
from workshop_tui.generation.record import Run
from workshop_tui.generation.spool import Spool, Waiting, is_run_id

WHO = "who.json"


@dataclass(frozen=True)
class Turn:
    """What the worker was given of one learner's."""

    learner: "Learner"
    batch: dict[str, Waiting]
    """By run id; what has ended is taken out."""


class Learner:
    """One learner of the class, with a line and a spool of their own on the engine's disk.

    Args:
        peer: Who it is.
        folder: Theirs alone.

    Raises:
        WorkshopError: It cannot be read or made.
    """

    def __init__(self, peer: Peer, folder: Path) -> None:
        self.peer = peer
        self._folder = folder
        if not (folder / WHO).exists():
            write_atomic(folder / WHO, msgspec.json.encode(peer), mode=0o600)
        self.line = Line(Spool(folder / "spool"))
        self.clients = Clients(MOST_UNREAD)
        self.paused = False
        """They want nothing begun for now."""
        self.begun: set[str] = set()
        """Runs that the worker has been given and has not ended."""

    @property
    def key(self) -> str:
        return self.peer.key

    def leave(self) -> None:
        """Remove the folder; of damaged files, which were put aside there, it stays.

        Raises:
            OSError: There are some, or it cannot be removed.
        """
        (self._folder / WHO).unlink(missing_ok=True)
        for folder in (self._folder / "spool", self._folder):
            if folder.exists():
                folder.rmdir()

    @property
    def idle(self) -> bool:
        """Whether nothing is lost where they are forgotten: not connected, nothing in line, all fetched."""
        return not len(self.clients) and not self.line and not self.line.unfetched_ids

    @property
    def has_turn(self) -> bool:
        """Whether something may be begun: it waits, and the disk keeps what was made before."""
        return not self.paused and not self.line.unsaved and len(self.begun) < len(self.line.run_ids)

    @property
    def next(self) -> Waiting | None:
        """What would be made first in this learner's next turn."""
        return next((waiting for waiting in self.line.waiting if waiting.item.run_id not in self.begun), None)


class Turns:
    """All learners that this engine has met.

    Args:
        folder: Holds a folder a learner; those that an earlier engine made are read again, and the idle ones' removed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.learners: dict[str, Learner] = {}
        self._order: deque[str] = deque()
        """Keys; whoever has waited longest for a turn comes first."""
        self._owners: dict[str, str] = {}
        """Whose a run is that is in line or not fetched yet."""
        self.in_work: list[Turn] = []
        """What the worker has, the one in the making first."""
        self.recent: deque[Run] = deque(maxlen=NEWEST)
        """What was made last, for predictions."""
        for path in sorted(folder.glob(f"*/{WHO}")):
            try:
                learner = self.meet(msgspec.json.decode(path.read_bytes(), type=Peer))
            except (OSError, msgspec.MsgspecError, WorkshopError) as error:
                logging.error("left out: what an earlier engine left in %s cannot be read: %s", path.parent, error)
                continue
            if learner.idle:
                self._drop(learner)

    def meet(self, peer: Peer) -> Learner:
        """Return a learner, a new one where none of that name and user was here before.

        Where this user has many, one that is idle makes room.

        Raises:
            UserError: Too many of this user are connected or have pictures here.
            WorkshopError: Their folder cannot be made or read.
        """
        if peer.key not in self.learners:
            others = [each for each in self.learners.values() if each.peer.uid == peer.uid]
            if len(others) >= MOST_NAMES:
                idle = next((each for each in others if each.idle), None)
                if idle is None:
                    raise UserError(f"{peer.login} has {MOST_NAMES} learners here already.", "Go on as one of them.")
                self._drop(idle)
            learner = Learner(peer, self._folder / peer.key)
            self.learners[peer.key] = learner
            self._order.append(peer.key)
            self._owners |= dict.fromkeys((*learner.line.run_ids, *learner.line.unfetched_ids), peer.key)
        return self.learners[peer.key]

    def _drop(self, learner: Learner) -> None:
        del self.learners[learner.key]
        self._order.remove(learner.key)
        with contextlib.suppress(OSError):
            learner.leave()

    def own(self, learner: Learner, items: tuple[Item, ...]) -> None:
        """Let runs be a learner's.

        Raises:
            UserError: One is another's, or no run id. Nothing is changed.
        """
        for item in items:
            if not is_run_id(item.run_id):
                raise UserError(f"'{item.run_id[:40]}' is no run id.")
            if self._owners.get(item.run_id, learner.key) != learner.key:
                raise UserError(f"The run {item.run_id[:12]} is another learner's.", "Ask for one of your own.")
        self._owners |= {item.run_id: learner.key for item in items}

    def owner(self, run_id: str) -> Learner | None:
        """Return whose a run is that is in line or not fetched yet; None where nobody's."""
        return self.learners.get(self._owners.get(run_id, ""))

    def forget(self, learner: Learner, run_ids: tuple[str, ...]) -> None:
        """Forget runs of a learner that are in their notebook, or were never taken; others' stay."""
        for run_id in run_ids:
            if self._owners.get(run_id) == learner.key:
                del self._owners[run_id]

    def begin(self) -> Turn | None:
        """Return whose turn it is and what is to be made, counted as begun; None where nobody waits.

        A picture equal to one in the making for somebody else waits for that one's end, which may answer it too.
        """
        makers = {key_of(waiting): turn.learner.key for turn in self.in_work for waiting in turn.batch.values()}
        for key in tuple(self._order):
            learner = self.learners[key]
            wanted = learner.next if learner.has_turn else None
            if wanted is None or (key_of(wanted) and makers.get(key_of(wanted), key) != key):
                continue
            turn = Turn(learner, {waiting.item.run_id: waiting for waiting in learner.line.begin(learner.begun)})
            learner.begun.update(turn.batch)
            self.in_work.append(turn)
            self._order.remove(key)
            self._order.append(key)
            return turn
        return None

    def over(self, learner: Learner, run_id: str) -> None:
        """Take out of the worker's hands what has ended."""
        learner.begun.discard(run_id)
        for turn in self.in_work:
            turn.batch.pop(run_id, None)
        self.in_work = [turn for turn in self.in_work if turn.batch]

    def give_back(self) -> None:
        """Let what the worker had wait again: the worker is gone, or leaves of its own accord."""
        for turn in self.in_work:
            turn.learner.line.put_back(turn.batch)
            turn.learner.begun.difference_update(turn.batch)
        self.in_work = []

    def place(self, learner: Learner, practice: bool, at_once: int) -> Place | None:
        """Return where a learner stands; None where nothing of theirs is in line.

        Args:
            learner: Who.
            practice: Whether the built-in model makes the pictures.
            at_once: How many batches are made at a time.
        """
        if not learner.line:
            return None
        active = sum(bool(each.line) for each in self.learners.values())
        if learner.begun:
            return Place(0, 0.0, active)
        ahead = [waiting.item for turn in self.in_work for waiting in turn.batch.values()]
        for key in self._order:
            if key == learner.key:
                break
            other = self.learners[key]
            if other.has_turn and (wanted := other.next):
                ahead.append(wanted.item)
        seconds = predict(ahead, self.recent, practice=practice) if ahead else 0.0
        return Place(len(ahead), seconds and seconds / at_once, active)
