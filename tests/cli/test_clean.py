"""`clean`: what is kept, and what goes when it is named. Real workers, real files, a real terminal to be asked in."""

import asyncio
import fcntl
import io
import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest
from PIL import Image

from workshop_tui.engine.listen import hold
from workshop_tui.files import private_folder
from workshop_tui.generation.link import attach
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.spool import Spool, Waiting
from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.notebook.entries import Check
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths

LESSON = "flux-deep-dive"


@pytest.fixture
def settled(mine, make_run, home):
    """Ada has a cited run and a loose one with pictures, a hand-in, a log, a model in the cache."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64), (9, 99, 199)).save(file, "PNG")
    notebook = Notebook(mine.notebook, mine.pictures)
    cited, loose = (notebook.add_run(make_run(), file.getvalue()) for _ in "ab")
    notebook.set_check(LESSON, Check("slow", "solved", "", cited.run_id))
    notebook.close()
    for path in (mine.hand_in / "optimization-profile.toml", mine.log, home / "cache/models/small-flux-1/m.bin"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x" * 5000)
    return cited, loose


@pytest.fixture
def worker(mine):
    """Start ada's worker; return its process id."""

    def start():
        async def started():
            link = await attach(mine, find_paths().cache)
            link.close()
            return link.welcome.pid

        return asyncio.run(started())

    yield start
    if pid := worker_pid(mine.root):
        os.kill(pid, signal.SIGKILL)


def typed(answers, *arguments, meanwhile=None):
    """Run the command with a terminal for its input; return exit code, stdout and stderr.

    `meanwhile` is called when the first question stands there; stderr begins after that then.
    """
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "workshop_tui", "clean", *arguments]
    process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    if meanwhile:
        seen = ""
        while "[y/N]" not in seen:
            letter = process.stderr.read(1)
            assert letter, seen
            seen += letter
        meanwhile()
    os.write(ours, answers.encode())
    out, err = process.communicate(timeout=60)
    os.close(ours)
    return process.returncode, out, err


