"""What repeats tell."""

import pytest

from workshop_tui.generation.repeats import Spread, compare, spread


def test_median_and_range_of_what_runs_took():
    assert spread([3.0, 1.0, 2.0]) == Spread(3, 2.0, 1.0, 3.0)
    assert spread([1.0, 2.0]) == Spread(2, 1.5, 1.0, 2.0)
    assert spread([]) is None


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ([1.0, 1.1, 1.2], [1.3, 1.4, 1.5], "slower"),
        ([1.3, 1.4, 1.5], [1.0, 1.1, 1.2], "faster"),
        ([1.0, 1.1, 1.3], [1.2, 1.4, 1.5], "no clear difference"),
        ([1.0, 1.1, 1.2], [1.2, 1.4, 1.5], "no clear difference"),
        ([1.0, 5.0, 9.0], [4.0, 5.0, 6.0], "no clear difference"),
        ([1.0, 1.1], [8.0, 9.0, 9.5], "too few runs"),
        ([], [8.0, 9.0, 9.5], "too few runs"),
    ],
)
def test_a_difference_is_claimed_only_where_the_ranges_do_not_overlap(first, second, verdict):
    assert compare(spread(first), spread(second)) == verdict
