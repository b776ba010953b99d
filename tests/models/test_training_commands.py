"""The training's commands: what a person can mend is said in two lines, and ends with the program's exit codes."""

import pytest
import torch
from click.testing import CliRunner, Result

import workshop_tui.worker  # noqa: F401  sets the libraries' switches before torch is imported
from workshop_tui.models.train.__main__ import main


@pytest.fixture
def train(tmp_path):
    def run(*arguments: str) -> Result:
        threads = str(torch.get_num_threads())
        return CliRunner().invoke(main, ["--work", str(tmp_path), "--threads", threads, *arguments])

    return run


@pytest.mark.parametrize(
    ("stage", "missing"),
    [("encode", "autoencoder"), ("flow", "autoencoder"), ("distill", "flow"), ("ship", "distill")],
)
def test_a_stage_before_its_forerunner_is_refused(train, tmp_path, stage, missing):
    done = train(stage, *([str(tmp_path / "shipped")] if stage == "ship" else []))
    assert done.exit_code == 2
    assert done.stderr.endswith(
        f"{tmp_path / missing}.pt: the stage '{missing}' has not been run.\n  Stages follow each other; see --help.\n"
    )


def test_a_folder_where_a_training_has_begun_adopts_no_model_and_begins_with_none(train, tmp_path):
    (tmp_path / "autoencoder.pt").touch()
    done = train("adopt")
    assert (done.exit_code, "a training has begun in this folder" in done.stderr) == (2, True)
    done = train("autoencoder", "--begin-with", str(tmp_path))
    assert done.exit_code == 2
    assert "the autoencoder has begun already" in done.stderr
    assert done.stdout == ""


def test_a_size_that_leaves_no_pictures_is_refused(train):
    done = train("flow", "--largest", "500")
    assert done.exit_code == 2
    assert "500 is not in the range x>=512" in done.stderr


@pytest.mark.parametrize("command", [("adopt",), ("autoencoder", "--begin-with")])
def test_a_folder_that_holds_no_model_is_named(train, tmp_path, command):
    empty = tmp_path / "empty"
    empty.mkdir()
    done = train(*command, str(empty))
    assert done.exit_code == 2
    assert f"{empty}: no model can be loaded from there (" in done.stderr
    assert not list(tmp_path.glob("*.pt"))
