"""Keys that the configuration changes, what is said of a wrong table, and which keys never arrive."""

import pytest
from textual.binding import Binding

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.test_config import write
from workshop_tui.app.key_table import all_known, key_of, use
from workshop_tui.app.own_keys import SWALLOWED, contexts, key_fault, read_own_keys
from workshop_tui.config import site_file, user_file


@pytest.fixture(autouse=True)
def own_keys_again():
    yield
    use({})


def test_no_key_is_one_that_tmux_screen_or_a_browser_takes_and_each_says_what_it_does():
    taken = {(name, key) for name, each in all_known().items() for key in each.keys if key in SWALLOWED}
    assert not taken
    assert [name for name, each in all_known().items() if not each.does or not each.label] == []


def test_every_key_of_every_class_is_known_by_its_id():
    from textual.dom import DOMNode

    from workshop_tui.app.own_keys import _subclasses

    all_known()
    mine = [cls for cls in _subclasses(DOMNode) if cls.__module__.startswith("workshop_tui.")]
    assert len(mine) > 40
    for cls in mine:
        for binding in cls.__dict__.get("BINDINGS", ()):
            assert isinstance(binding, Binding)
            assert binding.id in all_known(), (cls, binding)
        assert not {"on_key", "_on_key", "key_enter"} & set(cls.__dict__), cls


def test_no_screen_of_its_own_has_one_key_twice():
    for names in contexts():
        own = [name for name in names if not name.startswith("app.")]
        by_class = {}
        for name in own:
            for key in all_known()[name].keys:
                by_class.setdefault((name.partition(".")[0], key), []).append(name)
        assert all(len(set(each)) == 1 for each in by_class.values())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('"lab.rum" = "g"', "keys: lab.rum = 'g': this id is unknown; did you mean lab.run?"),
        ('"zzz" = "g"', "this id is unknown; workshop-tui config keys lists them."),
        ('"lab.run" = 3', "lab.run = '3': the key is no text."),
        ('"lab.run" = ""', "lab.run = '': the key is no text."),
        ('"lab.run" = "g,,h"', "the comma's own name is comma"),
        ('"lab.run" = "enterr"', "enterr is no key; did you mean enter?"),
        ('"lab.run" = "ctrl+ö"', "ctrl+ö is no key"),
        ('"lab.run" = "shift+r"', "shift+r is written R."),
        ('"lab.run" = "ctrl+b"', "ctrl+b cannot be used: tmux takes it."),
        ('"lab.run" = "ctrl+t"', "ctrl+t cannot be used: a browser takes it for its tabs."),
        ('"lab.run" = "x"', "lab.run = 'x': lab.stop has the key x on the same screen as lab.run."),
        ('"lab.run" = "q"', "app.quit has the key q on the same screen as lab.run."),
        ('"lab.run" = "g"\n"lab.zoom" = "g"', "the key g on the same screen as"),
        ('"app.quit" = "r"', "lab.run has the key r on the same screen as app.quit."),
        ('"setup.save" = "s"', "setup.save = 's': s is typed into the text there"),
        ('"mode.leave_field" = "space"', "space is typed into the text there"),
        ('"lab.run" = "\\u001b"', "is no key"),
    ],
)
def test_a_wrong_table_names_file_id_and_key(home, text, fault):
    path = write(user_file(), f"[keys]\n{text}\n")
    faults = read_own_keys()[1]
    assert fault in faults[0]
    assert faults[0].startswith(f"{path}: keys: ")
    assert "\x1b" not in faults[0]


def test_what_is_no_table_is_said(home):
    path = write(user_file(), "keys = 'x'\n")
    assert read_own_keys() == ({}, [f"{path}: keys: 'x' is no table of ids and keys."])


