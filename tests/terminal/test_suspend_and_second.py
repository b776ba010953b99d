"""What a terminal does around the program: stopping it, and a second one of the same learner."""

import os
import signal
import time
import tomllib

import psutil

from tests.terminal.test_learner import begin


def stop(process):
    """Stop a program as a shell's `kill -TSTP` does; again where the signal came while it was still opening."""
    deadline = time.monotonic() + 30
    while process.status() != psutil.STATUS_STOPPED:
        assert time.monotonic() < deadline
        process.send_signal(signal.SIGTSTP)
        time.sleep(1)


def test_ctrl_z_is_no_way_out_and_a_stopped_program_goes_on_where_it_was(terminals):
    terminal = terminals()
    begin(terminal)
    terminal.type("C-z", "n")
    terminal.wait_for("▶ Part 1")
    process = psutil.Process(terminal.program_pid())
    stop(process)
    process.send_signal(signal.SIGCONT)
    terminal.type("2")
    terminal.wait_for("Exercise 1: Parameter Experimentation")
    terminal.type("1")
    terminal.wait_for("▶ Part 1")
    terminal.type("q")
    terminal.wait_for("left with 0")


def test_sigterm_restores_the_screen_and_keeps_what_was_typed(terminals, home):
    terminal = terminals()
    begin(terminal)
    terminal.type("o")
    terminal.wait_for("Note: Opening Recap")
    terminal.write("typed just before")
    terminal.wait_for("just before")
    os.kill(terminal.program_pid(), signal.SIGTERM)
    screen = terminal.wait_for("left with 143")
    assert "Note: Opening Recap" not in screen
    profile = tomllib.loads((home / "data/profiles/ada/optimization-profile.toml").read_text())
    assert profile["notes"] == {"recap": "typed just before"}


def test_a_second_terminal_reads_and_takes_over(terminals, home):
    first = terminals()
    begin(first)
    second = terminals()
    second.wait_for("You were in Opening Recap")
    second.type("Enter")
    second.wait_for("READ ONLY")
    first.type("o")
    first.write("of the first")
    second.wait_for("of the first")
    first.type("Escape")
    second.type("T")
    second.wait_for("This terminal writes now")
    second.type("o")
    second.wait_for("saved as you type")
    second.write(", then of the second")
    first.wait_for("READ ONLY", 90)
    first.wait_for("then of the second")
    second.type("Escape", "q")
    second.wait_for("left with 0")
    first.type("q")
    first.wait_for("left with 0")
    profile = tomllib.loads((home / "data/profiles/ada/optimization-profile.toml").read_text())
    assert profile["notes"] == {"recap": "of the first, then of the second"}


def test_keys_that_come_before_the_class_is_open_wait_for_its_card(terminals):
    terminal = terminals()
    for _ in range(20):  # through all of its opening
        terminal.type("o", "2", "5")
        time.sleep(0.05)
    terminal.wait_for("Begin, or go on")
    terminal.type("Enter")
    terminal.wait_for("▶ Opening Recap")
    terminal.type("2")
    terminal.wait_for("Exercise 1: Parameter Experimentation")
