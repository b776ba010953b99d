import pytest

from workshop_tui.lesson.markdown import split_blocks
from workshop_tui.lesson.model import Instructor, Note, Try, Words


def test_words_and_blocks_come_apart_with_their_lines():
    text = """# Title

Words.

:::note Guidance
It is 3.5.

Source: the docs,
page 2
:::

More.
:::instructor
Wait.
:::
:::instructor Pace
Slow
:::
"""
    assert split_blocks(text).blocks == (
        Words("# Title\n\nWords.", 1),
        Note("Guidance", "It is 3.5.", "the docs, page 2", 5),
        Words("More.", 12),
        Instructor("", "Wait.", 13),
        Instructor("Pace", "Slow", 16),
    )
    assert split_blocks(text).problems == ()


def test_windows_line_ends_change_nothing():
    text = "A\n\n:::note T\nB\n\nSource: C\n:::\n"
    assert split_blocks(text.replace("\n", "\r\n")) == split_blocks(text)


def test_a_fenced_code_block_holds_no_blocks():
    text = "```\n:::note not one\n```\n"
    assert split_blocks(text).blocks == (Words("```\n:::note not one\n```", 1),)


def test_a_longer_code_fence_is_closed_by_its_like_only():
    text = "````\n```\n:::note no\n````\n:::note Yes\nSource: s\n:::\n"
    assert split_blocks(text).blocks == (Words("````\n```\n:::note no\n````", 1), Note("Yes", "", "s", 5))


def test_code_within_a_line_opens_no_block_of_code():
    text = "```inline``` code\n\n:::instructor\nWait.\n:::\n"
    assert split_blocks(text).blocks == (Words("```inline``` code", 1), Instructor("", "Wait.", 3))


@pytest.mark.parametrize(
    "code",
    [
        "~~~ a ` b\n:::note\n~~~",
        "   ```\n:::note\n   ```",
        "- item\n\n  ```\n  :::note\n  ```",
        "1. item\n    ```\n    :::note\n    ```",
        "- ```\n  :::note\n  ```",
        "- item\n\nWords\n\n    :::note",
    ],
)
def test_code_is_found_where_markdown_has_it(code):
    split = split_blocks(f"{code}\n\n:::instructor\nWait.\n:::\n")
    assert (split.problems, split.doubts) == ((), ())
    assert split.blocks[0] == Words(code, 1)
    assert isinstance(split.blocks[1], Instructor)


def test_four_blanks_are_no_fence():
    assert [type(block) for block in split_blocks("    ```\n\n:::instructor\nWait.\n:::\n").blocks] == [
        Words,
        Instructor,
    ]


@pytest.mark.parametrize("line", [" :::note T", "\t:::"])
def test_a_block_that_does_not_begin_at_the_margin_is_doubted(line):
    split = split_blocks(f"Words.\n{line}\n")
    assert split.problems == ()
    assert [(doubt.line, doubt.value) for doubt in split.doubts] == [(2, line)]


def test_a_note_that_mentions_a_source_first_keeps_its_last_one():
    (note,) = split_blocks(":::note T\nSource: no\nmore\n\nSource: yes\n:::").blocks
    assert note == Note("T", "Source: no\nmore", "yes", 1)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a\n:::note T\nb\n", 2, "this block is not closed"),
        ("a\n\n:::quiz T\n:::\n", 3, "'quiz' is not a kind of block."),
        (":::\n", 1, "nothing is open here to close."),
        (":::note T\n```\nb\n:::\n", 2, "this block of code is not closed by the file's end (line 4)."),
        (":::note A\n:::note B\n:::\n", 2, "a block opens inside the one of line 1."),
    ],
)
def test_what_cannot_be_read_names_its_line(text, line, message):
    (problem,) = split_blocks(text).problems
    assert problem.line == line
    assert problem.message.startswith(message)


def test_a_near_miss_is_suggested():
    (problem,) = split_blocks(":::notes T\n:::\n").problems
    assert problem.todo == "Did you mean :::note?"


def test_a_mark_names_its_heading_and_is_no_part_of_the_words():
    text = "\n# Title\n\n### Steps\n:::try steps, size\n\n- 10\n\n## Seed\n\n:::try seed\nWords.\n"
    (words,) = split_blocks(text).blocks
    assert words == Words(
        "# Title\n\n### Steps\n\n- 10\n\n## Seed\n\nWords.", 2, (Try(("steps", "size"), 2, 5), Try(("seed",), 6, 11))
    )
    assert words.text.split("\n")[words.tries[1].heading] == "## Seed"


def test_a_mark_in_code_is_code():
    assert split_blocks("```\n# A\n:::try steps\n```\n").blocks == (Words("```\n# A\n:::try steps\n```", 1),)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Words.\n:::try steps\n", 2, "there is no heading above this line."),
        (":::try steps\n", 1, "there is no heading above this line."),
        ("# A\n:::try\n", 2, "it does not say what can be tried."),
        (":::note T\n# A\n:::try steps\n:::\n", 3, "this stands inside a block, :::note."),
    ],
)
def test_a_mark_that_cannot_be_is_told(text, line, message):
    (problem,) = split_blocks(text).problems
    assert (problem.line, problem.message) == (line, message)
