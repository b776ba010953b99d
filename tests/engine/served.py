"""The real command `class serve` in a process of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.paths import Paths

PROGRAM = Path(sys.executable).with_name("workshop-tui")


class Served:
    """`workshop-tui class serve` in a process of its own."""

    def __init__(self, root: Path, cache: Path, *options: str) -> None:
        self.root = root
        self.socket = root / "engine.sock"
        self.options = options
        home = root / "engine-home"
        self.place = Paths(home / "data", cache, home / "log", home / "config", home / "p").shared_engine(self.socket)
        self.environment = {**os.environ, "WORKSHOP_TUI_HOME": str(home), "WORKSHOP_TUI_LEARNER": "teacher"}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def worker(self) -> int | None:
        return worker_pid(self.place.root)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command as whoever runs the engine."""
        command = [PROGRAM, "class", *arguments, "--socket", self.socket]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)

    def start(self) -> None:
        command = [PROGRAM, "class", "serve", "--socket", self.socket, *self.options]
        with (self.root / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, (self.root / "serve.log").read_text()
            assert self._process.poll() is None, (self.root / "serve.log").read_text()
            time.sleep(0.05)

    def _answers(self) -> bool:
        return self.socket.exists() and self.run("status").returncode == 0

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        if self._process:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(20)
        if pid := self.worker:
            os.kill(pid, signal.SIGKILL)


def different(job, place):
    """Return a job with a seed of its own, so that nothing of it is somebody else's."""
    items = tuple(
        msgspec.structs.replace(item, settings=msgspec.structs.replace(item.settings, seed=100 + place))
        for item in job.items
    )
    return msgspec.structs.replace(job, items=items)
