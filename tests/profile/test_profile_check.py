import os
import time
import tomllib

import pytest
import tomli_w

from workshop_tui.errors import UserError
from workshop_tui.profile.check import MOST_FINDINGS, check_hand_in, read_profile
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE
from workshop_tui.profile.read import LARGEST_FILE
from workshop_tui.text import is_unsafe


@pytest.fixture
def change(hand_in):
    """Change a file of the hand-in as somebody with an editor would; returns what the check then says."""

    def edit(changes, name=PROFILE_FILE):
        content = tomllib.loads((hand_in / name).read_text())
        changes(content)
        (hand_in / name).write_text(tomli_w.dumps(content))
        return {finding.where: finding.message for finding in check_hand_in(hand_in).findings}

    return edit


def test_a_complete_hand_in_is_in_order(hand_in):
    report = check_hand_in(hand_in)
    assert report.findings == ()
    assert report.missing == ()
    assert report.complete
    assert report.profile is not None
    assert report.profile.learner == "ada"


def test_each_file_can_be_checked_by_itself(hand_in, tmp_path):
    assert check_hand_in(hand_in / PROFILE_FILE).complete
    assert check_hand_in(hand_in / CHECKLIST_FILE).checklist is not None
    renamed = tmp_path / "grace.toml"
    renamed.write_bytes((hand_in / CHECKLIST_FILE).read_bytes())
    report = check_hand_in(renamed)
    assert (report.findings, report.profile) == ((), None)


def test_what_is_missing_is_no_error(change, hand_in):
    def unfinished(content):
        content["missing"] = ["Areas for improvement: 2 of 3 written."]
        content["improvements"].pop()

    assert change(unfinished) == {}
    report = check_hand_in(hand_in)
    assert report.missing == ("Areas for improvement: 2 of 3 written.",)
    assert not report.complete


def test_a_hand_in_from_before_solutions_were_ticked_is_in_order(change, hand_in):
    def older(content):
        for problem in content["problems"]:
            del problem["tried"]

    def old_profile(content):
        del content["exploration"], content["discoveries"]

    assert change(older, CHECKLIST_FILE) == {}
    assert change(old_profile) == {}
    assert check_hand_in(hand_in).complete


def test_ticks_and_own_problems_are_checked(change, hand_in):
    run_id = tomllib.loads((hand_in / PROFILE_FILE).read_text())["measurements"][0]["run_id"]
    good = {"solution": "Reduce steps", "state": "helped", "note": "", "run_id": run_id}
    own = {"id": "own:1", "title": "Six fingers", "level": "own", "state": "solved", "note": "in pockets"}

    def more(content):
        content["problems"][2]["tried"] = [good, {**good, "run_id": "f" * 32}]
        content["problems"].append({**content["problems"][0], **own})

    assert change(more, CHECKLIST_FILE) == {"problems[2].tried[1].run_id": "no measurement has this id."}
    wrong = change(lambda content: content["problems"][2]["tried"][0].update(state="cured"), CHECKLIST_FILE)
    assert "problems[2].tried[0].state" in wrong


def test_open_problems_are_missing_in_a_checklist(change, hand_in):
    change(lambda content: content["problems"][0].update(state="open"), CHECKLIST_FILE)
    assert check_hand_in(hand_in / CHECKLIST_FILE).missing == ("Checklist: 1 of 7 problems are open.",)


def test_all_misfits_are_told_at_once(change):
    def spoil(content):
        content["lerner"] = content.pop("learner")
        content["practice"] = "yes"
        content["measurements"][0]["seed"] = "42"
        content["measurements"][1]["seconds"] = [1.5]
        del content["measurements"][2]["outcome"]
        content["hardware"]["gpus"][0]["vram_mib"] = {"a": 1}
        content["lesson"] = "flux-deep-dive"
        content["kind"] = "optimisation-profile"
        content["software"]["torch"] = 2.13

    assert change(spoil) == {
        "learner": "the key 'learner' is missing.",
        "lerner": "there is no key 'lerner' here.",
        "practice": "this must be true or false.",
        "measurements[0].seed": "this must be a whole number.",
        "measurements[1].seconds": "this must be a number.",
        "measurements[2].outcome": "the key 'outcome' is missing.",
        "hardware.gpus[0].vram_mib": "this must be a whole number.",
        "lesson": "this must be a table.",
        "kind": 'this must be one of "optimization-profile".',
        "software.torch": "this must be text in quotes.",
    }


