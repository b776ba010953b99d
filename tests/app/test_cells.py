"""The Lab's table: which row a waiting picture belongs to, and what is said of pictures made out of others."""

from workshop_tui.app.book import Work
from workshop_tui.app.widgets.bars import work_line
from workshop_tui.app.widgets.cells import _guidance, _memory, _result, _steps, _time
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.protocol import Item, Progress
from workshop_tui.generation.record import Rework

MADE_OF = "final of #1"


def test_a_waiting_final_picture_is_not_taken_for_the_cell_with_its_settings(make_run):
    source = make_run()
    rework = Rework("final", source.run_id)
    item = Item("ab" * 16, source.settings, rework=rework)
    work = Work(waiting=(item.run_id,), progress=Progress(item.run_id, "denoise", 3, 45))
    assert _result(Cell(source.settings, None), "", work, [item]) == "not made yet"
    assert _result(Cell(source.settings, None, rework=rework), MADE_OF, work, [item]) == "▶ 3/45 final of #1"
    work = Work(waiting=("cd" * 16, item.run_id))
    assert _result(Cell(source.settings, None, rework=rework), MADE_OF, work, [item]) == "in line, final of #1"


def test_a_row_says_what_it_was_made_out_of_and_how_it_ended(make_run):
    rework = Rework("refined", "ab" * 16, 0.35)
    for outcome, reason, said in (
        ("ok", "", "refined #1"),
        ("cancelled", "Cancelled.", "refined #1, cancelled"),
        ("failed", "[b]bad\x1b", "refined #1, failed: [b]bad\\x1b"),
    ):
        run = make_run(outcome=outcome, reason=reason, rework=rework, num_inference_steps=28)
        cell = Cell(run.settings, run, past=True, rework=rework)
        assert _result(cell, "refined #1", Work(), []) == said
        assert _steps(cell) == "10/28"
    assert _steps(Cell(run.settings, None, rework=Rework("final", "ab" * 16))) == "28"


def test_a_picture_that_was_asked_to_stop_says_so_at_once(make_run):
    settings = make_run().settings
    first, again = Item("ab" * 16, settings), Item("cd" * 16, settings)
    work = Work("working", (first.run_id,), frozenset([first.run_id]), 1, Progress(first.run_id, "denoise", 3, 45))
    assert _result(Cell(settings, None), "", work, [first]) == "stopping"
    assert work_line(work) == "run: 1 of 1 stopping"
    assert _result(Cell(settings, None), "", work, [first, again]) == "stopping, then made again"


def test_figures_of_a_large_card_fit_their_columns():
    assert [_memory(mib) for mib in (812.4, 9999, 34_512, 140_000)] == [
        "  812 MiB",
        "9,999 MiB",
        " 33.7 GiB",
        "136.7 GiB",
    ]
    assert {len(_time(seconds)) for seconds in (0.1, 999.9, 1000, 99_999)} == {7}
    assert [_guidance(scale) for scale in (3.5, 4.0, 3.25)] == ["  3.5", "  4.0", " 3.25"]
