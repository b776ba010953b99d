"""Which lesson is gone on with where none is named."""

import pytest

from workshop_tui.errors import UserError
from workshop_tui.lesson.last import last_lesson
from workshop_tui.lesson.loader import DEFAULT_LESSON
from workshop_tui.lesson.position import Position, write_position


@pytest.fixture
def sat(small, home):
    """A lesson that the last class was in."""
    folder = small()
    write_position(home, Position("small", "talk", str(folder)))
    return folder


def test_it_is_that_of_the_last_class(sat, home):
    assert last_lesson(home).id == "small"


def test_one_that_is_gone_is_replaced(sat, home):
    sat.rename(sat.with_name("elsewhere"))
    assert last_lesson(home).id == DEFAULT_LESSON


@pytest.mark.parametrize("text", ["no toml", 'id = "small"\n'])
def test_one_with_an_error_is_told_and_not_replaced(sat, home, text):
    (sat / "lesson.toml").write_text(text)
    with pytest.raises(UserError, match=f"The lesson in {sat} cannot be opened") as caught:
        last_lesson(home)
    assert f"workshop-tui lesson check {sat}" in caught.value.hint
    assert "name another lesson by its id" in caught.value.hint
