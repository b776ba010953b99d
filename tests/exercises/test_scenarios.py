import msgspec
import pytest

from workshop_tui.exercises.registry import find_part
from workshop_tui.exercises.scenarios import START_CAP, Known, ids, judge, open_case, ratings, solved_by
from workshop_tui.exercises.sweeps import asked_settings, lesson_setup, made_the_other_way, ways
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.picture_statistics import Likeness, PictureFacts
from workshop_tui.generation.record import Memory, Origin, Placing, Shortage, Timing
from workshop_tui.generation.settings import LARGEST_SEED
from workshop_tui.notebook.entries import Observation

HUB = "black-forest-labs/FLUX.1-dev"


@pytest.fixture
def scenario(deep_dive):
    return lambda name: find_part(deep_dive, "troubleshooting", name)


@pytest.fixture
def made(make_run):
    """Make a run of a scenario: its start, with some settings changed."""

    def make(part, seconds=10.0, cap=None, outcome="ok", place=0, peak=1000.0, **changes):
        setup = lesson_setup(part, BUILT_IN)
        asked = asked_settings(part, setup, BUILT_IN)[place] if part.sweep else setup.settings
        run = make_run("troubleshooting", part.id, outcome=outcome, picture="0001.png" if outcome == "ok" else "")
        return msgspec.structs.replace(
            run,
            settings=msgspec.structs.replace(asked, **changes),
            seconds=Timing(denoise=seconds),
            memory=Memory(host_peak=peak),
            placing=Placing("cpu", "AMD EPYC", "float32", cap_gib=cap),
            origin=Origin("flux-deep-dive", "troubleshooting", part.id, place),
        )

    return make


def rows(verdict):
    return {row.label: (row.start, row.now, row.wanted, row.is_met) for row in verdict.rows}


def test_a_scenario_starts_from_its_bad_state(scenario):
    assert lesson_setup(scenario("quality"), BUILT_IN).settings.num_inference_steps == 4
    low = scenario("low-vram")
    small, full = lesson_setup(low, BUILT_IN).settings, lesson_setup(low, HUB).settings
    assert (small.size, small.precision, small.placement) == ("1024x1024", "fp32", "auto")
    assert (full.size, full.precision, full.placement) == ("1024x1024", "fp32", "gpu")
    assert lesson_setup(scenario("consistency"), BUILT_IN).values == scenario("consistency").scenario.prompts


def test_nothing_is_solved_before_anything_was_made(scenario):
    case = open_case(scenario("quality"), BUILT_IN, [])
    verdict = judge(case, (), Known({}))
    assert (case.start, case.attempts, verdict.is_solved, solved_by(case, Known({}))) == ((), (), False, ())
    assert rows(verdict)["sharpness"] == ("", "", "at least 120% of the start's", None)


def test_quality_is_solved_by_a_sharper_picture_that_is_not_rated_worse(scenario, made):
    part = scenario("quality")
    start, same, better = made(part), made(part), made(part, num_inference_steps=28, guidance_scale=3.5)
    case = open_case(part, BUILT_IN, [start, same, better])
    assert case.start == (start,)
    assert case.attempts == ((same,), (better,))
    facts = {ids((start,)): PictureFacts(5.0), ids((same,)): PictureFacts(5.0), ids((better,)): PictureFacts(8.0)}
    assert solved_by(case, Known(facts)) == (better,)
    assert rows(judge(case, (better,), Known(facts)))["sharpness"] == ("5.0", "8.0", "at least 6.0", True)
    assert rows(judge(case, (same,), Known(facts)))["sharpness"] == ("5.0", "5.0", "at least 6.0", False)
    assert solved_by(case, Known(facts, 2, 2)) == ()
    assert rows(judge(case, (better,), Known(facts, 2, 2)))["your rating"] == (
        "2",
        "2",
        "at least 2.4, if given",
        False,
    )
    assert solved_by(case, Known(facts, 2, 4)) == (better,)


