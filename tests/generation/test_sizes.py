import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.errors import UserError
from workshop_tui.generation.sizes import (
    LARGEST_SIDE,
    RATIOS,
    SQUARES,
    check_size,
    nearest_sizes,
    parse_size,
)

SIDES = st.integers(0, 999_999)
UNITS = st.sampled_from([16, 32, 48, 64])


@given(SIDES, SIDES, st.sampled_from("xX×"), st.sampled_from(["", " ", "\n"]))
def test_a_size_is_read_as_it_is_written(width, height, sign, space):
    assert parse_size(f"{space}{width}{sign}{height}{space}") == (width, height)


@given(st.text(max_size=12))
def test_nothing_that_is_typed_breaks_the_reader(text):
    with contextlib.suppress(UserError):
        width, height = parse_size(text)
        assert width >= 0
        assert height >= 0


@pytest.mark.parametrize("text", ["", "1024", "1024x", "x768", "-1x5", "1.5x2", "1e3x2", "16:10", "9999999x1", "1x2x3"])
def test_what_is_no_size(text):
    with pytest.raises(UserError, match="is not a size") as caught:
        parse_size(text)
    assert "16:9" in caught.value.hint


def test_the_lessons_sizes_all_fit_both_units():
    for width, height in [*RATIOS.values(), *((side, side) for side in SQUARES)]:
        check_size(width, height, 16)
        check_size(width, height, 32)
    assert parse_size("4:3") == (1024, 768)
    assert parse_size(" 16:9 ") == (1024, 576)


@given(SIDES, SIDES, UNITS)
def test_the_nearest_sizes_fit_and_are_near(width, height, unit):
    near = nearest_sizes(width, height, unit)
    assert 1 <= len(near) <= 2
    assert near == sorted(near)
    for size in near:
        check_size(*size, unit)
        for side, asked in zip(size, (width, height), strict=True):
            assert abs(side - min(max(asked, unit), LARGEST_SIDE)) < unit


@pytest.mark.parametrize(
    ("asked", "near"),
    [((513, 999), [(512, 1024)]), ((1000, 1000), [(960, 960), (1024, 1024)]), ((10, 9000), [(64, 4096)])],
)
def test_each_side_goes_to_its_nearest_multiple(asked, near):
    assert nearest_sizes(*asked, 64) == near


@given(SIDES, SIDES, UNITS)
def test_a_size_fits_or_is_refused_with_those_that_do(width, height, unit):
    fits = all(side % unit == 0 and unit <= side <= LARGEST_SIDE for side in (width, height))
    if fits:
        check_size(width, height, unit)
        return
    with pytest.raises(UserError, match=f"size: {width}x{height} does not fit") as caught:
        check_size(width, height, unit)
    for size in nearest_sizes(width, height, unit):
        assert f"{size[0]}x{size[1]}" in caught.value.hint
