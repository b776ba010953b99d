"""`y`: the line for one's own computer, asked for its address once."""

import pytest
from PIL import Image
from textual.app import App
from textual.widgets import Input

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.app.app import WorkshopApp
from workshop_tui.app.screens.copy_out import copy_out
from workshop_tui.scp import fetch_line, remembered


class Bare(App):
    """An app with nothing but a picture to copy."""

    CSS_PATH = WorkshopApp.CSS_PATH.absolute()

    def __init__(self, picture, root):
        super().__init__()
        self.picture, self.root = picture, root

    def on_mount(self):
        copy_out(self, self.picture, self.root)


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "ada's pictures" / "0123.png"
    path.parent.mkdir()
    Image.new("RGB", (8, 8)).save(path)
    return path


@pytest.fixture(autouse=True)
def at_the_machine(monkeypatch):
    for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOGNAME", "ada")


async def test_over_ssh_the_address_is_asked_for_once_and_can_be_changed(home, picture, monkeypatch):
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 5 192.0.2.2 22")
    mine = home / "ada"
    async with Bare(picture, mine).run_test(size=(80, 24)) as pilot:
        await expect_text(pilot, "What did you type after ssh")
        field = pilot.app.screen.query_one(Input)
        assert field.value == "ada@192.0.2.2"
        field.value = "-oProxyCommand=x"
        await pilot.press("enter")
        await expect_text(pilot, "is no address")
        field.value = "ada@gpu.example:2222"
        await pilot.press("enter")
        await expect_text(pilot, "in any shell there")
        line = fetch_line(picture, mine)
        assert line.startswith('scp -P 2222 "ada@gpu.example:/')
        assert pilot.app.clipboard == line
        shown = screen_text(pilot.app)
        assert line in shown.replace("\n", "")
        assert "The file lies in" in shown
        assert "Shift held" in shown
        assert any("Sent to your terminal" in notice.message for notice in pilot.app._notifications)
        await pilot.press("c")
        await expect_text(pilot, "What did you type after ssh")
        assert pilot.app.screen.query_one(Input).value == "ada@gpu.example:2222"
        pilot.app.screen.query_one(Input).value = "gpu"
        await expect_text(pilot, "⏎ Take it")
        await pilot.click(offset=(3, 23))
        await wait_for(pilot, lambda: pilot.app.clipboard.startswith('scp "gpu:/'))
    async with Bare(picture, mine).run_test(size=(80, 24)) as pilot:
        await expect_text(pilot, "in any shell there")
        assert pilot.app.clipboard == fetch_line(picture, mine)


async def test_esc_leaves_the_host_open_and_is_not_asked_again(home, picture, monkeypatch):
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    mine = home / "ada"
    async with Bare(picture, mine).run_test(size=(80, 24)) as pilot:
        await expect_text(pilot, "What did you type after ssh")
        await pilot.press("escape")
        await expect_text(pilot, "HOST is what you type after ssh: c says it.")
        assert pilot.app.clipboard.startswith('scp "HOST:/')
    assert remembered(mine) == ""
    async with Bare(picture, mine).run_test(size=(80, 24)) as pilot:
        await expect_text(pilot, "HOST is what you type after ssh: c says it.")


async def test_what_the_site_has_set_is_not_asked_for(home, picture, monkeypatch):
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    monkeypatch.setenv("WORKSHOP_TUI_CONNECT", "ada@site")
    async with Bare(picture, home / "ada").run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: pilot.app.clipboard.startswith('scp "ada@site:/'))
        await pilot.press("c")
        await wait_for(pilot, lambda: any("is set by" in n.message for n in pilot.app._notifications))


async def test_at_the_machine_itself_the_path_is_copied(home, picture):
    async with Bare(picture, home / "ada").run_test(size=(80, 24)) as pilot:
        await expect_text(pilot, "lies on this machine")
        assert pilot.app.clipboard == str(picture)


async def test_y_copies_the_hand_in_from_the_profile(open_app, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_CONNECT", "ada@gpu")
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "not made yet")
        await pilot.press("y")
        await wait_for(pilot, lambda: any("no picture in this row" in n.message for n in pilot.app._notifications))
        await pilot.press("5")
        await expect_text(pilot, "5 Profile")
        await pilot.press("y")
        await wait_for(pilot, lambda: pilot.app.clipboard.startswith("scp -r ada@gpu:"))
        await pilot.press("escape")
        await expect_text(pilot, "5 Profile")
