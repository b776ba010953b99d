"""How far a picture made by a lossy way lies from the one that plain diffusers makes of the same settings."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from workshop_tui.generation.choices import PRECISIONS, QUANTIZATIONS, SPEEDS
from workshop_tui.generation.picture_file import read_picture
from workshop_tui.generation.precision import SHORT
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings

VISIBLE = 8
"""Levels of 255 by which a pixel must differ to be counted."""


class Drift(msgspec.Struct, frozen=True):
    """The difference between two pictures of one size."""

    mean: float
    """Mean absolute difference of the colour values, levels of 255."""
    share: float
    """Pixels that differ by more than `VISIBLE` levels in a colour, 0 to 1."""

    @property
    def levels(self) -> str:
        """`mean` in words."""
        return f"{self.mean:.2f} of 255 levels on average"

    @property
    def area(self) -> str:
        """`share` in words."""
        share = f"{self.share:.1%}" if self.share == 0 or self.share >= 0.001 else "under 0.1%"
        return f"{share} of pixels"

    @property
    def words(self) -> str:
        """One sentence for a person."""
        return f"drift from exact: {self.levels}; {self.area} by more than {VISIBLE}"


def lossy_ways(run: Run) -> list[str]:
    """Return what of a run makes its pixels differ from plain diffusers'; empty for an exact one."""
    placing = run.placing
    if placing is None:
        return []
    precision = SHORT.get(placing.precision, placing.precision)
    named = ((SPEEDS, placing.speed), (QUANTIZATIONS, placing.quantization), (PRECISIONS, precision))
    ways = [name for table, name in named if name in table and table[name].lossy]
    return ways + ([f"block cache {run.settings.block_cache:g}"] if run.settings.block_cache else [])


def exact_twin(run: Run, runs: Iterable[Run]) -> Run | None:
    """Return the newest run that made the same picture exactly; one in the same precision is preferred.

    Args:
        run: A lossy one.
        runs: Where to look, oldest first.
    """
    twins = [
        other
        for other in runs
        if other.outcome == "ok"
        and other.picture
        and other.model == run.model
        and other.rework == run.rework
        and _subject(other.settings) == _subject(run.settings)
        and not lossy_ways(other)
    ]
    alike = [twin for twin in twins if twin.placing and run.placing and twin.placing.precision == run.placing.precision]
    return (alike or twins or [None])[-1]


def drift(first: Path, second: Path) -> Drift | None:
    """Compare two pictures; None where one cannot be read, or their sizes differ."""
    from PIL import ImageChops, ImageStat  # Pillow takes a moment to import

    one = read_picture(first)
    other = read_picture(second, size=one.size) if one else None
    if one is None or other is None:
        return None
    differences = ImageChops.difference(one, other)
    red, green, blue = differences.split()
    largest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    pixels = largest.width * largest.height
    return Drift(sum(ImageStat.Stat(differences).mean) / 3, sum(largest.histogram()[VISIBLE + 1 :]) / pixels)


def measured_drift(run: Run, runs: Iterable[Run], pictures: Path) -> Drift | None:
    """Return how far a lossy run's picture lies from the exact one; None where that one was not made, or is gone.

    Args:
        run: That ended.
        runs: The notebook's, oldest first.
        pictures: Where the learner's pictures lie.
    """
    twin = exact_twin(run, runs) if run.picture and lossy_ways(run) else None
    return drift(pictures / run.picture, pictures / twin.picture) if twin else None


def unmeasured(run: Run) -> str:
    """Say how the drift of a lossy run can be measured; empty where nothing that was asked for made it lossy."""
    s = run.settings
    options = ["--speed exact"] if s.speed != "exact" else []
    options += ["--quantization none"] if s.quantization != "none" else []
    options += ["--block-cache 0"] if s.block_cache else []
    options += ["--precision auto"] if s.precision == "fp16" else []
    return f"drift not measured: make it with {' '.join(options)} too" if options else ""


def _subject(settings: Settings) -> Settings:
    """Return settings without what decides how a picture is made, but not which."""
    return msgspec.structs.replace(
        settings, precision="auto", placement="auto", quantization="none", speed="exact", block_cache=0.0
    )
