"""What every command does where the machine is in the way."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from workshop_tui.cli import workshop_tui
from workshop_tui.paths import user_file

COMMAND = [sys.executable, "-m", "workshop_tui"]


def start(*arguments, **how):
    return subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE, text=True, **how)


def test_a_folder_that_is_gone_is_said(home, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f"import os, workshop_tui.cli as c; os.rmdir({str(gone)!r}); c.main(['paths'])"
    done = subprocess.run([sys.executable, "-c", command], cwd=gone, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "workshop-tui: the folder that you are in is gone.\n  Change to another: cd\n"


def test_a_full_disk_below_the_output_is_no_defect(home):
    with Path("/dev/full").open("w") as full:
        process = start("paths", stdout=full)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "No space left on device" in err
    assert "something went wrong" not in err


def test_a_reader_that_has_seen_enough_is_no_failure(home):
    reader, writer = os.pipe()
    os.close(reader)
    process = start("runs", "list", stdout=writer)
    os.close(writer)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")


def test_what_the_output_has_no_letters_for_is_a_question_mark(home):
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    for arguments in (["note", "write", "part-2", "a → b"], ["note", "list"]):
        process = start(*arguments, stdout=subprocess.PIPE, env=environment)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (0, "")
    assert out.endswith("    a ? b\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("profile", "check", "NOBODY"),
        ("profile", "compare", "NOBODY", "NOBODY"),
        ("profile", "export", "--zip", "NOBODY.zip"),
        ("profile", "presets", "NOBODY"),
        ("profile", "replay", "NOBODY"),
        ("class", "report", "NOBODY"),
        ("class", "status", "--socket", "NOBODY"),
        ("class", "--plain", "NOBODY"),
        ("lesson", "show", "NOBODY"),
        ("lesson", "check", "NOBODY"),
        ("lesson", "new", "mine", "--folder", "NOBODY"),
        ("generate", "x", "--out", "NOBODY.png"),
        ("gpu", "--watch", "--csv", "NOBODY.csv"),
        ("config", "check", "NOBODY"),
    ],
)
def test_a_home_that_is_not_there_is_named(run, home, arguments):
    code, out, err = run(*(each.replace("NOBODY", "~nobody-of-this-name/x") for each in arguments))
    assert (code, out) == (2, "")
    assert "names a home that is not there" in err
    assert not home.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("profile", "show"),
        ("profile", "hardware"),
        ("profile", "improve", "1"),
        ("runs", "list"),
        ("runs", "show", "3f2a"),
        ("metrics",),
        ("checklist", "show"),
        ("checklist", "read"),
        ("note", "list"),
        ("note", "show", "part-2"),
        ("observe",),
        ("homework", "--list"),
    ],
)
def test_what_only_reads_makes_no_learner_of_a_slip_of_the_finger(run, home, arguments):
    code, out, err = run(*arguments, "--learner", "adda")
    assert (code, out) == (2, "")
    assert err.startswith("workshop-tui: Nothing is there of adda.\n")
    assert not home.exists()


def groups(command, *path):
    """Return the words that name each group of commands below one, itself among them."""
    if not isinstance(command, click.Group):
        return []
    context = click.Context(command)
    below = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
    return [path, *(found for name, each in below for found in groups(each, *path, name))]


@pytest.mark.parametrize("group", groups(workshop_tui), ids=" ".join)
def test_a_list_of_commands_is_whole_at_80_columns(run, monkeypatch, group):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = run(*group, "--help")
    assert code == 0
    listed = out.partition("\nCommands:\n")[2].splitlines()
    assert listed
    assert [line for line in listed if line.endswith("...") or len(line) > 80] == []


@pytest.mark.parametrize("model", ["/etc", "/etc/passwd", "/no/where"])
def test_a_model_that_is_none_opens_no_class(run, home, model):
    code, out, err = run("class", "--plain", "--model", model)
    assert (code, out) == (2, "")
    assert err.startswith("workshop-tui: model: ")
    assert model in err
    assert not home.exists()


def test_a_home_that_the_shell_leaves_is_one(run, home, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "sheet.png").touch()
    _, _, err = run("sweep", "x", "--vary", "steps=1,2", "--out=~/results")
    assert f"--out: {tmp_path / 'results'} holds a sheet.png already" in err


def test_a_defect_with_a_wrong_configuration_is_no_traceback(run, home, monkeypatch):
    user_file().parent.mkdir(parents=True)
    user_file().write_text("modle = 1")

    def broken(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr("workshop_tui.cli.config.read_config", broken)
    code, _, err = run("config", "check", user_file())
    assert code == 1
    assert "something went wrong here (ZeroDivisionError)" in err
    assert "did you mean 'model'?" in err
