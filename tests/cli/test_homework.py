"""`workshop-tui homework` as a person types it."""

import json
import signal

import pytest

from tests.cli import programs
from workshop_tui.cli import homework
from workshop_tui.generation.models import LAST_MODEL_KEY
from workshop_tui.notebook.store import Notebook


def listed(folder, lesson):
    done = programs.run(folder, "homework", "--lesson", str(lesson), "--json")
    return [(each["part"], each["pictures"]) for each in json.loads(done.stdout)["homework"]]


def test_it_makes_what_is_lacking_and_goes_on_where_it_stopped(folder, short_lesson):
    assert listed(folder, short_lesson) == [("steps", 2), ("fastest", 2), ("batch", 0)]
    first = programs.start(folder, "homework", "--lesson", str(short_lesson))
    while "steps/1 " not in (line := first.stdout.readline()):
        assert line
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)
    assert first.returncode == 130
    done = programs.run(folder, "homework", "--lesson", str(short_lesson), "--budget", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "steps/1 " not in done.stdout
    assert "fastest/3 " in done.stdout
    assert "Fits: " in done.stdout
    assert ("steps", 2) not in listed(folder, short_lesson)
    assert ("fastest", 2) not in listed(folder, short_lesson)


def test_it_is_made_with_the_model_of_the_class(run, mine):
    notebook = Notebook(mine.notebook, mine.pictures)
    notebook.keep(LAST_MODEL_KEY, "nobody/gone")
    notebook.close()
    code, _, err = run("homework", "--list")
    assert code == 2
    assert "nobody/gone" in err
    assert run("homework", "--list", "--model", "small-flux")[1].startswith("With practice model small-flux")


def test_with_a_shared_engine_limits_are_left_out_and_that_is_said(run, short_lesson, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_ENGINE", "/run/flux.sock")
    code, out, err = run("homework", "--lesson", short_lesson, "--list", "--model", "nobody/theirs")
    assert code == 0
    assert [line.split(":")[1].strip() for line in out.splitlines()[1:]] == ["Steps", "Fastest"]
    assert err == "Limits are left out: they are looked for on one's own machine, not on a shared engine.\n"
    file = short_lesson / "lesson.toml"
    head, _, limits = file.read_text().split("[[exercises]]")
    ladder = '{ id = "fastest", text = "Fastest", ladder = [1, 3] },'
    assert ladder in limits
    file.write_text(f"{head}[[exercises]]{limits.replace(ladder, '')}")
    code, out, err = run("homework", "--lesson", short_lesson)
    assert (code, out) == (0, "Nothing is lacking that the program can make by itself.\n")
    assert err.count("Limits are left out") == 1


def test_a_search_that_time_has_ended_is_said_to_be_left(run, mine, short_lesson, monkeypatch):
    monkeypatch.setattr(homework, "_made", lambda *_: 0)
    monkeypatch.setattr(homework, "search", lambda hunt, *_: setattr(hunt, "stopped", "budget"))
    code, out, _ = run("homework", "--lesson", short_lesson, "--budget", "1")
    assert code == 0
    assert out.endswith("Left for another time: Batch was not looked for to its end; the same command goes on.\n")
    assert "nothing is known" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--budget", "0"], "--budget: 0 is no number of minutes."),
        (["--lesson", "nowhere"], "nowhere"),
        (["--model", "nobody/nothing"], "nobody/nothing"),
    ],
)
def test_what_cannot_be_made_is_refused(run, mine, arguments, said):
    code, _, err = run("homework", *arguments)
    assert code == 2
    assert said in err
    assert not mine.log.exists()
