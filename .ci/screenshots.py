"""Makes the README's pictures from the real app, on the real worker and model: python .ci/screenshots.py DIR [WxH ...].

Every mode is written as SVG, `class-80x24.svg`; without sizes at 80x24 and 120x40. The hand-in's contact sheets of
Exercise 1 are written beside them, smaller, as WebP.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from textual.pilot import Pilot

from workshop_tui.app.app import WorkshopApp
from workshop_tui.app.screens.seeing import SeeingScreen
from workshop_tui.app.setting import Setting
from workshop_tui.cli.worker import worker
from workshop_tui.lesson.loader import open_lesson
from workshop_tui.paths import find_paths


async def take(target: Path, width: int, height: int) -> None:
    """Follow the class for a minute or two, with a picture of each mode on the way."""
    paths = find_paths()
    app = WorkshopApp(Setting(open_lesson("flux-deep-dive"), paths.learner("ada"), paths, "small-flux"))

    def shoot(name: str) -> None:
        (target / f"{name}-{width}x{height}.svg").write_text(self_contained(app.export_screenshot()))

    async with app.run_test(size=(width, height)) as pilot:
        await pilot.pause(2)
        shoot("start")
        await pilot.press("enter")
        await pilot.press("n", "n")
        await pilot.pause(1)
        shoot("class")
        await pilot.press("a", "2")
        await until(pilot, lambda: len(app.work.waiting) == 8 and app.work.progress is not None)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, SeeingScreen))
        await pilot.press("y", "4", "tab", *"sharper edges at 25", "escape")
        await until(pilot, lambda: bool(app.work.progress and app.work.progress.step > 20))
        shoot("lab")
        await pilot.press("3")
        await pilot.pause(2)
        shoot("monitor")
        await until(pilot, lambda: not app.work.waiting)
        await pilot.press("4", "s")
        await pilot.pause(1)
        shoot("troubleshoot")
        await pilot.press("5")
        await pilot.pause(1)
        shoot("profile")
        sheets = Path(app.desk.hand_in.folder)
        await until(pilot, lambda: len(list(sheets.glob("sheet-*.png"))) == 4)
        for sheet in sheets.glob("sheet-*.png"):
            with Image.open(sheet) as picture:
                picture.thumbnail((1200, 1200))
                picture.convert("RGB").save(target / f"{sheet.stem}.webp", quality=80)
        await app.action_quit()


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for something that the worker does."""
    for _ in range(1200):
        if condition():
            return
        await pilot.pause(0.1)
    raise SystemExit("waited too long")


def self_contained(svg: str) -> str:
    """Return the picture without fonts from elsewhere and without this machine's temporary folder."""
    home = os.environ["WORKSHOP_TUI_HOME"]
    svg = svg.replace(home, "/srv/classes/ada".ljust(len(home), "-"))
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "monospace")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for size in sys.argv[2:] or ["80x24", "120x40"]:
        with tempfile.TemporaryDirectory() as home:
            os.environ["WORKSHOP_TUI_HOME"] = home
            asyncio.run(take(folder, *map(int, size.split("x"))))
            worker(["stop", "--learner", "ada"], standalone_mode=False)
