import pytest

from tests.cli import programs
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


@pytest.fixture(scope="module")
def folder(model_cache, tmp_path_factory):
    """A home for `programs`, whose cache holds the model already."""
    found = tmp_path_factory.mktemp("home")
    (found / "cache").symlink_to(model_cache)
    yield found
    programs.run(found, "worker", "stop", "--drop")
