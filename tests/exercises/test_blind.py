"""Blind ratings: the order, the places, what is kept, and what is proposed for the lesson's own field."""

from random import Random

import pytest

from workshop_tui.exercises.blind import (
    Rating,
    observations_of,
    places,
    proposal,
    rated_fields,
    rating_field,
    shuffled,
    summary,
)
from workshop_tui.exercises.registry import find_part
from workshop_tui.exercises.seeing import how_seen, terminal_name
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.record import Rework
from workshop_tui.notebook.entries import Observation


@pytest.fixture
def steps(deep_dive):
    return find_part(deep_dive, "parameters", "steps")


@pytest.fixture
def runs(make_run):
    return [make_run(num_inference_steps=steps, picture=f"{steps}.png") for steps in (10, 25, 50)]


def rated(runs, *stars):
    return [Rating(run, given, "seen elsewhere") for run, given in zip(runs, stars, strict=True)]


def test_only_a_sweep_that_asks_for_a_rating_is_rated(deep_dive, steps):
    assert rating_field(steps).id == "quality"
    assert rating_field(find_part(deep_dive, "hardware", "largest-size")) is None
    assert rating_field(find_part(deep_dive, "troubleshooting", "consistency")).id == "rating"


def test_the_sweeps_own_finished_pictures_are_shuffled(runs, make_run):
    final = make_run(picture="f.png", rework=Rework("final", runs[0].run_id))
    failed = make_run(outcome="bad-picture", picture="b.png")
    cells = [
        *(Cell(run.settings, run) for run in runs),
        Cell(final.settings, final, past=True, rework=final.rework),
        Cell(failed.settings, failed),
        Cell(failed.settings, None),
    ]
    orders = {tuple(run.picture for run in shuffled(cells, Random(seed))) for seed in range(40)}
    assert len(orders) == 6
    assert {frozenset(order) for order in orders} == {frozenset(("10.png", "25.png", "50.png"))}


@pytest.mark.parametrize(
    ("stars", "found"),
    [
        ((2, 5, 4), [3, 1, 2]),
        ((4, 4, 5), [2.5, 2.5, 1]),
        ((3, 3, 3), [2, 2, 2]),
        ((None, 1, 2), [None, 2, 1]),
        ((None, None, None), [None, None, None]),
    ],
)
def test_equal_ratings_share_the_mean_of_their_places(runs, stars, found):
    assert places(rated(runs, *stars)) == found


def test_a_rating_is_kept_with_how_the_picture_was_seen_and_which_it_was(steps, runs):
    ratings = [Rating(runs[0], 4, how_seen("yes", 46, 23, "xterm")), Rating(runs[1])]
    kept = observations_of(steps, ratings)
    assert kept == [
        Observation(
            "parameters",
            "steps",
            "blind:10",
            f"4/5, seen as half-blocks, 46x23 cells in xterm, run {runs[0].run_id[:12]}",
        ),
        Observation("parameters", "steps", "blind:25", f"not rated, run {runs[1].run_id[:12]}"),
    ]


def test_kept_ratings_are_listed_in_the_order_of_the_sweep(steps, runs):
    kept = observations_of(steps, rated(reversed(runs), 5, None, 2))
    kept += [
        Observation("parameters", "steps", "blind:100", "3/5, run abc"),
        Observation("parameters", "guidance", "blind:3", "1/5"),
        Observation("parameters", "steps", "quality", "4"),
    ]
    assert [(field.id, field.label) for field in rated_fields(steps, kept)] == [
        ("blind:10", "Blind rating of steps 10"),
        ("blind:25", "Blind rating of steps 25"),
        ("blind:50", "Blind rating of steps 50"),
        ("blind:100", "Blind rating of steps 100"),
    ]
    assert summary(steps, kept) == "10 2/5, 25 not rated, 50 5/5, 100 3/5"
    assert summary(steps, []) == ""


@pytest.mark.parametrize(
    ("stars", "answers", "found"),
    [
        ((2, 4, 5), {"optimal": "25"}, (4, "25", True)),
        ((2, 4, 5), {}, (5, "50", False)),
        ((2, None, 5), {"optimal": "25"}, (5, "50", False)),
        ((2, 4, 5), {"quality": "3", "optimal": "25"}, None),
        ((None, None, None), {}, None),
    ],
)
def test_the_rating_of_the_best_value_is_proposed_where_none_is_written(steps, runs, stars, answers, found):
    proposed = proposal(steps, rated(runs, *stars), answers)
    assert (proposed and (proposed.stars, proposed.value, proposed.chosen)) == found


def test_a_rating_says_honestly_how_the_picture_was_seen():
    assert how_seen("elsewhere", 0, 0, "xterm") == "seen elsewhere"
    assert how_seen(None, 40, 20, "xterm") == "seen as half-blocks, 40x20 cells in xterm, not checked"
    assert how_seen("no", 40, 20, "xterm") == "seen as half-blocks, 40x20 cells in xterm, where no difference was seen"


def test_a_terminal_is_named_by_its_variables_and_cannot_be_steered_by_them():
    assert terminal_name({"TERM": "xterm-256color", "COLORTERM": "truecolor"}) == "xterm-256color truecolor"
    assert terminal_name({"TERM_PROGRAM": "tmux", "TERM": "tmux\x1b[31m"}) == "tmux tmux\\x1b[31m"
    assert terminal_name({}) == "an unknown terminal"
