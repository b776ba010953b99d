"""`limits` as a person types it, with a real worker under a real cap."""

import json
import signal

import pytest

from tests.cli import programs
from tests.cli.programs import SMALL

CAPPED = [*SMALL, "--steps", "2", "--cap", "0.1"]


def listed(folder):
    return json.loads(programs.run(folder, "runs", "list", "--exercise", "limits", "--json").stdout)["runs"]


def test_the_largest_size_is_found_and_only_the_whole_run_keeps_its_picture(folder):
    done = programs.run(folder, "limits", "--max-size", *CAPPED, "--budget", "1.5", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["kind"], found["cap_gib"], found["fits"]) == (0, "max-size", 0.1, True), found
    tries = found["probes"]
    assert tries[0]["value"] == 448  # by plan, nothing in tiles
    fitting = [each["value"] for each in tries if each["fits"]]
    assert fitting
    assert found["size"] in {f"{side}x{side}" for side in fitting}
    assert min(each["value"] for each in tries if not each["fits"]) > min(fitting)
    whole = [each for each in tries if each["run_id"] == found["confirmed"]]
    assert [(each["steps"], each["fits"]) for each in whole] == [(2, True)]
    runs = listed(folder)
    assert len(runs) == len(tries)
    assert [run["run_id"] for run in runs if run["picture"]] == [found["confirmed"]]
    rows = programs.run(folder, "runs", "list", "--exercise", "limits").stdout
    assert rows.count("limits, a try") == sum(each["steps"] == 1 for each in tries)


def test_the_largest_batch_is_said_in_lines_of_80_columns(folder):
    done = programs.run(folder, "limits", "--max-batch", *CAPPED, "--budget", "1.5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The largest batch at 128x128 of small-flux (built in) that fits." in done.stdout
    assert "memory is limited to 0.1 GiB" in done.stdout
    assert " at a time (confirmed by run " in done.stdout
    assert "a whole run" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_when_the_time_is_over_before_anything_is_known_it_says_so(folder):
    done = programs.run(folder, "limits", "--max-size", *CAPPED, "--budget", "0.001")
    assert done.returncode == 1
    assert "(--budget gives more)" in done.stdout
    assert "No try has ended: nothing is known yet." in done.stdout


def test_stopped_by_ctrl_c_it_says_what_is_known_so_far(folder):
    search = programs.start(folder, "limits", "--max-batch", *SMALL, "--steps", "60")
    while "fits   " not in (line := search.stdout.readline()):
        assert line
    search.send_signal(signal.SIGINT)
    out, err = search.communicate(timeout=60)
    assert search.returncode == 130, out + err
    assert "Stopped." in out
    assert "Fits: " in out
    assert "no whole run confirms it" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "limits: say what to find."),
        (["--max-size", "--max-batch"], "limits: say what to find: not both at once."),
        (["--max-size", "--budget", "0"], "--budget: 0 is no number of minutes."),
        (["--max-size", "--budget", "nan"], "--budget: nan is no number of minutes."),
        (["--max-size", "--cap", "0"], "--cap: 0 is no amount of memory."),
        (["--max-size", "--cap", "inf"], "--cap: inf is no amount of memory."),
        (["--max-batch", "--batch", "3"], "--batch: 3 has no effect"),
        (["--max-batch", "--size", "100x100"], "100x100"),
        (["--max-batch", "--steps", "0"], "steps: 0 is out of range"),
        (["--max-size", "--model", "nobody/nothing"], "model: "),
        (["--max-size", "--engine", "/tmp/engine.sock"], "A shared engine's memory is not yours to fill."),
    ],
)
def test_what_cannot_be_looked_for_is_refused_before_a_worker_starts(run, mine, arguments, said):
    code, out, err = run("limits", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not mine.log.exists()
