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

SHIPPED = shipped("lessons") / "flux-deep-dive"


@pytest.fixture
def lesson(tmp_path):
    folder = shutil.copytree(SHIPPED, tmp_path / "flux-deep-dive")
    shutil.copy(folder / "03-parameters.md", folder / "03-parameters.de.md")
    return folder


@pytest.mark.parametrize("name", ["lesson.toml", "03-parameters.md", "03-parameters.de.md"])
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
@given(damaged((SHIPPED / "03-parameters.md").read_bytes()))
def test_a_damaged_text_loses_no_line_of_prose(data):
    text = data.decode("utf-8", "replace")
    split = split_blocks(text)
    assert all(1 <= problem.line <= text.count("\n") + text.count("\r") + 1 for problem in split.problems)
    assert bool(split.blocks) or not text.strip()


def test_a_key_of_thousands_of_parts_is_refused_at_once(lesson):
    (lesson / "lesson.toml").write_text("a." * 200_000 + "b = 1\n")
    [finding] = inspect(lesson).findings
    assert "more than 100 parts" in finding.message