def everything(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_without_an_option_all_is_listed_and_nothing_removed(run, settled, home):
    before = everything(home)
    code, out, err = run("clean")
    assert (code, err) == (0, "")
    for words in (
        "ada: 1 picture, no evidence  [--pictures]",
        "ada: 1 picture, evidence in the hand-in  [--all]",
        "ada: notebook, answers and settings  [--all]",
        "practice model small-flux-1  [--caches]",
        "ada: the worker's log  [--logs]",
        "[--all, asks for it by name]",
        "in all. In [ ]: what removes it.",
    ):
        assert words in out
    assert everything(home) == before
    kept = json.loads(run("clean", "--json")[1])["kept"]
    assert [one["bytes"] for one in kept] == sorted((one["bytes"] for one in kept), reverse=True)


def test_a_dry_run_lists_what_would_go_and_removes_nothing(run, settled, home):
    before = everything(home)
    out = run("clean", "--pictures", "--caches", "--dry-run")[1]
    assert len(out.splitlines()) == 3
    assert "would go; nothing was removed." in out
    run("clean", "--all", "--dry-run")
    assert everything(home) == before


def test_only_pictures_without_evidence_go_and_their_runs_stay(run, settled, mine):
    cited, loose = settled
    orphan = mine.pictures / "nobody.png"
    orphan.write_bytes(b"old")
    old = time.time() - 3600
    os.utime(orphan, (old, old))
    (mine.pictures / "young.png").write_bytes(b"its run is written down in a moment")
    code, _, _ = run("clean", "--pictures", "--yes")
    assert code == 0
    assert sorted(file.name for file in mine.pictures.iterdir()) == sorted([cited.picture, "young.png"])
    assert f"{loose.run_id[:8]}" in run("runs", "list")[1]
    assert ", gone" in run("runs", "list")[1]


def test_a_worker_that_is_just_leaving_is_waited_for(run, settled, mine):
    private_folder(mine.socket.parent)
    with mine.socket.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        leaving = threading.Timer(0.5, lambda: fcntl.flock(lock, fcntl.LOCK_UN))
        leaving.start()
        assert run("clean", "--all", "--yes")[0] == 0
        leaving.join()
    assert not mine.root.exists()


def test_models_that_lie_elsewhere_lose_only_the_link(run, settled, home, tmp_path):
    models = home / "cache/models"
    models.rename(tmp_path / "shared")
    models.symlink_to(tmp_path / "shared")
    assert run("clean", "--caches", "--yes")[0] == 0
    assert (tmp_path / "shared/small-flux-1/m.bin").is_file()
    assert not models.is_symlink()


def test_json_is_json_also_where_nothing_is_left_and_where_somebody_is_asked(run, settled):
    code, out, err = typed("y\n", "--pictures", "--json")
    assert code == 0
    assert [one["kind"] for one in json.loads(out)["removed"]] == ["pictures"]
    assert "1 picture, no evidence" in err
    code, out, err = run("clean", "--pictures", "--yes", "--json")
    assert (code, json.loads(out), err) == (0, {"removed": [], "left": []}, "")


def test_caches_and_logs_go_alone(run, settled, home, mine):
    assert run("clean", "--caches", "--logs", "--yes")[0] == 0
    left = everything(home)
    assert not any("cache" in path or path.startswith("log") for path in left)
    assert any(path.endswith("notebook.sqlite3") for path in left)
    assert mine.hand_in.is_dir()


def test_nothing_goes_where_nobody_can_be_asked_or_the_answer_is_no(run, settled, home):
    before = everything(home)
    code, _, err = run("clean", "--pictures")
    assert (code, "--yes" in err) == (2, True)
    code, _, err = typed("n\n", "--all")
    assert (code, "Stopped." in err) == (130, True)
    assert everything(home) == before


def test_all_stops_the_worker_first_and_asks_for_the_hand_in_by_name(settled, worker, mine, home):
    pid = worker()
    code, out, err = typed("y\ny\n", "--all")
    assert (code, "of the disk freed" in out) == (0, True)
    assert f"Remove the hand-in {mine.hand_in} too?" in err
    assert not psutil.pid_exists(pid)
    assert everything(home) == []
    assert not mine.root.exists()
    assert not mine.socket.exists()
    assert not mine.socket.with_suffix(".lock").exists()


@pytest.mark.parametrize("agreed", [True, False])
def test_hand_ins_stay_unless_they_are_agreed_to_by_name(run, settled, mine, agreed):
    code, _, err = run("clean", "--all", "--yes") if agreed else typed("y\nn\n", "--all")
    assert code == 0
    assert f"Kept: hand-in {mine.hand_in}" in err
    assert (mine.hand_in / "optimization-profile.toml").is_file()
    assert not mine.root.exists()


def test_of_a_folder_that_holds_more_only_the_hand_in_goes(settled, mine):
    (mine.hand_in / "thesis").mkdir()
    (mine.hand_in / "thesis" / "chapter-1.md").write_text("mine")
    (mine.hand_in / "runs.csv").write_text("")
    assert typed("y\ny\n", "--all")[0] == 0
    assert everything(mine.hand_in) == ["thesis/chapter-1.md"]


def test_the_report_and_what_it_shows_go_with_the_hand_in(run, settled, mine):
    (mine.hand_in / "optimization-profile.toml").unlink()
    assert run("profile", "export")[0] == 0
    assert {"pictures", "report.html", "report.md"} <= {path.name for path in mine.hand_in.iterdir()}
    (mine.hand_in / "pictures" / "cat.png").write_text("mine")
    assert typed("y\ny\n", "--all")[0] == 0
    assert everything(mine.hand_in) == ["pictures/cat.png"]


def test_a_folder_without_a_hand_in_is_none(run, settled, mine):
    (mine.hand_in / "optimization-profile.toml").rename(mine.hand_in / "notes.txt")
    (mine.hand_in / "report.md").write_text("of a thesis")
    assert "hand-in /" not in run("clean")[1]


def test_a_class_that_is_open_is_left_alone(run, settled, mine, home):
    notebook = Notebook(mine.notebook, mine.pictures)
    notebook.claim("a terminal")
    before = everything(home)
    code, _, err = run("clean", "--all", "--yes")
    notebook.close()
    assert (code, f"process {os.getpid()}" in err) == (2, True)
    assert everything(home) == before


def test_a_class_that_is_opened_at_the_question_is_left_alone(settled, mine, home):
    notebook = Notebook(mine.notebook, mine.pictures)
    before = everything(home)
    code, out, err = typed("y\nn\n", "--all", meanwhile=lambda: notebook.claim("a terminal"))
    notebook.close()
    assert (code, "Done" in out, f"process {os.getpid()}" in err) == (2, False, True)
    assert everything(home) == before


def test_a_log_stays_while_its_worker_runs_and_the_worker_ends_when_asked(run, settled, worker, mine):
    pid = worker()
    assert f"ada: worker {pid} (memory)  [--workers]" in run("clean")[1]
    code, _, err = run("clean", "--logs", "--yes")
    assert (code, "Kept: the log of ada's worker" in err) == (0, True)
    assert mine.log.is_file()
    assert run("clean", "--workers", "--yes")[0] == 0
    assert not psutil.pid_exists(pid)
    assert mine.notebook.is_file()


def test_another_learners_things_stay_unless_everyone_is_meant(run, settled, make_run):
    grace = find_paths().learner("grace")
    Notebook(grace.notebook, grace.pictures).close()
    assert "grace: notebook" in run("clean")[1]
    assert run("clean", "--all", "--yes")[0] == 0
    assert grace.notebook.is_file()
    assert run("clean", "--all", "--everyone", "--yes")[0] == 0
    assert not grace.root.exists()
    assert run("clean", "--everyone", "--learner", "ada")[0] == 2


def test_a_damaged_notebook_keeps_its_pictures_and_can_be_removed(run, settled, mine):
    mine.notebook.write_bytes(b"no database" * 100)
    assert "2 pictures, which stay because the notebook cannot be read" in run("clean")[1]
    assert "nothing of that kind" in run("clean", "--pictures", "--yes")[1]
    assert len(list(mine.pictures.iterdir())) == 2
    assert run("clean", "--all", "--yes")[0] == 0
    assert not mine.root.exists()


def test_where_nothing_was_ever_kept_nothing_is_made(run, home):
    code, out, _ = run("clean")
    assert (code, out.splitlines()[0]) == (0, "0 kB in all. In [ ]: what removes it.")
    assert not home.exists()


def test_what_stays_on_purpose_is_said_with_its_place(run, settled, mine, home, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    lesson, settings = home / "data/lessons/mine/lesson.toml", home / "config/config.toml"
    for file in (lesson, settings, tmp_path / "hub/models--a--b/refs/main"):
        file.parent.mkdir(parents=True)
        file.write_text("")
    places = [str(lesson.parent.parent), str(settings), str(tmp_path / "hub")]
    assert all(place in run("clean")[1].partition("Left on purpose")[2] for place in places)
    left = json.loads(run("clean", "--all", "--yes", "--json")[1])["left"]
    assert [one["path"] for one in left] == [str(mine.hand_in), *places]
    assert all(os.path.exists(place) for place in places)
    out = run("clean", "--all", "--yes")[1]
    assert f"  hand-in        {mine.hand_in}" in out.partition("Left on purpose:")[2]


def test_a_hand_in_that_was_left_is_still_listed_with_those_of_further_lessons(run, settled, mine, home):
    further = mine.hand_in / "further-lesson"
    further.mkdir()
    for name in ("optimization-profile.toml", "troubleshooting-checklist.toml", "runs.csv", "sheet-steps.png"):
        (further / name).write_text("x" * 5000)
    assert run("clean", "--all", "--yes")[0] == 0
    (home / "data/profiles/presets").mkdir()
    listed = json.loads(run("clean", "--json")[1])["kept"]
    assert [(one["learner"], one["kind"], one["bytes"]) for one in listed] == [(mine.hand_in.name, "hand-in", 25000)]
    assert typed("y\ny\n", "--all")[0] == 0
    assert everything(home) == []


def test_no_empty_folder_is_left(settled, mine, home):
    assert typed("y\ny\n", "--all")[0] == 0
    assert list(home.iterdir()) == []


def test_all_accounts_are_for_root_and_for_workers_alone(run, monkeypatch):
    code, _, err = run("clean", "--all-accounts", "--all")
    assert code == 2
    assert "workers alone" in err
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert run("clean", "--all-accounts", "--workers")[0] == 2


def test_what_a_shared_engine_left_is_listed_and_goes_with_everyone_alone(run, home):
    left, log = home / "data" / "engines" / "abc", home / "log" / "engine-abc.log"
    ben = left / "learners" / "ben"
    ben.mkdir(parents=True)
    left.chmod(0o700)
    item = Item("a" * 32, Settings("a lighthouse", 4))
    Spool(ben / "spool").save_queue([Waiting(item, "job", "small-flux", "", time.time())])
    log.parent.mkdir(parents=True)
    log.write_text("x")
    named = "line and pictures of a shared engine, abc; 0 pictures not fetched yet, 1 in line"
    assert f"{named}  [--all --everyone]" in run("clean")[1]
    held = hold(left)
    assert "shared engine" not in run("clean")[1]
    os.close(held)
    before = everything(home)
    code, out, _ = run("clean", "--all", "--learner", "frank", "--yes")
    assert (code, "line and pictures" in out) == (0, False)
    assert [f"  shared engine  {path}" in out.partition("Left on purpose:")[2] for path in (left, log)] == [True, True]
    assert everything(home) == before
    code, out, _ = run("clean", "--all", "--everyone", "--yes")
    assert (code, named in out) == (0, True)
    assert everything(home) == []


def test_the_logs_of_shared_engines_are_logs_but_for_one_that_runs(run, home):
    logs = [home / "log" / f"engine-{name}" for name in ("abc.log", "abc.old.log", "def.log")]
    logs[0].parent.mkdir(parents=True)
    for log in logs:
        log.write_text("x")
    held = hold(home / "data" / "engines" / "def")
    out = run("clean")[1]
    said = [f"the log of a shared engine, {log.name}  [--logs --everyone]" in out for log in logs]
    assert said == [True, True, False]
    assert "nothing of that kind" in run("clean", "--logs", "--yes")[1]
    assert run("clean", "--logs", "--everyone", "--yes")[0] == 0
    assert [log.exists() for log in logs] == [False, False, True]
    os.close(held)
    found = []
    code, _, err = typed(
        "y\n", "--logs", "--everyone", meanwhile=lambda: found.append(hold(home / "data" / "engines" / "def"))
    )
    os.close(*found)
    assert (code, "Kept: the log of a shared engine, engine-def.log, which runs." in err) == (0, True)
    assert logs[2].exists()
