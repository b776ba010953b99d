"""`runs`: what was made, from the command line."""

import csv
import io
import json
import re
import shutil
import time
import tomllib

import pytest
from PIL import Image

from workshop_tui.generation.contact_sheet import runs_on
from workshop_tui.generation.record import Rework
from workshop_tui.generation.spool import Spool
from workshop_tui.generation.usage import Course, Energy, GpuUse, Mark, Usage
from workshop_tui.notebook.entries import Check, Observation
from workshop_tui.notebook.store import Notebook

LESSON = "flux-deep-dive"
PROFILE = "optimization-profile.toml"


@pytest.fixture(autouse=True)
def at_the_machine(monkeypatch):
    for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def notebook(mine):
    opened = Notebook(mine.notebook, mine.pictures)
    yield opened
    opened.close()


@pytest.fixture
def add(notebook, make_run):
    """Add runs with real pictures to ada's notebook."""

    def one(*arguments, **changes):
        file = io.BytesIO()
        Image.new("RGB", (32, 32), (9, 99, 199)).save(file, "PNG")
        made = changes.get("outcome", "ok") == "ok"
        return notebook.add_run(make_run(*arguments, **changes), file.getvalue() if made else b"")

    return one


# list


def test_a_run_cancelled_in_line_stands_below_what_became_of_it(run, add):
    made = add(outcome="cancelled", model=None)
    out = run("runs", "list")[1]
    assert out.splitlines()[0] == "cancelled before it began; flux-deep-dive"
    assert "no model loaded" not in out
    assert "Model     none loaded" in run("runs", "show", made.run_id)[1]


def test_the_newest_comes_first_below_its_model(run, add, dev_model):
    old = add()
    new = add("", "", lesson="", model=dev_model, num_inference_steps=28)
    failed = add(sweep="guidance", outcome="out-of-memory", reason="CUDA")
    code, out, err = run("runs", "list")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "practice model small-flux (built in); flux-deep-dive"
    assert lines[1].split()[0] == failed.run_id[:8]
    assert lines[1].endswith("out-of-memory")
    assert lines[2] == "FLUX.1 [dev], black-forest-labs/FLUX.1-dev"
    assert lines[3].split()[0] == new.run_id[:8]
    assert "by command" in lines[3]
    assert lines[4] == lines[0]
    assert lines[5].split()[0] == old.run_id[:8]
    assert "10 st g3.5    512x512 euler   3.0 s" in lines[5]
    assert max(map(len, lines)) <= 80


def test_a_list_is_one_screenful_unless_more_is_asked_for(run, add):
    for _ in range(23):
        add()
    lines = run("runs", "list")[1].splitlines()
    assert lines[-1] == "20 of 23 runs of all lessons and commands; --limit 0 lists all."
    assert len(lines) == 22
    assert len(run("runs", "list", "--limit", "0")[1].splitlines()) == 24
    assert len(run("runs", "list", "--limit", "2")[1].splitlines()) == 4
    assert len(json.loads(run("runs", "list", "--json")[1])["runs"]) == 23


def test_filters_json_and_csv(run, add):
    add("parameters", "steps")
    wanted = add("prompts", "basic", prompt="=1+1")
    found = json.loads(run("runs", "list", "--exercise", "prompts", "--json")[1])
    assert found["total"] == 1
    assert found["runs"][0]["run_id"] == wanted.run_id
    assert (found["runs"][0]["exercise"], found["runs"][0]["picture_gone"]) == ("prompts", False)
    [row] = csv.DictReader(io.StringIO(run("runs", "list", "--exercise", "prompts", "--csv")[1]))
    assert (row["run_id"], row["prompt"], row["practice"], row["lesson"]) == (wanted.run_id, "'=1+1", "true", LESSON)
    assert "No such runs" in run("runs", "list", "--lesson", "other")[1]
    assert run("runs", "list", "--csv", "--json")[0] == 2


# show and open


def test_everything_of_a_run_is_shown(run, add, monkeypatch, mine):
    made = add(rework=Rework("refined", "ab" * 16, 0.35), prompt="a \x1b[31mlighthouse")
    monkeypatch.setenv("WORKSHOP_TUI_CONNECT", "ada@gpu:2222")
    code, out, _ = run("runs", "show", made.run_id[:6])
    assert code == 0
    for words in (
        made.run_id,
        "refined of abababab",
        "Strength  0.35",
        "a practice model: its figures say nothing about FLUX.1",
        "512x512, 10 steps, guidance 3.5, euler, seed 42; 10 forwards",
        "2.95: encode 0.20, denoise 2.25, decode 0.50",
        "host peak 812 MiB",
        "AMD EPYC: cpu, float32",
        "torch 2.13.0",
        f"Picture   {mine.pictures / made.picture}",
        f"scp -P 2222 ada@gpu:{mine.pictures / made.picture} .",
    ):
        assert words in out
    assert "\x1b" not in out


