import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.errors import UserError
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sweep import AXES, Axis, cells, checked_axis, parse_axis

BASE = Settings("A lighthouse", seed=7, width=512, height=512)


def test_an_axis_is_read():
    assert parse_axis("steps=10,25,50") == Axis("steps", ("10", "25", "50"))
    assert parse_axis(" Size = 512x512 , 4:3,") == Axis("size", ("512x512", "4:3"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps", "is not an axis"),
        ("steps=", "is not an axis"),
        ("=10", "'' cannot be varied"),
        ("prompt=a,b", "'prompt' cannot be varied"),
        ("steps=10,ten", "'ten' is no value for steps"),
        ("steps=10.5", "'10.5' is no value for steps"),
        ("steps=" + "9" * 5000, "is no value for steps"),
        ("guidance=strong", "'strong' is no value for guidance"),
        ("size=512", "'512' is not a size"),
        ("steps=10,25,10", "steps has the value 10 twice"),
        ("guidance=3,3.0", "guidance has the value 3.0 twice"),
        ("size=1:1,1024x1024", "size has the value 1024x1024 twice"),
        ("sampler=euler,Euler", "sampler has the value Euler twice"),
    ],
)
def test_an_axis_that_cannot_be_run_is_refused(text, said):
    with pytest.raises(UserError) as caught:
        parse_axis(text)
    assert said in caught.value.message
    assert caught.value.hint


def test_no_axis_gives_one_cell():
    assert cells(BASE, []) == [BASE]


def test_the_last_axis_varies_fastest():
    made = cells(BASE, [checked_axis("steps", ["10", "25"]), checked_axis("guidance", ["3", "7.5"])])
    assert [(cell.num_inference_steps, cell.guidance_scale) for cell in made] == [
        (10, 3),
        (10, 7.5),
        (25, 3),
        (25, 7.5),
    ]
    assert {(cell.prompt, cell.seed, cell.size) for cell in made} == {("A lighthouse", 7, "512x512")}


def test_every_axis_changes_its_setting():
    values = {"steps": "12", "guidance": "4.5", "size": "768x512", "seed": "99", "sampler": "euler"}
    assert set(values) == set(AXES)
    for name, value in values.items():
        [cell] = cells(BASE, [checked_axis(name, [value])])
        assert AXES[name].show(cell) == value


@given(st.integers(1, 100), st.floats(1, 20), st.integers(0, 2**32 - 1))
def test_what_an_axis_shows_it_reads_back(steps, guidance, seed):
    settings = Settings("x", steps, round(guidance, 3), seed)
    for axis in AXES.values():
        again = cells(settings, [Axis(axis.name, (axis.show(settings),))])
        assert axis.show(again[0]) == axis.show(settings)


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ([Axis("steps", ("10", "101"))], "steps: 101 is out of range"),
        ([Axis("guidance", ("nan",))], "guidance: nan is out of range"),
        ([Axis("size", ("520x512",))], "size: 520x512 does not fit"),
        ([Axis("sampler", ("lms",))], "sampler: 'lms' is unknown"),
        ([Axis("steps", ("10",)), Axis("steps", ("20",))], "an axis is given twice: steps, steps"),
    ],
)
def test_a_cell_that_cannot_run_is_refused(axes, said):
    with pytest.raises(UserError) as caught:
        cells(BASE, axes)
    assert said in caught.value.message


def test_the_models_unit_counts():
    with pytest.raises(UserError, match="does not fit"):
        cells(BASE, [Axis("size", ("528x528",))], unit=32)
    assert cells(BASE, [Axis("size", ("528x528",))], unit=16)[0].size == "528x528"
