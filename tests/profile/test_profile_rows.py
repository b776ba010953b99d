"""Hand-ins side by side: what may stand in one row, and what is said of it."""

import msgspec
import pytest

from tests.conftest import SMALL
from workshop_tui.profile.build import build_profile
from workshop_tui.profile.compare import compare_profiles
from workshop_tui.profile.gather import gather


@pytest.fixture
def profile_of(notebook, deep_dive, make_run, now):
    """Return a profile of runs that took some seconds, each with a model."""
    template = build_profile(gather(notebook, deep_dive, "ada"), now)

    def make(*runs):
        for seconds, model in runs:
            run = make_run(model=model)
            spent = msgspec.structs.replace(run.seconds, encode=0.0, denoise=seconds, decode=0.0)
            notebook.add_run(msgspec.structs.replace(run, seconds=spent))
        made = notebook.runs()[-len(runs) :]
        found = msgspec.structs.replace(gather(notebook, deep_dive, "ada"), runs=made)
        return msgspec.structs.replace(template, measurements=build_profile(found, now).measurements)

    return make


def test_two_models_are_told_apart_and_not_judged(profile_of, dev_model):
    one, other = profile_of(*[(1.0, SMALL)] * 3), profile_of(*[(9.0, dev_model)] * 3)
    [same] = compare_profiles([one, other, one]).measured
    assert [cell.model for cell in same.cells] == [SMALL.name, dev_model.name, SMALL.name]
    assert same.verdicts == ("another model", "no clear difference")


def test_runs_of_an_earlier_model_are_no_figures_of_the_last(profile_of, dev_model):
    mixed = profile_of((1.0, SMALL), (9.0, dev_model), (9.5, dev_model))
    [same] = compare_profiles([mixed, mixed]).measured
    assert same.cells[0].model == dev_model.name
    assert same.cells[0].outcomes == {"ok": 2}
