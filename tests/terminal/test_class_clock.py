"""Two learners' apps in tmux, in a class that shares an engine, follow the instructor's clock."""

import subprocess
import sys
from pathlib import Path

from tests.engine.test_class_process import served  # noqa: F401

PROGRAM = Path(sys.executable).with_name("workshop-tui")


def test_two_apps_follow_the_class_clock_and_a_third_does_not(terminals, served):  # noqa: F811
    engine = ("class", "--engine", str(served.socket), "--model", "small-flux", "--learner")
    apps = [terminals(*engine, name) for name in ("ada", "bob", "eve")]
    for app, choice in zip(apps, ("Share, and follow", "Share, and follow", "Neither"), strict=True):
        app.wait_for("Begin, or go on")
        app.type("Enter")
        app.wait_for("May the instructor see")
        if choice == "Neither":
            app.type("Down", "Down", "Down")
        app.type("Enter")
    assert "section 4, running" in served.run("clock", "section", "4").stdout
    for app in apps[:2]:
        app.wait_for("▶ Break")
    assert "paused" in served.run("clock", "pause").stdout
    for app in apps[:2]:
        app.wait_for("PAUSED")
    assert "▶ Opening Recap" in apps[2].screen
    told = served.run("status").stdout
    assert "ada" in told
    assert "eve" in told
    teacher = terminals(*engine, "grace", "--instructor")
    teacher.wait_for("Begin, or go on")
    teacher.type("Enter", "6")
    shown = teacher.wait_for("4 Break")
    assert "not shared" in next(line for line in shown.splitlines() if line.strip().startswith("eve"))
    teacher.type("Space")
    for app in apps[:2]:
        app.wait_for("ends")
    outsider = subprocess.run(
        [PROGRAM, "class", "clock", "start", "--socket", "/nowhere"], capture_output=True, text=True, timeout=60
    )
    assert outsider.returncode == 2
