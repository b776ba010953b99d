"""The linter: everything that is wrong with a lesson, in one go."""

import hashlib
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.lesson.finding import Finding, shown
from workshop_tui.lesson.languages import is_language
from workshop_tui.lesson.markdown import split_blocks
from workshop_tui.lesson.model import FORMAT_VERSION, Block, LessonFile, Note
from workshop_tui.lesson.read import LESSON_TOML, Source, Unreadable, parse_toml, read_file
from workshop_tui.lesson.rules import rule_findings
from workshop_tui.lesson.table import Table
from workshop_tui.lesson.translations import is_translation, orphan_tag, translation_findings
from workshop_tui.lesson.try_rules import try_findings

# Describes a folder, in whatever language.
_README = re.compile(r"^readme(\.[a-z-]+)?\.md$", re.IGNORECASE)
_GUIDE = "`workshop-tui lesson guide`"


class Inspection(msgspec.Struct, frozen=True):
    """A lesson's folder, read and checked."""

    findings: tuple[Finding, ...]
    """Errors first."""
    data: LessonFile | None = None
    """None where the file's structure has errors."""
    texts: Mapping[str, tuple[Block, ...]] | None = None
    """Blocks by the id of their section or page, for those that could be read."""
    sha256: str = ""
    """Over `lesson.toml` and the texts that could be read, in order."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that keep the lesson from being opened."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


def check_lesson(path: Path) -> tuple[Finding, ...]:
    """Return everything that is wrong with a lesson, errors first.

    Args:
        path: The lesson's folder, or its `lesson.toml`.

    Raises:
        UserError: There is no such folder or file.
    """
    return inspect(lesson_folder(path)).findings


def lesson_folder(path: Path) -> Path:
    """Return the folder of a lesson that was named by folder or by `lesson.toml`.

    Raises:
        UserError: It is neither.
    """
    hint = f"Name a lesson's folder: the one that holds {LESSON_TOML}."
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"{path} cannot be read: {reason}.", hint) from None
    if stat.S_ISDIR(status.st_mode):
        return path
    if path.name == LESSON_TOML:
        return path.parent
    raise UserError(f"{path} is not a folder.", hint)


def inspect(folder: Path) -> Inspection:
    """Read and check a lesson; JSON Schema is loaded only where the structure has errors."""
    try:
        source = read_file(folder, LESSON_TOML)
        raw = parse_toml(source)
    except Unreadable as error:
        return Inspection((error.finding,))
    version = raw.get("format_version")
    if isinstance(version, int) and not isinstance(version, bool) and not 1 <= version <= FORMAT_VERSION:
        return Inspection((_version_finding(version),))
    data, findings = _structure(raw)
    lesson = Table("", raw)
    findings += rule_findings(lesson)
    sources, texts, text_findings = _texts(folder, lesson)
    findings += text_findings
    findings += _language(lesson)
    files = {part.text("file") or "": texts.get(part.text("id") or "", ()) for part in _parts(lesson)}
    files.pop("", None)
    findings += translation_findings(folder, lesson, files)
    findings += _unlisted(folder, list(files))
    ordered = sorted(findings, key=lambda finding: finding.severity != "error")
    return Inspection(tuple(ordered), data, texts, _digest([source, *sources]))


def _version_finding(version: int) -> Finding:
    if version > FORMAT_VERSION:
        message = f"this lesson is written for a newer program; this one reads up to {FORMAT_VERSION}."
        todo = "Update workshop-tui."
    else:
        message, todo = "there is no such format.", f"Write format_version = {FORMAT_VERSION}."
    return Finding("error", LESSON_TOML, "format_version", str(version), message, todo)


def _structure(raw: Mapping[str, Any]) -> tuple[LessonFile | None, list[Finding]]:
    try:
        return msgspec.convert(raw, LessonFile), []
    except msgspec.ValidationError as error:
        from workshop_tui.lesson.structure import structural_findings

        findings = structural_findings(raw, LessonFile, LESSON_TOML, _GUIDE)
        if not findings:  # the two validators disagree: msgspec's word holds, since it makes the lesson
            findings = [Finding("error", LESSON_TOML, "", "", f"{error}.", f"See {_GUIDE}.")]
        return None, findings


def _texts(folder: Path, lesson: Table) -> tuple[list[Source], dict[str, tuple[Block, ...]], list[Finding]]:
    sources: list[Source] = []
    texts: dict[str, tuple[Block, ...]] = {}
    findings: list[Finding] = []
    for part in _parts(lesson):
        name = part.text("file")
        if not name:
            continue
        try:
            source = read_file(folder, name, file=LESSON_TOML, where=part.at("file"), value=shown(name))
        except Unreadable as error:
            findings.append(error.finding)
            continue
        split = split_blocks(source.text)
        sources.append(source)
        texts[part.text("id") or name] = split.blocks
        findings += split.findings(name)
        findings += _text_findings(name, split.blocks)
        findings += try_findings(name, split.blocks, lesson)
    return sources, texts, findings


def _text_findings(name: str, blocks: tuple[Block, ...]) -> list[Finding]:
    if not blocks:
        return [Finding("warning", name, "", "", "this text is empty.", "Write it, or remove its section.")]
    findings: list[Finding] = []
    for block in blocks:
        if isinstance(block, Note) and not block.source:
            value = f":::note {block.title}".strip()[:60]
            todo = "End it with a paragraph that begins with Source: and says where the facts come from."
            findings.append(Finding("warning", name, f"line {block.line}", value, "this note has no source.", todo))
        if isinstance(block, Note) and not block.title:
            todo = "Write one after :::note."
            findings.append(Finding("warning", name, f"line {block.line}", ":::note", "this note has no title.", todo))
    return findings


def _parts(lesson: Table) -> list[Table]:
    return [*lesson.tables("sections"), *lesson.tables("pages")]


def _language(lesson: Table) -> list[Finding]:
    lang = lesson.text("lang")
    if not lang or is_language(lang):
        return []
    todo = "Write a tag such as en, de or pt-BR."
    return [Finding("error", LESSON_TOML, "lang", shown(lang), "this is no language.", todo)]


def _unlisted(folder: Path, files: list[str]) -> list[Finding]:
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.md")):
        if path.name in files or _README.search(path.name) or is_translation(path.name, files):
            continue
        message, todo = "no section or page names this file.", "Name it under a section or page, or move it away."
        if orphan_tag(path.name):
            message = "it looks like a translation, of a text that no section or page names."
            todo = "Give it the name of the text that it translates, or move it away."
        findings.append(Finding("warning", path.name, "", "", message, todo))
    return findings


def _digest(sources: list[Source]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        # Name and length stand before the bytes, so that text moved from one file to the next changes the value.
        digest.update(f"{source.name}\0{len(source.data)}\0".encode())
        digest.update(source.data)
    return digest.hexdigest()
