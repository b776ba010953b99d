"""`workshop-tui class report`: a folder of hand-ins, some of them hostile."""

import csv
import json
import os
import shutil
import tomllib

import msgspec
import pytest
import tomli_w

from workshop_tui.notebook.entries import Check, Tick
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths

PROFILE, CHECKLIST = "optimization-profile.toml", "troubleshooting-checklist.toml"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "class"
    made.mkdir()
    return made


@pytest.fixture
def hand_in(run, make_run, folder):
    """Return what writes a learner's hand-in into the class folder."""

    def write(name, seconds=(2.0,), checks=()):
        mine = find_paths().learner(name)
        notebook = Notebook(mine.notebook, mine.pictures)
        for each in seconds:
            made = make_run()
            notebook.add_run(msgspec.structs.replace(made, seconds=msgspec.structs.replace(made.seconds, denoise=each)))
        for check in checks:
            notebook.set_check("flux-deep-dive", check)
        notebook.close()
        assert run("profile", "export", "--learner", name, "--out", folder / name)[0] == 0
        return folder / name

    return write


def change(path, **changes):
    path.write_text(tomli_w.dumps({**tomllib.loads(path.read_text()), **changes}))


def test_an_empty_folder_says_what_to_do(run, folder, tmp_path):
    code, out, _ = run("class", "report", folder)
    assert code == 0
    assert out.startswith(f"No hand-in in {folder}.")
    assert "--profiles DIR" in out
    code, _, err = run("class", "report", tmp_path / "nowhere")
    assert (code, "There is no folder" in err) == (2, True)
    code, _, err = run("class", "report", folder, "--csv", tmp_path / "nowhere" / "class.csv")
    assert (code, f"--csv: {tmp_path / 'nowhere'} is no folder." in err) == (2, True)


def test_learners_cards_problems_and_areas(run, hand_in, folder):
    tick = Tick("steps", "helped")
    hand_in("ada", (2.0, 2.2), [Check("slow", "solved", "10 steps", ticks=(tick,)), Check("out-of-memory", "tried")])
    hand_in("bo", (4.0,), [Check("slow", "tried")])
    second = folder / "bo" / PROFILE
    change(second, improvements=["Prompts, [b]bold[/b]"], discoveries=[{"title": "Purple skies"}])
    code, out, err = run("class", "report", folder)
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    text = " ".join(out.split())
    assert text.startswith("2 hand-ins, 0 complete; 0 could not be read.")
    assert "2 Slow Generation Times, 1 solved: 10 steps; Reduce steps for previews" in text
    assert "1 Out of Memory Errors, 0 solved" in text
    assert "2 learners" in text
    assert "bo" in text
    assert "Purple skies" in text
    assert "Prompts, [b]bold[/b]" in text
    assert text.index("ada") < text.index("bo")
    found = json.loads(run("class", "report", folder, "--json")[1])
    [card] = found["cards"]
    assert (card["learners"], card["work"]) == (2, "512x512, 10 steps, euler, 10 forwards")
    assert card["seconds"]["low"] < card["seconds"]["high"]
    assert [each["runs_ok"] for each in found["learners"]] == [2, 1]


def test_it_says_which_lesson_each_hand_in_is_of(run, hand_in, folder):
    hand_in("ada")
    second = ("--lesson", "flux-creative-control", "--learner", "ada", "--out", folder / "ada/flux-creative-control")
    assert run("profile", "export", *second)[0] == 0
    text = " ".join(run("class", "report", folder)[1].split())
    assert text.startswith("2 hand-ins, 0 complete; 0 could not be read.")
    assert text.count("ada (file of") == 2
    for lesson in ("flux-deep-dive", "flux-creative-control"):
        assert f"): {lesson}; " in text
    change(folder / "ada/flux-creative-control" / PROFILE, improvements=["more light"])
    areas = " ".join(run("class", "report", folder)[1].split()).partition("Areas for improvement")[2]
    assert "), flux-creative-control: more light" in areas


def test_faults_are_named_with_the_folder_on_the_page_too(run, hand_in, folder, tmp_path):
    hand_in("ada")
    change(folder / "ada" / PROFILE, practice=False)
    html = tmp_path / "out.html"
    code, out, _ = run("class", "report", folder, "--html", html)
    faults = out.partition("Faults: `workshop-tui profile check FOLDER`")[2].partition("\n\n")[0]
    assert (code, str(folder / "ada") in "".join(faults.split())) == (0, True)
    assert "1 fault" in out
    assert "1 fault" in html.read_text()
    assert "profile check FOLDER" in html.read_text()


