import os

import pytest

from workshop_tui.errors import UserError
from workshop_tui.lesson.check import check_lesson
from workshop_tui.lesson.finding import Finding
from workshop_tui.paths import shipped


def short(findings):
    return [(f.severity, f.file, f.where, f.value) for f in findings]


def test_a_shipped_lesson_is_in_order(shipped_lesson):
    assert check_lesson(shipped_lesson) == ()


def test_a_good_lesson_is_in_order_by_folder_and_by_file(small):
    folder = small()
    assert check_lesson(folder) == ()
    assert check_lesson(folder / "lesson.toml") == ()


# Each row: what is replaced in a good lesson, where the finding stands, the value it shows, a part of what it says.
ERRORS = {
    "unknown key": ('title = "Talk"', 'titel = "Talk"', "sections[0].titel", '"Talk"', "Did you mean 'title'?"),
    "unknown top key": ("stated_minutes = 60", "stated_minutes = 60\nxyz = 3", "xyz", "3", "Known keys here: "),
    "unknown nested key": (
        'vary = "steps", values',
        'vary = "steps", valeus',
        "exercises[0].sweeps[0].valeus",
        "[10, 25]",
        "Did you mean 'values'?",
    ),
    "pictures ahead from nowhere": (
        "seed = 7",
        'seed = 7\nprepare_from = "tlak"',
        "exercises[0].prepare_from",
        '"tlak"',
        "talk",
    ),
    "a lab in the talk, prepared in the break": (
        'section = "lab"',
        'section = "talk"\nprepare_from = "rest"',
        "exercises[0].prepare_from",
        '"rest"',
        "comes after the exercise's own",
    ),
    "missing key": ('kind = "lecture"\n', "", "sections[0].kind", "", "the key 'kind' is missing"),
    "missing top key": ('title = "A small lesson"\n', "", "title", "", "the key 'title' is missing"),
    "minutes as text": ("minutes = 20", 'minutes = "20"', "sections[0].minutes", '"20"', "this must be a number"),
    "minutes as a date": ("minutes = 20", "minutes = 2026-01-01", "sections[0].minutes", "2026-01-01", "a number"),
    "optional minutes as text": ("minutes = 25", 'minutes = "x"', "exercises[0].minutes", '"x"', "must be a number"),
    "no minutes": ("minutes = 20", "minutes = 0", "sections[0].minutes", "0", "this must be more than 0"),
    "a year of minutes": ("minutes = 20", "minutes = 525600", "sections[0].minutes", "525600", "at most 1440"),
    "minutes without a value": ("minutes = 20", "minutes = nan", "sections[0].minutes", "nan", "this must be a number"),
    "a number as title": ('title = "Talk"', "title = 5", "sections[0].title", "5", "Put it in quotes."),
    "an empty title": ('title = "Talk"', 'title = ""', "sections[0].title", '""', "this is empty"),
    "a kind that is none": (
        'kind = "lecture"',
        'kind = "lectures"',
        "sections[0].kind",
        '"lectures"',
        'Did you mean "lecture"?',
    ),
    "a flag for a number": ("seed = 7", "seed = true", "exercises[0].seed", "true", "this must be a whole number"),
    "an id with a slash": ('id = "talk"', 'id = "../talk"', "sections[0].id", '"../talk"', "this is not an id"),
    "an id with a line break": ('id = "talk"', 'id = "talk\\n"', "sections[0].id", '"talk\\n"', "this is not an id"),
    "values of the wrong type": (
        "values = [10, 25]",
        "values = 10",
        "exercises[0].sweeps[0].values",
        "10",
        'this must be a list or "available"',
    ),
    "one value of the wrong type": (
        "values = [10, 25]",
        "values = [10, true]",
        "exercises[0].sweeps[0].values[1]",
        "true",
        "this must be",
    ),
    "single brackets": ("[[problems]]", "[problems]", "problems", "a table", "double brackets, [[problems]]"),
    "two sections with one id": (
        'id = "rest"',
        'id = "talk"',
        "sections[1].id",
        '"talk"',
        "stands at sections[0].id already",
    ),
    "two fields with one id": (
        'measure = "seconds" }',
        'measure = "seconds" }, { id = "time", label = "Again" }',
        "exercises[0].observations[1].id",
        '"time"',
        "stands at exercises[0].observations[0].id already",
    ),
    "a file twice": ("02-rest.md", "01-talk.md", "sections[1].file", '"01-talk.md"', "sections[0].file already"),
    "a missing file": ("01-talk.md", "01-tlak.md", "sections[0].file", '"01-tlak.md"', "there is no such file"),
    "a file above": ("01-talk.md", "../01-talk.md", "sections[0].file", '"../01-talk.md"', "outside the lesson"),
    "a file from the root": ("01-talk.md", "/etc/passwd", "sections[0].file", '"/etc/passwd"', "outside the lesson"),
    "a folder": ("01-talk.md", ".", "sections[0].file", '"."', "this is not a file"),
    "no steps": ("values = [10, 25]", "values = [0, 25]", "exercises[0].sweeps[0].values[0]", "0", "from 1 to 100"),
    "half a step": ("values = [10, 25]", "values = [10.5]", "exercises[0].sweeps[0].values[0]", "10.5", "no value for"),
    "a value twice": ("[10, 25]", "[10, 10]", "exercises[0].sweeps[0].values", "[10, 10]", "the value 10 twice"),
    "no values": ("[10, 25]", "[]", "exercises[0].sweeps[0].values", "[]", "the sweep has no values"),
    "too much guidance": (
        'vary = "steps", values = [10, 25]',
        'vary = "guidance", values = [3, 21]',
        "exercises[0].sweeps[0].values[1]",
        "21",
        "It goes from 1 to 20.",
    ),
    "a size that no model makes": (
        'vary = "steps", values = [10, 25]',
        'vary = "size", values = ["500x500"]',
        "exercises[0].sweeps[0].values[0]",
        '"500x500"',
        "Nearest: 496x496 or 512x512.",
    ),
    "an unknown sampler": (
        'vary = "steps", values = [10, 25]',
        'vary = "sampler", values = ["eular"]',
        "exercises[0].sweeps[0].values[0]",
        '"eular"',
        "'eular' is unknown",
    ),
    "an unknown base sampler": ("seed = 7", 'seed = 7\nsampler = "lms"', "exercises[0].sampler", '"lms"', "unknown"),
    "an unknown axis": ('vary = "steps"', 'vary = "step"', "exercises[0].sweeps[0].vary", '"step"', "mean 'steps'?"),
    "every step": ("[10, 25]", '"available"', "exercises[0].sweeps[0].values", '"available"', "means every sampler"),
    "a seed out of range": ("seed = 7", "seed = 4294967296", "exercises[0].seed", "4294967296", "out of range"),
    "base steps out of range": ("seed = 7", "seed = 7\nsteps = 101", "exercises[0].steps", "101", "out of range"),
    "a base size that is none": ("seed = 7", 'seed = 7\nsize = "big"', "exercises[0].size", '"big"', "is not a size"),
    "no prompt": ('base_prompt = "A lighthouse"\n', "", "exercises[0].base_prompt", "", "no prompt to start from"),
    "a prompt that steers": (
        '"A lighthouse"',
        '"A \\u001b[2J"',
        "exercises[0].base_prompt",
        '"A \x1b[2J"',
        "control character U+001B",
    ),
    "too long for its section": ("minutes = 25", "minutes = 31", "exercises[0].minutes", "31", "which has 30 min"),
    "a section that is not there": (
        'section = "lab"',
        'section = "labs"',
        "exercises[0].section",
        '"labs"',
        "Did you mean 'lab'?",
    ),
    "an exercise of no kind": ('kind = "sweeps"', 'kind = "quiz"', "exercises[0].kind", '"quiz"', "Known: challenge"),
    "a challenge without tasks": ('kind = "sweeps"', 'kind = "challenge"', "exercises[0].tasks", "", "needs tasks"),
    "filled in with nothing": (
        ', measure = "seconds"',
        "",
        "exercises[0].observations[0].measure",
        "",
        "says what with",
    ),
    "filled in by the program, and asked for": (
        'measure = "seconds"',
        'measure = "seconds", required = true',
        "exercises[0].observations[0].required",
        "true",
        "the program fills this in",
    ),
    "guidance without a value": (
        "seed = 7",
        "seed = 7\nguidance = nan",
        "exercises[0].guidance",
        "nan",
        "out of range",
    ),
    "endless guidance": ("seed = 7", "seed = 7\nguidance = inf", "exercises[0].guidance", "inf", "out of range"),
    "nothing to try": (
        '[{ id = "steps", text = "More steps" }]',
        "[]",
        "problems[0].solutions",
        "[]",
        "there is nothing to try",
    ),
    "a newer format": ("format_version = 1", "format_version = 2", "format_version", "2", "Update workshop-tui."),
    "no format": ("format_version = 1", "format_version = 0", "format_version", "0", "Write format_version = 1."),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_names_file_key_and_value(small, name):
    old, new, where, value, said = ERRORS[name]
    findings = check_lesson(small((old, new)))
    assert ("error", "lesson.toml", where, value) in short(findings), "\n".join(map(str, findings))
    finding = next(f for f in findings if f.where == where and f.severity == "error")
    assert said in str(finding)
    assert finding.message.endswith(".")
    assert finding.todo


def test_everything_is_told_at_once(small):
    folder = small(
        ('title = "Talk"', 'titel = "Talk"'),
        ("minutes = 10", 'minutes = "10"'),
        ('id = "rest"', 'id = "talk"'),
        ("values = [10, 25]", "values = [10, 250]"),
        ('section = "lab"', 'section = "nowhere"'),
        ("03-lab.md", "missing.md"),
        texts={"01-talk.md": "# Talk\n\n:::note Open\n"},
    )
    assert sorted(short(check_lesson(folder))) == sorted(
        [
            ("error", "lesson.toml", "sections[0].titel", '"Talk"'),
            ("error", "lesson.toml", "sections[0].title", ""),
            ("error", "lesson.toml", "sections[1].minutes", '"10"'),
            ("error", "lesson.toml", "sections[1].id", '"talk"'),
            ("error", "lesson.toml", "sections[2].file", '"missing.md"'),
            ("error", "lesson.toml", "exercises[0].sweeps[0].values[1]", "250"),
            ("error", "lesson.toml", "exercises[0].section", '"nowhere"'),
            ("error", "01-talk.md", "line 3", ":::note Open"),
            ("warning", "01-talk.md", "line 3", ":::note Open"),
            ("warning", "03-lab.md", "", ""),
        ]
    )


def test_errors_come_before_warnings(small):
    findings = check_lesson(small(("stated_minutes = 60", "stated_minutes = 90"), ("seed = 7", "seed = -1")))
    assert [f.severity for f in findings] == ["error", "warning"]


def test_minutes_that_do_not_match_are_a_warning_that_a_note_answers(small):
    folder = small(("stated_minutes = 60", "stated_minutes = 90"))
    message = "the sections add up to 60 min with breaks and 50 without."
    todo = "Change the minutes, or say in minutes_note why they differ."
    assert check_lesson(folder) == (Finding("warning", "lesson.toml", "stated_minutes", "90", message, todo),)
    toml = folder / "lesson.toml"
    toml.write_text(
        toml.read_text().replace("stated_minutes = 90", 'stated_minutes = 90\nminutes_note = "As printed."')
    )
    assert check_lesson(folder) == ()


def test_minutes_may_match_without_the_breaks(small):
    assert check_lesson(small(("stated_minutes = 60", "stated_minutes = 50"))) == ()


def test_exercises_that_are_together_longer_than_their_section(small):
    second = '[[exercises]]\nid = "second"\ntitle = "S"\nsection = "lab"\nkind = "challenge"\nminutes = 10\n'
    second += 'tasks = [{ id = "a", text = "Do" }]\n\n[[problems]]'
    findings = check_lesson(small(("[[problems]]", second)))
    assert short(findings) == [("error", "lesson.toml", "sections[2].minutes", "30")]
    assert "35 min together" in findings[0].message


def test_a_lesson_without_sections(small):
    folder = small()
    head = 'format_version = 1\nid = "small"\ntitle = "T"\nstated_minutes = 60\n'
    (folder / "lesson.toml").write_text(head + "sections = []\n")
    assert ("error", "lesson.toml", "sections", "[]") in short(check_lesson(folder))
    (folder / "lesson.toml").write_text(head)
    assert ("error", "lesson.toml", "sections", "") in short(check_lesson(folder))


def test_a_syntax_error_names_its_line(small):
    folder = small(('title = "Talk"', 'title = "Talk'))
    (finding,) = check_lesson(folder)
    assert (finding.file, finding.where, finding.value) == ("lesson.toml", "line 8, column 14", 'title = "Talk')
    assert finding.message.startswith("this is not TOML: ")


def test_a_syntax_error_at_the_end_names_a_line(small):
    folder = small()
    (folder / "lesson.toml").write_text('format_version = 1\ntitle = "x')
    (finding,) = check_lesson(folder)
    assert finding.where.startswith("line 2")


def test_a_folder_without_a_lesson(tmp_path):
    (finding,) = check_lesson(tmp_path)
    assert (finding.file, finding.message) == ("lesson.toml", "there is no such file in the lesson's folder.")


@pytest.mark.parametrize("name", ["nowhere", "x" * 5000, "a\0b"])
def test_a_path_that_is_not_there(tmp_path, name):
    with pytest.raises(UserError, match="cannot be read"):
        check_lesson(tmp_path / name)


def test_text_that_is_not_utf8_names_its_line(small):
    folder = small(texts={"01-talk.md": b"# Talk\n\ncaf\xe9\n"})
    assert short(check_lesson(folder)) == [("error", "01-talk.md", "line 3, column 4", "byte 0xe9")]


def test_lesson_toml_that_is_not_utf8(small):
    folder = small()
    (folder / "lesson.toml").write_bytes(b'id = "a"\ntitle = "caf\xe9"\n')
    assert short(check_lesson(folder)) == [("error", "lesson.toml", "line 2, column 13", "byte 0xe9")]


def test_a_link_that_leads_out_is_refused(small, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("private")
    folder = small()
    (folder / "01-talk.md").unlink()
    (folder / "01-talk.md").symlink_to(secret)
    (finding,) = check_lesson(folder)
    assert (finding.where, finding.value) == ("sections[0].file", '"01-talk.md"')
    assert "outside the lesson's folder" in finding.message


def test_a_link_inside_the_folder_and_a_linked_folder_are_fine(small, tmp_path):
    folder = small()
    (folder / "texts").mkdir()
    (folder / "01-talk.md").rename(folder / "texts" / "talk.md")
    (folder / "01-talk.md").symlink_to("texts/talk.md")
    (tmp_path / "linked").symlink_to(folder)
    assert check_lesson(tmp_path / "linked") == ()


def test_a_loop_of_links_is_told(small):
    folder = small()
    (folder / "01-talk.md").unlink()
    (folder / "01-talk.md").symlink_to("01-talk.md")
    (finding,) = check_lesson(folder)
    assert finding.where == "sections[0].file"
    assert "cannot be read" in finding.message


def test_a_pipe_in_the_folder_is_not_waited_for(small):
    folder = small()
    (folder / "01-talk.md").unlink()
    os.mkfifo(folder / "01-talk.md")
    (finding,) = check_lesson(folder)
    assert finding.message == "this is not a file."


def test_a_huge_file_is_not_read(small):
    (finding,) = check_lesson(small(texts={"01-talk.md": b"a" * (2 * 1024 * 1024 + 1)}))
    assert "at most 2097152 are read" in finding.message


def test_notes_without_source_or_title_are_warnings(small):
    folder = small(texts={"01-talk.md": "Words.\n\n:::note\nNobody says so.\n:::\n"})
    assert short(check_lesson(folder)) == [("warning", "01-talk.md", "line 3", ":::note")] * 2


def test_a_text_that_is_empty_or_that_nothing_names_is_a_warning(small):
    folder = small(texts={"01-talk.md": "\n\n", "04-extra.md": "x", "README.md": "x", "README.de.md": "x"})
    assert short(check_lesson(folder)) == [("warning", "01-talk.md", "", ""), ("warning", "04-extra.md", "", "")]


def test_a_measure_without_effect_is_a_warning(small):
    findings = check_lesson(small(('kind = "auto"', 'kind = "text"')))
    assert short(findings) == [("warning", "lesson.toml", "exercises[0].observations[0].measure", '"seconds"')]


CHALLENGE = ('kind = "sweeps"\nminutes = 25\nbase_prompt = "A lighthouse"\n', 'kind = "challenge"\n')
SWEEPS = 'sweeps = [{ id = "steps", title = "Steps", vary = "steps", values = [10, 25] }]'


@pytest.mark.parametrize("more", ["ladder = [4, 8]", 'search = "max-size"'])
def test_a_task_that_makes_pictures_needs_a_prompt(small, more):
    findings = check_lesson(small(CHALLENGE, (SWEEPS, f'tasks = [{{ id = "a", text = "b", {more} }}]')))
    assert short(findings) == [("error", "lesson.toml", "exercises[0].base_prompt", "")]


def test_a_ladder_has_each_step_once(small):
    (finding,) = check_lesson(small((SWEEPS, f'{SWEEPS}\ntasks = [{{ id = "a", text = "b", ladder = [4, 8, 8] }}]')))
    assert (finding.severity, finding.where, finding.value) == ("error", "exercises[0].tasks[0].ladder", "[4, 8, 8]")
    assert finding.message == "steps has the value 8 twice."


SCENARIO = 'id = "a", title = "A", goal = "B"'
DEMAND = 'solved_when = [{ measure = "seconds", at_most_of_start = 0.5 }]'


@pytest.mark.parametrize(
    ("more", "needs"),
    [
        (f"start = {{ steps = 50 }}, {DEMAND}", True),
        ("cap_gib = 6", True),
        (f'start = {{ prompt = "A fox" }}, {DEMAND}', False),
        (f'prompts = ["A fox", "A hen"], {DEMAND}', False),
        ("hints = []", False),
    ],
)
def test_a_scenario_that_is_measured_needs_a_prompt_to_start_from(small, more, needs):
    scenarios = (CHALLENGE[0], 'kind = "scenarios"\n'), (SWEEPS, f"scenarios = [{{ {SCENARIO}, {more} }}]")
    found = [("error", "lesson.toml", "exercises[0].base_prompt", "")]
    assert short(check_lesson(small(*scenarios))) == (found if needs else [])


@pytest.mark.parametrize("bound", ["nan", "inf"])
def test_a_bound_that_nothing_could_keep_to_is_an_error(small, bound):
    demand = f'solved_when = [{{ measure = "seconds", at_most = {bound} }}]'
    (finding,) = check_lesson(small((SWEEPS, f"{SWEEPS}\nscenarios = [{{ {SCENARIO}, {demand} }}]")))
    assert (finding.severity, finding.where) == ("error", "exercises[0].scenarios[0].solved_when[0].at_most")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('vary = "steps", values = [10, 25]', 'vary = "size", values = ["512x512", "1360x768"]', "sweeps[0].values[1]"),
        ("seed = 7", 'seed = 7\nsize = "1360x768"', "size"),
        (
            SWEEPS,
            f'{SWEEPS}\nscenarios = [{{ {SCENARIO}, start = {{ size = "1360x768" }}, {DEMAND} }}]',
            "scenarios[0].start.size",
        ),
    ],
)
def test_a_size_that_the_practice_model_does_not_make_is_a_warning(small, old, new, where):
    (finding,) = check_lesson(small((old, new)))
    assert (finding.severity, finding.where, finding.value) == ("warning", f"exercises[0].{where}", '"1360x768"')
    assert finding.todo == "Nearest: 1344x768 or 1408x768. Other models make it as it stands."


