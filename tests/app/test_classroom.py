"""A class that shares an engine, as a learner and as the instructor see it."""

import msgspec
import pytest

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.engine.conftest import engine  # noqa: F401
from tests.engine.test_front import job_of
from workshop_tui.app.screens.instructor import cells, pace, stuck
from workshop_tui.engine import ask
from workshop_tui.generation import protocol
from workshop_tui.generation.protocol import Member, SetClock, Standing

ADA = Member("ada", True, 3, 12, 0, "", 5.0, Standing("flux-deep-dive", 4, "Part 3", 2.4, 7))


@pytest.fixture
def shared(engine, monkeypatch):  # noqa: F811
    """The engine of the class, which the configuration names."""
    monkeypatch.setenv("WORKSHOP_TUI_ENGINE", str(engine.socket))
    return engine


async def look(engine):  # noqa: F811
    link = await ask.open_engine(engine.socket, "teacher")
    try:
        return {member.learner.partition(" ")[0]: member for member in (await ask.board(link)).members}
    finally:
        link.close()


async def set_clock(engine, number, *, running=True):  # noqa: F811
    link = await ask.open_engine(engine.socket, "teacher")
    try:
        await ask.set_clock(link, SetClock(running=running, number=number))
    finally:
        link.close()


async def test_the_learner_is_asked_once_and_shares_no_words(shared, open_app):
    async with open_app() as pilot:
        await expect_text(pilot, "May the instructor see")
        await pilot.press("enter")
        member = None
        while not member or not member.standing:
            await pilot.pause(0.2)
            member = (await look(shared)).get("ada")
        assert member.standing.number == 1
        assert member.connected
        await set_clock(shared, 3)
        await wait_for(pilot, lambda: pilot.app.class_clock.section == "part-2")
        await set_clock(shared, 40)
        told = "section 40; this lesson has 8, and yours stays"
        await wait_for(pilot, lambda: told in [note.message for note in pilot.app._notifications])
        assert pilot.app.class_clock.section == "part-2"
        await set_clock(shared, 3, running=False)
        await expect_text(pilot, "PAUSED")
    async with open_app() as pilot:
        await pilot.pause(0.5)
        assert "May the instructor see" not in screen_text(pilot.app)
        await pilot.press("F")
        await expect_text(pilot, "May the instructor see")
        await pilot.press("down", "down", "down", "enter")
        while (await look(shared))["ada"].standing:
            await pilot.pause(0.2)


async def test_who_follows_nobody_stays_where_they_are(shared, open_app):
    await set_clock(shared, 4)
    async with open_app() as pilot:
        await expect_text(pilot, "May the instructor see")
        await pilot.press("down", "enter")
        while not (await look(shared))["ada"].standing:
            await pilot.pause(0.2)
        assert pilot.app.class_clock.section == "recap"


async def test_the_place_in_line_stands_in_the_strip(shared, open_app):
    shared.worker.seconds = 1.5
    other = shared.learner("other")
    async with other.session() as session, open_app(size=(120, 40)) as pilot:
        await expect_text(pilot, "May the instructor see")
        await pilot.press("escape")
        await session.submit(job_of(6))
        await other.until(lambda: len(shared.worker.made) >= 1)
        await pilot.app.desk.pictures.make(job_of(2, seed=50))
        await expect_text(pilot, "after 2 of others")
        await session.cancel()
        await pilot.app.desk.pictures.stop()


async def test_pictures_of_an_earlier_sitting_are_known_when_the_class_is_opened_again(shared, open_app):
    shared.worker.seconds = 60
    job = job_of(3)
    async with open_app() as pilot:
        await expect_text(pilot, "May the instructor see")
        await pilot.press("escape")
        await pilot.app.desk.pictures.make(job)
        await wait_for(pilot, lambda: pilot.app.desk.pictures.count_in_line() == 3)
    async with open_app() as pilot:
        await expect_text(pilot, "May the instructor see")
        await wait_for(pilot, lambda: len(pilot.app.desk.pictures.in_line) == 3)
        assert {item.run_id for item in pilot.app.desk.pictures.in_line} == {item.run_id for item in job.items}
        await pilot.app.desk.pictures.stop()


async def test_the_instructor_sees_who_is_where_and_moves_the_clock(shared, open_app):
    ada = shared.learner("ada")
    async with ada.session() as session, open_app(learner="grace", instructor=True) as pilot:
        await session.connect()
        await session.share(ADA.standing)
        await pilot.press("6")
        await expect_text(pilot, "4 Part 3")
        assert "2 late" in screen_text(pilot.app)
        await pilot.press("n")
        await expect_text(pilot, "section 1, running")
        await pilot.press("n")
        await expect_text(pilot, "section 2, running")
        await pilot.press("b")
        await expect_text(pilot, "section 1, running")
        await pilot.press("space")
        await expect_text(pilot, "section 1, paused")
        await wait_for(pilot, lambda: any(isinstance(event, protocol.ClassClock) for event in ada.events))


async def test_without_an_engine_the_instructors_mode_says_what_to_do(open_app):
    async with open_app(instructor=True) as pilot:
        await pilot.press("6")
        await expect_text(pilot, "workshop-tui class serve --group GROUP")
        await pilot.press("n", "space")
        assert pilot.app.is_running


async def test_a_learner_has_no_sixth_mode(open_app):
    async with open_app() as pilot:
        await pilot.press("6")
        await pilot.pause(0.2)
        assert "6 Instructor" not in screen_text(pilot.app)


def test_who_is_stuck_and_why():
    assert stuck(ADA) == ""
    assert stuck(msgspec.structs.replace(ADA, failures=3)) == "3 failed in a row"
    assert stuck(msgspec.structs.replace(ADA, quiet=720.0)) == "nothing for 12 min"
    assert stuck(msgspec.structs.replace(ADA, quiet=720.0, connected=False)) == ""
    row = cells(msgspec.structs.replace(ADA, failures=4, last_error="out-of-memory: too little"))
    assert row == ("ada", "4 Part 3", "2 late", "7", "3", "! 4 failed in a row; out-of-memory: too little")
    assert cells(msgspec.structs.replace(ADA, standing=None, connected=False))[1:] == (
        "not shared",
        "",
        "",
        "3",
        "not here",
    )
    assert [pace(minutes) for minutes in (0.4, -3.2, 12.0, None)] == ["on time", "3 early", "12 late", "own pace"]


async def test_where_nobody_names_a_model_the_engines_own_is_taken(shared, open_app):
    shared.front._serves = "org/large"
    async with open_app(begin=False) as pilot:
        await expect_text(pilot, "org/large")
        assert pilot.app.model == "org/large"
