"""Contact sheets, looked at as pictures."""

import io
import time

from PIL import Image

from workshop_tui.generation.contact_sheet import (
    CELL,
    DETAIL_SIZE,
    GAP,
    TITLE_SIZE,
    _details,
    contact_sheet,
    frames,
    is_current,
)


def paint(folder, run, color, size=(64, 32)):
    Image.new("RGB", size, color).save(folder / run.picture)


def test_each_picture_stands_in_its_cell(tmp_path, make_run):
    runs = [make_run(num_inference_steps=steps, picture=f"{steps}.png") for steps in (10, 25)]
    paint(tmp_path, runs[0], "red")
    paint(tmp_path, runs[1], "blue", (1024, 1024))
    sheet = Image.open(io.BytesIO(contact_sheet(frames(runs, ["steps"], tmp_path), "Steps")))
    assert sheet.width > 2 * CELL
    colors = [sheet.getpixel((x, sheet.height // 2 + 20)) for x in (CELL // 2, CELL + CELL // 2)]
    assert colors == [(255, 0, 0), (0, 0, 255)]


def test_a_wide_picture_keeps_its_shape(tmp_path, make_run):
    run = make_run(picture="a.png")
    paint(tmp_path, run, "red")
    sheet = Image.open(io.BytesIO(contact_sheet(frames([run], ["steps"], tmp_path), "Steps")))
    column = [sheet.getpixel((CELL // 2, y)) for y in range(sheet.height)]
    assert column.count((255, 0, 0)) == CELL // 2


def test_a_picture_that_is_gone_or_was_never_made_leaves_its_cell(tmp_path, make_run):
    runs = [make_run(picture="gone.png"), make_run(outcome="out-of-memory"), make_run(picture="torn.png")]
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\nxx")
    shown = frames(runs, ["steps"], tmp_path)
    assert Image.open(io.BytesIO(contact_sheet(shown, "Steps"))).width > 3 * CELL


def test_many_pictures_stand_in_rows(tmp_path, make_run):
    runs = [make_run(seed=seed) for seed in range(9)]
    sheet = Image.open(io.BytesIO(contact_sheet(frames(runs, ["seed"], tmp_path), "Seeds")))
    assert 3 * CELL < sheet.width < 4 * CELL
    assert sheet.height > 3 * CELL


def test_labels_name_what_was_varied(tmp_path, make_run):
    run = make_run(num_inference_steps=25, guidance_scale=7.0, sampler="euler")
    assert frames([run], ["steps", "guidance"], tmp_path)[0].label == "Steps 25, Guidance 7"


def test_a_sampler_that_another_runs_for_says_so(make_run):
    assert _details(make_run(sampler="ddim")).endswith(", ddim, 3.0 s, as euler")
    assert _details(make_run(sampler="heun")).endswith(", heun, 3.0 s")


def test_a_seed_stands_above_only_what_shares_it(tmp_path, make_run):
    def third_line(*seeds):
        runs = [make_run(seed=seed, model=None) for seed in seeds]
        sheet = Image.open(io.BytesIO(contact_sheet(frames(runs, ["seed"], tmp_path), "Seeds")))
        return sheet.crop((0, GAP + TITLE_SIZE + DETAIL_SIZE + 12, sheet.width, TITLE_SIZE + 2 * DETAIL_SIZE + 3 * GAP))

    assert third_line(7, 7).getcolors() != third_line(7, 8).getcolors()
    assert third_line(7, 8).getcolors() == third_line(8, 9).getcolors()


def test_a_sheet_knows_its_runs(tmp_path, make_run):
    runs = [make_run(), make_run()]
    shown = frames(runs, ["steps"], tmp_path)
    sheet = tmp_path / "sheet.png"
    assert not is_current(sheet, shown)
    sheet.write_bytes(b"no picture")
    assert not is_current(sheet, shown)
    sheet.write_bytes(contact_sheet(shown, "Steps"))
    assert is_current(sheet, shown)
    assert not is_current(sheet, frames([runs[0], make_run()], ["steps"], tmp_path))


def test_a_prompt_of_ten_thousand_characters_is_shortened_at_once(tmp_path, make_run):
    runs = [make_run(prompt="a hat " * 1666, picture="p.png")]
    began = time.process_time()
    contact_sheet(frames(runs, ["steps"], tmp_path), "Steps")
    assert time.process_time() - began < 20, "it took minutes, a letter less at a time"
