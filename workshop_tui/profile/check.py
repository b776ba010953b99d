"""Tells whether a hand-in is in order; it may come from anybody, and nothing in it is believed, opened or run."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.lesson.finding import Finding
from workshop_tui.lesson.read import Unreadable
from workshop_tui.profile import hand_in
from workshop_tui.profile.cross_checks import checklist_findings, pair_findings, profile_findings
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE, Checklist, Measurement, Profile
from workshop_tui.profile.read import read_toml
from workshop_tui.text import counted, plain_start

MOST_FINDINGS = 200
"""A file made to have thousands of faults fills no screen."""

_WRITE = "Write it anew: workshop-tui profile export"
_GUIDE = "a file that `workshop-tui profile export` has written"
_LONGEST = 300
"""Characters of one part of a finding; a key may be as long as its file."""

T = TypeVar("T", Profile, Checklist)


@dataclass(frozen=True)
class Report:
    """What a hand-in is and what is wrong with it."""

    findings: tuple[Finding, ...]
    """Errors first; no text in them can steer a terminal."""
    profile: Profile | None = None
    """As it was read; None where it was not asked for or its structure has errors. Its texts are a stranger's."""
    checklist: Checklist | None = None
    """The same for the checklist."""
    left_out: int = 0
    """Findings beyond `MOST_FINDINGS`."""

    @property
    def errors(self) -> int:
        return sum(finding.severity == "error" for finding in self.findings) + self.left_out

    @property
    def missing(self) -> tuple[str, ...]:
        """What the learner still has to do, in the hand-in's own words."""
        if self.profile is not None:
            return self.profile.missing
        problems = self.checklist.problems if self.checklist else ()
        open_ = sum(entry.state == "open" for entry in problems)
        return (f"Checklist: {open_} of {len(problems)} problems are open.",) if open_ else ()

    @property
    def complete(self) -> bool:
        """Whether it is in order and nothing is missing."""
        return not self.errors and not self.missing


def check_hand_in(path: Path) -> Report:
    """Check a hand-in.

    Args:
        path: A folder with both files, or one of the files.

    Raises:
        UserError: There is no such folder or file.
    """
    if not path.exists():
        raise UserError(f"There is no file or folder {path}.", "Name a hand-in's TOML file, or its folder.")
    findings: list[Finding] = []
    profile: Profile | None = None
    checklist: Checklist | None = None
    if path.is_dir():
        profile = _read(path / PROFILE_FILE, Profile, PROFILE_FILE, findings)
        checklist = _read(path / CHECKLIST_FILE, Checklist, CHECKLIST_FILE, findings)
    elif _is_checklist(path):
        checklist = _read(path.resolve(), Checklist, CHECKLIST_FILE, findings)
    else:
        profile = _read(path.resolve(), Profile, PROFILE_FILE, findings)
    if profile:
        findings += profile_findings(profile)
    if checklist:
        findings += checklist_findings(checklist)
    if profile and checklist:
        findings += pair_findings(profile, checklist)
    if not path.is_dir():  # it may have any name
        findings = [msgspec.structs.replace(finding, file=path.name) for finding in findings]
    findings.sort(key=lambda finding: finding.severity != "error")
    shown = tuple(_harmless(finding) for finding in findings[:MOST_FINDINGS])
    return Report(shown, profile, checklist, len(findings) - len(shown))


def read_profile(path: Path, on_left_out: Callable[[str], None] = lambda _why: None) -> Profile:
    """Return the optimization profile of a hand-in, to reckon with it; its texts are a stranger's.

    Args:
        path: A folder, or the file.
        on_left_out: Told of measurements that are left out, because their id stands there twice or their figures are
            none.

    Raises:
        UserError: There is none, or it has errors that hide what is in it.
    """
    report = check_hand_in(path / PROFILE_FILE if path.is_dir() else path)
    if report.profile is None:
        why = str(report.findings[0]) if report.findings else "it is a troubleshooting checklist."
        raise UserError(f"{path}: {why}", f"`workshop-tui profile check {path}` says all that is wrong with it.")
    runs = {run.run_id: run for run in reversed(report.profile.measurements) if is_sound(run)}
    sound = tuple(run for run in report.profile.measurements if runs.get(run.run_id) is run)
    if lacking := len(report.profile.measurements) - len(sound):
        on_left_out(f"{counted(lacking, 'measurement')} of {path}; `workshop-tui profile check` says why.")
    return msgspec.structs.replace(report.profile, measurements=sound)


def is_sound(run: Measurement) -> bool:
    """Tell whether a stranger's figures can be reckoned with."""
    figures = (run.seconds, run.seconds_load, run.peak_memory_mib, run.energy_j)
    return all(0 <= figure < math.inf for figure in figures)


def _is_checklist(path: Path) -> bool:
    """Tell which file it is by what it says of itself, else by its name."""
    try:
        kind = read_toml(path.resolve(), path.name).get("kind")
    except Unreadable:
        kind = None
    if kind in ("optimization-profile", "troubleshooting-checklist"):
        return kind == "troubleshooting-checklist"
    return path.name == CHECKLIST_FILE


def _read(path: Path, kind: type[T], name: str, findings: list[Finding]) -> T | None:
    try:
        raw = read_toml(path, name)
    except Unreadable as error:
        findings.append(error.finding)
        return None
    if not raw:
        findings.append(Finding("error", name, "", "", "nothing stands in this file.", _WRITE))
        return None
    schema = raw.get("schema")
    if isinstance(schema, int) and not isinstance(schema, bool) and schema != hand_in.SCHEMA:
        newer = schema > hand_in.SCHEMA
        message = (
            f"this file is from a newer program; this one reads schema {hand_in.SCHEMA}."
            if newer
            else "there is no such schema."
        )
        todo = "Update workshop-tui." if newer else f"Write schema = {hand_in.SCHEMA}."
        findings.append(Finding("error", name, "schema", str(schema), message, todo))
        return None
    read, misfits = _structured(raw, kind, name)
    findings += misfits
    return read


def _structured(raw: Mapping[str, Any], kind: type[T], name: str) -> tuple[T | None, list[Finding]]:
    try:
        return msgspec.convert(raw, kind), []
    except (msgspec.ValidationError, RecursionError) as error:
        from workshop_tui.lesson.structure import structural_findings

        try:
            misfits = structural_findings(raw, kind, name, _GUIDE)
        except RecursionError:
            misfits = [Finding("error", name, "", "", "it is nested too deeply.", "No hand-in is nested like this.")]
        if not misfits:
            misfits = [Finding("error", name, "", "", f"{error}.", _WRITE)]
        return None, misfits


def _harmless(finding: Finding) -> Finding:
    def cut(text: str) -> str:
        return plain_start(text, _LONGEST)

    return Finding(
        finding.severity,
        finding.file,
        cut(finding.where),
        cut(finding.value),
        cut(finding.message),
        cut(finding.todo),
    )