def test_what_is_cited_must_be_there(change, worked):
    def cite(content):
        good = content["good_settings"][0]
        failed = content["measurements"][2]
        failed |= {"outcome": "failed", "reason": "killed"}
        good["runs"] += ["0" * 32, failed["run_id"], worked[3].run_id]
        content["good_settings"].append({**good, "setting": "mood", "runs": []})

    assert change(cite) == {
        "good_settings[0].runs[1]": "no measurement has this id.",
        "good_settings[0].runs[2]": "the outcome of this run is 'failed'.",
        "good_settings[0].runs[3]": "this run is of another sweep.",
        "good_settings[1].setting": "there is no such setting.",
        "good_settings[1].runs": "no picture shows that 25 is good.",
    }


def test_a_checklist_cites_measurements_and_knows_its_states(change):
    assert change(lambda content: content["problems"][1].update(run_id="1" * 32), CHECKLIST_FILE) == {
        "problems[1].run_id": "no measurement has this id."
    }
    assert change(lambda content: content["problems"][1].update(state="Solved"), CHECKLIST_FILE) == {
        "problems[1].state": 'this must be one of "not applicable", "open", "solved", "tried".'
    }


def test_what_is_claimed_must_fit_together(change):
    def claim(content):
        content["improvements"] += ["a fourth", " "]
        content["practice"] = False
        content["written"] = "yesterday"
        content["minutes"] = {"part-5": -3.0}
        runs = content["measurements"]
        runs[0] |= {"model": "FLUX.1 [pro]", "outcome": "great", "width": -512}
        runs[1] |= {"run_id": runs[2]["run_id"], "seconds": float("inf"), "peak_memory_mib": float("nan")}
        runs[3] |= {"run_id": "../../etc/passwd"}
        content["good_settings"] = []

    assert change(claim) == {
        "improvements": "there are 5 areas for improvement; at most 3 are asked for.",
        "improvements[4]": "this area is empty.",
        "practice": "this does not fit the models that are listed.",
        "written": "this is no time.",
        "minutes.part-5": "no time is like that.",
        "measurements[0].model": "this model is not among the models.",
        "measurements[0].outcome": "there is no such outcome.",
        "measurements[0].width": "no measurement is like that.",
        "measurements[1].seconds": "no measurement is like that.",
        "measurements[1].peak_memory_mib": "no measurement is like that.",
        "measurements[2].run_id": "this run_id stands at measurements[1] already.",
        "measurements[3].run_id": "this is no run id.",
    }


def test_nothing_missing_is_not_believed_of_an_empty_hand_in(change):
    def claim(content):
        content["measurements"], content["good_settings"], content["missing"] = [], [], []

    found = change(claim)
    assert found["missing"].startswith("it says that nothing is missing")


def test_a_lesson_without_pictures_is_complete_without_measurements(change, hand_in):
    def nothing_to_measure(content):
        content["measurements"], content["good_settings"], content["models"] = [], [], []
        content["scenarios"], content["practice"] = [], True

    change(lambda content: [entry.update(run_id="", tried=[]) for entry in content["problems"]], CHECKLIST_FILE)
    assert change(nothing_to_measure) == {}
    assert check_hand_in(hand_in).complete


def test_two_files_of_different_learners_are_no_hand_in(change):
    found = change(lambda content: content.update(learner="grace"), CHECKLIST_FILE)
    assert found == {"learner": f"this is not the learner of {PROFILE_FILE}."}
    found = change(lambda content: content["lesson"].update(sha256="0" * 64), CHECKLIST_FILE)
    assert found["lesson"] == f"this is not the lesson of {PROFILE_FILE}."


@pytest.mark.parametrize(
    ("schema", "said"), [(2, "from a newer program"), (0, "no such schema"), (-1, "no such schema")]
)
def test_another_schema_is_all_that_is_said(change, schema, said):
    def other(content):
        content.clear()
        content |= {"schema": schema, "kind": "optimization-profile", "anything": 1}

    found = change(other)
    assert list(found) == ["schema"]
    assert said in found["schema"]


# Files that are not as they should be


def said(path):
    report = check_hand_in(path)
    assert report.errors
    assert not report.complete
    return [str(finding) for finding in report.findings]


def test_toml_errors_name_the_line(hand_in):
    text = (hand_in / PROFILE_FILE).read_text().replace('learner = "ada"', 'learner = "ada')
    (hand_in / PROFILE_FILE).write_text(text)
    [finding] = said(hand_in)
    assert f"{PROFILE_FILE} line 5" in finding
    assert "this is not TOML" in finding


