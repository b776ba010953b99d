"""Mode 1: read the lesson, against the clock."""

from collections.abc import Callable

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from workshop_tui.app.screens.mode import ModeScreen
from workshop_tui.app.widgets.prepare import PrepareLine
from workshop_tui.app.widgets.prose import blocks_as_widgets
from workshop_tui.errors import UserError
from workshop_tui.lesson.clock_view import ClockView
from workshop_tui.lesson.model import Page, Section
from workshop_tui.text import plain

MARKS = {"done": "✓", "passed": "-", "current": "▶", "coming": "·", "skipped": "x"}
LAB_MARK = "⚗"


class ClassScreen(ModeScreen):
    """The sections on the left, the text of one on the right."""

    mode_title = "1 Class"

    BINDINGS = [
        Binding("n", "next_section", "Next", tooltip="Move the class to the next section"),
        Binding("p", "pause", "Pause", tooltip="Stop the class clock, or let it run again"),
        Binding("g", "go_here", "Class here", tooltip="Move the class to the section that you are reading"),
        Binding(
            "left_square_bracket",
            "read(-1)",
            "Read",
            key_display="[ ]",
            tooltip="Read elsewhere",
        ),
        Binding("right_square_bracket", "read(1)", "Read on", show=False),
        Binding("b", "skip_break", "Skip break", show=False, tooltip="Leave out the coming break, or end this one"),
        Binding("m", "move_break", "Break here", show=False, tooltip="Hold the coming break before the part you read"),
        Binding("s", "schedule", "Schedule", tooltip="Choose own pace, printed minutes, or fit N"),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
        Binding("space,pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
    ]

    WRITES = frozenset({"next_section", "pause", "go_here", "skip_break", "move_break", "schedule"})

    part: var[str] = var("")
    """The id of the section or page that is read."""

    _begun = False

    def body(self) -> ComposeResult:
        with Horizontal(id="class-body"):
            yield OptionList(id="parts", compact=True)
            yield VerticalScroll(id="text", can_focus=True)
        yield PrepareLine()

    def on_mount(self) -> None:
        super().on_mount()
        self.watch(self.app, "clock", self._clock_changed)
        self.query_one("#parts", OptionList).can_focus = False
        self.query_one("#text").focus()

    def _clock_changed(self, clock: ClockView | None) -> None:
        begun = clock is not None and clock.begun
        if not self.part:
            self.part = self.workshop.class_clock.section if begun else self._order()[0].id
        elif begun and not self._begun:
            self.part = self.workshop.class_clock.section
        self._begun = begun
        self._draw_parts(clock)

    def watch_part(self, part: str) -> None:
        if part:
            self._show(part)
            self._draw_parts(self.workshop.clock)

    @work(exclusive=True)
    async def _show(self, part_id: str) -> None:
        text = self.query_one("#text", VerticalScroll)
        blocks = self.workshop.lesson.texts.get(part_id, ())
        with self.app.batch_update():
            await text.remove_children()
            await text.mount_all(blocks_as_widgets(blocks, instructor=self.workshop.instructor))
        text.scroll_home(animate=False)

    def _draw_parts(self, clock: ClockView | None) -> None:
        options = self.query_one("#parts", OptionList)
        views = {section.id: section for section in clock.sections} if clock else {}
        rows: list[Option] = []
        for part in self._order():
            view = views.get(part.id)
            mark = MARKS[view.standing] if view and clock and clock.begun else " "
            lab = LAB_MARK if view and view.kind == "lab" else " "
            minutes = f"{view.planned / 60:.0f}" if view else ""
            label = f"{mark} {plain(part.label)}"[:16].ljust(16)
            rows.append(Option(Content(f"{label}{lab}{minutes:>4}"), id=part.id))
        shown = [str(options.get_option_at_index(place).prompt) for place in range(options.option_count)]
        if shown != [str(row.prompt) for row in rows]:
            options.clear_options()
            options.add_options(rows)
        if self.part:
            options.highlighted = options.get_option_index(self.part)

    def _order(self) -> list[Section | Page]:
        """Return pages and sections as they are read, a moved break at its new place."""
        parts = {part.id: part for part in self.workshop.lesson.reading_order(instructor=self.workshop.instructor)}
        clock = self.workshop.clock
        if clock is None:
            return list(parts.values())
        timed = [parts[section.id] for section in clock.sections]
        untimed = [part for part in parts.values() if part not in timed]
        before = [part for part in untimed if getattr(part, "place", "after") == "before"]
        return [*before, *timed, *(part for part in untimed if part not in before)]

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.part = event.option_id or self.part

    def action_next_section(self) -> None:
        self.workshop.class_clock.next()
        self.part = self.workshop.class_clock.section

    def action_go_here(self) -> None:
        if any(section.id == self.part for section in self.workshop.lesson.sections):
            self.workshop.class_clock.go_to(self.part)
        else:
            self.notify("This page takes no class time: choose a section.")

    def action_pause(self) -> None:
        self.workshop.class_clock.toggle()

    def action_skip_break(self) -> None:
        self._try(self.workshop.class_clock.skip_break)

    def action_move_break(self) -> None:
        self._try(lambda: self.workshop.class_clock.move_break(self.part))

    def action_schedule(self) -> None:
        from workshop_tui.app.screens.ask import ScheduleScreen

        self.app.push_screen(ScheduleScreen(self.workshop.class_clock))

    def _try(self, change: Callable[[], None]) -> None:
        try:
            change()
        except UserError as error:
            self.notify(str(error), severity="warning", markup=False)

    def action_read(self, step: int) -> None:
        order = [part.id for part in self._order()]
        place = order.index(self.part) + step if self.part in order else 0
        if 0 <= place < len(order):
            self.part = order[place]

    def action_scroll(self, step: int) -> None:
        self.query_one("#text", VerticalScroll).scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        text = self.query_one("#text", VerticalScroll)
        text.scroll_relative(y=step * max(1, text.size.height - 2), animate=False)

    def focus_first(self) -> None:
        self.query_one("#text").focus()
