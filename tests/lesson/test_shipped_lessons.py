"""What holds for every lesson that ships with the program; one lesson's own words are tested elsewhere."""

import pytest

from workshop_tui.app.widgets.cells import WIDEST
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.lesson.model import Note
from workshop_tui.lesson.plain_text import instructor_text, lesson_text
from workshop_tui.lesson.schedule import Schedule, plan
from workshop_tui.models.vocabulary import unknown_words


@pytest.fixture
def lesson(shipped_lesson):
    return load_lesson(shipped_lesson)


def prompts_of(lesson):
    """Return every prompt that a learner is asked to have made."""
    for exercise in (each for each in lesson.exercises if not each.optional):
        yield exercise.base_prompt
        for sweep in exercise.sweeps:
            yield from sweep.axis.values if sweep.vary == "prompt" else ()
        for scenario in exercise.scenarios:
            yield from scenario.prompts


def test_its_folder_is_called_as_its_id(lesson):
    assert lesson.folder.name == lesson.id


def test_every_section_s_text_says_the_minutes_that_are_planned(lesson):
    for section in lesson.sections:
        first = lesson.texts[section.id][0].text
        assert f"{section.minutes:g} minutes" in first
        assert first.startswith(f"# {section.title}")


def test_what_is_to_be_done_is_in_its_texts(lesson):
    whole = lesson_text(lesson)
    for item in [*lesson.data.assignment, *lesson.data.exploration]:
        assert f"- {item.text}" in whole
    for exercise in (each for each in lesson.exercises if not each.optional):
        assert exercise.title in lesson_text(lesson, part=exercise.section)


def test_every_note_says_where_its_facts_come_from(lesson):
    notes = [block for part in lesson.reading_order() for block in lesson.texts[part.id] if isinstance(block, Note)]
    assert notes
    assert all(note.source for note in notes)


def test_what_is_for_the_instructor_is_shown_only_to_them(lesson):
    assert instructor_text(lesson)
    for line in ("For the instructor", "Instructor Notes"):
        assert line not in lesson_text(lesson)
        assert line in lesson_text(lesson, instructor=True)


def test_a_class_can_be_shortened_and_its_labs_keep_their_minutes(lesson):
    labs = [section.minutes for section in lesson.sections if section.kind == "lab"]
    total = sum(section.minutes for section in lesson.sections)
    planned = plan(lesson.sections, Schedule("fit", int(total) - 5))
    assert sum(section.seconds for section in planned) == 60 * (total - 5)
    assert [each.seconds / 60 for each, of in zip(planned, lesson.sections, strict=True) if of.kind == "lab"] == labs


def test_the_built_in_model_has_learned_every_word_of_its_prompts(lesson):
    asked = list(prompts_of(lesson))
    assert len(asked) > 3
    assert {prompt: unknown_words(prompt) for prompt in asked if unknown_words(prompt)} == {}


def test_prompts_of_a_series_are_told_apart_where_there_is_room_for_their_beginning_only(lesson):
    for exercise in (each for each in lesson.exercises if not each.optional):
        series = [sweep.axis.values for sweep in exercise.sweeps if sweep.vary == "prompt"]
        for prompts in [*series, *(scenario.prompts for scenario in exercise.scenarios)]:
            assert len({prompt[:WIDEST] for prompt in prompts}) == len(prompts)
