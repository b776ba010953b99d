"""What plain mode has beside reading and answering: pictures compared and reworked, model, schedule, sharing."""

import asyncio
import json
import re
import shutil

import pytest

from tests.app.test_classroom import look, set_clock
from tests.app.test_plain import folder, held, talking, type_  # noqa: F401
from tests.cli import programs
from tests.engine.conftest import engine  # noqa: F401

# Another learner


def test_another_learner_s_notebook_is_opened_and_each_keeps_its_own(folder, short_lesson):  # noqa: F811
    done = held(folder, short_lesson, "note of the first\nlearner\nlearner Bob\nnote of Bob\nlearner Bob\nnote\n")
    assert "learner NAME opens another; each name has its own." in done.stdout
    assert done.stdout.index("Hand-in: ") < done.stdout.index("Learner Bob. Model")
    assert "Bob's notebook is open already." in done.stdout
    last = done.stdout.rpartition("Bob's notebook is open already.")[2]
    assert "of Bob" in last
    assert "of the first" not in last
    assert done.returncode == 2  # a name was missing
    again = held(folder, short_lesson, "note\n")
    assert "of the first" in again.stdout
    assert "of Bob" not in again.stdout


# Pictures held against each other, and made out of others


@pytest.fixture
def made(folder, short_lesson):  # noqa: F811
    """Have the two pictures of a short sweep made, then hold a class with further answers in it."""
    held(folder, short_lesson, "do steps\nmake\n")
    return lambda answers: held(folder, short_lesson, f"do steps\n{answers}")


def runs_of(folder):  # noqa: F811
    runs = json.loads(programs.run(folder, "runs", "list", "--json").stdout)["runs"]
    return sorted(runs, key=lambda run: run["started"])


@pytest.mark.timeout(300)
def test_pictures_are_told_apart_by_what_was_measured(made, folder):  # noqa: F811
    done = made(f"compare\ncompare 1 {runs_of(folder)[-1]['run_id'][:8]}\n")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = re.findall(r"#([12]): ([12]) steps?, [0-9.]+ s, [0-9,]+ MiB\.", done.stdout)[:2]
    assert (first, second) == (("1", "1"), ("2", "2"))
    told = done.stdout.split("#2: 2 steps")[1]
    assert re.search(r"sharpness [0-9.]+\. From the first [0-9.]+ of 255 levels on average, ", told)
    assert re.search(r"(?i)(dark|bright|middle brightness) \([0-9]+%\)", told)
    assert re.search(r"Palettes are [0-9]+% apart", told)
    assert done.stdout.count("Noise and hatching are sharp too") == 1  # what figures mean is said once


