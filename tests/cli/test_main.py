"""What every command does where the machine is in the way."""

import os
import subprocess
import sys
from pathlib import Path

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
