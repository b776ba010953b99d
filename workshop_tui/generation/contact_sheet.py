"""Contact sheets: the pictures of a sweep on one PNG, each with what was varied and what it took."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_tui.generation.picture_file import read_picture
from workshop_tui.generation.record import Run
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.generation.sweep import AXES

if TYPE_CHECKING:
    from PIL import Image

CELL = 384
"""px; each picture is fitted into a square of this side."""

GAP = 16
"""px"""

TITLE_SIZE, LABEL_SIZE, DETAIL_SIZE = 24, 22, 15
"""px"""

RUNS_KEY = "workshop-tui runs"
"""The PNG's text that tells which runs a sheet shows."""


@dataclass(frozen=True)
class Frame:
    """One picture of a sheet."""

    run: Run
    label: str
    """What tells it from its neighbours: `Steps 25`."""
    picture: Path | None
    """None where there is none; the run's outcome is written in its place."""


def frames(runs: Sequence[Run], axes: Sequence[str], pictures: Path) -> list[Frame]:
    """Return what a sheet of a sweep shows.

    Args:
        runs: In the sweep's order.
        axes: The names of the settings that are varied.
        pictures: The folder that the runs' pictures lie in.
    """
    return [
        Frame(
            run,
            ", ".join(f"{AXES[axis].label} {AXES[axis].show(run.settings)}" for axis in axes) or f"#{place}",
            pictures / run.picture if run.picture else None,
        )
        for place, run in enumerate(runs, 1)
    ]


def runs_on(sheet: Path) -> list[str]:
    """Return the ids of the runs that a file shows; none where it is no contact sheet."""
    from PIL import Image

    try:
        with Image.open(sheet, formats=("PNG",)) as image:
            return str(image.info.get(RUNS_KEY, "")).split()
    except (OSError, ValueError, SyntaxError):
        return []


def is_current(sheet: Path, shown: Sequence[Frame]) -> bool:
    """Tell whether a file is the sheet of these runs already."""
    return runs_on(sheet) == _run_ids(shown)


def contact_sheet(shown: Sequence[Frame], title: str) -> bytes:
    """Return a sheet as PNG.

    Args:
        shown: At least one.
        title: Stands on top; the prompt and what all pictures share stand below it.
    """
    from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

    across = len(shown) if len(shown) <= 4 else math.ceil(math.sqrt(len(shown)))
    down = math.ceil(len(shown) / across)
    head = TITLE_SIZE + 2 * DETAIL_SIZE + 3 * GAP
    row = CELL + LABEL_SIZE + DETAIL_SIZE + 2 * GAP
    width = GAP + across * (CELL + GAP)
    sheet = Image.new("RGB", (width, head + down * row), "white")
    draw = ImageDraw.Draw(sheet)

    def write(x: int, y: int, text: str, size: int, room: int, color: str = "black") -> None:
        font = ImageFont.load_default(size)
        text = " ".join(text.split())[:room]  # no letter is narrower than a pixel
        while text and draw.textlength(text, font) > room:
            text = text[: -2 if text.endswith("…") else -1].rstrip() + "…"
        draw.text((x, y), text, font=font, fill=color)

    first = shown[0].run
    shared = [] if first.model is None else [f"{first.model.name}{' - practice model' * first.model.practice}"]
    if all(frame.run.settings.seed == first.settings.seed for frame in shown):
        shared.append(f"seed {first.settings.seed}")
    write(GAP, GAP, title, TITLE_SIZE, width - 2 * GAP)
    write(GAP, GAP + TITLE_SIZE + 8, first.settings.prompt, DETAIL_SIZE, width - 2 * GAP)
    write(GAP, GAP + TITLE_SIZE + DETAIL_SIZE + 14, ", ".join(shared), DETAIL_SIZE, width, "dimgray")
    for place, frame in enumerate(shown):
        x, y = GAP + place % across * (CELL + GAP), head + place // across * row
        picture = _fitted(frame.picture)
        if picture:
            sheet.paste(picture, (x + (CELL - picture.width) // 2, y + (CELL - picture.height) // 2))
        else:
            draw.rectangle((x, y, x + CELL, y + CELL), outline="gray")
            gone = "the picture is gone" if frame.run.outcome == "ok" else frame.run.outcome
            write(x + GAP, y + CELL // 2, f"no picture: {gone}", DETAIL_SIZE, CELL - 2 * GAP)
        write(x, y + CELL + 4, frame.label, LABEL_SIZE, CELL)
        write(x, y + CELL + LABEL_SIZE + 10, _details(frame.run), DETAIL_SIZE, CELL, "dimgray")
    text = PngImagePlugin.PngInfo()
    text.add_text(RUNS_KEY, " ".join(_run_ids(shown)))
    out = io.BytesIO()
    sheet.save(out, "PNG", pnginfo=text)
    return out.getvalue()


def _fitted(path: Path | None) -> "Image.Image | None":
    from PIL import Image

    image = read_picture(path) if path else None
    if image is None:
        return None
    scale = CELL / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    # Enlarged pixels stay pixels: smoothing would show more than the model made.
    return image.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.NEAREST)


def _details(run: Run) -> str:
    s = run.settings
    instead = SAMPLERS[s.sampler].runs_as
    return f"{s.words}, {run.seconds.making:.1f} s" + (f", as {instead}" if instead else "")


def _run_ids(shown: Sequence[Frame]) -> list[str]:
    return [frame.run.run_id for frame in shown]
