"""What is asked about items of the learner's own: problems beside the lesson's, and unexpected things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from workshop_tui.app.key_table import key_of, with_keys
from workshop_tui.app.screens.ask import SHOWN, ChoiceScreen, LineScreen, keep_or_ask, write_line
from workshop_tui.app.screens.evidence import ask_for_run
from workshop_tui.errors import UserError
from workshop_tui.notebook.entries import Check, Own, own_id
from workshop_tui.text import plain, plain_start

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp

_TITLE = {"problem": "A problem of your own, in a few words:", "discovery": "What was unexpected, in a few words:"}
_NOTE = {
    "problem": "What helped? {line.take} alone: nothing yet.",
    "discovery": "What did you see? {line.take} alone: no more to say.",
}


async def add_own(app: WorkshopApp, kind: Own) -> None:
    """Ask for an item's title, then what there is to say of it, and of a discovery the run; keep it."""
    title = LineScreen(_TITLE[kind], "", _check_title)
    if not await app.push_screen_wait(title):
        return
    note = LineScreen(with_keys(_NOTE[kind]), "")
    if not await app.push_screen_wait(note):
        return
    run_id: str | None = ""
    if kind == "discovery" and app.book.runs:
        run_id = await ask_for_run(app, (), "None")
    if run_id is not None:
        helped = bool(note.value.strip()) and kind == "problem"
        check = Check(
            own_id(app.book.checks),
            "solved" if helped else "open",
            note.value.strip(),
            run_id,
            own=kind,
            title=title.value.strip(),
        )
        await keep_or_ask(app, check.title, lambda: app.desk.change_check(check.problem, lambda _: check))


async def change_own(app: WorkshopApp, check: Check) -> None:
    """Ask for another title."""

    async def keep(title: str) -> bool:
        return await app.desk.change_check(
            check.problem, lambda newest: msgspec.structs.replace(newest, title=title.strip())
        )

    await write_line(app, _TITLE[check.own], check.title, keep)


async def delete_own(app: WorkshopApp, check: Check) -> None:
    """Delete an item after a question."""
    choices = [("no", "Keep it"), ("yes", "Delete it, with its note")]
    question = ChoiceScreen(f"Delete '{plain_start(check.title, SHOWN)}'?", choices)
    if await app.push_screen_wait(question) == "yes" and await app.desk.delete_check(check.problem):
        app.notify(plain(f"Deleted: {check.title}"), markup=False)


def _check_title(text: str) -> None:
    if not text.strip():
        raise UserError("It is empty.", f"Write what it is about, or leave with {key_of('line.cancel')}.")
