"""The class from the first key to a complete hand-in at 80x24, with all four sweeps of Exercise 1."""

import json
import os
import subprocess
import tomllib

import pytest
from PIL import Image

from tests.terminal.conftest import PROGRAM

SWEEPS = ("steps", "guidance", "resolution", "samplers")


@pytest.mark.timeout(900)  # every picture of Exercise 1, on whatever computer this is
def test_a_site_s_learner_follows_the_class_and_hands_in(terminals, home, tmp_path):
    site = home / "config/config.toml"
    site.parent.mkdir(parents=True)
    site.write_text(f'schedule = "fit 150"\nhand_in_folder = "{tmp_path}/hand-ins"\nconnect = "ada@gpu.example.org"\n')
    terminal = terminals()
    terminal.wait_for("Schedule  shortened to 150 minutes in all")
    terminal.type("Enter")
    terminal.wait_for("▶ Opening Recap")

    # From Part 2 on, one key makes everything of Exercise 1.
    terminal.type("n", "n")
    terminal.wait_for("a  makes all of Exercise 1 now: 14 pictures")
    terminal.type("a")
    terminal.wait_for("Exercise 1 is being made: 14 pictures")
    for section in ("Break", "Part 3", "Part 4", "Part 5", "Wrap-up"):  # it goes on while the class does
        terminal.type("n")
        terminal.wait_for(f"▶ {section}")
    terminal.type("2")
    terminal.wait_for("run: idle", 600)

    for sweep in SWEEPS:
        terminal.wait_for(f"· {sweep.capitalize()}")
        terminal.type("Enter")
        if sweep == SWEEPS[0]:
            terminal.wait_for("Can you see a difference?")
            terminal.type("y")
        terminal.write("4")
        terminal.type("Tab")
        terminal.write(f"noise of other {sweep}")
        terminal.type("Escape")
        terminal.type("n")
    for place in range(5, 13):  # the tasks of Exercise 2, the scenarios of Exercise 3
        terminal.wait_for(f"{place} of 12")
        terminal.type("Enter")
        terminal.write(f"tried as part {place}")
        terminal.type("Escape")
        terminal.type("n")

    terminal.type("5")
    for place, text in enumerate(("Work from a preset", "Watch the memory", "Compare at equal work"), 1):
        terminal.type("i")
        terminal.wait_for("Write it yourself")
        terminal.type("Enter")
        terminal.wait_for(f"Area for improvement {place} of 3, in your own words:")
        terminal.write(text)
        terminal.type("Enter")
        terminal.wait_for(f"{place}. {text}")
    terminal.type("q")
    terminal.wait_for("left with 0")
    assert "Traceback" not in terminal.screen

    folder = tmp_path / "hand-ins/ada"
    profile = tomllib.loads((folder / "optimization-profile.toml").read_text())
    assert profile["practice"] is True
    assert [run["outcome"] for run in profile["measurements"]] == ["ok"] * 14
    answers = {(entry["part"], entry["answer"]) for entry in profile["observations"]}
    assert {(sweep, f"noise of other {sweep}") for sweep in SWEEPS} <= answers
    for sweep in SWEEPS:
        assert Image.open(folder / f"sheet-parameters-{sweep}.png").width > 1000

    environment = {**os.environ, "WORKSHOP_TUI_HOME": str(home), "WORKSHOP_TUI_LEARNER": "ada"}
    listed = subprocess.run([PROGRAM, "runs", "list", "--json"], env=environment, capture_output=True, check=True)
    assert len(json.loads(listed.stdout)["runs"]) == 14
