"""Lessons in other languages: `01-recap.de.md` stands beside `01-recap.md`, file by file."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.lesson.finding import Finding
from workshop_tui.lesson.languages import base, is_language
from workshop_tui.lesson.lines import lines_of
from workshop_tui.lesson.markdown import split_blocks
from workshop_tui.lesson.model import Block, Instructor, Lesson, Note, Page, Section, Words
from workshop_tui.lesson.read import Unreadable, read_file
from workshop_tui.lesson.table import Table
from workshop_tui.lesson.try_rules import try_findings

_LONGEST_LABEL = 20


def translated(lesson: Lesson, lang: str) -> Lesson:
    """Return a lesson in another language; what is not translated stays as it was written.

    A title is the translated text's first heading, its short name what stands there before a colon.

    Args:
        lesson: As it was written.
        lang: A tag; for `pt-BR`, a file of `pt` serves too.

    Raises:
        UserError: A translation cannot be read.
    """
    texts = dict(lesson.texts)
    parts: dict[str, Section | Page] = {}
    untranslated: list[str] = []
    same = bool(lesson.data.lang) and base(lesson.data.lang) == base(lang)
    for part in lesson.reading_order(instructor=True):
        blocks = _blocks(lesson.folder, part.file, lang)
        if blocks:
            texts[part.id] = blocks
            parts[part.id] = _titled(part, blocks)
        elif not same:
            untranslated.append(part.id)
    data = msgspec.structs.replace(
        lesson.data,
        sections=tuple(parts.get(section.id, section) for section in lesson.data.sections),
        pages=tuple(parts.get(page.id, page) for page in lesson.data.pages),
    )
    return msgspec.structs.replace(lesson, data=data, texts=texts, asked_lang=lang, untranslated=tuple(untranslated))


def untranslated_text(lesson: Lesson, *, instructor: bool = False) -> str:
    """Return a sentence that names what is shown as it was written; empty where that is nothing.

    Args:
        lesson: In the language that was asked for.
        instructor: Also the pages that are for whoever teaches.
    """
    parts = lesson.reading_order(instructor=instructor)
    lacking = [part.label for part in parts if part.id in lesson.untranslated]
    if not lacking:
        return ""
    if len(lacking) < len(parts):
        return f"Not translated into {lesson.asked_lang}, shown as written: {', '.join(lacking)}."
    there = ", ".join(languages(lesson.folder, [part.file for part in lesson.reading_order(instructor=True)]))
    return f"There is no translation into {lesson.asked_lang} (there: {there or 'none'}): all is shown as written."


def languages(folder: Path, files: list[str]) -> list[str]:
    """Return the languages into which a lesson or a part of it is translated."""
    return sorted({tag for _, tag, _ in _translations(folder, files) if is_language(tag)})


def translation_findings(folder: Path, lesson: Table, texts: dict[str, tuple[Block, ...]]) -> list[Finding]:
    """Check the translations in a lesson's folder against what they translate.

    Args:
        folder: The lesson's.
        lesson: The whole `lesson.toml`.
        texts: The lesson's own blocks, by file.
    """
    own = lesson.text("lang") or ""
    findings: list[Finding] = []
    for original, tag, name in _translations(folder, list(texts)):
        if not is_language(tag):
            todo = "Write a tag such as de or pt-BR before .md, or move the file away."
            findings.append(Finding("warning", name, "", tag, "this is no language.", todo))
        elif own and tag.lower() == own.lower():
            todo = f"Take its words into {original}, or move it away."
            findings.append(Finding("warning", name, "", tag, "the lesson is written in this language.", todo))
        else:
            findings += _file_findings(folder, name, original, texts[original], lesson)
    return findings


def is_translation(name: str, files: list[str]) -> bool:
    """Tell whether a file translates one of those that are named, or bears another tag beside one."""
    stem, _, _ = name.removesuffix(".md").rpartition(".")
    return f"{stem}.md" in files


def orphan_tag(name: str) -> str:
    """Return the language of a file that looks like a translation, such as `de` for `09-gone.de.md`."""
    _, dot, tag = name.removesuffix(".md").rpartition(".")
    return tag if dot and is_language(tag) else ""


def _translations(folder: Path, files: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield file, tag and translated file for all that lie beside the files of a lesson."""
    for file in files:
        path = PurePosixPath(file)
        if path.is_absolute() or ".." in path.parts or path.suffix != ".md":
            continue
        start = f"{path.stem}."
        for found in sorted((folder / path.parent).glob("*.md")):
            tag = found.name.removesuffix(".md").removeprefix(start)
            name = str(path.parent / found.name)
            if found.name.startswith(start) and found.name != path.name and "." not in tag and name not in files:
                yield file, tag, name


def _blocks(folder: Path, file: str, lang: str) -> tuple[Block, ...]:
    """Return the nearest translation of a file, or nothing."""
    there = {tag.lower(): name for _, tag, name in _translations(folder, [file])}
    name = there.get(lang.lower()) or there.get(base(lang))
    if name is None:
        return ()
    try:
        return split_blocks(read_file(folder, name).text).blocks
    except Unreadable as error:
        raise UserError(f"A translation cannot be read:\n  {error.finding}") from None


def _titled(part: Section | Page, blocks: tuple[Block, ...]) -> Section | Page:
    words = next((block.text for block in blocks if isinstance(block, Words)), "")
    title = next((line.text for line in lines_of(words) if line.kind == "heading"), "")[:200].strip()
    if not title:
        return part
    short = title.partition(":")[0].strip()[:_LONGEST_LABEL]
    return msgspec.structs.replace(part, title=title, short=short)


def _file_findings(folder: Path, name: str, original: str, own: tuple[Block, ...], lesson: Table) -> Iterator[Finding]:
    try:
        split = split_blocks(read_file(folder, name).text)
    except Unreadable as error:
        yield error.finding
        return
    yield from split.findings(name)
    if split.problems:
        return
    if not split.blocks:
        yield Finding("warning", name, "", "", "this translation is empty.", "Write it, or move it away.")
        return
    yield from try_findings(name, split.blocks, lesson)
    first = next((block for block in split.blocks if isinstance(block, Words)), None)
    if first is None or not any(line.kind == "heading" for line in lines_of(first.text)):
        yield Finding("warning", name, "", "", "it has no heading, so that its title stays.", "Begin it with # TITLE.")
    for what, mine, theirs in (
        (":::note", *_counts(Note, own, split.blocks)),
        (":::instructor", *_counts(Instructor, own, split.blocks)),
    ):
        if mine != theirs:
            message = f"it has {theirs} of these blocks, {original} has {mine}."
            yield Finding("warning", name, "", what, message, "Translate each block where it stands.")
    lacking, surplus = _marks(own) - _marks(split.blocks), _marks(split.blocks) - _marks(own)
    for marks, message in (
        (lacking, f"{original} has this mark, the translation has not."),
        (surplus, f"{original} has no such mark."),
    ):
        for mark in marks:
            yield Finding("warning", name, "", f":::try {mark}", message, "Put the same marks below the same headings.")


def _counts(kind: type[Note] | type[Instructor], own: tuple[Block, ...], theirs: tuple[Block, ...]) -> tuple[int, int]:
    return sum(isinstance(block, kind) for block in own), sum(isinstance(block, kind) for block in theirs)


def _marks(blocks: tuple[Block, ...]) -> Counter[str]:
    return Counter(" ".join(mark.names) for block in blocks if isinstance(block, Words) for mark in block.tries)
