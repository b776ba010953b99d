"""A learner at 80x24: start, read, run, write, leave, come back; and what a bad line does to it."""

import json
import os
import signal
import time
import tomllib

import psutil
import pytest


def small_sweep(terminal, values):
    """Change the steps sweep to small pictures, through the form."""
    terminal.type("2")
    terminal.wait_for("Exercise 1: Parameter Experimentation")
    terminal.type("e")
    terminal.wait_for("ctrl+r Lesson's values")
    terminal.type("Tab", "C-u")
    terminal.write(values)
    terminal.type("Tab", "Tab", "C-u")
    terminal.write("256x256")
    terminal.type("Enter")
    terminal.wait_for("256x256, Euler, seed 42")


def begin(terminal):
    terminal.wait_for("Begin, or go on")
    terminal.type("Enter")
    terminal.wait_for("▶ Opening Recap")


def worker_pid(home):
    return json.loads((home / "data/learners/ada/worker.json").read_text())["pid"]


def test_start_read_run_write_leave_and_come_back(terminals, home):
    terminal = terminals()
    begin(terminal)
    terminal.type("n")
    terminal.wait_for("Part 1: FLUX Architecture & Training")
    small_sweep(terminal, "2, 3")
    terminal.type("r")
    terminal.wait_for("run: idle", 120)
    terminal.wait_for("▀")
    terminal.type("Enter")
    terminal.wait_for("Can you see a difference?")
    terminal.type("y", "Tab")
    terminal.write("the second one is calmer")
    terminal.wait_for("one is calmer")
    terminal.type("Escape", "q")
    terminal.wait_for("left with 0")
    assert "Traceback" not in terminal.screen

    folder = home / "data/profiles/ada"
    profile = tomllib.loads((folder / "optimization-profile.toml").read_text())
    assert profile["observations"][0]["answer"] == "the second one is calmer"
    assert [run["num_inference_steps"] for run in profile["measurements"]] == [2, 3]
    assert len(tomllib.loads((folder / "troubleshooting-checklist.toml").read_text())["problems"]) == 7

    again = terminals()
    again.wait_for("You were in Part 1")
    again.wait_for("Your notebook holds 2 runs")
    again.type("Enter", "2")
    again.wait_for("the second one is calmer")


def test_a_killed_worker_is_said_and_replaced(terminals, home):
    terminal = terminals()
    begin(terminal)
    small_sweep(terminal, "2, 60, 3")
    terminal.type("r")
    terminal.wait_for("denoise", 120)
    os.kill(worker_pid(home), signal.SIGKILL)
    terminal.wait_for("The worker was lost")
    terminal.wait_for("run: idle", 180)
    terminal.type("q")
    terminal.wait_for("left with 0")
    profile = tomllib.loads((home / "data/profiles/ada/optimization-profile.toml").read_text())
    assert sorted(run["num_inference_steps"] for run in profile["measurements"]) == [2, 3, 60]
    assert {run["outcome"] for run in profile["measurements"]} == {"ok"}


def test_a_killed_app_loses_nothing(terminals, home):
    terminal = terminals()
    begin(terminal)
    small_sweep(terminal, "2, 40, 3")
    terminal.type("r")
    terminal.wait_for("denoise", 120)
    worker = worker_pid(home)
    os.kill(terminal.program_pid(), signal.SIGKILL)
    terminal.wait_for("left with 137")
    assert psutil.pid_exists(worker)

    again = terminals()
    again.wait_for("You were in Opening Recap")
    again.type("Enter", "2")
    deadline = time.monotonic() + 120
    while again.wait_for("  3.5   256x256 Euler").count(" ok") < 3:  # the last may still be in work
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_dropped_connection_saves_what_was_typed(terminals, home):
    terminal = terminals()
    begin(terminal)
    terminal.type("2")
    terminal.wait_for("Image quality assessment")
    terminal.type("Enter", "Tab")
    terminal.write("typed just before the line dropped")
    terminal.wait_for("line dropped")
    program = psutil.Process(terminal.program_pid())
    terminal.close()
    program.wait(60)
    profile = home / "data/profiles/ada/optimization-profile.toml"
    assert tomllib.loads(profile.read_text())["observations"][0]["answer"] == "typed just before the line dropped"


@pytest.mark.parametrize("term", ["xterm-256color", "screen", "vt100"])
def test_every_mode_and_size_is_shown_and_nothing_stays_on_the_screen(terminals, home, term):
    terminal = terminals(term=term)
    begin(terminal)
    for key, text in (("2", "Notable differences"), ("3", "2 min ago"), ("4", "Symptoms"), ("5", "What is there")):
        terminal.type(key)
        terminal.wait_for(text)
    terminal.type("1")
    terminal.wait_for("▶ Opening Recap")
    for width, height in ((200, 60), (40, 10), (61, 21), (40, 10)):
        terminal.resize(width, height)
        time.sleep(0.3)
    terminal.wait_for("60x20 needed.")
    assert terminal.screen.split() == ["60x20", "needed.", "workshop-tui", "class", "--plain"]
    terminal.resize(80, 24)
    assert "Quick review of basic concepts" in terminal.wait_for("▶ Opening Recap")
    terminal.type("q")
    told = "".join(terminal.wait_for("left with 0").split())
    assert told == f"Hand-in:{home}/data/profiles/adaleftwith0"


def test_a_terminal_that_cannot_show_it_is_told_so(terminals):
    terminals(size="40x10").wait_for("60x20 are the least")
    terminals(term="dumb").wait_for("TERM=dumb")
