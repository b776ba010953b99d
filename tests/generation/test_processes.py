"""All workers and engines of a machine: which processes count, and which do not."""

import subprocess
import sys

import pytest

from workshop_tui.cli.keeping import of_others
from workshop_tui.generation.ending import end_process
from workshop_tui.generation.processes import _after, kind_of, running

WORKER = ["python", "-P", "-m", "workshop_tui.worker", "--state", "/home/ada/learners/ada", "--socket", "/tmp/s"]


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (WORKER, "worker"),
        (["python", "-P", "-m", "workshop_tui.worker", "--help"], None),
        (["python", "/opt/bin/workshop-tui", "class", "serve", "--group", "students"], "engine"),
        (["python", "-m", "workshop_tui", "class", "serve"], "engine"),
        (["python", "/opt/bin/workshop-tui", "class", "status"], None),
        (["vim", "class", "serve"], None),
        ([], None),
    ],
)
def test_a_command_line_tells_what_a_process_is(command, kind):
    assert kind_of(command) == kind


@pytest.fixture
def looks_like_a_worker(tmp_path):
    """A process with a worker's command line, which only sleeps."""
    folder = tmp_path / "learners" / "eve"
    sleeps = "import time; time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", sleeps, "workshop_tui.worker", "--state", str(folder)])
    yield folder, process
    process.kill()
    process.wait()


async def test_workers_are_found_whoever_runs_them_and_ended_by_their_process(looks_like_a_worker):
    folder, process = looks_like_a_worker
    found = next(each for each in running() if each.pid == process.pid)
    assert (found.kind, found.folder) == ("worker", str(folder))
    assert found.rss_mib > 0
    assert process.pid in [each.pid for each in of_others([])]
    assert await end_process(process.pid) == "stopped"
    assert process.wait(5) != 0
    assert process.pid not in [each.pid for each in running()]


@pytest.mark.parametrize("words", [["--socket", "/run/x"], ["--socket=/run/x"]])
def test_an_option_is_found_in_both_forms(words):
    assert _after(["workshop-tui", "class", "serve", *words], "--socket") == "/run/x"
