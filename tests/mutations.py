"""Valid files, damaged in the ways in which files are: what a reader makes of them is a finding or an error of ours."""

import re
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from workshop_tui.text import is_unsafe

MODEST = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
"""No deadline: a machine that has other work is no fault of the reader's."""

PIECES = (
    *(
        b"\x00",
        b"\xff\xfe",
        b"\x80",
        b"\xed\xa0\x80",
        b"\r",
        b"\n\n",
        b'"',
        b"'",
        b"[[",
        b"]]",
        b"}",
        b"= ",
        b"#",
        b"\\",
    ),
    *(
        b"\x1b[31m",
        b"\x1b]52;c;QUJD\x07",
        b"\x9b2J",
        "\u202e".encode(),
        b"\\u001b[2J",
        b"\\u202e",
        b"\\u0000",
        b"\\ud800",
    ),
    *(b"[red]x[/]", b"[@click=app.quit]x[/]", b":::note\n", b":::", b"```\n", b"> " * 300, b"* " * 300),
)
"""Bytes that some reader, somewhere, has taken amiss."""

VALUES = (
    *(
        b"true",
        b"-1",
        b"0",
        b"1.5",
        b"1e400",
        b"nan",
        b"inf",
        b"null",
        b'""',
        b'"x"',
        b"[]",
        b"{}",
        b"[[]]",
        b"1979-05-27",
    ),
    *(
        b"9" * 30,
        b"9" * 5000,
        b"[" * 3000,
        b"[" * 3000 + b"]" * 3000,
        b'{"a":' * 3000,
        b"{a=" * 500,
        b'"' + b"x" * 70000 + b'"',
    ),
    *(
        b'"\\u001b[31mred"',
        b'"\\u202ecod"',
        b'"../../etc/passwd"',
        b'"a\\u0000b"',
        b'["\\u001b"]',
        b'{ "\\u001b" = 1 }',
    ),
)
"""What may stand in a value's place: other types, and numbers and depths that nobody means."""

_VALUE = re.compile(rb'(?<=[=:\[,])[ ]*("[^"\n]*"|[-\w.+]+)')


@st.composite
def damaged(draw: st.DrawFn, valid: bytes) -> bytes:
    """Draw a file that was valid once.

    Args:
        draw: Hypothesis's own.
        valid: As the program writes or ships it.
    """
    data = valid
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        how = draw(st.sampled_from(("flip", "cut", "end", "insert", "twice", "value", "value", "key")))
        if how == "flip":
            data = data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]
        elif how == "cut":
            data = data[:at] + data[at + draw(st.integers(1, 400)) :]
        elif how == "end":
            data = data[:at]
        elif how == "insert":
            data = data[:at] + draw(st.sampled_from(PIECES)) + data[at:]
        elif how == "twice":
            data = data[:at] + data[max(0, at - draw(st.integers(1, 400))) :]
        elif how == "key":
            data = data[:at] + b"\n" + b"a." * draw(st.sampled_from((3, 90, 900))) + b"b = 1\n" + data[at:]
        elif found := _VALUE.search(data, at):
            data = data[: found.start()] + b" " + draw(st.sampled_from(VALUES)) + data[found.end() :]
    return data


def check_told(text: str, name: Path | str) -> None:
    """Check that what a person is told names the file and cannot steer their terminal.

    Args:
        text: A finding or an error.
        name: What stands in it.
    """
    assert str(name) in text
    assert not [char for char in text if char != "\n" and is_unsafe(char)]
