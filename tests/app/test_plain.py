"""The class as lines: what is typed, what is told, and what is handed in."""

import asyncio
import contextlib
import io
import json
import os
import signal
import subprocess
import time
import tomllib
from pathlib import Path

import pytest

from tests.cli import programs
from tests.test_imports import TORCH, loaded
from workshop_tui.app.plain.console import Console
from workshop_tui.app.plain.menu import Command, Leave, converse, find, with_words
from workshop_tui.app.plain.reading import pieces
from workshop_tui.errors import UserError
from workshop_tui.exercises.registry import all_parts
from workshop_tui.generation.picture_words import picture_words
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.profile.hand_in import PROFILE_FILE

ANSWERS = """

clock
search words
note I read it \x1b[31mall\x1b[0m.
do steps
make
answer
The second is [b]sharper[/b].
back
do 2
make
rate
4
5
answer


the first
back
do 3
answer
two at a time
back
problem Hands
gloves
areas
Presets
Memory
Sizes
missing
hand-in
quit
"""


@pytest.fixture
def folder(tmp_path, model_cache):
    """A home for the program, whose cache holds the model already."""
    found = tmp_path / "lines"
    found.mkdir()
    (found / "cache").symlink_to(model_cache)
    yield found
    programs.run(found, "worker", "stop", "--drop")


def held(folder, lesson, answers, **more):
    """Hold a class with a file of answers."""
    return subprocess.run(
        [*programs.PROGRAM, "class", "--plain", str(lesson), "--profiles", str(folder / "profiles")],
        env=programs.environment(folder) | more,
        input=answers,
        capture_output=True,
        text=True,
        timeout=1800,
    )


@pytest.mark.timeout(300)
def test_a_file_of_answers_makes_a_complete_hand_in(folder, short_lesson):
    done = held(folder, short_lesson, ANSWERS)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing: the hand-in is complete." in done.stdout
    assert "report.html among them" in done.stdout
    checked = programs.run(folder, "profile", "check", str(folder / "profiles" / "ada"))
    assert checked.returncode == 0, checked.stdout
    profile = (folder / "profiles" / "ada" / PROFILE_FILE).read_text()
    assert "The second is [b]sharper[/b]." in profile
    assert "not seen, told by measured facts" in profile
    assert "\x1b" not in done.stdout + profile


