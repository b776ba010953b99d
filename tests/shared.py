"""Fixtures of several rooms: a home of their own, the shipped lesson, and runs that look like real ones."""

import hashlib
import itertools

import msgspec
import pytest

from workshop_tui.generation.record import Memory, ModelInfo, Origin, Placing, Run, Timing
from workshop_tui.generation.settings import Settings
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.paths import shipped

SMALL = ModelInfo("small-flux (built in)", "built-in", True, "small-flux", 32, 5_000_000, "1")
DEV = ModelInfo("black-forest-labs/FLUX.1-dev", "hub", False, "FLUX.1 [dev]", 16, 16_900_000_000, "abc123")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """All state of the program in a folder of the test's own, for a learner called ada."""
    for name in ("WORKSHOP_TUI_PROFILES", "WORKSHOP_TUI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WORKSHOP_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WORKSHOP_TUI_LEARNER", "ada")
    return tmp_path / "home"


@pytest.fixture(scope="session")
def deep_dive():
    """The lesson that ships with the program."""
    return load_lesson(shipped("lessons") / "flux-deep-dive")


@pytest.fixture
def make_run():
    """Make finished runs; keywords change settings (by their names) or the run (by its)."""
    count = itertools.count(1)

    def make(exercise="parameters", sweep="steps", *, lesson="flux-deep-dive", model=SMALL, **changes):
        number = next(count)
        wanted = {name: changes.pop(name) for name in Settings.__struct_fields__ if name in changes}
        settings = msgspec.structs.replace(
            Settings("Portrait of a renaissance nobleman, oil painting style", 10, 3.5, 42, 512, 512), **wanted
        )
        run = Run(
            run_id=hashlib.md5(str(number).encode()).hexdigest(),
            job_id="f" * 32,
            settings=settings,
            outcome="ok",
            started=f"2026-01-31T14:{number // 60:02}:{number % 60:02}+00:00",
            model=model,
            placing=Placing("cpu", "AMD EPYC", "float32"),
            seconds=Timing(0.1, 1.5, 0.2, 2.25, 0.5, (0.2, 0.25)),
            memory=Memory(host_peak=812.3),
            forwards=settings.forwards,
            origin=Origin(lesson, exercise, sweep),
            software={"torch": "2.13.0", "diffusers": "0.42.1"},
        )
        return msgspec.structs.replace(run, **changes)

    return make


@pytest.fixture
def dev_model():
    """A real FLUX.1, as a run names it."""
    return DEV
