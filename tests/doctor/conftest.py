import pytest

from workshop_tui.doctor.examine import CHECKS
from workshop_tui.doctor.finding import Place
from workshop_tui.paths import find_paths


@pytest.fixture
def look(home, tmp_path):
    """Run one check by its id; keywords say what the place is like."""

    def one(check_id, **place):
        paths = find_paths()
        asked = {"environ": {}, "root": tmp_path, "paths": paths, "learner": paths.learner(), "model": "small-flux"}
        [check] = [check for check in CHECKS if check.id == check_id]
        return check.look(Place(**(asked | place)))

    return one


@pytest.fixture
def put(tmp_path):
    """Write a file below the test's own root of a machine."""

    def write(path, text=""):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return write
