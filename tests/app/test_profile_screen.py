"""Mode 5: the hand-in as a whole."""

from tests.app.conftest import expect_text, wait_for
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths


async def test_the_report_is_written_by_a_key(open_app):
    mine = find_paths().learner("ada")
    async with open_app() as pilot:
        await pilot.press("5")
        await expect_text(pilot, "x Report")
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


async def test_an_area_begins_with_a_suggestion_and_is_said_in_ones_own_words(open_app, make_run, home):
    mine = find_paths().learner("ada")
    notebook = Notebook(mine.notebook, mine.pictures)
    notebook.add_run(make_run())
    notebook.close()
    async with open_app() as pilot:
        await pilot.press("5")
        await pilot.press("i")
        await expect_text(pilot, "Write it yourself")
        await pilot.press("down", "enter")
        await expect_text(pilot, "in your own words:")
        await pilot.press("end", *" ok", "enter")
        await wait_for(pilot, lambda: pilot.app.book.improvements.get(1, "").endswith(" ok"))
        await pilot.press("h")
        await expect_text(pilot, "found wrongly")
        await pilot.press("down", "enter")
        await expect_text(pilot, "vram, as it really is")
        await pilot.press(*"24 GB", "enter")
        file = pilot.app.desk.hand_in.folder / "optimization-profile.toml"
        await wait_for(pilot, lambda: 'vram = "24 GB"' in file.read_text() if file.exists() else False)


async def test_what_is_missing_is_listed_and_a_key_leads_there(open_app):
    async with open_app() as pilot:
        await pilot.press("5")
        await expect_text(pilot, "(g goes to what is missing)")
        await expect_text(pilot, "· Test and record optimal parameter settings: 37 to do")
        await expect_text(pilot, "✓ Document your hardware specifications")
        await expect_text(pilot, "GiB RAM")
        await pilot.press("g")
        await expect_text(pilot, "Exercise 1, Steps: 3 of 3 pictures to make.")
        await pilot.press("down", "down", "enter")
        await expect_text(pilot, "2 Lab")
        await expect_text(pilot, "2 of 12")
        await pilot.press("5", "g", "end", "enter")
        await expect_text(pilot, "Area for improvement 1 of 3")
        await pilot.press("escape", "g", "end", "up", "enter")
        await expect_text(pilot, "4 Troubleshoot")
