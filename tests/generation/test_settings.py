import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.errors import UserError
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.generation.settings import (
    LARGEST_SEED,
    LONGEST_PROMPT,
    Settings,
    check_prompt,
    check_settings,
    random_seed,
)

GOOD = Settings("A lighthouse at dusk")


def changed(**changes):
    return msgspec.structs.replace(GOOD, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"num_inference_steps": 1},
        {"num_inference_steps": 100},
        {"guidance_scale": 1.0},
        {"guidance_scale": 20},
        {"seed": 0},
        {"seed": LARGEST_SEED},
        {"width": 16, "height": 4096},
    ],
)
def test_the_ends_of_each_range_are_taken(changes):
    assert check_settings(changed(**changes)) == changed(**changes)


@pytest.mark.parametrize(
    ("changes", "said", "hint"),
    [
        ({"num_inference_steps": 0}, "steps: 0 is out of range", "from 1 to 100"),
        ({"num_inference_steps": 101}, "steps: 101 is out of range", "from 1 to 100"),
        ({"guidance_scale": 0.99}, "guidance: 0.99 is out of range", "from 1 to 20"),
        ({"guidance_scale": 20.5}, "guidance: 20.5 is out of range", "from 1 to 20"),
        ({"guidance_scale": math.nan}, "guidance: nan is out of range", "from 1 to 20"),
        ({"guidance_scale": math.inf}, "guidance: inf is out of range", "from 1 to 20"),
        ({"seed": -1}, "seed: -1 is out of range", "from 0 to 4294967295"),
        ({"seed": 2**32}, "seed: 4294967296 is out of range", "from 0 to 4294967295"),
        ({"seed": 10**400}, "seed: 1000", "from 0 to 4294967295"),
        ({"sampler": "lms"}, "sampler: 'lms' is unknown", "Known: euler, ddim, heun, unipc, dpm++"),
        ({"width": 520}, "size: 520x1024 does not fit", "512x1024 or 528x1024"),
        ({"prompt": " "}, "prompt: it is empty", "Write what"),
    ],
)
def test_what_cannot_run_is_refused_with_what_can(changes, said, hint):
    with pytest.raises(UserError) as caught:
        check_settings(changed(**changes))
    assert caught.value.message.startswith(said)
    assert hint in caught.value.hint
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    "prompt",
    [
        "x" * 5000,
        "🦊🐻 👩\u200d👩\u200d👧 \U0001fae8 ❤️",
        "two\nlines\tand a tab",
        "名前 עברית العربية",
        "(detailed face) “quotes” [red]",
        "x" * LONGEST_PROMPT,
    ],
)
def test_what_people_write_is_a_prompt(prompt):
    check_prompt(prompt)


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("", "empty"),
        ("\n \t", "empty"),
        ("x" * (LONGEST_PROMPT + 1), "10001 characters"),
        ("red \x1b[31m", r"control character U\+001B at position 5"),
        ("a\x00", r"U\+0000 at position 2"),
        ("a\r\nb", r"U\+000D at position 2"),
        ("a\u202eb", r"U\+202E at position 2"),
        ("a\udce9", r"U\+DCE9 at position 2"),
    ],
)
def test_what_nobody_means_is_no_prompt(prompt, said):
    with pytest.raises(UserError, match=said):
        check_prompt(prompt)


@given(st.characters(categories=["Cc", "Cs"]).filter(lambda char: char not in "\n\t"))
def test_no_control_character_gets_into_a_prompt(char):
    with pytest.raises(UserError, match=f"{ord(char):04X} at position 2"):
        check_prompt(f"a{char}b")


def test_a_random_seed_is_one_that_is_taken():
    for _ in range(100):
        check_settings(changed(seed=random_seed()))


def test_the_lesson_s_samplers_are_there_and_their_labels_fit_the_lab_s_column():
    assert list(SAMPLERS) == ["euler", "ddim", "heun", "unipc", "dpm++"]
    assert max(len(row.label) for row in SAMPLERS.values()) == 7
    assert [row.forwards(25) for row in SAMPLERS.values()] == [25, 25, 49, 25, 25]


def test_forwards_are_what_the_sampler_makes_of_the_steps():
    for name, sampler in SAMPLERS.items():
        assert changed(sampler=name, num_inference_steps=10).forwards == sampler.forwards(10)
    assert changed(num_inference_steps=10).forwards == 10


def test_unknown_settings_do_not_travel():
    with pytest.raises(msgspec.ValidationError, match="steps"):
        msgspec.json.decode(b'{"prompt": "x", "steps": 10}', type=Settings)
