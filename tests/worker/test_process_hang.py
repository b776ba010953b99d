"""A real worker whose engine hangs: in the opening of a weight file, as on a network disk that is gone."""

import fcntl
import os
import signal
from pathlib import Path

import pytest

from workshop_tui.generation import protocol

pytestmark = pytest.mark.skipif(not hasattr(fcntl, "F_SETLEASE"), reason="only Linux lets the opening of a file wait")


class Held:
    """A file that nobody else can open: the kernel lets them wait for this process, which holds a lease, for 45 s."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1

    def hold(self) -> bool:
        """Hold it for 45 s from the moment that somebody wants it; tell whether that worked.

        Whoever waits already gets it, and until he has closed it or ended nobody can hold it.
        """
        self.close()
        self._file = os.open(self._path, os.O_RDWR)
        try:
            fcntl.fcntl(self._file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let others have it."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1


@pytest.fixture
def held(copied_model):
    """The weights of the copied model's transformer."""
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)  # the kernel asks the holder to give the file back
    file = Held(copied_model / "transformer" / "diffusion_pytorch_model.safetensors")
    yield file
    file.close()
    signal.signal(signal.SIGIO, before)


async def test_a_picture_that_hangs_twice_is_given_up_and_the_next_one_is_made(
    learner, model_cache, copied_model, held, make_job, monkeypatch
):
    learner.cache = model_cache
    # Loading on the CPU may take 18 times that: longer than the imports, shorter than the kernel waits.
    monkeypatch.setenv("WORKSHOP_TUI_WORKER_STALL", "1.2")
    hung, other = make_job(1, model=str(copied_model)), make_job(1)

    def hangs() -> int:
        notices = [event.text for event in learner.events if isinstance(event, protocol.Notice)]
        return sum(text.startswith("No progress for") for text in notices)

    async with learner.session() as session:
        await learner.until(held.hold)
        await session.submit(hung)
        await session.submit(other)
        for time in (1, 2):
            await learner.until(lambda time=time: hangs() == time, seconds=90)
            await learner.until(lambda time=time: learner.log.count("starts itself anew") == time)
            await learner.until(held.hold)
        await learner.until_ended(hung)
        await learner.until_ended(other)
    run, _ = learner.stored[hung.items[0].run_id]
    assert (run.outcome, learner.outcomes(other)) == ("failed", ["ok"])
    assert "died 2 times while making it" in run.reason
    assert "read_checkpoint" in learner.log or "check_folder" in learner.log  # where it hung
