"""What a check is given and what it returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from workshop_tui.monitor.snapshot import GpuReport
from workshop_tui.paths import LearnerPaths, Paths

Level = Literal["ok", "warn", "fail"]
"""`fail` is what a class cannot be followed with; `warn` is what somebody may want to change before."""

GROUPS = ("program", "gpu", "disk", "models", "configuration", "terminal", "logout", "worker")


class Finding(msgspec.Struct, frozen=True):
    """What one check has found."""

    level: Level
    text: str
    todo: str = ""
    """What to do about it; empty where all is well."""


class Result(msgspec.Struct, frozen=True):
    """A finding, and which check it is from."""

    id: str
    group: str
    title: str
    level: Level
    text: str
    todo: str = ""


@dataclass(frozen=True)
class Place:
    """What is looked at; a test hands in its own."""

    environ: Mapping[str, str]
    root: Path = Path("/")
    """Holds `etc`, `proc`, `run`, `sys` and `var`."""
    terminal: tuple[int, int] | None = None
    """Columns and rows; None where the output is no terminal."""
    encoding: str = "utf-8"
    """Of what is printed."""
    paths: Paths | None = None
    """None where the configuration is wrong, so that nobody knows where things lie."""
    learner: LearnerPaths | None = None
    model: str = ""
    """The model that is set; empty where none is."""
    gpu: Callable[[], GpuReport] = GpuReport
    """Reads the GPUs; may take its time."""

    @property
    def mine(self) -> LearnerPaths:
        """The learner's paths, for checks that are only run where they are known."""
        assert self.learner is not None
        return self.learner


@dataclass(frozen=True)
class Check:
    """One line of the doctor's."""

    id: str
    group: str
    title: str
    look: Callable[[Place], Finding]
    needs_paths: bool = False
    """Left out where the configuration is wrong."""


def ok(text: str) -> Finding:
    """Return that all is well."""
    return Finding("ok", text)


def warn(text: str, todo: str) -> Finding:
    """Return what somebody may want to change."""
    return Finding("warn", text, todo)


def fail(text: str, todo: str) -> Finding:
    """Return what does not work."""
    return Finding("fail", text, todo)
