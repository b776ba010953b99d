"""The class in a real browser: `workshop-tui serve` opened in Chromium, at the keyboard."""

import contextlib
import os
import re
import signal
import subprocess

import pytest
from PIL import Image

from tests.terminal.chromium import Chromium
from tests.terminal.conftest import PROGRAM


@pytest.fixture
def address(home):
    """Serve the class; the worker that it may have started is stopped too."""
    process = subprocess.Popen(
        [PROGRAM, "serve", "--port", "0", "--pictures", "auto"],
        env=os.environ | {"WORKSHOP_TUI_LEARNER": "ada"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout)))[0]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    subprocess.run([PROGRAM, "worker", "stop", "--drop"], env=os.environ, capture_output=True, timeout=60)


async def test_read_make_a_picture_reload_leave_and_come_back(address, tmp_path):
    async with Chromium(tmp_path) as browser:
        await browser.open(address)
        await browser.wait_for("Begin, or go on")
        assert await browser.evaluate("location.pathname + location.search") == "/"
        await browser.type("Enter")
        await browser.wait_for("▶ Opening Recap")
        await browser.type("n")
        await browser.wait_for("Part 1: FLUX Architecture & Training")

        await browser.type("2")
        await browser.wait_for("Exercise 1: Parameter Experimentation")
        await browser.type("e")
        await browser.wait_for("ctrl+r Lesson")
        await browser.type("Tab", "C-u", *"2", "Tab", "Tab", "C-u", *"256x256", "Enter")
        await browser.wait_for("256x256, Euler, seed 42")
        await browser.type("r")
        await browser.wait_for("▀", 180)
        await browser.type("j")  # what was marked to be read loses its mark
        await browser.shoot(tmp_path / "lab.png")
        with Image.open(tmp_path / "lab.png") as shot:
            assert shot.convert("RGB").getcolors(300) is None  # more than a terminal of 256 colours has

        await browser.reload()
        await browser.wait_for("You were in Part 1")
        await browser.type("Enter", "2")
        assert "READ ONLY" not in await browser.wait_for("▀")

        await browser.type("q")
        await browser.wait_until("document.querySelector('#closed').checkVisibility()")
        await browser.type("Enter")  # on 'Open it again'
        await browser.wait_for("You were in Part 1")


async def test_a_second_tab_reads_until_it_takes_over(address, tmp_path):
    async with Chromium(tmp_path) as browser:
        await browser.open(address)
        await browser.wait_for("Begin, or go on")
        await browser.type("Enter")
        await browser.wait_for("▶ Opening Recap")
        await browser.open(address)
        await browser.wait_for("You were in Opening Recap")
        await browser.type("Enter")
        await browser.wait_for("READ ONLY, T writes here")
        await browser.type("T")
        assert "READ ONLY" not in await browser.wait_for("This terminal writes now")


async def test_the_name_of_the_learner_is_not_changed_in_the_browser(address, tmp_path):
    async with Chromium(tmp_path) as browser:
        await browser.open(address)
        await browser.wait_for("Begin, or go on")
        await browser.type("n")
        await browser.wait_for("Whose notebook?")
        await browser.type("C-u", *"grace", "Enter")
        await browser.wait_for("workshop-tui serve --learner grace")
        await browser.wait_for("Begin, or go on")


async def test_without_the_token_there_is_a_sentence(address, tmp_path):
    async with Chromium(tmp_path) as browser:
        await browser.open(address.split("?")[0])
        await browser.wait_until("document.body?.textContent.includes('Open the whole address')")
        assert await browser.evaluate("document.querySelector('#terminal')") is None
