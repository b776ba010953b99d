"""`plan` as a person types it."""

import json

import msgspec
import pytest

from workshop_tui.generation.record import Memory, Placing, Timing
from workshop_tui.notebook.store import Notebook

DEV = "black-forest-labs/FLUX.1-dev"


@pytest.fixture(autouse=True)
def empty_hub_cache(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


def row(out, placement, weights):
    return next(line for line in out.splitlines() if line.split()[:2] == [placement, weights])


@pytest.mark.parametrize("vram", [0, 2, 6, 8, 12, 24, 80])
@pytest.mark.parametrize("more", [(), ("--batch", 16, "--size", "4096x4096")])
def test_every_line_fits_a_terminal(run, vram, more):
    code, out, err = run("plan", "--model", DEV, "--vram", vram, "--ram", 16, *more)
    assert (code, err) == (0, "")
    assert all(len(line) <= 80 for line in out.splitlines())
    assert "unknown until measured" in out


def test_a_small_card_is_told_the_way(run):
    code, out, _ = run("plan", "--model", DEV, "--vram", 8, "--ram", 16)
    assert code == 0
    assert row(out, "gpu", "bf16").endswith("no    VRAM 28.5, RAM 7.2 short")
    assert row(out, "model-offload", "4-bit").endswith("7.7  13.1 tight bnb-nf4")
    assert row(out, "group-offload", "8-bit").endswith("no    RAM 0.9 short")
    assert "Can run in this memory: model-offload 4-bit (tight).\n" in out
    assert "Fastest: placement model-offload, quantization bnb-nf4.\n" in out
    assert "workshop-tui model get black-forest-labs/FLUX.1-dev" in out
    out = run("plan", "--model", DEV, "--vram", 8, "--ram", 32)[1]
    assert "with room to\n  spare: placement group-offload, quantization torchao-int8." in out


def test_six_gb_are_told_the_rung_and_its_tiles(run):
    told = json.loads(run("plan", "--model", DEV, "--vram", 6, "--ram", 32, "--size", "1024x1024", "--json")[1])
    first = next(rung for rung in told["rungs"] if rung["fits"] != "no" and rung["offered"])
    assert (first["placement"], first["quantization"], first["tiled"]) == ("group-offload", "torchao-int8", True)


def test_what_is_not_installed_is_named_with_the_command(run, monkeypatch):
    monkeypatch.setattr("workshop_tui.cli.plan.installed", lambda: frozenset({"none"}))
    out = run("plan", "--model", DEV, "--vram", 8, "--ram", 16)[1]
    assert row(out, "model-offload", "4-bit").endswith("tight needs bitsandbytes")
    assert "Can run in this memory: nothing of this" in out
    assert "Not installed: bitsandbytes (pip install 'workshop-tui[quant]'), for" in out


def test_what_fits_nowhere_says_what_lacks(run):
    out = run("plan", "--model", DEV, "--vram", 2, "--ram", 8)[1]
    assert "Nothing fits. Nearest: group-offload 8-bit, short of 8.9 GiB RAM." in out
    out = run("plan", "--model", DEV, "--vram", 0, "--ram", 8)[1]
    assert "Free: no GPU, 8.0 GiB RAM (given)" in out
    assert row(out, "model-offload", "8-bit").endswith("no    no GPU, RAM 8.9 short")


def test_a_large_card_runs_it_now(run):
    out = run("plan", "--model", DEV, "--vram", 80, "--ram", 128)[1]
    assert "Fastest: placement gpu.\n" in out
    assert "Fastest: placement gpu.\n" in run("plan", "--model", DEV, "--vram", 80, "--ram", 128, "--batch", 2)[1]


def test_rows_can_be_chosen_as_generate_takes_them(run):
    def rows(*options):
        told = json.loads(run("plan", "--model", DEV, "--vram", 24, "--ram", 64, "--json", *options)[1])
        return {(rung["placement"], rung["precision"], rung["quantization"]) for rung in told["rungs"]}

    assert rows("--placement", "gpu", "--quantization", "bnb-int8") == {("gpu", "bf16", "bnb-int8")}
    assert rows("--placement", "cpu", "--precision", "fp16", "--quantization", "none") == {("cpu", "fp16", "none")}
    code, _, err = run("plan", "--model", DEV, "--placement", "group-offload", "--quantization", "bnb-nf4")
    assert code == 2
    assert "bnb-nf4 does not go with group-offload" in err


def test_own_peaks_correct_the_plan_and_it_says_so(run, mine, make_run):
    book = Notebook(mine.notebook, mine.pictures)
    book.add_run(make_run(width=1024, height=1024, memory=Memory(host_peak=2000.0)), b"")
    book.close()
    out = run("plan", "--ram", 16, "--vram", 0)[1]
    assert row(out, "cpu", "fp32").endswith("3.0 yes   offered, corrected")
    assert "corrected: cpu fp32 by 1 run of yours on this device." in out
    assert "corrected" not in row(out, "cpu", "bf16")


def test_without_figures_it_is_this_machine_and_begins_no_notebook(run, home):
    code, out, err = run("plan")
    assert (code, err) == (0, "")
    assert "small-flux, the practice model, 7.3 million parameters" in out
    assert "GiB RAM. Peaks" in out
    assert "cpu fp32" in next(line for line in out.splitlines() if line.startswith("Can run in this memory"))
    assert not list(home.rglob("*.sqlite3"))


def test_seconds_come_from_ones_own_runs_of_that_model_only(run, mine, make_run, dev_model):
    book = Notebook(mine.notebook, mine.pictures)
    measured = Timing(denoise=10.0, decode=1.0)
    book.add_run(make_run(width=1024, height=1024, seconds=measured), b"")
    book.add_run(
        make_run(model=msgspec.structs.replace(dev_model, name="some/other"), placing=Placing("cuda", "H100", "bf")),
        b"",
    )
    book.close()
    out = run("plan", "--ram", 16, "--vram", 0)[1]
    assert "Time: cpu fp32 29 s (your own runs); otherwise unknown until measured." in out
    out = run("plan", "--model", DEV, "--ram", 16, "--vram", 0)[1]
    assert "Time: unknown until measured." in out


def test_the_model_that_is_taken_without_a_name_is_told_and_taken(run, monkeypatch):
    assert "Default: the configuration's, else small-flux." in " ".join(run("plan", "--help")[1].split())
    monkeypatch.setenv("WORKSHOP_TUI_MODEL", DEV)
    assert run("plan", "--vram", 8, "--ram", 32)[1].startswith(f"{DEV}: ")


def test_json_says_the_same(run):
    told = json.loads(run("plan", "--model", DEV, "--vram", 8, "--ram", 32, "--json")[1])
    assert (told["model"], told["here"], told["vram_free_gib"], told["ram_free_gib"]) == (DEV, False, 8.0, 32.0)
    assert len(told["rungs"]) == 12
    first = told["rungs"][0]
    assert (first["placement"], first["weights"], first["fits"], first["offered"]) == ("gpu", "bf16", "no", True)
    assert (first["missing"], first["seconds"]) == ({"VRAM": pytest.approx(28.4, abs=0.1)}, None)
    assert json.loads(run("plan", "--vram", 0, "--ram", 8, "--json")[1])["vram_free_gib"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--size", "250x250"), "Nearest: 240x240 or 256x256"),
        (("--size", "big"), "'big' is not a size"),
        (("--vram", "-3"), "--vram: -3 is no amount of memory"),
        (("--vram", "nan"), "--vram: nan"),
        (("--ram", "inf"), "--ram: inf"),
        (("--ram", "0"), "from 0.1 to"),
        (("--steps", "0"), "steps: 0 is out of range"),
        (("--steps", "-1"), "steps: -1 is out of range"),
        (("--batch", "0"), "--batch: 0 is out of range"),
        (("--batch", "-2"), "--batch: -2 is out of range"),
        (("--model", "some/body"), "'some/body' is not whole on this machine"),
        (("--model", "/no/where"), "there is no folder '/no/where'"),
        (("--model", ""), "there is no folder ''"),
    ],
)
def test_bad_input_is_named(run, arguments, words):
    code, out, err = run("plan", "--model", DEV, *arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_the_practice_models_own_unit_holds(run):
    code, _, err = run("plan", "--size", "528x528")
    assert code == 2
    assert "multiple of 64 px" in err
