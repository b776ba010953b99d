"""`workshop-tui class`: its commands, of which opening the class is the one that needs no name."""

from typing import ClassVar

import click

from workshop_tui.cli import LazyGroup


class ClassGroup(LazyGroup):
    """A group for which what is no command's name belongs to `open`."""

    lazy: ClassVar[dict[str, tuple[str, str]]] = {
        "open": ("class_:open_", "Follow a class; its name may be left out: workshop-tui class LESSON"),
        "preflight": ("class_preflight:preflight", "Look at this machine before a class."),
        "plan": ("class_plan:plan", "Say how many cards a class needs, on paper."),
        "serve": ("class_serve:serve", "Share one loaded model with all learners of this machine."),
        "status": ("class_serve:status", "Say what the shared engine does, and your place in its line."),
        "stop": ("class_serve:stop", "End the shared engine."),
        "clock": ("class_clock:clock", "Set the clock that the class may follow."),
        "report": ("class_report:report", "Read all hand-ins of a folder."),
    }

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.lazy and args[0] not in ctx.help_option_names):
            args = ["open", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ClassGroup)
def class_() -> None:
    """Follow a class in the terminal; or run one: share a model, set its clock, read its hand-ins.

    \b
    workshop-tui class --schedule "fit 150"
    workshop-tui class open --help
    """