def test_a_size_for_other_models_alone_may_be_any_of_theirs(small):
    start = f'start_flux = {{ size = "1360x768" }}, {DEMAND}'
    assert check_lesson(small((SWEEPS, f"{SWEEPS}\nscenarios = [{{ {SCENARIO}, {start} }}]"))) == ()


def test_a_size_that_stands_twice_is_found_beside_the_warning(small):
    sizes = 'vary = "size", values = ["1360x768", "1360x768"]'
    findings = check_lesson(small(('vary = "steps", values = [10, 25]', sizes)))
    assert ("error", "lesson.toml", "exercises[0].sweeps[0].values") in [each[:3] for each in short(findings)]


def test_lines_that_end_as_on_windows_are_fine(small):
    folder = small()
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert check_lesson(folder) == ()


def test_the_readme_s_example_is_in_order(tmp_path):
    readme = (shipped("lessons") / "README.md").read_text()
    toml = readme.split("```toml\n")[1].split("```")[0]
    talk = readme.split("(and `02-lab.md` likewise):\n\n```markdown\n")[1].split("```")[0]
    (tmp_path / "lesson.toml").write_text(toml)
    (tmp_path / "01-talk.md").write_text(talk)
    (tmp_path / "02-lab.md").write_text("# Try it\n")
    assert check_lesson(tmp_path) == ()


