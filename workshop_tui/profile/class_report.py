"""All hand-ins of a class folder: who has done what, on which cards, and what went wrong how often.

The files are strangers'. None is believed, opened beyond its TOML, or fatal; what cannot be read is listed with the
reason.
"""

import itertools
import os
import pwd
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.repeats import Spread, spread
from workshop_tui.profile.check import Report, check_hand_in, is_sound
from workshop_tui.profile.compare import settings_of
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE, Checklist, Measurement, Profile
from workshop_tui.profile.summary import gpu_words
from workshop_tui.text import counted, plain_start

DEEPEST = 3
"""Folders below the class folder: a learner's own, in it a further lesson's, and one for whoever sorts by group."""
MOST = 5000
"""Hand-ins that are read."""
MOST_TEXTS = 50
"""Of one kind in one hand-in, such as discoveries."""
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
    def person(self) -> tuple[str, str]:
        """Who it is: two hand-ins of one learner are one learner's."""
        return self.owner, self.name

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
    told: list[Path] = []
    """Of which something is said: hand-ins, and what cannot be looked into."""
    others: list[Path] = []

    def closed(error: OSError) -> None:
        place = Path(error.filename)
        told.append(place)
        refused.append(Refused(_cut(str(place.relative_to(folder))), _owner(place), f"{error.strerror}."))

    for place, is_hand_in in _folders(folder, closed):
        if not is_hand_in:
            others.append(place)
            continue
        name = _cut(str(place.relative_to(folder)))
        owner = _owner(place / PROFILE_FILE) or _owner(place)
        told.append(place)
        if len(told) > MOST:
            refused.append(Refused(name, owner, f"only {MOST:,} hand-ins are read, and this is one more."))
            break
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
    for place in itertools.islice(_without(folder, told, others), MOST):
        refused.append(Refused(_cut(str(place.relative_to(folder))), _owner(place), "it holds no hand-in."))
    return ClassReport(
        folder=str(folder),
        learners=tuple(sorted((learner for learner, _, _ in read), key=lambda each: each.name.casefold())),
        refused=tuple(refused),
        cards=tuple(_cards((learner, profile) for learner, profile, _ in read)),
        problems=tuple(_problems((learner, checklist) for learner, _, checklist in read if checklist)),
    )


def _folders(folder: Path, closed: Callable[[OSError], None]) -> Iterator[tuple[Path, bool]]:
    """Yield folders, and whether each holds what a hand-in consists of; those that cannot be read are told of."""
    names = {PROFILE_FILE, CHECKLIST_FILE}
    for here, folders, files in os.walk(folder, onerror=closed):
        place = Path(here)
        is_hand_in = not names.isdisjoint((*folders, *files))
        folders[:] = sorted(set(folders) - names)
        if len(place.relative_to(folder).parts) >= DEEPEST:
            folders.clear()
        yield place, is_hand_in


def _without(folder: Path, told: Iterable[Path], others: Iterable[Path]) -> Iterator[Path]:
    """Yield the outermost of the other folders in which nothing is that was told of; what is hidden is no learner's."""
    places = set(told)
    above = {folder}.union(*(place.parents for place in places))
    for place in others:
        is_outermost = place not in above and place.parent in above
        if is_outermost and places.isdisjoint(place.parents) and not place.name.startswith("."):
            yield place


def _owner(path: Path) -> str:
    """Return whose file it is; empty where that cannot be told."""
    try:
        number = path.stat(follow_symlinks=False).st_uid
    except OSError:
        return ""
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
        missing=tuple(map(_cut, profile.missing[:MOST_TEXTS])),
        faults=report.errors,
        runs=len(profile.measurements),
        runs_ok=sum(run.outcome == "ok" for run in profile.measurements),
        presets=tuple(_cut(preset.name) for preset in profile.presets),
        good_settings=tuple(_cut(f"{good.setting} {good.value}") for good in profile.good_settings),
        solved=sum(entry.state == "solved" for entry in entries),
        tried=sum(entry.state == "tried" for entry in entries),
        discoveries=tuple(_cut(f"{each.title} {each.note}".strip()) for each in profile.discoveries[:MOST_TEXTS]),
        improvements=tuple(map(_cut, profile.improvements[:MOST_TEXTS])),
        suggested=len(profile.suggested),
    )


def _cards(hand_ins: Iterable[tuple[Learner, Profile]]) -> list[CardTime]:
    """Return what the same work took on each kind of card."""
    found: dict[tuple[str, str, str], dict[tuple[str, str], list[float]]] = {}
    for learner, profile in hand_ins:
        own: dict[tuple[str, str, str], list[float]] = {}
        gpus = profile.hardware.gpus
        for run in profile.measurements:
            if run.is_plain and run.outcome == "ok" and is_sound(run):
                names = {gpu.name for gpu in gpus}
                card = profile.hardware.cpu or "a CPU"
                if run.device.startswith("cuda"):
                    card = names.pop() if len(names) == 1 else "one of several cards" if names else "a GPU"
                key = (_cut(f"{card}, {run.device}"), _cut(run.model), _work(run))
                own.setdefault(key, []).append(run.seconds)
        for key, seconds in own.items():
            if median := spread(seconds):
                found.setdefault(key, {}).setdefault(learner.person, []).append(median.median)
    times = [
        CardTime(*key, len(each), both)
        for key, each in found.items()
        if (both := spread([min(medians) for medians in each.values()]))
    ]
    return sorted(times, key=lambda time: (-time.learners, time.card, time.work))


def _work(run: Measurement) -> str:
    """Return what decides how long a picture takes."""
    settings = settings_of(run)
    lossy = f", block cache {settings.block_cache:g}" if settings.block_cache else ""
    tiled = ", in tiles" if settings.tiled_decode else ""
    steps = f"{counted(settings.num_inference_steps, 'step')}, {settings.sampler}, {counted(run.forwards, 'forward')}"
    return _cut(f"{settings.size}, {steps}{lossy}{tiled}")


def _problems(hand_ins: Iterable[tuple[Learner, Checklist]]) -> list[Problem]:
    met: dict[str, set[tuple[str, str]]] = {}
    solved: dict[str, set[tuple[str, str]]] = {}
    helped: dict[str, list[str]] = {}
    for learner, checklist in hand_ins:
        for entry in checklist.problems[:MOST_TEXTS]:
            title = _cut(entry.title)
            if entry.seen or entry.tried or entry.note or entry.state in ("tried", "solved"):
                met.setdefault(title, set()).add(learner.person)
                if entry.state == "solved":
                    solved.setdefault(title, set()).add(learner.person)
                told = [entry.note, *(tick.solution for tick in entry.tried[:MOST_TEXTS] if tick.state == "helped")]
                helped.setdefault(title, []).extend(_cut(text) for text in told if text)
    problems = [Problem(title, len(met[title]), len(solved.get(title, ())), tuple(helped[title])) for title in met]
    return sorted(problems, key=lambda problem: -problem.learners)


def class_rows(learners: Sequence[Learner]) -> Iterator[dict[str, object]]:
    """Yield a flat row a learner, for CSV; what holds several texts has them with '; ' between."""
    for learner in learners:
        row: dict[str, object] = {"complete": learner.complete}
        for name in Learner.__struct_fields__:
            value = getattr(learner, name)
            row[name] = "; ".join(map(str, value)) if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownArgumentType]
        yield row


CLASS_COLUMNS = ("complete", *Learner.__struct_fields__)
"""Of the rows."""
