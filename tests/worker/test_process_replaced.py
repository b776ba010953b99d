"""Real workers that another process takes over from: one of an older version at work, one whose GPU has failed."""

from workshop_tui.generation import protocol
from workshop_tui.generation.client import Lost

OLDER = """
from workshop_tui.generation import protocol
protocol.PROTOCOL -= 1
"""

BROKEN = """
from pathlib import Path
done = Path(__file__).with_name("done")
if not done.exists():
    import workshop_tui.worker
    import torch
    from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
    def forward(*_, **__):
        done.touch()
        raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")
    FluxTransformer2DModel.forward = forward
"""
"""What a driver raises, once: there need be no GPU."""


def changed(patch, folder, source):
    """Let each worker that is started run some lines first."""
    (folder / "sitecustomize.py").write_text(source)
    patch.setenv("PYTHONPATH", str(folder))


def told(learner, kind):
    return [event for event in learner.events if isinstance(event, kind)]


async def test_an_older_worker_at_work_finishes_its_picture_and_the_next_one_has_the_rest(
    learner, model_cache, make_job, monkeypatch, tmp_path
):
    learner.cache = model_cache
    job = make_job(25, 100, side=256)
    first, second = (item.run_id for item in job.items)
    with monkeypatch.context() as patch:
        changed(patch, tmp_path, OLDER)
        patch.setattr(protocol, "PROTOCOL", protocol.PROTOCOL - 1)
        async with learner.session() as session:
            await session.submit(job)
            await learner.until_phase("denoise", first, step=1)
    old = learner.pid
    async with learner.session() as session:
        await session.connect()
        [welcome] = told(learner, protocol.Welcome)
        assert (welcome.protocol, welcome.pid != old) == (protocol.PROTOCOL, True)
        # Of the next picture the old one may have made some steps: they are made again.
        assert welcome.state.waiting == (second,)
        await learner.until(lambda: first in learner.times_ended)
    run, picture = learner.stored[first]
    assert (run.outcome, run.seconds.steps and len(run.seconds.steps), bool(picture)) == ("ok", 25, True)
    [notice] = told(learner, protocol.Notice)
    assert "its picture is finished first. To end it now: workshop-tui worker stop" in notice.text
    assert learner.log.count("loaded small-flux") == 1
    assert f"worker {old} leaves" in learner.log


async def test_a_broken_cuda_context_ends_the_process_and_the_next_picture_is_made_in_a_new_one(
    learner, model_cache, make_job, monkeypatch, tmp_path
):
    learner.cache = model_cache
    changed(monkeypatch, tmp_path, BROKEN)
    job = make_job(1, 2)
    async with learner.session() as session:
        await session.submit(job)
        await learner.until_ended(job)
        assert told(learner, Lost) == []  # it said that it comes back
    assert learner.outcomes(job) == ["failed", "ok"]
    run, _ = learner.stored[job.items[0].run_id]
    assert run.reason == (
        "The GPU failed in denoise: CUDA error: an illegal memory access was encountered. "
        "That breaks the worker: a new one goes on."
    )
    assert learner.log.count("starts itself anew") == 1


UPDATED = """
import workshop_tui
workshop_tui.__version__ = "0.0.1"
"""


async def test_an_update_that_speaks_the_same_protocol_replaces_the_worker_too(
    learner, model_cache, make_job, monkeypatch, tmp_path
):
    learner.cache = model_cache
    job = make_job(25, 2, side=256)
    with monkeypatch.context() as patch:
        changed(patch, tmp_path, UPDATED)
        patch.setattr("workshop_tui.generation.link.__version__", "0.0.1")
        async with learner.session() as session:
            await session.submit(job)
            await learner.until_phase("denoise", job.items[0].run_id, step=1)
    old = learner.pid
    async with learner.session() as session:
        await session.connect()
        assert learner.pid != old
        await learner.until_ended(job)
    assert learner.outcomes(job) == ["ok", "ok"]
    assert "0.0.1" in told(learner, protocol.Notice)[0].text
