"""A class's hand-ins as a page."""

import pytest

from workshop_tui.profile.class_page import class_text
from workshop_tui.profile.class_report import ClassReport, Learner


@pytest.mark.parametrize(
    ("missing", "faults", "said"),
    [
        ((), 0, "L; complete; REAL"),
        (("one",), 0, "L; 1 thing missing; REAL"),
        (("one", "two"), 2, "L; 2 things missing; 2 faults; REAL"),
        ((), 1, "L; 1 fault; REAL"),
    ],
)
def test_it_says_what_is_missing_and_what_is_wrong(missing, faults, said):
    texts = dict.fromkeys(("name", "owner", "folder", "lesson", "written", "hardware"), "L")
    lists = dict.fromkeys(("models", "presets", "good_settings", "discoveries", "improvements"), ())
    counts = dict.fromkeys(("runs", "runs_ok", "solved", "tried", "suggested"), 0)
    learner = Learner(**texts, **lists, **counts, practice=False, missing=missing, faults=faults)
    report = ClassReport(folder="F", learners=(learner,), refused=(), cards=(), problems=())
    assert said in list(class_text(report))[1]
