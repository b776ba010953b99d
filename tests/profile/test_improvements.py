"""Areas for improvement and corrected hardware, as the hand-in tells them."""

import pytest

from workshop_tui.errors import UserError
from workshop_tui.exercises.suggesting import suggestions
from workshop_tui.profile.build import build_checklist, build_profile
from workshop_tui.profile.check import read_profile
from workshop_tui.profile.gather import gather_all, keep_correction, keep_improvement, update_hand_in
from workshop_tui.profile.hand_in import PROFILE_FILE
from workshop_tui.profile.package import write_package
from workshop_tui.profile.summary import summary


def test_a_suggestion_taken_over_as_it_was_is_marked_and_changed_is_not(notebook, deep_dive, learner, now, make_run):
    notebook.add_run(make_run())
    [suggested, *_] = suggestions(deep_dive, notebook.runs(), [])
    keep_improvement(notebook, deep_dive, 1, "Faces")
    keep_improvement(notebook, deep_dive, 3, suggested)
    found = gather_all(notebook, deep_dive, learner)
    profile = build_profile(found, now)
    assert profile.suggested == (2,)  # of the two that are written, the second
    told = " ".join(summary(profile, build_checklist(found, now), None, learner.hand_in))
    assert "suggestion, unchanged)" in " ".join(told.split())
    write_package(learner.hand_in, notebook, deep_dive, learner, now)
    assert "suggestion, unchanged" in (learner.hand_in / "report.md").read_text()
    keep_improvement(notebook, deep_dive, 3, f"{suggested} By tiles.")
    assert build_profile(gather_all(notebook, deep_dive, learner), now).suggested == ()


def test_it_stays_marked_when_the_measurements_have_changed(notebook, deep_dive, learner, now, make_run):
    notebook.add_run(make_run(outcome="out-of-memory"))
    [suggested, *_] = suggestions(deep_dive, notebook.runs(), [])
    keep_improvement(notebook, deep_dive, 1, suggested)
    notebook.add_run(make_run(outcome="out-of-memory", width=768))
    assert build_profile(gather_all(notebook, deep_dive, learner), now).suggested == (1,)


def test_corrected_hardware_stands_beside_what_was_found(notebook, deep_dive, learner, now):
    keep_correction(notebook, "vram", "24 GB")
    keep_correction(notebook, "cpu", "two of them")
    keep_correction(notebook, "cpu", "")
    update_hand_in(notebook, deep_dive, learner, now)
    entry = read_profile(learner.hand_in / PROFILE_FILE).hardware
    assert entry.corrections == {"vram": "24 GB"}
    assert entry.cpu_count > 0


@pytest.mark.parametrize(("what", "text"), [("colour", "red"), ("cpu", "x" * 101), ("cpu", "a\x1b[31mred")])
def test_what_is_no_correction_is_refused(notebook, what, text):
    with pytest.raises(UserError, match="hardware"):
        keep_correction(notebook, what, text)
