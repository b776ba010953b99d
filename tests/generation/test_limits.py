"""The search for the largest that fits."""

import pytest

from workshop_tui.generation.limits import Search, is_fit


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
