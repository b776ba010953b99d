"""Refining through a real worker: the source travels, outlives deaths, and is gone when the run has ended."""

import io
import uuid

import pytest
from PIL import Image

from workshop_tui.errors import WorkshopError
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Rework
from workshop_tui.generation.rework import refined_item
from workshop_tui.generation.settings import Settings


def sources(learner):
    return sorted(path.name for path in learner.paths.spool.glob("*.source"))


def refining(item, *more):
    return Job(uuid.uuid4().hex, (item, *more), "small-flux", "cpu")


@pytest.fixture
async def made(busy_learner, make_job):
    """A run with its picture."""
    job = make_job(2)
    async with busy_learner.session() as session:
        await session.submit(job)
        await busy_learner.until_ended(job)
    return busy_learner.stored[job.items[0].run_id]


async def test_it_is_made_again_after_the_worker_was_killed_and_leaves_no_source_behind(busy_learner, made):
    run, png = made
    item = refined_item(run, (512, 512), 0.9, 40)
    async with busy_learner.session() as session:
        await session.submit(refining(item), png)
        await busy_learner.until_phase("denoise", item.run_id, step=2)
        assert sources(busy_learner) == [f"{item.run_id}.source"]
        busy_learner.kill()
        await busy_learner.until(lambda: item.run_id in busy_learner.times_ended)
    refined, picture = busy_learner.stored[item.run_id]
    assert (refined.outcome, refined.forwards) == ("ok", 36)
    assert refined.rework == Rework("refined", run.run_id, 0.9)
    assert Image.open(io.BytesIO(picture)).size == (512, 512)
    assert busy_learner.times_ended[item.run_id] == 1
    assert sources(busy_learner) == []


async def test_a_cancelled_one_leaves_no_source_behind(busy_learner, made):
    run, png = made
    item = refined_item(run, (512, 512), 0.9, 100)
    async with busy_learner.session() as session:
        await session.submit(refining(item), png)
        await busy_learner.until_phase("denoise", item.run_id, step=1)
        await session.cancel((item.run_id,))
        await busy_learner.until(lambda: item.run_id in busy_learner.times_ended)
    assert busy_learner.stored[item.run_id][0].outcome == "cancelled"
    assert sources(busy_learner) == []


async def test_what_cannot_be_refined_is_refused_and_nothing_is_kept(busy_learner, made):
    run, png = made
    item = refined_item(run, (256, 256), 0.5)
    bad = Item(uuid.uuid4().hex, item.settings, rework=Rework("refined", run.run_id, float("inf")))
    small = Item(uuid.uuid4().hex, Settings("x", 2, width=64, height=64), rework=item.rework)
    async with busy_learner.session() as session:
        for job, data, words in (
            (refining(item), b"", "no PNG"),
            (refining(item), b"GIF89a" * 10, "no PNG"),
            (refining(small), png, "128x128 px, more than the 64x64"),
            (refining(bad), png, "strength"),
            (refining(item, small), png, "one picture at a time"),
        ):
            with pytest.raises(WorkshopError, match=words):
                await session.submit(job, data)
    assert sources(busy_learner) == []
