"""What the keys of the Lab do."""

from textual.binding import Binding

from workshop_tui.app.key_table import keys

LAB_KEYS = keys(
    "lab",
    Binding("r", "run", "Run", tooltip="Make the pictures that are missing; again where none is"),
    Binding("x", "stop", "Stop", tooltip="Stop now, or after this picture; or pause"),
    Binding("e", "edit", "Edit", tooltip="Change prompt, seed, values and all other settings; presets"),
    Binding("o,enter", "answer", "Note", tooltip="Go to the first field to write"),
    Binding("n", "part(1)", "Parts", id="next", key_display="{next} {back}", tooltip="The next part of the exercises"),
    Binding("p", "part(-1)", "Back", id="back", show=False, tooltip="The part before"),
    Binding("z", "zoom", "Zoom", tooltip="Show the picture on the whole screen"),
    Binding("c", "compare", "Compare", tooltip="Compare the marked pictures, else this and the one before"),
    Binding("y", "copy", "Copy", show=False, tooltip="The line that copies this picture to your own computer"),
    Binding("space", "mark", "Mark", show=False, tooltip="Mark this picture to be compared, or unmark it"),
    Binding("v", "blind", "Rate blind", show=False, tooltip="Rate the sweep's pictures shuffled, without labels"),
    Binding("f", "final", "Finish", key_display="{final} {refine}", tooltip="Make it final: with more steps"),
    Binding("u", "refine", "Refine", show=False, tooltip="Enlarge this picture and make its last steps again"),
    Binding("h", "pause", "Hold", show=False, tooltip="Pause after this picture, or go on"),
    Binding("b", "best", "Best", show=False, tooltip="Note this row's value as the optimal one"),
    Binding("s", "presets", "Presets", show=False, tooltip="Keep three presets of a rated ladder"),
    Binding("i", "hint", "Hint", show=False, tooltip="Show the next hint; after the last one a good solution"),
    Binding("w", "way", "Way", show=False, tooltip="Samplers: equal steps or forwards; a series: seeds"),
    Binding("j", "scroll(1)", "Scroll", id="down", show=False, tooltip="Read on in questions and hints"),
    Binding("k", "scroll(-1)", "Scroll back", id="up", show=False, tooltip="Read back in questions and hints"),
)
