"""What a fresh process has loaded after an import: heavy libraries would make every command wait."""

import importlib.util
import subprocess
import sys

import pytest

ROOMS = ("doctor", "exercises", "generation", "lesson", "monitor", "notebook", "profile")
TORCH = ("torch", "diffusers", "transformers", "accelerate")


def loaded(code, wanted):
    """Run code in a fresh process and return which of the wanted modules it has loaded."""
    program = f"{code}\nimport sys\nprint(*[name for name in {wanted!r} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr.split()


def everything_in(room):
    return (
        "import importlib, pkgutil\n"
        f"room = importlib.import_module('workshop_tui.{room}')\n"
        "for found in pkgutil.walk_packages(room.__path__, room.__name__ + '.'): importlib.import_module(found.name)"
    )


@pytest.mark.parametrize("room", ROOMS)
def test_a_pure_room_loads_neither_torch_nor_textual(room):
    assert loaded(everything_in(room), (*TORCH, "textual", "rich")) == []


def test_the_app_loads_no_torch():
    if importlib.util.find_spec("workshop_tui.app.app") is None:
        pytest.skip("there is no app yet")
    assert loaded("import workshop_tui.app.app", TORCH) == []


def test_a_command_that_only_reads_loads_nothing_heavy():
    code = (
        "from workshop_tui.cli import main\nimport contextlib\n"
        "with contextlib.suppress(SystemExit): main(['paths', '--json'])"
    )
    assert loaded(code, (*TORCH, "textual", "rich", "jsonschema")) == []
