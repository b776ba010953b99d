"""Makes the README's pictures from the real app, on the real worker and model: python .ci/screenshots.py DIR [WxH].

Also useful for looking at the screens: every mode is written as SVG.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from workshop_tui.app.app import WorkshopApp
from workshop_tui.app.setting import Setting
from workshop_tui.cli.worker import worker
from workshop_tui.lesson.loader import open_lesson
from workshop_tui.paths import find_paths


async def take(target: Path, width: int, height: int) -> None:
    """Follow the class for a minute or two, with a picture of each mode on the way."""
    paths = find_paths()
    app = WorkshopApp(Setting(open_lesson("flux-deep-dive"), paths.learner("ada"), paths, "small-flux"))

    def shoot(name: str) -> None:
        (target / f"{name}.svg").write_text(self_contained(app.export_screenshot()))

    async with app.run_test(size=(width, height)) as pilot:
        await pilot.pause(2)
        shoot("start")
        await pilot.press("enter")
        await pilot.press("n", "n")
        await pilot.pause(1)
        shoot("class")
        await pilot.press("2")
        await pilot.pause(1)
        await pilot.press("r")
        await until(pilot, lambda: len(app.work.waiting) == 1 and app.work.progress is not None)
        await pilot.press("down", "enter", "4", "tab", *"sharper edges at 25", "escape")
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
        await app.action_quit()


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for something that the worker does."""
    for _ in range(1200):
        if condition():
            return
        await pilot.pause(0.1)
    raise SystemExit("waited too long")


def self_contained(svg: str) -> str:
    """Return the picture without fonts from elsewhere."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "monospace")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    columns, rows = map(int, (sys.argv[2] if len(sys.argv) > 2 else "80x24").split("x"))
    with tempfile.TemporaryDirectory() as home:
        os.environ["WORKSHOP_TUI_HOME"] = home
        asyncio.run(take(folder, columns, rows))
        worker(["stop", "--learner", "ada"], standalone_mode=False)
