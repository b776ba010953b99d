"""The first shipped lesson holds all of the lesson it was made from, word for word."""

import re
from pathlib import Path

import pytest

from workshop_tui.lesson.loader import load_lesson
from workshop_tui.lesson.model import Instructor, Note
from workshop_tui.lesson.plain_text import instructor_text, lesson_text
from workshop_tui.paths import shipped

SOURCE = (Path(__file__).parent / "data" / "source.txt").read_text().splitlines()

# Lists that the source's text runs together; their words are looked for one by one below.
RUN_TOGETHER = {
    "512x512768x7681024x1024",
    "- 9:16 (",
    "576x1024) - Mobile, vertical content - 3:4 (",
    "768x1024) - Classic photography - 1:1 (",
    "1024x1024) - Social media, portraits - 4:3 (",
    "1024x768) - Classic photography - 16:9 (",
    "1024x576) - Widescreen, landscapes",
    "10,25,50(same seed) - Guidance:",
    "3,7,12(same seed) - Resolution:",
    "512x512,768x768,1024x1024 - Samplers: Different available options",
}

LAID_OUT = """\
- Standard Resolutions:
  - 512x512
  - 768x768
  - 1024x1024
- Popular Aspect Ratios:
  - 9:16 (576x1024) - Mobile, vertical content
  - 3:4 (768x1024) - Classic photography
  - 1:1 (1024x1024) - Social media, portraits
  - 4:3 (1024x768) - Classic photography
  - 16:9 (1024x576) - Widescreen, landscapes
"""

VARIATIONS = """\
- Steps: 10,25,50 (same seed)
- Guidance: 3,7,12 (same seed)
- Resolution: 512x512,768x768,1024x1024
- Samplers: Different available options
"""


@pytest.fixture(scope="module")
def lesson():
    return load_lesson(shipped("lessons") / "flux-deep-dive")


@pytest.fixture(scope="module")
def whole(lesson):
    return lesson_text(lesson, instructor=True)


def test_the_run_together_lines_are_in_the_source():
    assert set(SOURCE) >= RUN_TOGETHER


@pytest.mark.parametrize("line", [line for line in dict.fromkeys(SOURCE) if line and line not in RUN_TOGETHER])
def test_every_line_of_the_source_is_shown(whole, line):
    assert line.removeprefix("- ") in whole


def test_the_lines_stand_in_the_source_s_order(lesson):
    words = [
        re.sub(r"^(#+|\s*-)\s+", "", line).strip()
        for part in lesson.reading_order(instructor=True)
        for block in lesson.texts[part.id]
        if not isinstance(block, Note | Instructor)
        for line in block.text.splitlines()
        if line.strip()
    ]
    expected = [line.removeprefix("- ").strip() for line in SOURCE if line.strip() and line not in RUN_TOGETHER]
    laid_out = {re.sub(r"^\s*- ", "", line) for line in (LAID_OUT + VARIATIONS).splitlines()}
    ours = [line for line in words if line not in laid_out]
    # Instructor notes and resources stand in the source's order too, so that nothing but the laid-out lists differs.
    assert ours == [line for line in expected if line not in laid_out and line != "Steps:"]


def test_sizes_and_variations_are_laid_out_as_lists(whole):
    assert LAID_OUT in whole
    assert VARIATIONS in whole


def test_the_printed_minutes(lesson):
    assert [section.minutes for section in lesson.sections] == [10, 45, 40, 15, 30, 35, 35, 10]
    assert [section.kind for section in lesson.sections] == ["lecture"] * 3 + ["break"] + ["lecture"] * 2 + [
        "lab",
        "lecture",
    ]
    assert lesson.data.stated_minutes == 150
    assert "220" in lesson.data.minutes_note
    assert "205" in lesson.data.minutes_note


def test_notes_stand_beside_what_they_are_about_and_have_sources(lesson):
    after = {
        "Temporal Attention": "Attention in FLUX.1",
        "25 for FLUX.1 [pro]": "FLUX.1 [pro]",
        "Default: 7.0-8.0": "Guidance in FLUX.1",
        "DDIM: Deterministic": "Samplers with FLUX.1",
        "FP16: Faster": "Precision of FLUX.1",
        "GPU: 8GB VRAM": "8 GB",
        "Use FP16 for memory savings": "FP16 and memory",
        "Resolution Scaling": "Large sizes",
        "(detailed face)": "Parentheses",
        "Use style weights": "Style weights",
        "Session Duration: 2.5 hours": "Length",
    }
    blocks = [block for part in lesson.reading_order() for block in lesson.texts[part.id]]
    for passage, title in after.items():
        place = next(i for i, block in enumerate(blocks) if isinstance(block, Note) and block.title == title)
        assert passage in blocks[place - 1].text
        assert blocks[place].source


def test_instructor_notes_are_shown_only_when_asked_for(lesson, whole):
    plain = lesson_text(lesson)
    for line in ("Prepare for varying technical skill levels in the group", "For the instructor:"):
        assert line not in plain
        assert line in whole
        assert line in instructor_text(lesson)
    assert "Rectified Flow Models" not in instructor_text(lesson)


def test_exercise_one_has_the_lesson_s_sweeps(lesson):
    from workshop_tui.generation.samplers import SAMPLERS
    from workshop_tui.generation.sweep import cells

    exercise = lesson.exercise("parameters")
    assert exercise.base_prompt == "Portrait of a renaissance nobleman, oil painting style"
    assert {sweep.id: sweep.axis.values for sweep in exercise.sweeps} == {
        "steps": ("10", "25", "50"),
        "guidance": ("3", "7", "12"),
        "resolution": ("512x512", "768x768", "1024x1024"),
        "samplers": tuple(SAMPLERS),
    }
    steps = cells(exercise.base_settings, [exercise.sweep("steps").axis])
    assert [cell.num_inference_steps for cell in steps] == [10, 25, 50]
    assert {cell.seed for cell in steps} == {exercise.seed}


def test_the_data_is_in_the_lesson_s_words(lesson, whole):
    for exercise in lesson.exercises:
        assert exercise.title in whole
        assert exercise.objective in whole
        for words in [
            *(field.label for field in exercise.observations),
            *(task.text for task in exercise.tasks),
            *(f"{scenario.title}: {scenario.goal}" for scenario in exercise.scenarios),
        ]:
            assert words in whole
    assert [problem.level for problem in lesson.data.problems] == ["common"] * 4 + ["advanced"] * 3
    for problem in lesson.data.problems:
        for words in [
            problem.title,
            problem.symptoms,
            problem.problem,
            problem.technique,
            *(solution.text for solution in problem.solutions),
        ]:
            assert words in whole
    for item in [*lesson.data.assignment, *lesson.data.exploration]:
        assert f"- {item.text}\n" in whole