def test_back_alone_leaves_a_question_everywhere_and_writes_nothing(folder, short_lesson):
    in_part = "do 3\nanswer\nback\nanswer\nnot back\nback\n"
    done = held(folder, short_lesson, f"{in_part}areas\nPresets\nback\nproblem Hands\nback\nhand-in\nquit\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("back leaves the questions.") == 3
    profile = tomllib.loads((folder / "profiles" / "ada" / PROFILE_FILE).read_text())
    assert [each["answer"] for each in profile["observations"]] == ["not back"]
    assert profile["improvements"] == ["Presets"]
    assert "Areas for improvement: 1 of 3 written." in done.stdout


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_file_of_answers_does_all_of_a_lesson(folder, shipped_lesson):
    lesson = load_lesson(shipped_lesson)
    answers = Path(__file__).with_name("answers") / f"{lesson.id}.txt"
    done = held(folder, lesson.id, answers.read_text())
    assert done.returncode == 0, done.stdout
    to_solve = [scenario for exercise in lesson.exercises for scenario in exercise.scenarios]
    assert done.stdout.count("Solved: answer what worked.") == len(to_solve)
    assert "Nothing: the hand-in is complete." in done.stdout


def test_every_shipped_lesson_lists_its_exercises_and_is_handed_in(folder, shipped_lesson):
    lesson = load_lesson(shipped_lesson)
    done = held(folder, lesson.id, "\ndo\nchecklist\nhand-in\nquit\n")
    assert (done.returncode, done.stderr) == (0, "")
    wanted = [lesson.title, *(part.title for part in all_parts(lesson)), *(each.title for each in lesson.data.problems)]
    assert [text for text in wanted if text not in done.stdout] == []
    assert "report.html among them" in done.stdout
    checked = programs.run(folder, "profile", "check", str(folder / "profiles" / "ada"))
    assert (checked.returncode, f"ada, {lesson.title}" in checked.stdout) == (0, True), checked.stdout


@pytest.mark.timeout(300)
def test_pictures_are_told_by_what_was_measured_and_their_quarters(folder, short_lesson):
    told = held(folder, short_lesson, "do steps\nmake\n").stdout
    assert "Pictures to make: 2." in told
    assert "50%: picture " in told
    assert "1. Steps 1: " in told
    assert "sharpness" in told.split("1. Steps 1: ")[1].splitlines()[0]
    assert "drift" in told.split("2. Steps 2: ")[1].splitlines()[0]
    runs = json.loads(programs.run(folder, "runs", "list", "--json").stdout)
    assert [run["outcome"] for run in runs["runs"]] == ["ok", "ok"]


def test_a_line_that_is_not_understood_is_told_and_leaves_with_2(folder, short_lesson):
    done = held(folder, short_lesson, "dance\ndo 99\nproblem\ndo steps\nset steps many\nset colour red\nback\n")
    assert done.returncode == 2
    for told in ("'dance' is not known here.", "no one part '99'", "it has no title", "'colour' is no setting"):
        assert told in done.stdout
    assert "steps: 'many'" in done.stdout


def test_the_environment_and_the_configuration_choose_it_too(folder, short_lesson):
    command = [*programs.PROGRAM, "class", str(short_lesson)]
    environment = programs.environment(folder)
    refused = subprocess.run(command, env=environment, input="", capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2
    assert "workshop-tui class --plain" in refused.stderr
    chosen = subprocess.run(
        command, env=environment | {"WORKSHOP_TUI_PLAIN": "1"}, input="", capture_output=True, text=True, timeout=60
    )
    assert chosen.returncode == 0
    assert "Enter begins the class" in chosen.stdout
    (folder / "config").mkdir()
    (folder / "config" / "config.toml").write_text("plain = true\n")
    assert subprocess.run(command, env=environment, input="", capture_output=True, timeout=60).returncode == 0


def test_it_goes_on_where_the_learner_was(folder, short_lesson):
    held(folder, short_lesson, "\nnote once\n")
    again = held(folder, short_lesson, "note\n").stdout
    assert "You were in One" in again
    assert "once" in again


def test_it_loads_neither_textual_nor_torch():
    assert loaded("import workshop_tui.app.plain.plain_class", (*TORCH, "textual", "rich")) == []


def test_a_reader_that_has_left_ends_it_quietly(folder, short_lesson):
    program = " ".join(programs.PROGRAM)
    line = f"printf 'sections\\nsections\\n' | {program} class --plain {short_lesson} | head -1"
    done = subprocess.run(
        ["sh", "-c", line], env=programs.environment(folder), capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_pictures_whose_lines_nobody_reads_any_more_are_not_made(folder):
    program = " ".join(programs.PROGRAM)
    line = f"{program} sweep 'a portrait' --vary seed=1..9 --size 128x128 --steps 40 --out s | head -1"
    done = subprocess.run(
        ["sh", "-c", line], env=programs.environment(folder), capture_output=True, text=True, timeout=120, cwd=folder
    )
    assert "lost" not in done.stderr
    assert done.stdout.count("\n") == 1
    assert len(list((folder / "s").glob("*.png"))) < 9


def test_an_answer_is_kept_before_the_next_one_is_asked_for(folder):
    """The line drops, here the file ends, in the middle of a problem's questions."""
    done = held(folder, "flux-deep-dive", "\nchecklist 1\n1 3 helped\nsolved\n")
    assert done.returncode == 0, done.stdout
    again = held(folder, "flux-deep-dive", "\nchecklist 1\n1\n\n\n\nchecklist 1\n-\n\n\n\nchecklist 1\n")
    assert "(tried)" in again.stdout
    assert "(helped)" in again.stdout
    assert again.stdout.count("[solved]") == 2
    taken_back = again.stdout.rpartition("Symptoms")[2]
    assert "(tried)" not in taken_back


def test_what_is_no_text_is_refused_and_not_kept_with_signs_for_letters(folder, short_lesson):
    done = subprocess.run(
        [*programs.PROGRAM, "class", "--plain", str(short_lesson)],
        env=programs.environment(folder),
        input="\ufeffsections\n".encode() + "\nnote schön\n".encode("latin-1"),
        capture_output=True,
        timeout=60,
    )
    said = done.stdout.decode()
    assert done.returncode == 2, said
    assert "is not known here" not in said
    assert "\N{REPLACEMENT CHARACTER}n" not in said
    assert "UTF-8" in said


# What is typed


def commands(*names):
    async def act(_rest: str) -> None:
        pass

    return [Command(name, "", act) for name in names]


def test_first_letters_name_a_command_where_they_tell_it_from_the_others():
    known = commands("note", "next", "go")
    assert find(known, "no  two words ")[0].name == "note"
    assert find(known, "no  two words ")[1] == "two words"
    assert find(known, "GO 3")[1] == "3"
    with pytest.raises(UserError, match="note, next"):
        find(known, "n")
    with pytest.raises(UserError, match="not known"):
        find(known, "xyz")


def test_what_is_said_meanwhile_stands_on_lines_of_its_own():
    async def talk() -> str:
        read, write = os.pipe()
        out = io.StringIO()
        with os.fdopen(read) as answers, os.fdopen(write, "w") as typed:
            console = Console(answers, out)
            console.open()
            asking = asyncio.create_task(console.ask("Your name: "))
            await asyncio.sleep(0.05)
            console.say("A picture is made.")
            typed.write("Ada\n")
            typed.flush()
            assert await asking == "Ada"
        return out.getvalue()

    assert asyncio.run(talk()) == "Your name: \nA picture is made.\nYour name: Ada\n"


def test_no_further_line_leaves():
    async def talk() -> None:
        console = Console(io.StringIO("unknown\n"), io.StringIO())
        console.open()
        with pytest.raises(Leave):
            await converse(console, lambda: "here", commands("go"), commands("go")[0])
        assert console.code == 2

    asyncio.run(talk())


def test_a_long_text_comes_in_pieces_that_end_with_a_paragraph():
    paragraphs = [f"Paragraph {number}.\nIts second line." for number in range(30)]
    cut = pieces("\n\n".join(paragraphs))
    assert len(cut) > 3
    assert "\n\n".join(cut).split("\n\n") == paragraphs
    assert max(piece.count("\n") for piece in cut) < 22


def test_pictures_differ_in_their_words(tmp_path):
    from PIL import Image

    night = Image.new("RGB", (64, 64), (10, 10, 20))
    night.paste((250, 240, 60), (0, 0, 21, 21))
    night.save(tmp_path / "night.png")
    Image.new("RGB", (64, 64), (200, 30, 30)).save(tmp_path / "red.png")
    told = picture_words(tmp_path / "night.png")
    assert told.startswith("very dark")
    assert "brightest at the top left" in told
    assert "black 8" in told
    assert "yellow" in told
    red = picture_words(tmp_path / "red.png", tmp_path / "night.png")
    assert "red 100%" in red
    assert "drift" in red
    assert picture_words(tmp_path / "none.png") == "the picture cannot be read"


# What must not go wrong


@contextlib.contextmanager
def talking(folder, lesson, *, by_hand=False, **more):
    """A class whose lines are typed one after the other; returns how one is typed, what is said is in a file.

    `by_hand` types them at a terminal; otherwise they come through a pipe.
    """
    said = folder / "said"
    master, slave = os.openpty() if by_hand else (None, None)
    with said.open("w") as out:
        program = subprocess.Popen(
            [*programs.PROGRAM, "class", "--plain", str(lesson), "--profiles", str(folder / "profiles")],
            env=programs.environment(folder) | more,
            stdin=subprocess.PIPE if slave is None else slave,
            stdout=out,
            stderr=out,
            text=True,
        )
        if master is not None:
            os.close(slave)
            program.stdin = os.fdopen(master, "w")
        try:
            yield program, lambda text: wait_until(lambda: text in said.read_text(), said)
        finally:
            program.kill()
            program.wait()


def wait_until(condition, said, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, said.read_text()
        time.sleep(0.1)


def type_(program, *lines):
    program.stdin.write("".join(f"{line}\n" for line in lines))
    program.stdin.flush()


@pytest.mark.timeout(240)
def test_a_second_terminal_refuses_to_write_until_it_takes_over(folder, short_lesson):
    with talking(folder, short_lesson) as (first, told):
        type_(first, "note of the first", "clock")
        told("Kept, on One.")
        writes = ["note second", "areas", "problem Hands", "hand-in", "do 1", "answer", "set steps 3", "back"]
        second = held(folder, short_lesson, "\n".join([*writes, "note", "over", "note and the second", "note"]))
    assert second.returncode == 2
    assert "Another terminal of yours writes the answers: over writes here." in second.stdout
    assert second.stdout.count("this was not done.") == 6
    assert "of the first\nand the second" in second.stdout


@pytest.mark.timeout(240)
def test_who_takes_over_goes_on_with_the_other_ones_clock(folder):
    with talking(folder, "flux-deep-dive") as (first, told):
        type_(first, "go part 2")
        told("Part 2: Model Parameters Deep Dive")
        taken = held(folder, "flux-deep-dive", "clock\nover\nclock\n").stdout
    assert "Part 2: 00:0" in taken.split("This terminal writes now.")[1]
    assert "You were in Part 2" in held(folder, "flux-deep-dive", "").stdout


@pytest.mark.timeout(240)
def test_what_is_in_line_is_not_made_again_and_sigterm_leaves_in_order(folder, short_lesson):
    with talking(folder, short_lesson) as (program, told):
        type_(program, "do steps", "set steps 90, 100", "set size 512x512", "make", "make")
        told("picture 1 of 2")
        program.send_signal(signal.SIGTERM)
        assert program.wait(20) == 0
        told("Your 2 pictures continue")
    again = held(folder, short_lesson, "do steps\nmake\n").stdout
    assert "Pictures to make" not in again
    runs = json.loads(programs.run(folder, "runs", "list", "--json").stdout)
    assert runs["total"] == 2


@pytest.mark.timeout(240)
def test_a_search_whose_worker_is_stopped_ends_too(folder, short_lesson):
    with talking(folder, short_lesson) as (program, told):
        type_(program, "do batch", "make")
        told("It is looked for")
        wait_until(lambda: programs.run(folder, "worker", "status").returncode == 0, folder / "said")
        time.sleep(3)
        programs.run(folder, "worker", "stop", "--drop")
        type_(program, "back", "quit")
        assert program.wait(60) in (0, 2)


def test_a_wrong_answer_is_not_kept_and_the_next_line_is_the_next_answer(folder, short_lesson):
    answers = "do 2\nmake\nanswer\n9\n1\nfound it\nanswer\n\n\n\n"
    told = held(folder, short_lesson, answers).stdout
    assert "'9' is no rating." in told
    assert "[1]" in told
    assert "[found it]" in told


def test_h_is_help_and_writes_nothing(folder, short_lesson):
    told = held(folder, short_lesson, "h\ndo 1\nh\n").stdout
    assert told.count("A command's first letters are enough.") == 2
    assert "files in" not in told


def test_actions_that_texts_name_are_called_by_their_words():
    assert with_words("{lab.run} makes them; {lab.blind} rates") == "make makes them; rate rates"
