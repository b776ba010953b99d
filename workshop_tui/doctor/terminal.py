"""The terminal: how large, how colourful, which letters, and how it is reached."""

import shutil

from workshop_tui.doctor.finding import Check, Finding, Place, fail, ok, warn
from workshop_tui.terminal import AS_LINES, COMFORTABLE, SMALLEST, TRUE_COLOUR, colours, is_utf8, locale_of

_NONE = "the output is no terminal: not looked at"


def _size(place: Place) -> Finding:
    if place.terminal is None:
        return ok(_NONE)
    columns, rows = place.terminal
    text = f"{columns} columns, {rows} rows"
    if columns < SMALLEST[0] or rows < SMALLEST[1]:
        return fail(f"{text}: the class needs {SMALLEST[0]}x{SMALLEST[1]} at least.", f"Enlarge the window. {AS_LINES}")
    if columns < COMFORTABLE[0] or rows < COMFORTABLE[1]:
        return warn(
            f"{text}: it is made for {COMFORTABLE[0]}x{COMFORTABLE[1]}.", "Enlarge the window, or use smaller letters."
        )
    return ok(text)


def _colours(place: Place) -> Finding:
    if place.terminal is None:
        return ok(_NONE)
    term, count = place.environ.get("TERM", ""), colours(place.environ)
    if term in ("", "dumb"):
        return fail(f"the terminal says that it can do nothing (TERM={term}).", f"Use another terminal. {AS_LINES}")
    said = f"TERM={term}, COLORTERM={place.environ.get('COLORTERM') or 'not set'}"
    if count == TRUE_COLOUR:
        return ok(f"16 million ({said})")
    if count == 256:
        return warn(
            f"256 ({said}): pictures show in steps. SSH does not pass COLORTERM on.",
            "If your terminal shows 16 million: export COLORTERM=truecolor",
        )
    if count == 1:
        why, do = (
            ("NO_COLOR is set", "unset NO_COLOR") if place.environ.get("NO_COLOR") else (said, "export TERM=xterm")
        )
        return warn(f"none ({why}): pictures are drawn as shades of letters.", do)
    return warn(
        f"16 ({said}): pictures are hardly to be made out.",
        "export TERM=xterm-256color; in screen, use tmux instead.",
    )


def _letters(place: Place) -> Finding:
    wanted = locale_of(place.environ)
    if not is_utf8(place.encoding):
        return fail(f"the output is {place.encoding}, not UTF-8.", "export LANG=C.UTF-8; unset LC_ALL PYTHONIOENCODING")
    if not is_utf8(wanted):
        return warn(
            f"the locale is {wanted or 'not set'}, which is not UTF-8: bars and pictures may show as question marks.",
            "export LANG=C.UTF-8; unset LC_ALL",
        )
    return ok(f"UTF-8 ({wanted})")


def _pictures(place: Place) -> Finding:
    if place.terminal is None:
        return ok("the output is no terminal; in one they are drawn as half-blocks")
    columns, rows = place.terminal
    return ok(
        f"half-blocks (▀, two pixels a cell): {columns}x{2 * rows} pixels on the whole screen (key z). The files are "
        "complete: `workshop-tui runs open RUN` tells how to fetch one"
    )


def _connection(place: Place) -> Finding:
    remote = any(place.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))
    inside = "tmux" if place.environ.get("TMUX") else "screen" if place.environ.get("STY") else ""
    text = "over SSH" if remote else "on this machine"
    if inside:
        return ok(f"{text}, inside {inside}: a dropped connection leaves the screen as it is")
    if not remote:
        return ok(text)
    path = place.environ.get("PATH")
    have = next((name for name in ("tmux", "screen") if shutil.which(name, path=path)), "")
    if have:
        how = "tmux new -A -s class" if have == "tmux" else "screen -DR class"
        return ok(f"{text}; {have} is there to keep the screen when the connection drops: {how}")
    return ok(f"{text}, without tmux: when the connection drops, pictures go on, and the class goes on where you were")


CHECKS = (
    Check("size", "terminal", "size", _size),
    Check("colours", "terminal", "colours", _colours),
    Check("letters", "terminal", "letters", _letters),
    Check("shown-as", "terminal", "pictures", _pictures),
    Check("connection", "terminal", "connection", _connection),
)
