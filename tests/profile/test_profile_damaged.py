"""A hand-in that was damaged, or made to do harm, gives findings that name its file."""

import pytest
from hypothesis import given

from tests.mutations import MODEST, check_told, damaged
from workshop_tui.errors import UserError
from workshop_tui.generation.presets import Presets
from workshop_tui.paths import shipped
from workshop_tui.profile.check import check_hand_in, read_profile
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE


@pytest.mark.parametrize("name", [PROFILE_FILE, CHECKLIST_FILE])
def test_a_damaged_hand_in_is_read_or_its_file_named(hand_in, name):
    file = hand_in / name

    @MODEST
    @given(damaged(file.read_bytes()))
    def check(data):
        file.write_bytes(data)
        report = check_hand_in(hand_in)
        for finding in report.findings:
            check_told(str(finding), finding.file)
        assert report.profile or report.errors
        assert report.checklist or report.errors
        for finding in check_hand_in(file).findings:
            check_told(str(finding), finding.file)
        try:
            assert read_profile(hand_in).kind == "optimization-profile"
        except UserError as error:
            check_told(str(error), hand_in)

    check()


def test_a_damaged_preset_is_read_or_its_file_named(learner):
    presets = Presets.of(learner)
    mine = presets.find("low-vram").settings
    file = learner.root / "presets/mine.toml"
    file.parent.mkdir(parents=True)

    @MODEST
    @given(damaged((shipped("presets") / "low-vram.toml").read_bytes()))
    def check(data):
        file.write_bytes(data)
        try:
            found = presets.find("mine")
        except UserError as error:
            check_told(str(error), file)
        else:
            assert found.over(mine)

    check()
