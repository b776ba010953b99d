"""`generate` and `sweep` while the worker is paused: they say so, and go on when it does."""

import subprocess

import pytest

from tests.cli.programs import SMALL, run, start

SAID = "The worker is paused: workshop-tui worker resume goes on.\n"


@pytest.fixture
def paused(folder):
    run(folder, "generate", "a lighthouse", *SMALL, "--steps", "1")
    assert "The worker is paused." in run(folder, "worker", "pause").stdout
    yield
    run(folder, "worker", "resume")


@pytest.mark.parametrize("arguments", [["generate"], ["sweep", "--vary", "steps=1,2"]], ids=["generate", "sweep"])
def test_it_is_said_once_and_the_pictures_come_after_it(folder, tmp_path, paused, arguments):
    out = ["--out", str(tmp_path / ("sheet" if arguments[0] == "sweep" else "picture.png"))]
    waiting = start(folder, *arguments, "a lighthouse", *SMALL, *out)
    said = ""
    while SAID not in said and (line := waiting.stderr.readline()):
        said += line
    with pytest.raises(subprocess.TimeoutExpired):  # some heartbeats later nothing more is said, and nothing made
        waiting.wait(3)
    assert "The worker goes on." in run(folder, "worker", "resume").stdout
    out, err = waiting.communicate(timeout=120)
    assert waiting.returncode == 0
    assert (said + err).count(SAID) == 1
    assert ".png" in out