def test_another_prompt_does_not_mend_a_picture(scenario, made):
    part = scenario("quality")
    start, other = made(part), made(part, num_inference_steps=28, prompt="noise")
    case = open_case(part, BUILT_IN, [start, other])
    facts = {ids((start,)): PictureFacts(5.0), ids((other,)): PictureFacts(50.0)}
    assert solved_by(case, Known(facts)) == ()
    assert rows(judge(case, (other,), Known(facts)))["prompt"] == ("as given", "another", "as at the start", False)


def test_speed_needs_a_third_of_the_time_and_either_a_rating_or_little_drift(scenario, made):
    part = scenario("speed")
    start, slow, quick = (
        made(part, 30.0),
        made(part, 12.0, num_inference_steps=25),
        made(part, 9.0, num_inference_steps=12),
    )
    case = open_case(part, BUILT_IN, [start, slow, quick])
    near, far = PictureFacts(5.0, 3.0), PictureFacts(5.0, 40.0)
    assert solved_by(case, Known({ids((quick,)): near, ids((slow,)): near})) == (quick,)
    assert solved_by(case, Known({ids((quick,)): far})) == ()
    assert solved_by(case, Known({ids((quick,)): far}, rating=3)) == (quick,)
    assert solved_by(case, Known({}, rating=2)) == ()


def test_a_small_memory_is_set_from_what_the_built_in_model_was_measured_to_need(scenario, made):
    part = scenario("low-vram")
    assert open_case(part, BUILT_IN, []).cap == START_CAP
    assert open_case(part, HUB, []).cap == 6
    start = made(part, peak=1024.0)
    case = open_case(part, BUILT_IN, [start])
    assert case.cap == pytest.approx(0.8)
    failed = made(part, cap=0.8, outcome="out-of-memory")
    smaller = made(part, cap=0.8, width=512, height=512)
    uncapped = made(part, precision="bf16")
    mended = made(part, cap=0.8, precision="bf16")
    case = open_case(part, BUILT_IN, [start, failed, smaller, uncapped, mended])
    assert case.start == (start,)
    assert solved_by(case, Known({})) == (mended,)
    assert rows(judge(case, (smaller,), Known({})))["size"] == ("1024x1024", "512x512", "as at the start", False)
    memory = rows(judge(case, (uncapped,), Known({})))["peak memory, MiB"]
    assert memory == ("1,024", "1,000, not limited", "within 819", False)


def test_a_start_that_fails_is_a_start_too(scenario, made):
    part = scenario("low-vram")
    failed = made(part, cap=6.0, outcome="out-of-memory", placement="gpu")
    mended = made(part, cap=6.0, placement="group-offload")
    case = open_case(part, HUB, [failed, mended])
    assert case.start == (failed,)
    assert solved_by(case, Known({})) == (mended,)


def test_without_a_cap_that_was_set_a_small_memory_is_never_mastered(scenario, made):
    part = scenario("low-vram")
    start, mended = made(part, peak=None), made(part, peak=None, precision="bf16")  # no system says what either took
    case = open_case(part, BUILT_IN, [start, mended])
    assert case.cap is None
    assert rows(judge(case, (mended,), Known({})))["peak memory, MiB"] == ("n/a", "n/a", "below the start's", None)
    assert solved_by(case, Known({})) == ()


def test_a_start_that_fails_sets_no_smaller_cap(scenario, made):
    part = scenario("low-vram")
    failed, uncapped = made(part, cap=START_CAP, outcome="out-of-memory"), made(part, precision="bf16")
    case = open_case(part, BUILT_IN, [failed, uncapped])
    assert (case.start, case.cap) == ((failed,), START_CAP)
    assert solved_by(case, Known({})) == ()


def test_a_start_that_was_refused_for_want_of_memory_is_a_start_too(scenario, made):
    part = scenario("low-vram")
    refused = made(part, cap=6.0, outcome="refused", placement="gpu")
    refused = msgspec.structs.replace(refused, shortage=Shortage("gpu", 45000.0, 5800.0))
    mended = made(part, cap=6.0, placement="group-offload")
    case = open_case(part, HUB, [refused, mended])
    assert case.start == (refused,)
    assert solved_by(case, Known({})) == (mended,)


def test_where_memory_is_not_the_matter_a_refused_start_is_none(scenario, made):
    part = scenario("speed")
    refused = made(part, outcome="refused")
    refused = msgspec.structs.replace(refused, shortage=Shortage("gpu", 45000.0, 5800.0))
    assert open_case(part, BUILT_IN, [refused]).start == ()


