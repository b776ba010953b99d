"""`workshop-tui profile`: show, check, compare, complete and export the hand-in."""

from datetime import UTC, datetime
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import click
import msgspec

from workshop_tui.cli.common import UserPath, WholeLines, json_option, say, say_json, say_left_out
from workshop_tui.cli.comparing import comparison_json, comparison_lines
from workshop_tui.cli.hand_in import Work, open_work, work_options
from workshop_tui.cli.profile_presets import presets
from workshop_tui.cli.replay import replay
from workshop_tui.cli.showing import check_folder
from workshop_tui.errors import UserError
from workshop_tui.exercises.suggesting import suggestions
from workshop_tui.lesson.finding import Finding
from workshop_tui.profile.build import IMPROVEMENTS, build_checklist, build_profile, hardware_entry
from workshop_tui.profile.check import Report, check_hand_in, read_profile
from workshop_tui.profile.compare import compare_profiles
from workshop_tui.profile.findings import Findings
from workshop_tui.profile.gather import CORRECTED, gather_all, keep_correction, keep_improvement, look_at_hardware
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE, Profile
from workshop_tui.profile.package import check_archive, write_archive, write_package
from workshop_tui.profile.summary import machine_words, summary
from workshop_tui.profile.write import as_dict
from workshop_tui.text import counted, plain


@click.group(cls=WholeLines)
def profile() -> None:
    """Show, check and export the hand-in: the optimization profile and the troubleshooting checklist."""


profile.add_command(presets)
profile.add_command(replay)


@profile.command()
@work_options
@json_option
def show(lesson: str | None, learner: str | None, profiles: str | None, as_json: bool) -> None:
    """Show the hand-in as it stands now; nothing is written."""
    with open_work(lesson, learner, profiles, reads=True) as work:
        found = _with_hardware(work)
        now = datetime.now(UTC)
        built, checklist = build_profile(found, now), build_checklist(found, now)
        if as_json:
            files = {name: str(work.folder / name) for name in (PROFILE_FILE, CHECKLIST_FILE)}
            say_json({"profile": as_dict(built), "checklist": as_dict(checklist), "files": files})
            return
        for line in summary(built, checklist, found.hardware, work.folder):
            say(line)


@profile.command()
@click.argument("path", metavar="FILE|DIR", type=UserPath())
@json_option
@click.pass_context
def check(ctx: click.Context, path: Path, as_json: bool) -> None:
    """Say whether a hand-in is in order, and what is missing in it.

    It may come from anybody: nothing in it is opened, loaded or run. Leaves with 0 when it is in order (warnings
    allowed), also where something is still missing, and with 2 when it has errors.
    """
    report = check_hand_in(path)
    if as_json:
        say_json(_report(path, report))
    else:
        _print_report(path, report)
    if report.errors:
        ctx.exit(2)


@profile.command()
@click.argument("place", metavar="N", type=click.IntRange(1, IMPROVEMENTS))
@click.argument("text", required=False)
@work_options
def improve(place: int, text: str | None, lesson: str | None, learner: str | None, profiles: str | None) -> None:
    """Write area for improvement number N of the assignment's three; an empty TEXT ("") takes it back.

    Without TEXT it lists what your own measurements suggest. Write it in your own words: a suggestion that is taken
    over as it stands is marked in the hand-in.
    """
    with open_work(lesson, learner, profiles, reads=text is None) as work:
        if text is None:
            found = gather_all(work.notebook, work.lesson, work.learner)
            say(f"{place}. {found.improvements.get(place, '(not written yet)')}")
            known = suggestions(work.lesson, found.runs, found.observations)
            say("Your measurements suggest:" if known else "Nothing is measured yet that could suggest something.")
            for each in known:
                say(f"  - {each}")
            return
        keep_improvement(work.notebook, work.lesson, place, text.strip())
        work.hand_in()
        say(f"{place}. {text.strip() or '(taken back)'}")


@profile.command()
@click.argument("what", required=False, type=click.Choice(CORRECTED))
@click.argument("text", required=False)
@work_options
def hardware(what: str | None, text: str | None, lesson: str | None, learner: str | None, profiles: str | None) -> None:
    """Show what was found of this machine, or correct it by hand; an empty TEXT ("") takes a correction back.

    The hand-in has both: what was found, and what you say.

    \b
    workshop-tui profile hardware vram "24 GB"
    """
    with open_work(lesson, learner, profiles, reads=text is None) as work:
        if what is not None and text is not None:
            keep_correction(work.notebook, what, text)
            work.hand_in()
        found = _with_hardware(work)
        for line in machine_words(hardware_entry(found.hardware, found.corrections)):
            say(line)


