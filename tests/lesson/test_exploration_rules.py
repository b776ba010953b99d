"""What an item of the exploration may name."""

import pytest

from workshop_tui.lesson.check import check_lesson

ITEM = '[[exploration]]\nid = "more"\ntext = "More"\n'


@pytest.fixture
def with_item(small):
    def write(more):
        return check_lesson(small(("[[problems]]", f"{ITEM}{more}\n\n[[problems]]")))

    return write


@pytest.mark.parametrize(
    "more",
    [
        "",
        'exercise = "first"',
        'exercise = "first"\nsweep = "steps"',
        "log = true",
        'reads = [{ id = "a", text = "A" }]',
    ],
)
def test_an_item_in_order(with_item, more):
    assert with_item(more) == ()


@pytest.mark.parametrize(
    ("more", "where", "said"),
    [
        ('exercise = "frist"', "exploration[0].exercise", "Did you mean 'first'?"),
        ('exercise = "first"\nsweep = "stepz"', "exploration[0].sweep", "there is no sweep 'stepz'."),
        ('sweep = "steps"', "exploration[0].sweep", "Known: none."),
        ('reads = [{ id = "a", text = "A" }, { id = "a", text = "B" }]', "exploration[0].reads[1].id", "already"),
    ],
)
def test_what_is_not_there_is_an_error(with_item, more, where, said):
    (finding,) = with_item(more)
    assert (finding.severity, finding.where) == ("error", where)
    assert said in str(finding)
