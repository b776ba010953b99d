"""What a problem of the checklist has tried out."""

import msgspec

from workshop_tui.exercises.trials import TRIALS, begun, compared, pair_words, trials
from workshop_tui.generation.drift import Drift
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.lesson.model import Note, Words
from workshop_tui.lesson.notes_below import notes_below
from workshop_tui.profile.build import missing
from workshop_tui.profile.findings import Findings

PLAIN = "Portrait of a renaissance nobleman, detailed face, oil painting style"
MARKED = "Portrait of a renaissance nobleman, (detailed face), oil painting style"


def parts(lesson, model=BUILT_IN):
    return {trial.part.id: trial.part for trial in trials(lesson, model)}


def test_a_trial_changes_one_setting_beside_what_it_was(deep_dive):
    found = parts(deep_dive)
    steps = found["poor-quality.steps"]
    assert (steps.sweep.vary, steps.sweep.values) == ("steps", ("28", "35", "45"))
    assert (steps.exercise.title, steps.title) == ("Poor Image Quality", "Increase steps (try 35-45)")
    assert steps.exercise.base_prompt == deep_dive.exercises[0].base_prompt
    assert found["slow.resolution"].sweep.values == ("512x512", "384x384")
    assert parts(deep_dive, "some/FLUX")["slow.resolution"].sweep.values == ("1024x1024", "384x384")
    # What has that value already is not made twice, and alone it shows nothing.
    assert "poor-quality.resolution" in found
    assert "poor-quality.resolution" not in parts(deep_dive, "some/FLUX")
    assert "out-of-memory.applications" not in found


def test_two_prompts_are_compared_for_each_advanced_technique(deep_dive):
    compares = [part.sweep.values for name, part in parts(deep_dive).items() if name.endswith(".Technique")]
    assert len(compares) == 3
    assert compares[0] == (PLAIN, MARKED)


def test_trials_that_have_pictures_are_listed_and_count_for_nothing_that_is_missing(deep_dive, make_run):
    run = make_run(TRIALS, "slow.steps")
    assert [part.id for part in begun(trials(deep_dive, BUILT_IN), [run])] == ["slow.steps"]
    empty = Findings("ada", deep_dive, [], [], {}, {}, {}, None, {})
    assert missing(msgspec.structs.replace(empty, runs=[run])) == missing(empty)


def test_the_newest_two_that_differ_in_nothing_but_the_prompt_are_compared(deep_dive, make_run):
    part = parts(deep_dive)["prompt-interpretation.Technique"]

    def run(prompt, **more):
        return make_run(TRIALS, part.id, prompt=prompt, picture="a.png", **more)

    first, other_seed = run(PLAIN), run(MARKED, seed=7)
    assert compared(part, [first, other_seed]) is None
    second = run(MARKED)
    assert compared(part, [first, other_seed, second]) == (first, second)
    failed = msgspec.structs.replace(run(MARKED), outcome="failed")
    newer = run(PLAIN)
    assert compared(part, [first, other_seed, second, failed, newer]) == (newer, second)


def test_the_words_say_what_was_measured_and_no_more(make_run, dev_model):
    pair = (make_run(model=dev_model), make_run(model=dev_model))
    assert pair_words(pair, Drift(6.71, 0.458)) == (
        "At seed 42 the two pictures differ by 6.71 of 255 levels on average; 45.8% of pixels by more than 8. "
        "That says different, not better or worse: look at both."
    )
    assert "the other words changed nothing" in pair_words(pair, Drift(0.0, 0.0))
    assert "cannot be read" in pair_words(pair, None)
    assert pair_words((make_run(), make_run()), Drift(1, 0.1)).endswith("this says nothing about FLUX.1.")


def test_a_lessons_notes_are_found_by_the_heading_above_them(deep_dive):
    (note,) = notes_below(deep_dive, "Prompt Interpretation Issues")
    assert (note.title, note.text.split(":")[0]) == ("Parentheses", "FLUX.1 gives parentheses no meaning")
    assert notes_below(deep_dive, "Text Rendering Problems") == []


def test_a_comment_in_code_is_no_heading(deep_dive):
    note = Note("T", "Words.", "s", 7)
    words = Words("# Title\n\n```\n# Code\n```", 1)
    lesson = msgspec.structs.replace(deep_dive, texts={"part-4": (words, note)})
    assert (notes_below(lesson, "Title"), notes_below(lesson, "Code")) == ([note], [])
