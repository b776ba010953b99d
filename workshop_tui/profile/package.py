"""The hand-in as it is given away: all its files in a folder, or in one archive."""

import io
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workshop_tui.errors import UserError
from workshop_tui.exercises.registry import all_parts
from workshop_tui.files import cannot_write, write_atomic
from workshop_tui.generation.record import Run
from workshop_tui.lesson.model import Lesson
from workshop_tui.notebook.run_table import SHORT
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import LearnerPaths
from workshop_tui.profile.build import build_checklist, build_profile
from workshop_tui.profile.export import write_runs
from workshop_tui.profile.gather import gather_all, keep_hardware
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE, REPORT_HTML, REPORT_MD, Checklist, Profile
from workshop_tui.profile.markdown import html_page
from workshop_tui.profile.place import picture_place
from workshop_tui.profile.plots import NAMES, plots, write_plots
from workshop_tui.profile.report import report_markdown
from workshop_tui.profile.sheets import forget_runs, sheet_name, write_sheets
from workshop_tui.profile.write import write_hand_in


@dataclass(frozen=True)
class Package:
    """What was written."""

    files: tuple[Path, ...]
    runs: int
    missing: tuple[str, ...]
    """What is still to do for a complete hand-in."""
    notices: tuple[str, ...]
    """Sentences for the learner; usually none."""


def write_package(folder: Path, notebook: Notebook, lesson: Lesson, learner: LearnerPaths, now: datetime) -> Package:
    """Write the whole hand-in of a lesson: both TOML files, all runs, contact sheets, chosen pictures, the report.

    Args:
        folder: Made where it is missing.
        notebook: The learner's.
        lesson: Which.
        learner: Whose.
        now: The time that is written down.

    Raises:
        UserError: The folder is another user's, or a file in it is from a newer version.
        WorkshopError: It cannot be written.
    """
    keep_hardware(notebook, learner)
    found = gather_all(notebook, lesson, learner)
    profile, checklist = build_profile(found, now), build_checklist(found, now)
    notices = write_hand_in(folder, profile, checklist)
    runs = notebook.runs()
    files = [folder / PROFILE_FILE, folder / CHECKLIST_FILE, write_runs(folder, runs)]
    write_sheets(folder, lesson, [run for run in runs if run.origin.lesson == lesson.id], learner.pictures)
    files += [sheet for part in all_parts(lesson) if (sheet := folder / sheet_name(part)).is_file()]
    drawn = plots(lesson, found.runs, profile.limits)
    files += write_plots(folder, drawn)
    files += _write_pictures(folder, _chosen(profile, checklist, runs), learner.pictures)
    markdown = report_markdown(found, profile, checklist, [file.name for file in files], drawn)
    html = html_page(markdown, f"{profile.learner}: {profile.lesson.title}", folder)
    for name, text in ((REPORT_MD, markdown), (REPORT_HTML, html)):
        write_atomic(folder / name, text)
        files.append(folder / name)
    return Package(tuple(files), len(runs), profile.missing, tuple(notices))


def take_out_runs(folder: Path, deleted: Collection[str]) -> bool:
    """Remove what shows deleted runs from a hand-in's folder; tell whether the report did, so that it is missing now.

    Args:
        folder: The hand-in's.
        deleted: Ids of runs.

    Raises:
        WorkshopError: A file cannot be removed.
    """
    forget_runs(folder, deleted)
    report = folder / REPORT_MD
    try:
        text = report.read_text() if report.is_file() else ""
        shown = any(run_id[:SHORT] in text for run_id in deleted)
        told = [report, folder / REPORT_HTML, *(folder / name for name in NAMES)]
        for file in [picture_place(folder, run_id) for run_id in deleted] + told * shown:
            file.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return shown


def check_archive(archive: Path) -> None:
    """Refuse a name for an archive before anything is written.

    Raises:
        UserError: It has another ending, or there is such a file.
    """
    if archive.suffix.lower() != ".zip":
        raise UserError(f"--zip: '{archive}' is no name of a ZIP file.", "End it in .zip.")
    if archive.exists():
        raise UserError(f"--zip: {archive} exists.", "Choose another name, or remove it.")


def write_archive(archive: Path, folder: Path, files: Sequence[Path]) -> None:
    """Write files as one ZIP archive, in a folder of the archive's name.

    Args:
        archive: What is written.
        folder: Below which the files lie.
        files: Which.

    Raises:
        WorkshopError: It cannot be written.
    """
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in files:
            packed.write(file, Path(archive.stem) / file.relative_to(folder))
    write_atomic(archive, data.getvalue())


def _chosen(profile: Profile, checklist: Checklist, runs: Sequence[Run]) -> list[Run]:
    """Return the runs that show a value found best, the latest of each, and those that checklist or log name."""
    ids = {good.runs[-1] for good in profile.good_settings if good.runs}
    ids |= {cites.run_id for entry in checklist.problems for cites in (entry, *entry.tried)}
    ids |= {each.run_id for each in profile.discoveries}
    return [run for run in runs if run.run_id in ids and run.picture]


def _write_pictures(folder: Path, chosen: Sequence[Run], pictures: Path) -> list[Path]:
    written: list[Path] = []
    for run in chosen:
        source, target = pictures / run.picture, picture_place(folder, run.run_id)
        if source.is_file():
            write_atomic(target, source.read_bytes())
            written.append(target)
    return written
