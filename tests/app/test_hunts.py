"""The search that goes on in every mode, without a worker: begun, stopped while it is prepared, and begun again."""

import asyncio

import pytest

from workshop_tui.app.hunts import Hunts
from workshop_tui.errors import UserError


class Asked:
    """What a search has made, in place of a worker."""

    def __init__(self):
        self.jobs = []

    async def make(self, job):
        self.jobs.append(job)

    async def stop(self, run_ids):
        pass


class Looking:
    """A search that never ends by itself."""

    seconds_left = 60.0

    def next(self):
        return "a job"


@pytest.fixture
def asked():
    return Asked()


@pytest.fixture
def hunts(asked):
    return Hunts(asked.make, asked.stop, on_end=pytest.fail, on_error=pytest.fail)


async def test_one_that_is_stopped_while_it_is_prepared_never_begins(hunts, asked):
    looked = asyncio.Event()

    async def prepare():
        await looked.wait()
        return Looking()

    beginning = asyncio.create_task(hunts.begin("size", prepare))
    await asyncio.sleep(0)
    assert hunts.name == "size"
    await hunts.stop()
    looked.set()
    await beginning
    assert (hunts.name, asked.jobs) == ("", [])


async def test_the_one_after_it_is_not_ended_by_it(hunts, asked):
    looked = asyncio.Event()

    async def refuse():
        await looked.wait()
        raise UserError("There is no such model.")

    async def prepare():
        return Looking()

    first = asyncio.create_task(hunts.begin("size", refuse))
    await asyncio.sleep(0)
    await hunts.stop()
    await hunts.begin("batch", prepare)
    looked.set()
    with pytest.raises(UserError, match="no such model"):
        await first
    assert (hunts.name, asked.jobs) == ("batch", ["a job"])
    with pytest.raises(UserError, match="goes on already"):
        await hunts.begin("size", prepare)
    hunts.close()
