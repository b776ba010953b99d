"""Mode 5: the hand-in as a whole."""

from tests.app.conftest import expect_text, wait_for
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths


async def test_the_report_is_written_by_a_key(open_app):
    mine = find_paths().learner("ada")
    async with open_app() as pilot:
        await pilot.press("5")
        await expect_text(pilot, "x writes report.html")
        await pilot.press("i", *"faster previews", "enter", "x")
        await wait_for(pilot, lambda: any("report.html" in n.message for n in pilot.app._notifications))
        assert "faster previews" in (mine.hand_in / "report.html").read_text()


async def test_a_terminal_that_only_reads_writes_no_report(open_app):
    mine = find_paths().learner("ada")
    other = Notebook(mine.notebook, mine.pictures)
    other.claim("another terminal")
    async with open_app() as pilot:
        await expect_text(pilot, "READ ONLY")
        await pilot.press("5", "x", "1")
        await expect_text(pilot, "1 Class")
        assert not (mine.hand_in / "report.html").exists()
    other.close()
