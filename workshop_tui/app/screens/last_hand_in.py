"""The hand-in as it lies on disk, to be read and shared."""

import asyncio
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer

from workshop_tui.app.widgets.labelled import Labelled
from workshop_tui.profile.check import Report, check_hand_in
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE
from workshop_tui.profile.summary import summary_rows


class LastHandInScreen(ModalScreen[None]):
    """Shows profile and checklist, or what is wrong with them; nothing can be changed here.

    Args:
        folder: The learner's hand-in folder.
    """

    DEFAULT_CSS = """
    LastHandInScreen { background: $background; }
    LastHandInScreen > VerticalScroll { padding: 0 1; }
    """

    BINDINGS = [
        Binding("escape,l,q", "dismiss", "Close", key_display="Esc"),
        Binding("j", "scroll(1)", "Down", key_display="j k", tooltip="Read on"),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="hand-in"):
            yield Labelled(id="hand-in-text")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.query_one("#hand-in").focus()
        self._read()

    @work
    async def _read(self) -> None:
        there = [name for name in (PROFILE_FILE, CHECKLIST_FILE) if (self._folder / name).exists()]
        report = await asyncio.to_thread(check_hand_in, self._folder) if there else None
        self.query_one(Labelled).show_rows(_rows(self._folder, report))

    def action_scroll(self, step: int) -> None:
        self.query_one("#hand-in").scroll_relative(y=step, animate=False)


def _rows(folder: Path, report: Report | None) -> list[tuple[str, str]]:
    rows = [("", "Your last hand-in: to be read only")]
    profile, checklist = (report.profile, report.checklist) if report else (None, None)
    written = profile and (profile.notes or profile.improvements)
    if report is None or (profile and not (profile.measurements or profile.observations or written)):
        rows.append(("Empty", f"Nothing is handed in yet. The files grow by themselves while you work, in {folder}/"))
        rows.append(("Profile", "your machine, runs, best values, what you saw, your notes, areas to improve"))
        rows.append(("Checklist", "the lesson's problems, what you tried and what helped"))
    if report is None:
        return rows
    rows += [(finding.severity, str(finding)) for finding in report.findings]
    if profile:
        practice = " · PRACTICE: made by the built-in model" if profile.practice and profile.models else ""
        rows.append(("Written", f"{profile.written}{practice}"))
    if profile and checklist:
        rows += [(about, "\n".join(texts)) for about, texts in summary_rows(profile, checklist)]
    rows.append(("Folder", f"{folder}/"))
    if profile and profile.observations:
        rows.append(("", "What you saw"))
        rows += [(answer.part, f"{answer.asked}: {answer.answer}") for answer in profile.observations]
    if profile and profile.notes:
        rows += [("", "Your notes"), *profile.notes.items()]
    if checklist:
        rows.append(("", "Troubleshooting checklist"))
        for entry in checklist.problems:
            tried = [f"{tick.state}: {tick.solution} {tick.note}".rstrip() for tick in entry.tried]
            rows.append((entry.state, "\n".join(filter(None, [entry.title, entry.note, *tried]))))
    return rows
