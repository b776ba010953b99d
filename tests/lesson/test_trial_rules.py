"""What a checklist's solutions may try, and which prompts it may compare."""

import pytest

from workshop_tui.lesson.check import check_lesson

SOLUTION = '{ id = "steps", text = "More steps" }'


def solution(more):
    return SOLUTION, f'{{ id = "steps", text = "More steps", {more} }}'


@pytest.mark.parametrize(
    "more",
    [
        "try = { steps = 40 }",
        "try = { steps = [35, 45] }",
        'try = { size = "3:4" }',
        'try = { prompt = "A lighthouse, in the rain" }',
        'try = { precision = "fp16" }',
        'see = "monitor"',
        'see = "workshop-tui doctor"',
    ],
)
def test_what_can_be_tried_or_seen_is_in_order(small, more):
    assert check_lesson(small(solution(more))) == ()


# Each row: what a solution has more, where the finding stands, the value it shows, a part of what it says.
WRONG = [
    ("try = { stepz = 40 }", "try.stepz", "40", "Did you mean 'steps'?"),
    ("try = { steps = 400 }", "try.steps", "400", "It goes from 1 to 100."),
    ("try = { steps = [35, 400] }", "try.steps[1]", "400", "It goes from 1 to 100."),
    ('try = { steps = "many" }', "try.steps", '"many"', "this is no value for steps."),
    ("try = { steps = [35, 35] }", "try.steps", "[35, 35]", "twice"),
    ('try = { prompt = "" }', "try.prompt", '""', "it is empty"),
    ("try = { steps = 40, guidance = 6 }", "try", '["steps", "guidance"]', "one setting is tried at a time"),
    ("try = {}", "try", "[]", "and here are 0."),
    ("try = { steps = true }", "try.steps", "true", "this must be"),
    ('see = "the manual"', "see", '"the manual"', "there is no such place."),
    ('try = { steps = 40 }, see = "monitor"', "see", '"monitor"', "Leave out see, or try."),
]


@pytest.mark.parametrize(("more", "where", "value", "said"), WRONG)
def test_what_cannot_be_tried_is_an_error(small, more, where, value, said):
    (finding,) = check_lesson(small(solution(more)))
    assert (finding.severity, finding.file) == ("error", "lesson.toml")
    assert (finding.where, finding.value) == (f"problems[0].solutions[0].{where}", value)
    assert said in str(finding)


def test_a_size_that_the_practice_model_does_not_make_is_a_warning(small):
    (finding,) = check_lesson(small(solution('try = { size = "1360x768" }')))
    assert (finding.severity, finding.where) == ("warning", "problems[0].solutions[0].try.size")


def test_a_trial_needs_a_prompt_to_start_from(small):
    lesson = small(
        solution("try = { steps = 40 }"),
        ('kind = "sweeps"\nminutes = 25\nbase_prompt = "A lighthouse"', 'kind = "challenge"\nminutes = 25'),
        (
            'sweeps = [{ id = "steps", title = "Steps", vary = "steps", values = [10, 25] }]',
            'tasks = [{ id = "a", text = "b" }]',
        ),
    )
    (finding,) = check_lesson(lesson)
    assert (finding.where, finding.message) == (
        "problems[0].solutions[0].try",
        "no exercise has a prompt and settings to start from.",
    )


@pytest.mark.parametrize(
    ("prompts", "where", "said"),
    [
        ('["A fox"]', "problems[0].compare", "1 prompts are compared."),
        ('["A fox", "A fox"]', "problems[0].compare", "both prompts are the same."),
        ('["A fox", ""]', "problems[0].compare[1]", "this is empty"),
        ('["A fox", 7]', "problems[0].compare[1]", "Put it in quotes."),
        ('["A fox", "A \\u0007 fox"]', "problems[0].compare[1]", "control character"),
    ],
)
def test_two_different_prompts_are_compared(small, prompts, where, said):
    findings = check_lesson(small(('symptoms = "Blurry"', f'symptoms = "Blurry"\ncompare = {prompts}')))
    assert findings[0].where == where
    assert said in str(findings[0])
