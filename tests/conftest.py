"""What tests of several rooms share: a home of their own, the shipped lessons, runs that look like real ones, and
learners whose worker is a real process.
"""

import asyncio
import contextlib
import hashlib
import itertools
import os
import signal
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from workshop_tui.config import VARIABLES
from workshop_tui.generation import protocol
from workshop_tui.generation.client import Event, NotKept, WorkerSession
from workshop_tui.generation.link import Link
from workshop_tui.generation.protocol import AnyMessage, Item, Job
from workshop_tui.generation.record import Memory, ModelInfo, Origin, Placing, Run, Timing
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.paths import Paths, shipped

# Tests that run beside each other share the cores; torch reads this when it is imported.
if beside := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // int(beside))))

SHIPPED = sorted(file.parent for file in shipped("lessons").glob("*/lesson.toml"))
"""The folders of all lessons that ship with the program."""

SMALL = ModelInfo("small-flux (built in)", "built-in", True, "small-flux", 64, 5_000_000, "1")
DEV = ModelInfo("black-forest-labs/FLUX.1-dev", "hub", False, "FLUX.1 [dev]", 16, 16_900_000_000, "abc123")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """All state of the program in a folder of the test's own, for a learner called ada."""
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "site"))
    monkeypatch.setenv("WORKSHOP_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WORKSHOP_TUI_LEARNER", "ada")
    return tmp_path / "home"


@pytest.fixture(params=SHIPPED, ids=lambda folder: folder.name)
def shipped_lesson(request):
    """The folder of a lesson that ships with the program; what asks for it is tested with each of them."""
    return request.param


@pytest.fixture(scope="session")
def deep_dive():
    """The first of the lessons that ship with the program."""
    return load_lesson(shipped("lessons") / "flux-deep-dive")


@pytest.fixture
def short_lesson(tmp_path):
    """A lesson whose exercises take a CPU some seconds."""
    lesson = tmp_path / "short"
    lesson.mkdir()
    (lesson / "01.md").write_text("# One\n\nWords.\n")
    (lesson / "lesson.toml").write_text("""
format_version = 1
id = "short"
title = "Short"
stated_minutes = 5
[[sections]]
id = "one"
title = "One"
kind = "lab"
minutes = 5
file = "01.md"
[[exercises]]
id = "first"
title = "Exercise 1: Steps"
section = "one"
kind = "sweeps"
base_prompt = "Portrait of a nobleman"
size = "128x128"
sweeps = [{ id = "steps", title = "Steps", vary = "steps", values = [1, 2] }]
observations = [{ id = "seen", label = "What is different?" }]
[[exercises]]
id = "second"
title = "Exercise 2: Limits"
section = "one"
kind = "challenge"
base_prompt = "Portrait of a nobleman"
size = "128x128"
steps = 2
tasks = [
    { id = "fastest", text = "Fastest", ladder = [1, 3] },
    { id = "batch", text = "Batch", search = "max-batch" },
]
""")
    return lesson


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


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that workers share."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def small_flux() -> Path:
    """The built-in model's folder; never write to it."""
    from workshop_tui.models.small_flux import FOLDER

    return FOLDER


class Learner:
    """A learner of a test, with what a test wants of the worker."""

    def __init__(self, root: Path, cache: Path, name: str = "ada") -> None:
        self.paths = Paths(root / "data", cache, root / "log", root / "config", root / "hand-ins").learner(name)
        self.cache = cache
        self.stored: dict[str, tuple[Run, bytes]] = {}
        self.times_ended: dict[str, int] = {}
        self.events: list[Event] = []

    @property
    def pid(self) -> int | None:
        return worker_pid(self.paths.root)

    @property
    def spooled(self) -> list[str]:
        return sorted(entry.name for entry in self.paths.spool.glob("?" * 32))

    @property
    def log(self) -> str:
        return self.paths.log.read_text() if self.paths.log.exists() else ""

    def session(self) -> WorkerSession:
        """Return a client that stores in memory."""
        self.events = []
        return WorkerSession(self.paths, self.cache, store=self._store, on_event=self._on_event)

    async def link(self) -> Link:
        """Return a bare connection to the running worker."""
        return await Link.open(self.paths.socket)

    async def until(self, true: Callable[[], object], seconds: float = 60) -> None:
        """Wait until a condition holds, of what was heard from the worker or of what it left on disk."""
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.005)

    async def until_phase(self, phase: str, run_id: str, step: int = 0) -> None:
        def heard(event: Event) -> bool:
            is_it = isinstance(event, protocol.Progress) and (event.run_id, event.phase) == (run_id, phase)
            return is_it and event.step >= step  # type: ignore[union-attr]

        await self.until(lambda: any(heard(event) for event in self.events))

    async def until_ended(self, job: Job) -> None:
        await self.until(lambda: all(item.run_id in self.times_ended for item in job.items))

    def outcomes(self, job: Job) -> list[str]:
        return [self.stored[item.run_id][0].outcome for item in job.items]

    def clean(self) -> None:
        """Leave nothing behind in /tmp."""
        self.kill()
        for suffix in (".sock", ".lock"):
            self.paths.socket.with_suffix(suffix).unlink(missing_ok=True)

    def kill(self) -> None:
        """End the worker like a kernel short of memory does."""
        if pid := self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def _store(self, run: Run, picture: bytes) -> Run:
        self.stored[run.run_id] = (run, picture)
        return run

    def _on_event(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, protocol.Finished | NotKept):
            self.times_ended[event.run.run_id] = self.times_ended.get(event.run.run_id, 0) + 1


def small_job(*steps: int, side: int = 128, **more: object) -> Job:
    """Return a job of small pictures, one a number of steps."""
    settings = [Settings("a lighthouse", count, seed=7, width=side, height=side) for count in steps]
    items = tuple(Item(uuid.uuid4().hex, each) for each in settings)
    return Job(uuid.uuid4().hex, items, **{"model": "small-flux", "device": "cpu", **more})  # type: ignore[arg-type]


async def read_until(link: Link, kind: type, seconds: float = 30) -> AnyMessage:
    """Return the next message of a kind."""
    async with asyncio.timeout(seconds):
        while not isinstance(message := (await link.receive())[0], kind):
            pass
    return message


@pytest.fixture(scope="session")
def make_job() -> Callable[..., Job]:
    return small_job


@pytest.fixture(scope="session")
def receive() -> Callable[..., Awaitable[AnyMessage]]:
    return read_until


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    """A learner whose worker, if the test starts one, makes no pictures: it has no model."""
    found = Learner(tmp_path, tmp_path / "cache")
    yield found
    found.clean()


@pytest.fixture(scope="module")
def busy_learner(model_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Learner]:
    """A learner whose worker stays for the whole module, because its imports take seconds."""
    found = Learner(tmp_path_factory.mktemp("home"), model_cache)
    yield found
    found.clean()
