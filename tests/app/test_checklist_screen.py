"""Mode 4: a solution is tried and ticked, two prompts are compared, own problems are kept."""

import io
import tomllib

import msgspec
from PIL import Image

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_preparation import put
from workshop_tui.errors import WorkshopError
from workshop_tui.exercises.trials import TRIALS
from workshop_tui.generation.record import Origin

PAIR = "prompt-interpretation.Technique"
PLAIN = "Portrait of a renaissance nobleman, detailed face, oil painting style"
MARKED = "Portrait of a renaissance nobleman, (detailed face), oil painting style"


def png(colour):
    data = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(data, "PNG")
    return data.getvalue()


def checklist(home):
    entries = tomllib.loads((home / "data/profiles/ada/troubleshooting-checklist.toml").read_text())["problems"]
    return {entry["id"]: entry for entry in entries}


async def test_a_solution_opens_the_lab_with_just_that_change(open_app):
    async with open_app() as pilot:
        await pilot.press("4", "t")
        await expect_text(pilot, "Increase steps (try 35-45): Lab, steps 28, 35, 45")
        await pilot.press("enter")
        await expect_text(pilot, "Poor Image Quality · Increase steps (try 35-45)  optional")
        text = screen_text(pilot.app)
        assert "guidance 3.5, 512x512, Euler, seed 42" in text
        assert [row.split()[1] for row in text.splitlines() if "not made yet" in row] == ["28", "35", "45"]
        await pilot.press("n")
        await expect_text(pilot, "Steps  1 of 12")


async def test_what_is_no_setting_leads_to_where_it_is_seen(open_app):
    async with open_app() as pilot:
        await pilot.press("4", "down", "t")
        await expect_text(pilot, "Lower batch size: workshop-tui limits --max-batch")
        await expect_text(pilot, "Close other GPU applications: Monitor")
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: any("limits --max-batch" in note.message for note in pilot.app._notifications))
        await pilot.press("t", "up", "enter")
        await expect_text(pilot, "3 Monitor")


async def test_what_is_set_already_is_said_and_leads_nowhere(open_app):
    async with open_app() as pilot:
        pilot.app.model = "black-forest-labs/FLUX.1-dev"  # its pictures have 1024x1024 as they are
        await pilot.press("4", "t")
        await expect_text(pilot, "Check resolution settings: set already; x ticks it")
        await pilot.press("down", "down", "enter")
        await wait_for(pilot, lambda: any("with this already" in note.message for note in pilot.app._notifications))
        assert "4 Troubleshoot" in screen_text(pilot.app)


async def test_a_solution_is_ticked_with_the_run_of_its_trial(open_app, make_run, home):
    run = msgspec.structs.replace(
        make_run(num_inference_steps=35), origin=Origin("flux-deep-dive", TRIALS, "poor-quality.steps", 1)
    )
    put(run)
    put(make_run(sweep="guidance"))
    async with open_app() as pilot:
        await pilot.press("4", "x", "enter")
        await expect_text(pilot, "It helped")
        await pilot.press("enter")
        await expect_text(pilot, f"{run.run_id[:8]} for the checklist: 35 steps")
        await pilot.press("enter")
        await expect_text(pilot, "✓ Increase steps (try 35-45): helped")
        await pilot.press("x", "down", "enter", "up", "enter", "up", "enter")
        await expect_text(pilot, "what did you see?")
        await pilot.press(*"[red]too much", "enter")
        await expect_text(pilot, "[red]too much")
        await pilot.press("2")  # a trial that has pictures is among the Lab's parts
        await pilot.press("p")
        await expect_text(pilot, "Poor Image Quality · Increase steps (try 35-45)  optional")
    tried = checklist(home)["poor-quality"]["tried"]
    assert [(tick["state"], tick["note"], tick["run_id"]) for tick in tried] == [
        ("helped", "", run.run_id),
        ("tried", "[red]too much", ""),
    ]


