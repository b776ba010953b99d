"""What a fresh process has loaded after an import: heavy libraries would make every command wait."""

import importlib.util
import subprocess
import sys

import pytest

ROOMS = ("doctor", "exercises", "generation", "lesson", "monitor", "notebook", "profile")
TORCH = ("torch", "diffusers", "transformers", "accelerate")
FIRST_FRAME = "import workshop_tui.cli.class_, workshop_tui.app.app, workshop_tui.app.graphics"
"""What `workshop-tui class` imports before the app runs."""


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


def test_the_first_frame_waits_for_nothing_that_it_does_not_show():
    later = (
        *("json", "getpass", "secrets", "pkgutil", "psutil", "sqlite3", "jsonschema", "PIL"),
        *("textual.widgets._footer", "textual.widgets._markdown"),
        *(f"workshop_tui.app.{name}" for name in ("desk", "screens.start", "screens.lab", "screens.help")),
        *(f"workshop_tui.app.widgets.{name}" for name in ("key_line", "machine_line", "note_field", "search_bar")),
        *(f"workshop_tui.generation.{name}" for name in ("models", "record", "protocol", "client")),
        *(
            "workshop_tui.monitor.snapshot",
            "workshop_tui.monitor.wording",
            "workshop_tui.profile",
            "workshop_tui.notebook",
        ),
    )
    assert loaded(FIRST_FRAME, later) == []


def test_the_first_frame_waits_for_no_dataclass():
    """To make one takes some ten times as long as to make a struct, and at every start."""
    code = (
        f"{FIRST_FRAME}\nimport dataclasses, sys\n"
        "ours = [module for name, module in sys.modules.items() if name.startswith('workshop_tui')]\n"
        "made = {value for module in ours for value in vars(module).values() if isinstance(value, type)}\n"
        "theirs = [one.__name__ for one in made if one.__module__.startswith('workshop_tui') "
        "and dataclasses.is_dataclass(one)]\n"
        "assert not theirs, theirs"
    )
    assert loaded(code, ()) == []