def test_one_step_is_one_forward(run, add):
    made = add(num_inference_steps=1)
    assert "1 step, guidance 3.5, euler, seed 42; 1 forward\n" in run("runs", "show", made.run_id)[1]


def test_a_picture_that_was_deleted_is_gone_everywhere(run, add, mine):
    made = add()
    (mine.pictures / made.picture).unlink()
    assert run("runs", "list")[1].splitlines()[1].endswith("3.0 s, gone")
    code, out, err = run("runs", "show", made.run_id)
    assert (code, err) == (0, "")
    assert f"Picture   is gone: {mine.pictures / made.picture}" in out
    assert json.loads(run("runs", "show", made.run_id, "--json")[1])["picture_gone"] is True
    code, out, err = run("runs", "open", made.run_id)
    assert (code, out) == (2, "")
    assert "The picture is gone" in err
    assert run("runs", "delete", "--yes", made.run_id)[0] == 0


def test_unknown_and_ambiguous_ids_are_told(run, add):
    for number in (0xAB, 0xAC):
        add(run_id=f"{number:032x}")
    code, _, err = run("runs", "show", "0000")
    assert code == 2
    assert f"{0xAB:032x}"[:12] in err
    code, _, err = run("runs", "show", "ffff")
    assert (code, "runs list" in err) == (2, True)


def test_without_a_desktop_path_and_line_are_printed(run, add, mine, monkeypatch):
    made = add()
    out = run("runs", "open", made.run_id)[1]
    assert out.startswith(str(mine.pictures / made.picture))
    assert "scp HOST:" in out
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 5 192.0.2.2 22")
    assert "scp HOST:" in run("runs", "open", made.run_id)[1]


def test_with_a_desktop_its_viewer_gets_the_file(run, add, mine, tmp_path, monkeypatch):
    made = add()
    viewer = tmp_path / "bin" / "xdg-open"
    viewer.parent.mkdir()
    viewer.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/seen.part && mv {tmp_path}/seen.part {tmp_path}/seen\n')
    viewer.chmod(0o755)
    monkeypatch.setenv("PATH", str(viewer.parent), prepend=":")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("sys.platform", "linux")
    assert run("runs", "open", made.run_id)[:2] == (0, "")
    for _ in range(3000):
        if (tmp_path / "seen").exists():
            break
        time.sleep(0.02)
    assert (tmp_path / "seen").read_text().strip() == str(mine.pictures / made.picture)
    viewer.unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "scp HOST:" in run("runs", "open", made.run_id)[1]


def test_a_run_without_a_picture_cannot_be_opened(run, add):
    made = add(outcome="out-of-memory", reason="CUDA out of memory")
    code, _, err = run("runs", "open", made.run_id)
    assert code == 2
    assert "has no picture: out-of-memory." in err


# delete


def test_runs_are_deleted_with_pictures_and_stay_so(run, add, mine, notebook, make_run):
    kept, gone, late = add(), add(), add()
    Spool(mine.spool).add(late, b"png")
    code, out, _ = run("runs", "delete", "--yes", gone.run_id[:10], late.run_id, gone.run_id)
    assert (code, out) == (0, "2 runs deleted.\n")
    assert notebook.runs() == [kept]
    assert [file.name for file in mine.pictures.iterdir()] == [kept.picture]
    assert list(Spool(mine.spool).runs()) == []


def test_what_is_deleted_is_on_no_sheet_of_the_hand_in(run, add, mine):
    made = [add(num_inference_steps=steps) for steps in (10, 25, 50)]
    sheet = mine.hand_in / "sheet-parameters-steps.png"
    assert run("profile", "export")[0] == 0
    assert runs_on(sheet) == [one.run_id for one in made]
    assert run("runs", "delete", "--yes", made[2].run_id)[0] == 0
    assert runs_on(sheet) == [one.run_id for one in made[:2]]
    assert run("runs", "delete", "--yes", made[1].run_id)[0] == 0
    assert not sheet.exists()


