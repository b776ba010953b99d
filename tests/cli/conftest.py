import pytest

from workshop_tui.cli import main
from workshop_tui.paths import find_paths


@pytest.fixture
def run(home, capsys):
    """Run a command line; returns exit code, stdout and stderr."""

    def call(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return left.value.code, out, err

    return call


@pytest.fixture
def mine(home):
    return find_paths().learner("ada")