def test_the_readme_names_every_key():
    import msgspec

    from workshop_tui.lesson.model import LessonFile

    readme = (shipped("lessons") / "README.md").read_text()
    for struct in msgspec.json.schema(LessonFile)["$defs"].values():
        for key in struct["properties"]:
            assert f"`{key}`" in readme or f"`[[{key}]]`" in readme or f"{key} = " in readme, key


def test_a_mark_names_a_setting_that_can_be_tried_here(small):
    assert check_lesson(small(texts={"03-lab.md": "# Lab\n:::try steps\n"})) == ()


def test_a_mark_that_names_no_setting_is_an_error(small):
    (finding,) = check_lesson(small(texts={"03-lab.md": "# Lab\n:::try stepz\n"}))
    assert str(finding) == (
        "error: 03-lab.md line 2 = :::try stepz: 'stepz' cannot be varied.\n  Did you mean 'steps'?"
    )


def test_a_mark_that_no_exercise_can_try_is_an_error(small):
    folder = small(texts={"03-lab.md": "# Lab\n:::try seed\n"})
    (finding,) = check_lesson(folder)
    assert "no exercise varies 'seed', and none leaves its settings to the learner." in str(finding)
    assert 'vary = "seed"' in finding.todo
    free = '\n[[exercises]]\nid = "free"\ntitle = "Free"\nsection = "lab"\nkind = "challenge"\n'
    with (folder / "lesson.toml").open("a") as toml:
        toml.write(free + 'tasks = [{ id = "one", text = "Try" }]\n')
    assert check_lesson(folder) == ()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("tasks", '{ id = "a", text = "b", ladder = [0] }', "this must be at least 1."),
        ("scenarios", '{ id = "a", title = "b", practice_cap = 2 }', "this must be less than 1."),
    ],
)
def test_a_number_out_of_its_range_is_told_the_bound(small, key, value, message):
    assert message in [each.message for each in check_lesson(small((SWEEPS, f"{SWEEPS}\n{key} = [{value}]")))]


def test_a_section_shows_one_of_two_things(small):
    (finding,) = check_lesson(small(('file = "03-lab.md"', 'file = "03-lab.md"\nshows = "takeaway"')))
    assert (finding.where, finding.value) == ("sections[2].shows", '"takeaway"')
    assert finding.message == 'this must be "hand-in" or "takeaways".'


def test_a_lessons_own_language_is_one(small):
    assert check_lesson(small(('title = "A small lesson"', 'title = "A"\nlang = "en-GB"'))) == ()


def test_a_lessons_own_language_that_is_none_is_an_error(small):
    (finding,) = check_lesson(small(('title = "A small lesson"', 'title = "A"\nlang = "english"')))
    assert (finding.severity, finding.where, finding.message) == ("error", "lang", "this is no language.")


def test_code_that_is_not_closed_is_an_error_and_a_block_off_the_margin_a_warning(small):
    findings = check_lesson(small(texts={"03-lab.md": "# Lab\n\n :::note Mine\n\n```toml\n:::note Code\n"}))
    assert short(findings) == [
        ("error", "03-lab.md", "line 5", "```toml"),
        ("warning", "03-lab.md", "line 3", ":::note Mine"),
    ]