def test_a_folder_without_a_hand_in_is_listed_once_and_what_lies_in_one_is_not(run, hand_in, folder):
    hand_in("ada")
    for name in ("bo", "ada/pictures/more", "stray/a/b", "group/carl", ".hidden", f"dora/{PROFILE}"):
        (folder / name).mkdir(parents=True)
    shutil.copytree(folder / "ada", folder / "group/eve")
    refused = json.loads(run("class", "report", folder, "--json")[1])["refused"]
    assert {each["folder"]: each["reason"] for each in refused} == {
        "bo": "it holds no hand-in.",
        "stray": "it holds no hand-in.",
        "group/carl": "it holds no hand-in.",
        "dora": f"error: {PROFILE}: it cannot be read: Is a directory. Check the file and its permissions.",
    }


def test_html_and_csv_show_text_as_text(run, hand_in, folder, tmp_path):
    hand_in("ada")
    change(folder / "ada" / PROFILE, learner="=cmd|'/c'!A1", improvements=["<script>alert(1)</script> | a"])
    html, rows = tmp_path / "out.html", tmp_path / "out.csv"
    assert run("class", "report", folder, "--html", html, "--csv", rows)[0] == 0
    page = html.read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    [row] = csv.DictReader(rows.open())
    assert row["name"].startswith("'=cmd")
    assert row["complete"] == "false"
    assert row["improvements"] == "<script>alert(1)</script> | a"
    assert run("class", "report", folder, "--html", tmp_path / "no" / "such.html")[0] == 2


def test_what_is_wrong_or_hostile_is_listed_and_never_fatal(run, hand_in, folder):
    hand_in("ada")
    for name, content in (
        ("binary", b"\xff\xfe\x00"),
        ("broken", b"[[[["),
        ("newer", b"schema = 99\nkind = 'optimization-profile'\n"),
        ("evil", b"learner = '\\u001b[2J'\n[lesson]\n"),
        ("large", b"a = 1\n" * 500_000),
        ("deep", b"x = " + b"[" * 5000 + b"]" * 5000),
    ):
        (folder / name).mkdir()
        (folder / name / PROFILE).write_bytes(content)
    (folder / "only-checklist").mkdir()
    shutil.copy(folder / "ada" / CHECKLIST, folder / "only-checklist" / CHECKLIST)
    (folder / "link").symlink_to("/etc")
    (folder / "linked").mkdir()
    (folder / "linked" / PROFILE).symlink_to("/etc/passwd")
    (folder / "pipe").mkdir()
    os.mkfifo(folder / "pipe" / PROFILE)
    change(folder / "ada" / PROFILE, learner="ada\x1b]0;pwned\x07")
    code, out, err = run("class", "report", folder)
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert "root:" not in out.partition("Could not be read")[2]
    assert out.startswith("1 hand-in, 0 complete; 9 could not be read.")
    for name in ("binary", "broken", "newer", "evil", "large", "deep", "only-checklist", "linked", "pipe"):
        assert f"  {name} (file of " in out


@pytest.mark.skipif(os.getuid() == 0, reason="root may enter every folder")
def test_a_closed_folder_is_listed(run, hand_in, folder):
    hand_in("ada")
    for name, mode in (("closed", 0o000), ("half", 0o744)):
        shutil.copytree(folder / "ada", folder / name)
        (folder / name).chmod(mode)
    out = run("class", "report", folder)[1]
    for name in ("closed", "half"):
        (folder / name).chmod(0o755)
        assert f"  {name} (file of " in out


def test_names_of_folders_are_text_too(run, hand_in, folder, tmp_path):
    hand_in("ada")
    shutil.copytree(folder / "ada", os.fsdecode(os.fsencode(folder) + b"/x\xff\x1b[2J"))
    code, out, err = run("class", "report", folder, "--csv", tmp_path / "out.csv")
    assert (code, err) == (0, "")
    assert "\x1b" not in out + (tmp_path / "out.csv").read_text()
    assert out.startswith("2 hand-ins")


def test_one_learners_two_hand_ins_are_one_learner(run, hand_in, folder):
    hand_in("ada", checks=[Check("slow", "tried")])
    shutil.copytree(folder / "ada", folder / "another-lesson")
    found = json.loads(run("class", "report", folder, "--json")[1])
    assert len(found["learners"]) == 2
    assert [problem["learners"] for problem in found["problems"]] == [1]
    assert {card["learners"] for card in found["cards"]} == {1}


def test_a_hand_in_of_a_further_lesson_counts_and_what_lies_deeper_does_not(run, hand_in, folder):
    hand_in("ada")
    for place in ("group/ada/other-lesson", "a/b/c/d"):
        shutil.copytree(folder / "ada", folder / place)
    found = json.loads(run("class", "report", folder, "--json")[1])
    assert {each["folder"] for each in found["learners"]} == {"ada", "group/ada/other-lesson"}


def test_many_hand_ins_are_all_there(run, hand_in, folder):
    hand_in("ada")
    for number in range(30):
        shutil.copytree(folder / "ada", folder / f"learner-{number}", ignore=shutil.ignore_patterns("*.png", "*.html"))
    code, out, _ = run("class", "report", folder)
    assert (code, out.splitlines()[0]) == (0, "31 hand-ins, 0 complete; 0 could not be read.")
