"""What a lesson's exercises ask for by themselves."""

from collections import Counter

from workshop_tui.exercises.lesson_pictures import lesson_pictures
from workshop_tui.lesson.loader import load_lesson

DEV = "black-forest-labs/FLUX.1-dev"


def test_the_shipped_lessons_pictures_are_its_series_ladder_and_scenarios(deep_dive):
    """14 of Exercise 1, 6 of the ladder, 2 starts and a series of 4; none of 'Low VRAM' and of the exploration."""
    asked = lesson_pictures(deep_dive, DEV)
    assert len(asked) == 14 + 6 + 2 + 4
    assert [each.num_inference_steps for each in asked[:3]] == [10, 25, 50]
    assert [each.num_inference_steps for each in asked[14:20]] == [4, 8, 12, 20, 28, 50]
    assert {each.precision for each in asked} == {"auto"}
    assert Counter(each.size for each in asked) == {"1024x1024": 22, "512x512": 2, "768x768": 2}


def test_another_lessons_are_counted_too(short_lesson):
    asked = lesson_pictures(load_lesson(short_lesson), DEV)
    assert [each.num_inference_steps for each in asked] == [1, 2, 1, 3]  # its search for a batch is each learner's own