def test_what_is_deleted_is_in_no_report_either(run, add, mine, notebook):
    kept, gone = add(num_inference_steps=10), add(num_inference_steps=25)
    notebook.set_check(LESSON, Check("slow", "solved", "", gone.run_id))
    notebook.set_check(LESSON, Check("out-of-memory", "solved", "", kept.run_id))
    run("profile", "export")
    pictures = mine.hand_in / "pictures"
    assert {path.stem for path in pictures.iterdir()} == {kept.run_id[:12], gone.run_id[:12]}
    assert gone.run_id[:12] in (mine.hand_in / "report.md").read_text()
    assert run("runs", "delete", gone.run_id, "--yes", "--force")[0] == 0
    assert {path.stem for path in pictures.iterdir()} == {kept.run_id[:12]}
    for name in ("report.md", "report.html"):
        text = (mine.hand_in / name).read_text()
        assert kept.run_id[:12] in text
        assert gone.run_id[:12] not in text


def test_what_is_deleted_is_in_no_lesson_s_hand_in_whichever_came_last(run, add, mine):
    second = "flux-creative-control"
    made = [add(), add("phrases", "growing", lesson=second), add("phrases", "growing", lesson=second, seed=4)]
    for lesson in (LESSON, second):
        assert run("checklist", "add", "Something", "--lesson", lesson)[0] == 0

    def measured():
        return [
            [run["run_id"] for run in tomllib.loads((place / PROFILE).read_text()).get("measurements", [])]
            for place in (mine.hand_in, mine.hand_in / second)
        ]

    assert measured() == [[made[0].run_id], [made[1].run_id, made[2].run_id]]
    copy = mine.hand_in / "copy"
    shutil.copytree(mine.hand_in / second, copy)
    before = (copy / PROFILE).read_bytes()
    assert run("runs", "delete", "--yes", made[0].run_id, made[2].run_id)[0] == 0
    assert measured() == [[], [made[1].run_id]]
    assert (copy / PROFILE).read_bytes() == before


def test_nothing_is_deleted_where_one_id_is_wrong_or_nobody_can_be_asked(run, add, notebook):
    made = add()
    assert run("runs", "delete", "--yes", made.run_id, "ffff")[0] == 2
    code, out, err = run("runs", "delete", made.run_id)
    assert code == 2
    assert made.run_id[:12] in out
    assert "--yes" in err
    assert notebook.runs() == [made]


def test_evidence_stays_unless_forced_and_the_hand_in_follows(run, add, mine, notebook):
    cited, best, other = add(), add(num_inference_steps=25), add(num_inference_steps=50)
    notebook.set_check(LESSON, Check("slow", "solved", "fewer steps", cited.run_id))
    notebook.observe(LESSON, Observation("parameters", "steps", "optimal", "25"))
    assert run("checklist", "set", "slow", "solved")[0] == 0
    profile = mine.hand_in / "optimization-profile.toml"
    assert len(tomllib.loads(profile.read_text())["measurements"]) == 3
    assert "Evidence  checklist line slow" in run("runs", "show", cited.run_id)[1]

    code, _, err = run("runs", "delete", "--yes", cited.run_id, best.run_id, other.run_id)
    assert code == 2
    assert "checklist line slow" in err
    assert "best steps 25 in parameters steps" in err
    assert len(notebook.runs()) == 3

    assert run("runs", "delete", "--yes", other.run_id)[0] == 0
    assert len(tomllib.loads(profile.read_text())["measurements"]) == 2
    assert run("runs", "delete", "--yes", "--force", cited.run_id, best.run_id)[0] == 0
    assert notebook.runs() == []
    assert not tomllib.loads(profile.read_text()).get("measurements")
    assert notebook.checks(LESSON)["slow"] == Check("slow", "solved", "fewer steps", "")


def test_what_was_written_with_a_run_is_said_before(run, add, notebook):
    made = add()
    notebook.observe(LESSON, Observation("parameters", "steps", "differences", "sharper"))
    out = run("runs", "delete", made.run_id)[1]
    assert "your answers on parameters steps were written with it" in out


def test_runs_of_a_lesson_that_is_not_here_count_as_evidence(run, add):
    made = add(lesson="somebody-elses")
    code, _, err = run("runs", "delete", "--yes", made.run_id)
    assert (code, "somebody-elses, which is not on this machine" in err) == (2, True)


# compare


