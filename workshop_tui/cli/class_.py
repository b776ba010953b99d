"""`workshop-tui class open`, which `workshop-tui class` and `workshop-tui` alone mean too: opens the app."""

import gc
import os
import shutil
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from workshop_tui.browser import in_browser
from workshop_tui.cli.common import engine_option, learner_option, profiles_option
from workshop_tui.cli.language import lang_option, wanted_language
from workshop_tui.config import THEMES, Config, load_config
from workshop_tui.errors import UserError
from workshop_tui.lesson.last import last_lesson
from workshop_tui.lesson.loader import open_lesson
from workshop_tui.lesson.schedule import parse_schedule
from workshop_tui.paths import find_paths
from workshop_tui.terminal import AS_LINES, SMALLEST

if TYPE_CHECKING:
    from workshop_tui.app.setting import Setting


@click.command("open")
@click.argument("lesson", required=False)
@click.option(
    "--plain/--screens",
    "as_lines",
    default=None,
    help="The whole class as lines, for screen readers, bad connections and pipes; or as screens. Default: the "
    "configuration's, else screens.",
)
@click.option(
    "--schedule",
    help="own, printed, or 'fit N' (minutes in all). Default: as last time, else the configuration's, else own.",
)
@click.option("--began", metavar="HH:MM", help="When the class began, where you join later.")
@click.option("--instructor", is_flag=True, help="Show the instructor's notes in the lesson.")
@click.option(
    "--model",
    metavar="MODEL",
    help="small-flux (built in), a folder, a file or a hub id. Default: the configuration's, else as last time, "
    "else what fits this machine.",
)
@click.option(
    "--pictures",
    type=click.Choice(["auto", "kitty", "sixel", "half", "off"]),
    help="How pictures are drawn; auto asks the terminal. Default: as last time in this terminal, else half (blocks).",
)
@click.option(
    "--theme",
    type=click.Choice(THEMES),
    help="Colours; ansi takes the terminal's own 16. Default: as last time in this terminal, else the configuration's.",
)
@click.option(
    "--ascii/--no-ascii", "ascii_", default=None, help="Draw with ASCII signs alone. Default: where it is not UTF-8."
)
@click.option("--slow-line/--fast-line", default=None, help="Send little: clock by the minute, readings each 10 s.")
@engine_option
@lang_option
@learner_option
@profiles_option
def open_(
    as_lines: bool | None = None,
    pictures: str | None = None,
    theme: str | None = None,
    ascii_: bool | None = None,
    slow_line: bool | None = None,
    **options: Any,
) -> int:
    """Follow a class: LESSON is a lesson's id or folder; without one, that of your last class.

    Everything is saved as you type, and goes on where you were the next time.

    \b
    workshop-tui class --schedule "fit 150"
    """
    if in_browser(os.environ):  # a page says that it opens, and stdout takes Textual's packets alone
        config = load_config()
        return _open_screens(setting_of(config, **options), config, pictures, theme, ascii_, slow_line)
    if sys.stdout.isatty():
        # What follows takes a moment, on a cold disk some seconds; whatever is printed next stands over this line.
        print(OPENING, end="\r", flush=True)
    config = load_config()
    if config.plain if as_lines is None else as_lines:
        from workshop_tui.app.plain.plain_class import run_plain

        return run_plain(setting_of(config, **options))
    _check_terminal()
    return _open_screens(setting_of(config, **options), config, pictures, theme, ascii_, slow_line)


OPENING = "Opening the class ..."

DRAWING = ("pictures", "theme", "ascii_", "slow_line")
"""The options that say how the screens are drawn."""


def _open_screens(
    setting: "Setting",
    config: Config,
    pictures: str | None,
    theme: str | None,
    ascii_: bool | None,
    slow_line: bool | None,
) -> int:
    gc.disable()  # what is loaded now stays; the app enables it again, once the card stands
    from workshop_tui.app.app import WorkshopApp
    from workshop_tui.app.graphics import choose
    from workshop_tui.app.look import choose_look

    root = setting.learner.root
    look = choose_look(
        theme,
        ascii_,
        slow_line,
        config=config,
        root=root,
        environment=os.environ,
        encoding=getattr(sys.__stderr__, "encoding", None) or "ascii",  # where Textual draws
    )
    drawn = choose(pictures, root, os.environ, shades=look.shades)
    again: Setting | None = replace(setting, look=look, pictures=drawn)
    code = 0
    while again:
        app = WorkshopApp(again)
        if sys.stdout.isatty():  # a short line at the end would not cover all of it
            print(" " * len(OPENING), end="\r", flush=True)
        again = app.run()
        code = app.return_code or 0
    return code


def setting_of(
    config: Config,
    *,
    lesson: str | None = None,
    schedule: str | None = None,
    began: str | None = None,
    instructor: bool = False,
    model: str | None = None,
    engine: str | None = None,
    lang: str | None = None,
    learner: str | None = None,
    profiles: str | None = None,
) -> "Setting":
    """Return what the app is opened with, from the configuration and the command's options.

    Raises:
        UserError: One of them is wrong.
    """
    from workshop_tui.app.setting import Setting

    paths = find_paths(profiles, engine)
    mine, tongue = paths.learner(learner), wanted_language(lang)
    if model and not mine.engine:  # a shared engine has models of its own
        from workshop_tui.generation.found_models import check_whole  # the first frame waits for it only here

        check_whole(model)
    return Setting(
        lesson=open_lesson(lesson, lang=tongue) if lesson else last_lesson(mine.root, tongue),
        learner=mine,
        paths=paths,
        model=model or config.model,
        schedule=parse_schedule(schedule) if schedule else None,
        usual_schedule=parse_schedule(config.schedule) if config.schedule else None,
        began=_read_time(began) if began else None,
        instructor=instructor,
        alerts=config.alerts,
    )


def _check_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError("The class needs a terminal; input or output is a pipe or a file.", AS_LINES)
    if os.environ.get("TERM", "dumb") == "dumb":
        raise UserError("The terminal says that it can do nothing (TERM=dumb).", AS_LINES)
    columns, rows = shutil.get_terminal_size()
    if columns < SMALLEST[0] or rows < SMALLEST[1]:
        raise UserError(
            f"The terminal has {columns}x{rows} cells; {SMALLEST[0]}x{SMALLEST[1]} are the least.",
            f"Make the window larger, or its letters smaller. {AS_LINES}",
        )


def _read_time(text: str) -> datetime:
    try:
        clock = datetime.strptime(text.strip(), "%H:%M")
    except ValueError:
        raise UserError(f"--began: '{text}' is not a time.", "Write hours and minutes, such as 14:00.") from None
    now = datetime.now().astimezone()
    moment = now.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    # Shortly after midnight, 23:30 means yesterday's.
    return moment - timedelta(days=1) if moment - now > timedelta(hours=12) else moment
