"""The Lab's table: which row a waiting picture belongs to, and what is said of pictures made out of others."""

from types import SimpleNamespace

from msgspec.structs import replace
from textual.app import App

from workshop_tui.app.book import Work
from workshop_tui.app.screens.lab_making import in_its_place
from workshop_tui.app.widgets.bars import work_line
from workshop_tui.app.widgets.cells import RESULT_CELLS, CellTable, _guidance, _memory, _result, _steps, _time
from workshop_tui.exercises.registry import find_part
from workshop_tui.exercises.sweeps import Cell, lesson_setup
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.protocol import Item, Place, Progress
from workshop_tui.generation.record import Rework
from workshop_tui.generation.settings import Settings

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


def test_what_is_in_line_is_not_said_to_be_made(deep_dive, make_run):
    part, settings = find_part(deep_dive, "parameters", "steps"), make_run().settings
    items = [Item(name * 16, replace(settings, num_inference_steps=steps)) for name, steps in (("ab", 10), ("cd", 25))]
    app = SimpleNamespace(model=BUILT_IN, work=Work("working", ("ef" * 16, *(item.run_id for item in items))))
    setup = lesson_setup(part, BUILT_IN)

    def said():
        return [in_its_place(app, part, setup, Cell(item.settings, None), items) for item in items]

    assert said() == ["It waits in line.", "It waits in line."]
    app.work = Work("working", tuple(item.run_id for item in items))
    assert said() == ["It is being made.", "It waits in line."]
    app.work = Work("waiting", app.work.waiting)  # others have their turn
    assert said() == ["It waits in line.", "It waits in line."]


async def test_what_a_column_has_no_room_for_ends_with_an_ellipsis():
    settings = Settings("Portrait of a renaissance nobleman, oil painting", 10, 3.5, 1, 512, 512)

    class Table(App):
        def compose(self):
            yield CellTable()

    app = Table()
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.query_one(CellTable)
        table.set_columns("prompt")
        table.show([Cell(settings, None)], Work(), [])
        await pilot.pause()
        shown = [str(cell) for cell in table.get_row_at(0)]
        assert "Portrait of a ren…" in shown
        assert "not made yet" in shown


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


def test_a_place_among_others_fits_its_row(make_run):
    settings = make_run().settings
    item = Item("ab" * 16, settings)
    for ahead, said in ((0, "next in line"), (1, "after 1 other"), (12, "after 12 others")):
        work = Work("waiting", (item.run_id,), place=Place(ahead, 40.0, 3))
        assert _result(Cell(settings, None), "", work, [item]) == said
        assert len(said) <= RESULT_CELLS


def test_figures_of_a_large_card_fit_their_columns():
    assert [_memory(mib) for mib in (812.4, 9999, 34_512, 140_000)] == [
        "  812 MiB",
        "9,999 MiB",
        " 33.7 GiB",
        "136.7 GiB",
    ]
    assert {len(_time(seconds)) for seconds in (0.1, 999.9, 1000, 99_999)} == {7}
    assert [_guidance(scale) for scale in (3.5, 4.0, 3.25)] == ["  3.5", "  4.0", " 3.25"]