@profile.command()
@click.option(
    "--out",
    metavar="DIR",
    type=UserPath(file_okay=False),
    help="Where the files go. Default: your hand-in folder; `workshop-tui paths` shows it.",
)
@click.option(
    "--zip",
    "archive",
    metavar="FILE",
    type=UserPath(dir_okay=False),
    help="Pack all of it into this archive too; it may not be there yet.",
)
@work_options
@json_option
def export(
    out: Path | None,
    archive: Path | None,
    lesson: str | None,
    learner: str | None,
    profiles: str | None,
    as_json: bool,
) -> None:
    """Write the whole hand-in: both TOML files, the report to read, runs, contact sheets and the chosen pictures.

    The report is report.md, and report.html with its pictures inside.
    """
    if archive:
        archive = archive.absolute()
        check_archive(archive)
        check_folder(archive.parent, "--zip", missing_ok=False)
    with open_work(lesson, learner, profiles) as work:
        folder = out.absolute() if out else work.folder
        made = write_package(folder, work.notebook, work.lesson, work.learner, datetime.now(UTC))
    for notice in made.notices:
        click.echo(plain(notice), err=True)
    files = list(made.files)
    if archive:
        write_archive(archive, folder, files)
        files.append(archive)
    if as_json:
        say_json({"files": [str(file) for file in files], "runs": made.runs, "missing": list(made.missing)})
        return
    for file in files:
        say(str(file))
    todo = f"Missing: {counted(len(made.missing), 'thing')}; `workshop-tui profile show` lists them."
    say(todo if made.missing else "Complete.")


@profile.command()
@click.argument("paths", metavar="FILE|DIR...", nargs=-1, type=UserPath())
@json_option
def compare(paths: tuple[Path, ...], as_json: bool) -> None:
    """Put hand-ins side by side: machines, models, what was found best, times and memory for the same settings.

    They may come from anybody: nothing in them is opened, loaded or run. The first is what
    the others are compared with.
    """
    if not 2 <= len(paths) <= len(ascii_uppercase):
        raise UserError(f"{len(paths)} hand-ins are named.", f"Name 2 to {len(ascii_uppercase)}: files or folders.")
    profiles = [read_profile(path, say_left_out) for path in paths]
    found, places = compare_profiles(profiles), [str(path) for path in paths]
    if as_json:
        say_json(comparison_json(found, profiles, places))
        return
    for line in comparison_lines(found, profiles, places):
        say(line)


def _with_hardware(work: Work) -> Findings:
    found = gather_all(work.notebook, work.lesson, work.learner)
    if found.hardware is not None:
        return found
    return msgspec.structs.replace(found, hardware=look_at_hardware(work.learner.root))


def _print_report(path: Path, report: Report) -> None:
    for finding in report.findings:
        say(str(finding))
    if report.left_out:
        say(f"... and {report.left_out} more.")
    errors, warnings = report.errors, sum(finding.severity == "warning" for finding in report.findings)
    said = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"
    say(f"{path}: {said if report.findings else 'in order'}")
    known = report.profile or report.checklist
    if known is not None:
        say(plain(f"{known.learner[:80]}, {known.lesson.title[:200]}"))
    if report.profile is not None:
        say(_made_with(report.profile))
    if report.complete:
        say("Complete.")
    elif report.missing:
        say("Missing:")
        for sentence in report.missing[:100]:
            say(f"  - {plain(sentence)[:300]}")


def _made_with(profile: Profile) -> str:
    if not profile.models:
        return "No pictures yet."
    return "Made with the built-in model: practice." if profile.practice else "Made with a real FLUX.1."


def _report(path: Path, report: Report) -> dict[str, Any]:
    known = report.profile or report.checklist
    return {
        "path": str(path),
        "learner": known.learner if known else None,
        "lesson": known.lesson.id if known else None,
        "practice": report.profile.practice if report.profile else None,
        "complete": report.complete,
        "missing": list(report.missing),
        "errors": report.errors,
        "warnings": sum(finding.severity == "warning" for finding in report.findings),
        "findings": msgspec.to_builtins(list[Finding](report.findings)),
    }
