"""The ladder of a challenge: from preview to maximum, rated blind and timed, down to the fastest that is acceptable."""

from collections.abc import Sequence
from dataclasses import dataclass

from workshop_tui.exercises.alike import timed_alike
from workshop_tui.exercises.blind import stars_of
from workshop_tui.exercises.part import Part
from workshop_tui.generation.presets import Preset
from workshop_tui.generation.record import Run
from workshop_tui.generation.repeats import FEWEST, Spread, compare, spread
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sweep import AXES
from workshop_tui.notebook.entries import Observation
from workshop_tui.text import counted

ACCEPTABLE = 3
"""Stars of a picture that will do."""

ABOUT = (
    "{lab.run} makes the ladder, from preview to maximum; {lab.blind} rates it blind. For times that can be told apart "
    f"each needs {FEWEST} runs: {{lab.run}} again.",
)


@dataclass(frozen=True)
class Rung:
    """One picture of the ladder."""

    value: str
    """Of the varied setting."""
    settings: Settings
    stars: int | None
    """As it was rated blind; None where it was not."""
    time: Spread
    """Of its runs; where there are others, without those that loaded the model or encoded the prompt."""

    @property
    def words(self) -> str:
        """`12 steps: 4/5, 3.1 to 3.4 s in 3 runs`."""
        rated = f"{self.stars}/5" if self.stars else "not rated"
        seconds = f"{self.time.low:.1f} to {self.time.high:.1f} s" if self.time.n > 1 else f"{self.time.low:.1f} s"
        return f"{self.steps}: {rated}, {seconds} in {counted(self.time.n, 'run')}"

    @property
    def steps(self) -> str:
        """`12 steps`."""
        return counted(self.settings.num_inference_steps, "step")


def rungs(part: Part, settings: Sequence[Settings], runs: Sequence[Run], observations: list[Observation]) -> list[Rung]:
    """Return what was made of a ladder where its newest picture was made, the fastest first.

    Args:
        part: Whose.
        settings: Of its pictures.
        runs: The part's with one model.
        observations: Blind ratings among them.
    """
    assert part.sweep is not None
    found: list[Rung] = []
    good = [run for run in part.good_runs(runs) if run.settings in settings]
    timed = timed_alike(good)
    for each in settings:
        made = [run for run in timed if run.settings == each]
        warm = [run for run in made if not run.seconds.is_warm_up] or made
        time = spread([run.seconds.making for run in warm])
        if time:
            value = AXES[part.sweep.vary].show(each)
            found.append(Rung(value, each, stars_of(part, value, observations, good), time))
    return sorted(found, key=lambda rung: rung.time.median)


def acceptable(found: Sequence[Rung]) -> list[Rung]:
    """Return the rungs that will do, the fastest first."""
    return [rung for rung in found if rung.stars is not None and rung.stars >= ACCEPTABLE]


def verdict(found: Sequence[Rung]) -> str:
    """Say which is the fastest that is acceptable, and how sure that is."""
    if not found:
        return "Nothing is made yet."
    good = acceptable(found)
    if not good:
        rated = any(rung.stars is not None for rung in found)
        return "None is rated acceptable (3 of 5) yet." if rated else "None is rated yet: {lab.blind} rates them blind."
    best, *slower = good
    if not slower:
        return f"Fastest acceptable: {best.words}."
    clear = compare(slower[0].time, best.time)
    if clear == "faster":
        return f"Fastest acceptable: {best.words}; clearly faster than {slower[0].steps}."
    told = "too few runs to tell" if clear == "too few runs" else "no clear difference"
    return f"Fastest acceptable so far: {best.words}; {told} from {slower[0].steps}."


def three_presets(found: Sequence[Rung]) -> list[Preset]:
    """Return presets preview, balanced and best; none before two rungs are rated acceptable.

    Preview is the fastest that is acceptable, best the highest rated and of those the fastest; balanced lies between.
    """
    good = acceptable(found)
    if len(good) < 2:
        return []
    best = max(range(len(good)), key=lambda place: (good[place].stars or 0, -place))
    chosen = {"preview": good[0], "balanced": good[(best + 1) // 2], "best": good[best]}
    return [
        Preset.of(name, f"Mine: {name}", f"from my ladder: {rung.words}", rung.settings, ("width", "height"))
        for name, rung in chosen.items()
    ]
