import json

import pytest

from workshop_tui.cli import main


def test_paths_say_where_everything_lies_and_make_nothing(home, capsys):
    with pytest.raises(SystemExit) as left:
        main(["paths", "--json", "--learner", "../ada"])
    assert left.value.code == 0
    found = json.loads(capsys.readouterr().out)
    assert found["learner"] == "../ada"
    assert found["notebook"].startswith(str(home / "data" / "learners" / "ada-"))
    assert found["hand_in"].startswith(str(home / "data" / "profiles" / "ada-"))
    assert not home.exists()


def test_a_home_that_nobody_has_is_one_line(home, capsys):
    with pytest.raises(SystemExit) as left:
        main(["paths", "--profiles", "~nobody-is-called-so"])
    assert left.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("workshop-tui: The hand-in folder is '~nobody-is-called-so'")
