"""The commands. Each lives in its own module and is imported only when it runs, so that none waits for another."""

import errno
import importlib
import io
import os
import sys
from pathlib import Path
from typing import Any, ClassVar

import click

from workshop_tui import __version__
from workshop_tui.errors import WorkshopError, log_defect
from workshop_tui.text import plain

COMMANDS: dict[str, tuple[str, str]] = {
    "class": ("class_group:class_", "Follow a class in the terminal (what happens with no command)."),
    "serve": ("serve:serve", "Follow a class in a browser, where the terminal cannot show pictures."),
    "lesson": ("lesson:lesson", "Show, list, search, check and begin lessons."),
    "generate": ("generate:generate", "Make one picture."),
    "sweep": ("sweep:sweep", "Make a series of pictures with settings varied."),
    "promote": ("rework:promote", "Make a preview final: the same picture with more steps."),
    "refine": ("rework:refine", "Enlarge a picture and denoise it part of the way again."),
    "preset": ("preset:preset", "List, save and delete steps and guidance under a name."),
    "runs": ("runs:runs", "List, show, open and delete what was made."),
    "gpu": ("gpu:gpu", "Show what the GPU and this machine are doing."),
    "metrics": ("metrics:metrics", "Show seconds an image, memory, consistency and errors of your runs."),
    "model": ("model:model", "See which models are on this machine, get one, check a folder."),
    "plan": ("plan:plan", "Say which placements of a model fit a card, before it is loaded."),
    "limits": ("limits:limits", "Find the largest size or batch that fits, by trying."),
    "homework": ("homework:homework", "Make what a lesson's exercises still lack, as far as the time goes."),
    "worker": ("worker:worker", "See, pause, free or stop the background worker."),
    "observe": ("notes:observe", "Write down what was seen in an exercise."),
    "note": ("note:note", "Read and write your notes on the lesson's sections."),
    "checklist": ("checklist:checklist", "See and set the troubleshooting checklist."),
    "profile": ("profile:profile", "Show, check and export the hand-in."),
    "clean": ("clean:clean", "List what is kept on this machine, and remove what you name."),
    "doctor": ("doctor:doctor", "Say what is wrong with this machine, terminal and installation."),
    "config": ("config:config", "Show and check what the site and you have set."),
    "paths": ("paths:paths", "Show where everything lies."),
}
"""Name to where the command lives and what `--help` says of it."""


class LazyGroup(click.Group):
    """A group that knows its commands' names and one-line helps without importing them."""

    lazy: ClassVar[dict[str, tuple[str, str]]] = COMMANDS

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.lazy:
            return None
        module, attribute = self.lazy[cmd_name][0].split(":")
        return getattr(importlib.import_module(f"workshop_tui.cli.{module}"), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.lazy.items()])


class Main(LazyGroup):
    """The program itself."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader has seen enough, as `head` has; click would call that a failure
            # What Python still holds for it must not raise again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0


@click.group(
    cls=Main,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="workshop-tui")
@click.pass_context
def workshop_tui(ctx: click.Context) -> int | None:
    """The terminal workshop assistant for FLUX.1 classes.

    With no command it opens the class; `workshop-tui class --plain` holds it in plain lines, as for a screen reader.
    Exit codes: 0 done, 1 something failed here, 2 the request was wrong,
    130 stopped with ctrl+c.
    """
    if ctx.invoked_subcommand is None:
        from workshop_tui.cli.class_ import open_

        return ctx.invoke(open_)
    return None


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; never shows a traceback for what a person can mend."""
    if sys.platform == "win32":
        print("workshop-tui runs on Linux and macOS; on Windows, use it inside WSL2.", file=sys.stderr)
        raise SystemExit(2)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what the output has no letters for shows as '?', and is no failure
            stream.reconfigure(errors="replace")
    try:
        Path.cwd()
    except OSError:
        print("workshop-tui: the folder that you are in is gone.\n  Change to another: cd", file=sys.stderr)
        raise SystemExit(2) from None
    try:
        result: Any = workshop_tui.main(args=arguments, standalone_mode=False)
    except click.exceptions.Abort:
        print("Stopped.", file=sys.stderr)
        raise SystemExit(130) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    except WorkshopError as error:
        print(plain(f"workshop-tui: {error}", keep_newlines=True), file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except Exception as error:
        print(plain(f"workshop-tui: {_told(error)}", keep_newlines=True), file=sys.stderr)
        raise SystemExit(1) from None
    raise SystemExit(result if isinstance(result, int) else 0)


def _told(error: Exception) -> str:
    """Return what a person is told of an error that no command expects; a defect goes into the log."""
    from workshop_tui.paths import find_paths

    if isinstance(error, OSError) and error.errno in _THEIRS:
        place = error.filename or "What is printed here"
        return f"{place} cannot be read or written: {error.strerror}.\n  Check permissions and the room on the disk."
    said = f"something went wrong here ({type(error).__name__})."
    try:
        return f"{said}\n  What happened is in {log_defect(find_paths().log)}"
    except WorkshopError as wrong:  # the configuration, which says where the log is
        return f"{said}\n  {wrong}"


_THEIRS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
"""What is wrong with a machine and not with the program."""
