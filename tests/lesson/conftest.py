from collections.abc import Callable
from pathlib import Path

import pytest

GOOD_TOML = """\
format_version = 1
id = "small"
title = "A small lesson"
stated_minutes = 60

[[sections]]
id = "talk"
title = "Talk"
kind = "lecture"
minutes = 20
file = "01-talk.md"

[[sections]]
id = "rest"
title = "Rest"
kind = "break"
minutes = 10
file = "02-rest.md"

[[sections]]
id = "lab"
title = "Lab"
kind = "lab"
minutes = 30
file = "03-lab.md"

[[exercises]]
id = "first"
title = "First"
section = "lab"
kind = "sweeps"
minutes = 25
base_prompt = "A lighthouse"
seed = 7
sweeps = [{ id = "steps", title = "Steps", vary = "steps", values = [10, 25] }]
observations = [{ id = "time", label = "Time", kind = "auto", measure = "seconds" }]

[[problems]]
id = "blur"
title = "Blur"
level = "common"
symptoms = "Blurry"
solutions = [{ id = "steps", text = "More steps" }]
"""

GOOD_TEXTS = {
    "01-talk.md": "# Talk\n\nWords.\n\n:::note Steps\nMore is slower.\n\nSource: measured\n:::\n\nMore words.\n",
    "02-rest.md": "# Rest\n\n:::instructor Coffee\nIt is next door.\n:::\n",
    "03-lab.md": "# Lab\n",
}


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """Write a small lesson, with parts of its lesson.toml replaced; returns its folder."""

    def write(*replacements: tuple[str, str], texts: dict[str, str | bytes] | None = None) -> Path:
        toml = GOOD_TOML
        for old, new in replacements:
            assert old in toml, f"{old!r} is not in the lesson"
            toml = toml.replace(old, new, 1)
        folder = tmp_path / "places" / "small"
        folder.mkdir(parents=True)
        (folder / "lesson.toml").write_text(toml)
        for name, text in (GOOD_TEXTS | (texts or {})).items():
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    return write
