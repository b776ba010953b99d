"""A new lesson to begin from: small, whole, in order, and with comments that say what is what."""

import os
import re
import shutil
import tempfile
from pathlib import Path

from workshop_tui.errors import UserError
from workshop_tui.files import cannot_write
from workshop_tui.lesson.read import LESSON_TOML

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

_FILES = {
    LESSON_TOML: """\
# What this lesson is. `workshop-tui lesson guide` describes every key;
# `workshop-tui lesson check FOLDER` says what is wrong, with key and line.

format_version = 1
id = "{id}"  # its name in commands and hand-ins; leave it as it is once a class has used it
title = "{title}"
lang = "en"  # the language of these texts; a translation is a file such as 01-talk.de.md
stated_minutes = 60  # what the sections below add up to

# The timed parts, in class order: lecture, lab or break.

[[sections]]
id = "talk"
title = "What steps do"
kind = "lecture"
minutes = 20
file = "01-talk.md"
shows = "hand-in"  # below its text: the key that opens the learner's last hand-in

[[sections]]
id = "lab"
title = "Try it"
kind = "lab"
minutes = 30
file = "02-lab.md"

[[sections]]
id = "end"
title = "What we found"
kind = "lecture"
minutes = 10
file = "03-end.md"
shows = "takeaways"  # below its text: the learner's best values, ratings and notes

# What learners do in the lab: a sweep is a series of pictures with one setting changed.

[[exercises]]
id = "steps"
title = "Exercise 1: Steps"
section = "lab"
kind = "sweeps"
objective = "Find the number of steps that is enough"
base_prompt = "A lighthouse in a storm"
seed = 42  # the same in all pictures, so that only the steps change
sweeps = [
    # vary is one of steps, guidance, size, seed and sampler
    {{ id = "steps", title = "Steps", vary = "steps", values = [10, 25, 50] }},
]
observations = [
    {{ id = "quality", label = "How good are the pictures?", kind = "rating", required = true }},
    {{ id = "differences", label = "What differs?", required = true }},
    {{ id = "best", label = "Which number of steps is enough?", kind = "choice" }},
]
hints = ["Look at the same small part of each picture."]
""",
    "01-talk.md": """\
# What steps do

A picture begins as noise and is made in steps.

## Steps
:::try steps

- More steps take more time.
- From some number on, more of them change little.

:::note Steps and time
A note stands beside the lesson's words, with a source. Twice the steps take about twice the time.

Source: to be measured on this class's machine
:::

:::instructor Before you begin
Only you see this, with `workshop-tui class --instructor` or `workshop-tui lesson notes`.
:::
""",
    "02-lab.md": """\
# Try it

Make the three pictures of Exercise 1: `2` opens the Lab, `r` runs.
""",
    "03-end.md": """\
# What we found

- How many steps were enough?
""",
}


def new_lesson(lesson_id: str, place: Path) -> Path:
    """Write a small lesson that is in order; all of it appears at once, or nothing.

    Args:
        lesson_id: Its id, and its folder's name.
        place: In which folder; made where it is missing.

    Returns:
        The lesson's folder.

    Raises:
        UserError: The id is none, or there is something of that name already.
        WorkshopError: It cannot be written.
    """
    if not _ID.fullmatch(lesson_id):
        hint = "An id has small letters, digits and hyphens, begins with a letter or digit, and has at most 40 of them."
        raise UserError(f"'{lesson_id}' is not an id.", hint)
    folder = place / lesson_id
    taken = UserError(f"There is something at {folder} already.", "Choose another id, or another --folder.")
    if os.path.lexists(folder):
        raise taken
    title = lesson_id.replace("-", " ").capitalize()
    try:
        place.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f".{lesson_id}-", dir=place))
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        for name, text in _FILES.items():
            filled = text.format(id=lesson_id, title=title) if name == LESSON_TOML else text
            (half / name).write_text(filled, encoding="utf-8")
        half.chmod(0o755)
        half.rename(folder)  # refuses a folder that is not empty
    except OSError as error:
        shutil.rmtree(half, ignore_errors=True)
        raise taken if os.path.lexists(folder) else cannot_write(folder, error) from error
    return folder
