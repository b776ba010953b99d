"""All of the hands-on part at 80x24: three exercises, checklist, assignment, hand-in, and its replay in another home.

It takes four minutes on two idle cores, and is left out unless asked for: pytest -m long.
"""

import os
import subprocess
import time
import tomllib

import pytest

from tests.terminal.conftest import PROGRAM, Terminal

SERIES = ("a renaissance nobleman", "an old woman", "a knight", "a queen")
AREAS = ("Work from a preset", "Watch the memory", "Compare at equal work")


class Learner:
    """Does what the lesson asks for, by keys.

    Args:
        terminal: With the class in it.
    """

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def make(self, seconds: float = 300) -> None:
        """Have the part's pictures made."""
        self.terminal.type("r")
        self.idle(seconds)

    def idle(self, seconds: float = 300) -> None:
        """Wait until nothing is made."""
        time.sleep(2)
        self.terminal.wait_for("run: idle", seconds)

    def answer(self, *texts: str) -> None:
        """Write into the part's fields, one after the other; an empty text leaves one out."""
        self.terminal.type("Enter")
        for place, text in enumerate(texts):
            if place:
                self.terminal.type("Tab")
            if text:
                self.terminal.write(text)
        self.terminal.type("Escape")

    def rate(self, stars: str) -> None:
        """Rate pictures blind; a picture that is not drawn yet takes no rating."""
        for place, each in enumerate(stars, 1):
            self.terminal.wait_for(f"picture {place} of {len(stars)}")
            time.sleep(0.7)
            self.terminal.type(each)

    def form(self, *lines: tuple[int, str]) -> None:
        """Fill in the form: how many lines further down, and what; `Enter` opens or presses what is there."""
        self.terminal.type("e")
        time.sleep(1)
        for further, text in lines:
            self.terminal.type(*["Tab"] * further)
            if text == "Enter":
                self.terminal.type("Enter")
            else:
                self.terminal.type("C-u")
                self.terminal.write(text)
        self.terminal.type("Enter")
        time.sleep(1)

    def go_to(self, place: int) -> None:
        """Go to the next part."""
        self.terminal.type("n")
        self.terminal.wait_for(f" {place} of 12")


def exercise_1(learner: Learner) -> None:
    terminal = learner.terminal
    learner.make()
    terminal.type("v")
    terminal.wait_for("Can you see a difference?")
    terminal.type("y")
    learner.rate("345")
    terminal.wait_for("Rated blind")
    terminal.type("Enter")
    terminal.wait_for("Rated blind: 10 ")
    learner.answer("", "10 steps are softer")
    for place in (2, 3, 4):
        learner.go_to(place)
        learner.make(600)
        learner.answer("4", "little changes")
    terminal.type("b")


def exercise_2(learner: Learner) -> None:
    terminal = learner.terminal
    learner.go_to(5)
    terminal.type("r")
    terminal.wait_for("more at most. x stops it.", 120)
    time.sleep(20)
    terminal.type("x")
    learner.idle()
    learner.answer("large ones fit")
    learner.go_to(6)
    learner.make()
    for _ in range(2):
        terminal.type("r")
        terminal.wait_for("as a further measurement?")
        terminal.type("Enter")
        learner.idle()
    terminal.type("v")
    learner.rate("434343")
    terminal.wait_for("Rated blind")
    terminal.type("Enter")
    terminal.wait_for("Fastest acceptable")
    terminal.type("s")
    terminal.wait_for("Keep three presets?")
    terminal.type("Enter")
    terminal.wait_for("Kept: preview, balanced, best.")
    learner.answer("", "", "12 will do")
    learner.go_to(7)
    terminal.type("r")
    terminal.wait_for("16 at a time", 400)
    learner.idle()
    learner.answer("all fit")
    learner.go_to(8)
    terminal.wait_for("What the other parts have found:")
    learner.answer("three presets")


def exercise_3(learner: Learner) -> None:
    solve(learner, 9, (6, "bf16"), (1, "Enter"), (9, "yes"))
    learner.answer("bf16, in tiles")
    solve(learner, 10, (1, "28"), (1, "3.5"))
    learner.answer("2", "4", "more steps")
    solve(learner, 11, (1, "10"))
    learner.answer("4", "4", "fewer steps")
    prompts = " | ".join(f"Portrait of {who}, oil painting style, dark background" for who in SERIES)
    solve(learner, 12, (0, prompts), (1, "28"), (1, "3.5"), before="w")
    learner.answer("2", "4", "one style, one seed")


def solve(learner: Learner, place: int, *lines: tuple[int, str], before: str = "") -> None:
    """Make a scenario's start, change settings, and try them."""
    learner.go_to(place)
    learner.make()
    if before:
        learner.terminal.type(before)
        time.sleep(1)
    learner.form(*lines)
    learner.make()
    learner.terminal.wait_for("✓ Solved.")


def checklist(learner: Learner) -> None:
    terminal = learner.terminal
    terminal.type("4")
    terminal.wait_for("t tries one, x ticks it")
    for place in range(1, 8):
        terminal.type("s", "o")
        time.sleep(0.5)
        terminal.write(f"problem {place}: fewer steps")
        terminal.type("Enter")
        time.sleep(0.5)
        terminal.type("v")
        time.sleep(1)
        terminal.type("Enter")
        time.sleep(0.5)
        terminal.type("Down")


def assignment(learner: Learner) -> None:
    terminal = learner.terminal
    terminal.type("5")
    for place, text in enumerate(AREAS, 1):
        terminal.wait_for(f"technical improvement: {len(AREAS) + 1 - place} to do")
        terminal.type("i")
        terminal.wait_for("Write it yourself")
        terminal.type("Enter")
        terminal.wait_for(f"improvement {place} of 3")
        terminal.write(text)
        terminal.type("Enter")
        terminal.wait_for(f"{place}. {text}")
    terminal.wait_for("✓ Identify 3 areas")
    terminal.type("x")
    terminal.wait_for("report.html among them.")
    terminal.type("q")
    terminal.wait_for("left with 0")


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_hand_in_of_all_exercises_is_complete_and_replayed_in_another_home(terminals, home, tmp_path):
    terminal = terminals("class", "--schedule", "own")
    learner = Learner(terminal)
    terminal.wait_for("Enter")
    terminal.type("Enter")
    terminal.wait_for("▶ Opening Recap")
    terminal.type("2")
    terminal.wait_for(" 1 of 12")
    for do in (exercise_1, exercise_2, exercise_3, checklist, assignment):
        do(learner)
    assert "Traceback" not in terminal.screen

    folder = home / "data/profiles/ada"
    profile = tomllib.loads((folder / "optimization-profile.toml").read_text())
    assert {each["title"]: each["solved"] for each in profile["scenarios"]} == {
        "Low VRAM System": True,
        "Quality Issues": True,
        "Speed Requirements": True,
        "Consistency Needs": True,
    }
    assert {each["name"] for each in profile["presets"]} == {"preview", "balanced", "best"}
    checked = subprocess.run([PROGRAM, "profile", "check", folder], capture_output=True, text=True, check=True)
    assert "Complete." in checked.stdout
    replayed = subprocess.run(
        [PROGRAM, "profile", "replay", folder, "--sweep", "steps", "--yes"],
        env={**os.environ, "WORKSHOP_TUI_HOME": str(tmp_path / "other"), "WORKSHOP_TUI_LEARNER": "bea"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert replayed.stdout.count("the same picture, to the pixel.") == 3
