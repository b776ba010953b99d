"""`workshop-tui note`: by command what `o` does in the class."""

import textwrap
from typing import Any

import click

from workshop_tui.cli.common import WholeLines, json_option, say, say_json
from workshop_tui.cli.hand_in import Work, open_work, stdin_text, work_options
from workshop_tui.notebook.store import LONGEST_TEXT


@click.group(cls=WholeLines)
def note() -> None:
    """Read and write your notes on the lesson's sections."""


@note.command("list")
@work_options
@json_option
def list_(lesson: str | None, learner: str | None, profiles: str | None, as_json: bool) -> None:
    """List the notes that are written, in the lesson's order."""
    with open_work(lesson, learner, profiles, reads=True) as work:
        written = work.notebook.notes(work.lesson.id)
        parts = work.lesson.reading_order(instructor=True)
        _show(work, [part.id for part in parts if part.id in written], as_json)


@note.command()
@click.argument("section")
@work_options
@json_option
def show(section: str, lesson: str | None, learner: str | None, profiles: str | None, as_json: bool) -> None:
    """Show the note on a SECTION or page, such as part-2."""
    with open_work(lesson, learner, profiles, reads=True) as work:
        _show(work, [work.lesson.part(section).id], as_json)


@note.command()
@click.argument("section")
@click.argument("text")
@work_options
@json_option
def write(
    section: str, text: str, lesson: str | None, learner: str | None, profiles: str | None, as_json: bool
) -> None:
    """Write TEXT as the note on a SECTION or page, in place of what stands there.

    `-` reads TEXT from stdin, an empty TEXT ("") takes the note back, and `--` goes before a TEXT that begins with a
    hyphen. The note goes into the hand-in.

    \b
    workshop-tui note write part-2 "25 steps were enough for me."
    """
    with open_work(lesson, learner, profiles) as work:
        part = work.lesson.part(section).id
        work.notebook.set_note(work.lesson.id, part, stdin_text(LONGEST_TEXT) if text == "-" else text)
        work.hand_in()
        _show(work, [part], as_json)


def _show(work: Work, sections: list[str], as_json: bool) -> None:
    written = work.notebook.notes(work.lesson.id)
    rows: list[dict[str, Any]] = [
        {"section": section, "title": work.lesson.part(section).title, "note": written.get(section, "")}
        for section in sections
    ]
    if as_json:
        say_json({"lesson": work.lesson.id, "learner": work.learner.name, "notes": rows})
        return
    if not rows:
        say("Nothing is noted yet: workshop-tui note write SECTION TEXT, or o in the class.")
    for row in rows:
        say(f"{row['title']}  ({row['section']})")
        say(textwrap.indent(row["note"] or "nothing noted", "    "))
