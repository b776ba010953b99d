"""One real worker in the hands of two apps, and a model whose folder goes away."""

import asyncio
import copy
import shutil

import pytest


@pytest.fixture
def other_app(busy_learner):
    """The same learner in a second terminal."""
    other = copy.copy(busy_learner)
    other.stored, other.times_ended, other.events = {}, {}, []
    return other


def ids(*jobs):
    return {item.run_id for job in jobs for item in job.items}


async def test_two_apps_hear_of_each_run_once_and_nothing_is_made_twice(busy_learner, other_app, make_job):
    first, second = make_job(3, 4), make_job(5, 2)
    async with busy_learner.session() as here, other_app.session() as there:
        await asyncio.gather(here.connect(), there.connect())
        await asyncio.gather(here.submit(first), there.submit(second), there.submit(first))
        for app in (busy_learner, other_app):
            await app.until_ended(first)
            await app.until_ended(second)
        await busy_learner.until(lambda: not busy_learner.spooled)
    for app in (busy_learner, other_app):
        assert {run_id: app.times_ended[run_id] for run_id in ids(first, second)} == dict.fromkeys(
            ids(first, second), 1
        )
        assert app.outcomes(first) + app.outcomes(second) == ["ok"] * 4
    for run_id in ids(first, second):
        assert busy_learner.stored[run_id] == other_app.stored[run_id]


async def test_two_clients_with_different_caps_get_each_their_own(busy_learner, other_app, make_job):
    jobs = {0.5: make_job(1, 2, cap=0.5), 0.75: make_job(1, 2, cap=0.75), None: make_job(1)}
    async with busy_learner.session() as here, other_app.session() as there:
        await asyncio.gather(here.connect(), there.connect())
        await asyncio.gather(here.submit(jobs[0.5]), there.submit(jobs[0.75]))
        await here.submit(jobs[None])
        for job in jobs.values():
            for app in (busy_learner, other_app):
                await app.until_ended(job)
        await busy_learner.until(lambda: not busy_learner.spooled)
    for cap, job in jobs.items():
        for item in job.items:
            run, _ = busy_learner.stored[item.run_id]
            assert (run.outcome, run.placing.cap_gib) == ("ok", cap)
            assert other_app.stored[item.run_id][0] == run


async def test_a_sweep_goes_on_with_the_loaded_model_when_its_folder_is_removed(busy_learner, copied_model, make_job):
    job = make_job(8, 2, 3, model=str(copied_model), side=256)
    async with busy_learner.session() as session:
        await session.submit(job)
        await busy_learner.until_phase("denoise", job.items[0].run_id)
        shutil.rmtree(copied_model)
        await busy_learner.until_ended(job)
        assert busy_learner.outcomes(job) == ["ok"] * 3
        await session.submit(rest := make_job(1))
        await session.submit(gone := make_job(1, model=str(copied_model)))
        await busy_learner.until_ended(rest)
        await busy_learner.until_ended(gone)
    assert busy_learner.outcomes(rest) == ["ok"]
    run, _ = busy_learner.stored[gone.items[0].run_id]
    assert run.outcome == "refused"
    assert run.reason.startswith("model:")
