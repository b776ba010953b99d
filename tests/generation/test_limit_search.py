"""The search for the largest that fits."""

import pytest

from workshop_tui.generation.limits import Search, guess
from workshop_tui.generation.model_shape import SMALL_FLUX
from workshop_tui.generation.planner import GIB, PROCESS
from workshop_tui.generation.probes import is_fit
from workshop_tui.generation.settings import Settings


@pytest.mark.parametrize("limit", [None, 0, 1, 7, 40, 62, 63])
@pytest.mark.parametrize("start", [0, 5, 40, 63, 1000])
def test_the_largest_is_found_in_few_tries_from_any_start(limit, start):
    search, tries = Search(start, 63, low=0), 0
    while (value := search.next) is not None:
        search.tell(value, limit is not None and value <= limit)
        tries += 1
    assert search.best == limit
    assert tries <= 12


def test_a_run_that_does_not_confirm_sends_the_search_below_it():
    search = Search(4, 10)
    for value, fits in ((4, True), (5, True), (6, False), (5, False)):
        search.tell(value, fits)
    assert (search.best, search.next) == (4, None)


def test_what_shows_that_memory_sufficed(make_run):
    assert is_fit(make_run(), 1) is True
    assert is_fit(make_run(outcome="bad-picture"), 1) is True
    assert is_fit(make_run(batch=2), 4) is False  # split
    assert is_fit(make_run(outcome="out-of-memory"), 1) is False
    assert is_fit(make_run(outcome="failed"), 1) is None


def test_under_a_small_cap_it_begins_near_what_fits_not_at_what_tiles_could_make():
    sides = range(64, 4097, 64)

    def first(**changes):
        return sides[guess("max-size", sides, SMALL_FLUX, Settings("", **changes), None, 0.1 * GIB + PROCESS)]

    assert first() == 448  # 192 to 256 are found by trying
    assert first(precision="bf16") > first()


def test_where_the_guess_is_far_off_less_than_half_is_never_tried_next():
    search = Search(40, 63, low=0)
    tried = []
    while search.best is None and (place := search.next) is not None:
        tried.append(place)
        search.tell(place, place <= 3)
    assert tried == [40, 30, 15, 7, 3]


def test_after_a_first_small_try_it_goes_on_at_the_guess():
    search = Search(40, 63, low=0)
    tried = []
    while (place := search.next) is not None:
        place = place if tried else 7
        tried.append(place)
        search.tell(place, place <= 42)
    assert search.best == 42
    assert tried[:2] == [7, 40]
