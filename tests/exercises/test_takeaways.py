"""What a learner takes away, and where a setting can be tried."""

from workshop_tui.exercises.takeaways import Takeaway, takeaways
from workshop_tui.exercises.trying import parts_to_try
from workshop_tui.notebook.entries import Observation


def test_best_values_ratings_and_notes_stand_in_the_lessons_order(deep_dive):
    observations = [
        Observation("parameters", "guidance", "quality", "3"),
        Observation("parameters", "resolution", "quality", "not rated"),
        Observation("parameters", "steps", "quality", "4"),
        Observation("parameters", "steps", "optimal", "25"),
        Observation("parameters", "steps", "differences", "not a takeaway"),
    ]
    notes = {"part-5": "hurry\n", "overview": "long", "gone": "of an older lesson"}
    assert takeaways(deep_dive, observations, notes) == [
        Takeaway("Steps", "best 25\nImage quality assessment 4/5"),
        Takeaway("Guidance", "Image quality assessment 3/5"),
        Takeaway("Resolution", "Image quality assessment not rated"),
        Takeaway("Overview", "long"),
        Takeaway("Part 5", "hurry"),
    ]
    assert takeaways(deep_dive, [], {}) == []


def test_a_setting_is_tried_where_it_is_varied_else_in_the_first_free_part(deep_dive):
    assert [(part.exercise.id, part.id) for part in parts_to_try(deep_dive, "size")] == [("parameters", "resolution")]
    assert [(part.exercise.id, part.id) for part in parts_to_try(deep_dive, "seed")] == [("hardware", "largest-size")]
