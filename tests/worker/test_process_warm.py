"""A real worker that is told that work is near: it imports, and loads a model where one is named."""

import pytest

from workshop_tui.generation import protocol
from workshop_tui.generation.protocol import Ask, Submit, Warm
from workshop_tui.generation.settings import Settings


def activities(learner):
    return [event.activity for event in learner.events if isinstance(event, protocol.State)]


async def ended(learner, job):
    await learner.until_ended(job)
    return learner.stored[job.items[0].run_id][0]


@pytest.fixture
async def link(busy_learner, receive):
    """A bare connection to a worker without a model."""
    async with busy_learner.session() as session:
        await session.connect()
    link = await busy_learner.link()
    await link.send(protocol.Free())
    await receive(link, protocol.Freed)
    yield link
    link.close()


async def test_a_model_named_is_loaded_ahead_and_the_first_picture_finds_it(busy_learner, make_job):
    async with busy_learner.session() as session:
        await session.warm("small-flux", "cpu", Settings("", precision="fp32"))
        await busy_learner.until(lambda: activities(busy_learner)[-1:] == ["idle"])
        assert activities(busy_learner)[-2] == "importing"
        assert [e.model for e in busy_learner.events if isinstance(e, protocol.State)][-1] == "small-flux (built in)"
        job = make_job(1)
        await session.submit(job)
        run = await ended(busy_learner, job)
        assert (run.outcome, run.seconds.load) == ("ok", 0)
        # A loaded model is not given up for one that may be wanted.
        await session.warm("/no/such/model", "cpu")
        await session.submit(again := make_job(1))
        assert (await ended(busy_learner, again)).seconds.load == 0


async def test_a_picture_asked_for_meanwhile_waits_and_finds_the_model(busy_learner, make_job):
    busy_learner.kill()
    job = make_job(1)
    async with busy_learner.session() as session:
        await session.warm()
        await session.warm("small-flux", "cpu")
        await session.submit(job)
        run = await ended(busy_learner, job)
    assert (run.outcome, run.seconds.load) == ("ok", 0)


async def test_cancelled_meanwhile_it_ends_at_once_and_the_model_stays(busy_learner, make_job):
    busy_learner.kill()
    job = make_job(1)
    async with busy_learner.session() as session:
        await session.warm("small-flux", "cpu")
        await session.submit(job)
        await session.cancel((job.items[0].run_id,))
        await busy_learner.until(lambda: busy_learner.times_ended)
        await session.submit(other := make_job(1))
        run = await ended(busy_learner, other)
    assert busy_learner.outcomes(job) == ["cancelled"]
    assert (run.outcome, run.seconds.load) == ("ok", 0)


async def test_a_model_that_cannot_be_loaded_is_no_news_until_a_picture_wants_it(busy_learner, link, make_job, receive):
    await link.send(Warm("/no/such/model", "cpu"))
    while (state := await receive(link, protocol.State)).activity != "idle":
        assert state.activity == "importing"
    assert state.model == ""
    assert "/no/such/model is not loaded ahead" in busy_learner.log
    job = make_job(1, model="/no/such/model")
    await link.send(Submit(job))
    run = (await receive(link, protocol.Finished)).run
    assert (run.run_id, run.outcome) == (job.items[0].run_id, "refused")
    await link.send(protocol.Acknowledge((run.run_id,)))


async def test_paused_or_at_work_nothing_is_loaded_ahead(link, receive):
    await link.send(protocol.Pause(True))
    await receive(link, protocol.State)
    await link.send(Warm("small-flux", "cpu"))
    await link.send(Ask())
    while (state := await receive(link, protocol.State)).activity != "paused":
        pass
    assert state.model == ""
    await link.send(protocol.Pause(False))
    while (await receive(link, protocol.State)).activity == "paused":  # who hangs up at once may not be heard
        pass


async def test_a_gguf_file_is_loaded_ahead_and_pictures_of_it_are_made_by_name(busy_learner, gguf_file, make_job):
    name = f"{gguf_file}@{gguf_file.parent / 'base'}"
    async with busy_learner.session() as session:
        await session.free()
        await session.warm(name, "cpu")
        await session.submit(job := make_job(1, 2, model=name))
        await busy_learner.until_ended(job)
    assert busy_learner.outcomes(job) == ["ok", "ok"]
    runs = [busy_learner.stored[item.run_id][0] for item in job.items]
    assert [run.seconds.load for run in runs] == [0, 0]
    assert {run.placing.quantization for run in runs} == {"gguf Q4_1"}
