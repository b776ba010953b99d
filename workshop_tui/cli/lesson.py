"""`workshop-tui lesson`: show, list, search, check and begin lessons."""

import shlex
import shutil
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import click

from workshop_tui.cli.common import UserPath, WholeLines, json_option, learner_option, say_json
from workshop_tui.cli.language import lang_option, wanted_language
from workshop_tui.cli.showing import check_folder
from workshop_tui.config import load_config
from workshop_tui.errors import UserError
from workshop_tui.lesson.check import check_lesson
from workshop_tui.lesson.last import last_lesson
from workshop_tui.lesson.loader import find_lesson, lesson_path, list_lessons, open_lesson, own_lessons
from workshop_tui.lesson.model import Lesson, Words
from workshop_tui.lesson.plain_text import instructor_text, lesson_text
from workshop_tui.lesson.position import Position, read_position
from workshop_tui.lesson.read import LESSON_TOML
from workshop_tui.lesson.translations import untranslated_text
from workshop_tui.paths import find_paths, shipped
from workshop_tui.text import counted, plain

_NOTES = click.option("--notes", is_flag=True, help="Also what is for the instructor.")
_SECTION = click.option("--section", metavar="SECTION", help="Only this section or page, by its id.")


def _examples(*commands: str) -> str:
    lines = "".join(f"\n  workshop-tui lesson {command}" for command in commands)
    # The control character keeps click from joining the lines.
    return f"\b\nExample{'s' if len(commands) > 1 else ''}:{lines}"


@click.group(
    cls=WholeLines,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_examples("show flux-deep-dive --section part-2"),
)
def lesson() -> None:
    """Show, list, search, check and begin lessons.

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
            sections, exercises = counted(one.sections, "section"), counted(one.exercises, "exercise")
            _print(f"  {sections}, {one.minutes:g} min{' with breaks' if one.breaks else ''}, {exercises}\n")
        _print(f"  {one.folder}\n")
        for other in one.same_id:
            _print(f"  Note: {other} has the same id, which finds the one above alone; name it by its folder.\n")
    for folder in load_config().lesson_folders:
        if not folder.is_dir():
            _print(f"Note: lesson_folders names {folder}, which is not there.\n")


@lesson.command(epilog=_examples("show flux-deep-dive --section part-2 | less"))
@click.argument("id_", metavar="ID")
@_SECTION
@_NOTES
@lang_option
def show(id_: str, section: str | None, notes: bool, lang: str | None) -> None:
    """Print a lesson's words, with the notes that stand beside them.

    Notes are marked as such: they are not part of the lesson. On a terminal the lines are wrapped; in a pipe they are
    left whole.
    """
    opened = _open(id_, lang, notes, section)
    if section is not None and not notes and opened.part(section) not in opened.reading_order():
        raise UserError(f"'{section}' is for the instructor.", "Show it with --notes.")
    _print(lesson_text(opened, part=section, instructor=notes, width=_width()))


@lesson.command(epilog=_examples("search guidance", 'search "true cfg" flux-deep-dive --json'))
@click.argument("text")
@click.argument("id_", metavar="[ID]", required=False)
@_NOTES
@lang_option
@json_option
def search(text: str, id_: str | None, notes: bool, lang: str | None, as_json: bool) -> None:
    """Print each line of a lesson in which TEXT stands, whatever its case and accents.

    Searches the sections, pages and notes of the lesson ID; without one, of that of your last class.
    """
    from workshop_tui.lesson.search import SearchIndex, searched

    opened = _open(id_, lang, notes)
    if not text.strip():
        raise UserError("There is nothing to search for.", "Give one word or several.")
    hits = SearchIndex(opened, instructor=notes).find(text)
    if as_json:
        rows = [
            {
                "section": hit.part,
                "title": opened.part(hit.part).title,
                "in": type(opened.texts[hit.part][hit.block]).__name__.lower(),
                "line": searched(opened.texts[hit.part][hit.block])[hit.field][hit.line],
                "start": hit.start,
                "end": hit.end,
            }
            for hit in hits
        ]
        say_json({"lesson": opened.id, "lang": opened.asked_lang, "text": text, "hits": rows})
        return
    heading = last = ""
    for hit in hits:
        if hit.part != heading:
            heading = hit.part
            _print(f"{opened.part(hit.part).title}  ({hit.part})\n")
        found = opened.texts[hit.part][hit.block]
        beside = "" if isinstance(found, Words) else f"{type(found).__name__}: "
        line = f"{beside}{searched(found)[hit.field][hit.line]}"
        place = f"{hit.part} {hit.block} {hit.field} {hit.line}"
        if place != last:
            last = place
            width = _width() or sys.maxsize
            _print(textwrap.fill(line, width, initial_indent="  ", subsequent_indent="    ") + "\n")
    _print(f"{counted(len(hits), 'hit')}\n")


@lesson.command(epilog=_examples("new my-lesson", "new my-lesson --folder ~/lessons"))
@click.argument("id_", metavar="ID")
@click.option(
    "--folder", metavar="DIR", type=UserPath(), default=".", help="In which folder. Default: the current one."
)
def new(id_: str, folder: Path) -> None:
    """Make a folder ID with a small lesson to begin from.

    It is whole and in order: a talk, a lab with one exercise, a note, something for the instructor, and comments that
    say what is what.
    """
    from workshop_tui.lesson.skeleton import new_lesson

    if id_ in {known.id for known in list_lessons()}:
        raise UserError(f"There is a lesson '{id_}' already, and that is the one its id finds.", "Choose another id.")
    check_folder(folder, "--folder")
    made = new_lesson(id_, folder)
    there = shlex.quote(str(made) if made.is_absolute() else f"./{made}")
    _print(f"Made {made}: change {LESSON_TOML} and the texts, then\n")
    _print(f"  workshop-tui lesson check {there}\n  workshop-tui class {there}\n")
    _print(f"To have it found by its id, move it to {own_lessons()}\n")


@lesson.command(epilog=_examples("guide", "guide | grep shows"))
def guide() -> None:
    """Print how a lesson is written: every key of its lesson.toml, and what its texts can hold."""
    text = (shipped("lessons") / "README.md").read_text(encoding="utf-8")
    if sys.stdout.isatty():
        click.echo_via_pager(text)
    else:
        click.echo(text, nl=False)


@lesson.command(epilog=_examples("notes flux-deep-dive --section part-5", "notes flux-deep-dive --follow"))
@click.argument("id_", metavar="ID")
@_SECTION
@click.option("--follow", is_flag=True, help="Print the notes of each section that the class moves to; Ctrl+C ends it.")
@learner_option
@lang_option
def notes(id_: str, section: str | None, follow: bool, learner: str | None, lang: str | None) -> None:
    """Print what is for the instructor, and nothing else.

    With --follow it is meant for a second terminal, out of the class's sight.
    """
    opened = _open(id_, lang, True, section)
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
    folder = lesson_path(path)
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
        verdict = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}" if findings else "in order"
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


def _open(name: str | None, lang: str | None, instructor: bool, section: str | None = None) -> Lesson:
    """Open a lesson, or the last class's, in the language asked for, and say on stderr what is not there in it."""
    tongue = wanted_language(lang)
    opened = open_lesson(name, lang=tongue) if name is not None else last_lesson(find_paths().learner().root, tongue)
    lacking = untranslated_text(opened, instructor=instructor)
    if lacking and (section is None or section in opened.untranslated):
        click.echo(plain(lacking), err=True)
    return opened


def _width() -> int | None:
    return min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else None


def _print(text: str) -> None:
    click.echo(plain(text, keep_newlines=True), nl=False)
