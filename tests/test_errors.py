from workshop_tui.errors import UserError, WorkshopError


def test_an_error_says_what_happened_and_what_to_do():
    assert str(WorkshopError("The disk is full.", "Free some space.")) == "The disk is full.\n  Free some space."
    assert str(WorkshopError("The disk is full.")) == "The disk is full."


def test_exit_codes_tell_whose_turn_it_is():
    assert WorkshopError("x").exit_code == 1
    assert UserError("x").exit_code == 2
    assert issubclass(UserError, WorkshopError)
