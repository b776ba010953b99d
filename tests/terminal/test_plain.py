"""Plain mode in a real terminal: what is told when asked, and how it is left."""

import os
import signal


def test_it_tells_how_far_pictures_are_stops_them_and_is_left(terminals):
    terminal = terminals("class", "--plain")
    terminal.wait_for("Enter begins the class")
    terminal.write("do 1")
    terminal.type("Enter")
    terminal.wait_for("1 Steps>")
    terminal.write("set size 256x256")
    terminal.type("Enter")
    terminal.type("Enter")
    terminal.wait_for("Enter says how far it is")
    terminal.type("Enter")
    terminal.wait_for("%: picture 1 of 3")
    terminal.write("stop")
    terminal.type("Enter")
    terminal.wait_for("3. Steps 50: cancelled.")
    terminal.write("quit")
    terminal.type("Enter")
    assert "Hand-in:" in terminal.wait_for("left with 0")


def test_ctrl_c_leaves_and_keeps_what_was_answered(terminals):
    terminal = terminals("class", "--plain")
    terminal.wait_for("Enter begins the class")
    terminal.write("note kept at once")
    terminal.type("Enter")
    terminal.wait_for("Kept, on Opening Recap.")
    terminal.write("half a li")
    os.kill(terminal.program_pid(), signal.SIGINT)
    terminal.wait_for("left with 130")
    again = terminals("class", "--plain")
    again.wait_for("Enter begins the class")
    again.write("note")
    again.type("Enter")
    again.wait_for("kept at once")


def test_a_terminal_that_can_do_nothing_is_told_of_it(terminals):
    terminal = terminals("class", term="dumb")
    shown = terminal.wait_for("left with 2")
    assert "workshop-tui class --plain" in " ".join(shown.split())
