"""The hand-in as it lies on disk, to be read and shared."""

import asyncio
from pathlib import Path

from textual import work
from textual.binding import Binding

from workshop_tui.app.key_table import keys
from workshop_tui.app.screens.copy_out import copy_out
from workshop_tui.app.screens.to_read import ToReadScreen
from workshop_tui.paths import LearnerPaths
from workshop_tui.profile.check import Report, check_hand_in
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE
from workshop_tui.profile.place import hand_ins_in
from workshop_tui.profile.summary import summary_rows


class LastHandInScreen(ToReadScreen):
    """Shows profile and checklist, or what is wrong with them; nothing can be changed here.

    It is this lesson's hand-in, or where nothing is in that yet, the one of the lesson before.

    Args:
        folder: This lesson's hand-in folder.
        learner: Whose.
    """

    BINDINGS = keys(
        "last_hand_in",
        Binding("l", "dismiss", "Close", show=False, tooltip="Back to the lesson"),
        Binding("y", "copy", "Copy", tooltip="The line that copies it to your own computer"),
    )

    def __init__(self, folder: Path, learner: LearnerPaths) -> None:
        super().__init__()
        self._learner = learner
        self._folder = folder

    def on_mount(self) -> None:
        self._read()

    def action_copy(self) -> None:
        copy_out(self.app, self._folder, self._learner.root, folder=True)

    @work
    async def _read(self) -> None:
        self._folder, report = await asyncio.to_thread(_last, self._folder, self._learner.hand_in)
        self.show(_rows(self._folder, report))


def _last(own: Path, learners: Path) -> tuple[Path, Report | None]:
    """Return where the last hand-in lies, and what it is; None where there is none.

    Args:
        own: This lesson's folder.
        learners: That of all the learner's hand-ins.
    """
    others = [folder for folder in hand_ins_in(learners) if folder != own]
    others.sort(key=lambda folder: (folder / PROFILE_FILE).stat().st_mtime, reverse=True)
    for folder in (own, *others):
        if not _is_empty(report := _report(folder)):
            return folder, report
    return own, _report(own)


def _report(folder: Path) -> Report | None:
    there = any((folder / name).exists() for name in (PROFILE_FILE, CHECKLIST_FILE))
    return check_hand_in(folder) if there else None


def _is_empty(report: Report | None) -> bool:
    """Tell whether there is nothing of the learner in it; what is broken may hold something."""
    if report is None:
        return True
    profile = report.profile
    return profile is not None and not (
        profile.measurements or profile.observations or profile.notes or profile.improvements
    )


def _rows(folder: Path, report: Report | None) -> list[tuple[str, str]]:
    rows = [("", "Your last hand-in: to be read only")]
    profile, checklist = (report.profile, report.checklist) if report else (None, None)
    if _is_empty(report):
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
