"""All hand-ins of a class folder: who has done what, on which cards, and what went wrong how often.

The files are strangers'. None is believed, opened beyond its TOML, or fatal; what cannot be read is listed with the
reason.
"""

import os
import pwd
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.repeats import Spread, spread
from workshop_tui.profile.check import Report, check_hand_in, is_sound
from workshop_tui.profile.compare import settings_of
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE, Checklist, Measurement, Profile
from workshop_tui.profile.summary import gpu_words
from workshop_tui.text import plain_start

DEEPEST = 3
"""Folders below the class folder: a learner's own, in it a further lesson's, and one for whoever sorts by group."""
MOST = 5000
"""Hand-ins that are read."""
LONGEST = 500
"""Characters of one text of a learner."""


class Learner(msgspec.Struct, frozen=True, kw_only=True):
    """One hand-in; all texts are the learner's own, cut to a length."""

    name: str
    owner: str
    """Whose file it is on this machine: the name inside can be anybody's."""
    folder: str
    """Below the class folder."""
    lesson: str
    written: str
    practice: bool
    """No picture in it was made by a real FLUX.1."""
    models: tuple[str, ...]
    hardware: str
    missing: tuple[str, ...]
    """What is still to do, in the hand-in's own words."""
    faults: int
    """What is wrong with the files; `workshop-tui profile check` says what."""
    runs: int
    runs_ok: int
    presets: tuple[str, ...]
    good_settings: tuple[str, ...]
    solved: int
    """Problems of the checklist."""
    tried: int
    discoveries: tuple[str, ...]
    improvements: tuple[str, ...]
    suggested: int
    """Areas that are the program's suggestions, word for word."""

    @property
    def complete(self) -> bool:
        """Whether it is in order and nothing is missing."""
        return not self.faults and not self.missing


class Refused(msgspec.Struct, frozen=True):
    """What could not be read as a hand-in."""

    folder: str
    owner: str
    reason: str


class CardTime(msgspec.Struct, frozen=True):
    """What one card took for the same work, over all learners who have it."""

    card: str
    model: str
    work: str
    learners: int
    seconds: Spread
    """Of a picture, each learner's median."""


class Problem(msgspec.Struct, frozen=True):
    """One problem of the checklists."""

    title: str
    learners: int
    """Who met it: saw it in a run, tried something, or wrote it down."""
    solved: int
    helped: tuple[str, ...]
    """What they wrote down as having helped."""


class ClassReport(msgspec.Struct, frozen=True, kw_only=True):
    """A class's hand-ins."""

    folder: str
    learners: tuple[Learner, ...]
    refused: tuple[Refused, ...]
    cards: tuple[CardTime, ...]
    """The work that most learners have in common first."""
    problems: tuple[Problem, ...]
    """The most common first."""


