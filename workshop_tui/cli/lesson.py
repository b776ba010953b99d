"""`workshop-tui lesson`: show, list and check lessons."""

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from workshop_tui.cli.common import json_option, say_json
from workshop_tui.errors import UserError
from workshop_tui.lesson.check import check_lesson
from workshop_tui.lesson.loader import find_lesson, list_lessons, open_lesson
from workshop_tui.lesson.model import Lesson
from workshop_tui.lesson.plain_text import instructor_text, lesson_text
from workshop_tui.lesson.position import Position, read_position
from workshop_tui.paths import find_paths
from workshop_tui.text import plain

_SECTION = click.option("--section", metavar="SECTION", help="Only this section or page, by its id.")


def _examples(*commands: str) -> str:
    lines = "".join(f"\n  workshop-tui lesson {command}" for command in commands)
    # The control character keeps click from joining the lines.
    return f"\b\nExample{'s' if len(commands) > 1 else ''}:{lines}"


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_examples("show flux-deep-dive --section part-2"),
)
def lesson() -> None:
    """Show, list and check lessons.

    ID is a lesson's id, as `lesson list` prints it, or a path to a lesson's folder.
    """


@lesson.command("list", epilog=_examples("list"))
@json_option
def list_(as_json: bool) -> None:
    """List the lessons there are, those with errors too."""
    lessons = list_lessons()
    if as_json:
        say_json({"lessons": lessons})
        return
    if not lessons:
        _print("There are no lessons here.\n")
    for one in lessons:
        if one.problem:
            _print(f"{one.id}  cannot be opened\n  {one.problem}\n")
        else:
            _print(f"{one.id}  {one.title}\n")
            _print(f"  {one.sections} sections, {one.minutes:g} min with breaks, {one.exercises} exercises\n")
        _print(f"  {one.folder}\n")


@lesson.command(epilog=_examples("show flux-deep-dive --section part-2 | less"))
@click.argument("id_", metavar="ID")
@_SECTION
@click.option("--notes", is_flag=True, help="Also what is for the instructor.")
def show(id_: str, section: str | None, notes: bool) -> None:
    """Print a lesson's words, with the notes that stand beside them.

    Notes are marked as such: they are not part of the lesson. On a terminal the lines are wrapped; in a pipe they are
    left whole.
    """
    opened = open_lesson(id_)
    if section is not None and not notes and opened.part(section) not in opened.reading_order():
        raise UserError(f"'{section}' is for the instructor.", "Show it with --notes.")
    _print(lesson_text(opened, part=section, instructor=notes, width=_width()))


@lesson.command(epilog=_examples("notes flux-deep-dive --section part-5", "notes flux-deep-dive --follow"))
@click.argument("id_", metavar="ID")
@_SECTION
@click.option("--follow", is_flag=True, help="Print the notes of each section that the class moves to; Ctrl+C ends it.")
@click.option("--learner", metavar="NAME", help="Whose class to follow; the present user's by default.")
def notes(id_: str, section: str | None, follow: bool, learner: str | None) -> None:
    """Print what is for the instructor, and nothing else.

    With --follow it is meant for a second terminal, out of the class's sight.
    """
    opened = open_lesson(id_)
    if not follow:
        if learner is not None:
            raise UserError("--learner says whose class to follow.", "Add --follow.")
        text = instructor_text(opened, part=section, width=_width())
        _print(text or "There are no instructor notes here.\n")
        return
    if section is not None:
        raise UserError("--follow goes where the class goes.", "Leave --section out.")
    root = find_paths().learner(learner).root
    try:
        follow_notes(opened, lambda: read_position(root), _print, lambda: time.sleep(1.0))
    except KeyboardInterrupt:
        _print("\n")


@lesson.command(epilog=_examples("check lessons/flux-deep-dive"))
@click.argument("path")
@json_option
@click.pass_context
def check(ctx: click.Context, path: str, as_json: bool) -> None:
    """Say everything that is wrong with the lesson in the folder PATH.

    Leaves with 0 when the lesson can be opened (warnings allowed) and with 2 when it has errors.
    """
    folder = Path(path).expanduser()
    known = "/" in path or folder.exists()
    folder = folder if known else find_lesson(path)
    findings = check_lesson(folder)
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) - errors
    if as_json:
        say_json({"path": str(folder), "errors": errors, "warnings": warnings, "findings": findings})
    else:
        for finding in findings:
            _print(f"{finding}\n")
        verdict = f"{_count(errors, 'error')}, {_count(warnings, 'warning')}" if findings else "in order"
        _print(f"{folder}: {verdict}\n")
    if errors:
        ctx.exit(2)


def follow_notes(
    opened: Lesson,
    position: Callable[[], Position | None],
    write: Callable[[str], None],
    wait: Callable[[], None],
) -> None:
    """Write the instructor's notes of each section that the class moves to, until interrupted.

    Args:
        opened: The lesson that is taught.
        position: Says where the class is.
        write: Takes text.
        wait: Returns when it is time to look again.

    Raises:
        KeyboardInterrupt: As `wait` or `position` raise it.
    """
    known = {part.id: part for part in opened.reading_order(instructor=True)}
    shown: str | None = None
    waiting = False
    while True:
        now = position()
        if now is None or now.lesson != opened.id or now.section not in known:
            if not waiting:
                write(f"Waiting for a class on {opened.id} ...\n")
            waiting, shown = True, None
        elif now.section != shown:
            text = instructor_text(opened, part=now.section, width=_width())
            write(f"\n{text}" if text else f"\n{known[now.section].title}: no notes.\n")
            waiting, shown = False, now.section
        wait()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _width() -> int | None:
    return min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else None


def _print(text: str) -> None:
    click.echo(plain(text, keep_newlines=True), nl=False)