def test_the_users_file_wins_id_by_id_and_keys_can_change_places(home):
    write(site_file(), '[keys]\n"lab.run" = "g"\n"lab.zoom" = "Z"\n')
    write(user_file(), '[keys]\nlab.run = "x,f2"\nlab.stop = "r"\n')
    assert read_own_keys() == ({"lab.run": "x,f2", "lab.zoom": "Z", "lab.stop": "r"}, [])


@pytest.mark.parametrize("key", ["r", "R", "ö", "question_mark", "f2", "ctrl+r", "ctrl+up", "space", "plus"])
def test_keys_that_arrive_are_taken(key):
    assert key_fault(key) == ""


async def test_a_changed_key_acts_and_stands_in_footer_help_and_texts(open_app, home):
    write(user_file(), '[keys]\n"lab.run" = "g"\n"app.lab" = "f2"\n"lab.next" = "m"\n"class.pause" = "z"\n')
    async with open_app() as pilot:
        await pilot.press("z")
        await expect_text(pilot, "PAUSED: z goes on")
        await pilot.press("f2")
        await expect_text(pilot, "2 Lab")
        await expect_text(pilot, "g makes the pictures.")
        await expect_text(pilot, "g Run x Stop e Edit o Note m p Parts")
        await pilot.press("question_mark")
        await expect_text(pilot, "g  Make the pictures")
        await pilot.press("escape")
        await pilot.press("r")
        assert not pilot.app.work.waiting
        await pilot.press("m")
        await expect_text(pilot, "Guidance")
        await pilot.press("g")
        await wait_for(pilot, lambda: pilot.app.work.waiting or pilot.app.book.runs)


async def test_a_wrong_table_is_told_and_the_class_opens_with_its_own_keys(open_app, home):
    write(user_file(), '[keys]\n"lab.run" = "g"\n"lab.stop" = "g"\n"lab.zoom" = "ctrl+b"\n')
    async with open_app() as pilot:
        said = [notice.message for notice in pilot.app._notifications]
        assert any("lab.zoom = 'ctrl+b'" in text and "(1 more: workshop-tui config check)" in text for text in said)
        await pilot.press("2")
        await expect_text(pilot, "r Run x Stop")
        assert key_of("lab.run") == "r"
        assert "g Run" not in screen_text(pilot.app)


OTHERS = {
    "app.class": "f1",
    "app.lab": "f2",
    "app.troubleshoot": "f4",
    "app.profile": "f5",
    "class.try_it": "f6",
    "class.go_here": "f7",
    "class.read_on": "f8",
    "lab.edit": "E",
    "lab.run": "g",
    "lab.way": "W",
    "explore.add": "L",
    "line.take": "f9",
    "mode.leave_field": "f3",
    "troubleshoot.evidence": "f12",
}


async def test_every_text_that_names_a_key_names_the_one_that_it_has_now(open_app, home):
    write(user_file(), "[keys]\n" + "".join(f'"{name}" = "{key}"\n' for name, key in OTHERS.items()))
    async with open_app(size=(120, 40)) as pilot:
        await expect_text(pilot, "f1 Class")

        def told():
            return [screen_text(pilot.app), *(notice.message for notice in pilot.app._notifications)]

        async def expect(text, *keys):
            await pilot.press(*keys)
            await wait_for(pilot, lambda: any(text in each for each in told()))

        await expect("(Inference Steps)  f6 try it", *["f8"] * 2)
        await expect("go to it with [ or f8, then f7.", "b")
        await expect("Tab goes into a field, f3", "question_mark")
        await pilot.press("escape")
        await expect("f2 Lab", "f2")
        await expect("equal steps (W: equal forwards)", *["n"] * 3)
        await expect("A picture is not needed here: E, then g, tries one.", *["n"] * 4)
        await expect("f4 Troubleshoot", "f4")
        await expect("What helped? f9 alone: nothing yet.", "a", *"Fog", "f9")
        await pilot.press("f9")
        await expect("s, o and f12 say what came of it.", "end", "x")
        await expect("(L logs one)", "f5", "e")
