import csv
import io

import msgspec
import pytest

from workshop_tui.generation.settings import Settings
from workshop_tui.generation.table import COLUMNS, as_csv, as_json, row


def test_a_row_has_the_settings_by_name_and_what_was_measured(make_run):
    run = make_run(picture="0001.png")
    assert tuple(row(run)) == COLUMNS
    assert COLUMNS[: len(Settings.__struct_fields__)] == Settings.__struct_fields__
    expected = {"num_inference_steps": 10, "width": 512, "forwards": 10, "seconds_denoise": 2.25, "outcome": "ok"}
    assert {key: row(run)[key] for key in expected} == expected
    assert row(run)["peak_memory_mib"] == 812.3


def test_csv_reads_back(make_run):
    prompt = 'A "quoted", Zoë 🦊\nsecond line'
    [read] = csv.DictReader(io.StringIO(as_csv([row(make_run(prompt=prompt))])))
    assert read["prompt"] == prompt
    assert read["seed"] == "42"


@pytest.mark.parametrize("prompt", ["=HYPERLINK()", "+1", "-1", "@SUM(A1)", "\tx"])
def test_no_cell_is_run_as_a_formula(make_run, prompt):
    [read] = csv.DictReader(io.StringIO(as_csv([row(make_run(prompt=prompt))])))
    assert read["prompt"] == f"'{prompt}"


def test_json_has_what_fits_no_column(make_run):
    run = make_run()
    found = msgspec.json.decode(msgspec.json.encode(as_json(run)))
    assert found["step_seconds"] == [0.2, 0.25]
    assert found["model"]["practice"] is True
    assert found["software"] == run.software