async def test_a_tick_is_taken_away(open_app):
    async with open_app() as pilot:
        await pilot.press("4", "x", "enter", "enter", *"yes", "enter")
        await expect_text(pilot, "helped, yes")
        await pilot.press("x", "enter", "down", "enter")
        await expect_text(pilot, "• Increase steps")
        assert pilot.app.book.checks["poor-quality"].ticks == ()


async def test_two_prompts_are_compared_in_words_with_the_lessons_note(open_app, make_run):
    origin = Origin("flux-deep-dive", TRIALS, PAIR)
    for prompt, colour in ((PLAIN, (100, 100, 100)), (MARKED, (110, 110, 110))):
        run = make_run(prompt=prompt, width=64, height=64)
        put(msgspec.structs.replace(run, origin=origin), png(colour))
    async with open_app(size=(100, 40)) as pilot:
        await pilot.press("4", "down", "down", "down", "down")
        await expect_text(pilot, "differ by 10.00 of 255")
        words = " ".join(row[34:].strip(" ▁▂▃▄▅▆▇█") for row in screen_text(pilot.app).splitlines())
        assert (
            "of 255 levels on average; 100.0% of pixels by more than 8. That says different, not better or worse"
            in words
        )
        assert "The practice model made them" in words
        assert "Note: Parentheses. FLUX.1 gives parentheses no meaning" in words
        assert "Source: diffusers documentation, using-diffusers/weighted_prompts" in words
        await pilot.press("t", "down", "enter")
        await expect_text(pilot, "Picture 2: Portrait of a renaissance")
        assert "(detailed face), oil painting style" in screen_text(pilot.app)


async def test_an_own_problem_is_added_changed_and_deleted_after_a_question(open_app, home):
    async with open_app() as pilot:
        await pilot.press("4", "a", "enter")
        await expect_text(pilot, "It is empty.")
        await pilot.press(*"[b]Six fingers", "enter", *"in pockets", "enter")
        await expect_text(pilot, "✓ [b]Six fingers")
        await expect_text(pilot, "in pockets")
        await pilot.press("e", *" and toes", "enter")
        await expect_text(pilot, "[b]Six fingers and toes")
        await pilot.press("s")
        await expect_text(pilot, "State     not applicable")
        await wait_for(pilot, lambda: (home / "data/profiles/ada/troubleshooting-checklist.toml").exists())
        await pilot.press("d", "enter")
        await pilot.pause()
        assert "own:1" in pilot.app.book.checks
        await pilot.press("d", "down", "enter")
        await wait_for(pilot, lambda: "own:1" not in pilot.app.book.checks)
        await expect_text(pilot, "Text Rendering Problems  (advanced)")
        await pilot.press("a", *"Fog", "enter", "enter")
        await expect_text(pilot, " Fog")
    entry = checklist(home)["own:1"]
    assert (entry["title"], entry["level"], entry["state"]) == ("Fog", "own", "open")


async def test_what_a_full_disk_does_not_take_is_asked_about_and_not_lost(open_app):
    async with open_app() as pilot:
        await pilot.press("4")
        notebook = pilot.app.desk._open_notebook
        change, delete = notebook.change_check, notebook.delete_check

        def full(*_):
            raise WorkshopError("Cannot write: the disk is full.")

        notebook.change_check = full
        await pilot.press("x", "enter", "enter", *"a note", "enter")
        await expect_text(pilot, "Leave it; this is lost: a note")
        notebook.change_check = change
        await pilot.press("enter")
        await expect_text(pilot, "helped, a")
        await pilot.press("a", *"Fog", "enter", "enter")
        await expect_text(pilot, " Fog")
        notebook.delete_check = full
        await pilot.press("d", "down", "enter")
        await pilot.pause(0.2)
        assert not any("Deleted" in note.message for note in pilot.app._notifications)
        notebook.delete_check = delete


async def test_the_lessons_problems_are_not_deleted(open_app):
    async with open_app() as pilot:
        await pilot.press("4", "d")
        await wait_for(pilot, lambda: any("only your own" in note.message for note in pilot.app._notifications))
        assert pilot.app.book.checks == {}
