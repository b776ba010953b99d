import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.errors import UserError
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sweep import AXES, Axis, cells, checked_axis, cost_order, neighbours, parse_axis

BASE = Settings("A lighthouse", seed=7, width=512, height=512)


def test_an_axis_is_read():
    assert parse_axis("steps=10,25,50") == Axis("steps", ("10", "25", "50"))
    assert parse_axis(" Size = 512x512 , 4:3,") == Axis("size", ("512x512", "4:3"))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("steps=1..4", "1 2 3 4"),
        ("steps=1..10..3", "1 4 7 10"),
        ("guidance=2..9..3", "2 5 8"),
        ("seed=7..7", "7"),
        ("seed=1..3, 10 ,20 .. 22", "1 2 3 10 20 21 22"),
        ("seed=1..1000", " ".join(map(str, range(1, 1001)))),
    ],
)
def test_a_range_holds_both_ends(text, values):
    assert parse_axis(text).values == tuple(values.split())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps=10..1", "the range '10..1' goes down"),
        ("steps=1..10..0", "the stride of '1..10..0' is 0"),
        ("seed=0..1000", "'0..1000' stands for 1,001 values of seed"),
        ("seed=0..9999999999", "stands for 10,000,000,000 values of seed"),
        ("seed=0.." + "9" * 5000, "is no range for seed"),
        ("guidance=1.5..3", "'1.5..3' is no range for guidance"),
        ("steps=-1..3", "'-1..3' is no range for steps"),
        ("steps=1..", "'1..' is no range for steps"),
        ("steps=1..2..3..4", "'1..2..3..4' is no range for steps"),
        ("size=1..3", "size has no ranges"),
        ("sampler=euler..heun", "sampler has no ranges"),
        ("colour=1..3", "'colour' cannot be varied"),
        ("steps=1..5,3", "steps has the value 3 twice"),
        ("steps", "is not an axis"),
        ("steps=", "is not an axis"),
        ("=10", "'' cannot be varied"),
        ("prompt=a king | a king", "prompt has the value a king twice"),
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


def test_prompts_have_bars_between_them():
    axis = parse_axis("prompt=a king, in red | wait.. | a queen")
    assert axis.values == ("a king, in red", "wait..", "a queen")
    assert [cell.prompt for cell in cells(BASE, [axis])] == list(axis.values)
    assert AXES["prompt"].join(axis.values) == "a king, in red | wait.. | a queen"


def test_every_axis_changes_its_setting():
    values = {"steps": "12", "guidance": "4.5", "size": "768x512", "seed": "99", "sampler": "euler"}
    values |= {"precision": "bf16", "placement": "cpu", "quantization": "bnb-nf4", "speed": "fast"}
    values |= {"prompt": "a king, in red"}
    values |= {"true-cfg": "2", "walk": "0", "block-cache": "0.1"}
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


def test_what_is_dear_to_change_changes_least_and_the_cheapest_come_first():
    axes = [
        Axis("steps", ("20", "10")),
        Axis("sampler", ("heun", "euler")),
        Axis("guidance", ("7", "3")),
        Axis("size", ("512x512", "256x256")),
    ]
    asked = cells(BASE, axes)
    order = cost_order(asked)
    assert sorted(order) == list(range(16))
    made = [(s.size, s.sampler, s.num_inference_steps, s.guidance_scale) for s in (asked[place] for place in order)]
    assert made == [
        (size, sampler, steps, guidance)
        for size in ("256x256", "512x512")
        for sampler in ("euler", "heun")
        for steps in (10, 20)
        for guidance in (7, 3)
    ]


def test_neighbours_differ_in_one_value():
    steps, guidance = Axis("steps", ("1", "2", "3")), Axis("guidance", ("3", "5"))
    assert neighbours([steps]) == [(steps, 0, 1), (steps, 1, 2)]
    assert neighbours([steps, guidance]) == [
        (steps, 0, 2), (steps, 1, 3), (steps, 2, 4), (steps, 3, 5),
        (guidance, 0, 1), (guidance, 2, 3), (guidance, 4, 5),
    ]  # fmt: skip
    assert neighbours([Axis("seed", ("1",))]) == []