def test_a_file_of_another_name_is_named_in_what_is_wrong_with_it(tmp_path):
    path = tmp_path / "passwd"
    path.write_text("root:x:0:0\n")
    [finding] = said(path)
    assert finding.startswith("error: passwd line 1")


def test_a_missing_file_is_named(hand_in, tmp_path):
    (hand_in / CHECKLIST_FILE).unlink()
    [finding] = said(hand_in)
    assert f"{CHECKLIST_FILE}: there is no such file." in finding
    assert len(said(tmp_path)) == 2
    with pytest.raises(UserError, match="There is no file or folder"):
        check_hand_in(tmp_path / "nowhere")


def test_links_and_pipes_in_a_folder_are_not_followed(hand_in, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("password = 'x'")
    (hand_in / PROFILE_FILE).unlink()
    (hand_in / PROFILE_FILE).symlink_to(secret)
    (hand_in / CHECKLIST_FILE).unlink()
    os.mkfifo(hand_in / CHECKLIST_FILE)
    link, pipe = said(hand_in)
    assert "this is a link" in link
    assert "this is not a file" in pipe


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"# " + b"x" * 5_000_000, f"more than {LARGEST_FILE:,} bytes"),
        (b"a = " + b"[" * 50_000 + b"]" * 50_000, "nested too deeply"),
        (b"a = " + b"{a=" * 50_000 + b"1" + b"}" * 50_000, "nested too deeply"),
        (b"[" + b".".join([b"a"] * 900_000) + b"]\nx = 1", "a key of more than 100 parts"),
        (b".".join([b'"a b"'] * 300_000) + b" = 1", "a key of more than 100 parts"),
        (
            b".".join([b"a"] * 99) + b" = {" + (b".".join([b"b"] * 99) + b" = {") * 9 + b"x = 1" + b"}" * 10,
            "deep in each",
        ),
        (b"a = " + b"9" * 1_000_000, "a value cannot be read"),
        (b"schema = 0x" + b"f" * 1_000_000, "more than 64 bits"),
        (b"schema = 1\nlearner = \xff", "not UTF-8"),
        (b"\x00" * 1000, "this is not TOML"),
        (b"", "nothing stands in this file."),
        (b" " * 1_900_000, "nothing stands in this file."),
        (b"learner = 'ada'", "the key 'schema' is missing"),
        (b"x" * 1_900_000, "this is not TOML"),
        (b'k."' * 600_000, "this is not TOML"),
        (b"measurements = [" + b"{}," * 600_000 + b"]", "the key 'run_id' is missing"),
        (b"measurements = [" + b"1," * 900_000 + b"]", "this must be a table"),
        (b"".join(b"k%d=1\n" % n for n in range(150_000)), "there is no key"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else len(value),
)
def test_a_file_made_to_do_harm_is_told_in_a_few_seconds(hand_in, content, expected):
    (hand_in / PROFILE_FILE).write_bytes(content)
    began = time.process_time()
    findings = said(hand_in)
    assert time.process_time() - began < 15
    assert any(expected in finding for finding in findings)
    assert len(findings) <= MOST_FINDINGS
    assert all(len(finding) < 2000 for finding in findings)


def test_no_text_in_it_steers_the_terminal_or_adds_a_line(change, hand_in):
    evil = "\x1b[2J\x9b31m[red]\r\nerror: forged\u202e"

    def poison(content):
        content[evil] = evil
        content["kind"] = evil
        content["written"] = evil
        content["software"] = {evil: 1}
        content["measurements"][0]["outcome"] = evil
        content["good_settings"][0]["runs"] = [evil]

    change(poison)
    report = check_hand_in(hand_in)
    assert report.errors >= 3
    for finding in report.findings:
        for text in (finding.where, finding.value, finding.message, finding.todo):
            assert not any(is_unsafe(char) for char in text)
            assert "\n" not in text
    assert any("[red]" in finding.value for finding in report.findings)


def test_measurements_that_are_none_are_left_out_before_anything_is_reckoned(change, hand_in):
    before = [run.seconds for run in read_profile(hand_in).measurements]

    def twice(content):
        first, second, third = content["measurements"][:3]
        content["measurements"] = [first, {**first, "seconds": 9.0}, {**second, "seconds": float("nan")}, third]

    change(twice)
    told = []
    profile = read_profile(hand_in, told.append)
    assert [run.seconds for run in profile.measurements] == [before[0], before[2]]
    assert told[0].startswith("2 measurements of ")
