"""`class plan` as a person types it."""

import json
import re

import pytest

from workshop_tui.generation.cards import CARDS

DEV = "black-forest-labs/FLUX.1-dev"


@pytest.fixture(autouse=True)
def empty_hub_cache(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def plan(run):
    """Run it, and return what it says as a program reads it."""

    def call(*arguments):
        code, out, err = run("class", "plan", *arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return call


def row(out, cards):
    return next(line for line in out.splitlines() if re.match(rf" *{cards} ", line))


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("more", [(), ("--learners", 10_000, "--cards", 7, "--wait", 5, "--lab-minutes", 1)])
def test_every_card_is_told_on_one_screenful(run, card, more):
    code, out, err = run("class", "plan", "--gpu", card, *more)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) <= 24
    assert all(len(line) <= 80 for line in lines)
    assert "Calculated, not measured" in out.replace("\n  ", " ")
    assert "Share reached: " in out


def test_two_hundred_learners_on_h100s(run):
    out = run("class", "plan", "--gpu", "h100", "--learners", 200)[1]
    assert out.startswith(f"H100, 200 learners, {DEV}. Calculated, not measured.\n")
    assert "Card       79.6 GiB, 989 TFLOP/s in bfloat16, of which 32% are reached\n" in out
    assert "Placement  gpu, bf16: fits; 36.4 of 79.6 GiB, and 23.2 of main memory a card\n" in out
    assert "A picture  1024x1024, 28 x 74.4 TFLOP: 6.6 s, of which 0.05 encode and decode\n" in out
    assert "A learner  26 pictures of flux-deep-dive, 5.6 s each; the labs have 35 min\n" in out
    assert "A card     642 of these an hour\n" in out
    assert row(out, 1).endswith("1388%")
    assert row(out, 14) == "   14  84 s               about 35 min          99%  the labs"
    assert row(out, 20) == "   20  56 s               about 24 min          69%  the labs, a 60 s wait"
    assert "All learners ask at once" in out
    assert "one card takes about 2 min" in out.replace("\n  ", " ")
    assert "28 steps in 6.7 s on an H100" in out


def test_figures_in_place_of_a_name_worked_by_hand(plan):
    """100 TFLOP/s, half reached: 28 x 74.36 + 15.36 TFLOP are 41.95 s, so that a minute has one of them."""
    told = plan("--vram", 80, "--tflops", 100, "--share", 0.5, "--learners", 12, "--steps", 28, "--per-learner", 5)
    assert told["basis"] == "calculated, not measured"
    assert told["picture"]["seconds"]["total"] == pytest.approx(41.95, abs=0.01)
    assert told["load"]["seconds"] == pytest.approx(41.95, abs=0.01)
    assert told["load"]["per_hour"] == pytest.approx(85.8, abs=0.1)
    assert told["cards_for_wait"] == 12
    assert told["cards_for_pictures"] == 2  # 60 pictures; 50 in 35 minutes
    assert [line["cards"] for line in told["cards"]] == [1, 2, 12]
    assert told["cards"][1]["first"] == pytest.approx(6 * 41.95, abs=0.1)
    assert told["cards"][1]["busy"] == pytest.approx(60 * 41.95 / 2 / 2100, abs=0.001)
    assert told["load"]["lesson"] == ""


def test_the_cards_one_has_are_told_too(run, plan):
    assert [line["cards"] for line in plan("--gpu", "h100", "--learners", 200, "--cards", 3)["cards"]] == [1, 3, 14, 20]
    out = run("class", "plan", "--gpu", "h100", "--learners", 200, "--cards", 3)[1]
    assert row(out, 3).split() == ["3", "about", "6", "min", "about", "2", "h", "42", "min", "463%"]


def test_smaller_cards_are_told_how_the_model_fits_them(run, plan):
    told = plan("--gpu", "rtx3060")
    assert (told["rung"]["placement"], told["rung"]["quantization"]) == ("model-offload", "bnb-nf4")
    assert told["picture"]["seconds"]["moving"] == 5
    out = run("class", "plan", "--gpu", "rtx3060", "--learners", 30)[1].replace("\n  ", " ")
    assert "No number of cards is enough for a 60 s wait: one picture takes longer." in out
    assert "bnb-nf4 needs workshop-tui[quant]" in out
    out = run("class", "plan", "--gpu", "rtx3070")[1]
    assert "Placement  model-offload, bnb-nf4: fits by less than a plan may be off; 7.7 of 8" in out
    assert "Placement  gpu, bf16, decoded in tiles: fits;" in run("class", "plan", "--gpu", "a100-40")[1]


def test_what_is_said_counts_before_table_and_lesson(plan, short_lesson):
    told = plan("--gpu", "H100", "--vram", 94, "--share", 0.5)
    assert (told["card"]["vram"], told["card"]["tflops"], told["card"]["share"]) == (94, 989, 0.5)
    assert "Share reached: assumed" in told["notes"][-1]
    told = plan("--gpu", "h100", "--steps", 10, "--size", "512x512")
    assert told["load"]["pictures"] == 26
    assert told["load"]["lesson"] == ""
    told = plan("--gpu", "h100", "--lesson", short_lesson)
    assert (told["load"]["pictures"], told["load"]["minutes"], told["load"]["lesson"]) == (4, 5, "short")
    assert plan("--gpu", "h100", "--lesson", short_lesson, "--lab-minutes", 2.5)["load"]["minutes"] == 2.5


def test_of_the_lessons_own_pictures_only_what_is_said_changes(plan, short_lesson):
    asked = ("--gpu", "h100", "--lesson", short_lesson)
    steps, size = plan(*asked, "--steps", 10), plan(*asked, "--size", "1024x1024")
    assert steps["picture"]["width"] == 1024
    assert steps["load"]["seconds"] == pytest.approx(
        plan(*asked, "--steps", 10, "--size", "128x128")["load"]["seconds"]
    )
    assert steps["load"]["seconds"] < steps["picture"]["seconds"]["total"] / 5
    # Of 1, 2, 1 and 3 steps instead of the 28 that are shown.
    seconds = size["picture"]["seconds"]
    mean = seconds["encode"] + seconds["decode"] + seconds["denoise"] / 28 * (1 + 2 + 1 + 3) / 4
    assert size["load"]["seconds"] == pytest.approx(mean)
    assert plan(*asked, "--steps", 10, "--per-learner", 3)["load"]["seconds"] == steps["picture"]["seconds"]["total"]


def test_fewer_steps_of_schnell_need_fewer_cards(plan):
    asked = ("--gpu", "l40s", "--learners", 100)
    few = plan(*asked, "--model", "black-forest-labs/FLUX.1-schnell", "--steps", 4)
    assert few["cards_for_wait"] < plan(*asked)["cards_for_wait"] / 3


def test_a_model_that_is_too_large_is_told_what_holds_it(run):
    code, out, err = run("class", "plan", "--vram", 1, "--tflops", 20)
    assert (code, out) == (2, "")
    assert f"{DEV} does not fit 1 GiB at 1024x1024: it takes 2 GiB, placement group-offload.\n" in err
    assert run("class", "plan", "--vram", 1.5, "--tflops", 20)[0] == 2
    assert run("class", "plan", "--vram", 2, "--tflops", 20)[0] == 0
    assert "It fits: h200, h100-pcie, h100" in err
    assert f"workshop-tui plan --model {DEV} --vram 1 --size 1024x1024" in err


def test_a_lesson_without_labs_or_pictures_asks_for_the_numbers(run, short_lesson):
    file = short_lesson / "lesson.toml"
    text = file.read_text()
    file.write_text(text.replace('kind = "lab"', 'kind = "lecture"'))
    code, _, err = run("class", "plan", "--gpu", "h100", "--lesson", short_lesson)
    assert code == 2
    assert "The lesson short has no lab.\n  Say how long the pictures may take: --lab-minutes MIN." in err
    file.write_text(text.split("[[exercises]]")[0])
    code, _, err = run("class", "plan", "--gpu", "h100", "--lesson", short_lesson)
    assert code == 2
    assert "asks for no pictures.\n  Say how many each makes: --per-learner N." in err
    assert run("class", "plan", "--gpu", "h100", "--lesson", short_lesson, "--per-learner", 3)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Which card? Name it, or give its figures."),
        (("--vram", 24), "Which card?"),
        (("--gpu", "h1000"), "--gpu: 'h1000' is unknown.\n  Known: h200, h100-pcie, h100,"),
        (("--gpu", "h100", "--learners", 0), "'--learners': 0 is not in the range"),
        (("--gpu", "h100", "--cards", 0), "'--cards': 0 is not in the range"),
        (("--gpu", "h100", "--per-learner", 0), "'--per-learner': 0 is not in the range"),
        (("--gpu", "h100", "--wait", 0), "--wait: 0 is out of range"),
        (("--gpu", "h100", "--wait", "nan"), "--wait: nan is out of range"),
        (("--gpu", "h100", "--lab-minutes", -1), "--lab-minutes: -1 is out of range"),
        (("--gpu", "h100", "--share", 1.1), "--share: 1.1 is out of range"),
        (("--vram", "inf", "--tflops", 9), "--vram: inf is out of range"),
        (("--gpu", "h100", "--steps", 0), "steps: 0 is out of range"),
        (("--gpu", "h100", "--size", "250x250"), "Nearest: 240x240 or 256x256"),
        (("--gpu", "h100", "--lesson", "no-such"), "no-such"),
        (("--gpu", "h100", "--model", "some/body"), "'some/body' is not whole on this machine"),
        (("--gpu", "h100", "--model", "small-flux"), "needs no card"),
    ],
)
def test_bad_input_is_named(run, arguments, words):
    code, out, err = run("class", "plan", *arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_its_help_tells_it_from_the_plan_for_one_machine(run):
    code, out, _ = run("class", "plan", "--help")
    assert code == 0
    assert "`workshop-tui plan` says which placements fit a machine's memory" in " ".join(out.split())
    assert "plan" in run("class", "--help")[1]