def test_pictures_are_held_against_each_other(run, notebook, make_run):
    def made(color, size=64, **changes):
        file = io.BytesIO()
        picture = Image.new("RGB", (size, size), color)
        picture.paste("white", (size // 2, 0, size, size))
        picture.save(file, "PNG")
        return notebook.add_run(make_run(**changes), file.getvalue()).run_id

    black, blue, large = made("black"), made("blue", num_inference_steps=25), made("black", 128, num_inference_steps=50)
    code, out, _ = run("runs", "compare", black, blue, large)
    assert code == 0
    assert all(len(line) <= 80 for line in out.splitlines())
    text = " ".join(out.split())
    assert "from the first 42.50 of 255 levels on average, 50.0% of pixels" in text
    assert "it has another size than the first" in text
    assert re.search(r"Palettes are 3\d% apart", text)
    assert "not how much worse" in text
    told = json.loads(run("runs", "compare", black, blue, "--json")[1])
    assert [each["run_id"] for each in told["pictures"]] == [black, blue]
    assert told["pictures"][1]["drift"]["share"] == 0.5
    assert told["likeness"]["palette"] == pytest.approx(0.5, abs=0.02)


def test_what_cannot_be_compared_is_said(run, add):
    one, failed = add(), add(outcome="out-of-memory")
    assert "1 runs are named" in run("runs", "compare", one.run_id)[2]
    code, _, err = run("runs", "compare", one.run_id, failed.run_id)
    assert (code, "has no picture: out-of-memory" in err) == (2, True)
    assert run("runs", "compare", one.run_id, "zzz")[0] == 2


# plot, and what a run drew from the machine


def usage():
    course = Course(
        at=(0.0, 1.0, 2.0),
        vram_mib=(1000, 9000, None),
        power_w=(80.0, 400.0, 410.0),
        utilization_percent=(0.0, 99.0, 98.0),
        sm_clock_mhz=(None, None, None),
        temperature_c=(40, 50, 60),
        cpu_percent=(1.0, 2.0, 3.0),
        worker_mib=(500, 600, 700),
    )
    phases = (Mark("load", 0.0), Mark("denoise", 0.5), Mark("decode", 1.8))
    return Usage(energy=Energy(720.0, "counter", 2.0), gpu=GpuUse(power_w=400.0), phases=phases, course=course)


def test_a_run_is_drawn_as_png(run, add, tmp_path):
    made, out = add(usage=usage(), prompt="$x_{1$ <b>"), tmp_path / "run.png"
    code, said, err = run("runs", "plot", made.run_id[:8], "--out", out)
    assert (code, said, err) == (0, f"{out}\n", "")
    with Image.open(out) as drawn:
        assert drawn.format == "PNG"
        assert drawn.width > 500
        assert len(drawn.convert("RGB").getcolors(10**6)) > 50


def test_a_run_without_readings_is_not_drawn(run, add, tmp_path):
    made, out = add(), tmp_path / "run.png"
    code, _, err = run("runs", "plot", made.run_id[:8], "--out", out)
    assert code == 2
    assert "has no readings" in err
    assert not out.exists()
    assert run("runs", "plot", made.run_id[:8], "--out", tmp_path / "run.svg")[0] == 2


def test_energy_and_course_are_shown(run, add):
    made = add(usage=usage())
    out = run("runs", "show", made.run_id)[1]
    assert "Energy    720 J (0.20 Wh), whole board, by its counter, ±10 %" in out
    assert "mean power 400 of n/a W" in " ".join(out.split())
    found = json.loads(run("runs", "show", made.run_id, "--json")[1])
    assert found["energy"]["joules"] == 720.0
    assert found["course"]["vram_mib"] == [1000, 9000, None]
    assert "Energy    n/a (not read" in run("runs", "show", add().run_id)[1]


# metrics


def test_metrics_of_all_runs_but_those_that_are_meant_to_fail(run, add):
    assert "No picture was made yet" in run("metrics")[1]
    add(usage=usage())
    add(outcome="out-of-memory")
    add("troubleshooting", "low-vram", outcome="out-of-memory")
    code, out, err = run("metrics")
    assert (code, err) == (0, "")
    assert out.startswith("2 pictures tried, 1 made. Error rate 50%: out-of-memory 1.")
    assert "energy 720 J" in out
    assert max(map(len, out.splitlines())) <= 80
    found = json.loads(run("metrics", "--json")[1])
    assert (found["attempts"], found["errors"]) == (2, {"out-of-memory": 1})
    assert found["groups"][0]["energy_j"] == 720.0
