"""Pictures of a sweep that can be held beside each other: only the varied setting tells them apart."""

from collections.abc import Iterable, Sequence

from workshop_tui.exercises.part import Part
from workshop_tui.generation.record import Placing, Run
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sweep import AXES, equal_forwards


def alike(part: Part, runs: Iterable[Run]) -> list[Run]:
    """Return the good runs of a part's sweep with the newest one's model and other settings, oldest first.

    Args:
        part: Whose; without a sweep there are none.
        runs: Oldest first.
    """
    made = part.good_runs(runs)
    if part.sweep is None or not made:
        return []
    newest, axis = made[-1], AXES[part.sweep.vary]

    def rest(settings: Settings) -> dict[str, object]:
        varied = {*axis.read(axis.show(settings)), *_GO_ALONG.get(axis.name, ())}
        return {name: getattr(settings, name) for name in Settings.__struct_fields__ if name not in varied}

    return [
        run
        for run in made
        if run.model == newest.model
        and rest(run.settings) == rest(newest.settings)
        and (axis.name != "sampler" or _cost_the_same(run.settings, newest.settings))
        and (axis.name != "prompt" or seeds_go_together((run, newest)))
    ]


def timed_alike(runs: Sequence[Run], vary: str = "") -> list[Run]:
    """Return the runs whose times can be held beside the newest one's: made by the same device, placed as that was.

    Args:
        runs: Oldest first.
        vary: The axis that tells them apart, if any; where it decides how the model is placed, only the device has to
            be the same.
    """
    return [run for run in runs if _place(run, vary) == _place(runs[-1], vary)]


def _place(run: Run, vary: str) -> Placing | tuple[str, str] | None:
    placing = run.placing
    return (placing.device, placing.device_name) if placing and vary in _DECIDE_PLACING else placing


_DECIDE_PLACING = ("size", "precision", "placement", "quantization", "speed")
"""Axes with which a model is placed in another way, or may be."""


_GO_ALONG = {"sampler": ("num_inference_steps",), "prompt": ("seed",)}
"""What may change with a varied setting, by its axis."""


def seeds_go_together(runs: Sequence[Run]) -> bool:
    """Tell whether the pictures of a series have one seed, or one each, counted up from the first."""
    seeds = [run.settings.seed for run in runs]
    return len(set(seeds)) == 1 or len({seed - run.origin.cell for seed, run in zip(seeds, runs, strict=True)}) == 1


def _cost_the_same(one: Settings, other: Settings) -> bool:
    """Tell whether two samplers were run with equal steps, or with forwards as equal as their steps allow."""
    equal_steps = one.num_inference_steps == other.num_inference_steps
    return equal_steps or one == equal_forwards(one, other) or other == equal_forwards(other, one)
