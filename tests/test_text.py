import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.text import is_unsafe, listed, plain, slug

ANY_TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from("\x1b\x9b\r\n\t\u202e\ud800"), max_size=60)


@given(ANY_TEXT)
def test_plain_text_never_steers_a_terminal(text):
    shown = plain(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in shown)
    assert not any(is_unsafe(char) for char in shown)
    assert plain(shown) == shown


@given(ANY_TEXT)
def test_plain_text_may_keep_line_breaks_and_nothing_else(text):
    shown = plain(text, keep_newlines=True)
    assert not any(unicodedata.category(char) == "Cc" for char in shown if char not in "\n\t")
    assert shown.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb", "a\\u202eb"),
        ("a\rb\x07", "a\\rb\\x07"),
        ("[red]bold[/red]", "[red]bold[/red]"),
        ("\ud800", "\\ud800"),
        ("Zoë, 東京, עברית", "Zoë, 東京, עברית"),
        ("👩\u200d👩\u200d👧 \U0001f469🏽 ❤️", "👩\u200d👩\u200d👧 \U0001f469🏽 ❤️"),
        ("\U0001fae8 \U0001fadc", "\U0001fae8 \U0001fadc"),  # emoji of Unicode 15 and 16
    ],
)
def test_plain_text(text, shown):
    assert plain(text) == shown


@given(st.text(min_size=1, max_size=100).filter(str.strip))
def test_a_slug_is_a_harmless_file_name(name):
    folder = slug(name)
    assert 1 <= len(folder) <= 47
    assert set(folder) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    assert not folder.startswith("-")


@given(st.text(min_size=1, max_size=60).filter(str.strip))
def test_a_name_does_not_meet_the_folder_of_another(name):
    assert slug(slug(name)) != slug(name) or slug(name) == name.strip()


@pytest.mark.parametrize("name", ["ada", "ada-lovelace", "ada_2", "7"])
def test_a_simple_name_is_its_own_slug(name):
    assert slug(name) == name


def test_names_that_look_alike_have_folders_of_their_own():
    names = [
        "ada",
        "Ada",
        "ADA",
        "../ada",
        "/ada",
        "ada.",
        "ada/",
        "a da",
        "ada-",
        "Adá",
        "presets",
        "🦊",
        "🐻",
        ".",
        "..",
    ]
    names += [slug(name) for name in names]
    assert len({slug(name) for name in set(names)}) == len(set(names))


@pytest.mark.parametrize("name", ["", "  ", "\n\t"])
def test_an_empty_name_has_no_slug(name):
    with pytest.raises(ValueError, match="empty"):
        slug(name)


def test_many_names_are_cut_and_counted():
    assert listed([]) == "none"
    assert listed(["preview", "x" * 50]) == f"preview, {'x' * 40}..."
    assert listed([f"n{place}" for place in range(14)], most=2) == "n0, n1 and 12 more"
    assert listed(["a\nb\x1b"]) == "a\\nb\\x1b"
