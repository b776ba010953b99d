"""A lesson whose files were damaged is opened, or refused with the file's name; nothing else comes of it."""

import shutil

import pytest
from hypothesis import given

from tests.mutations import MODEST, check_told, damaged
from workshop_tui.errors import UserError
from workshop_tui.lesson.check import inspect
from workshop_tui.lesson.loader import list_lessons, load_lesson
from workshop_tui.lesson.markdown import split_blocks
from workshop_tui.paths import shipped

PARAMETERS = shipped("lessons") / "flux-deep-dive" / "03-parameters.md"


@pytest.fixture
def lesson(tmp_path, shipped_lesson):
    folder = shutil.copytree(shipped_lesson, tmp_path / shipped_lesson.name)
    (text,) = folder.glob("03-*.md")
    (folder / "03.md").write_bytes(text.read_bytes())
    (folder / "03.de.md").write_bytes(text.read_bytes())
    toml = folder / "lesson.toml"
    toml.write_text(toml.read_text().replace(text.name, "03.md"))
    text.unlink()
    return folder


@pytest.mark.parametrize("name", ["lesson.toml", "03.md", "03.de.md"])
def test_a_damaged_file_is_read_or_named(lesson, name):
    file = lesson / name
    valid = file.read_bytes()

    @MODEST
    @given(damaged(valid))
    def check(data):
        file.write_bytes(data)
        findings = inspect(lesson).findings
        for finding in findings:
            check_told(str(finding), finding.file)
            assert (lesson / finding.file).exists() or finding.severity == "error"
        try:
            opened = load_lesson(lesson)
            load_lesson(lesson, "de")
        except UserError as error:
            assert any(finding.severity == "error" for finding in findings)
            check_told(str(error), lesson)
        else:
            assert opened.sections
        assert len(list_lessons([lesson.parent])) == 1

    check()


@MODEST
@given(damaged(PARAMETERS.read_bytes()))
def test_a_damaged_text_loses_no_line_of_prose(data):
    text = data.decode("utf-8", "replace")
    split = split_blocks(text)
    assert all(1 <= problem.line <= text.count("\n") + text.count("\r") + 1 for problem in split.problems)
    assert bool(split.blocks) or not text.strip()


def test_a_key_of_thousands_of_parts_is_refused_at_once(lesson):
    (lesson / "lesson.toml").write_text("a." * 200_000 + "b = 1\n")
    [finding] = inspect(lesson).findings
    assert "more than 100 parts" in finding.message
