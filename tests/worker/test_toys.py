"""A kind of exercise and a sampler that are new: each comes in by its own file and its rows alone."""

import pytest
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler

from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import KINDS, all_parts
from workshop_tui.exercises.sweeps import lesson_setup, sweep_cells
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.samplers import SAMPLERS, Sampler
from workshop_tui.lesson import rules
from workshop_tui.lesson.check import inspect
from workshop_tui.lesson.exercise import EXERCISE_KINDS, Field
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.request import RunRequest
from workshop_tui.worker.samplers import CONSTRUCTORS


class HalfwayScheduler(FlowMatchEulerDiscreteScheduler):
    """Goes half of each of Euler's steps: a picture that is still half noise."""

    def step(self, model_output, timestep, sample, **others):
        return super().step(model_output * 0.5, timestep, sample, **others)


@pytest.fixture
def toy_sampler(monkeypatch):
    row = Sampler("halfway", "Halfway", "Goes half of each step.")
    monkeypatch.setitem(SAMPLERS, row.name, row)
    monkeypatch.setitem(CONSTRUCTORS, row.name, HalfwayScheduler.from_config)
    return row.name


@pytest.fixture
def toy_kind(monkeypatch):
    """An exercise that asks one question about each of its hints."""

    def parts(exercise):
        asked = (Field(id="said", label="What do you say?", required=True),)
        return [Part(exercise, f"hint-{place}", hint, asked) for place, hint in enumerate(exercise.hints)]

    monkeypatch.setattr(rules, "EXERCISE_KINDS", EXERCISE_KINDS | {"quiz"})
    monkeypatch.setitem(KINDS, "quiz", parts)


@pytest.fixture
def quiz(short_lesson, toy_kind):
    file = short_lesson / "lesson.toml"
    quiz = '[[exercises]]\nid = "quiz"\ntitle = "Quiz"\nsection = "one"\nkind = "quiz"\nhints = ["Why?", "How?"]\n'
    file.write_text(file.read_text() + quiz)
    return short_lesson


def test_a_new_kind_is_checked_opened_and_cut_into_parts(quiz):
    assert not inspect(quiz).errors
    lesson = load_lesson(quiz)
    assert [part.name for part in all_parts(lesson)][-2:] == ["quiz/hint-0", "quiz/hint-1"]
    assert all_parts(lesson)[-1].asks[0].label == "What do you say?"


def test_without_its_rows_the_kind_is_unknown(quiz, monkeypatch):
    monkeypatch.undo()
    [error] = inspect(quiz).errors
    assert "quiz" in str(error)


def test_a_new_sampler_is_in_the_lessons_sweep_and_makes_pictures_of_its_own(
    deep_dive, toy_sampler, model_cache, settings
):
    samplers = next(part for part in all_parts(deep_dive) if part.id == "samplers")
    setup = lesson_setup(samplers, BUILT_IN)
    assert toy_sampler in [cell.settings.sampler for cell in sweep_cells(samplers, setup, BUILT_IN, [])]
    engine, made = Engine(model_cache, "cpu"), {}
    for name in ("euler", toy_sampler):
        request = RunRequest("12" * 16, "f" * 32, settings(sampler=name))
        made[name], _ = engine.run(request, lambda _progress: None, lambda: False)
    assert made[toy_sampler].outcome == "ok"
    assert made[toy_sampler].forwards == made["euler"].forwards
    assert made[toy_sampler].pixels_sha256 != made["euler"].pixels_sha256