@pytest.mark.timeout(300)
def test_final_and_refined_pictures_are_asked_for_and_stand_below_the_others(made, folder):  # noqa: F811
    done = made("final\n1\n4\nrefine 2\n\nrefine 2 1.5 0.7\npictures\ncompare 1 3\ncompare 2 4\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "#1 final: the same picture with more than its 1 step. Presets: " in done.stdout
    assert "3. final of #1, 4 steps" in done.stdout
    assert "Refine #2: enlarge it from 128x128" in done.stdout
    assert "4. refined #2, 2 steps, guidance 3.5, 256x256" in done.stdout
    assert "5. refined #2, 2 steps, guidance 3.5, 192x192" in done.stdout
    assert "compare 1 3 holds it against what it was made of." in done.stdout
    assert "#3, final of #1: 4 steps" in done.stdout
    assert "No drift: it has another size than the first." in done.stdout
    final, refined, other = [run for run in runs_of(folder) if run["rework"]]
    assert [run["outcome"] for run in (final, refined, other)] == ["ok"] * 3
    assert [run["rework"]["kind"] for run in (final, refined, other)] == ["final", "refined", "refined"]
    assert [run["rework"]["strength"] for run in (refined, other)] == [0.35, 0.7]


@pytest.mark.timeout(300)
def test_what_cannot_be_compared_or_reworked_is_said_and_a_question_is_left_by_a_word(made, folder):  # noqa: F811
    asked = ["compare 1 9", "compare 1 1", "compare 1 zzz", "final 2 1", "final 2 many", "refine 1 0.5"]
    left = ["final", "back", "refine 1", "back", "final 1", "back"]
    done = made("\n".join([*asked, *left, ""]))
    assert done.returncode == 2
    for told in (
        "There is no picture 9.",
        "There is no one run 'zzz'.",
        "steps: 1 are no more than the 2",
        "steps: 'many' is not a whole number.",
        "scale: 0.5 does not enlarge.",
    ):
        assert told in done.stdout
    assert done.stdout.count("back leaves it") == 3
    assert len(runs_of(folder)) == 2


def test_before_there_are_pictures_it_says_how_to_get_them(folder, short_lesson):  # noqa: F811
    done = held(folder, short_lesson, "do steps\ncompare\nfinal\nrefine 1\nback\ndo batch\ncompare\n")
    assert done.returncode == 2
    assert done.stdout.count("There is no picture here yet.\n  make makes what is missing.") == 3
    assert "There is no picture of 1." in done.stdout


# Model and schedule


@pytest.mark.timeout(300)
def test_the_model_is_chosen_from_a_list_and_taken_the_next_time(folder, short_lesson, small_flux):  # noqa: F811
    models = folder / "models"
    shutil.copytree(small_flux, models / "whole")
    shutil.copytree(small_flux, models / "broken", ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "config").mkdir()
    (folder / "config" / "config.toml").write_text(f'model_folders = ["{models}"]\n')
    done = held(folder, short_lesson, f"model\nback\nmodel 7\nmodel {models}/broken\nmodel {models}/whole\nmodel\n\n")
    assert done.returncode == 2
    assert "1. practice model small-flux (built in): fits any machine" in done.stdout
    assert "There is no one answer '7'.\n  Give its number: 1 to 3." in done.stdout
    assert "workshop-tui model list says what it lacks." in done.stdout
    assert f"Pictures are now made with {models}/whole;" in done.stdout
    assert f"The model stays {models}/whole." in done.stdout
    again = held(folder, short_lesson, "do steps\nmake\n")
    assert f"Model {models}/whole." in again.stdout
    assert {run["model"]["name"] for run in runs_of(folder)} == {"whole"}


def test_the_schedule_is_asked_for_and_kept(folder):  # noqa: F811
    lesson = "flux-deep-dive"
    done = held(folder, lesson, "schedule\n\nschedule\nslowly\nschedule fit 3\nschedule\nfit 150\n\n")
    assert done.returncode == 2
    assert "Schedule: own pace (times are shown, nothing is ever late).\n" in done.stdout
    assert "schedule: 'slowly' is not a schedule." in done.stdout
    assert "3 minutes are too few for this lesson" in done.stdout
    assert "Schedule: shortened to 150 minutes in all." in done.stdout
    again = held(folder, lesson, "schedule\nback\n")
    assert "Schedule: shortened to 150 minutes in all.\nHand-in" in again.stdout
    assert "back leaves it [fit 150]" in again.stdout


# A class with a shared engine


async def standing_of(engine, *, there):  # noqa: F811
    """Wait until the engine knows where the learner is, or no longer does; return what it knows."""
    async with asyncio.timeout(60):
        while True:
            member = (await look(engine)).get("ada")
            if member and bool(member.standing) == there:
                return member.standing
            await asyncio.sleep(0.2)


@pytest.mark.timeout(240)
async def test_a_learner_is_asked_once_what_is_shared_and_the_clock_follows(engine, folder):  # noqa: F811
    shared = {"WORKSHOP_TUI_ENGINE": str(engine.socket)}
    with talking(folder, "flux-deep-dive", by_hand=True, **shared) as (program, told):
        await asyncio.to_thread(told, "May the instructor see your section")
        type_(program, "9")
        await asyncio.to_thread(told, "Give its number: 1 to 4.")
        type_(program, "", "")
        await asyncio.to_thread(told, "Kept: share, and follow the class clock.")
        standing = await standing_of(engine, there=True)
        assert (standing.lesson, standing.number) == ("flux-deep-dive", 1)
        await set_clock(engine, 3, running=False)
        await asyncio.to_thread(told, "The instructor's clock: Part 2: Model Parameters Deep Dive, paused.")
        type_(program, "clock")
        await asyncio.to_thread(told, "Part 2: 00:00 of 40:00. Paused")
        type_(program, "go")
        await asyncio.to_thread(told, "Steps (Inference Steps)")
        type_(program, "share 4")
        await asyncio.to_thread(told, "Kept: neither.")
        await standing_of(engine, there=False)
        type_(program, "model")
        await asyncio.to_thread(told, "The shared engine makes all pictures with small-flux.")
        type_(program, "quit")
        assert await asyncio.to_thread(program.wait, 30) == 0
    again = await asyncio.to_thread(held, folder, "flux-deep-dive", "share\nback\n", **shared)
    assert again.returncode == 0
    assert again.stdout.count("May the instructor see") == 1  # the command asks, the opening does not
    assert "back leaves it [4]" in again.stdout


async def test_a_file_of_answers_is_not_asked_and_shares_nothing(engine, folder):  # noqa: F811
    shared = {"WORKSHOP_TUI_ENGINE": str(engine.socket)}
    done = await asyncio.to_thread(held, folder, "flux-deep-dive", "\nclock\n", **shared)
    assert done.returncode == 0
    assert "share says what the instructor may see; now nothing." in done.stdout
    assert "The class begins" in done.stdout
    assert not (await look(engine))["ada"].standing


def test_without_a_shared_engine_there_is_nothing_to_share(folder, short_lesson):  # noqa: F811
    done = held(folder, short_lesson, "help\nshare\n")
    assert "what the instructor sees" not in done.stdout
    assert "'share' is not known here." in done.stdout
