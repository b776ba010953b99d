"""Runs as rows."""

import csv
import io

from workshop_tui.generation import table
from workshop_tui.generation.record import Memory, Run, Timing
from workshop_tui.generation.settings import Settings

RUN = Run(
    "ab" * 16,
    "job",
    Settings("a lighthouse", 10, 4.0, 7, 512, 768),
    "ok",
    "2026-01-02T03:04:05+00:00",
    seconds=Timing(0.1234, 1.0, 0.25, 2.5, 0.5, (0.25, 0.25)),
    memory=Memory(host_peak=78.26),
    forwards=10,
    picture="x.png",
)


def test_columns_are_the_settings_then_what_was_measured():
    assert table.COLUMNS == (
        "prompt", "num_inference_steps", "guidance_scale", "seed", "width", "height", "sampler",
        "negative_prompt", "true_cfg_scale", "walk_to", "walk", "precision", "placement", "quantization", "speed",
        "block_cache", "tiled_decode", "forwards", "batch", "shared",
        "seconds_queue", "seconds_load", "seconds_encode", "seconds_denoise", "seconds_decode",
        "peak_memory_mib", "energy_j", "gpu_power_w", "gpu_throttled", "outcome", "picture",
    )  # fmt: skip
    assert tuple(table.row(RUN)) == table.COLUMNS


def test_a_row_of_csv_reads_back():
    [row] = csv.DictReader(io.StringIO(table.as_csv([table.row(RUN)])))
    assert row["prompt"] == "a lighthouse"
    assert row["seconds_queue"] == "0.123"
    assert row["peak_memory_mib"] == "78.3"
    assert (row["width"], row["height"], row["outcome"]) == ("512", "768", "ok")


def test_no_rows_are_a_header():
    assert table.as_csv([]) == ",".join(table.COLUMNS) + "\n"


def test_prompts_with_commas_quotes_and_lines_stay_one_row_and_formulas_stay_text():
    prompts = ['a "big", old\ntree', "=HYPERLINK(1)", "+1", "-1", "@x", "大きさ"]
    rows = [table.row(Run("", "", Settings(prompt), "ok", "")) for prompt in prompts]
    read = [row["prompt"] for row in csv.DictReader(io.StringIO(table.as_csv(rows)))]
    assert read == [prompts[0], "'=HYPERLINK(1)", "'+1", "'-1", "'@x", prompts[5]]


def test_the_device_decides_the_peak_and_an_unknown_one_is_empty():
    both = Run("", "", Settings("x"), "ok", "", memory=Memory(device_peak=100.0, host_peak=50.0))
    assert table.row(both)["peak_memory_mib"] == 100.0
    unknown = Run("", "", Settings("x"), "failed", "")
    assert table.row(unknown)["peak_memory_mib"] is None
    assert ",," in table.as_csv([table.row(unknown)])


def test_json_has_the_row_and_what_fits_no_column():
    found = table.as_json(RUN)
    assert {key: found[key] for key in table.COLUMNS} == table.row(RUN)
    assert found["step_seconds"] == [0.25, 0.25]
    assert found["run_id"] == RUN.run_id
    assert found["model"] is None


def test_a_sweeps_table_tells_which_time_and_what_was_there_before():
    written = table.as_csv([{**table.row(RUN), "repeat": 2, "from_notebook": True}], table.SWEEP_COLUMNS)
    [row] = csv.DictReader(io.StringIO(written))
    assert tuple(row) == (*table.COLUMNS, "repeat", "from_notebook")
    assert (row["repeat"], row["from_notebook"]) == ("2", "true")