def class_report(folder: Path) -> ClassReport:
    """Read all hand-ins below a folder; links are not followed.

    Raises:
        UserError: There is no such folder.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.", "Name the folder that the learners hand in to.")
    read: list[tuple[Learner, Profile, Checklist | None]] = []
    refused: list[Refused] = []
    for place in _places(folder):
        name = str(place.relative_to(folder))
        owner = _owner(place / PROFILE_FILE if (place / PROFILE_FILE).is_file() else place)
        try:
            report = check_hand_in(place)
        except (UserError, OSError) as error:
            refused.append(Refused(name, owner, _cut(str(error))))
            continue
        if report.profile is None:
            why = _cut(str(report.findings[0])) if report.findings else "it has no profile."
            refused.append(Refused(name, owner, why))
        else:
            read.append((_learner(report, report.profile, owner, name), report.profile, report.checklist))
    return ClassReport(
        folder=str(folder),
        learners=tuple(sorted((learner for learner, _, _ in read), key=lambda each: each.name.casefold())),
        refused=tuple(refused),
        cards=tuple(_cards(profile for _, profile, _ in read)),
        problems=tuple(_problems(checklist for _, _, checklist in read if checklist)),
    )


def _places(folder: Path) -> Iterator[Path]:
    """Yield the folders that hold a file of a hand-in."""
    count = 0
    for here, folders, files in os.walk(folder):
        place = Path(here)
        folders.sort()
        if len(place.relative_to(folder).parts) >= DEEPEST:
            folders.clear()
        if PROFILE_FILE in files or CHECKLIST_FILE in files:
            count += 1
            if count > MOST:
                return
            yield place


def _owner(path: Path) -> str:
    try:
        number = path.stat(follow_symlinks=False).st_uid
    except OSError:
        return "nobody knows"
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _cut(text: str) -> str:
    return plain_start(" ".join(text.split()), LONGEST)


def _learner(report: Report, profile: Profile, owner: str, folder: str) -> Learner:
    entries = report.checklist.problems if report.checklist else ()
    gpus = "; ".join(map(gpu_words, profile.hardware.gpus)) or profile.hardware.gpu_message or "no GPU"
    return Learner(
        name=_cut(profile.learner),
        owner=owner,
        folder=folder,
        lesson=_cut(profile.lesson.id),
        written=_cut(profile.written),
        practice=profile.practice,
        models=tuple(_cut(model.name) for model in profile.models),
        hardware=_cut(gpus),
        missing=tuple(map(_cut, profile.missing)),
        faults=report.errors,
        runs=len(profile.measurements),
        runs_ok=sum(run.outcome == "ok" for run in profile.measurements),
        presets=tuple(_cut(preset.name) for preset in profile.presets),
        good_settings=tuple(_cut(f"{good.setting} {good.value}") for good in profile.good_settings),
        solved=sum(entry.state == "solved" for entry in entries),
        tried=sum(entry.state == "tried" for entry in entries),
        discoveries=tuple(_cut(f"{each.title} {each.note}".strip()) for each in profile.discoveries),
        improvements=tuple(map(_cut, profile.improvements)),
        suggested=len(profile.suggested),
    )


def _cards(profiles: Iterable[Profile]) -> list[CardTime]:
    """Return what the same work took on each kind of card."""
    found: dict[tuple[str, str, str], list[float]] = {}
    for profile in profiles:
        own: dict[tuple[str, str, str], list[float]] = {}
        gpus = profile.hardware.gpus
        for run in profile.measurements:
            if run.is_plain and run.outcome == "ok" and is_sound(run):
                on_gpu = run.device.startswith("cuda") and gpus
                card = gpus[0].name if on_gpu else profile.hardware.cpu or "a CPU"
                key = (_cut(f"{card}, {run.device}"), _cut(run.model), _work(run))
                own.setdefault(key, []).append(run.seconds)
        for key, seconds in own.items():
            if median := spread(seconds):
                found.setdefault(key, []).append(median.median)
    times = [CardTime(*key, len(each), both) for key, each in found.items() if (both := spread(each))]
    return sorted(times, key=lambda time: (-time.learners, time.card, time.work))


def _work(run: Measurement) -> str:
    """Return what decides how long a picture takes."""
    settings = settings_of(run)
    return _cut(f"{settings.size}, {settings.num_inference_steps} steps, {settings.sampler}, {run.forwards} forwards")


def _problems(checklists: Iterable[Checklist]) -> list[Problem]:
    met: Counter[str] = Counter()
    solved: Counter[str] = Counter()
    helped: dict[str, list[str]] = {}
    for checklist in checklists:
        for entry in checklist.problems:
            title = _cut(entry.title)
            if entry.seen or entry.tried or entry.note or entry.state in ("tried", "solved"):
                met[title] += 1
                solved[title] += entry.state == "solved"
                told = [entry.note, *(tick.solution for tick in entry.tried if tick.state == "helped")]
                helped.setdefault(title, []).extend(_cut(text) for text in told if text)
    return [Problem(title, count, solved[title], tuple(helped[title])) for title, count in met.most_common()]


def class_rows(learners: Sequence[Learner]) -> Iterator[dict[str, object]]:
    """Yield a flat row a learner, for CSV; what holds several texts has them with '; ' between."""
    for learner in learners:
        row = msgspec.to_builtins(learner) | {"complete": learner.complete}
        yield {key: "; ".join(value) if isinstance(value, list | tuple) else value for key, value in row.items()}


CLASS_COLUMNS = ("complete", *Learner.__struct_fields__)
"""Of the rows."""