def test_no_rating_is_demanded_that_cannot_be_given(scenario, made):
    part = scenario("quality")
    start, better = made(part), made(part, num_inference_steps=28)
    case = open_case(part, BUILT_IN, [start, better])
    facts = {ids((start,)): PictureFacts(5.0), ids((better,)): PictureFacts(8.0)}
    assert rows(judge(case, (better,), Known(facts, 5, 4)))["your rating"] == ("5", "4", "at least 5, if given", False)
    assert solved_by(case, Known(facts, 5, 5)) == (better,)


def test_a_series_is_held_together_by_what_its_pictures_have_in_common(scenario, made):
    part = scenario("consistency")
    start = tuple(made(part, place=place) for place in range(4))
    assert [run.settings.seed for run in start] == [42, 43, 44, 45]
    words = tuple(made(part, place=place, prompt=f"person {place}, oil painting", seed=7) for place in range(4))
    half = (made(part, place=0, prompt="another", num_inference_steps=20),)
    other_seeds = tuple(made(part, place=place, prompt=f"person {place}", seed=3 + place % 2) for place in range(4))
    case = open_case(part, BUILT_IN, [*start, *words, *half, *other_seeds])
    assert case.start == start
    assert case.attempts[-1] == words
    facts = {
        ids(start): PictureFacts(likeness=Likeness(0.6, 0.4)),
        ids(words): PictureFacts(likeness=Likeness(0.3, 0.2)),
    }
    assert solved_by(case, Known(facts)) == words
    assert rows(judge(case, words, Known(facts)))["palette apart"] == ("60%", "30%", "at most 51%", True)


def test_a_series_has_one_seed_or_one_each(scenario):
    part = scenario("consistency")
    setup = lesson_setup(part, BUILT_IN)
    assert ways(part, setup) == ("a seed each", "one seed")
    one = made_the_other_way(part, setup)
    assert one is not None
    assert ways(part, one) == ("one seed", "a seed each")
    assert {settings.seed for settings in asked_settings(part, one, BUILT_IN)} == {42}
    last = msgspec.structs.replace(setup, settings=msgspec.structs.replace(setup.settings, seed=LARGEST_SEED))
    assert [settings.seed for settings in asked_settings(part, last, BUILT_IN)] == [LARGEST_SEED, 0, 1, 2]


def test_a_figure_has_as_many_digits_as_show_why_it_fails(scenario, made):
    part = scenario("consistency")
    start = tuple(made(part, place=place) for place in range(4))
    words = tuple(made(part, place=place, prompt=f"person {place}", seed=7) for place in range(4))
    case = open_case(part, BUILT_IN, [*start, *words])
    facts = {ids(start): PictureFacts(likeness=Likeness(0.7, 0.4))}
    facts[ids(words)] = PictureFacts(likeness=Likeness(0.597, 0.2))
    assert rows(judge(case, words, Known(facts)))["palette apart"] == ("70%", "59.7%", "at most 59.5%", False)
    facts[ids(words)] = PictureFacts(likeness=Likeness(0.594, 0.2))
    assert rows(judge(case, words, Known(facts)))["palette apart"][1:] == ("59%", "at most 60%", True)


def test_ratings_are_the_learners_answers(scenario):
    part = scenario("quality")
    assert ratings(part, []) == (None, None)
    answers = [Observation("troubleshooting", "quality", "rating-start", "2")]
    assert ratings(part, answers) == (2, None)
    assert [field.id for field in part.asks] == ["rating-start", "rating", "worked"]
    assert [field.id for field in scenario("low-vram").asks] == ["worked"]


@pytest.mark.parametrize("outcome", ["cancelled", "refused"])
def test_a_start_that_was_never_made_is_none(scenario, made, outcome):
    part = scenario("low-vram")
    stopped = made(part, outcome=outcome, peak=0.0)
    case = open_case(part, BUILT_IN, [stopped, made(part, precision="bf16")])
    assert (case.start, case.cap) == ((), START_CAP)
    assert solved_by(case, Known({})) == ()
